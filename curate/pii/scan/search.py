"""Search whole columns: a pre-filter in polars decides which texts go to which recognizer, each distinct text
is read once.

Every entity of the catalogue names what a text must hold for its recognizer to find anything; those regexes
run over the column at some 300,000 texts a second, and only what is left goes to Presidio's recognizers (a
tenth of a millisecond a text), for the entities it can hold. The findings are those of Presidio run on
everything with the same configuration; a property test holds it. Memory: the texts that hold a candidate,
once. Deliberately not here: ids, actions, files.
"""

from __future__ import annotations

import gc
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from curate.engine import current
from curate.pii.detect.catalogue import Entity
from curate.pii.detect.languages.entities import any_candidate
from curate.pii.detect.overlap import Hit, beside
from curate.pii.detect.view import CHANGED, HIDDEN, View, changed, labelled, view
from curate.pii.scan.columns import bare
from curate.pii.scan.naming import named
from curate.pii.scan.workers import worker, workers_of
from curate.stage import Progress

if TYPE_CHECKING:
    from curate.pii.detect.detector import Detector
    from curate.pii.scan.cache import ScanCache

HITS = pl.Schema(
    {
        "row": pl.String(),
        "field": pl.String(),
        "entity": pl.String(),
        "start": pl.Int64(),
        "end": pl.Int64(),
        "score": pl.Float64(),
        "detector": pl.String(),
        "verified": pl.Boolean(),
        "value": pl.String(),
    }
)

# Texts handed to a worker at a time: enough that passing them costs little, few enough that the bar moves.
_CHUNK = 500
# Routed texts from which more processes save time: each needs a second and more to start, in which one reads
# 10,000 texts.
WORTH_PROCESSES = 20_000
# Up to so many texts go to every recognizer (a quarter of a millisecond each): to compile the catalogue's
# regexes takes as long, and polars, which remembers 32, would compile them again for each small table.
FEW = 100
# Texts from which `near_label` saves time: to compile it (3 ms each time: polars remembers 32 regexes)
# takes as long as one recognizer needs for so many.
WORTH_NEAR_LABEL = 200


def routes(texts: pl.Series, detector: Detector) -> pl.DataFrame:
    """The distinct texts that can hold something, with the entities each can hold.

    Returns
    -------
    pl.DataFrame
        `text` (String) and `names` (List of String), sorted by text.
    """
    distinct = texts.drop_nulls().unique()
    return _routes(distinct.filter(_may_hold(distinct, detector)), detector)


def _may_hold(texts: pl.Series, detector: Detector) -> pl.Series:
    """Which texts hold a candidate: seven in ten do not, and one short regex says so faster than thirty."""
    return texts != "" if _unsure(detector) else texts.str.contains(any_candidate(detector.language))


def _routes(distinct: pl.Series, detector: Detector) -> pl.DataFrame:
    """`routes` of distinct texts that hold a candidate."""
    distinct = distinct.alias("text")
    if len(distinct) <= FEW:
        everything = sorted(detector.patterned)
        return pl.DataFrame(distinct.sort()).with_columns(names=pl.lit(everything, pl.List(pl.String)))
    unsure = _unsure(detector)
    certain = [
        entity for entity in detector.entities if entity.needs is not None and entity.name not in unsure
    ]
    # One bit an entity, 64 to a column: few combinations occur, so a list of names is made for each of those
    # and not for each text.
    bits = np.zeros((len(certain) // 64 + 1, len(distinct)), dtype=np.uint64)
    for form in dict.fromkeys(entity.within for entity in certain):
        within = np.arange(len(distinct)) if form is None else _holding(distinct, form)
        part = distinct.gather(within)
        sharing = [(at, entity) for at, entity in enumerate(certain) if entity.within == form]
        holds = part.to_frame().with_columns(_held(entity, form).alias(entity.name) for _, entity in sharing)
        for at, entity in sharing:
            places = _certain(part, holds[entity.name], entity, detector.threshold(entity.name))
            bits[at // 64, within[places]] |= np.uint64(1 << at % 64)
    columns = {f"bits{part}": row for part, row in enumerate(bits)}
    routed = (
        pl.DataFrame({"text": distinct, **columns})
        .filter(pl.lit(bool(unsure)) | pl.any_horizontal(pl.col(list(columns)) != 0))
        .sort("text")
    )
    combinations = routed.select(list(columns)).unique()
    names = [
        [entity.name for at, entity in enumerate(certain) if found[at // 64] >> at % 64 & 1] + unsure
        for found in combinations.iter_rows()
    ]
    known = combinations.with_columns(pl.Series("names", names, dtype=pl.List(pl.String)))
    return routed.join(known, on=list(columns), how="left", maintain_order="left").select("text", "names")


def _holding(texts: pl.Series, form: str) -> np.ndarray:
    """The places of the texts that hold `form`."""
    return texts.str.contains(form).arg_true().to_numpy()


def _unsure(detector: Detector) -> list[str]:
    """The entities that any text can hold."""
    return [entity.name for entity in detector.entities if entity.needs is None] + sorted(detector.ner_names)


def _held(entity: Entity, form: str | None) -> pl.Expr:
    """Whether a text has a form of an entity; all texts looked at are known to have `form`."""
    others = [pl.col("text").str.contains(needed) for needed in entity.forms if needed != form]
    return pl.lit(True) if len(others) < len(entity.forms) else pl.any_horizontal(others)


def _certain(texts: pl.Series, held: pl.Series, entity: Entity, threshold: float) -> np.ndarray:
    """Of the texts that hold `entity`'s form, those (by place) where it can reach the threshold: by a form
    that speaks for itself, or a label near it.
    """
    places = held.arg_true()
    if threshold <= entity.unlabelled or not len(places):
        return places.to_numpy()
    from curate.pii.detect.context.labels import label_word, near_label

    some = texts.gather(places)
    enough = some.str.contains(label_word(entity.name))
    if enough.sum() > WORTH_NEAR_LABEL:
        enough = _where(enough, some, near_label(entity.name, entity.ends or entity.needs or ""))
    if entity.speaks:
        enough |= _where(~enough, some, entity.speaks)
    return places.filter(enough).to_numpy()


def _where(asked: pl.Series, texts: pl.Series, pattern: str) -> pl.Series:
    """Which of the texts that `asked` marks hold `pattern`."""
    places = asked.arg_true()
    holds = np.zeros(len(texts), dtype=bool)
    holds[places] = texts.gather(places).str.contains(pattern)
    return pl.Series(holds)


def _work(batch: list[tuple[str, list[str]]]) -> list[list[Hit]]:
    return worker().read(batch)


@contextmanager
def _heap_at_rest() -> Iterator[None]:
    """Leave what is loaded (Presidio, spaCy, telephone numbers' plans: a million objects) out of the garbage
    collector's rounds meanwhile.

    Each round over it takes as long as 2,000 texts.
    """
    ours = not gc.get_freeze_count()
    if ours:
        gc.freeze()
    try:
        yield
    finally:
        if ours:
            gc.unfreeze()


def _batches(routed: pl.DataFrame) -> Iterator[list[tuple[str, list[str]]]]:
    for start in range(0, routed.height, _CHUNK):
        part = routed.slice(start, _CHUNK)
        yield list(zip(part["text"].to_list(), part["names"].to_list(), strict=True))


def _found(routed: pl.DataFrame, detector: Detector, progress: Progress | None) -> Iterable[list[Hit]]:
    """Hits of each routed text, in order, in this process or several."""
    several = detector.params.processes > 1 and routed.height >= WORTH_PROCESSES
    workers = workers_of(detector) if several else None
    with _heap_at_rest():
        batches = _batches(routed)
        done = 0
        for hits in current().map(_work if several else detector.read, batches, workers):
            yield from hits
            done += len(hits)
            if progress:
                progress(done, routed.height)


# `at`: the place of the finding's text among those searched. Never the text itself: a join or a group by it
# would hash a text of a megabyte again for each of its hundred thousand findings.
_BY_TEXT = pl.Schema(
    {
        "at": pl.UInt32(),
        **{name: HITS[name] for name in ("start", "end", "entity", "score", "detector", "verified", "value")},
    }
)


def _worth_labelling(texts: pl.Series, detector: Detector, label: str) -> pl.Series:
    """Of the bare values of a field those that can hold something beside its label: a view is made one by
    one, and most of ten million ids are counters.
    """
    if len(texts) <= FEW:
        return texts
    beside = f'"{label}": "'
    shown = pl.select(pl.lit(beside) + texts + pl.lit('"')).to_series()
    found = [texts.filter(texts.str.contains(CHANGED))]
    for start in range(0, len(shown), _CELLS):
        part = shown.slice(start, _CELLS)
        routed = _routes(part.filter(_may_hold(part, detector)).unique(), detector)["text"]
        found.append(routed.str.slice(len(beside)).str.head(-1))
    return pl.concat([one.alias("text") for one in found]).unique()


def _views(texts: pl.Series, detector: Detector, label: str) -> dict[str, View]:
    """The texts that a detector reads in another form than they have."""
    if label:
        return {text: labelled(text, label) for text in _worth_labelling(texts, detector, label)}
    if len(texts) <= FEW:
        return {text: seen for text in texts if (seen := view(text)) is not None}
    odd = texts.filter(texts.str.contains(CHANGED)).to_list()
    return {text: seen for text in odd if (seen := changed(text)) is not None}


def _read(texts: pl.Series, detector: Detector, progress: Progress | None, label: str = "") -> pl.DataFrame:
    """Findings of distinct `texts`, schema `_BY_TEXT`: patterns where they can stand, names everywhere.

    With `label`, the texts are bare values of that.
    """
    if texts.is_empty():
        return _BY_TEXT.to_frame()
    people = named(texts, detector, progress)  # begun: other processes read while this one seeks patterns
    has_candidate = _may_hold(texts, detector)
    likely, others = texts.filter(has_candidate), texts.filter(~has_candidate)
    if detector.language == "en" and not label:
        others = others.filter(others.str.contains(HIDDEN))  # in the view alone
    views = _views(pl.concat([likely, others]), detector, label)
    plain = likely.clear() if label else likely.filter(~likely.is_in(list(views))) if views else likely
    shown = pl.Series([seen.text for seen in views.values()], dtype=pl.String)
    shown = shown.filter(_may_hold(shown, detector))
    routed = _routes(pl.concat([plain, shown]).unique(), detector)
    by_view = dict(zip(routed["text"], _found(routed, detector, progress), strict=True))
    by_text = by_view
    if views:
        by_text = by_view | {text: seen.back(by_view.get(seen.text, ())) for text, seen in views.items()}
    if detector.own:
        by_text |= _with_own(texts, by_text, detector)
    for text, names in people:
        by_text[text] = beside(by_text.get(text, []), names, text)
    places = texts.is_in([text for text, hits in by_text.items() if hits]).arg_true()
    hits = [
        (at, *hit, text[hit.start : hit.end])
        for at, text in zip(places.to_list(), texts.gather(places).to_list(), strict=True)
        for hit in by_text[text]
    ]
    return pl.DataFrame(hits, schema=_BY_TEXT, orient="row")


def _with_own(
    texts: pl.Series, by_text: dict[str, list[Hit]], detector: Detector
) -> Iterator[tuple[str, list[Hit]]]:
    """The texts in which a steward's own recognizers and lists change what is found, with all findings."""
    own = detector.own
    for text in texts.filter(texts != "").to_list():
        matched, denied = own.found(text, detector.language, detector.threshold)
        hits = by_text.get(text, [])
        if matched or denied or (hits and own.allow):
            yield text, own.settle(text, hits, matched, denied)


def _recall(
    texts: pl.Series, detector: Detector, progress: Progress | None, cache: ScanCache
) -> pl.DataFrame:
    """`_read` of the texts that `cache` does not know, with what it remembers of the others."""
    from curate.pii.scan.cache import as_findings, as_hits

    kept = cache.read()
    asked = pl.DataFrame({"text": texts, "digest": cache.digests(texts)}).with_row_index("at")
    known = asked.join(kept, on="digest", how="inner")
    unknown = asked.join(kept, on="digest", how="anti")
    fresh = _read(unknown["text"], detector, progress)
    fresh = fresh.with_columns(unknown["at"].gather(fresh["at"]))
    if unknown.height:
        cache.write(pl.concat([known.select("digest", "hits"), as_hits(fresh, unknown)]), kept)
    return pl.concat([as_findings(known), fresh])


def search(
    frame: pl.DataFrame,
    fields: Sequence[str],
    detector: Detector,
    progress: Progress | None = None,
    cache: ScanCache | None = None,
    labels: Mapping[str, str] | None = None,
) -> pl.DataFrame:
    """Every finding in the text columns `fields` of `frame`.

    Parameters
    ----------
    frame
        With a column `row` (any type; written as text) that names each row once.
    fields
        Names of String columns.
    cache
        What earlier scans found; changes nothing but the time.
    labels
        What the bare values of a field are, in words ("mobile phone"); short texts are read as such.

    Returns
    -------
    pl.DataFrame
        Schema `HITS`, sorted by row, field and start. `value` is the text found: raw, for ids and masks,
        never to be written.
    """
    if labels:
        parts = [HITS.to_frame()]
        for field in fields:
            texts, label = frame[field].cast(pl.String), labels.get(field, "")
            short = bare(texts).fill_null(False) if label else pl.repeat(False, len(texts), eager=True)
            for rows, said in ((~short, ""), (short, label)):
                if rows.any():
                    parts.append(_search(frame.filter(rows), [field], detector, progress, None, said))
        return pl.concat(parts).sort("row", "field", "start", "entity")
    return _search(frame, fields, detector, progress, cache, "")


# Cells looked up at a time: a column of a large table, hundreds of a small one.
_CELLS = 500_000


def _long(frame: pl.DataFrame, fields: Sequence[str]) -> pl.DataFrame:
    """`row, field, text` of some fields, one after another."""
    rows = frame["row"].cast(pl.String)
    named = pl.Series("field", fields, dtype=pl.String).repeat_by(frame.height)
    return pl.DataFrame(
        [
            pl.concat([rows] * len(fields)),
            named.explode() if frame.height else pl.Series("field", [], dtype=pl.String),
            pl.concat([frame[field].cast(pl.String).alias("text") for field in fields]),
        ]
    )


def _search(
    frame: pl.DataFrame,
    fields: Sequence[str],
    detector: Detector,
    progress: Progress | None,
    cache: ScanCache | None,
    label: str,
) -> pl.DataFrame:
    """`search` of fields whose bare values are all of one label, or of none."""
    # A row that holds nothing is forgotten here, so the long form below is short.
    texts = (
        pl.concat([frame[field].cast(pl.String) for field in fields])
        if fields
        else pl.Series(dtype=pl.String)
    )
    distinct = texts.drop_nulls().unique().alias("text")
    by_text = (
        _recall(distinct, detector, progress, cache) if cache else _read(distinct, detector, progress, label)
    )
    if by_text.is_empty():
        return HITS.to_frame()
    places = by_text["at"].unique()
    numbered = pl.DataFrame({"text": distinct.gather(places), "at": places})
    together = max(1, _CELLS // max(1, frame.height))
    where = [
        _long(frame, fields[first : first + together]).join(numbered, on="text", how="inner").drop("text")
        for first in range(0, len(fields), together)
    ]
    if not where:
        return HITS.to_frame()
    return (
        pl.concat(where)
        .join(by_text, on="at", how="inner")
        .select(HITS.names())
        .sort("row", "field", "start", "entity")
    )
