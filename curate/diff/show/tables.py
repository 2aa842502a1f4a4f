"""A difference in small tables, in the order a reviewer needs them.

The order is that of what can be wrong: gates, causes, personal data, splits and labels, the pipeline,
metrics. Texts are raw until `masked` has read them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import NamedTuple

from curate.diff.difference import Difference
from curate.diff.measure.summary import CauseCount, Counts, FindingChange, Leaks, Shift
from curate.diff.show.privacy import masks
from curate.read import shown_name
from curate.show.blocks import Table
from curate.versions.table import SEPARATOR

# A check as somebody above judged it: its name, whether it passed (None: it was skipped), what was seen.
GateRow = tuple[str, bool | None, str]
STATE = {True: "pass", False: "FAIL", None: "SKIPPED"}
# Columns of the tables whose cells come from the data.
TEXTS = frozenset(
    (
        "key",
        "from",
        "to",
        "label",
        "before",
        "after",
        "cause",
        "for example",
        "training row",
        "held-out row",
        "moved most",
        "what was seen",
    )
)


class Titled(NamedTuple):
    """A table under its title."""

    title: str
    table: Table


def tables(difference: Difference, most: int, gates: Sequence[GateRow], show_values: bool) -> list[Titled]:
    """Every counting table, empty ones too, of at most `most` rows each."""
    summary = difference.summary
    return [
        _gates(gates),
        _capped(
            "Rows",
            ("", "before", "after", "change"),
            [("all", *_change(*summary.rows)), *_counted(summary.splits)],
            most,
            3,
        ),
        _capped(
            "Changes",
            ("change", "rows"),
            [(kind, f"{rows:,}") for kind, rows in summary.changes.items() if rows],
            most,
            1,
        ),
        _why(summary.causes, most),
        _capped(
            "Keys that stand on several rows",
            ("key", "rows before", "rows after"),
            _duplicates(difference, most),
            most,
            2,
            summary.duplicate_keys,
        ),
        _capped(
            "Personal data acted on",
            ("entity", "NO LONGER acted on", "new", "fixed", "persisting"),
            _findings(summary.finding_changes),
            most,
            4,
        ),
        _capped(
            "Personal data found",
            ("finding", "before", "after", "change"),
            _counted(summary.findings, changed_only=True),
            most,
            3,
        ),
        _capped(
            "New leaks from training to held-out rows",
            ("training row", "held-out row", "labels", "kind", "similarity"),
            _leaks(summary.leaks),
            most,
            1,
            summary.leaks.pairs if summary.leaks else None,
        ),
        _capped("Moved between splits", ("from", "to", "rows"), _triples(summary.moves), most, 1),
        _capped("Relabelled", ("from", "to", "rows"), _triples(summary.transitions), most, 1),
        _capped(
            "Labels",
            ("label", "before", "after", "change"),
            _counted(summary.labels, changed_only=True),
            most,
            3,
        ),
        _capped(
            "Shifts",
            ("column", "moved most", "test", "effect", "p (Holm)"),
            _shifts(shown_shifts(difference, show_values)),
            most,
            2,
        ),
        _capped(
            "Fields edited",
            ("field", "rows"),
            [(shown_name(name), f"{rows:,}") for name, rows in summary.fields.items()],
            most,
            1,
        ),
        _capped(
            "Parameters",
            ("parameter", "before", "after"),
            [(change.name, change.before, change.after) for change in summary.parameters],
            most,
            0,
        ),
        _capped("Metrics", ("metric", "before", "after", "change"), _metrics(difference), most, 3),
        _capped(
            "Columns",
            ("column", "change"),
            [
                *((shown_name(name), "added") for name in summary.columns_added),
                *((shown_name(name), "removed") for name in summary.columns_removed),
            ],
            most,
            0,
        ),
        _capped("Clerical changes: form, not substance", ("what", "rows"), _clerical(difference), most, 1),
    ]


def shown_shifts(difference: Difference, show_values: bool) -> tuple[Shift, ...]:
    """The shifts; where values must not be shown, without the categories of any column but the label and the
    provenance.
    """
    named = {difference.after.label, "split", "language", "source"}

    def shown(shift: Shift) -> Shift:
        if show_values or shift.kind == "length" or shift.column in named:
            return shift
        return replace(shift, movers=())

    return tuple(shown(shift) for shift in difference.summary.shifts)


def masked(found: Sequence[Titled]) -> list[Titled]:
    """The tables with personal data masked in every cell that comes from the data, searched in one pass."""
    cells = {cell for _, table in found for row in table.rows for cell in _from_data(table, row)}
    hidden = masks(cells)
    if not hidden:
        return list(found)
    return [Titled(title, replace(table, rows=_replaced(table, hidden))) for title, table in found]


def _from_data(table: Table, row: Sequence[str]) -> Iterable[str]:
    return (cell for at, cell in enumerate(row) if _is_text(table, at))


def _is_text(table: Table, place: int) -> bool:
    return table.columns[place] in TEXTS and place not in table.numeric


def _replaced(table: Table, hidden: dict[str, str]) -> list[list[str]]:
    return [
        [hidden.get(cell, cell) if _is_text(table, at) else cell for at, cell in enumerate(row)]
        for row in table.rows
    ]


def _gates(gates: Sequence[GateRow]) -> Titled:
    rows = [
        (name, STATE[passed], message)
        for name, passed, message in sorted(gates, key=lambda gate: (False, None, True).index(gate[1]))
    ]
    return Titled("Gates", Table(("gate", "", "what was seen"), rows, kinds={1: "state"}))


def _why(causes: Sequence[CauseCount], most: int) -> Titled:
    """Causes with their counts, the unexplained first."""
    ordered = sorted(causes, key=lambda cause: not cause.unexplained)
    rows = [
        (cause.change, _join(cause.reason, cause.because), cause.evidence, f"{cause.changes:,}")
        for cause in ordered
    ]
    table = _capped("Why", ("change", "cause", "for example", "changes"), rows, most, 1)
    bad = frozenset(at for at, cause in enumerate(ordered[:most]) if cause.unexplained)
    return table._replace(table=replace(table.table, bad=bad))


def _clerical(difference: Difference) -> list[tuple[str, ...]]:
    return [(name, f"{rows:,}") for name, rows in difference.summary.clerical.items() if rows]


def _findings(changes: Sequence[FindingChange]) -> list[tuple[str, ...]]:
    """Entities with values new or gone, and the others in one line."""
    moved = [one for one in changes if one.new or one.fixed or one.no_longer]
    counts = [(one.no_longer, one.new, one.fixed, one.persisting) for one in moved]
    rows = [
        (one.entity, *(f"{count:,}" for count in counted))
        for one, counted in sorted(zip(moved, counts, strict=True), key=lambda pair: -pair[0].no_longer)
    ]
    if stayed := sum(one.persisting for one in changes if one not in moved):
        rows.append(
            (f"{'all others' if moved else 'all'}, nothing new or gone", "0", "0", "0", f"{stayed:,}")
        )
    return rows


def _leaks(leaks: Leaks | None) -> list[tuple[str, ...]]:
    conflict = {True: "conflict", False: "agree", None: ""}
    worst = leaks.worst if leaks else ()
    return [
        (leak.train_row, leak.test_row, conflict[leak.label_conflict], leak.kind, f"{leak.similarity:.2f}")
        for leak in worst
    ]


def _shifts(shifts: Sequence[Shift]) -> list[tuple[str, ...]]:
    """A line a tested column, significant ones first, each with the three categories that moved most."""
    rows: list[tuple[str, ...]] = []
    hidden = masks(
        name for shift in shifts for name, _, _ in shift.movers
    )  # before they stand beside figures, which look like parts of them
    for shift in sorted(shifts, key=lambda shift: not shift.significant):
        length = shift.kind == "length"
        moved = [
            f"{hidden.get(name, name)} {_share(old, length)} → {_share(new, length)}"
            for name, old, new in shift.movers[:3]
        ]
        test = ("Kolmogorov-Smirnov" if length else "Pearson's X²") + (
            ", by reassignment" if shift.exact else ""
        )
        sure = "" if shift.significant else " (not significant)"
        rows.append(
            (
                shown_name(shift.column),
                ("length: " if length else "") + ", ".join(moved),
                test + sure,
                f"{shift.effect:.3f}",
                _p(shift.p_adjusted),
            )
        )
    return rows


def _share(value: float, length: bool) -> str:
    return f"{value:.0f}" if length else f"{value:.1%}"


def _p(value: float) -> str:
    return "< 0.001" if value < 0.001 else f"{value:.3f}"


def _capped(
    title: str,
    columns: tuple[str, ...],
    rows: Sequence[tuple[str, ...]],
    most: int,
    numbers: int,
    total: int | None = None,
) -> Titled:
    """The first `most` rows; the last `numbers` columns hold figures."""
    total = len(rows) if total is None else total
    figures = frozenset(range(len(columns) - numbers, len(columns)))
    left_out = max(0, total - min(most, len(rows)))
    return Titled(title, Table(columns, rows[:most], figures, left_out=left_out))


def _change(before: int, after: int) -> tuple[str, str, str]:
    return f"{before:,}", f"{after:,}", f"{after - before:+,}" if after != before else "0"


def _counted(counts: Counts, *, changed_only: bool = False) -> list[tuple[str, ...]]:
    chosen = [(name, pair) for name, pair in counts.items() if not changed_only or pair[0] != pair[1]]
    if changed_only:
        chosen.sort(key=lambda item: (-abs(item[1][1] - item[1][0]), item[0]))
    return [(name, *_change(*pair)) for name, pair in chosen]


def _triples(triples: Sequence[tuple[str, str, int]]) -> list[tuple[str, ...]]:
    return [(before, after, f"{rows:,}") for before, after, rows in triples]


def _duplicates(difference: Difference, most: int) -> list[tuple[str, ...]]:
    rows = difference.duplicates.head(most).iter_rows()
    return [
        ("(null)" if key is None else str(key).replace(SEPARATOR, "|"), f"{before:,}", f"{after:,}")
        for key, before, after in rows
    ]


def _metrics(difference: Difference) -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = []
    for name, (before, after) in difference.summary.metrics.items():
        if before != after:
            change = f"{after - before:+.4f}" if before is not None and after is not None else ""
            rows.append(
                (
                    name,
                    "" if before is None else f"{before:.4f}",
                    "" if after is None else f"{after:.4f}",
                    change,
                )
            )
    return rows


def _join(reason: str, because: str) -> str:
    return f"{reason} ({because})" if because else reason
