"""Live rows as the model was taught: the same columns joined the same way, in the same form."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import polars as pl

from curate.ingest.normalise import normalise
from curate.ingest.params import IngestParams
from curate.ingest.template import default_template, join
from curate.params import read_yaml
from curate.plain.frames import text_column
from curate.project import Project
from curate.read import need_columns
from curate.read.paths import as_text
from curate.read.stream import Part

# Column names that say what they are, where params name none.
_USUAL = ("input", "text", "prompt", "message")


@dataclass(frozen=True)
class Columns:
    """What is read of a live file.

    Parameters
    ----------
    inputs, template
        Columns of the input, and how several become one text.
    id, language, source
        Columns; None where the file has none.
    carried
        Columns that go through to the kept answers as text.
    said_language, said_source
        What stands where a row says nothing.
    """

    inputs: tuple[str, ...]
    template: str | None = None
    id: str | None = None
    language: str | None = None
    source: str | None = None
    carried: tuple[str, ...] = ()
    said_language: str | None = None
    said_source: str | None = None


def columns_of(
    project: Project,
    frame: pl.DataFrame,
    path: Path,
    inputs: tuple[str, ...] = (),
    id: str | None = None,
    carried: tuple[str, ...] = (),
) -> Columns:
    """Which columns of a live file are what: those named, else those of section `ingest`, else the usual.

    Parameters
    ----------
    frame
        The first rows of the file.

    Raises
    ------
    AssayError
        If a column is missing, or holds no text.
    """
    there = frame.columns
    has_ingest = bool(read_yaml(project.root / "params.yaml").get("ingest") or {})
    params = project.params("ingest", IngestParams) if has_ingest else None
    template = None
    named = inputs
    if not named and params is not None and params.inputs():
        named, template = params.inputs(), params.input_template
        if not set(named) <= set(there) and "input" in there:  # a file of ours, such as gold or refusals
            named, template = ("input",), None
    if not named:
        named = tuple(name for name in _USUAL if name in there)[:1] or ("input",)
    columns = params.columns if params is not None else None
    defaults = params.defaults if params is not None else None

    def here(name: str | None) -> str | None:
        return name if name in there else None

    sources = list(project.task.sources)
    found = Columns(
        named,
        template,
        id if id is not None else here(columns.id if columns else None),
        here(columns.language if columns else None) or here("language"),
        here(columns.source if columns else None) or here("source"),
        carried,
        defaults.language if defaults else None,
        (defaults.source if defaults else None) or (sources[0] if len(sources) == 1 else None),
    )
    for name in found.inputs:
        text_column(frame, name, "input", path.name)
    for named_column, option in ((found.id, "--id"), *((name, "--carry") for name in carried)):
        need_columns(frame, [named_column] if named_column else [], path.name, option=option)
    return found


def live_rows(part: Part, columns: Columns, path: Path) -> pl.DataFrame:
    """The rows of a part, unreadable ones among them, in the order of the file.

    Returns
    -------
    pl.DataFrame
        `row, id, input, language, source, unreadable`, `fault` (why it could not be read), and the carried
        columns under their own names with a `=` before.

    A column that `columns_of` saw and this part lacks is null: its rows say nothing under that name.
    """
    frame = part.records.frame
    needed = [*columns.inputs, *columns.carried]
    needed += [name for name in (columns.id, columns.language, columns.source) if name]
    absent = {
        name for name in needed if name not in frame.columns and name.partition(".")[0] not in frame.columns
    }
    frame = frame.with_columns(pl.lit(None, pl.String).alias(name) for name in sorted(absent))
    texts = {name: text_column(frame, name, "input", path.name) for name in columns.inputs}
    template = columns.template or (default_template(columns.inputs) if len(texts) > 1 else None)
    joined = join(template, texts) if template else texts[columns.inputs[0]]
    clean, _ = normalise(joined.cast(pl.String))
    rows = pl.DataFrame(
        [
            part.numbers.alias("row"),
            _column(frame, columns.id).alias("id"),
            clean.alias("input"),
            _column(frame, columns.language)
            .str.replace(r"[-_].*$", "")
            .str.to_lowercase()
            .fill_null(pl.lit(columns.said_language, dtype=pl.String))
            .alias("language"),
            _column(frame, columns.source)
            .fill_null(pl.lit(columns.said_source, dtype=pl.String))
            .alias("source"),
            pl.Series("unreadable", [False]).new_from_index(0, frame.height),
            pl.Series("fault", [None], dtype=pl.String).new_from_index(0, frame.height),
            *(_column(frame, name).alias(f"={name}") for name in columns.carried),
        ]
    )
    lost = part.unreadable.select("row", pl.lit(True).alias("unreadable"), pl.col("reason").alias("fault"))
    return pl.concat([rows, lost], how="diagonal").sort("row")


def _column(frame: pl.DataFrame, name: str | None) -> pl.Series:
    """A column as text; null without one."""
    if name is None:
        return pl.Series("none", [None], dtype=pl.String).new_from_index(0, frame.height)
    return as_text(frame[name]).cast(pl.String)
