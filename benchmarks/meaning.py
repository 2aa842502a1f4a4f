"""Rows of one meaning beside semhash and SemDeDup's recipe, on the same vectors in one run; and what the
index misses.

python -m benchmarks.meaning [VECTORS.npy ...]

Each way lists pairs at cosine 0.9 among the texts of `benchmarks/paraphrases` (both halves); counted are the
labelled pairs. SemDeDup (Abbas et al., 2023): k-means, then cosine within a cluster; here sqrt(n) clusters.
semhash (MinishLab) is timed where it is installed (pip install semhash): it keeps the first row and lists the
others with what they repeat. For every file of vectors the recall of the index against all pairs is measured.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from benchmarks.paraphrases import PAIRS
from curate.dedup.normalise import folded
from curate.semantic.apart import signs
from curate.semantic.door import encoding
from curate.semantic.vectors import neighbours, whole, within

THRESHOLD = 0.9


def main() -> None:
    pairs = pl.read_ndjson(PAIRS)
    texts = sorted({*pairs["left"], *pairs["right"]})
    vectors = encoding().embed(texts)
    at = {text: place for place, text in enumerate(texts)}
    labels: dict[tuple[int, int], bool] = {}
    for left, right, same in pairs.select("left", "right", "same").iter_rows():
        one, other = sorted((at[left], at[right]))
        labels[one, other] = same
    start = time.process_time()
    near = within(whole(vectors), THRESHOLD)
    found = list(zip(near.left.tolist(), near.right.tolist(), strict=True))
    told("cosine alone", found, labels, start)
    start = time.process_time()
    parted = signs(folded(pl.Series(texts)), found)
    told(
        "assay --semantic",
        [pair for pair, sign in zip(found, parted, strict=True) if not sign],
        labels,
        start,
    )
    start = time.process_time()
    told("SemDeDup's recipe", semdedup(vectors), labels, start)
    try:
        import semhash
    except ImportError:
        print("semhash is not installed")
    else:
        start = time.process_time()
        told(f"semhash {getattr(semhash, '__version__', '')}", by_semhash(texts, vectors), labels, start)
    for file in sys.argv[1:]:
        some = whole(np.load(file))
        start = time.process_time()
        exact = within(some, THRESHOLD)
        middle = time.process_time()
        index = neighbours(some, THRESHOLD)
        took = time.process_time() - middle
        share = len(index.left) / max(1, len(exact.left))
        print(
            f"{Path(file).name}: {len(some):,} vectors, {len(exact.left):,} pairs in {middle - start:.1f} s "
            f"of CPU; the index finds {share:.4f} of them in {took:.1f} s"
        )


def semdedup(vectors: Any) -> list[tuple[int, int]]:
    """Pairs of SemDeDup's recipe."""
    from sklearn.cluster import KMeans

    clusters = KMeans(int(len(vectors) ** 0.5), n_init=1, random_state=0).fit_predict(vectors)
    found = []
    for cluster in range(clusters.max() + 1):
        places = np.flatnonzero(clusters == cluster)
        close = np.argwhere(np.triu(vectors[places] @ vectors[places].T >= THRESHOLD, 1))
        found += [(int(places[i]), int(places[j])) for i, j in close]
    return found


def by_semhash(texts: list[str], vectors: Any) -> list[tuple[int, int]]:
    """Pairs that semhash lists, given the same vectors."""
    from semhash import SemHash

    at = {text: place for place, text in enumerate(texts)}

    class Same:
        def encode(self, sentences: Any, **_: Any) -> Any:
            return vectors[[at[text] for text in sentences]]

    result = SemHash.from_records(texts, model=Same()).self_deduplicate(threshold=THRESHOLD)
    return [
        (min(at[each.record], at[other]), max(at[each.record], at[other]))
        for each in result.filtered
        for other, _ in each.duplicates
    ]


def told(name: str, found: list[tuple[int, int]], labels: dict[tuple[int, int], bool], start: float) -> None:
    took = time.process_time() - start
    known = [labels[pair] for pair in set(found) if pair in labels]
    print(
        f"{name:20s} labelled pairs listed: {sum(known)} right, {len(known) - sum(known)} wrong; {took:.2f} s"
    )


if __name__ == "__main__":
    main()
