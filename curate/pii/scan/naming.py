"""The bundled name tagger over a column: every distinct text, in batches, in this process or several.

A name has no form of its own, so no pre-filter spares a text. Cost: some 7,000 rows of 300 characters
a second and process where few hold names, 1,400 to 2,000 where most do (`benchmarks/names.py`).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import polars as pl

from curate.engine import current
from curate.pii.detect.overlap import Hit
from curate.pii.scan.workers import worker, workers_of
from curate.stage import Progress

if TYPE_CHECKING:
    from curate.pii.detect.detector import Detector

# Texts handed over at a time.
_CHUNK = 1_000
# Texts from which more processes save time: each needs a second and more to start, in which one reads as
# many.
_WORTH_PROCESSES = 20_000


def _work(texts: list[str]) -> list[list[Hit]]:
    return worker().people(texts)


def named(
    texts: pl.Series, detector: Detector, progress: Progress | None = None
) -> Iterator[tuple[str, list[Hit]]]:
    """The texts that hold a name, each with its names.

    An engine whose workers stay lets them begin at once, so that the caller can do something else before it
    asks for the first.

    Parameters
    ----------
    texts
        String, distinct.
    """
    if not detector.tagged:
        return iter(())
    chunks = [texts[start : start + _CHUNK].to_list() for start in range(0, len(texts), _CHUNK)]
    return _with_names(chunks, _found(chunks, detector), len(texts), progress)


def _with_names(
    chunks: list[list[str]], found: Iterator[list[list[Hit]]], total: int, progress: Progress | None
) -> Iterator[tuple[str, list[Hit]]]:
    done = 0
    for chunk, names in zip(chunks, found, strict=True):
        yield from ((text, hits) for text, hits in zip(chunk, names, strict=True) if hits)
        done += len(chunk)
        if progress:
            progress(done, total)


def _found(chunks: list[list[str]], detector: Detector) -> Iterator[list[list[Hit]]]:
    if detector.params.processes == 1 or len(chunks) * _CHUNK < _WORTH_PROCESSES:
        return (detector.people(chunk) for chunk in chunks)
    return current().map(_work, chunks, workers_of(detector))
