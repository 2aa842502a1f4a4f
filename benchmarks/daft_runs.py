"""Engine `daft` on a Ray of this machine against `local`: the same bytes in every run, and what it costs.

    python -m benchmarks.daft_runs same --rows 3000 --runs 20     # other cuts and orders of rows
    python -m benchmarks.daft_runs cost --rows 100000 1000000     # CPU seconds of all processes

Needs extra `cluster`. The plan is the search for near-duplicates (word 3-grams, Jaccard >= 0.7): the one that
shuffles. CPU seconds are those of every process that the run began, Ray's own daemons included.
"""

from __future__ import annotations

import argparse
import ctypes
import hashlib
import json
import os
import resource
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from benchmarks.scale import THRESHOLD, N, write_corpus
from curate.engine import Engine, Part, using

# Linux: orphans of a child become ours, so that their CPU is counted when they end (prctl(2)).
_SUBREAPER = 36


@dataclass(frozen=True)
class Searched:
    """The rows of a partition as the search takes them."""

    def __call__(self, part: Part) -> pl.DataFrame:
        """With the columns that say which may be compared."""
        return part.read().with_columns(guard=pl.lit(""), held_out=pl.lit(False))


def twins(engine: Engine, table: pl.DataFrame | Path) -> str:
    """Digest of the twins that an engine finds, by the way that large sets are searched, however few rows."""
    from curate.dedup import cover
    from curate.dedup.params import Similarity
    from curate.dedup.spread import find_twins_spread

    cover.MAX_PREFIX_CHARACTERS = -1
    similarity = Similarity(unit="word", n=N, threshold=THRESHOLD)
    from benchmarks import daft_runs  # workers know this module by its name, not as __main__

    parts = engine.store(daft_runs.Searched(), engine.parts(table))
    found = find_twins_spread(parts, engine, similarity).twins
    digest = hashlib.sha256()
    for frame in (found.pairs, found.rows.select("id", "keeper", "kept", "kind", "similarity")):
        digest.update(frame.write_csv().encode())
    return digest.hexdigest()


def same(rows: int, runs: int, folder: Path) -> None:
    import ray

    corpus = folder / "corpus.parquet"
    write_corpus(corpus, rows)
    table = pl.read_parquet(corpus)
    with using("local", folder / "local") as engine:
        wanted = twins(engine, corpus)
    ray.init(include_dashboard=False, log_to_driver=False, logging_level="ERROR", num_cpus=os.cpu_count())
    equal = 0
    for run in range(runs):
        chance = np.random.default_rng(run)
        cut = int(chance.integers(rows // 12, rows))
        shuffled = table[chance.permutation(rows)]
        with using("daft", folder / f"daft-{run}", rows=cut) as engine:
            equal += twins(engine, shuffled) == wanted
        print(f"run {run + 1}: {-(-rows // cut)} partitions, {equal} of {run + 1} equal", flush=True)
    ray.shutdown()
    if equal < runs:
        raise SystemExit(f"{runs - equal} of {runs} runs differ from local")


def cost(rows: list[int], folder: Path) -> None:
    ctypes.CDLL(None).prctl(_SUBREAPER, 1)
    for count in rows:
        corpus = folder / f"{count}.parquet"
        write_corpus(corpus, count)
        for name in ("local", "daft"):
            before = resource.getrusage(resource.RUSAGE_CHILDREN)
            command = [sys.executable, "-m", "benchmarks.daft_runs", "one", name, str(corpus), str(folder)]
            said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
            while True:  # whatever Ray left: its CPU counts once it has ended
                try:
                    os.wait()
                except ChildProcessError:
                    break
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
            figures: dict[str, Any] = json.loads(said.splitlines()[-1])
            print(json.dumps({"rows": count, "engine": name, "cpu_s": round(cpu, 1), **figures}), flush=True)


def main() -> None:
    parser = argparse.ArgumentParser()
    commands = parser.add_subparsers(dest="command", required=True)
    runs = commands.add_parser("same")
    runs.add_argument("--rows", type=int, default=3000)
    runs.add_argument("--runs", type=int, default=20)
    sizes = commands.add_parser("cost")
    sizes.add_argument("--rows", type=int, nargs="+", default=[100_000])
    one = commands.add_parser("one")
    one.add_argument("engine")
    one.add_argument("corpus", type=Path)
    one.add_argument("folder", type=Path)
    asked = parser.parse_args()
    if asked.command == "one":
        with using(asked.engine, asked.folder / f"{asked.engine}-{os.getpid()}") as engine:
            print(json.dumps({"digest": twins(engine, asked.corpus)[:12]}))
        return
    with tempfile.TemporaryDirectory() as name:
        if asked.command == "same":
            same(asked.rows, asked.runs, Path(name))
        else:
            cost(asked.rows, Path(name))


if __name__ == "__main__":
    main()
