"""Selected rows against rows drawn by chance, at the same budgets: the learning curve behind `assay select`.

    python -m benchmarks.select ../shared/data [SEEDS]

banking77 (CC BY 4.0, PolyAI; 77 intents, its own test file) and Bitext's customer support (CDLA-Sharing 1.0;
27 intents, equal texts once, three tenths held out). Every seed draws 80 % of the training rows as the pool;
every arm chooses from that pool, a ridge classifier (penalty 1) on MiniLM's embeddings learns from what was
chosen, and is judged on the held-out rows. What is told is the mean difference in macro-F1 from rows drawn by
chance (`random`) and its 95 % interval over the seeds (Student's t, paired by seed).

| arm | chooses |
|---|---|
| balanced | by chance, evenly over labels: what balance alone is worth |
| selected | `assay select` |
| by share | the same, labels by their share of rows (`--evenness 0`) |
| words | `assay select --vectors words`: what it chooses without an encoder |
| k-centre | evenly over labels, within each the row farthest from all chosen (Sener & Savarese, 2018) |

Then with one label in ten of the pool wrong: `selected` knows the doubt about each label (`train.labels`),
`blind` does not.
"""

from __future__ import annotations

import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from scipy.stats import t as student
from sklearn.linear_model import RidgeClassifier
from sklearn.metrics import f1_score
from threadpoolctl import threadpool_limits

from curate.semantic.vectors import whole
from train.encoder import load_encoder
from train.labels import suspects
from train.selection import divided, selected
from train.vectors import word_vectors

# Rows a label at which the curve is taken.
ROWS = (1, 2, 5, 10, 20, 40)
NOISY_ROWS = (2, 5, 10, 20)
NOISE = 0.1


class Data:
    """Texts, labels and vectors of a set, training and held-out."""

    def __init__(self, name: str, train: pl.DataFrame, test: pl.DataFrame) -> None:
        self.name, self.train, self.test = name, train, test
        encoder = load_encoder()
        self.vectors = encoder.embed(train["text"].to_list())
        self.held = encoder.embed(test["text"].to_list())
        self.words = word_vectors(train["text"].to_list())

    def score(self, rows: Any, labels: Any) -> float:
        """Macro-F1 on the held-out rows of a linear model that learned `rows`."""
        with threadpool_limits(1):
            model = RidgeClassifier(alpha=1.0).fit(self.vectors[rows], labels[rows])
        return float(f1_score(self.test["label"].to_numpy(), model.predict(self.held), average="macro"))


def banking77(folder: Path) -> Data:
    train, test = (
        pl.read_csv(folder / "banking77" / f"{split}.csv", new_columns=["text", "label"])
        for split in ("train", "test")
    )
    return Data("banking77", train, test)


def bitext(folder: Path) -> Data:
    rows = pl.read_csv(folder / "bitext" / "customer_support.csv", infer_schema=False)
    rows = rows.select(text="instruction", label="intent").unique("text", keep="first").sort("text")
    rows = rows[np.random.default_rng(0).permutation(rows.height)]
    cut = rows.height * 7 // 10
    return Data("bitext", rows[:cut], rows[cut:])


def chosen(pool: Any, labels: Any, texts: Any, vectors: Any, budget: int, **how: Any) -> Any:
    """Places of the rows that `assay select` chooses of a pool."""
    ids = pl.Series([f"{at:06}" for at in pool])
    result = selected(
        ids, pl.Series(texts[pool].tolist()), pl.Series(labels[pool].tolist()), vectors[pool], budget, **how
    )
    return np.sort(result.chosen["example_id"].cast(pl.Int64).to_numpy())


def by_chance(rng: np.random.Generator, pool: Any, labels: Any, budget: int) -> Any:
    members = [pool[labels[pool] == name] for name in np.unique(labels[pool])]
    quotas = divided([len(rows) for rows in members], budget, 1.0)
    return np.concatenate([rng.choice(rows, k, False) for rows, k in zip(members, quotas, strict=True)])


def k_centre(pool: Any, labels: Any, vectors: Any, budget: int) -> Any:
    points = whole(vectors)
    members = [pool[labels[pool] == name] for name in np.unique(labels[pool])]
    out = []
    for rows, quota in zip(members, divided([len(rows) for rows in members], budget, 1.0), strict=True):
        alike = points[rows] @ points[rows].T
        taken = [int(alike.sum(1).argmax())]
        nearest = alike[taken[0]].copy()
        while len(taken) < quota:
            nearest[taken] = np.inf
            taken.append(int(nearest.argmin()))
            nearest = np.minimum(nearest, np.inf)
            nearest = np.maximum(nearest, alike[taken[-1]])
        out.append(rows[taken])
    return np.concatenate(out)


def told(title: str, scores: dict[str, list[float]]) -> None:
    chance = np.array(scores["random"])
    line = f"{title:24} random {chance.mean():.3f}"
    for arm, values in scores.items():
        if arm == "random":
            continue
        gain = np.array(values) - chance
        half = (
            student.ppf(0.975, len(gain) - 1) * gain.std(ddof=1) / np.sqrt(len(gain)) if len(gain) > 1 else 0
        )
        line += f"  {arm} {gain.mean():+.3f} [{gain.mean() - half:+.3f}, {gain.mean() + half:+.3f}]"
    print(line, flush=True)


def curve(data: Data, seeds: int) -> None:
    labels, texts = data.train["label"].to_numpy(), data.train["text"].to_numpy()
    count = data.train["label"].n_unique()
    for each in ROWS:
        scores: dict[str, list[float]] = {}
        budget = each * count
        for seed in range(seeds):
            rng = np.random.default_rng(seed)
            pool = np.sort(rng.choice(len(labels), int(0.8 * len(labels)), False))
            arms: dict[str, Callable[[], Any]] = {
                "random": lambda: rng.choice(pool, budget, False),  # noqa: B023
                "balanced": lambda: by_chance(rng, pool, labels, budget),  # noqa: B023
                "selected": lambda: chosen(pool, labels, texts, data.vectors, budget),  # noqa: B023
                "by share": lambda: chosen(pool, labels, texts, data.vectors, budget, evenness=0.0),  # noqa: B023
                "words": lambda: chosen(pool, labels, texts, data.words, budget),  # noqa: B023
                "k-centre": lambda: k_centre(pool, labels, data.vectors, budget),  # noqa: B023
            }
            for arm, draw in arms.items():
                scores.setdefault(arm, []).append(data.score(draw(), labels))
        told(f"{data.name} {budget:,} rows", scores)


def noisy(data: Data, seeds: int) -> None:
    texts, names = data.train["text"].to_numpy(), sorted(data.train["label"].unique())
    scores: dict[int, dict[str, list[float]]] = {each: {} for each in NOISY_ROWS}
    for seed in range(seeds):
        rng = np.random.default_rng(100 + seed)
        labels = data.train["label"].to_numpy().astype(object)
        wrong = rng.choice(len(labels), int(NOISE * len(labels)), False)
        labels[wrong] = rng.choice(names, len(wrong))
        labels = labels.astype(str)
        pool = np.sort(rng.choice(len(labels), int(0.8 * len(labels)), False))
        ids = pl.Series([f"{at:06}" for at in pool])
        doubted = suspects(
            ids,
            pl.Series(texts[pool].tolist()),
            pl.Series(labels[pool].tolist()),
            features=data.vectors[pool],
        ).sort("example_id")
        quality = 1 - doubted["score"]
        for each in NOISY_ROWS:
            budget = each * len(names)
            arms = {
                "random": rng.choice(pool, budget, False),
                "balanced": by_chance(rng, pool, labels, budget),
                "selected": chosen(pool, labels, texts, data.vectors, budget, quality=quality),
                "blind": chosen(pool, labels, texts, data.vectors, budget),
            }
            for arm, rows in arms.items():
                scores[each].setdefault(arm, []).append(data.score(rows, labels))
    for each, arms_of in scores.items():
        told(f"{data.name}, noise, {each * len(names):,}", arms_of)


def main(folder: str, seeds: int = 5) -> None:
    warnings.filterwarnings("ignore", "The number of unique classes")  # one row a label is asked for
    started = time.process_time()
    for read in (banking77, bitext):
        data = read(Path(folder))
        curve(data, seeds)
        noisy(data, seeds)
    print(f"{time.process_time() - started:.0f} s of CPU")


if __name__ == "__main__":
    main(sys.argv[1], *map(int, sys.argv[2:3]))
