"""Which rows of a table are a person's own and which speak of them: the one way in which `assay subject find`
and `assay erase` find rows.

A row is a person's own if its id, subject or group is a value, in any spelling, or the keyed digest that
stands for one in gold. It speaks of them if any other text of it holds a value, or another column of ids the
keyed id of one.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from governance.subjects.wanted import Wanted, hits, may_hold

ID = "example_id"
# Columns by which a row is somebody's own.
OWN = (ID, "subject", "group")
# Columns of the tool's own tables that say what a row is, in words of the tool or of the task card.
METADATA = frozenset(
    {
        *("split", "source", "licence", "language", "lawful_basis", "collected_at"),
        *("stage", "reason", "field", "entity", "action", "detector"),
    }
)


def own(schema: pl.Schema, sought: Sequence[Wanted]) -> pl.Expr | None:
    """Whether a row is the person's own, bool; None where no column says so."""
    columns = [name for name in OWN if schema.get(name) == pl.String]
    if not columns or not sought:
        return None
    values = sorted({value for one in sought for value in one.own})
    asked = [pl.col(name).is_in(values) for name in columns]
    # `Jo Miller <jo@example.org>` or `thread of Jo Miller`
    asked += [may_hold(pl.col(name), sought) & hits(pl.col(name), sought) for name in columns if name != ID]
    return pl.any_horizontal(asked).fill_null(False)


def may_speak(schema: pl.Schema, sought: Sequence[Wanted]) -> pl.Expr | None:
    """Whether a row is worth asking `speaks`, at a fraction of the cost; None where no column may hold a
    text.
    """
    texts = _texts(schema) if sought else []
    return pl.any_horizontal(may_hold(text, sought) for text in texts) if texts else None


def speaks(schema: pl.Schema, sought: Sequence[Wanted]) -> pl.Expr | None:
    """Whether a row holds a value in any text, bool; None where no column may."""
    texts = _texts(schema) if sought else []
    return pl.any_horizontal(hits(text, sought) for text in texts).fill_null(False) if texts else None


def named(schema: pl.Schema, ids: Sequence[str]) -> pl.Expr | None:
    """Whether a column of ids names one of the rows `ids`, bool; None where there is no such column."""
    columns = [name for name, dtype in schema.items() if dtype == pl.String and name.endswith("_id")]
    if not columns or not ids:
        return None
    return pl.any_horizontal(pl.col(name).is_in(list(ids)) for name in columns).fill_null(False)


def _texts(schema: pl.Schema) -> list[pl.Expr]:
    """Columns that may speak of somebody, as text; a table that is not the tool's is searched whole."""
    passed_over = {*OWN, *METADATA} if ID in schema else set()
    texts = [
        pl.col(name)
        for name, dtype in schema.items()
        if dtype == pl.String and name not in passed_over and not name.endswith("_digest")
    ]
    nested = [name for name, dtype in schema.items() if dtype.is_nested()]
    return texts + [pl.col(name).map_elements(words, return_dtype=pl.String) for name in nested]


def words(value: object) -> str:
    """A nested cell as text."""
    return str(value.to_list() if isinstance(value, pl.Series) else value)
