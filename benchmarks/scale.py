"""How time and memory grow with the rows: near-duplicates and every curation stage, on either engine.

    python -m benchmarks.scale near --rows 1000000 3000000 10000000 --engine stream
    python -m benchmarks.scale stages --rows 10000 100000 1000000 --engine stream --folder /tmp/scale
    python -m benchmarks.scale same --rows 3000        # twenty runs: engines, cuts, threads, hash seeds

Rows are 48 words of a Zipf-distributed vocabulary (about 300 characters); a fifth are copies of another row
with 0 to 3 words replaced (`near`, as in benchmarks/near_duplicates.py), or the rows of
benchmarks/million_rows.py (`stages`). Each run is a process of its own: seconds of the clock, seconds of CPU
over all threads and worker processes, and the largest memory of all of them together. The slope is that of
log(CPU seconds) over log(rows), by least squares: 1 is linear. CPU seconds bear a busy machine, the clock
does not; the load is printed beside it.

With `--folder` the projects of `stages` stay there, and a run goes on where an earlier one ended: stages that
are done are told and not run again. To measure anew remove the folder, or a stage from its `stages.json`.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import resource
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

WORDS, VOCABULARY, THRESHOLD, N = 48, 20_000, 0.7, 3
CHUNK = 100_000
# In a folder that stays: that the project is written, and what the stages took that are done.
MADE, NOTES = "made", "stages.json"


def write_corpus(path: Path, rows: int, seed: int = 1) -> None:
    """`id, text` as Parquet, made some rows at a time; copies may be of any earlier chunk."""
    chance = np.random.default_rng(seed)
    letters = np.array(list("abcdefghijklmnopqrstuvwxyz"))
    words = pl.Series(["".join(chance.choice(letters, 2 + i % 8)) for i in range(VOCABULARY)])
    weights = 1 / np.arange(1, VOCABULARY + 1)
    # A word by a random number of 20 bits: ten times as fast as drawing by its probability.
    drawn = np.searchsorted(np.cumsum(weights / weights.sum()), (np.arange(1 << 20) + 0.5) / (1 << 20))
    drawn = np.minimum(drawn, VOCABULARY - 1).astype(np.uint16)
    bases: list[Any] = []
    with tempfile.TemporaryDirectory(dir=path.parent) as scratch:
        parts = []
        for first in range(0, rows, CHUNK):
            size = min(CHUNK, rows - first)
            base = drawn[chance.integers(0, 1 << 20, (size * 4 // 5, WORDS), dtype=np.uint32)]
            bases.append(base)
            source = bases[int(chance.integers(0, len(bases)))]
            copies = source[chance.integers(0, len(source), size - len(base))]
            for changes in range(3):
                some = np.flatnonzero(chance.random(len(copies)) < 0.75 - changes * 0.2)
                copies[some, chance.integers(0, WORDS, len(some))] = chance.integers(
                    0, VOCABULARY, len(some), dtype=np.uint16
                )
            every = np.concatenate([base, copies])
            chance.shuffle(every)
            texts = words.gather(every.reshape(-1).astype(np.uint32)).reshape((size, WORDS))
            frame = pl.DataFrame(
                {
                    "id": pl.int_range(first, first + size, eager=True).cast(pl.String).str.zfill(9),
                    "text": texts.arr.to_list().list.join(" "),
                }
            )
            parts.append(Path(scratch) / f"{first}.arrow")
            frame.write_ipc(parts[-1])
        pl.scan_ipc(parts).sink_parquet(path, row_group_size=122_880, compression="zstd", compression_level=1)


def near(source: Path, engine: str, scratch: Path, rows: int | None = None) -> dict[str, Any]:
    """Twins of a corpus; what they are, as digests."""
    import hashlib

    from curate.dedup.params import Similarity
    from curate.dedup.spread import find_twins_spread
    from curate.engine import using

    similarity = Similarity(unit="word", n=N, threshold=THRESHOLD)
    columns = {"guard": pl.lit(""), "held_out": pl.lit(False)}
    with using(engine, scratch, **({"rows": rows} if rows else {})) as running:
        parts = running.store(lambda part: part.read().with_columns(**columns), running.parts(source))
        found = find_twins_spread(parts, running, similarity).twins
    digest = hashlib.sha256()
    for frame in (found.pairs, found.rows.select("id", "keeper", "kept", "kind", "similarity")):
        for part in frame.iter_slices(100_000):
            digest.update(part.write_csv().encode())
    return {
        "pairs": found.pairs.height,
        "kept": int(found.rows["kept"].sum()),
        "digest": digest.hexdigest()[:16],
    }


def stage(folder: Path, name: str, engine: str) -> dict[str, Any]:
    """One stage of the project in `folder`."""
    from governance.cli.rim import run_stage

    os.chdir(folder)
    run_stage(name, engine=engine)
    return {}


def same(rows: int, runs: int = 20) -> None:
    """Near-duplicates with band keys, whatever the size, on every engine, cut, thread count and hash seed."""
    with tempfile.TemporaryDirectory() as scratch:
        source = Path(scratch) / "rows.parquet"
        write_corpus(source, rows)
        digests: dict[str, int] = {}
        for run in range(runs):
            engine = ("local", "stream")[run % 5 > 0]
            size = str(max(1, rows // (run + 1)))
            variables = {"POLARS_MAX_THREADS": str(1 + run % 2), "PYTHONHASHSEED": str(run)}
            given = ("bands", str(source), engine, f"{scratch}/engine", size)
            digest = measured(*given, **variables)["digest"]
            digests[digest] = digests.get(digest, 0) + 1
        counts = ", ".join(f"{digest} {count}" for digest, count in digests.items())
        print(f"{max(digests.values())} of {runs} runs gave the same pairs and keepers: {counts}")


def measured(*arguments: str, **variables: str) -> dict[str, Any]:
    """This module run with `arguments` in a process of its own, with what it took.

    `cpu` counts every process that it started and that has ended; `peak` is the most that it and its workers
    held together at any of the moments at which that was looked up, or the most of one of them.
    """
    code = (
        "import json, resource, sys, time\n"
        "from benchmarks.scale import child\n"
        "start = time.perf_counter()\n"
        f"result = child(*{arguments!r})\n"
        "wall = time.perf_counter() - start\n"
        "who = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)\n"
        "own, others = map(resource.getrusage, who)\n"
        "cpu = sum(one.ru_utime + one.ru_stime for one in (own, others))\n"
        "peak = max(own.ru_maxrss, others.ru_maxrss) / 1e6\n"
        "print(json.dumps({**result, 'wall': wall, 'cpu': cpu, 'peak': peak}))"
    )
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as error:
        running = subprocess.Popen(
            [sys.executable, "-c", code], stdout=out, stderr=error, text=True, env={**os.environ, **variables}
        )
        together = 0.0
        while running.poll() is None:
            together = max(together, held(running.pid))
            with suppress(subprocess.TimeoutExpired):
                running.wait(SAMPLED)
        out.seek(0)
        error.seek(0)
        if running.returncode:
            sys.exit(error.read())
        result: dict[str, Any] = json.loads(out.read().splitlines()[-1])
    result["peak"] = max(result["peak"], together)
    return result


# Seconds between two looks at the memory of a process and its workers.
SAMPLED = 0.5


def held(process: int) -> float:
    """GB of memory of a process and of all that it started, pages that they share counted once in each."""
    total, waiting = 0, [process]
    while waiting:
        one = waiting.pop()
        with suppress(OSError, ValueError):  # it may end meanwhile; elsewhere than on Linux there is no /proc
            total += int(Path(f"/proc/{one}/statm").read_text().split()[1]) * resource.getpagesize()
            waiting += map(int, Path(f"/proc/{one}/task/{one}/children").read_text().split())
    return total / 1e9


def child(what: str, *arguments: str) -> dict[str, Any]:
    """What a child does."""
    if what == "bands":
        from curate.dedup import cover

        cover.MAX_PREFIX_CHARACTERS = -1
    if what in ("near", "bands"):
        return near(Path(arguments[0]), arguments[1], Path(arguments[2]), *map(int, arguments[3:]))
    return stage(Path(arguments[0]), what, arguments[1])


def slope(points: list[tuple[int, float]]) -> float:
    """Of log(seconds) over log(rows)."""
    x, y = (np.log([point[at] for point in points]) for at in (0, 1))
    return float(np.polyfit(x, y, 1)[0]) if len(points) > 1 else math.nan


def line(name: str, rows: int, result: dict[str, Any]) -> None:
    """One measurement."""
    rest = ", ".join(f"{key} {value}" for key, value in result.items() if key not in ("wall", "cpu", "peak"))
    print(
        f"{name:<10}{rows:>12,}{result['cpu']:>9.1f}{result['wall']:>9.1f}{rows / result['cpu']:>11,.0f}"
        f"{result['peak']:>8.2f}{os.getloadavg()[0]:>7.1f}  {rest}",
        flush=True,
    )


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("what", choices=["near", "stages", "same"])
    parser.add_argument("--rows", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--engine", nargs="+", default=["stream"])
    parser.add_argument("--folder", type=Path, help="where data lies meanwhile; some 2 kB a row")
    given = parser.parse_args()
    if given.what == "same":
        for rows in given.rows:
            same(rows)
        return
    print(f"{'':<10}{'rows':>12}{'CPU s':>9}{'clock s':>9}{'rows/CPU s':>11}{'peak GB':>8}{'load':>7}")
    for engine in given.engine:
        points: dict[str, list[tuple[int, float]]] = {}
        for rows in given.rows:
            with _place(given, f"{rows}-{engine}") as scratch:
                for name, result in (_near if given.what == "near" else _stages)(scratch, rows, engine):
                    line(name, rows, result)
                    points.setdefault(name, []).append((rows, result["cpu"]))
        for name, found in points.items():
            if len(found) > 1:
                print(f"{name:<10} slope {slope(found):.3f} on {engine}")


@contextmanager
def _place(given: argparse.Namespace, name: str) -> Iterator[Path]:
    """A folder for the time; for stages, where one is named, a folder in it that stays."""
    if given.what == "stages" and given.folder:
        (given.folder / name).mkdir(parents=True, exist_ok=True)
        yield (given.folder / name).absolute()
        return
    with tempfile.TemporaryDirectory(dir=given.folder) as scratch:
        yield Path(scratch)


def _near(scratch: Path, rows: int, engine: str) -> Any:
    write_corpus(scratch / "rows.parquet", rows)
    yield "near", measured("near", str(scratch / "rows.parquet"), engine, str(scratch / "engine"))


def _stages(scratch: Path, rows: int, engine: str) -> Any:
    """Every stage of the project in `scratch`; what stands in its notes is done, and is not done again."""
    from benchmarks.million_rows import STAGES, write_project

    project, notes = scratch / "project", scratch / NOTES
    if not (scratch / MADE).exists():
        shutil.rmtree(project, ignore_errors=True)
        write_project(project, rows)
        (scratch / MADE).touch()
    done: dict[str, dict[str, Any]] = json.loads(notes.read_text()) if notes.exists() else {}
    for name in STAGES:
        if name not in done:
            done[name] = measured(name, str(project), engine)
            notes.write_text(json.dumps(done, indent=2))
        yield name, done[name]
    every = [done[name] for name in STAGES]
    total = {key: sum(one[key] for one in every) for key in ("wall", "cpu")}
    yield "all", {**total, "peak": max(one["peak"] for one in every)}


if __name__ == "__main__":
    main()
