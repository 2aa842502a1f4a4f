"""Rows in several languages: each text goes to the detector of its language, English ones as if they were
alone.

A text's language is that of its row's column; under `language: auto`, a row without one is identified text by
text, and a text too short to tell has the language of its row's other texts, else the first one. Cost beside
the search itself: a pass over the languages; nothing where all rows are in one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import polars as pl

from curate.errors import AssayError
from curate.pii.detect.languages import LANGUAGES
from curate.pii.detect.params import ScanParams
from curate.pii.scan.search import HITS, search
from curate.stage import Progress

if TYPE_CHECKING:
    from curate.pii.detect.detector import Detector
    from curate.pii.scan.cache import ScanCache


@dataclass(frozen=True)
class Languages:
    """The language that each text is read in.

    Parameters
    ----------
    of
        One column a field (String, never null) in the order of the rows.
    counts
        Rows by language, among the known ones.
    others
        Rows by language that no detector was made for.
    """

    of: pl.DataFrame
    counts: dict[str, int]
    others: dict[str, int]


def languages(frame: pl.DataFrame, fields: Sequence[str], params: ScanParams) -> Languages:
    """What language each text of `frame` is in.

    Parameters
    ----------
    frame
        With a column `language` (primary tags; null: not said) and the text columns `fields`.

    Raises
    ------
    AssayError
        If a row is in a language that `params` does not list and its policy is `error`.
    """
    first = params.languages[0]
    said = frame["language"]
    if params.language == "auto" and said.has_nulls():
        of = _identified(frame, fields, first)
    else:
        of = pl.DataFrame({field: said.fill_null(first) for field in fields})
    known = pl.all().is_in(params.languages)
    rows = of.select(
        pl.coalesce(pl.when(~pl.col(field).is_in(params.languages)).then(pl.col(field)) for field in fields)
        if fields
        else pl.lit(None, pl.String).alias("other")
    ).to_series()
    others = dict(rows.drop_nulls().value_counts(sort=False).sort(rows.name).iter_rows())
    if others and params.unsupported_language == "error":
        raise AssayError(_unknown(others, params), fix=_advice(others, params))
    of = of.select(pl.when(known).then(pl.all()).otherwise(pl.lit(first)))
    main = of.to_series(0) if fields else pl.Series("none", [], dtype=pl.String)
    counts = dict(main.value_counts(sort=False).sort(main.name).iter_rows())
    return Languages(of, counts, others)


def _identified(frame: pl.DataFrame, fields: Sequence[str], first: str) -> pl.DataFrame:
    from curate.pii.detect.languages.identify import identify

    blank = frame.filter(pl.col("language").is_null())
    texts = pl.concat([blank[field].cast(pl.String).alias("text") for field in fields]).drop_nulls().unique()
    languages = pl.DataFrame({"text": texts, "told": identify(texts)})
    columns = [
        frame.select(pl.col(field).cast(pl.String).alias("text"))
        .join(languages, on="text", how="left", maintain_order="left")["told"]
        .alias(field)
        for field in fields
    ]
    return pl.DataFrame(columns).select(
        pl.coalesce(
            frame["language"], pl.col(field), *(pl.col(other) for other in fields), pl.lit(first)
        ).alias(field)
        for field in fields
    )


def _unknown(others: dict[str, int], params: ScanParams) -> str:
    rows = sum(others.values())
    named = ", ".join(f"{language} {count:,}" for language, count in others.items())
    return (
        f"{rows:,} {'row is' if rows == 1 else 'rows are'} in languages the detectors do not know or "
        f"`scan.language` does not list: {named} (it lists {', '.join(params.languages)})"
    )


def _advice(others: dict[str, int], params: ScanParams) -> str:
    known = [language for language in others if language in LANGUAGES]
    listed = ", ".join([*params.languages, *known])
    add = f"set `scan.language: [{listed}]` in params.yaml, " if known else ""
    return (
        f"{add}set `scan.unsupported_language: scan_as_default` (numbers, e-mail addresses and links are "
        f"found in "
        "any language; labels, names and street addresses only as in the first language listed), or take "
        "those "
        "rows out of the source"
    )


def search_rows(
    frame: pl.DataFrame,
    fields: Sequence[str],
    of: pl.DataFrame,
    detector: Detector,
    progress: Progress | None = None,
    cache: ScanCache | None = None,
    labels: Mapping[str, str] | None = None,
    names: Mapping[str, str] | None = None,
) -> pl.DataFrame:
    """`search` of each text by the detector of its language, with the own entries of its field and source.

    Parameters
    ----------
    frame
        As for `search`; with a column `source` where rows have one.
    of
        From `languages`.
    names
        What a steward calls each field; default: its own name.

    Returns
    -------
    pl.DataFrame
        As of `search`.
    """
    groups: dict[Any, tuple[Detector, dict[str, pl.Expr]]] = {}
    scoped = detector.own.scoped
    rows = frame.with_columns(of.rename({field: f"{field}\x1flanguage" for field in of.columns}))
    sources = rows["source"].unique().sort().to_list() if scoped and "source" in rows.columns else [None]
    for field in fields:
        for language in of[field].unique().sort():
            for source in sources:
                own = detector.own.at((names or {}).get(field, field), source) if scoped else detector.own
                one, masks = groups.setdefault((language, own.places), (detector.of(language, own), {}))
                here = pl.col(f"{field}\x1flanguage") == language
                if len(sources) > 1:
                    here &= pl.col("source").eq_missing(pl.lit(source))
                masks[field] = masks[field] | here if field in masks else here
    if len(groups) == 1:
        [(one, _)] = groups.values()
        return search(frame, fields, one, progress, cache.of_detector(one) if cache else None, labels)
    parts = []
    for _, (one, masks) in sorted(groups.items(), key=lambda group: group[0]):
        texts = rows.select(
            "row",
            *(
                pl.when(mask).then(pl.col(field).cast(pl.String)).alias(field)
                for field, mask in masks.items()
            ),
        ).filter(pl.any_horizontal(pl.col(list(masks)).is_not_null()))
        kept = cache.of_detector(one) if cache else None
        parts.append(search(texts, list(masks), one, progress, kept, labels))
    return pl.concat([HITS.to_frame(), *parts]).sort("row", "field", "start", "entity")
