"""Duplicates in a text column of any table: exact and near ones, verified, with the row that stays.

The pairs are those of stage `dedup` (`curate/dedup/twins.py`). Rows without text are duplicates of nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, Literal

import polars as pl

from curate.dedup.normalise import folded
from curate.dedup.params import Similarity
from curate.dedup.twins import Twins, find_twins
from curate.errors import AssayError
from curate.params import parse
from curate.plain.frames import Table, frame_of, row_names, text_column
from curate.plain.result import Result, among
from curate.semantic.door import encoding
from curate.semantic.find import Meaning, near_in_meaning
from curate.semantic.params import SemanticParams
from curate.stage import Progress
from curate.text import plural


@dataclass(frozen=True, repr=False)
class DedupResult(Result):
    """Duplicates in a table.

    Parameters
    ----------
    frame
        The table.
    rows
        What names each of its rows.
    pairs
        `left, right, kind, similarity, cluster, kept`: every verified pair, `left < right`, kind `exact`,
        `near` or, where it was asked for, `semantic`. `cluster` is the row kept for the pair's later row, and
        `kept` the pair's own kept row, if it has one; of a `semantic` pair both stay, and it is null.
    similarity
        What counts as a near-duplicate.
    twins
        What they were read off.
    empty_rows
        Rows without text.
    meaning
        What was found by meaning, where it was asked for.
    """

    frame: pl.DataFrame
    rows: pl.Series
    pairs: pl.DataFrame
    similarity: Similarity
    twins: Twins
    empty_rows: int = 0
    meaning: Meaning | None = None

    @property
    def kept(self) -> pl.DataFrame:
        """One row of each cluster, and every row without a twin."""
        return self.frame.filter(~among(self.rows, self._out["id"]))

    @property
    def dropped(self) -> pl.DataFrame:
        """The other rows of each cluster."""
        return self.frame.filter(among(self.rows, self._out["id"]))

    @property
    def _out(self) -> pl.DataFrame:
        return self.twins.rows.filter(~pl.col("kept"))

    def counts(self) -> dict[str, int]:
        """Dropped rows by reason: `exact_duplicate`, `near_duplicate`."""
        counted = self._out.group_by(pl.col("kind") + "_duplicate").len("rows")
        return dict(counted.sort(["rows", "kind"], descending=[True, False]).iter_rows())

    def details(self) -> pl.DataFrame:
        """Each dropped row: `row, duplicate_of, kind, similarity`, in the order of the table."""
        order = pl.DataFrame({"id": self.rows}).with_row_index("_at")
        return (
            self._out.join(order, on="id", how="left")
            .sort("_at")
            .select(pl.col("id").alias("row"), pl.col("keeper").alias("duplicate_of"), "kind", "similarity")
        )

    def facts(self) -> dict[str, int]:
        """Counts of rows, pairs and clusters."""
        by_meaning = self.meaning is not None
        return facts_of(self.frame.height, self.empty_rows, self.pairs, self.twins, by_meaning=by_meaning)

    def headline(self) -> str:
        """How many rows repeat another."""
        out = self._out.height
        return f"{out:,} of {plural(self.frame.height, 'row')} {'repeats' if out == 1 else 'repeat'} another"

    def at(self, threshold: float) -> DedupResult:
        """The duplicates at a higher threshold, read off the pairs that are known, as a new run finds them;
        pairs of one meaning stay those of this run.

        Raises
        ------
        AssayError
            If it is lower than the threshold of the run, or not all pairs are listed.
        """
        if threshold < self.similarity.threshold or self.twins.listed != "all":
            why = (
                f"pairs were sought from {self.similarity.threshold} on, and {threshold} is lower"
                if self.twins.listed == "all"
                else "its families are too large to list every pair"
            )
            raise AssayError(
                f"this result cannot be read at threshold {threshold}: {why}",
                fix=f"run it again: assay.dedup(table, ..., threshold={threshold})",
            )
        similarity = parse(Similarity, {**self.similarity.model_dump(), "threshold": threshold}, "")
        twins = _recovered(self.twins, threshold)
        pairs = _with_meaning(contract(twins), self.meaning)
        return replace(self, pairs=pairs, similarity=similarity, twins=twins)


def dedup(
    table: Table,
    field: str,
    *,
    id: str | pl.Series | None = None,
    threshold: float | None = None,
    unit: Literal["char", "word"] | None = None,
    n: int | None = None,
    semantic: SemanticParams | None = None,
    name: str = "the table",
    progress: Progress | None = None,
) -> DedupResult:
    """Find exact and near-duplicates in the column `field` of `table`.

    Texts are compared without regard to case, white space and Unicode form; near-duplicates share a Jaccard
    index of their shingles, verified for every pair. Of a cluster the longest text is kept, the smaller id
    among equals.

    Parameters
    ----------
    table
        A polars, pandas or pyarrow table, or a `datasets.Dataset`.
    id
        The column (or a series) that names a row; by default rows are numbered from 0.
    threshold
        Jaccard index from which two texts are near-duplicates, 0.8 by default.
    unit, n
        What a shingle is made of, and how many: 4 characters by default, or 3 words.
    semantic
        Look for rows of one meaning, too, among those that stay; `assay.SemanticParams()` has the defaults.

    Raises
    ------
    AssayError
        If a column is missing, holds no text, or an id repeats.

    Examples
    --------
    >>> import polars as pl
    >>> table = pl.DataFrame({"text": ["my card is lost", "My card  is lost", "hello"]})
    >>> result = dedup(table, "text")
    >>> result.counts(), result.kept["text"].to_list()
    ({'exact_duplicate': 1}, ['My card  is lost', 'hello'])
    """
    frame = frame_of(table, name)
    similarity = similarity_of(threshold, unit, n)
    texts = documents(frame, field, row_names(frame, id, name), name)
    twins = find_twins(
        texts.filter("says").drop("says").with_columns(pl.lit(False).alias("held_out")),
        similarity,
        (lambda done: progress(done, texts.height)) if progress else None,
    )
    empty = int((~texts["says"]).sum())
    meaning = None
    if semantic is not None:
        staying = texts.filter("says").join(twins.rows.filter("kept").select("id"), on="id", how="semi")
        meaning = near_in_meaning(staying.select("id", "text"), semantic, encoding(semantic.encoder))
    pairs = _with_meaning(contract(twins), meaning)
    return DedupResult(frame, texts["id"].alias("row"), pairs, similarity, twins, empty, meaning)


def _with_meaning(pairs: pl.DataFrame, meaning: Meaning | None) -> pl.DataFrame:
    if meaning is None:
        return pairs
    found = meaning.pairs.select(
        "left",
        "right",
        pl.lit("semantic").alias("kind"),
        "similarity",
        "cluster",
        pl.lit(None, dtype=pairs.schema["kept"]).alias("kept"),
    )
    return pl.concat([pairs, found.cast(pairs.schema)]).sort("left", "right")


def facts_of(
    rows: int, empty: int, pairs: pl.DataFrame, twins: Twins, *, by_meaning: bool = False
) -> dict[str, int]:
    """Counts of rows, pairs and clusters; of pairs of one meaning where those were looked for."""
    sizes = twins.rows.group_by("keeper").len("rows").filter(pl.col("rows") > 1)["rows"]
    kinds = dict(pairs.group_by("kind").len().iter_rows())
    return {
        "rows": rows,
        "rows_without_text": empty,
        "exact_pairs": kinds.get("exact", 0),
        "near_pairs": kinds.get("near", 0),
        **({"semantic_pairs": kinds.get("semantic", 0)} if by_meaning else {}),
        "clusters": len(sizes),
        "largest_cluster": int(sizes.to_numpy().max(initial=0)),
        "rows_to_drop": int((~twins.rows["kept"]).sum()),
    }


def documents(frame: pl.DataFrame, field: str, rows: pl.Series, name: str) -> pl.DataFrame:
    """Rows as twins are sought among: `id, text, guard`, and `says`, whether the text is more than space."""
    text = text_column(frame, field, "field", name).fill_null("")
    return pl.DataFrame({"id": rows, "text": text, "says": folded(text) != ""}).with_columns(
        pl.lit("").alias("guard")
    )


def similarity_of(threshold: float | None, unit: Literal["char", "word"] | None, n: int | None) -> Similarity:
    """Arguments over the defaults; words come in threes."""
    given: dict[str, Any] = {
        "threshold": threshold,
        "unit": unit,
        "n": n if n is not None else (3 if unit == "word" else None),
    }
    return parse(Similarity, {key: value for key, value in given.items() if value is not None}, "")


def contract(twins: Twins) -> pl.DataFrame:
    """The pairs with the row that stays for each."""
    pairs = twins.pairs
    paired = pl.concat([pairs["left"], pairs["right"]]).unique()
    ranks = twins.rows.select("id", "keeper", "kept").with_row_index("rank")
    ranks = ranks.filter(pl.col("id").is_in(paired.implode()))
    for side in ("left", "right"):
        of_side = ranks.select(pl.all().name.prefix(f"{side}_"))
        pairs = pairs.join(of_side, left_on=side, right_on=f"{side}_id", how="left")
    later = pl.when(pl.col("left_rank") < pl.col("right_rank")).then("right_keeper").otherwise("left_keeper")
    kept = pl.when("left_kept").then("left").when("right_kept").then("right").otherwise(None)
    return pairs.sort("left", "right").select(
        "left", "right", "kind", "similarity", later.alias("cluster"), kept.alias("kept")
    )


def _recovered(twins: Twins, threshold: float) -> Twins:
    """`twins` as they are at a higher threshold: the greedy cover (`curate/dedup/cover.py`) over the known
    pairs of documents.
    """
    pairs = twins.pairs.filter((pl.col("kind") == "exact") | (pl.col("similarity") >= threshold))
    documents = twins.rows.select("id", "document")
    near = (
        pairs.filter(pl.col("kind") == "near")
        .join(documents.rename({"document": "a"}), left_on="left", right_on="id")
        .join(documents.rename({"document": "b"}), left_on="right", right_on="id")
        .select(pl.min_horizontal("a", "b").alias("i"), pl.max_horizontal("a", "b").alias("j"), "similarity")
        .unique(["i", "j"])
    )
    heads = twins.rows.unique("document", keep="first", maintain_order=True).select("document", "id")
    keepers = pl.DataFrame(
        {"document": heads["document"], "keeper_document": _cover(heads["document"], near.iter_rows())},
        schema_overrides={"keeper_document": heads.schema["document"]},
    )
    rows = (
        twins.rows.select("id", "held_out", "document")
        .with_row_index("_at")
        .join(keepers, on="document", how="left")
        .join(heads.rename({"document": "keeper_document", "id": "keeper"}), on="keeper_document", how="left")
        .join(near, left_on=["keeper_document", "document"], right_on=["i", "j"], how="left")
        .sort("_at")
    )
    own = pl.col("document") == pl.col("keeper_document")
    return replace(
        twins,
        pairs=pairs,
        rows=rows.select(
            "id",
            "held_out",
            "document",
            "keeper",
            (pl.col("id") == pl.col("keeper")).alias("kept"),
            pl.when(own).then(pl.lit("exact")).otherwise(pl.lit("near")).alias("kind"),
            pl.when(own).then(1.0).otherwise("similarity").alias("similarity"),
        ),
    )


def _cover(numbers: pl.Series, near: Iterable[tuple[int, int, float]]) -> list[int]:
    """The keeper of each document, going down the numbers: the first kept one that it resembles, or itself.

    Python's loop: each decision needs those before it, and only documents with a twin take part.
    """
    later: dict[int, list[int]] = defaultdict(list)
    for first, second, _ in near:
        later[first].append(second)
    keeper = {number: number for number in numbers.to_list()}
    for number in keeper:
        if keeper[number] == number:  # kept, so what resembles it and has no keeper yet is covered
            for other in later.get(number, ()):
                if keeper[other] == other:
                    keeper[other] = number
    return list(keeper.values())
