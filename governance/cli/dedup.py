"""`assay dedup`: duplicates of a plain FILE, or the stage of the project here."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from governance.cli.plain_files import Reading, id_option, out_option, reading_options
from governance.cli.rim import engine_option, format_option
from governance.cli.similarity import (
    semantic_options,
    semantic_params,
    similarity_options,
    texts_option,
)

if TYPE_CHECKING:
    from curate.plain.large import LargeDedup


@click.command()
@click.argument("file", required=False, type=click.Path(path_type=Path))
@click.option("--field", metavar="COLUMN", help="Column with the text.")
@id_option
@similarity_options
@semantic_options
@texts_option
@out_option("left, right, kind, similarity, cluster, kept")
@format_option
@engine_option
@reading_options
def dedup(
    file: Path | None,
    field: str | None,
    id_column: str | None,
    threshold: float | None,
    unit: Any,
    n: int | None,
    semantic: bool,
    cosine: float | None,
    show_texts: bool | None,
    out: Path | None,
    shape: str,
    engine: str | None,
    reading: Reading,
) -> None:
    """Exact and near-duplicates: of FILE, or without it of the project here (stage `dedup`).

    Texts are compared without regard to case, white space and Unicode form; near-duplicates share a Jaccard
    index of their shingles, verified for every pair. In the file of -o `cluster` is the row kept for the
    pair's later row, and `kept` is the pair's own kept row, if it has one. Pairs of one meaning (--semantic)
    are candidates for a person: both rows stay, and one in several means something else after all.

    \b
    Examples:
      assay dedup                                       # the project's stage, by params.yaml
      assay dedup export.csv --field text -o pairs.parquet
      assay dedup articles.parquet --field body --unit word --n 3 --threshold 0.7
      assay dedup export.csv --field text --semantic --cosine 0.85
    """
    if file is None:
        given = (field, id_column, threshold, unit, n, cosine, show_texts, out, semantic or None)
        if any(value is not None for value in given) or shape != "text" or reading != Reading():
            raise click.UsageError(
                "options go with a FILE; without one the stage takes its settings from params.yaml"
            )
        from governance.cli.rim import run_stage

        run_stage("dedup", engine=engine)
        return
    if field is None:
        raise click.UsageError("--field COLUMN says which column of FILE holds the text")

    from curate.plain.dedup import DedupResult
    from curate.plain.dedup import dedup as deduplicated
    from curate.plain.frames import text_column
    from curate.text import plural
    from governance.cli.pairs import first_pairs, print_facts, print_pairs, texts_wanted
    from governance.cli.plain_files import (
        checked_out,
        large_file,
        open_file,
        plain_engine,
        report_lost,
        row_ids,
        unreadable,
        write_out,
    )
    from governance.cli.rim import emit_json, progress_bar, say, stdout

    checked_out(out, file)
    meaning = semantic_params(semantic, cosine)
    if meaning is not None:
        if engine in ("stream", "daft"):
            raise click.UsageError("--semantic compares all texts at once, in memory: leave --engine out")
        engine = "local"
    shape_of: dict[str, Any] = {"threshold": threshold, "unit": unit, "n": n}
    result: DedupResult | LargeDedup
    with plain_engine(engine, file) as running, progress_bar("dedup") as progress:
        if running.name == "local":
            records = open_file(file, reading)
            ids = row_ids(records, id_column, file)
            asked = {**shape_of, "semantic": meaning}
            result = deduplicated(records.frame, field, id=ids, name=str(file), progress=progress, **asked)
            lost = unreadable(records)
        else:
            from curate.plain.large import dedup_file

            large = large_file(file, reading, id_column)
            result = dedup_file(large, field, running, progress=progress, **shape_of)
            report_lost(large, reading)
            lost = {"unreadable": large.unreadable.height} if large.unreadable.height else {}
            if result.in_memory and result.in_memory != "few texts":
                say(f"note: all texts were read into memory: {result.in_memory}")
    write_out(result.pairs, out, plural(result.pairs.height, "pair"))
    facts = result.facts() | lost
    if shape == "json":
        settings = result.similarity.model_dump() | {
            "listed": result.twins.listed,
            "search": result.twins.search,
        }
        if isinstance(result, DedupResult) and result.meaning is not None:
            settings["meaning"] = {"search": result.meaning.search, "parted": result.meaning.parted}
        emit_json({"schema": "assay.dedup/1", "field": field, **facts, "similarity": settings})
        return
    print_facts(facts)
    if result.twins.listed != "all":
        stdout().print("families too large to list in full: each row is paired with its representatives")
    if isinstance(result, DedupResult):
        side = (result.rows, text_column(records.frame, field, "field"))
    else:
        nothing = result.pairs["left"].clear()
        side = result.texts(first_pairs(result.pairs)) if texts_wanted(show_texts) else (nothing, nothing)
    print_pairs(result.pairs, (side, side), show_texts)
