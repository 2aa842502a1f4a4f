"""`assay leaks TRAIN TEST`: rows of TEST that also stand in TRAIN, whole, in part or in other words."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from governance.cli.plain_files import Reading, id_option, out_option, reading_options
from governance.cli.rim import format_option
from governance.cli.similarity import (
    semantic_options,
    semantic_params,
    similarity_options,
    texts_option,
)

if TYPE_CHECKING:
    import polars as pl

    from curate.read import Records


@click.command()
@click.argument("train", type=click.Path(path_type=Path))
@click.argument("test", required=False, type=click.Path(path_type=Path))
@click.option("--field", required=True, metavar="COLUMN", help="Column with the text, in both files.")
@click.option(
    "--label", metavar="COLUMN", help="Column with the label: twins with different labels are pointed out."
)
@click.option(
    "--overlap",
    is_flag=True,
    help="Look for text of TEST inside longer rows of TRAIN, too: the whole row, a run of 13 words, or 70 % "
    "of its runs of 8.",
)
@click.option(
    "--against",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="A benchmark file in place of TEST; with --overlap by itself.",
)
@click.option(
    "--against-field",
    metavar="COLUMN",
    help="Column with the text in that file, whose rows need no --id.  [default: as --field]",
)
@id_option
@similarity_options
@semantic_options
@texts_option
@out_option("train_row, test_row, kind, similarity, label_conflict")
@format_option
@reading_options
def leaks(
    train: Path,
    test: Path | None,
    field: str,
    label: str | None,
    overlap: bool,
    against: Path | None,
    against_field: str | None,
    id_column: str | None,
    threshold: float | None,
    unit: Any,
    n: int | None,
    semantic: bool,
    cosine: float | None,
    show_texts: bool | None,
    out: Path | None,
    shape: str,
    reading: Reading,
) -> None:
    """Rows of TEST with an exact or near twin in TRAIN: a score on them partly measures memory.

    -o writes every verified pair, each test row's nearest twin first. Rows without text are twins of nothing.
    Exit code 1 if there is any pair; pairs of one meaning (--semantic) are candidates for a person, and do
    not count for it.

    \b
    Examples:
      assay leaks train.csv test.csv --field text
      assay leaks train.csv test.csv --field text --label category -o leaks.parquet
      assay leaks train.csv test.csv --field text --semantic
      assay leaks train.parquet --field body --against benchmark.jsonl --against-field question
    """
    from curate.overlap.params import OverlapParams
    from curate.plain.frames import text_column
    from curate.plain.leaks import leaks as leaked
    from curate.text import plural
    from governance.cli.pairs import print_facts, print_pairs
    from governance.cli.plain_files import checked_out, open_file, row_ids, write_out
    from governance.cli.rim import emit_json, stdout

    if (test is None) == (against is None):
        raise click.UsageError("name the test rows once: assay leaks TRAIN TEST, or TRAIN --against FILE")
    if against_field is not None and against is None:
        raise click.UsageError("--against-field goes with --against")
    if test is None:
        assert against is not None
        test, overlap = against, True
    checked_out(out, train, test)
    seen, held_out = open_file(train, reading), open_file(test, reading)
    row_ids(seen, id_column, train)
    # A benchmark has its own ways: where it lacks the column of --id, its record numbers name its rows.
    named = id_column is not None and (against is None or id_column in held_out.frame.columns)
    row_ids(held_out, id_column if named else None, test)
    train_texts = text_column(seen.frame, field, "field", str(train))
    other = against_field or field
    texts = text_column(held_out.frame, other, "against-field" if against else "field", str(test))
    tested = held_out.frame if other == field else held_out.frame.with_columns(texts.alias(field))
    result = leaked(
        seen.frame,
        tested,
        field,
        label=label,
        id=id_column if named else (_names(seen, id_column, str(train)), held_out.numbers),
        threshold=threshold,
        unit=unit,
        n=n,
        semantic=semantic_params(semantic, cosine),
        overlap=OverlapParams() if overlap else None,
        names=(str(train), str(test)),
    )
    write_out(result.pairs, out, plural(result.pairs.height, "pair"))
    lost = {"train_rows_unreadable": seen.rejects.height, "test_rows_unreadable": held_out.rejects.height}
    facts = result.facts() | {name: rows for name, rows in lost.items() if rows}
    if shape == "json":
        emit_json(
            {
                "schema": "assay.leaks/1",
                "field": field,
                **facts,
                "similarity": result.similarity.model_dump(),
                "all_listed": result.all_listed,
            }
        )
    else:
        print_facts(facts)
        if not result.all_listed:
            stdout().print("more pairs than can be listed: equal test rows are shown by their first")
        sides = [
            (result.train_rows, train_texts),
            (result.test_rows, texts),
        ]
        print_pairs(result.pairs, sides, show_texts)
    if (result.pairs["kind"] != "semantic").any():
        raise SystemExit(1)


def _names(records: Records, id_column: str | None, name: str) -> pl.Series:
    """What names the training rows where the benchmark's are named by their numbers."""
    from curate.plain.frames import row_names

    return records.numbers if id_column is None else row_names(records.frame, id_column, name)
