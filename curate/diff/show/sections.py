"""A difference as a list of small tables in the order a reviewer needs them; the faces only draw these.

The order is that of what can be wrong: gates, causes, personal data, splits and labels, the pipeline,
metrics, examples. Personal data is masked here, for all faces; hostile text is still raw: each face
neutralises what it draws.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import polars as pl

from curate.diff.difference import Difference
from curate.diff.explain.causes import JUDGED, REDACTED
from curate.diff.measure.summary import Counts, FindingChange, Leaks, Shift
from curate.diff.show.excerpt import marked
from curate.diff.show.privacy import mask_columns, masks
from curate.versions.table import SEPARATOR
from curate.versions.version import CHANGE_KINDS

# Causes whose text must not be shown: the old value may be the personal value that is now redacted.
PERSONAL = (REDACTED, JUDGED)
HIDDEN = "(not shown: redaction)"
SAME_MASKED = " (differs in what is masked)"
# Columns of the tables whose cells come from the data.
TEXTS = frozenset(
    (
        "row",
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
    )
)


class GateLine(NamedTuple):
    """A judged gate of `assay check`, as the faces show it."""

    name: str
    passed: bool
    message: str


@dataclass(frozen=True)
class Section:
    """A titled table; `numbers` names its right-aligned columns, `left_out` counts rows that did not fit."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numbers: tuple[str, ...] = ()
    left_out: int = 0


def verdict(difference: Difference) -> str:
    """The outcome in a sentence."""
    summary = difference.summary
    if summary.empty and any(summary.clerical.values()):
        return "no row differs but in form: " + ", ".join(
            name for name, rows in summary.clerical.items() if rows
        )
    if summary.empty:
        return "no row differs"
    counts = (
        ", ".join(f"{rows:,} {kind}" for kind, rows in summary.changes.items() if rows)
        or "only columns differ"
    )
    told = [f"{summary.unexplained:,} UNEXPLAINED" if summary.unexplained else "all explained"]
    if summary.leaks and summary.leaks.pairs:
        told.append(f"{summary.leaks.held_out_rows:,} held-out rows newly LEAK into training")
    if new := sum(one.new for one in summary.finding_changes):
        told.append(f"{new:,} personal values new")
    if summary.substantive and (form := sum(summary.changes.values()) - sum(summary.substantive.values())):
        told.append(f"{form:,} of them in form only")
    return f"{counts}; {', '.join(told)}"


def sections(
    difference: Difference, *, samples: int, show_values: bool, most: int = 20, gates: Sequence[GateLine] = ()
) -> list[Section]:
    """The tables of a difference, most important first, empty ones left out, personal data masked.

    Parameters
    ----------
    samples
        Changes listed per kind of change.
    show_values
        Whether samples show text before and after. Labels and splits are always shown; text that a redaction
        hides never is.
    most
        Rows of each counting table.
    gates
        Gates of `assay check` as judged on the newer version, failed ones first in the table.
    """
    clerical = [(name, f"{rows:,}") for name, rows in difference.summary.clerical.items() if rows]
    found = [
        *_counts(difference, most, gates, show_values),
        *_samples(difference, samples, show_values),
        _capped("Clerical changes: form, not substance", ("what", "rows"), clerical, most, 1),
    ]
    return _masked([section for section in found if section.rows])


def _counts(difference: Difference, most: int, gates: Sequence[GateLine], show_values: bool) -> list[Section]:
    summary = difference.summary
    return [
        _capped("Gates", ("gate", "", "what was seen"), _gates(gates), len(gates), 0),
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
        _capped(
            "Why",
            ("change", "cause", "for example", "changes"),
            [
                (cause.change, _join(cause.reason, cause.because), cause.evidence, f"{cause.changes:,}")
                for cause in sorted(summary.causes, key=lambda cause: not cause.unexplained)
            ],
            most,
            1,
        ),
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
            ("entity", "new", "fixed", "persisting"),
            _findings(summary.finding_changes),
            most,
            3,
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
            [(name, f"{rows:,}") for name, rows in summary.fields.items()],
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
                *((name, "added") for name in summary.columns_added),
                *((name, "removed") for name in summary.columns_removed),
            ],
            most,
            0,
        ),
    ]


def shown_changes(difference: Difference, limit: int, *, show_values: bool) -> pl.DataFrame:
    """The first `limit` changes as they may be shown.

    Texts are blank where they must not be shown (without `show_values` all but labels and splits), and
    personal data is masked in what is left, in ids and in causes.
    """
    changes = difference.changes.head(limit)
    open_kinds = pl.col("change").is_in(["relabelled", "moved"])
    may = (open_kinds | pl.lit(show_values)) & ~pl.col("reason").is_in(PERSONAL)
    blank = changes.with_columns(pl.when(may).then(pl.col(name)).alias(name) for name in ("before", "after"))
    differed = pl.col("before") != pl.col("after")
    edited = blank.filter(change="edited")
    masked = mask_columns(
        blank, ("row", "before", "after", "cause", "evidence"), named=[*edited["before"], *edited["after"]]
    )
    masked = masked.with_columns(blank.select(differed.alias("differed")))
    alike = pl.col("differed") & ~differed
    return masked.with_columns(
        pl.when(alike).then(pl.col("after") + SAME_MASKED).otherwise("after").alias("after")
    ).drop("differed")


def shown_shifts(difference: Difference, show_values: bool) -> tuple[Shift, ...]:
    """The shifts; where values must not be shown, without the categories of any column but the label and the
    provenance.
    """
    named = {difference.after.label, "split", "language", "source"}
    return tuple(
        shift if show_values or shift.kind == "length" or shift.column in named else replace(shift, movers=())
        for shift in difference.summary.shifts
    )


def _masked(found: list[Section]) -> list[Section]:
    """Every cell that comes from the data, searched in one pass."""
    cells = {cell for section in found for row in section.rows for name, cell in _texts(section, row)}
    hidden = masks(cells)
    if not hidden:
        return found
    return [
        replace(
            section,
            rows=tuple(
                tuple(
                    hidden.get(cell, cell) if name in TEXTS and name not in section.numbers else cell
                    for name, cell in zip(section.columns, row, strict=True)
                )
                for row in section.rows
            ),
        )
        for section in found
    ]


def _texts(section: Section, row: tuple[str, ...]) -> Iterable[tuple[str, str]]:
    return (
        (name, cell)
        for name, cell in zip(section.columns, row, strict=True)
        if name in TEXTS and name not in section.numbers
    )


def _findings(changes: Sequence[FindingChange]) -> list[tuple[str, ...]]:
    """Entities with values new or gone, and the others in one line."""
    moved = [one for one in changes if one.new or one.fixed]
    rows = [(one.entity, *(f"{count:,}" for count in (one.new, one.fixed, one.persisting))) for one in moved]
    if stayed := sum(one.persisting for one in changes if one not in moved):
        rows.append((f"{'all others' if moved else 'all'}, nothing new or gone", "0", "0", f"{stayed:,}"))
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
            (shift.column, ", ".join(moved), test + sure, f"{shift.effect:.3f}", _p(shift.p_adjusted))
        )
    return rows


def _share(value: float, length: bool) -> str:
    return f"{value:.0f}" if length else f"{value:.1%}"


def _p(value: float) -> str:
    return "< 0.001" if value < 0.001 else f"{value:.3f}"


def _gates(gates: Sequence[GateLine]) -> list[tuple[str, ...]]:
    return [
        (gate.name, "pass" if gate.passed else "FAIL", gate.message)
        for gate in sorted(gates, key=lambda gate: gate.passed)
    ]


def _samples(difference: Difference, samples: int, show_values: bool) -> Iterable[Section]:
    for kind in CHANGE_KINDS:
        lines = difference.changes.filter(pl.col("change") == kind)
        if not lines.height:
            continue
        personal = lines.head(samples)["reason"].is_in(PERSONAL).to_list()
        shown = shown_changes(_only(difference, lines), samples, show_values=show_values)
        valued = shown["before"].is_not_null().any() or shown["after"].is_not_null().any() or any(personal)
        columns = ("row", *_SAMPLED[kind][0], *(_SAMPLED[kind][1] if valued else ()), "cause")
        rows = []
        for line, hidden in zip(shown.iter_rows(named=True), personal, strict=True):
            old, new = line["before"] or "", line["after"] or ""
            cells = {name: line[name] or "" for name in ("row", "field", "cause")}
            if hidden and show_values:
                cells |= {"before": HIDDEN, "after": HIDDEN, "edit": HIDDEN}
            else:
                cells |= {"before": old, "after": new, "edit": marked(old, new) if kind == "edited" else ""}
            rows.append(tuple(cells[name] for name in columns))
        yield Section(kind.capitalize() + ": examples", columns, tuple(rows), (), lines.height - len(rows))


# What the examples of a kind show between row and cause: always, and where there are values to show.
_SAMPLED: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "added": ((), ()),
    "removed": ((), ()),
    "edited": (("field",), ("edit",)),
    "relabelled": (("field",), ("before", "after")),
    "moved": ((), ("before", "after")),
}


def _only(difference: Difference, lines: pl.DataFrame) -> Difference:
    return Difference(difference.before, difference.after, lines, difference.duplicates, difference.summary)


def _capped(
    title: str,
    columns: tuple[str, ...],
    rows: Sequence[tuple[str, ...]],
    most: int,
    numbers: int,
    total: int | None = None,
) -> Section:
    total = len(rows) if total is None else total
    return Section(
        title,
        columns,
        tuple(rows[:most]),
        columns[len(columns) - numbers :],
        max(0, total - min(most, len(rows))),
    )


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
