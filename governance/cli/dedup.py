"""`assay dedup`: duplicates of a plain FILE, or the stage of the project here."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from governance.cli.rim import emit_json, progress_bar, run_stage, stdout

if TYPE_CHECKING:
    import polars as pl

    from curate.dedup.params import Similarity

# Pairs shown with their texts, and only on a terminal: a log keeps what it is given.
_SHOWN = 3


@click.command()
@click.argument("file", required=False, type=click.Path(path_type=Path))
@click.option("--field", metavar="COLUMN", help="Column with the text.")
@click.option(
    "--id",
    "id_column",
    metavar="COLUMN",
    help="Column that names a row; without it, rows are numbered from 0.",
)
@click.option(
    "--threshold", type=float, help="Jaccard index from which two texts are near-duplicates; default 0.8."
)
@click.option("--unit", type=click.Choice(["char", "word"]), help="What a shingle is made of; default char.")
@click.option("--n", "n", type=int, help="Characters or words a shingle; default 4 for char, 3 for word.")
@click.option(
    "-o",
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write the verified pairs as Parquet.",
)
@click.option(
    "--format",
    "shape",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="How to print.",
)
def dedup(
    file: Path | None,
    field: str | None,
    id_column: str | None,
    threshold: float | None,
    unit: str | None,
    n: int | None,
    out: Path | None,
    shape: str,
) -> None:
    """Exact and near-duplicates: of FILE, or without it of the project here (stage `dedup`).

    Texts are compared without regard to case, white space and Unicode form; near-duplicates share a Jaccard
    index of their shingles, verified for every pair. -o writes `left, right, kind, similarity, cluster,
    kept`, where cluster is the row kept for the pair's later row, and kept is the pair's own kept row, if it
    has one.

    \b
    Examples:
      assay dedup                                       # the project's stage, by params.yaml
      assay dedup export.csv --field text -o pairs.parquet
      assay dedup articles.parquet --field body --unit word --n 3 --threshold 0.7
    """
    if file is None:
        if any(value is not None for value in (field, id_column, threshold, unit, n, out)) or shape != "text":
            raise click.UsageError(
                "options go with a FILE; without one the stage takes its settings from params.yaml"
            )
        run_stage("dedup")
        return
    if field is None:
        raise click.UsageError("--field COLUMN says which column of FILE holds the text")

    import polars as pl

    from curate.dedup.twins import find_twins
    from curate.files import write_parquet

    checked_place(out)
    similarity = similarity_of(threshold, unit, n)
    rows = rows_of(file, field, id_column)
    with progress_bar("dedup") as progress:
        twins = find_twins(
            rows.with_columns(pl.lit(False).alias("held_out")),
            similarity,
            (lambda done: progress(done, rows.height)) if progress else None,
        )
    ranks = twins.rows.select("id", "keeper", "kept").with_row_index("rank")
    pairs = twins.pairs
    for side in ("left", "right"):
        pairs = pairs.join(
            ranks.select(pl.all().name.prefix(f"{side}_")), left_on=side, right_on=f"{side}_id", how="left"
        )
    pairs = pairs.sort("left", "right").select(
        "left",
        "right",
        "kind",
        "similarity",
        pl.when(pl.col("left_rank") < pl.col("right_rank"))
        .then("right_keeper")
        .otherwise("left_keeper")
        .alias("cluster"),
        pl.when("left_kept").then("left").when("right_kept").then("right").otherwise(None).alias("kept"),
    )
    if out:
        write_parquet(pairs, out)
    sizes = twins.rows.group_by("keeper").len("rows").filter(pl.col("rows") > 1)
    facts = {
        "rows": rows.height,
        "exact_pairs": pairs.filter(pl.col("kind") == "exact").height,
        "near_pairs": pairs.filter(pl.col("kind") == "near").height,
        "clusters": sizes.height,
        "largest_cluster": int(sizes["rows"].max() or 0),  # type: ignore[arg-type]
        "rows_to_drop": rows.height - int(twins.rows["kept"].sum()),
    }
    if shape == "json":
        settings = similarity.model_dump() | {"listed": twins.listed, "search": twins.search}
        emit_json({"schema": "assay.dedup/1", "field": field, **facts, "similarity": settings})
        return
    print_facts(facts)
    if twins.listed != "all":
        stdout().print("families too large to list in full: each row is paired with its representatives")
    print_pairs(pairs, rows, rows)


def checked_place(out: Path | None) -> None:
    """Fail before the work, not after it, if `out` has no folder to stand in."""
    from curate.errors import AssayError

    if out and not out.absolute().parent.is_dir():
        raise AssayError(
            f"{out.absolute().parent} does not exist, so {out.name} cannot be written there",
            fix=f"mkdir -p {out.absolute().parent}",
        )


def similarity_of(threshold: float | None, unit: str | None, n: int | None) -> Similarity:
    """Options over the defaults; words come in threes."""
    from curate.dedup.params import Similarity
    from curate.params import parse

    given: dict[str, Any] = {
        "threshold": threshold,
        "unit": unit,
        "n": n if n is not None else (3 if unit == "word" else None),
    }
    return parse(Similarity, {name: value for name, value in given.items() if value is not None}, "option")


def rows_of(file: Path, field: str, id_column: str | None) -> pl.DataFrame:
    """The file's rows as `id, text, guard`.

    Raises
    ------
    AssayError
        If a column is missing, the field is no text, or the ids are not unique.
    """
    import polars as pl

    from curate.errors import AssayError
    from curate.read import need_columns, read_table

    table = read_table(file)
    need_columns(
        table,
        [field, *([id_column] if id_column else [])],
        file,
        option="--field" if id_column is None else "",
    )
    if not table.schema[field].is_numeric() and table.schema[field] not in (
        pl.String,
        pl.Categorical,
        pl.Null,
    ):
        raise AssayError(
            f"column {field!r} of {file} holds {table.schema[field]}, not text",
            fix="name a column of text with --field",
        )
    ids = table[id_column] if id_column else pl.int_range(table.height, eager=True)
    if id_column and not (ids.dtype.is_integer() or ids.dtype == pl.String):
        ids = ids.cast(pl.String)
    if ids.null_count() or ids.is_duplicated().any():
        number = int((ids.is_null() | ids.is_duplicated()).arg_true()[0])
        raise AssayError(
            f"column {id_column!r} of {file} names no row uniquely: row {number} has no value or one "
            f"that stands twice",
            fix="name another column with --id, or leave it out to number the rows",
        )
    text = table[field].cast(pl.String).fill_null("")
    return pl.DataFrame({"id": ids, "text": text}).with_columns(pl.lit("").alias("guard"))


def print_facts(facts: dict[str, int]) -> None:
    """A table of counts on stdout."""
    from rich.table import Table

    table = Table(box=None, show_header=False, pad_edge=False)
    for name, value in facts.items():
        table.add_row(name.replace("_", " "), f"{value:,}")
    stdout().print(table)


def print_pairs(pairs: pl.DataFrame, left: pl.DataFrame, right: pl.DataFrame) -> None:
    """The closest few near pairs with their texts, on a terminal only; digits and addresses are dotted."""
    if not sys.stdout.isatty() or not pairs.height:
        return
    from curate.text import plain

    console = stdout()
    for pair in pairs.sort("kind", "similarity", descending=[True, True]).head(_SHOWN).iter_rows(named=True):
        console.print(f"\n{pair['kind']} {pair['similarity']:.3f}", markup=False)
        for rows, row in ((left, pair[pairs.columns[0]]), (right, pair[pairs.columns[1]])):
            text = rows.filter(rows["id"] == row)["text"][0]
            console.print(f"  {plain(str(row), 24)}  {shown(text)}", markup=False)


def shown(text: str, limit: int = 100) -> str:
    """Hostile text as one safe line, without the digits and addresses that may be personal."""
    from curate.text import plain

    return plain(re.sub(r"\d", "•", re.sub(r"\S+@\S+", "•@•", text[: 4 * limit])), limit)
