"""The report as data: sections of texts, tables and charts, from which the page, the Markdown and the
terminal view are drawn.

One description, three faces: a figure cannot stand in one and be missing from another.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from curate.task import TaskCard


@dataclass(frozen=True)
class Text:
    """A paragraph of our own words (any dataset text in it is already neutralised by `curate.text.plain`)."""

    text: str
    kind: str = "text"


@dataclass(frozen=True)
class Table:
    """A table of strings. `numeric` columns align right; `strong` rows stand out; `folded` hides it under
    that summary.
    """

    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    numeric: frozenset[int] = frozenset()
    strong: frozenset[int] = frozenset()
    folded: str = ""
    kind: str = "table"


@dataclass(frozen=True)
class Chart:
    """An SVG of `governance.report.charts`; shown in the page only, since its figures also stand in a
    table.
    """

    svg: str
    key: Sequence[str] = ()
    kind: str = "chart"


Part = Text | Table | Chart


@dataclass(frozen=True)
class Section:
    """A titled part of the report."""

    anchor: str
    title: str
    parts: Sequence[Part]


@dataclass(frozen=True)
class Verdict:
    """The verdict in a line and its reasons in sentences."""

    title: str
    reasons: Sequence[str]


@dataclass(frozen=True)
class Document:
    """A whole report."""

    task: TaskCard
    version: str
    rows_line: str
    verdict: Verdict | None
    no_comparison: str = ""
    sections: Sequence[Section] = field(default_factory=tuple)
