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
import polars as pl

STAGES = ("ingest", "scan", "redact", "dedup", "validate", "split", "publish")
LABELS = 8


def write_project(folder: Path, rows: int, seed: int = 7) -> None:
    """A project whose raw file has `rows` generated rows."""
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
    words = np.array(
        sorted({"".join(random.choice(syllables, random.integers(2, 5))) for _ in range(40_000)}),
        dtype=object,
    )
    frequency = 1 / np.arange(1, len(words) + 1)
    drawn = random.choice(len(words), size=(rows, 44), p=frequency / frequency.sum())
    copies = random.choice(np.arange(1, rows), size=rows // 25, replace=False)
    earlier = (copies * random.random(len(copies))).astype(int)
    drawn[copies] = drawn[earlier]
    near = copies[::2]
    drawn[near, random.integers(0, 44, len(near))] = random.integers(0, len(words), len(near))
    drawn[near, random.integers(0, 44, len(near))] = random.integers(0, len(words), len(near))
    texts = [" ".join(words[row])[:300] for row in drawn]
    for row in random.choice(rows, size=rows // 20, replace=False).tolist():
        texts[row] += (
            f" write to user{row}@example.co.uk" if row % 2 else f" ring me on 07700 900{row % 1000:03d}"
        )
    labels = [f"queue{label}" for label in random.integers(0, LABELS, rows).tolist()]
    (folder / "data" / "raw").mkdir(parents=True)
    pl.DataFrame({"id": [f"R{i:08d}" for i in range(rows)], "text": texts, "label": labels}).write_csv(
        folder / "data" / "raw" / "rows.csv"
    )
    (folder / "task.yaml").write_text(
        "name: million\nkind: classification\nbehaviour: a benchmark\nmetric: {name: accuracy, target: 0.5}\n"
        f"labels: [{', '.join(f'queue{i}' for i in range(LABELS))}]\nsources: {{made: {{}}}}\ndemo_key: "
        f"{'benchmark' * 5}\n"
    )
    (folder / "params.yaml").write_text(
        "ingest:\n  path: data/raw/rows.csv\n  columns: {id: id, input: text, output: label}\n  "
        "defaults: {language: en, source: made}\n"
        "dedup: {unit: word, n: 3, threshold: 0.7, on_conflict: keeper}\n"
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
