"""Near-duplicate search against its peers in one run: rows a second of CPU time, recall and precision.

    python -m benchmarks.near_duplicates            # 20,000 rows beside datasketch and rensa, where they are installed
    python -m benchmarks.near_duplicates --rows 1000000 --no-peers

Rows are 48 random words (about 300 characters) from a Zipf-distributed vocabulary; a fifth are copies of
another row with 0 to 3 words replaced. The truth is an exact inverted-index join in plain Python (up to
50,000 rows). Peers run their documented recipe: MinHash of 128 permutations into an LSH index at the
threshold, then a query for each row; their pairs are not verified, ours are. CPU seconds over all threads, so
that figures are per core and bear a busy machine.
"""  # noqa: E501

from __future__ import annotations

import argparse
import resource
import time
from collections import Counter, defaultdict
from collections.abc import Callable

import numpy as np
import polars as pl

Pairs = set[tuple[int, int]]
WORDS, VOCABULARY, THRESHOLD, N = 48, 20_000, 0.7, 3


def corpus(rows: int, seed: int = 1) -> list[str]:
    """Shuffled rows with planted near-copies, no two equal."""
    chance = np.random.default_rng(seed)
    letters = np.array(list("abcdefghijklmnopqrstuvwxyz"))
    vocabulary = np.array(["".join(chance.choice(letters, 2 + i % 8)) for i in range(VOCABULARY)])
    weights = 1 / np.arange(1, VOCABULARY + 1)
    base = chance.choice(VOCABULARY, size=(rows * 4 // 5, WORDS), p=weights / weights.sum())
    copies = base[chance.integers(0, len(base), rows - len(base))]
    for changes in range(3):
        some = chance.random(len(copies)) < 0.75 - changes * 0.2
        copies[np.flatnonzero(some), chance.integers(0, WORDS, int(some.sum()))] = chance.integers(
            0, VOCABULARY, int(some.sum())
        )
    every = np.concatenate([base, copies])
    chance.shuffle(every)
    return list(dict.fromkeys(" ".join(row) for row in vocabulary[every]))


def shingles(text: str) -> set[tuple[str, ...]]:
    words = text.split()
    return {tuple(words[i : i + N]) for i in range(len(words) - N + 1)}


def truth(texts: list[str]) -> Pairs:
    """Every pair at the threshold, by counting shared shingles in an inverted index."""
    sets = [shingles(text) for text in texts]
    holders: dict[tuple[str, ...], list[int]] = defaultdict(list)
    found: Pairs = set()
    for row, mine in enumerate(sets):
        shared: Counter[int] = Counter()
        for shingle in mine:
            shared.update(holders[shingle])
            holders[shingle].append(row)
        found |= {
            (other, row)
            for other, both in shared.items()
            if both / (len(mine) + len(sets[other]) - both) >= THRESHOLD
        }
    return found


def assay(texts: list[str]) -> Pairs:
    from curate.dedup.cover import cover
    from curate.dedup.normalise import folded
    from curate.dedup.shingles import Documents

    pairs = cover(Documents(folded(pl.Series(texts)), "word", N), THRESHOLD).pairs
    return set(zip(pairs.left.tolist(), pairs.right.tolist(), strict=True))


def datasketch(texts: list[str]) -> Pairs:
    from datasketch import MinHash, MinHashLSH

    index = MinHashLSH(threshold=THRESHOLD, num_perm=128)
    sketches = []
    for row, text in enumerate(texts):
        sketch = MinHash(num_perm=128)
        sketch.update_batch([" ".join(shingle).encode() for shingle in shingles(text)])
        sketches.append(sketch)
        index.insert(row, sketch)
    return {
        (min(row, other), max(row, other))
        for row, sketch in enumerate(sketches)
        for other in index.query(sketch)
        if other != row
    }


def rensa(texts: list[str]) -> Pairs:
    from rensa import RMinHash, RMinHashLSH

    index = RMinHashLSH(threshold=THRESHOLD, num_perm=128, num_bands=32)
    sketches = []
    for row, text in enumerate(texts):
        sketch = RMinHash(num_perm=128, seed=42)
        sketch.update([" ".join(shingle) for shingle in shingles(text)])
        sketches.append(sketch)
        index.insert(row, sketch)
    return {
        (min(row, other), max(row, other))
        for row, sketch in enumerate(sketches)
        for other in index.query(sketch)
        if other != row
    }


def measured(
    name: str, search: Callable[[list[str]], Pairs], texts: list[str], expected: Pairs | None
) -> float | None:
    """Run and print one line; CPU seconds, or None if the peer is not installed."""
    try:
        before, wall = time.process_time(), time.perf_counter()
        found = search(texts)
        seconds, wall = time.process_time() - before, time.perf_counter() - wall
    except ImportError:
        print(f"{name:12} not installed: pip install {name}")
        return None
    line = (
        f"{name:12} {len(texts) / seconds:10,.0f} rows/s of CPU  {seconds:8.2f} s CPU  {wall:8.2f} s "
        f"wall  {len(found):8,} pairs"
    )
    if expected is not None:
        line += (
            f"  recall {len(found & expected) / len(expected):.4f}  precision "
            f"{len(found & expected) / max(1, len(found)):.4f}"
        )
    print(line)
    return seconds


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int, default=20_000)
    parser.add_argument("--no-peers", action="store_true")
    options = parser.parse_args()
    texts = corpus(options.rows)
    print(
        f"{len(texts):,} rows of {sum(map(len, texts[:1000])) / min(1000, len(texts)):.0f} characters, "
        f"word {N}-grams, Jaccard >= {THRESHOLD}"
    )
    expected = truth(texts) if options.rows <= 50_000 else None
    assay(texts[:2000])  # imports and tables
    ours = measured("assay", assay, texts, expected)
    for name, peer in () if options.no_peers else (("datasketch", datasketch), ("rensa", rensa)):
        theirs = measured(name, peer, texts, expected)
        if ours and theirs:
            print(f"{'':12} assay is {theirs / ours:.1f}x as fast")
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6:.2f} GB, corpus included")


if __name__ == "__main__":
    main()
