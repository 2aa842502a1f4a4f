"""The screens of a sample: a drawn finding, a drawn row, what may be missing from it, and what the answers
say so far.

A row is shown with what was found masked; numbers and addresses that nobody took are masked too, underlined.
Everything from the data goes into `Text`, as in `view`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.columns import Columns
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from curate.text import plain
from governance.triage.accuracy import Accuracy, Entity
from governance.triage.context import Rows, Segments
from governance.triage.estimate import Estimate
from governance.triage.sample import SPOKEN_SIGNALS
from governance.triage.sampling import FindingQuestion, RowQuestion, Sampling
from governance.triage.view import facts, line

FINDING_KEYS = "r real   n not personal   p public   u unsure   s skip   z undo   ? help   q quit"
ROW_KEYS = "n nothing (more) is missing   m mark what is missing   s skip   z undo   ? help   q quit"
HELP = (
    (
        "r n p u",
        "of a finding",
        "as in the queue: an ordinary verdict, on every repeat of the value; r and p say "
        "that it is right, n that it is not",
    ),
    (
        "m",
        "of a row",
        "then the key of an entity: a value of it stands there unmasked or underlined; once for each value",
    ),
    ("n", "of a row", "nothing (more) is missing: on to the next"),
    ("space", "of a long row", "the next page; n waits for the last"),
    ("s", "skip", "nothing is recorded; it is asked again next time"),
    ("z", "undo", "take back the last mark, answer or skip"),
    ("q", "quit", "every answer is already written; run again with the same N to go on"),
)
# Characters of a row on one page: some fifteen lines.
PAGE = 1500


def pages(rows: Rows, example_id: str, fields: Sequence[str]) -> list[Segments]:
    """The text fields of a row, masked, cut into pages of `PAGE` characters."""
    cut: list[Segments] = [[]]
    room = PAGE
    for field in fields:
        segments = rows.whole(example_id, field)
        if not segments:
            continue
        if len(fields) > 1:
            cut[-1].append((f"{field}: ", "plain"))
        for piece, style in segments:
            while piece:
                if room == 0:
                    cut.append([])
                    room = PAGE
                cut[-1].append((piece[:room], style))
                piece, room = piece[room:], max(room - len(piece), 0)
        cut[-1].append(("\n", "plain"))
    return cut


def screen(state: Sampling, rows: Rows, fields: Sequence[str]) -> RenderableType:
    """The whole screen for a state."""
    total = len(state.questions)
    head = Text(
        f"assay triage --sample   question {min(state.at + 1, total):,} of {total:,}   "
        f"{plain(state.reviewer.name, 40)}",
        style="bold",
    )
    if state.mode == "help":
        table = Table.grid(padding=(0, 2))
        for key, of, what in HELP:
            table.add_row(Text(key, style="bold"), of, Text(what, style="dim"))
        return Group(head, Text(), table, Text(), Text("any key goes back", style="dim"))
    question = state.question
    if question is None:
        return Group(head, Text(), Text("The end of the sample."), Text("\nz undo   q quit", style="dim"))
    message = Text(state.message, style="green")
    if isinstance(question, FindingQuestion):
        place = question.place
        where = Text(f"{plain(str(place['example_id']), 40)} {place['field']}  ", style="cyan")
        body: list[RenderableType] = [
            facts(question.item, rows.masked_value(question.item.value_id), 1),
            Text(),
            where + line(rows.context(dict(place))),
        ]
        return Group(
            head,
            Text("Is this finding right?"),
            Text(),
            *body,
            Text(),
            message,
            Text(FINDING_KEYS, style="dim"),
        )
    return Group(
        head,
        Text("What is missing? Dim: found. Underlined: nobody took it."),
        Text(),
        *_row(state, question, rows, fields),
        message,
        *_row_keys(state, question),
    )


def _row(state: Sampling, question: RowQuestion, rows: Rows, fields: Sequence[str]) -> list[RenderableType]:
    row_pages = pages(rows, question.example_id, fields)
    where = Text(f"{plain(question.example_id, 40)}  ({SPOKEN_SIGNALS[question.stratum]})", style="cyan")
    if len(row_pages) > 1:
        where.append(f"  page {state.page + 1} of {len(row_pages)}")
    marked = [Text("missing: " + ", ".join(state.draft), style="bold yellow")] if state.draft else []
    return [where, line(row_pages[min(state.page, len(row_pages) - 1)]), *marked]


def _row_keys(state: Sampling, question: RowQuestion) -> list[RenderableType]:
    if state.mode == "mark":
        names = [Text.assemble((key, "bold"), f" {name}") for key, name in state.menu.items()]
        return [
            Text("A value of which entity is missing?   any other key: none", style="bold yellow"),
            Columns(names, padding=(0, 2)),
        ]
    return [Text(ROW_KEYS + ("   space next page" if question.pages > 1 else ""), style="dim")]


def table(accuracy: Accuracy) -> RenderableType:
    """The estimates, and the rows that were read."""
    grid = Table(box=None, padding=(0, 2, 0, 0), header_style="bold")
    grid.add_column("entity")
    for name in ("findings", "judged", "right", "precision", "missed", "recall"):
        grid.add_column(name, justify="right", no_wrap=True)
    for one in (*accuracy.entities, accuracy.overall):
        counts = (
            f"{one.findings:,}",
            f"{one.judged:,}",
            f"{one.right:,}",
            share(one.precision),
            f"{one.missed:,}",
            share(one.recall),
        )
        grid.add_row(one.entity, *counts, style="bold" if one is accuracy.overall else "")
    rows = Table(box=None, padding=(0, 2, 0, 0), header_style="bold")
    rows.add_column("rows")
    rows.add_column("in the data", justify="right")
    rows.add_column("read", justify="right")
    for name, (read, size) in accuracy.rows.items():
        rows.add_row(SPOKEN_SIGNALS[name], f"{size:,}", f"{read:,}")
    return Group(
        grid,
        Text(),
        rows,
        Text("\nIntervals: 95 %. Where there is none, nothing was judged yet.", style="dim"),
    )


def share(estimate: Estimate) -> str:
    """`0.95 [0.81, 1.00]`."""
    if estimate.point is None:
        return "-"
    return f"{estimate.point:.2f} [{estimate.low:.2f}, {estimate.high:.2f}]"


def document(accuracy: Accuracy) -> Mapping[str, Any]:
    """The same for programs: schema `assay.sample/1`."""

    def interval(one: Estimate) -> Mapping[str, float | None]:
        return {"point": one.point, "low": one.low, "high": one.high}

    def entity(one: Entity) -> Mapping[str, Any]:
        counts = {"findings": one.findings, "judged": one.judged, "right": one.right, "missed": one.missed}
        return {
            "entity": one.entity,
            **counts,
            "precision": interval(one.precision),
            "recall": interval(one.recall),
        }

    return {
        "schema": "assay.sample/1",
        "entities": [entity(one) for one in accuracy.entities],
        "all": entity(accuracy.overall),
        "rows": {name: {"read": read, "in_data": size} for name, (read, size) in accuracy.rows.items()},
    }
