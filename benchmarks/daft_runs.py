"""Engine `daft` on a Ray of this machine against `local`: the same bytes in every run, and what it costs.

    python -m benchmarks.daft_runs same --rows 3000 --runs 20     # other cuts and orders of rows
    python -m benchmarks.daft_runs cost --rows 100000 1000000     # CPU seconds of all processes

Needs extra `cluster`. The plan is the search for near-duplicates (word 3-grams, Jaccard >= 0.7): the one that
shuffles. CPU seconds are those of every process that the run began and that lives at its end, Ray's own
daemons included.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from benchmarks.scale import THRESHOLD, N, write_corpus
from curate.engine import Engine, Part, using


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
    for count in rows:
        corpus = folder / f"{count}.parquet"
        write_corpus(corpus, count)
        for name in ("local", "daft"):
            command = [sys.executable, "-m", "benchmarks.daft_runs", "one", name, str(corpus), str(folder)]
            said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
            print(
                json.dumps({"rows": count, "engine": name, **json.loads(said.splitlines()[-1])}), flush=True
            )


def cpu_of_all(root: int) -> float:
    """CPU seconds of a process and of all that descend from it, those that live (Linux).

    Ray's raylet lets the system reap its workers, so that no `getrusage` counts them.
    """
    seen: dict[int, tuple[int, int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        seen[int(stat.parent.name)] = int(fields[1]), sum(map(int, fields[11:15]))
    family = {root}
    while more := {process for process, (parent, _) in seen.items() if parent in family} - family:
        family |= more
    return sum(seen[process][1] for process in family if process in seen) / os.sysconf("SC_CLK_TCK")


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
            digest = twins(engine, asked.corpus)[:12]
            print(json.dumps({"digest": digest, "cpu_s": round(cpu_of_all(os.getpid()), 1)}))
        return
    with tempfile.TemporaryDirectory() as name:
        if asked.command == "same":
            same(asked.rows, asked.runs, Path(name))
        else:
            cost(asked.rows, Path(name))


if __name__ == "__main__":
    main()
