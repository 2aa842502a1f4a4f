"""Rows of a test table that also stand in a training table, so that a score on them partly measures memory.

The pairs are those of stage `dedup` (`curate/dedup/leaks.py`). Rows without text are twins of nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import polars as pl

from curate.dedup.leaks import leak_counts, with_conflict
from curate.dedup.params import Similarity
from curate.dedup.twins import find_shared
from curate.errors import AssayError
from curate.overlap.find import KINDS, overlaps
from curate.overlap.params import OverlapParams
from curate.params import parse
from curate.plain.dedup import documents, similarity_of
from curate.plain.frames import Table, frame_of, row_names, text_column
from curate.plain.result import Result, among
from curate.semantic.door import encoding
from curate.semantic.find import Meaning, near_between
from curate.semantic.params import SemanticParams
from curate.text import plural


@dataclass(frozen=True, repr=False)
class LeaksResult(Result):
    """Test rows with a twin in training. Rows of one meaning in other words are candidates for a person: they
    stand among the pairs, and count as no twin.

    Parameters
    ----------
    train, test
        The two tables.
    train_rows, test_rows
        What names each of their rows.
    pairs
        `train_row, test_row, kind, similarity, label_conflict`, by test row, nearest twin first;
        `label_conflict` is null where no label column is named.
    similarity
        What counts as a near-duplicate.
    all_listed
        Whether every pair is listed; else the first of equal test rows stands for them.
    empty_rows
        Rows without text, in training and test.
    labelled
        Whether a label column is named.
    meaning
        What was found by meaning, where it was asked for: its pairs are of kind `semantic`.
    overlap
        What counts as shared text, where it was asked for.
    """

    train: pl.DataFrame
    test: pl.DataFrame
    train_rows: pl.Series
    test_rows: pl.Series
    pairs: pl.DataFrame
    similarity: Similarity
    all_listed: bool
    empty_rows: tuple[int, int] = (0, 0)
    labelled: bool = False
    meaning: Meaning | None = None
    overlap: OverlapParams | None = None

    @property
    def twins(self) -> pl.DataFrame:
        """The pairs that are leaks: all but those of kind `semantic`."""
        return self.pairs.filter(pl.col("kind") != "semantic")

    @property
    def kept(self) -> pl.DataFrame:
        """Test rows without a twin in training."""
        return self.test.filter(~among(self.test_rows, self.twins["test_row"]))

    @property
    def dropped(self) -> pl.DataFrame:
        """Test rows with one."""
        return self.test.filter(among(self.test_rows, self.twins["test_row"]))

    def counts(self) -> dict[str, int]:
        """Leaked test rows by how near their nearest twin is: `exact`, `near`."""
        nearest = self.twins.unique("test_row", keep="first", maintain_order=True)
        counted = nearest.group_by("kind").len("rows")
        return dict(counted.sort(["rows", "kind"], descending=[True, False]).iter_rows())

    def details(self) -> pl.DataFrame:
        """The pairs."""
        return self.pairs

    def facts(self) -> dict[str, int]:
        """Counts of rows and pairs; a test row counts by its nearest twin, a pair by itself, and pairs of one
        meaning only as `semantic_pairs`."""
        twins = self.twins
        counts = leak_counts(twins)
        facts = {
            "train_rows": self.train.height,
            "test_rows": self.test.height,
            "train_rows_without_text": self.empty_rows[0],
            "test_rows_without_text": self.empty_rows[1],
            "leaked_test_rows": counts["held_out_rows"],
            "leaked_train_rows": twins["train_row"].n_unique(),
            "pairs": counts["pairs"],
            "exact_pairs": twins.filter(pl.col("kind") == "exact").height,
        }
        if self.overlap is not None:
            facts["overlapping_pairs"] = twins.filter(pl.col("kind").is_in(KINDS)).height
        if self.labelled:
            facts["leaked_test_rows_with_another_label"] = counts["held_out_rows_conflicting"]
            facts["pairs_with_another_label"] = counts["conflicting_pairs"]
        if self.meaning is not None:
            facts["semantic_pairs"] = self.pairs.height - twins.height
        return facts

    def headline(self) -> str:
        """How many test rows are known from training."""
        leaked = self.twins["test_row"].n_unique()
        verb = "has" if leaked == 1 else "have"
        return f"{leaked:,} of {plural(self.test.height, 'test row')} {verb} a twin in training"

    def at(self, threshold: float) -> LeaksResult:
        """The leaks at a higher threshold, without looking again.

        Raises
        ------
        AssayError
            If it is lower than the threshold of the run.
        """
        if threshold < self.similarity.threshold:
            raise AssayError(
                f"pairs were sought from {self.similarity.threshold} on, and {threshold} is lower",
                fix=f"run it again: assay.leaks(train, test, ..., threshold={threshold})",
            )
        similarity = parse(Similarity, {**self.similarity.model_dump(), "threshold": threshold}, "")
        near_enough = (pl.col("kind") != "near") | (pl.col("similarity") >= threshold)
        return replace(self, pairs=self.pairs.filter(near_enough), similarity=similarity)


def leaks(
    train: Table,
    test: Table,
    field: str,
    *,
    label: str | None = None,
    id: str | tuple[pl.Series, pl.Series] | None = None,
    threshold: float | None = None,
    unit: Literal["char", "word"] | None = None,
    n: int | None = None,
    semantic: SemanticParams | None = None,
    overlap: OverlapParams | None = None,
    names: tuple[str, str] = ("the training table", "the test table"),
) -> LeaksResult:
    """Find rows of `test` with an exact or near twin in `train`.

    Parameters
    ----------
    train, test
        Polars, pandas or pyarrow tables, or `datasets.Dataset`s.
    field
        The text column of both.
    label
        The label column of both: twins with different labels are pointed out.
    id
        The column that names a row in both (or a series for each); by default rows are numbered from 0.
    threshold, unit, n, semantic
        As for `dedup`.
    overlap
        Look for text of a test row inside longer training rows, too: pairs of kind `whole`, `long` and
        `short` (see `curate.overlap.find`).

    Raises
    ------
    AssayError
        If a column is missing, holds no text, or an id repeats.

    Examples
    --------
    >>> import polars as pl
    >>> train = pl.DataFrame({"text": ["my card is lost", "hello"]})
    >>> test = pl.DataFrame({"text": ["My card is lost", "where is my parcel"]})
    >>> leaks(train, test, "text").counts()
    {'exact': 1}
    """
    frames = [frame_of(table, name) for table, name in zip((train, test), names, strict=True)]
    similarity = similarity_of(threshold, unit, n)
    series = id if isinstance(id, tuple) else (id, id)
    sides, labels = [], []
    for frame, key, name in zip(frames, series, names, strict=True):
        rows = row_names(frame, key, name)
        sides.append(documents(frame, field, rows, name))
        if label is not None:
            given = text_column(frame, label, "label", name)
            labels.append(pl.DataFrame({"id": rows, "label": given.alias("label")}))
    pairs, everything = find_shared(sides[0].filter("says"), sides[1].filter("says"), similarity)
    says = [side.filter("says").select("id", "text") for side in sides]
    more, meaning = [], None
    if overlap is not None:
        shared = overlaps(says[0], says[1], overlap).pairs
        more.append(shared.select(left="train_row", right="test_row", kind="kind", similarity="share"))
    if semantic is not None:
        meaning = near_between(says[0], says[1], semantic, encoding(semantic.encoder))
        alike = meaning.pairs.with_columns(pl.lit("semantic").alias("kind"))
        more.append(alike.select("left", "right", "kind", "similarity"))
    pairs = _with_more(pairs, more)
    if labels:
        pairs = with_conflict(pairs, *labels)
    else:
        pairs = pairs.with_columns(pl.lit(None, dtype=pl.Boolean).alias("label_conflict"))
    return LeaksResult(
        frames[0],
        frames[1],
        sides[0]["id"].alias("row"),
        sides[1]["id"].alias("row"),
        pairs.rename({"left": "train_row", "right": "test_row"}),
        similarity,
        everything,
        (int((~sides[0]["says"]).sum()), int((~sides[1]["says"]).sum())),
        label is not None,
        meaning,
        overlap,
    )


def _with_more(pairs: pl.DataFrame, more: list[pl.DataFrame]) -> pl.DataFrame:
    """`pairs` and those of each further table that are not among the earlier ones, by test row: what letters
    show first, then what runs of words show, then meaning.
    """
    if not more:
        return pairs
    parts = [pairs.with_columns(pl.lit(0).alias("_found"))]
    for at, found in enumerate(more, 1):
        known = pl.concat([part.select("left", "right") for part in parts])
        fresh = found.cast(pairs.schema).join(known, on=["left", "right"], how="anti")
        parts.append(fresh.with_columns(pl.lit(at).alias("_found")))
    order = ["right", "_found", "similarity", "kind", "left"]
    return pl.concat(parts).sort(order, descending=[False, False, True, False, False]).drop("_found")
