"""`assay check`: every gate, for CI."""

from __future__ import annotations

import sys

import click


@click.command()
@click.option(
    "--format",
    "shape",
    type=click.Choice(["text", "json", "markdown", "github"]),
    default="text",
    show_default=True,
    help="How to print.",
)
def check(shape: str) -> None:
    """Judge every gate of the task card and policy on the published version.

    card, review, version, held-out, schema, personal-data, leakage, target. Exit code 0 when all pass, 1 when
    one fails, 2 when they cannot be judged for want of a valid configuration. `params.check.skip` names gates
    to leave out.

    \b
    Examples:
      assay check
      assay check --format github      # annotations in a workflow
    """
    from dataclasses import asdict
    from datetime import date

    from curate.project import Project
    from curate.text import for_markdown, for_rich, plain
    from governance.cli.rim import emit_json, stdout
    from governance.gate import judge

    project = Project.find()
    _ = project.task
    gates = judge(project, date.today())
    if shape == "json":
        emit_json(
            {
                "schema": "assay.check/1",
                "passed": all(gate.passed for gate in gates),
                "gates": [asdict(gate) for gate in gates],
            }
        )
    elif shape == "markdown":
        click.echo("| gate | | what was seen | to mend it |\n|---|---|---|---|")
        for gate in gates:
            click.echo(
                f"| {gate.name} | {'pass' if gate.passed else '**fail**'} | "
                f"{for_markdown(gate.message, 400)} | {for_markdown(gate.fix, 200)} |"
            )
    elif shape == "github":
        for gate in gates:
            if not gate.passed:
                click.echo(
                    f"::error title=assay check%3A "
                    f"{gate.name}::{plain(gate.message, 400).replace('%', '%25')}%0Afix: "
                    f"{plain(gate.fix, 200).replace('%', '%25')}"
                )
    else:
        from rich.table import Table

        table = Table(box=None, show_header=False, pad_edge=False)
        for gate in gates:
            fix = f"\n[bold]{for_rich(gate.fix, 200)}[/]" if gate.fix and not gate.passed else ""
            table.add_row(
                "[green]pass[/]" if gate.passed else "[red]FAIL[/]",
                gate.name,
                for_rich(gate.message, 400) + fix,
            )
        stdout().print(table)
    sys.exit(0 if all(gate.passed for gate in gates) else 1)
