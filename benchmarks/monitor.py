"""Does the monitor keep quiet while nothing moves, and does it see what does?

    python -m benchmarks.monitor nulls KIND OUT.npz [--years 1000]   # iid, grouped, seasonal, duplicates
    python -m benchmarks.monitor alarms OUT.npz...                   # years with an alarm, by rule
    python -m benchmarks.monitor power VECTORS.npy [--times 20]      # looks until new topics are found
    python -m benchmarks.monitor estimate VECTORS.npy                # accuracy without labels
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
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from curate.stats import holm
from train.drift.columns import (
    Column,
    Pool,
    capped_weights,
    value_column,
    vector_columns,
    word_column,
    word_matrix,
    word_vectors,
)
from train.drift.look import look
from train.drift.seasons import seasons
from train.drift.shuffle import Statistic, p_value
from train.drift.spending import allowance, draws_for
from train.drift.statistics import NEIGHBOURS, neighbour_graph, neighbours
from train.stats.intervals import exact_share

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
    reference: tuple[np.ndarray, ...], live: tuple[np.ndarray, ...], *, dated: bool
) -> tuple[Pool, Any]:
    """The pool of two collapsed samples, and the places of its rows."""
    old, new = (len(side[0]) for side in (reference, live))
    units = np.concatenate([reference[1], live[1] + reference[1].max() + 1])
    found: tuple[np.ndarray, ...] = ()
    if dated:
        order = np.argsort(np.argsort(reference[3], kind="stable"))
        masks = seasons(order, new, whole_year=True)
        found = tuple(np.append(mask, np.zeros(new, dtype=bool)) for mask in masks)
    pool = Pool(np.arange(old + new) >= old, units, np.concatenate([reference[2], live[2]]), found)
    return pool, np.concatenate([reference[0], live[0]])


def year_of(null: Null) -> Iterator[tuple[tuple[np.ndarray, ...], tuple[np.ndarray, ...]]]:
    """A reference and 52 weekly batches, each as `(reference, batch)` of places, groups and weeks."""
    reference = null.rows(REFERENCE, np.arange(WEEKS))
    for week in range(WEEKS):
        yield reference, null.rows(WEEK, np.array([week]))


class Near:
    """`train.drift.statistics.neighbour_graph` of a year's pools, whose first rows are always the reference:
    its own neighbours are looked for once, which leaves two fifths of the work of a week.
    """

    def __init__(self, reference: np.ndarray, units: np.ndarray) -> None:
        similar = reference @ reference.T
        similar[units[:, None] == units[None, :]] = -np.inf
        self.near = np.argpartition(-similar, NEIGHBOURS - 1, axis=1)[:, :NEIGHBOURS]
        self.similar = np.take_along_axis(similar, self.near, axis=1)

    def graph(self, features: np.ndarray, units: np.ndarray) -> Any:
        """The graph of a pool."""
        from scipy import sparse

        total, old = len(features), len(self.near)
        to_live = features[:old] @ features[old:].T
        asked = np.hstack([self.similar, to_live])
        named = np.hstack([self.near, np.tile(np.arange(old, total), (old, 1))])
        best = np.argpartition(-asked, NEIGHBOURS - 1, axis=1)[:, :NEIGHBOURS]
        of_live = np.hstack([to_live.T, features[old:] @ features[old:].T])
        of_live[units[old:, None] == units[None, :]] = -np.inf
        nearest = np.vstack(
            [
                np.take_along_axis(named, best, axis=1),
                np.argpartition(-of_live, NEIGHBOURS - 1, axis=1)[:, :NEIGHBOURS],
            ]
        )
        at = np.repeat(np.arange(total), NEIGHBOURS)
        filled = np.full(at.size, 1 / NEIGHBOURS)
        return sparse.csr_matrix((filled, (at, nearest.ravel())), shape=(total, total))

    def column(self, pool: Pool, features: np.ndarray, *, check: bool) -> Column:
        """The column `words_neighbours`; `check` holds its graph to the product's."""
        (theirs,) = vector_columns(pool, features, "words", ("neighbours",))
        graph = self.graph(features, pool.units)
        if check:
            other = neighbour_graph(features, pool.units)
            # Equal texts are equally near: which of them is taken does not matter.
            assert abs(graph - other).sum() < 0.02 * other.sum()

        def of(rows: np.ndarray) -> Statistic:
            return theirs.make(rows) if len(rows) < len(features) else neighbours(graph, pool.weights)

        return replace(theirs, make=of)


def nulls(kind: str, out: Path, first: int, years: int) -> None:
    """Every p-value of `years` years, `[years, weeks, columns]`; written every ten years."""
    rows = world()
    labels = np.unique(rows["label"].to_numpy(), return_inverse=True)[1]
    counts, _ = word_matrix(rows["text"].to_list())
    vectors = word_vectors(counts, 24)
    held = np.asarray(counts.sum(axis=0)).ravel()
    common = counts[:, np.argsort(-held)[:150]].tocsr()
    length = rows["text"].str.len_chars().to_numpy()
    p_values: list[list[list[float]]] = []
    before: tuple[np.ndarray, ...] = ()
    start = time.process_time()
    for year in range(first, first + years):
        of_year: list[list[float]] = []
        near = None
        for old, new in year_of(Null(kind, labels, np.random.default_rng([2026, year]))):
            before = before if of_year else collapsed(*old)
            pool, at = pool_of(before, collapsed(*new), dated=kind == "seasonal")
            near = near or Near(vectors[before[0]], before[1])
            columns = [
                *vector_columns(pool, vectors[at], "words", ("domain",)),
                near.column(pool, vectors[at], check=not of_year),
                word_column(pool, common[at]),
                value_column(pool, "label", "categories", labels[at]),
                value_column(pool, "length", "ordered", length[at]),
            ]
            of_year.append([found.p for found in look(pool, columns, allowance(0.0, ALPHA, WEEKS))])
        p_values.append(of_year)
        if len(p_values) % 10 == 0 or len(p_values) == years:
            fresh = out.with_suffix(".new.npz")
            np.savez(fresh, kind=kind, p=np.array(p_values), seconds=time.process_time() - start)
            fresh.replace(out)


def alarms(files: list[Path]) -> None:
    """Years with an alarm, by rule, from the p-values of `nulls`; parts of one world are counted together."""
    parts: dict[str, list[Any]] = {}
    for path in files:
        read = np.load(path)
        parts.setdefault(str(read["kind"]), []).append(read)
    level = allowance(0.0, ALPHA, WEEKS)
    for kind, of_kind in parts.items():
        p_values = np.concatenate([part["p"] for part in of_kind])
        years, seconds = len(p_values), sum(float(part["seconds"]) for part in of_kind)
        every = np.array([[holm(week.tolist()) for week in year] for year in p_values]).min(axis=2)
        # p to e by the calibrator 1 / (2 sqrt(p)) (Vovk & Wang, 2021); the mean over columns is one e-value.
        evidence = (0.5 / np.sqrt(p_values)).mean(axis=2)
        products, means = np.cumprod(evidence, axis=1), np.cumsum(evidence / WEEKS, axis=1)
        rules = {
            "assay: Holm, a look's part of 5 % a year": (every <= level).any(axis=1),
            "Holm, 5 % at every look": (every <= ALPHA).any(axis=1),
            "e-process: the running product reaches 20": (products >= 20).any(axis=1),
            "e-values averaged over the year reach 20": (means >= 20).any(axis=1),
        }
        print(f"{kind}: {years} years, {seconds / years:.2f} CPU seconds each")
        for rule, years_with in rules.items():
            share = exact_share(int(years_with.sum()), years, 0.95)
            print(
                f"  {share.point:6.1%} ({share.low:.1%} to {share.high:.1%})  {int(years_with.sum())}  {rule}"
            )
        for most in (level, 0.01, 0.05):
            share = exact_share(int((every <= most).sum()), every.size, 0.95)
            print(
                f"  {share.point:.3%} ({share.low:.3%} to {share.high:.3%}) of {every.size} looks "
                f"have a corrected p at or below {most:.5f}"
            )


def power(vectors: Path, times: int, sizes: Sequence[int]) -> None:
    """Weekly looks until one finds a mix of a tenth of new topics: the columns `meaning_neighbours` and
    `single_words`, as two of twelve, and each a twelfth of a look's part (Holm's first step).
    """
    rows = world()
    labels = np.unique(rows["label"].to_numpy(), return_inverse=True)[1]
    meanings = np.load(vectors).astype(np.float64)
    counts, _ = word_matrix(rows["text"].to_list())
    for size in sizes:
        for topics in (1, 3):
            found = [
                _first_look(np.random.default_rng([7, topics, time_]), labels, meanings, counts, topics, size)
                for time_ in range(times)
            ]
            for looks in (1, 2, MOST_LOOKS):
                hits = sum(first <= looks for first, _ in found)
                share = exact_share(hits, times, 0.95)
                names = [name for first, name in found if first <= looks]
                by = ", ".join(f"{name} {names.count(name)}" for name in sorted(set(names)))
                print(
                    f"{size} rows, {topics} new topics, within {looks} looks: {share.point:.0%} of {times} "
                    f"({share.low:.0%} to {share.high:.0%}); by {by or 'none'}",
                    flush=True,
                )


MOST_LOOKS = 4


def _first_look(
    draw: np.random.Generator, labels: np.ndarray, meanings: np.ndarray, counts: Any, topics: int, size: int
) -> tuple[int, str]:
    """The first weekly look that finds the new topics, and the column that did; one more than the most looks
    where none does.
    """
    level = allowance(0.0, ALPHA, WEEKS) / 12
    most = draws_for(level * 12, 12)
    new = np.isin(labels, draw.choice(labels.max() + 1, topics, replace=False))
    old, fresh = draw.permutation(np.flatnonzero(~new)), np.flatnonzero(new)
    usual = size - size // 10
    for week in range(MOST_LOOKS):
        start = REFERENCE_OF_POWER + week * usual
        batch = np.append(old[start : start + usual], draw.choice(fresh, size // 10, replace=False))
        at = np.append(old[:REFERENCE_OF_POWER], batch)
        total = len(at)
        pool = Pool(np.arange(total) >= REFERENCE_OF_POWER, np.arange(total), np.ones(total))
        columns = [
            *vector_columns(pool, meanings[at], "meaning", ("neighbours",)),
            word_column(pool, counts[at]),
        ]
        sides = pool.sides(pool.every)
        for column in columns:
            if p_value(sides, column.make(column.rows), most)[0] <= level:
                return week + 1, column.name
    return MOST_LOOKS + 1, ""


REFERENCE_OF_POWER = 2_000


def estimated(vectors: Path, times: int) -> None:
    """Accuracy estimated from confidences where the mix changes and where labels change their meaning: a
    logistic regression on a third of banking77.
    """
    from sklearn.linear_model import LogisticRegression

    from train.drift.estimate import estimate

    rows = world()
    labels = np.unique(rows["label"].to_numpy(), return_inverse=True)[1]
    meanings = np.load(vectors)
    draw = np.random.default_rng(0)
    order = draw.permutation(len(labels))
    learn, rest = order[:2_000], order[2_000:]
    model = LogisticRegression(max_iter=200).fit(meanings[learn], labels[learn])
    proba = model.predict_proba(meanings[rest])
    answer = model.classes_[proba.argmax(axis=1)]
    sure, truth = proba.max(axis=1), labels[rest]
    right = answer == truth
    by_label = np.array([right[truth == label].mean() for label in range(labels.max() + 1)])
    hard = by_label[truth] < np.median(by_label)
    swap = np.arange(labels.max() + 1)
    swap[:20] = np.roll(swap[:20], 1)
    cases = {
        "same world": (np.ones(len(rest)), truth),
        "three times as many of the hard intents": (np.where(hard, 3.0, 1.0), truth),
        "hard intents alone": (np.where(hard, 1.0, 0.0), truth),
        "twenty labels change their meaning": (np.ones(len(rest)), swap[truth]),
    }
    for name, (odds, now) in cases.items():
        inside, error, width = 0, [], []
        for time_ in range(times):
            some = np.random.default_rng(time_)
            known = some.choice(len(rest), 600, replace=False)
            live = some.choice(len(rest), 500, p=odds / odds.sum())
            found = estimate(
                sure[known], right[known], np.arange(600), sure[live], np.arange(500), np.ones(500),
                np.zeros(500, dtype=bool), seed=time_,
            )  # fmt: skip
            assert found is not None
            share = float((answer[live] == now[live]).mean())
            inside += found.share.low <= share <= found.share.high
            error.append(found.share.point - share)
            width.append(found.share.high - found.share.low)
        print(
            f"{name}: truth in the interval {inside}/{times}, estimate less truth {np.mean(error):+.3f}, "
            f"width {np.mean(width):.3f}"
        )


def embed(out: Path) -> None:
    """banking77 by the embedded encoder."""
    from train.encoder import load_encoder

    np.save(out, load_encoder().embed(world()["text"].to_list()))


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = parser.add_subparsers(dest="command", required=True)
    one = commands.add_parser("nulls")
    one.add_argument("kind", choices=["iid", "grouped", "seasonal", "duplicates"])
    one.add_argument("out", type=Path)
    one.add_argument("--years", type=int, default=1000)
    one.add_argument("--first", type=int, default=0, help="The first year: parts may run side by side.")
    commands.add_parser("alarms").add_argument("files", type=Path, nargs="+")
    for name in ("power", "estimate"):
        command = commands.add_parser(name)
        command.add_argument("vectors", type=Path)
        command.add_argument("--times", type=int, default=20)
        if name == "power":
            command.add_argument("--sizes", type=int, nargs="+", default=[500, 200, 100])
    commands.add_parser("embed").add_argument("out", type=Path)
    given = parser.parse_args()
    if given.command == "nulls":
        nulls(given.kind, given.out, given.first, given.years)
    elif given.command == "alarms":
        alarms(given.files)
    elif given.command == "embed":
        embed(given.out)
    elif given.command == "power":
        power(given.vectors, given.times, given.sizes)
    else:
        estimated(given.vectors, given.times)


if __name__ == "__main__":
    main()
