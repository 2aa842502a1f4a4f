"""Pairs of similar rows as people see them: ids and similarity anywhere, texts only where a person looks."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING, Any

from governance.cli.rim import stdout

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import polars as pl

# Pairs shown; -o writes them all.
_SHOWN = 10


def print_facts(facts: dict[str, int]) -> None:
    """A table of counts on stdout; counts of rows without text only where there are any."""
    from rich.table import Table

    table = Table(box=None, show_header=False, pad_edge=False)
    for name, value in facts.items():
        if value or not name.endswith("without_text"):
            table.add_row(name.replace("_", " "), f"{value:,}")
    stdout().print(table)


def print_pairs(
    pairs: pl.DataFrame, sides: Sequence[tuple[pl.Series, pl.Series]], show_texts: bool | None
) -> None:
    """The most telling pairs: those whose labels differ, then near ones before exact ones, the closest first.
    Pairs of one meaning are candidates and follow under a name of their own.

    Parameters
    ----------
    pairs
        The ids of two rows in the first two columns; `kind`, `similarity` and perhaps `label_conflict`.
    sides
        For each of the two columns the ids and the texts of its table.
    show_texts
        Whether texts stand under each pair, digits and addresses dotted; None: on a terminal only, since a
        log keeps what it is given.
    """
    if not pairs.height:
        return
    import polars as pl

    first, second = pairs.columns[:2]
    texts = {
        column: dict(zip(*side, strict=True)) for column, side in zip((first, second), sides, strict=True)
    }
    with_texts = texts_wanted(show_texts)
    by_meaning = pl.col("kind") == "semantic"
    for part, title in (
        (pairs.filter(~by_meaning), ""),
        (pairs.filter(by_meaning), "Of one meaning in other words, for a person to judge:"),
    ):
        if part.height:
            _list(part, texts if with_texts else {}, title)
    if not with_texts:
        stdout().print("(texts are shown on a terminal, or with --show-texts)", markup=False)


def _list(pairs: pl.DataFrame, texts: Mapping[str, dict[Any, str]], title: str) -> None:
    """The first of some pairs under a title, with the texts of the columns that have any."""
    from curate.text import for_rich, plural

    first, second = pairs.columns[:2]
    console = stdout()
    console.print(f"\n{title}" if title else "", markup=False)
    for pair in first_pairs(pairs).iter_rows(named=True):
        conflict = ", another label" if pair.get("label_conflict") else ""
        ids = " ~ ".join(for_rich(str(pair[column]), 40) for column in (first, second))
        console.print(f"{pair['kind']} {pair['similarity']:.3f}  {ids}{conflict}")
        for column, known in texts.items():
            console.print(f"    {shown(known[pair[column]] or '')}", markup=False)
    if pairs.height > _SHOWN:
        more = plural(pairs.height - _SHOWN, "more pair")
        console.print(f"... and {more}: write them all with -o pairs.parquet", markup=False)


def texts_wanted(show_texts: bool | None) -> bool:
    """Whether texts are shown: as asked, else on a terminal."""
    return sys.stdout.isatty() if show_texts is None else show_texts


def first_pairs(pairs: pl.DataFrame) -> pl.DataFrame:
    """The pairs that are shown: those whose labels differ, then near ones before exact ones, the closest
    first.
    """
    first, second = pairs.columns[:2]
    order = ["label_conflict"] if "label_conflict" in pairs.columns else []
    return pairs.sort(
        *order,
        "kind",
        "similarity",
        first,
        second,
        descending=[*[True for _ in order], True, True, False, False],
        nulls_last=True,
    ).head(_SHOWN)


def shown(text: str, limit: int = 100) -> str:
    """Hostile text as one safe line, without the digits and addresses that may be personal."""
    from curate.text import plain

    return plain(re.sub(r"\d", "•", re.sub(r"\S+@\S+", "•@•", text[: 4 * limit])), limit)
