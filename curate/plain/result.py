"""What every function on a plain table returns: the rows kept, the rows dropped, and why.

A result is frozen and holds the table it was made of; `kept` and `dropped` are cut out when they are asked
for. Its representations show counts, places and masked values, never a text of the table.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

import polars as pl

from curate.read import shown_name
from curate.text import for_html, plain

# Lines of `details` that a notebook shows.
SHOWN = 10


class Result(ABC):
    """Rows of a table, parted in two, with a reason for each row dropped."""

    @property
    @abstractmethod
    def kept(self) -> pl.DataFrame:
        """The rows that nothing speaks against, in their order, with their columns."""

    @property
    @abstractmethod
    def dropped(self) -> pl.DataFrame:
        """The other rows, in their order, with their columns."""

    @abstractmethod
    def counts(self) -> dict[str, int]:
        """Rows by reason, the commonest first."""

    @abstractmethod
    def details(self) -> pl.DataFrame:
        """A line for each thing found, with its row and the evidence; no text of the table."""

    @abstractmethod
    def headline(self) -> str:
        """The result in one sentence."""

    def __repr__(self) -> str:
        counts = ", ".join(f"{plain(name, 60)} {count:,}" for name, count in self.counts().items())
        return f"<{type(self).__name__}: {self.headline()}{f' ({counts})' if counts else ''}>"

    def _repr_html_(self) -> str:
        """The headline, the counts and the first details, for a notebook."""
        counts = [
            f"<tr><td>{for_html(name, 60)}</td><td style='text-align:right'>{count:,}</td></tr>"
            for name, count in self.counts().items()
        ]
        return (
            f"<div class='assay-result'><p><b>{for_html(self.headline())}</b></p>"
            f"<table>{''.join(counts)}</table>{_details_html(self.details())}</div>"
        )


def _details_html(details: pl.DataFrame) -> str:
    if not details.height:
        return ""
    head = "".join(f"<th scope='col'>{for_html(name, 40)}</th>" for name in details.columns)
    rows = "".join(
        "<tr>" + "".join(f"<td>{for_html(_cell(value), 80)}</td>" for value in row) + "</tr>"
        for row in details.head(SHOWN).iter_rows()
    )
    more = details.height - SHOWN
    note = f"<p>and {more:,} more: see <code>details()</code></p>" if more > 0 else ""
    return f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>{note}"


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.3f}"
    return shown_name(value) if isinstance(value, str) else str(value)


def among(names: pl.Series, some: pl.Series) -> pl.Series:
    """Boolean, one per row: whether its name is among `some`."""
    return names.is_in(some.unique().implode())
