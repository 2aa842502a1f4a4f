"""Time and memory of a diff of two large versions, beside datacompy where that is installed.

    python benchmarks/diff.py                     # 1,000,000 rows, 6 columns, ~400 MB as CSV; 1 % added, removed, edited; shuffled
    python benchmarks/diff.py --rows 100000
    python benchmarks/diff.py --gold              # gold versions: also through their fingerprints
    python -m venv peer && peer/bin/pip install datacompy && python benchmarks/diff.py --peer peer/bin/python

Each tool runs in a fresh process on the same two Parquet files; peak memory is that process's `VmHWM` (Linux; `ru_maxrss`
would count the parent's memory before exec). Prints what was found, to be held against what was planted.
Aim: at most 5 s and 1 GB for a million rows on two cores (1.5 s from fingerprints).
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import polars as pl

WORDS_A_ROW = 42
SHARE = 0.01
# Rows made at a time.
BLOCK = 1_000_000
# What gold versions of such texts are made with: leaks are sought by word 3-grams, as docs/measurements.md has them for 300 characters.
MADE_BY = {"params": {"dedup": {"unit": "word", "n": 3, "threshold": 0.7}}, "task": {"kind": "classification"}}

ASSAY = """
from curate.diff import compare, open_both
difference = compare(*open_both(before, after, keys=keys))
found = dict(difference.summary.changes)
"""
DATACOMPY = """
import polars as pl
from datacompy import PolarsCompare  # pip install datacompy
left, right = pl.read_parquet(before), pl.read_parquet(after)
result = PolarsCompare(left, right, join_columns=["example_id"])
added, removed = result.df2_unq_rows.height, result.df1_unq_rows.height
found = {"added": added, "removed": removed, "edited": left.height - removed - int(result.count_matching_rows())}
"""
FRAME = """
import json, os, re, sys, time
before, after, keys = json.loads(sys.argv[1])
start = time.perf_counter()
{body}
seconds, cpu = time.perf_counter() - start, sum(os.times()[:2])
peak = int(re.search(r"VmHWM:\\s+(\\d+)", open("/proc/self/status").read()).group(1)) / 1024
print(json.dumps({{"seconds": seconds, "cpu": cpu, "peak_mb": peak, "found": found}}))
"""


def versions(rows: int, seed: int = 0, first: int = 0) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Two versions of `rows` rows: `SHARE` removed, as many added, as many edited in the input; the second shuffled. Ids count from `first`."""
    random = np.random.default_rng(seed)
    words = pl.Series([f"w{number:07d}" for number in range(20_000)])
    extra = int(rows * SHARE)
    total = rows + extra
    text = pl.DataFrame({f"w{place}": words.gather(random.integers(0, len(words), total)) for place in range(WORDS_A_ROW)}).select(
        pl.concat_str(pl.all(), separator=" ")
    )
    frame = pl.DataFrame(
        {
            "example_id": pl.int_range(first, first + total, eager=True).cast(pl.String).str.zfill(12),
            "input": text.to_series(),
            "output": words.gather(random.integers(0, 20, total)),
            "language": pl.Series(["en"]).gather(np.zeros(total, dtype=np.int64)),
            "source": pl.Series(["chat", "mail"]).gather(random.integers(0, 2, total)),
            "licence": pl.Series(["internal"]).gather(np.zeros(total, dtype=np.int64)),
        }
    )
    before = frame.head(rows)
    edited = pl.int_range(pl.len()).is_between(extra, 2 * extra - 1)
    after = frame.tail(rows).with_columns(pl.when(edited).then(pl.col("input") + " and more").otherwise("input").alias("input"))
    return before, after.sample(fraction=1, shuffle=True, seed=seed)


def write_versions(rows: int, before: Path, after: Path) -> None:
    """The two versions as Parquet, a million rows in memory at a time; the second's rows are dealt at random and shuffled in each hand."""
    blocks = [(block, min(BLOCK, rows - block * BLOCK)) for block in range(-(-rows // BLOCK))]
    with tempfile.TemporaryDirectory(dir=before.parent) as folder:
        for block, size in blocks:
            old, new = versions(size, block, 2 * block * BLOCK)
            old.write_parquet(Path(folder, f"old-{block:03}.parquet"))
            hand = pl.Series("hand", np.random.default_rng(block).integers(0, len(blocks), new.height))
            for (number,), part in new.with_columns(hand).group_by("hand"):
                part.drop("hand").write_parquet(Path(folder, f"new-{number:03}-{block:03}.parquet"))
        for number, _ in blocks:
            whole = pl.read_parquet(Path(folder, f"new-{number:03}-*.parquet")).sample(fraction=1, shuffle=True, seed=number)
            whole.write_parquet(Path(folder, f"dealt-{number:03}.parquet"))
        pl.scan_parquet(Path(folder, "old-*.parquet")).sink_parquet(before)
        pl.scan_parquet(Path(folder, "dealt-*.parquet")).sink_parquet(after)


def write_gold(frame: pl.DataFrame, folder: Path) -> None:
    """`frame` as a gold folder with its fingerprints and empty ledgers; nine of ten rows for training."""
    from curate.examples import conform, no_ledger
    from curate.keys import Key
    from curate.publish.digest import PUBLISHED, SPLITS
    from curate.publish.manifest import file_digests
    from curate.publish.stage import fingerprints
    from curate.publish.upstream import EDITS

    rows = conform(frame, PUBLISHED).sort("example_id")
    place = pl.col("example_id").cast(pl.Int64) % 20
    where = dict(zip(SPLITS, (place < 18, place == 18, place == 19), strict=True))
    parts = {split: rows.filter(where[split]) for split in SPLITS}
    folder.mkdir()
    for name, part in parts.items():
        part.write_parquet(folder / f"{name}.parquet")
    fingerprints(parts, rows, Key(b"k" * 32, "demo")).write_parquet(folder / "fingerprints.parquet")
    no_ledger().write_parquet(folder / "ledger.parquet")
    EDITS.to_frame().write_parquet(folder / "edits.parquet")
    (folder / "manifest.json").write_text(json.dumps({"files": file_digests(folder), **MADE_BY}))


def measure(name: str, body: str, before: Path, after: Path, keys: list[str], runs: int, python: str = sys.executable) -> float | None:
    """Run `body` in fresh processes; print and return the best time in seconds, None if it cannot run."""
    script = FRAME.format(body=body)
    results = []
    for _ in range(runs):
        done = subprocess.run(
            [python, "-c", script, json.dumps([str(before), str(after), keys])], capture_output=True, text=True, check=False
        )
        if done.returncode:
            print(f"{name:34} cannot run: {done.stderr.strip().splitlines()[-1] if done.stderr.strip() else 'no message'}")
            return None
        results.append(json.loads(done.stdout.splitlines()[-1]))
    best = min(results, key=lambda result: float(result["seconds"]))
    print(f"{name:34} {best['seconds']:7.2f} s  {best['cpu']:7.2f} s CPU  {best['peak_mb']:7.0f} MB peak  {best['found']}")
    return float(best["seconds"])


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--rows", type=int, default=1_000_000)
    options.add_argument("--runs", type=int, default=3)
    options.add_argument("--gold", action="store_true")
    options.add_argument(
        "--peer",
        default=sys.executable,
        metavar="PYTHON",
        help="interpreter that has datacompy (1.1 pins polars 1, so it needs an environment of its own)",
    )
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        before, after = Path(folder, "before.parquet"), Path(folder, "after.parquet")
        old, new = versions(chosen.rows)
        old.write_parquet(before)
        new.write_parquet(after)
        size = int(old.select(pl.sum_horizontal(pl.all().str.len_bytes()).sum() + pl.len() * 6).item())
        print(f"{old.height:,} and {new.height:,} rows, {old.width} columns, {size / 1e6:.0f} MB each as CSV, best of {chosen.runs}")
        if chosen.gold:
            for name, frame in (("old", old), ("new", new)):
                write_gold(frame, Path(folder, name))
        del old, new
        mine = measure("assay, key", ASSAY, before, after, ["example_id"], chosen.runs)
        renamed = [path.with_name(f"plain-{path.name}") for path in (before, after)]
        for path, plain in zip((before, after), renamed, strict=True):
            pl.read_parquet(path).rename({"example_id": "number"}).write_parquet(plain)
        measure("assay, no key", ASSAY, *renamed, [], chosen.runs)
        if chosen.gold:
            folders = Path(folder, "old"), Path(folder, "new")
            measure("assay, gold by fingerprints", ASSAY, *folders, [], chosen.runs)
            for gold in folders:  # without the digests of its files a version's rows are read
                (gold / "manifest.json").write_text("{}")
            measure("assay, gold by rows", ASSAY, *folders, [], chosen.runs)
        peer = measure("datacompy (PolarsCompare)", DATACOMPY, before, after, ["example_id"], 1, chosen.peer)
        if mine and peer:
            print(f"assay is {peer / mine:.1f} times as fast")


if __name__ == "__main__":
    main()
