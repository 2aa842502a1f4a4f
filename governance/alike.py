"""What stage `dedup` left about rows that say the same in other words or hold benchmark text, for people."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from curate.documents import load_parquet
from curate.project import Project
from curate.text import plain

# Near-duplicates that a person may look over: more than anybody does.
MOST = 1_000


def table(project: Project, name: str) -> pl.DataFrame:
    """Table `semantic` or `overlaps` of the stage; empty where it was not asked for."""
    path = project.stage("dedup") / f"{name}.parquet"
    return load_parquet(path) if path.exists() else pl.DataFrame()


def alike(project: Project) -> Iterator[tuple[str, str, str]]:
    """`example_id, kind, words` of the rows that a person may look at, each once a kind.

    `benchmark`: it holds benchmark text and stays. `meaning`: it says what its keeper says.
    """
    found = table(project, "overlaps")
    if found.height:
        staying = found.filter(~pl.col("dropped")).unique("example_id", keep="first", maintain_order=True)
        for row in staying.iter_rows(named=True):
            yield row["example_id"], "benchmark", in_words(row)
    pairs = table(project, "semantic")
    if not pairs.height:
        return
    later = pl.when(pl.col("left_id") == pl.col("cluster")).then("right_id").otherwise("left_id")
    named = pairs.with_columns(later.alias("example_id")).filter(
        (pl.col("left_id") == pl.col("cluster")) | (pl.col("right_id") == pl.col("cluster"))
    )
    for row in named.sort("example_id").iter_rows(named=True):
        other = " and has another label" if row["label_conflict"] else ""
        words = f"says nearly what {row['cluster']} says (cosine {row['similarity']:.2f}){other}"
        yield row["example_id"], "meaning", words


def twins(project: Project) -> dict[str, str]:
    """By each row of kind `meaning` the row that it is near to in meaning, the keeper of both."""
    pairs = table(project, "semantic")
    if not pairs.height:
        return {}
    kept = pairs.filter((pl.col("left_id") == pl.col("cluster")) | (pl.col("right_id") == pl.col("cluster")))
    later = pl.when(pl.col("left_id") == pl.col("cluster")).then("right_id").otherwise("left_id")
    return dict(kept.select(later.alias("later"), "cluster").sort("later").iter_rows())


def near(project: Project) -> Iterator[tuple[str, str, str]]:
    """`example_id, twin, words` of rows that left as near-duplicates of one that stays: the `MOST` least
    alike, since there a mistake is likeliest.
    """
    drops = table(project, "drops")
    if not drops.height:
        return
    left = drops.filter(pl.col("reason") == "near_duplicate", pl.col("kept_id").is_not_null())
    for row in left.sort("score", "example_id", nulls_last=True).head(MOST).iter_rows(named=True):
        yield (
            row["example_id"],
            row["kept_id"],
            f"left as nearly the same as {row['kept_id']} ({row['evidence']})",
        )


def of_row(project: Project, example_id: str) -> Iterator[tuple[str, str]]:
    """What was found and the evidence, for `assay why`."""
    found = table(project, "overlaps")
    if found.height:
        for row in found.filter(pl.col("example_id") == example_id).iter_rows(named=True):
            yield "holds benchmark text", in_words(row)
    pairs = table(project, "semantic")
    if pairs.height:
        either = (pl.col("left_id") == example_id) | (pl.col("right_id") == example_id)
        for row in pairs.filter(either).sort("similarity", descending=True).head(5).iter_rows(named=True):
            other = row["right_id"] if row["left_id"] == example_id else row["left_id"]
            yield f"near in meaning to {other}", f"cosine {row['similarity']:.3f}"


def in_words(row: dict[str, object]) -> str:
    """An overlap, without its text."""
    return f"holds text of row {row['file_row']} of {plain(str(row['file']), 80)} ({row['kind']})"
