"""`assay leaks TRAIN TEST`: rows of TEST that also stand in TRAIN."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click


@click.command()
@click.argument("train", type=click.Path(path_type=Path))
@click.argument("test", type=click.Path(path_type=Path))
@click.option("--field", required=True, metavar="COLUMN", help="Column with the text, in both files.")
@click.option(
    "--label", metavar="COLUMN", help="Column with the label: twins with different labels are pointed out."
)
@click.option(
    "--id",
    "id_column",
    metavar="COLUMN",
    help="Column that names a row, in both files; without it, rows are numbered from 0.",
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
def leaks(
    train: Path,
    test: Path,
    field: str,
    label: str | None,
    id_column: str | None,
    threshold: float | None,
    unit: str | None,
    n: int | None,
    out: Path | None,
    shape: str,
) -> None:
    """Rows of TEST with an exact or near twin in TRAIN: a score on them partly measures memory.

    -o writes `train_row, test_row, kind, similarity, label_conflict`, every verified pair, each test row's
    nearest twin first. Exit code 1 if there is any.

    \b
    Examples:
      assay leaks train.csv test.csv --field text
      assay leaks train.csv test.csv --field text --label category -o leaks.parquet
    """
    import polars as pl

    from curate.dedup.leaks import leak_counts, with_conflict
    from curate.dedup.twins import find_shared
    from curate.files import write_parquet
    from curate.read import need_columns, read_table
    from governance.cli.dedup import checked_place, print_facts, print_pairs, rows_of, similarity_of
    from governance.cli.rim import emit_json, stdout

    checked_place(out)
    similarity = similarity_of(threshold, unit, n)
    seen, held = rows_of(train, field, id_column), rows_of(test, field, id_column)
    found, everything = find_shared(seen, held, similarity)
    if label:
        labels = []
        for rows, file in ((seen, train), (held, test)):
            table = read_table(file)
            need_columns(table, [label], file, option="--label")
            labels.append(rows.select("id", table[label].cast(pl.String).alias("label")))
        found = with_conflict(found, *labels)
    else:
        found = found.with_columns(pl.lit(None, dtype=pl.Boolean).alias("label_conflict"))
    pairs = found.rename({"left": "train_row", "right": "test_row"})
    if out:
        write_parquet(pairs, out)

    counts = leak_counts(pairs)
    facts: dict[str, Any] = {
        "train_rows": seen.height,
        "test_rows": held.height,
        "leaked_test_rows": counts["held_out_rows"],
        "leaked_train_rows": pairs["train_row"].n_unique(),
        "pairs": counts["pairs"],
        "exact_pairs": pairs.filter(pl.col("kind") == "exact").height,
    }
    if label:
        # A test row counts by its nearest twin, a pair by itself.
        facts |= {
            "leaked_test_rows_with_another_label": counts["held_out_rows_conflicting"],
            "pairs_with_another_label": counts["conflicting_pairs"],
        }
    if shape == "json":
        emit_json(
            {
                "schema": "assay.leaks/1",
                "field": field,
                **facts,
                "similarity": similarity.model_dump(),
                "all_listed": everything,
            }
        )
    else:
        print_facts(facts)
        if not everything:
            stdout().print("more pairs than can be listed: equal test rows are shown by their first")
        print_pairs(pairs, seen, held)
    if pairs.height:
        raise SystemExit(1)
