"""The `assay` group: knows every command's name and one-line help, imports a command only when it is called.

`assay --help` must answer in under 0.4 s, so nothing heavy is imported here: click alone.
"""

from __future__ import annotations

import importlib
import os
import sys
import traceback
from typing import Any

import click

from curate.errors import on_command_line

# name -> (module under governance.cli, one line of help, section of the help page)
COMMANDS: dict[str, tuple[str, str, str]] = {
    "init": ("init", "Scaffold a project for your own data.", "Start"),
    "doctor": ("doctor", "Check versions, key, git and DVC; say what to run.", "Start"),
    "advise": ("advise", "Before training: prompt, retrieval, fine-tune, or fix first?", "Start"),
    "status": ("status", "One screen: task, gold version, findings, metrics, verdict.", "Start"),
    "ingest": ("stages", "Read raw files into the Examples table.", "Stages"),
    "scan": ("scan", "Find personal data, in the project or in a plain FILE.", "Stages"),
    "redact": ("redact", "Take personal data out, of the project or of a plain FILE.", "Stages"),
    "dedup": ("dedup", "Find duplicates, in the project or in a plain FILE.", "Stages"),
    "validate": ("stages", "Check rows against the kind's schema and rules.", "Stages"),
    "split": ("stages", "Assign train, validation and test, stably.", "Stages"),
    "publish": ("stages", "Write the gold version and its manifest.", "Stages"),
    "train": ("stages", "Train every system under comparison.", "Stages"),
    "evaluate": ("stages", "Compare the systems on held-out rows; give the verdict.", "Stages"),
    "report": ("report", "Write the HTML and Markdown report.", "Stages"),
    "export": ("export", "A fine-tuned MODEL for peft, vLLM, Ollama or llama.cpp.", "Models"),
    "predict": ("predict", "Answer the rows of FILE with MODEL; refuse what is unsafe.", "Models"),
    "monitor": ("monitor", "Has the world moved away from gold? What to do.", "Models"),
    "revoke": ("revoke", "A trained SYSTEM may not answer any more.", "Models"),
    "audit": ("audit", "Personal data: what is there, what was done, what waits.", "Review"),
    "diff": ("diff", "What changed between two dataset versions, and why.", "Review"),
    "review-checklist": ("review_checklist", "What a reviewer should confirm, with ids to sign.", "Review"),
    "textconv": ("textconv", "A Parquet FILE as masked text, for git diff.", "Review"),
    "why": ("why", "A row's whole life, from source to split.", "Review"),
    "triage": ("triage", "Judge what the scan found, keyboard only.", "Review"),
    "review": ("review", "The review desk: values and rows in the browser.", "Review"),
    "compare": ("compare", "Two systems' answers side by side, blind; preference pairs.", "Review"),
    "risk": ("risk", "How easily published rows are tied to persons.", "Review"),
    "check": ("check", "Every gate of the task card and policy, for CI.", "Review"),
    "lineage": ("lineage", "What hangs on a row, a version or a model.", "Records"),
    "subject": ("subject", "Find what the project holds of a person.", "Records"),
    "records": ("records", "Fact sheets: Art. 30, DPIA, AI Act, prefilled.", "Records"),
    "erase": ("erase", "Take a person out of every version and store.", "Records"),
    "versions": ("versions", "Every gold version in git's history.", "Records"),
    "checkout-gold": ("versions", "Copy an old gold version into a new folder.", "Records"),
    "approve": ("approve", "Sign the digests of what stands now.", "Records"),
    "verify": ("verify", "Is what lies here what was made?", "Records"),
    "ledger": ("ledger", "Verify, read, add to and close the journal of records.", "Records"),
    "leaks": ("leaks", "Rows of TEST that also stand in TRAIN.", "Plain files"),
    "labels": ("labels", "Rows whose label looks wrong, worst first.", "Plain files"),
    "rules": ("rules", "Rows that break named quality rules.", "Plain files"),
    "represent": ("represent", "How rows represent what they are for, and live inputs.", "Plain files"),
    "select": ("select", "The rows to keep when there is room for N.", "Plain files"),
}


class LazyGroup(click.Group):
    """A group whose commands live in modules that are imported on use."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"governance.cli.{COMMANDS[cmd_name][0]}")
        command: click.Command = getattr(module, cmd_name.replace("-", "_"))
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            import difflib

            near = difflib.get_close_matches(args[0], COMMANDS, 1)
            ctx.fail(
                f"no command {args[0]!r}"
                + (f"; did you mean `assay {near[0]}`?" if near else "; see: assay --help")
            )
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        for section in dict.fromkeys(entry[2] for entry in COMMANDS.values()):
            with formatter.section(section):
                formatter.write_dl(
                    [(name, entry[1]) for name, entry in COMMANDS.items() if entry[2] == section]
                )


@click.group(
    cls=LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
    epilog="Exit codes: 0 clean, 1 a finding or gate failed, 2 usage or configuration, "
    "70 an error of assay itself.",
)
@click.version_option(package_name="assay")
@click.option(
    "-C", "--directory", type=click.Path(exists=True, file_okay=False), help="Work in this project folder."
)
@click.option("--debug", is_flag=True, help="Show tracebacks.")
@click.option("-q", "--quiet", is_flag=True, help="No progress and no messages; errors only.")
def assay(directory: str | None, debug: bool, quiet: bool) -> None:
    """Assay turns raw examples into reviewed, versioned gold sets, fine-tunes a LoRA adapter on them,
    and says with error bars whether that was worth it.

    \b
    Start:  assay init my-task --kind classification --data export.csv --input text --output category
            cd my-task && dvc repro && assay status
    """
    if directory:
        os.chdir(directory)
    os.environ["ASSAY_QUIET"] = "1" if quiet else ""


def main(argv: list[str] | None = None) -> Any:
    """Run the command line behind its door; whatever goes wrong ends in words on stderr and an exit code."""
    from curate.network import stay_offline
    from curate.show.door import doors

    arguments = sys.argv[1:] if argv is None else argv
    os.environ.setdefault("DVC_NO_ANALYTICS", "1")
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
    stay_offline()
    with doors():
        code = _run(arguments)
        try:
            sys.stdout.flush()
        except OSError:  # a full disk or a reader that has gone; Python would say it again at its end
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            code = code or 2
    sys.exit(code)


def _run(arguments: list[str]) -> int:
    """The exit code of a run."""
    try:
        with on_command_line():
            code = assay.main(args=arguments, prog_name="assay", standalone_mode=False)
        sys.stdout.flush()
        return code if isinstance(code, int) else 0
    except SystemExit as stop:
        return stop.code if isinstance(stop.code, int) else int(stop.code is not None)
    except click.ClickException as error:
        error.show(sys.stderr)
        return 2
    except (click.Abort, KeyboardInterrupt):
        click.echo("assay: stopped", err=True)
        return 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except BaseException as error:  # a panic of polars is not an `Exception`
        from governance.last_words import last_words

        if "--debug" in arguments:
            traceback.print_exception(error)
        words, code = last_words(error)
        click.echo(f"assay: {words}", err=True)
        return code
