"""A million rows of 300 characters through the curation stages: seconds and peak memory of each.

    python benchmarks/million_rows.py [--rows 1000000] [--folder DIR]

Text is drawn from a seeded vocabulary with Zipf's frequencies; 2 % of rows repeat an earlier one, 2 % differ
from one by two words, 5 % hold an e-mail address or a phone number. Each stage runs in a process of its own,
as in a pipeline.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl

STAGES = ("ingest", "scan", "redact", "dedup", "validate", "split", "publish")
LABELS, WORDS, CHUNK, PROCESSES = 8, 44, 250_000, 2


def write_project(folder: Path, rows: int, seed: int = 7) -> None:
    """A project whose raw file has `rows` generated rows; made some at a time, so that memory stays flat."""
    random = np.random.default_rng(seed)
    syllables = [
        "ka",
        "lo",
        "mi",
        "ren",
        "ta",
        "su",
        "vel",
        "dor",
        "pi",
        "shan",
        "ge",
        "bur",
        "ne",
        "fo",
        "cli",
    ]
    words = sorted({"".join(random.choice(syllables, random.integers(2, 5))) for _ in range(40_000)})
    weights = np.cumsum(1 / np.arange(1, len(words) + 1))
    # A word by a random number of 20 bits: ten times as fast as drawing by its probability.
    drawn = np.searchsorted(weights / weights[-1], (np.arange(1 << 20) + 0.5) / (1 << 20)).astype(np.uint16)
    raw = folder / "data" / "raw"
    raw.mkdir(parents=True)
    earlier: list[npt.NDArray[np.uint16]] = []
    with (raw / "rows.csv").open("wb") as file:
        for first in range(0, rows, CHUNK):
            size = min(CHUNK, rows - first)
            said = drawn[random.integers(0, 1 << 20, (size, WORDS), dtype=np.uint32)]
            copies = random.choice(size, size // 25, replace=False)
            source = earlier[int(random.integers(len(earlier)))] if earlier else said.copy()
            said[copies] = source[random.integers(0, len(source), len(copies))]
            near = copies[::2]
            for _ in range(2):
                said[near, random.integers(0, WORDS, len(near))] = random.integers(0, len(words), len(near))
            earlier.append(said)
            _rows(first, said, pl.Series(words), random).write_csv(file, include_header=not first)
    (folder / "task.yaml").write_text(
        "name: million\nkind: classification\nbehaviour: a benchmark\nmetric: {name: accuracy, target: 0.5}\n"
        f"labels: [{', '.join(f'queue{i}' for i in range(LABELS))}]\nsources: {{made: {{}}}}\ndemo_key: "
        f"{'benchmark' * 5}\n"
    )
    (folder / "params.yaml").write_text(
        "ingest:\n  path: data/raw/rows.csv\n  columns: {id: id, input: text, output: label}\n  "
        "defaults: {language: en, source: made}\n"
        f"scan: {{processes: {PROCESSES}}}\n"
        "dedup: {unit: word, n: 3, threshold: 0.7, on_conflict: keeper}\n"
    )


def _rows(
    first: int, said: npt.NDArray[np.uint16], words: pl.Series, random: np.random.Generator
) -> pl.DataFrame:
    """Rows `first` and on, of these words each."""
    size = len(said)
    texts = words.gather(said.reshape(-1).astype(np.uint32)).reshape((size, WORDS)).arr.to_list()
    number = pl.int_range(first, first + size, eager=True)
    personal = np.zeros(size, dtype=bool)
    personal[random.choice(size, size // 20, replace=False)] = True
    ends = (
        pl.when(~pl.col("personal"))
        .then(pl.lit(""))
        .when(pl.col("number") % 2 == 1)
        .then(pl.format(" write to user{}@example.co.uk", "number"))
        .otherwise(
            pl.format(" ring me on 07700 900{}", (pl.col("number") % 1000).cast(pl.String).str.zfill(3))
        )
    )
    frame = pl.DataFrame({"number": number, "text": texts, "personal": personal})
    labels = pl.Series(random.integers(0, LABELS, size)).cast(pl.String)
    return frame.select(
        ("R" + pl.col("number").cast(pl.String).str.zfill(8)).alias("id"),
        (pl.col("text").list.join(" ").str.head(300) + ends).alias("text"),
        ("queue" + labels).alias("label"),
    )


def main() -> None:
    """Generate, run, print a table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--folder", type=Path, help="keep the project here instead of in a temporary folder")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = arguments.folder or Path(scratch) / "project"
        write_project(folder, arguments.rows)
        total = 0.0
        print(
            f"{arguments.rows:,} rows, {(folder / 'data' / 'raw' / 'rows.csv').stat().st_size / 1e6:.0f} "
            f"MB as CSV\n"
        )
        print(f"{'stage':<10}{'seconds':>9}{'peak GB':>9}  said")
        for stage in STAGES:
            code = (
                "import resource, sys\nfrom governance.cli.rim import run_stage\n"
                f"run_stage({stage!r})\nprint(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
            )
            start = time.perf_counter()
            done = subprocess.run(
                [sys.executable, "-c", code], cwd=folder, capture_output=True, text=True, check=False
            )
            seconds = time.perf_counter() - start
            if done.returncode:
                sys.exit(done.stderr)
            total += seconds
            print(
                f"{stage:<10}{seconds:>9.1f}{int(done.stdout.split()[-1]) / 1e6:>9.2f}  {done.stderr.strip()}",  # noqa: E501
                flush=True,
            )
        print(
            f"{'all':<10}{total:>9.1f}   largest child "
            f"{resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1e6:.2f} GB"
        )


if __name__ == "__main__":
    main()
