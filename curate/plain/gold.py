"""A published gold version as frames, without a project."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from curate.documents import load_json
from curate.errors import AssayError
from curate.files import read_stage_frame
from curate.plain.result import Result
from curate.splits import SPLITS
from curate.text import plural


@dataclass(frozen=True, repr=False)
class Gold(Result):
    """A gold version.

    Parameters
    ----------
    path
        Its folder.
    splits
        The rows of `train`, `validation` and `test`.
    ledger
        Every row that did not come so far, with stage, reason and evidence.
    manifest
        What `manifest.json` says: digests, parameters, counts.
    """

    path: Path
    splits: dict[str, pl.DataFrame]
    ledger: pl.DataFrame
    manifest: dict[str, Any]

    @property
    def train(self) -> pl.DataFrame:
        """Rows to train on."""
        return self.splits["train"]

    @property
    def validation(self) -> pl.DataFrame:
        """Rows to choose settings by."""
        return self.splits["validation"]

    @property
    def test(self) -> pl.DataFrame:
        """Rows to be judged by."""
        return self.splits["test"]

    @property
    def kept(self) -> pl.DataFrame:
        """All rows, with their split in the first column."""
        rows = [frame.select(pl.lit(name).alias("split"), pl.all()) for name, frame in self.splits.items()]
        return pl.concat(rows)

    @property
    def dropped(self) -> pl.DataFrame:
        """The ledger."""
        return self.ledger

    def counts(self) -> dict[str, int]:
        """Rows by split."""
        return {name: frame.height for name, frame in self.splits.items()}

    def details(self) -> pl.DataFrame:
        """Dropped rows by stage and reason, in counts."""
        counted = self.ledger.group_by("stage", "reason").agg(pl.col("example_id").n_unique().alias("rows"))
        return counted.sort(["rows", "stage", "reason"], descending=[True, False, False])

    def headline(self) -> str:
        """How many rows there are and how many were dropped."""
        rows = sum(frame.height for frame in self.splits.values())
        return f"gold version of {plural(rows, 'row')}; {self.ledger['example_id'].n_unique():,} dropped"


def open_gold(path: str | Path) -> Gold:
    """Read the gold version in the folder `path`, or in that of the project at `path`.

    Raises
    ------
    AssayError
        If there is none, or a file is damaged.

    Examples
    --------
    >>> open_gold("my-task").train  # doctest: +SKIP
    """
    folder = Path(path)
    if not (folder / "manifest.json").exists() and (folder / "gold" / "manifest.json").exists():
        folder = folder / "gold"
    if not (folder / "manifest.json").exists():
        raise AssayError(
            f"{folder} is not a gold version: it holds no manifest.json",
            fix="name a folder that stage publish wrote, such as my-task/gold   (assay publish makes it)",
        )
    manifest = load_json(folder / "manifest.json", fix="assay publish")
    splits = {name: read_stage_frame(folder / f"{name}.parquet", made_by="publish") for name in SPLITS}
    ledger = read_stage_frame(folder / "ledger.parquet", made_by="publish")
    return Gold(folder, splits, ledger, manifest)
