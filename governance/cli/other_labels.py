"""What `assay labels` does where outputs are no labels: which kind they are, and fields that look wrong."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import polars as pl

    from curate.read import Records

# Share of outputs that are JSON objects from which the file is taken for an extraction's.
_OBJECTS = 0.8
# Suspects listed on the terminal; -o has them all.
_LISTED = 20


def kind_of(
    frame: pl.DataFrame, output: str, rejected: str | None, kind: str | None, by: Sequence[str]
) -> str:
    """What the outputs are, as said or by their looks.

    Raises
    ------
    AssayError
        If the options do not go together.
    """
    import polars as pl

    from curate.errors import AssayError
    from train.fields import is_object

    if kind is None and rejected:
        kind = "preference"
    if (kind == "preference") != bool(rejected):
        raise AssayError(
            "--rejected goes with kind preference, and only with it",
            fix="name the column of the rejected answer with --rejected, or another --kind",
        )
    if kind is None and output in frame.columns and frame.schema[output] == pl.String:
        filled = frame[output].drop_nulls()
        objects = sum(is_object(text) for text in filled)
        kind = "extraction" if filled.len() and objects >= _OBJECTS * filled.len() else None
    kind = kind or "classification"
    if by and kind != "classification":
        raise AssayError(f"--by compares labels, and these outputs are of kind {kind}", fix="leave out --by")
    return kind


def print_fields(
    records: Records, input: str, output: str, named: dict[str, Any], out: Path | None, shape: str
) -> None:
    """Find, write and print the fields that look wrong.

    Raises
    ------
    SystemExit
        With code 1 if there are any.
    """
    from rich.table import Table

    from curate.text import for_rich, plural
    from governance.cli.plain_files import lost_rows, unreadable, write_out
    from governance.cli.rim import emit_json, stdout
    from train.plain_fields import fields

    result = fields(records.frame, input, output, **named)
    write_out(result.suspects, out, plural(result.suspects.height, "suspect"))
    if shape == "json":
        emit_json(
            {
                "schema": "assay.labels/1",
                "kind": "extraction",
                "rows": result.objects,
                "flagged": result.dropped.height,
                "suspects": result.suspects.to_dicts(),
                "fields": result.counts(),
                **unreadable(records),
            }
        )
    else:
        console = stdout()
        console.print(result.headline() + lost_rows(records), markup=False)
        listed = Table("row", "field", "why", "score", box=None, pad_edge=False, header_style="bold")
        for row, path, why, score in result.suspects.head(_LISTED).iter_rows():
            listed.add_row(for_rich(str(row), 40), for_rich(path, 60), _WORDS[why], f"{score:.3f}")
        if result.suspects.height:
            console.print(listed)
        if result.suspects.height > _LISTED:
            more = result.suspects.height - _LISTED
            console.print(f"... and {more:,} more: write them all with -o suspects.parquet", markup=False)
    if result.suspects.height:
        raise SystemExit(1)


_WORDS = {"absent": "not in its input", "form": "written unlike the others"}
