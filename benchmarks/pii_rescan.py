"""A scan, and the scan after 1 % of the rows changed, with the cache of the first.

    python -m benchmarks.pii_rescan                   # a million rows, 5 % with a planted value, names too; some 10 minutes
    python -m benchmarks.pii_rescan --patterns        # without names; some two minutes
    python -m benchmarks.pii_rescan --unchecked       # leave out the scan without a cache

Through `curate.pii.scan.stage.scan` as `assay scan` calls it: cache, keyed ids and report included. The
findings of the re-scan are compared with those of a scan of the changed rows without any cache: the bytes
written for both must be equal.
"""  # noqa: E501

from __future__ import annotations

import argparse
import hashlib
import resource
import tempfile
import time
from pathlib import Path
from random import Random

import polars as pl

from benchmarks.pii.support import support_rows
from curate.examples import EXAMPLES, conform
from curate.files import write_folder
from curate.keys import Key
from curate.pii.detect.detector import Detector
from curate.pii.detect.params import ScanParams
from curate.pii.scan.cache import ScanCache
from curate.pii.scan.stage import scan
from curate.task import Kind

# The share of rows that change between the two scans.
CHANGED = 0.01
# Rows made at a time; the generator's own cost is not measured.
_PART = 50_000


def examples(texts: list[str]) -> pl.DataFrame:
    """Classification examples with these inputs."""
    return conform(
        pl.DataFrame({"input": texts})
        .with_row_index("row")
        .select(
            pl.format("R{}", pl.col("row")).alias("example_id"),
            "input",
            pl.lit("label").alias("output"),
            pl.lit(None, pl.String).alias("rejected"),
            pl.lit("en").alias("language"),
            pl.lit("made").alias("source"),
            pl.lit(False).alias("held_out"),
        ),
        EXAMPLES,
    )


def rows(count: int, seed: int = 0) -> list[str]:
    """`count` support rows, distinct but for a few, made in parts."""
    return [
        text
        for at in range(0, count, _PART)
        for text in support_rows(min(_PART, count - at), 0.05, seed + at)
    ]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--patterns", action="store_true", help="patterns alone, no names")
    parser.add_argument(
        "--unchecked", action="store_true", help="do not scan the changed rows without a cache, to compare"
    )
    given = parser.parse_args()
    before = rows(given.rows)
    after = list(before)
    for at in Random(0).sample(range(given.rows), round(given.rows * CHANGED)):
        after[at] += " Could you look into this again?"
    params, key = ScanParams(ner=None) if given.patterns else ScanParams(), Key(b"k" * 32, "demo")
    detector = Detector(params)
    detector.find("warm: 07911 123456")

    with tempfile.TemporaryDirectory() as folder:
        cache = ScanCache.of(Path(folder), key, detector)

        def timed(name: str, frame: pl.DataFrame, remembered: ScanCache | None) -> str:
            begun, cpu = time.perf_counter(), time.process_time()
            findings, report = scan(frame, params, key, Kind.CLASSIFICATION, detector, cache=remembered)
            seconds, cpu = time.perf_counter() - begun, time.process_time() - cpu
            write_folder(Path(folder, "written"), {"findings": findings}, {"report": report})
            written = b"".join(path.read_bytes() for path in sorted(Path(folder, "written").iterdir()))
            print(f"{name:42} {seconds:7.1f} s  {cpu:7.1f} s CPU  {findings.height:,} findings", flush=True)
            return hashlib.sha256(written).hexdigest()

        first, second = examples(before), examples(after)
        print(
            f"{given.rows:,} rows ({len(set(before)):,} distinct) of "
            f"{sum(map(len, before)) / given.rows:.0f} characters, {CHANGED:.0%} changed"
        )
        timed("first scan, nothing remembered", first, cache)
        warm = timed("re-scan with the cache", second, cache)
        cold = warm if given.unchecked else timed("the same rows with no cache", second, None)
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6:.2f} GB, rows included")
    if warm != cold:
        raise SystemExit("the cache changed what is written")
    if not given.unchecked:
        print("with and without the cache the same bytes are written")


if __name__ == "__main__":
    main()
