"""How much one file may ask of the machine, and how whoever runs it allows more.

A file of 192 KB can unpack to 6 GB, a cell can hold a book, a header can name a column for each of its rows.
Everything here reads in linear time, but a stage that takes an hour over one cell is no use to anybody, so
past a stated size a file is refused. The limits are far above what people curate; each is raised by a
variable of the environment, which no file that comes with the data can set.
"""

from __future__ import annotations

import os
from dataclasses import dataclass

from curate.errors import AssayError
from curate.text import plain


@dataclass(frozen=True)
class Bound:
    """A limit: the variable that raises it, its default, and what it counts."""

    variable: str
    default: int
    what: str

    @property
    def limit(self) -> int:
        """The limit in force.

        Raises
        ------
        AssayError
            If the variable does not hold a whole number.
        """
        said = os.environ.get(self.variable, "").strip()
        if not said:
            return self.default
        if not (said.isascii() and said.isdigit() and len(said) < 16):
            raise AssayError(
                f"{self.variable} is not a whole number", fix=f"export {self.variable}={self.default}"
            )
        return int(said)

    def check(self, count: int, where: object) -> None:
        """Fail if `count` is above the limit.

        Raises
        ------
        AssayError
            Naming the variable that raises it.
        """
        if count > self.limit:
            raise AssayError(
                f"{plain(str(where), 300)} has {count:,} {self.what}, over the limit of {self.limit:,}",
                fix=f"divide it; or, if you mean it: export {self.variable}={count}",
            )


# The bulk of the memory of a machine that curates a million rows.
UNPACKED_BYTES = Bound("ASSAY_MAX_UNPACKED", 4 << 30, "bytes when unpacked")
# Text of real exports is packed to a tenth or a twentieth, logs to a hundredth, zeros to a thirty-thousandth.
RATIO = Bound("ASSAY_MAX_RATIO", 500, "times its size when unpacked")
# Smaller than this when unpacked, no ratio does harm.
HARMLESS = 64 << 20
# A cell of prose is scanned at about .4 MB a second; the longest text of any public set we know has 2 MB.
CELL_BYTES = Bound("ASSAY_MAX_CELL", 10_000_000, "bytes in one cell")
COLUMNS = Bound("ASSAY_MAX_COLUMNS", 10_000, "columns")
# Rows and columns of a Parquet file take no space where all are equal.
CELLS = Bound("ASSAY_MAX_CELLS", 1_000_000_000, "cells")
# Beyond some thousands a label is a text: the confusion matrix alone has their square.
LABELS = Bound("ASSAY_MAX_LABELS", 5_000, "labels")
