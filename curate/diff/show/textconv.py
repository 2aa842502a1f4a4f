"""A Parquet file as text that git can compare: a line a field, rows in the order of their content, personal
data masked.

The same rows give the same text, however the file is ordered, compressed or split into row groups. Every text
of the file is searched for personal data, so a large file takes its time once; `git config
diff.assay.cachetextconv true` keeps the answer.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import polars as pl

from curate.diff.show.privacy import masks
from curate.examples import TEXT_FIELDS
from curate.text import plain
from curate.versions.gold import scan
from curate.versions.table import as_text

# Characters of a field: a line that a pager still scrolls through.
WIDTH = 2_000
NAMES = ("example_id", "finding_id", "id", "row")


def text_lines(path: Path) -> Iterator[str]:
    """Lines of the file: its columns with their dtypes, then for each row a line that names it and one for
    each field that is not null.
    """
    rows = scan([path], path.name)
    schema = rows.collect_schema()
    table = rows.select(as_text(name, dtype).alias(name) for name, dtype in schema.items()).collect()
    name = next((one for one in NAMES if one in table.columns), None)
    rest = [column for column in sorted(table.columns) if column != name]
    table = table.sort(([name] if name else []) + rest, nulls_last=True)
    columns = [table[column].fill_null("").unique() for column in table.columns]
    hidden = (
        masks(
            pl.concat(columns),
            named=[text for column in TEXT_FIELDS if column in rest for text in table[column].unique()],
        )
        if columns
        else {}
    )
    yield from (f"column {plain(column, 80)}: {dtype}" for column, dtype in sorted(schema.items()))
    for row in table.iter_rows(named=True):  # text is written line by line
        yield f"row {plain(_shown(row[name], hidden), WIDTH)}" if name and row[name] is not None else "row"
        yield from (
            f"  {plain(column, 80)}: {plain(_shown(row[column], hidden), WIDTH)}"
            for column in rest
            if row[column] is not None
        )


def _shown(value: str, hidden: dict[str, str]) -> str:
    return hidden.get(value, value)
