"""What every command shares: consoles, progress on stderr, opening a project, running one stage under the
lock.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

import click

from curate.show.jsontext import json_text
from curate.stages import stage

if TYPE_CHECKING:
    from rich.console import Console

    from curate.project import Project
    from curate.stage import Progress


Command = TypeVar("Command", bound=Callable[..., Any])


# Characters of a message of ours that is to be read whole: more than any says.
WHOLE = 4_000


def format_option(command: Command) -> Command:
    """`--format text|json`, handed over as `shape`."""
    return click.option(
        "--format",
        "shape",
        type=click.Choice(["text", "json"]),
        default="text",
        show_default=True,
        help="How to print.",
    )(command)


def stdout() -> Console:
    """Console for data and tables; plain text off a terminal, NO_COLOR honoured by rich."""
    from rich.console import Console

    return Console(
        highlight=False,
        emoji=False,
        soft_wrap=not sys.stdout.isatty(),
        width=None if sys.stdout.isatty() else 160,
    )


def in_cells(message: str) -> list[tuple[bool, str]]:
    """A message in parts that each fit a cell of a table, parted between words, and whether it is the first.
    A cell that holds more is cut.
    """
    import textwrap

    from curate.show.terminal import CELL

    parts = textwrap.wrap(message, CELL - 1, break_long_words=False, break_on_hyphens=False) or [""]
    return [(at == 0, part) for at, part in enumerate(parts)]


def say(message: str) -> None:
    """A message for a person, on stderr; silent with --quiet."""
    if not os.environ.get("ASSAY_QUIET"):
        click.echo(message, err=True)


def cores() -> int:
    """Processor cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


# What the name of -o asks for where --format says nothing.
DOCUMENTS = {".html": "html", ".htm": "html", ".md": "markdown", ".json": "json"}


def emit_json(value: Any) -> None:
    """A JSON document on stdout."""
    click.echo(json_text(value), nl=False)


@contextmanager
def progress_bar(label: str) -> Iterator[Progress | None]:
    """A rich progress bar on stderr while the block runs; nothing off a terminal or with --quiet."""
    if not sys.stderr.isatty() or os.environ.get("ASSAY_QUIET"):
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    from curate.show.door import behind

    with Bar(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=Console(file=behind(sys.stderr)),
        transient=True,
    ) as bar:
        task = bar.add_task(label, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def engine_option(command: Command) -> Command:
    """`--engine NAME`, handed over as `engine`."""
    return click.option(
        "--engine",
        type=click.Choice(["auto", "local", "stream", "daft"]),
        help="Where the work is done: in memory, partition by partition from disk, or on a Ray cluster. "
        "Results are the same.  "
        "[default: `engine` of params.yaml, else by size]",
    )(command)


def run_stage(name: str, *, engine: str | None = None, **options: Any) -> None:
    """Run stage `name` of the project here, under its lock, on `engine` or that of params.yaml, and say its
    counts in a line; `options` go to its `run`.
    """
    from curate.engine.choose import chosen, size_of
    from curate.engine.params import EngineParams
    from curate.files import only_one, sweep_folder
    from curate.outside import refuse_links_out
    from curate.project import Project

    project = Project.find()
    _ = project.task  # no task card with a metric and a target, no run
    refuse_links_out(project.root)
    with only_one(project.lock), progress_bar(name) as progress:
        for folder in (".", "data", "decisions", "records", "reports", "models", ".assay"):
            sweep_folder(project.root / folder)
        wanted = project.params("engine", EngineParams)
        examples = project.stage("ingest") / "examples.parquet"
        scratch = project.root / ".assay"
        name_of = engine or wanted.name
        with chosen(name_of, lambda: size_of(examples), scratch, say, wanted.settings(name_of)):
            report = stage(name).runner().run(project, progress, **options)
    say(f"{name}: {summary_line(report)}")
    record_stage(project, name)


def record_stage(project: Project, name: str) -> None:
    """Leave the record of a stage that leaves one."""
    if name in ("publish", "train", "evaluate"):
        from governance.records.events import AFTER

        AFTER[name](project)


def summary_line(report: dict[str, Any]) -> str:
    """A stage's report in one line: its `summary`, else its funnel and `notes`."""
    if "summary" in report:
        return str(report["summary"])
    counts = report["funnel"]
    reasons = ", ".join(
        f"{code} {rows:,}" for code, rows in sorted(counts["reasons"].items(), key=lambda item: -item[1])
    )
    line = f"{counts['in']:,} in, {counts['kept']:,} kept, {counts['dropped']:,} dropped" + (
        f" ({reasons})" if reasons else ""
    )
    return "; ".join([line, *report.get("notes", [])])
