"""Values that are hardly a person's: words of the task card and of the tool, and what stands in many rows.

`test` is the name of a split, `billing` a label; whoever asks for one by mistake would erase half a project.
A subject may own many rows, so a value that the subject column declares is never doubted.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import polars as pl

from curate.project import Project
from curate.splits import SPLITS
from curate.text import mask
from governance.subjects.rows import ID, METADATA, may_speak, speaks
from governance.subjects.wanted import Wanted

# Share of the rows in which no person's value stands, and the rows below which a share says nothing: three of
# twenty rows may well be one person's.
MOST, FEWEST = 0.1, 5


@dataclass(frozen=True)
class Doubt:
    """Why a value is hardly a person's: the value (masked unless a word of the task) and the reason."""

    shown: str
    why: str

    def __str__(self) -> str:
        return f"{self.shown} {self.why}"


def doubts(project: Project, values: Iterable[str], sought: Sequence[Wanted]) -> list[Doubt]:
    """Each value that is hardly a person's.

    Parameters
    ----------
    values
        As given.
    sought
        The same in the forms of `wanted`, in the order of `values`.
    """
    said = _words(project)
    found = []
    given = dict.fromkeys(value.strip() for value in values if value.strip())
    for value, one in zip(given, sought, strict=True):
        word = " ".join(value.casefold().split())
        count = _count(project, one)
        why = "" if count and count.declared else said.get(word) or (_many(count) if count else "")
        if why:
            found.append(Doubt(value if word in said else mask(value), why))
    return found


def _words(project: Project) -> dict[str, str]:
    """Words of the task card and the tool, folded, with what each is."""
    task = project.task
    words: dict[str, str] = {}
    for what, names in (
        ("is a label of the task", task.labels),
        ("is the name of a source", task.sources),
        ("is the licence of a source", [source.licence for source in task.sources.values()]),
        ("is the lawful basis of a source", [source.lawful_basis for source in task.sources.values()]),
        ("is a language of the task", task.languages),
        ("is a kind of task", [task.kind]),
        ("is the name of the task", [task.name]),
        ("is the name of a split", SPLITS),
        ("is the name of a column", [ID, "input", "output", "rejected", "group", "subject", *METADATA]),
    ):
        for name in names:
            words.setdefault(" ".join(str(name).casefold().split()), what)
    return words


@dataclass(frozen=True)
class _Count:
    """In how many rows of how many a value stands, and whether it is a subject's."""

    rows: int
    of: int
    declared: bool


def _many(count: _Count) -> str:
    """Whether a value stands in more rows than a person's does, in words; empty if not."""
    if count.rows < FEWEST or count.rows <= MOST * count.of:
        return ""
    return (
        f"stands in {count.rows:,} of {count.of:,} rows: no person's value does that; give something longer"
    )


def _count(project: Project, one: Wanted) -> _Count | None:
    table = _rows(project)
    if table is None:
        return None
    schema = table.collect_schema()
    near, held = may_speak(schema, [one]), speaks(schema, [one])
    if near is None or held is None:
        return None
    subjects = schema.get("subject") == pl.String
    declared = pl.col("subject").is_in(sorted(one.own)).fill_null(False) if subjects else pl.lit(False)
    counted = table.select(of=pl.len(), rows=(near & held).sum(), declared=declared.any()).collect()
    of, rows, is_declared = counted.row(0)
    return _Count(rows, of, bool(is_declared))


def _rows(project: Project) -> pl.LazyFrame | None:
    """All rows as they came, else those of gold."""
    ingested = project.root / "data" / "ingest" / "examples.parquet"
    gold = [project.gold / f"{split}.parquet" for split in SPLITS]
    for paths in ([ingested], gold):
        if all(path.exists() for path in paths):
            try:
                table = pl.concat([pl.scan_parquet(path, glob=False) for path in paths])
                table.collect_schema()
                return table
            except (OSError, pl.exceptions.PolarsError):
                continue
    return None
