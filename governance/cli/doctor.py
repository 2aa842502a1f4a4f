"""`assay doctor`: is this machine and this project fit to run, and if not, what to type."""

from __future__ import annotations

import sys

import click

from governance.cli.rim import format_option


@click.command()
@format_option
def doctor(shape: str) -> None:
    """Check versions, the secret key, git, DVC and the gold version; say what to run.

    Exit code 0 when nothing is broken (warnings allowed), 1 when something is.

    \b
    Example:
      assay doctor
    """
    from dataclasses import asdict

    from curate.text import for_rich
    from governance.cli.rim import WHOLE, emit_json, stdout
    from governance.doctor import examine

    findings = examine()
    if shape == "json":
        emit_json({"schema": "assay.doctor/1", "checks": [asdict(finding) for finding in findings]})
    else:
        from rich.table import Table

        table = Table(box=None, show_header=False, pad_edge=False)
        marks = {"ok": "[green]ok[/]", "warn": "[yellow]warn[/]", "fail": "[red]FAIL[/]"}
        for finding in findings:
            table.add_row(
                marks[finding.level],
                finding.name,
                for_rich(finding.message, WHOLE)
                + (f"\n[bold]{for_rich(finding.fix, WHOLE)}[/]" if finding.fix else ""),
            )
        stdout().print(table)
    sys.exit(1 if any(finding.level == "fail" for finding in findings) else 0)
