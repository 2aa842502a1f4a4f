"""Does the monitor keep quiet while nothing moves, and does it see what does?

    python -m benchmarks.monitor nulls KIND OUT.npz [--years 1000]   # iid, grouped, seasonal, duplicates
    python -m benchmarks.monitor alarms OUT.npz...                   # years with an alarm, by rule
    python -m benchmarks.monitor power VECTORS.npy [--times 20]      # a tenth of the rows is of new topics
    python -m benchmarks.monitor estimate                            # accuracy without labels, when it fails
    python -m benchmarks.monitor embed VECTORS.npy                   # banking77 by the encoder, half a minute

The world is banking77 (`../shared/data`, CC BY 4.0, PolyAI): 13,083 customers' texts, 77 intents. A year is a
reference and 52 weekly batches from the same world; every p-value is written down, so that rules are compared
on the same years. Four worlds in which nothing moves:

- `iid`: every row is drawn from the same texts;
- `grouped`: customers write one to eight times, about one thing;
- `seasonal`: the mix of intents swings over the year, by a factor of three up and down; the reference has a
  year of it, with dates;
- `duplicates`: three rows in ten are one of twenty stock phrases (Zipf), and most weeks somebody's script
  sends one text thirty times.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from train.drift.columns import (
    Pool,
    capped_weights,
    value_column,
    vector_columns,
    word_column,
    word_matrix,
    word_vectors,
)
from train.drift.look import look

DATA = Path("../shared/data/banking77")
WEEKS, ALPHA = 52, 0.05
# Rows of the reference and of a week, in the worlds where nothing moves: small, for the thresholds are exact
# whatever the sizes.
REFERENCE, WEEK = 400, 120


def world() -> pl.DataFrame:
    """`text, label` of banking77."""
    parts = [pl.read_csv(DATA / f"{name}.csv") for name in ("train", "test")]
    return pl.concat(parts).rename({"category": "label"})


class Null:
    """A world in which nothing moves: places of rows, their groups, and for the reference their week."""

    def __init__(self, kind: str, labels: np.ndarray, draw: np.random.Generator) -> None:
        self.kind, self.labels, self.draw = kind, labels, draw
        self.of_label = [np.flatnonzero(labels == label) for label in range(labels.max() + 1)]
        self.phase = draw.uniform(0, 2 * np.pi, len(self.of_label))
        self.stock = draw.choice(len(labels), 20, replace=False)

    def rows(self, size: int, weeks: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Places, groups and weeks of `size` rows; `weeks` are those that they may come from."""
        draw = self.draw
        if self.kind == "grouped":
            sizes = np.minimum(1 + draw.geometric(0.35, size), 8)
            sizes = sizes[: int(np.searchsorted(np.cumsum(sizes), size)) + 1]
            sizes[-1] -= sizes.sum() - size
            about = draw.integers(len(self.labels), size=len(sizes))
            places = [
                draw.choice(self.of_label[self.labels[at]], count)
                for at, count in zip(about, sizes, strict=True)
            ]
            groups = np.repeat(np.arange(len(sizes)), sizes)
            return np.concatenate(places), groups, draw.choice(weeks, size)
        week = draw.choice(weeks, size)
        if self.kind == "seasonal":
            swing = np.exp(np.log(3) * np.sin(2 * np.pi * week[:, None] / WEEKS + self.phase[None, :]))
            share = swing * np.array([len(rows) for rows in self.of_label])
            share /= share.sum(axis=1, keepdims=True)
            label = (draw.random((size, 1)) < share.cumsum(axis=1)).argmax(axis=1)
            return np.array([draw.choice(self.of_label[at]) for at in label]), np.arange(size), week
        places = draw.integers(len(self.labels), size=size)
        if self.kind == "duplicates":
            odds = 1 / np.arange(1, 21)
            stock = draw.random(size) < 0.3
            places[stock] = draw.choice(self.stock, stock.sum(), p=odds / odds.sum())
            for _ in range(draw.poisson(0.8 * size / WEEK)):
                places[draw.choice(size, min(30, size), replace=False)] = draw.integers(len(self.labels))
        return places, np.arange(size), week


def collapsed(places: np.ndarray, groups: np.ndarray, week: np.ndarray) -> tuple[np.ndarray, ...]:
    """One row for each text of a group, its weight, and its unit: the group, or the text where none is
    named.
    """
    frame = pl.DataFrame({"at": places, "group": groups, "week": week})
    grouped = len(np.unique(groups)) < len(groups)
    keys = ["at", "group"] if grouped else ["at"]
    rows = frame.group_by(keys, maintain_order=True).agg(pl.len(), pl.col("week").first())
    weights = capped_weights(rows["len"].to_numpy().astype(np.float64), float(len(places)))
    unit = rows["group" if grouped else "at"].to_numpy()
    return rows["at"].to_numpy(), np.unique(unit, return_inverse=True)[1], weights, rows["week"].to_numpy()


def pool_of(
    reference: tuple[np.ndarray, ...], live: tuple[np.ndarray, ...], windows: int
) -> tuple[Pool, Any]:
    """The pool of two collapsed samples, and the places of its rows."""
    old, new = (len(side[0]) for side in (reference, live))
    units = np.concatenate([reference[1], live[1] + reference[1].max() + 1])
    window = np.full(old + new, -1)
    if windows:
        window[:old] = np.argsort(np.argsort(reference[3], kind="stable")) * windows // old
    pool = Pool(np.arange(old + new) >= old, units, np.concatenate([reference[2], live[2]]), window)
    return pool, np.concatenate([reference[0], live[0]])


def nulls(kind: str, out: Path, years: int) -> None:
    """Every p-value of `years` years, `[years, weeks, columns]`; written every ten years."""
    rows = world()
    labels = np.unique(rows["label"].to_numpy(), return_inverse=True)[1]
    counts, _ = word_matrix(rows["text"].to_list())
    vectors = word_vectors(counts, 24)
    held = np.asarray(counts.sum(axis=0)).ravel()
    common = counts[:, np.argsort(-held)[:150]].tocsr()
    length = rows["text"].str.len_chars().to_numpy()
    p_values, sides = [], []
    start = time.process_time()
    for year in range(years):
        draw = np.random.default_rng([2026, year])
        null = Null(kind, labels, draw)
        reference = collapsed(*null.rows(REFERENCE, np.arange(WEEKS)))
        of_year, plain = [], []
        for week in range(WEEKS):
            live = collapsed(*null.rows(WEEK, np.array([week])))
            pool, at = pool_of(reference, live, 3 if kind == "seasonal" else 0)
            columns = [
                *vector_columns(pool, vectors[at], "words", ("domain", "neighbours")),
                word_column(pool, common[at]),
                value_column(pool, "label", "categories", labels[at]),
                value_column(pool, "length", "ordered", length[at]),
            ]
            of_year.append([found.p for found in look(pool, columns, ALPHA / WEEKS)])
            plain.append(_bare(pool, at, labels, length, vectors))
        p_values.append(of_year)
        sides.append(plain)
        if year % 10 == 9 or year == years - 1:
            np.savez(out, p=np.array(p_values), bare=np.array(sides), seconds=time.process_time() - start)


def _bare(
    pool: Pool, at: np.ndarray, labels: np.ndarray, length: np.ndarray, vectors: np.ndarray
) -> list[float]:
    """What is usual: scipy's tests of each column alone, every row counted as often as it came."""
    from scipy.stats import chi2_contingency, ks_2samp

    live = pool.live
    table = np.array([np.bincount(labels[at[side]], minlength=labels.max() + 1) for side in (~live, live)])
    found = [
        chi2_contingency(table[:, table.sum(axis=0) > 0]).pvalue,
        ks_2samp(length[at[~live]], length[at[live]]).pvalue,
    ]
    found += [ks_2samp(vectors[at[~live], k], vectors[at[live], k]).pvalue for k in range(3)]
    return [float(p) for p in found]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = parser.add_subparsers(dest="command", required=True)
    one = commands.add_parser("nulls")
    one.add_argument("kind", choices=["iid", "grouped", "seasonal", "duplicates"])
    one.add_argument("out", type=Path)
    one.add_argument("--years", type=int, default=1000)
    given = parser.parse_args()
    if given.command == "nulls":
        nulls(given.kind, given.out, given.years)


if __name__ == "__main__":
    main()
