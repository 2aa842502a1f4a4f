"""What guardrails cost, what the abstention threshold keeps, and what marks of prompt injection are found.

    python -m benchmarks.predict speed PROJECT [--system lora] [--rows 4096]
    python -m benchmarks.predict risk [--trials 400]
    python -m benchmarks.predict injection

`speed`: CPU seconds of `assay predict`'s own way (read, answered, judged, written ahead, put together)
beside a bare loop over the same system, texts and batches that keeps nothing back. The model is loaded
before; both take turns in one process, and the best of `--rounds` counts. Rows are the project's own
inputs, repeated with a number so that no two are alike. `PROJECT` needs the system trained, such as this
repository's root, or `examples/case-summary` with `--system lm_lora --rows 64` for a model that writes.

`risk`: made-up classifiers whose truth is known; how often the promise is broken (at most delta is allowed)
and how many rows are answered, beside the threshold that these rows alone would choose (delta null).

`injection`: the labelled texts of `tests/train/guard/injection_texts.py` and, where `../shared/data` is
there, customers' own words, none of which is an order.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl

from train.arrays import Floats

POPULATIONS: dict[str, Callable[[Floats], Floats]] = {
    "calibrated": lambda sure: sure,
    "overconfident (its square is true)": lambda sure: sure**2,
    "sharp (97 % right above 0.8, else 30 %)": lambda sure: np.where(sure > 0.8, 0.97, 0.3),
    "knows nothing (half is right)": lambda sure: np.full(len(sure), 0.5),
}


def speed(folder: Path, name: str, rows: int, rounds: int) -> None:
    """Rows a CPU second, with guardrails and bare."""
    from curate.project import Project
    from governance.predict import run
    from train.judge.answering import predict
    from train.systems import load_system
    from train.systems.base import Classifier

    project = Project(folder)
    system = load_system(project.models / name)
    inputs = pl.read_parquet(project.gold / "train.parquet")["input"]
    texts = [f"{inputs[number % len(inputs)]} ({number})" for number in range(rows)]
    run.load_system = lambda _: system
    with tempfile.TemporaryDirectory() as place:
        live = Path(place) / "live.jsonl"
        pl.DataFrame({"input": texts}).write_ndjson(live)
        request = run.Request(
            name, str(live), f"{place}/out.parquet", Path(place) / "refused.parquet", ("input",)
        )

        size = run.QUICK if system.classifies else run.SLOW

        def bare() -> None:
            for start in range(0, rows, size):
                batch = texts[start : start + size]
                if not system.classifies:
                    system.write(batch)
                    continue
                assert isinstance(system, Classifier)
                predict(system, batch, system.labels, system.labels, 64).argmax(axis=1)

        def guarded() -> None:
            run.predict(project, request, lambda _: None)

        guarded()  # the threshold is chosen, and everything is loaded
        best = {"bare loop": np.inf, "assay predict": np.inf}
        for _ in range(rounds):
            for way, work in (("bare loop", bare), ("assay predict", guarded)):
                start = time.process_time()
                work()
                best[way] = min(best[way], time.process_time() - start)
        kept = pl.read_parquet(f"{place}/out.parquet").height
    print(f"{rows:,} rows, {kept:,} kept, best of {rounds} rounds, CPU seconds")
    for way, seconds in best.items():
        print(f"| {way} | {seconds:.2f} s | {rows / seconds:,.0f} rows/s |")
    print(f"throughput of the bare loop that is left: {best['bare loop'] / best['assay predict']:.3f}")


def risk(trials: int) -> None:
    """How often the promise is broken."""
    from train.guard.abstain import choose

    draw = np.random.default_rng(0)
    print(
        "| classifier | rows | risk | broken, promised (<= 0.10) | answered | broken, delta null | answered |"
    )
    print("|---|---|---|---|---|---|---|")
    for name, right_of in POPULATIONS.items():
        population = draw.beta(3, 1, 50_000)
        wrong = 1 - right_of(population)
        for rows in (60, 300, 1000):
            for share in (0.05, 0.2):
                broken, answered = [0, 0], [0.0, 0.0]
                for _ in range(trials):
                    sure = draw.beta(3, 1, rows)
                    right = draw.random(rows) < right_of(sure)
                    for at, delta in enumerate((0.1, None)):
                        given = population > choose(sure, right, share, delta).confidence
                        broken[at] += bool(given.any() and wrong[given].mean() > share)
                        answered[at] += given.mean() / trials
                cells = [f"{broken[at] / trials:.3f} | {answered[at]:.2f}" for at in (0, 1)]
                print(f"| {name} | {rows:,} | {share:.0%} | {' | '.join(cells)} |")


def injection() -> None:
    """Precision and recall on the labelled texts, and flags among customers."""
    from tests.train.guard.injection_texts import HARMLESS, ORDERS
    from train.guard.injection import is_order

    orders, harmless = (
        is_order(pl.Series([line for line in texts.splitlines() if line])) for texts in (ORDERS, HARMLESS)
    )
    found, wrongly = int(orders.sum()), int(harmless.sum())
    print(f"{len(orders)} orders, {len(harmless)} look-alikes: recall {found / len(orders):.3f}, ", end="")
    print(f"precision {found / max(found + wrongly, 1):.3f}")
    shared = Path(__file__).resolve().parents[2] / "shared" / "data"
    for name, column in (
        ("banking77/train.csv", "text"),
        ("banking77/test.csv", "text"),
        ("bitext/customer_support.csv", "instruction"),
    ):
        if (shared / name).exists():
            texts = pl.read_csv(shared / name, infer_schema=False)[column]
            start = time.process_time()
            flagged = int(is_order(texts).sum())
            micros = 1e6 * (time.process_time() - start) / len(texts)
            print(f"{name}: {flagged} of {len(texts):,} flagged, {micros:.0f} microseconds a text")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    ways = parser.add_subparsers(dest="way", required=True)
    quick = ways.add_parser("speed")
    quick.add_argument("project", type=Path)
    quick.add_argument("--system", default="lora")
    quick.add_argument("--rows", type=int, default=4096)
    quick.add_argument("--rounds", type=int, default=3)
    ways.add_parser("risk").add_argument("--trials", type=int, default=400)
    ways.add_parser("injection")
    given = parser.parse_args()
    if given.way == "speed":
        speed(given.project.resolve(), given.system, given.rows, given.rounds)
    elif given.way == "risk":
        risk(given.trials)
    else:
        injection()


if __name__ == "__main__":
    main()
