"""Time and memory of a diff of two large versions, beside datacompy, diffly, csv-diff and Oxen where they are
installed.

    python benchmarks/diff.py                     # 1,000,000 rows, 6 columns, ~400 MB as CSV; 1 % added, removed, edited; shuffled
    python benchmarks/diff.py --gold              # gold versions too: by their fingerprints, and by their rows
    python benchmarks/diff.py --rows 10000000 --runs 1 --folder big     # 2.3 GB of Parquet, made once and kept there
    python -m venv peer && peer/bin/pip install datacompy diffly csv-diff oxenai && python benchmarks/diff.py --peers peer/bin/python

Each tool runs in a fresh process on the same two Parquet files (csv-diff reads CSV alone, and gets the same
rows as that); its start and imports count. Peak memory is that process's `VmHWM` (Linux; `ru_maxrss` would
count the parent's memory before exec). Prints what was found, to be held against what was planted.
"""  # noqa: E501

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
# What gold versions of such texts are made with: leaks are sought by word 3-grams, as docs/measurements.md
# has them for 300 characters.
MADE_BY = {
    "params": {"dedup": {"unit": "word", "n": 3, "threshold": 0.7}},
    "task": {"kind": "classification"},
}

ASSAY = """
from curate.diff import open_both
versions = open_both(before, after, keys=keys)
from curate.diff import compare
difference = compare(*versions)
found = dict(difference.summary.changes)
"""
DATACOMPY = """
import polars as pl
from datacompy import PolarsCompare  # pip install datacompy
left, right = pl.read_parquet(before), pl.read_parquet(after)
result = PolarsCompare(left, right, join_columns=["example_id"])
added, removed = result.df2_unq_rows.height, result.df1_unq_rows.height
found = {"added": added, "removed": removed, "edited": left.height - removed - int(result.count_matching_rows())}
"""  # noqa: E501
DIFFLY = """
import polars as pl
from diffly import compare_frames  # pip install diffly
found = compare_frames(pl.scan_parquet(before), pl.scan_parquet(after), primary_key="example_id")
found = {"added": found.num_rows_right_only(), "removed": found.num_rows_left_only(), "edited": found.num_rows_joined_unequal()}
"""  # noqa: E501
CSV_DIFF = """
from csv_diff import compare, load_csv  # pip install csv-diff
sides = (load_csv(open(path.replace(".parquet", ".csv"), newline=""), key="example_id") for path in (before, after))
found = compare(*sides)
found = {"added": len(found["added"]), "removed": len(found["removed"]), "edited": len(found["changed"])}
"""  # noqa: E501
OXEN = """
import oxen  # pip install oxenai
status = oxen.diff(before, after, keys=["example_id"], compares=["input", "output", "language", "source", "licence"]).get().data.to_series(-1)
found = dict(status.value_counts().iter_rows())
"""  # noqa: E501
# An edit of a few words in each of 10,000 texts of some 380 characters; the making of the pairs does not
# count.
WORDS = """
import polars as pl
from curate.diff.show.words import word_diff
left = pl.read_parquet(before).sort("example_id")["input"].head(10_000)
pairs = [(text, " ".join(word for place, word in enumerate(text.split()) if place % 19 != 7) + " and more") for text in left]
start, begun = time.perf_counter(), sum(os.times()[:2])
found = {"pairs": len(pairs), "stretches": sum(len(word_diff(old, new)) for old, new in pairs)}
"""  # noqa: E501
PEERS = {"datacompy": DATACOMPY, "diffly": DIFFLY, "csv-diff": CSV_DIFF, "Oxen": OXEN}
FRAME = """
import json, os, re, sys, time
before, after, keys = json.loads(sys.argv[1])
start, begun = time.perf_counter(), 0.0
{body}
seconds, cpu = time.perf_counter() - start, sum(os.times()[:2]) - begun
peak = int(re.search(r"VmHWM:\\s+(\\d+)", open("/proc/self/status").read()).group(1)) / 1024
print(json.dumps({{"seconds": seconds, "cpu": cpu, "peak_mb": peak, "found": found}}))
"""


def versions(rows: int, seed: int = 0, first: int = 0) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Two versions of `rows` rows: `SHARE` removed, as many added, as many edited in the input; the second
    shuffled. Ids count from `first`.
    """
    random = np.random.default_rng(seed)
    words = pl.Series([f"w{number:07d}" for number in range(20_000)])
    extra = int(rows * SHARE)
    total = rows + extra
    text = pl.DataFrame(
        {f"w{place}": words.gather(random.integers(0, len(words), total)) for place in range(WORDS_A_ROW)}
    ).select(pl.concat_str(pl.all(), separator=" "))
    frame = pl.DataFrame(
        {
            # In no order, so that what changes stands all over a file that is sorted by id, as gold is.
            "example_id": pl.Series(first + random.permutation(total)).cast(pl.String).str.zfill(12),
            "input": text.to_series(),
            "output": words.gather(random.integers(0, 20, total)),
            "language": pl.Series(["en"]).gather(np.zeros(total, dtype=np.int64)),
            "source": pl.Series(["chat", "mail"]).gather(random.integers(0, 2, total)),
            "licence": pl.Series(["internal"]).gather(np.zeros(total, dtype=np.int64)),
        }
    )
    before = frame.head(rows)
    edited = pl.int_range(pl.len()).is_between(extra, 2 * extra - 1)
    after = frame.tail(rows).with_columns(
        pl.when(edited).then(pl.col("input") + " and more").otherwise("input").alias("input")
    )
    return before, after.sample(fraction=1, shuffle=True, seed=seed)


def write_versions(rows: int, before: Path, after: Path) -> None:
    """The two versions as Parquet, a million rows in memory at a time; the second's rows are dealt at random
    and shuffled in each hand.
    """
    blocks = [(block, min(BLOCK, rows - block * BLOCK)) for block in range(-(-rows // BLOCK))]
    with tempfile.TemporaryDirectory(dir=before.parent) as folder:
        for block, size in blocks:
            old, new = versions(size, block, 2 * block * BLOCK)
            old.write_parquet(Path(folder, f"old-{block:03}.parquet"))
            hand = pl.Series("hand", np.random.default_rng(block).integers(0, len(blocks), new.height))
            for (number,), part in new.with_columns(hand).group_by("hand"):
                part.drop("hand").write_parquet(Path(folder, f"new-{number:03}-{block:03}.parquet"))
        for number, _ in blocks:
            whole = pl.read_parquet(Path(folder, f"new-{number:03}-*.parquet")).sample(
                fraction=1, shuffle=True, seed=number
            )
            whole.write_parquet(Path(folder, f"dealt-{number:03}.parquet"))
        pl.scan_parquet(Path(folder, "old-*.parquet")).sink_parquet(before)
        pl.scan_parquet(Path(folder, "dealt-*.parquet")).sink_parquet(after)


def write_gold(frame: pl.DataFrame, folder: Path) -> None:
    """`frame` as a gold folder with its fingerprints and empty ledgers; nine of ten rows for training."""
    from curate.examples import EDITS, conform, no_ledger
    from curate.keys import Key
    from curate.provenance import file_digests
    from curate.publish.digest import PUBLISHED, SPLITS
    from curate.publish.rows import fingerprints

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


def measure(
    name: str, body: str, before: Path, after: Path, keys: list[str], runs: int, python: str = sys.executable
) -> float | None:
    """Run `body` in fresh processes; print and return the best time in seconds, None if it cannot run."""
    script = FRAME.format(body=body)
    results = []
    for _ in range(runs):
        done = subprocess.run(
            [python, "-c", script, json.dumps([str(before), str(after), keys])],
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            print(
                f"{name:34} cannot run: "
                f"{done.stderr.strip().splitlines()[-1] if done.stderr.strip() else 'no message'}"
            )
            return None
        results.append(json.loads(done.stdout.splitlines()[-1]))
    best = min(results, key=lambda result: float(result["seconds"]))
    print(
        f"{name:34} {best['seconds']:7.2f} s  {best['cpu']:7.2f} s CPU  {best['peak_mb']:7.0f} MB peak  "
        f"{best['found']}"
    )
    return float(best["seconds"])


def main() -> None:
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--rows", type=int, default=1_000_000)
    options.add_argument("--runs", type=int, default=3)
    options.add_argument("--gold", action="store_true")
    options.add_argument(
        "--peers",
        metavar="PYTHON",
        help="interpreter of an environment that has the peers (they pin polars 1)",
    )
    options.add_argument(
        "--folder", type=Path, help="where the two versions are made and kept, and found again"
    )
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        before, after = (Path(chosen.folder or folder, f"{side}.parquet") for side in ("before", "after"))
        if not after.exists():
            before.parent.mkdir(parents=True, exist_ok=True)
            write_versions(chosen.rows, before, after)
        rows, size = (
            pl.scan_parquet(before)
            .select(pl.len(), pl.sum_horizontal(pl.all().str.len_bytes()).sum() + pl.len() * 6)
            .collect()
            .row(0)
        )
        print(f"{rows:,} rows, 6 columns, {size / 1e6:,.0f} MB each as CSV, best of {chosen.runs}")
        mine = measure("assay, key", ASSAY, before, after, ["example_id"], chosen.runs)
        if chosen.rows <= BLOCK:
            measure("assay, no key", ASSAY, *(_unnamed(path) for path in (before, after)), [], chosen.runs)
            measure("10,000 word diffs", WORDS, before, after, [], chosen.runs)
        if chosen.gold:
            folders = Path(folder, "old"), Path(folder, "new")
            for path, gold in zip((before, after), folders, strict=True):
                write_gold(pl.read_parquet(path), gold)
            measure("assay, gold by fingerprints", ASSAY, *folders, [], chosen.runs)
            for gold in folders:  # without the digests of its files a version's rows are read
                (gold / "manifest.json").write_text(json.dumps(MADE_BY))
            measure("assay, gold by rows", ASSAY, *folders, [], chosen.runs)
        if chosen.peers:
            for path in (before, after):
                pl.scan_parquet(path).sink_csv(path.with_suffix(".csv"))
            for name, body in PEERS.items():
                theirs = measure(name, body, before, after, ["example_id"], 1, chosen.peers)
                if mine and theirs:
                    print(f"{'':34} {theirs / mine:7.1f} times as long")


def _unnamed(path: Path) -> Path:
    """The same rows without a column that the tool knows as a key."""
    plain = path.with_name(f"unnamed-{path.name}")
    pl.scan_parquet(path).rename({"example_id": "number"}).sink_parquet(plain)
    return plain


if __name__ == "__main__":
    main()
