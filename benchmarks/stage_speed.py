"""How many rows a CPU second each stage of curation takes, of this checkout or beside another.

    python -m benchmarks.stage_speed
    python -m benchmarks.stage_speed --against ../base      # another checkout, an older one too
    python -m benchmarks.stage_speed --only redact

Each stage's function on made-up support rows (`benchmarks/pii/support.py`), 5 % of which hold a planted value
where texts are scanned, and 30 % where they are redacted; see `benchmarks/stage_workloads.py`. Each run is a
fresh process; the checkouts take turns, and the best of `--rounds` counts, so that a busy machine falsifies
the ratio least. `start` is a call with 200 rows (CPU seconds: what a process loads and compiles), `first` the
first with all, `again` the best of the same afterwards (rows a CPU second). No cache on disk is used.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.pii.support import support_rows
from benchmarks.stage_workloads import FEW, WORKLOADS

_WORKLOADS = Path(__file__).with_name("stage_workloads.py")
_DENSITY = {"scan": 0.05, "redact": 0.3}


def run(workload: str, texts: Path, checkout: Path) -> list[float]:
    """CPU seconds of a call with few texts, a first one with all and the best later one, in a fresh process
    that imports `checkout`.
    """
    environment = {
        **os.environ,
        "PYTHONPATH": str(checkout),
        "POLARS_MAX_THREADS": "1",
        "PYTHONHASHSEED": "0",
    }
    done = subprocess.run(
        [sys.executable, str(_WORKLOADS), workload, str(texts)],
        check=True,
        cwd=checkout,
        env=environment,
        stdout=subprocess.PIPE,
    )
    few, first, *later = json.loads(done.stdout)
    return [few, first, min(later)]


def compare(workload: str, rows: int, rounds: int, checkouts: dict[str, Path]) -> list[str]:
    """A line of the table for each checkout."""
    timed: dict[str, list[list[float]]] = {name: [] for name in checkouts}
    with tempfile.TemporaryDirectory() as folder:
        texts = Path(folder, "texts.json")
        texts.write_text(json.dumps(support_rows(rows + FEW, _DENSITY.get(workload.split()[0], 0.0), 0)))
        for _ in range(rounds):
            for name, checkout in checkouts.items():
                timed[name].append(run(workload, texts, checkout))
    best = {name: [min(each) for each in zip(*seconds, strict=True)] for name, seconds in timed.items()}
    lines = []
    for name, (few, first, again) in best.items():
        cells = [f"{few:.2f}", f"{rows / first:,.0f}", f"{rows / again:,.0f}"]
        if "against" in best:
            cells += [
                f"{seconds / other:.2f}"
                for seconds, other in zip(best[name][1:], best["against"][1:], strict=True)
            ]
        lines.append(f"| {workload} | {name} | {' | '.join(cells)} |")
    return lines


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int, default=8_000)
    parser.add_argument("--rounds", type=int, default=3, help="processes of each checkout")
    parser.add_argument("--against", type=Path, help="another checkout, measured in turn with this one")
    parser.add_argument("--only", default="", help="workloads whose name begins so")
    given = parser.parse_args()
    here = Path(__file__).resolve().parents[1]
    checkouts = {"this": here, **({"against": given.against.resolve()} if given.against else {})}
    header = [
        "workload",
        "checkout",
        "start, s",
        "first",
        "again",
        *(["first times", "again times"] if given.against else []),
    ]
    print(f"| {' | '.join(header)} |\n|---|---|{'---:|' * (len(header) - 2)}")
    for workload in WORKLOADS:
        if workload.startswith(given.only):
            print("\n".join(compare(workload, given.rows, given.rounds, checkouts)), flush=True)


if __name__ == "__main__":
    main()
