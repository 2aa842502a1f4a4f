"""Benchmark text in training rows: speed beside the way of lm-evaluation-harness, in one run.

python -m benchmarks.overlap [ROWS]

The harness (`lm_eval/decontamination`) folds each training document, splits it into words and looks up each
run of 13 in a set of the benchmark's runs; datatrove's `NGramsDecontFilter` does the same with hashes of 12.
That loop is written out here; neither library was installed. Rows are random words with 1 in 100 holding a
benchmark question.
"""

from __future__ import annotations

import random
import string
import sys
import time

import polars as pl

from curate.overlap.find import overlaps


def main() -> None:
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 5_000
    draw = random.Random(1)
    vocabulary = ["".join(draw.choices(string.ascii_lowercase, k=6)) for _ in range(30_000)]
    text = lambda words: " ".join(draw.choices(vocabulary, k=words))
    test = [text(20) for _ in range(1_000)]
    train = [
        text(100) + (" " + draw.choice(test) + " " if at % 100 == 0 else " ") + text(100)
        for at in range(rows)
    ]
    frames = [pl.DataFrame({"id": range(len(side)), "text": side}) for side in (train, test)]
    start = time.process_time()
    found = overlaps(*frames)
    took = time.process_time() - start
    start = time.process_time()
    peer = harness(train, test)
    took_peer = time.process_time() - start
    words = sum(len(each.split()) for each in train) / 1e6
    print(f"{rows:,} rows, {words:.2f} million words")
    print(f"assay        {found.pairs['train_row'].n_unique():,} rows, {took:.2f} s of CPU")
    print(f"13-gram loop {len(peer):,} rows, {took_peer:.2f} s of CPU")


def harness(train: list[str], test: list[str]) -> set[int]:
    """Training rows that share a run of 13 words with a test row."""
    table = str.maketrans(string.punctuation, " " * len(string.punctuation))

    def runs(text: str) -> list[str]:
        words = text.lower().translate(table).split()
        return [" ".join(words[at : at + 13]) for at in range(len(words) - 12)]

    asked = {run for text in test for run in runs(text)}
    return {at for at, text in enumerate(train) if any(run in asked for run in runs(text))}


if __name__ == "__main__":
    main()
