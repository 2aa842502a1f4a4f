"""How often is a system called better that is not? Six equal systems, judged again and again.

    python benchmarks/false_winners.py [--experiments 10000] [--processes 2]

For each kind of task, answers of six systems to 4,000 rows in groups are made and scored once, by the kind's
own scoring. All systems are equally good; what they get right hangs together within a group, and so does what
one system gets right and another does not, which is what fools a test that counts rows. An experiment draws
whole groups until it has 30, 100 or 300 rows, shuffles the systems' names within each group, so that none
can be better, and asks for the verdict. Printed for each metric and size, in percent of experiments:

verdict             the tuned system is called better than all five simpler ones (asked: 5 at most)
of five             so is it than any of the five, by Holm's correction (asked: 5 at most)
naive               a paired bootstrap of rows calls the best system better than another: what to avoid
difference, score   the 95 % interval of a difference, and of a system's score, holds the truth (93 to 97)
power, oracle       a better system is found by the comparison, and by a test that knows how far chance takes
                    the difference (asked: 0.9 of it)
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import polars as pl
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from curate.stats import holm
from train.arrays import Bools, Floats, Ints
from train.kinds.base import Scoring
from train.kinds.classification import Classification
from train.kinds.extraction import Extraction
from train.kinds.preference import Preference
from train.kinds.rewriting import Rewriting
from train.kinds.summary import Summary
from train.stats.intervals import Bootstrap
from train.stats.paired import Paired, compare, swap_test

SYSTEMS, ROWS, SIZES = 6, 4000, (30, 100, 300)
LEVEL, RESAMPLES, SWAPS = 0.05, 1000, 1000
# Logit of a right piece, its spread over groups and over (group, system), and what the better system gains.
BASE, GROUP, TASTE, BETTER = 0.7, 1.0, 1.0, 0.9
WORDS = (
    "amber", "birch", "cedar", "dune", "ember", "fjord", "grove", "heath", "inlet", "jetty", "knoll", "ledge",
    "marsh", "notch", "oxbow",
)  # fmt: skip
METRICS = {
    "classification": ("macro_f1", "accuracy"),
    "extraction": ("field_f1", "exact_match", "schema_valid"),
    "rewriting": ("chrf", "rules_passed"),
    "summary": ("rouge_l", "chrf", "sections_complete"),
    "preference": ("reward_accuracy",),
}


@dataclass(frozen=True)
class Pool:
    """Scored answers of all systems, the better one last: `matrices` `[systems, rows, columns]`, `right`
    `[systems, rows]`; `starts` are the rows at which groups begin, with the end.
    """

    scoring: Scoring
    matrices: Floats
    right: Bools
    starts: Ints


@lru_cache(maxsize=1)
def pool_of(kind: str) -> Pool:
    """The pool of a kind; the same wherever it is made."""
    draw = np.random.default_rng(list(METRICS).index(kind))
    sizes = []
    while sum(sizes) < ROWS:
        sizes.append(int(draw.geometric(1 / 3)))
    starts = np.cumsum([0, *sizes])
    rows, groups = int(starts[-1]), np.repeat(np.arange(len(sizes)), sizes)
    scoring, frame, write = MAKERS[kind](rows, draw)
    ease = draw.normal(0, GROUP, len(sizes))[groups]
    matrices, right = [], []
    for system in range(SYSTEMS + 1):
        taste = draw.normal(0, TASTE, len(sizes))[groups]
        chance = 1 / (1 + np.exp(-(BASE + ease + taste + (BETTER if system == SYSTEMS else 0))))
        answers = pl.Series("answer", write(chance, draw))
        matrix = scoring.matrix(frame, answers)
        matrices.append(matrix.toarray() if hasattr(matrix, "toarray") else matrix)
        right.append(scoring.right(frame, answers))
    return Pool(scoring, np.stack(matrices).astype(np.float64), np.stack(right), starts)


Made = tuple[Scoring, pl.DataFrame, Callable[[Floats, np.random.Generator], list[str]]]


def _frame(inputs: list[str], outputs: list[str], **more: list[str]) -> pl.DataFrame:
    return pl.DataFrame({"input": inputs, "output": outputs, "language": ["en"] * len(inputs), **more})


def _labels(rows: int, draw: np.random.Generator) -> Made:
    names = WORDS[:6]
    truth = draw.choice(6, rows, p=[0.35, 0.25, 0.15, 0.1, 0.1, 0.05])

    def write(chance: Floats, dice: np.random.Generator) -> list[str]:
        other = (truth + dice.integers(1, 6, rows)) % 6
        return [names[code] for code in np.where(dice.random(rows) < chance, truth, other).tolist()]

    return Classification(names), _frame(["text"] * rows, [names[code] for code in truth.tolist()]), write


def _forms(rows: int, draw: np.random.Generator) -> Made:
    fields, codes = ("place", "party", "day"), draw.integers(0, len(WORDS), (rows, 3))
    there = draw.random((rows, 3)) < 0.7

    def form(row: int, values: Ints, given: Bools) -> str:
        pairs = zip(fields, values[row].tolist(), given[row].tolist(), strict=True)
        return json.dumps({field: WORDS[code] for field, code, is_there in pairs if is_there})

    def write(chance: Floats, dice: np.random.Generator) -> list[str]:
        wrong = dice.random((rows, 3)) > chance[:, None]
        values = np.where(wrong, (codes + 1) % len(WORDS), codes)
        broken = dice.random(rows) > 0.5 + chance / 2
        return [form(row, values, there)[: -1 if broken[row] else None] for row in range(rows)]

    truth = [form(row, codes, there) for row in range(rows)]
    return Extraction({"type": "object"}), _frame(truth, truth), write


def _sentences(rows: int, draw: np.random.Generator) -> list[list[str]]:
    return [[WORDS[code] for code in line] for line in draw.integers(0, len(WORDS), (rows, 8)).tolist()]


def _changed(lines: list[list[str]], chance: Floats, dice: np.random.Generator) -> list[list[str]]:
    kept = dice.random((len(lines), 8)) < chance[:, None]
    return [
        [word if keep else "cheap" for word, keep in zip(line, row, strict=True)]
        for line, row in zip(lines, kept.tolist(), strict=True)
    ]


def _rewritings(rows: int, draw: np.random.Generator) -> Made:
    from curate.task import Style

    lines = _sentences(rows, draw)

    def write(chance: Floats, dice: np.random.Generator) -> list[str]:
        return [" ".join(line) for line in _changed(lines, np.sqrt(chance), dice)]

    truth = [" ".join(line) for line in lines]
    return Rewriting(Style(never=("cheap",))), _frame(["draft " + text for text in truth], truth), write


def _summaries(rows: int, draw: np.random.Generator) -> Made:
    lines = _sentences(rows, draw)

    def sections(line: list[str], whole: bool) -> str:
        return f"Problem: {' '.join(line[:4])}\n" + (f"Next step: {' '.join(line[4:])}" if whole else "")

    def write(chance: Floats, dice: np.random.Generator) -> list[str]:
        whole = (dice.random(rows) < np.sqrt(chance)).tolist()
        changed = _changed(lines, np.sqrt(chance), dice)
        return [sections(line, is_whole) for line, is_whole in zip(changed, whole, strict=True)]

    truth = [sections(line, True) for line in lines]
    return Summary(("Problem", "Next step")), _frame(truth, truth), write


def _preferences(rows: int, draw: np.random.Generator) -> Made:
    def write(chance: Floats, dice: np.random.Generator) -> list[str]:
        return np.where(dice.random(rows) < chance, "1.0", "-1.0").tolist()

    texts = ["a"] * rows
    return Preference(), _frame(texts, ["yes"] * rows, rejected=["no"] * rows), write


MAKERS: dict[str, Callable[[int, np.random.Generator], Made]] = {
    "classification": _labels,
    "extraction": _forms,
    "rewriting": _rewritings,
    "summary": _summaries,
    "preference": _preferences,
}


@dataclass(frozen=True)
class Drawn:
    """One experiment: score matrix `[rows, columns]` and right answers of each system, and the groups."""

    matrices: list[Floats]
    right: list[Bools]
    clusters: Ints


def drawn(pool: Pool, size: int, draw: np.random.Generator, better: bool = False) -> Drawn:
    """Groups drawn with replacement until there are `size` rows, the systems shuffled within each; with
    `better` the first system is the better one and the others are shuffled.
    """
    groups = draw.integers(len(pool.starts) - 1, size=size)
    sizes = (pool.starts[groups + 1] - pool.starts[groups]).astype(np.int64)
    enough = int(np.searchsorted(np.cumsum(sizes), size)) + 1
    groups, sizes = groups[:enough], sizes[:enough]
    orders = draw.permuted(np.tile(np.arange(SYSTEMS), (enough, 1)), axis=1)
    if better:
        orders[:, 0] = SYSTEMS
    clusters = np.repeat(np.arange(enough), sizes)
    at = np.arange(len(clusters)) - np.repeat(np.cumsum(sizes) - sizes, sizes) + pool.starts[groups][clusters]
    by = orders[clusters]
    roles = range(SYSTEMS)
    return Drawn(
        [pool.matrices[by[:, role], at] for role in roles],
        [pool.right[by[:, role], at] for role in roles],
        clusters,
    )


def experiments(kind: str, size: int, count: int, seed: int) -> dict[str, dict[str, float]]:
    """Counts for each metric of a kind, over `count` experiments of `size` rows."""
    pool, counts = pool_of(kind), {metric: dict.fromkeys(COUNTED, 0.0) for metric in METRICS[kind]}
    draw = np.random.default_rng([seed, size, list(METRICS).index(kind)])
    spread = oracle(pool, METRICS[kind], size, draw)
    for number in range(count):
        same, better = drawn(pool, size, draw), drawn(pool, size, draw, better=True)
        for metric in METRICS[kind]:
            of = pool.scoring.metrics[metric].of
            told = counts[metric]
            told["experiments"] += 1
            boot = Bootstrap(same.clusters, RESAMPLES, number)
            all_pairs = number % 4 == 0  # what needs every comparison is looked at in a quarter of them
            best = max(range(1, SYSTEMS), key=lambda role: float(of(same.matrices[role].sum(axis=0))))
            values = []
            for role in [best, *(role for role in range(1, SYSTEMS) if role != best)]:
                values.append(p_of(same, 0, role, of, boot))
                if values[-1] >= LEVEL and not all_pairs:
                    break
            if max(values) < LEVEL and len(values) == SYSTEMS - 1:
                interval = pair(same, 0, best, of, boot).difference
                told["verdict"] += interval.low > 0
            if all_pairs:
                told["quarter"] += 1
                told["of five"] += min(holm(values)) < LEVEL
                told["naive"] += naive(same, of, draw)
                difference = pair(same, 0, 1, of, boot).difference
                told["covers difference"] += difference.low <= 0 <= difference.high
                truth = float(of(pool.matrices[:SYSTEMS].sum(axis=(0, 1))))
                own = boot.interval(boot.per_cluster(same.matrices[0]), of, bounds=(0.0, 1.0))
                told["covers score"] += own.low <= truth <= own.high
                gain = float(of(better.matrices[0].sum(axis=0)) - of(better.matrices[1].sum(axis=0)))
                boot = Bootstrap(better.clusters, RESAMPLES, number)
                told["found"] += gain > 0 and p_of(better, 0, 1, of, boot) < LEVEL
                told["oracle"] += gain > spread[metric]
    return counts


COUNTED = (
    "experiments", "verdict", "quarter", "of five", "naive", "covers difference", "covers score", "found",
    "oracle",
)  # fmt: skip


def p_of(one: Drawn, role: int, other: int, of: Callable[[Floats], Floats], boot: Bootstrap) -> float:
    """The product's permutation test alone, without the interval that `compare` adds."""
    mine, theirs = boot.per_cluster(one.matrices[role]), boot.per_cluster(one.matrices[other])
    sums = [np.asarray(each.sum(axis=0)).ravel() for each in (mine, theirs)]
    return swap_test(*sums, (theirs - mine).tocsr(), of, SWAPS, boot.seed)


def pair(one: Drawn, role: int, other: int, of: Callable[[Floats], Floats], boot: Bootstrap) -> Paired:
    """The product's whole comparison."""
    right = (one.right[role], one.right[other])
    return compare(one.matrices[role], one.matrices[other], right, of, boot, SWAPS)


def naive(
    one: Drawn, of: Callable[[Floats], Floats], draw: np.random.Generator, resamples: int = 300
) -> bool:
    """Whether a bootstrap of rows, groups forgotten, calls the best system better than some other."""
    rows = len(one.clusters)
    weights = draw.multinomial(rows, np.full(rows, 1 / rows), 300).astype(np.float64)
    scores = np.stack([of(weights @ matrix) for matrix in one.matrices])
    best = int(np.argmax([float(of(matrix.sum(axis=0))) for matrix in one.matrices]))
    lows = [np.quantile(scores[best] - scores[role], 0.025) for role in range(SYSTEMS) if role != best]
    return bool(max(lows) > 0)


def oracle(
    pool: Pool, metrics: Sequence[str], size: int, draw: np.random.Generator, times: int = 1000
) -> dict[str, float]:
    """For each metric the difference between two equal systems that chance exceeds in 2.5 % of
    experiments.
    """
    sums = [[matrix.sum(axis=0) for matrix in drawn(pool, size, draw).matrices[:2]] for _ in range(times)]
    totals = np.array(sums)
    found = {}
    for metric in metrics:
        scores = pool.scoring.metrics[metric].of(totals)
        found[metric] = float(np.quantile(np.abs(scores[:, 0] - scores[:, 1]), 1 - LEVEL))
    return found


def main() -> int:
    """Run all experiments and print the table."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--experiments", type=int, default=10_000, help="in all, over metrics and sizes")
    options.add_argument("--processes", type=int, default=2)
    options.add_argument("--seed", type=int, default=0)
    asked = options.parse_args()
    metrics = sum(map(len, METRICS.values()))
    each = max(8, asked.experiments // (metrics * len(SIZES)))
    start = time.perf_counter()
    console = Console()
    heads = ("verdict", "of five", "naive", "difference", "score", "power", "oracle")
    table = Table("metric", "rows", *heads, caption="percent; difference and score: coverage of the interval")
    with ProcessPoolExecutor(asked.processes) as workers, Progress(console=Console(file=sys.stderr)) as bar:
        jobs = {
            (kind, size): workers.submit(experiments, kind, size, each, asked.seed)
            for kind in METRICS
            for size in SIZES
        }
        task = bar.add_task("experiments", total=len(jobs))
        totals = dict.fromkeys(COUNTED, 0.0)
        for (kind, size), job in jobs.items():
            for metric, told in job.result().items():
                totals = {name: totals[name] + told[name] for name in COUNTED}
                table.add_row(f"{kind}  {metric}", str(size), *_cells(told))
            bar.advance(task)
    table.add_section()
    table.add_row("all", "", *_cells(totals))
    console.print(table)
    seconds = time.perf_counter() - start
    console.print(f"{totals['experiments']:,.0f} experiments of six systems in {seconds:,.0f} s")
    return 0


def _cells(told: dict[str, float]) -> list[str]:
    few = told["quarter"]
    share = lambda name, of: f"{100 * told[name] / of:.1f}"
    return [
        share("verdict", told["experiments"]),
        share("of five", few),
        share("naive", few),
        share("covers difference", few),
        share("covers score", few),
        share("found", few),
        share("oracle", few),
    ]


if __name__ == "__main__":
    sys.exit(main())
