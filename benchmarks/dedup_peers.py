"""Near-duplicates of one file by datatrove's and text-dedup's MinHash beside `assay dedup`: CPU, memory, and
what each left out or took too much.

    python -m venv /tmp/datatrove && /tmp/datatrove/bin/pip install 'datatrove[io,processing]' spacy
    python -m venv /tmp/textdedup && /tmp/textdedup/bin/pip install --no-deps text-dedup
    /tmp/textdedup/bin/pip install click click-option-group datasets ftfy numpy regex rich scipy tqdm xxhash
    python -m benchmarks.dedup_peers --rows 100000 \\
        --datatrove /tmp/datatrove/bin/python --text-dedup /tmp/textdedup/bin/python

The rows are those of `benchmarks/scale.py`: 48 words, a fifth of them copies with 0 to 3 words replaced. Each
tool is a process of its own, its start included, that reads the Parquet file and says which rows stay; word
3-grams, Jaccard 0.7 as near as its options allow, one worker. A peer whose interpreter is not named is left
out. NeMo Curator is not here: its fuzzy deduplication runs on cuDF alone, which wants a GPU.

The truth is every pair of rows at the threshold, by an exact join on rare shingles (`true_pairs`). Of a tool
are counted: removed rows that no kept row is a twin of (precision is the share of the others), and true pairs
of which both rows stayed (recall is the share of the others). So a tool is judged by what is left and not by
how it lists pairs, which each does in another way.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from benchmarks.scale import THRESHOLD, N, write_corpus

# Of `THRESHOLD`, as a fraction of whole numbers.
SHARED, OF = 7, 10
# A place in a row of shingles that holds none.
NONE = np.iinfo(np.int32).max
# Candidates verified at a time: 400 MB.
BLOCK = 500_000

DATATROVE = """
import json, sys
source, out, (buckets, hashes) = sys.argv[1], sys.argv[2], json.loads(sys.argv[3])
from datatrove.executor import LocalPipelineExecutor
from datatrove.pipeline.dedup import (
    MinhashDedupBuckets, MinhashDedupCluster, MinhashDedupFilter, MinhashDedupSignature)
from datatrove.pipeline.dedup.minhash import MinhashConfig
from datatrove.pipeline.readers import ParquetReader
from datatrove.pipeline.writers import JsonlWriter
config = MinhashConfig(n_grams=3, num_buckets=buckets, hashes_per_bucket=hashes)
folder, _, name = source.rpartition("/")
reader = ParquetReader(folder, glob_pattern=name)
def run(*steps, tasks=1):
    LocalPipelineExecutor(list(steps), tasks=tasks, workers=1).run()
run(reader, MinhashDedupSignature(f"{out}/signatures", config))
run(MinhashDedupBuckets(f"{out}/signatures", f"{out}/buckets", config=config), tasks=buckets)
run(MinhashDedupCluster(f"{out}/buckets", f"{out}/remove", config))
run(reader, MinhashDedupFilter(f"{out}/remove"), JsonlWriter(f"{out}/kept", compression=None))
"""
TEXT_DEDUP = """
import sys
source, out = sys.argv[1:3]
import text_dedup.minhash
text_dedup.minhash.main([
    "--path", "parquet", "--data_files", source, "--split", "train", "--cache_dir", f"{out}/cache",
    "--output", f"{out}/kept", "--column", "text", "--ngram", "3", "--threshold", "0.7", "--min_length", "1",
    "--hash_func", "xxh3", "--num_proc", "1"])
"""
ASSAY = """
import sys
source, out = sys.argv[1:3]
from governance.cli.main import main
main(["dedup", source, "--id", "id", "--field", "text", "--unit", "word", "--n", "3", "--threshold", "0.7",
      "-o", f"{out}/pairs.parquet"])
"""
# A small process in between: a child's peak would count the memory of the process that it was forked from.
METER = """
import json, resource, subprocess, sys, time
start = time.perf_counter()
done = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
wall, cpu = time.perf_counter() - start, used.ru_utime + used.ru_stime
peak, error = used.ru_maxrss / 1e6, done.stderr[-2000:]
print(json.dumps({"cpu": cpu, "wall": wall, "peak": peak, "code": done.returncode, "error": error}))
"""


def kept_by_assay(out: Path, ids: pl.Series) -> pl.Series:
    """Ids that stay: what is in no pair, and each pair's keeper."""
    pairs = pl.read_parquet(out / "pairs.parquet")
    keepers = pl.concat([pairs["cluster"], pairs["kept"]]).drop_nulls()
    paired = pl.concat([pairs["left"], pairs["right"]])
    return ids.filter(~ids.is_in(paired.implode()) | ids.is_in(keepers.implode()))


def kept_by_datatrove(out: Path, ids: pl.Series) -> pl.Series:
    """Ids that datatrove wrote."""
    return pl.read_ndjson(sorted((out / "kept").glob("*.jsonl")))["id"]


def kept_by_text_dedup(out: Path, ids: pl.Series) -> pl.Series:
    """Ids that text-dedup wrote."""
    return pl.concat([pl.read_ipc_stream(path)["id"] for path in sorted((out / "kept").glob("*.arrow"))])


def shingle_codes(texts: pl.Series) -> tuple[NDArray[np.int32], NDArray[np.int64], NDArray[np.int64]]:
    """Each row's distinct shingles as numbers, the rarest first, then `NONE`; how many it has; and how many
    rows have each shingle.
    """
    words = texts.str.split(" ").list.explode()
    numbers = words.rank("dense").cast(pl.Int64).to_numpy().reshape(len(texts), -1)
    base = int(numbers.max()) + 1
    width = numbers.shape[1] - N + 1
    keys = sum(numbers[:, at : at + width] * base ** (N - 1 - at) for at in range(N))
    keys = np.sort(keys, axis=1)
    again = np.zeros(keys.shape, bool)
    again[:, 1:] = keys[:, 1:] == keys[:, :-1]
    _, inverse, held = np.unique(keys[~again], return_inverse=True, return_counts=True)
    by_rarity = np.argsort(held, kind="stable")
    rank = np.empty(len(held), np.int32)
    rank[by_rarity] = np.arange(len(held), dtype=np.int32)
    codes = np.full(keys.shape, NONE, np.int32)
    codes[~again] = rank[inverse]
    codes.sort(axis=1)
    return codes, width - again.sum(axis=1), held[by_rarity]


def true_pairs(texts: pl.Series) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Every pair of rows whose word shingles have a Jaccard index of at least `THRESHOLD`.

    Two such sets share one of the rarest `n - ceil(t n) + 1` of each (the prefix filter: Chaudhuri et al.,
    2006); whoever shares one is compared as a whole. All rows must have the same number of words.
    """
    codes, sizes, held = shingle_codes(texts)
    prefixes = sizes - (-(-sizes * SHARED // OF)) + 1
    usable = (np.arange(codes.shape[1]) < prefixes[:, None]) & (codes != NONE)
    usable[usable] = held[codes[usable]] > 1
    rows, _ = np.nonzero(usable)
    postings = pl.DataFrame({"code": codes[usable], "row": rows.astype(np.uint32)}).lazy()
    candidates = (
        postings.join(postings, on="code")
        .filter(pl.col("row") < pl.col("row_right"))
        .select("row", "row_right")
        .unique()
        .sort("row", "row_right")
        .collect()
    )
    lefts, rights = (candidates[name].to_numpy().astype(np.int64) for name in ("row", "row_right"))
    near = np.zeros(len(lefts), bool)
    for first in range(0, len(lefts), BLOCK):
        left, right = lefts[first : first + BLOCK], rights[first : first + BLOCK]
        both = np.sort(np.concatenate([codes[left], codes[right]], axis=1), axis=1)
        shared = ((both[:, 1:] == both[:, :-1]) & (both[:, 1:] != NONE)).sum(axis=1)
        near[first : first + BLOCK] = shared * OF >= SHARED * (sizes[left] + sizes[right] - shared)
    return lefts[near], rights[near]


def judged(
    kept: NDArray[np.bool_], lefts: NDArray[np.int64], rights: NDArray[np.int64]
) -> dict[str, float | int]:
    """How many rows were removed, how many of them for no kept twin, and how many true pairs stayed whole."""
    covered = np.zeros(len(kept), bool)
    covered[lefts[kept[rights]]] = True
    covered[rights[kept[lefts]]] = True
    removed = int((~kept).sum())
    lost = int((~kept & ~covered).sum())
    whole = int((kept[lefts] & kept[rights]).sum())
    return {
        "removed": removed,
        "no_kept_twin": lost,
        "pairs_left": whole,
        "precision": 1 - lost / max(1, removed),
        "recall": 1 - whole / max(1, len(lefts)),
    }


def run(python: str, body: str, source: Path, out: Path, setting: Any = None) -> dict[str, Any]:
    """A tool in a process of its own: CPU and clock seconds, peak GB, exit code."""
    command = [python, "-c", body, str(source), str(out), json.dumps(setting)]
    offline = {**os.environ, "HF_HUB_OFFLINE": "1", "HF_HOME": str(out / "hub"), "DO_NOT_TRACK": "1"}
    done = subprocess.run(
        [sys.executable, "-c", METER, *command],
        capture_output=True,
        text=True,
        check=True,
        env=offline,
        cwd=out,
    )
    used: dict[str, Any] = json.loads(done.stdout)
    return used


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int, nargs="+", default=[100_000])
    parser.add_argument("--datatrove", metavar="PYTHON", help="an interpreter that has datatrove and spacy")
    parser.add_argument("--text-dedup", metavar="PYTHON", help="an interpreter that has text-dedup")
    parser.add_argument("--only", nargs="+", help="names of tools, or their beginnings")
    parser.add_argument("--folder", type=Path, help="where files lie meanwhile; some 5 kB a row")
    given = parser.parse_args()
    tools: list[tuple[str, str | None, str, Any, Callable[[Path, pl.Series], pl.Series]]] = [
        ("assay", sys.executable, ASSAY, None, kept_by_assay),
        ("datatrove 14 x 8", given.datatrove, DATATROVE, (14, 8), kept_by_datatrove),
        ("datatrove 32 x 4", given.datatrove, DATATROVE, (32, 4), kept_by_datatrove),
        ("text-dedup", given.text_dedup, TEXT_DEDUP, None, kept_by_text_dedup),
    ]
    for rows in given.rows:
        with tempfile.TemporaryDirectory(dir=given.folder) as scratch:
            source = Path(scratch, "corpus", "rows.parquet")
            source.parent.mkdir()
            write_corpus(source, rows)
            table = pl.read_parquet(source)
            lefts, rights = true_pairs(table["text"])
            print(f"{rows:,} rows, {len(lefts):,} pairs at Jaccard >= {THRESHOLD}, word {N}-grams")
            for name, python, body, setting, kept_by in tools:
                if given.only and not name.startswith(tuple(given.only)):
                    continue
                if python is None:
                    print(f"{name:18} no interpreter was named, and left out")
                    continue
                with tempfile.TemporaryDirectory(dir=scratch) as folder:
                    used = run(python, body, source, Path(folder), setting)
                    if used["code"]:
                        print(f"{name:18} cannot run: {used['error'].strip().splitlines()[-1]}")
                        continue
                    kept = table["id"].is_in(kept_by(Path(folder), table["id"]).implode()).to_numpy()
                result = judged(kept, lefts, rights)
                print(
                    f"{name:18}{used['cpu']:9.1f} s CPU {used['wall']:9.1f} s clock "
                    f"{rows / used['cpu']:9,.0f} rows/s of CPU {used['peak']:6.2f} GB  "
                    f"removed {result['removed']:,}, of them without a kept twin {result['no_kept_twin']:,}; "
                    f"pairs left {result['pairs_left']:,}; precision {result['precision']:.4f} "
                    f"recall {result['recall']:.4f}; load {os.getloadavg()[0]:.1f}",
                    flush=True,
                )


if __name__ == "__main__":
    main()
