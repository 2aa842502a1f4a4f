"""Live inputs that `assay represent --next N` names for the next labels, against inputs drawn by chance.

    python -m benchmarks.next_labels ../shared/data                          # all, some ten minutes of CPU
    python -m benchmarks.next_labels ../shared/data --only bitext --each 5 --seeds 4

Every seed draws 80 % of the training rows of banking77 or Bitext (`benchmarks.select`) and of these, by
chance, `--start` rows a label (2), which are labelled; the others are live inputs. Every arm names 1, 2 and 5
inputs a label; they get their labels, a ridge classifier on MiniLM's embeddings learns from all, and is
judged on held-out rows. What is told is the mean gain in macro-F1 over as many inputs drawn by chance and its
95 % interval (Student's t, paired by seed).

| arm | names |
|---|---|
| next | what `assay represent` names |
| even | by chance, evenly over the labels that the nearest rows guess: an even draw that one can have |
| even, true labels | the same with the labels that nobody knows yet |
| doubt | those whose nearest rows agree least |
| margin, entropy | those of whose label a logistic regression is least sure (Settles, 2009) |
| doubt, then cover | of ten times as many by doubt those that stand for the others: what `next` was before |
| cover | `next` without doubt: `PLAIN` at 1 |
| badge | k-means++ over the gradients of a logistic regression's last layer (Ash et al., 2020) |
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_limits

from benchmarks.select import Data, banking77, bitext, told
from curate.semantic.vectors import exact_length, whole
from train.represent.live import NEAREST, _candidates, _torn, nearest
from train.selection import choose

SETS: dict[str, Callable[[Path], Data]] = {"banking77": banking77, "bitext": bitext}


def evenly(rng: np.random.Generator, labels: Any, budget: int) -> Any:
    """Places by chance, one of each label in turn."""
    turns = np.zeros(len(labels), dtype=np.int64)
    for name in np.unique(labels):
        places = np.flatnonzero(labels == name)
        turns[places] = rng.permutation(len(places))
    return np.lexsort((rng.random(len(labels)), turns))[:budget]


def badge(rng: np.random.Generator, chances: Any, vectors: Any, budget: int) -> Any:
    """k-means++ over (chances - one-hot of the guess) times the vector, whose distances factor."""
    gradient = -chances.copy()
    gradient[np.arange(len(chances)), chances.argmax(1)] += 1
    norms = (gradient**2).sum(1) * (vectors**2).sum(1)
    picked: list[int] = [int(norms.argmax())]
    apart = np.full(len(norms), np.inf)
    while len(picked) < budget:
        last = picked[-1]
        apart = np.minimum(
            apart, norms + norms[last] - 2 * (gradient @ gradient[last]) * (vectors @ vectors[last])
        )
        odds = np.maximum(apart, 0)
        odds[picked] = 0
        picked.append(int(rng.choice(len(odds), p=odds / odds.sum())))
    return np.array(picked)


def arms(
    data: Data, labels: Any, start: Any, live: Any, budget: int, rng: np.random.Generator
) -> dict[str, Any]:
    """Places among `live` that each arm names."""
    points, scale = whole(data.vectors), exact_length(data.vectors.shape[1])
    known, inputs = pl.Series("label", labels[start].tolist()), points[live]
    whose, products = nearest(inputs, points[start], NEAREST)
    doubt, guess, _ = _torn(whose, products / scale**2, known)
    names = pl.Series([str(at) for at in range(len(live))])
    named = _candidates(inputs, whose, products, scale, known, names, budget)["row"].cast(pl.Int64).to_numpy()
    with threadpool_limits(1):
        model = LogisticRegression(C=10, max_iter=200, tol=1e-3).fit(data.vectors[start], labels[start])
        chances = model.predict_proba(data.vectors[live])
    best = np.sort(chances, axis=1)
    margin, entropy = best[:, -1] - best[:, -2], (chances * np.log(chances + 1e-12)).sum(1)
    doubtful = np.sort(np.argsort(-doubt, kind="stable")[: 10 * budget])
    quality = 0.5 + doubt[doubtful] / (doubt.max() or 1.0) / 2
    ones = np.ones(len(live))
    return {
        "random": rng.choice(len(live), budget, False),
        "next": named,
        "even": evenly(rng, np.array(guess), budget),
        "even, true labels": evenly(rng, labels[live], budget),
        "doubt": np.argsort(-doubt, kind="stable")[:budget],
        "margin": np.argsort(margin, kind="stable")[:budget],
        "entropy": np.argsort(entropy, kind="stable")[:budget],
        "doubt, then cover": doubtful[np.array(choose(inputs[doubtful], quality, budget).order)],
        "cover": np.array(choose(inputs, ones, budget, covered=products[:, 0]).order),
        "badge": badge(rng, chances, data.vectors[live], budget),
    }


def main() -> None:
    """Print a line for each set and budget."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--only", choices=[*SETS])
    parser.add_argument("--each", type=int, nargs="*", default=[1, 2, 5], help="inputs a label")
    parser.add_argument("--start", type=int, default=2, help="labelled rows a label")
    parser.add_argument("--seeds", type=int, default=6)
    asked = parser.parse_args()
    for name in [asked.only] if asked.only else SETS:
        data = SETS[name](asked.folder)
        labels = data.train["label"].to_numpy().astype(str)
        count = len(np.unique(labels))
        for each in asked.each:
            scores: dict[str, list[float]] = {}
            before = []
            for seed in range(asked.seeds):
                rng = np.random.default_rng(1000 + seed)
                pool = np.sort(rng.choice(len(labels), int(0.8 * len(labels)), False))
                start = np.sort(rng.choice(pool, asked.start * count, False))
                live = np.setdiff1d(pool, start)
                before.append(data.score(start, labels))
                for arm, rows in arms(data, labels, start, live, each * count, rng).items():
                    scores.setdefault(arm, []).append(data.score(np.concatenate([start, live[rows]]), labels))
            told(f"{name} {asked.start * count} + {each * count} (before {np.mean(before):.3f})", scores)


if __name__ == "__main__":
    main()
