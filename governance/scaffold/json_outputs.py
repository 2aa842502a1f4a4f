"""Whether the outputs that an extraction is to learn are JSON, which `assay init` asks before it writes.

Each distinct output is parsed once, as strictly as stage `validate` does. No text of a row is shown.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from curate.errors import AssayError
from curate.read import Records
from curate.strict_json import NotJson, parse_json
from curate.text import plain, plural

# Of the outputs: with fewer, the column holds something else.
_SHARE = 0.5


def are_json(outputs: pl.Series, columns: Sequence[str], records: Records) -> tuple[str, ...]:
    """A note where some outputs are not a JSON object or list.

    Parameters
    ----------
    outputs
        As ingest left them.
    columns
        Where they stand in the file, if that was said.

    Raises
    ------
    AssayError
        If most are not.
    """
    faults = _faults(outputs)
    if not faults:
        return ()
    fit = len(outputs) - int(outputs.is_in(list(faults)).sum())
    name = plain(", ".join(columns) or "output", 40)
    where, why = _first(faults, columns, records)
    share = f"{fit:,} of {plural(len(outputs), 'output')} ({fit / len(outputs):.0%}) in {name!r}"
    said = f"{share} are JSON objects or lists; {where} is not ({why})"
    if fit < _SHARE * len(outputs):
        raise AssayError(
            f"kind extraction needs JSON outputs, and {said}",
            fix="name the JSON column with --output, or flat columns one by one: --output company --output "
            "date; or choose another --kind (classification for labels, rewriting for text)",
        )
    return (f"{said}: stage `validate` drops such rows",)


def _faults(outputs: pl.Series) -> dict[str, str]:
    """Distinct outputs that do not fit -> why."""
    faults = {}
    for text in outputs.drop_nulls().unique(maintain_order=True):  # a parser takes one text at a time
        try:
            document = parse_json(text)
        except NotJson as error:
            faults[text] = f"{error} of the text"
            continue
        if not isinstance(document, (dict, list)):
            faults[text] = "a lone value"
    return faults


def _first(faults: dict[str, str], columns: Sequence[str], records: Records) -> tuple[str, str]:
    """Where the first of these outputs stands in the file, and its fault; without a place where the output
    was put together from several cells.
    """
    texts = pl.Series(list(faults), dtype=pl.String).implode()
    for name in columns or records.frame.columns:
        if records.frame.schema.get(name) != pl.String:
            continue
        cells = records.frame[name].str.strip_chars()
        at = cells.is_in(texts).arg_true()
        if len(at):
            place = records.where(records.lines.gather(at.head(1)), "").row(0, named=True)
            file = f"{plain(place['file'], 60)} " if place["file"] else ""
            return f"the one at {file}{records.unit} {place['line']:,}", faults[cells[int(at[0])]]
    return "one", next(iter(faults.values()))
