"""How many rows a CPU second redaction and the reading of chats take, of this checkout or beside another.

    python -m benchmarks.stage_speed
    python -m benchmarks.stage_speed --against ../base      # a checkout of a version from 29 Nov 2026 on

Three workloads on made-up support rows (`benchmarks/pii/support.py`): `redact text` rewrites inputs, `redact
targets` inputs and JSON targets that keep each found value with its character span, `ingest chat` reads JSON
Lines of two turns and maps them to examples. Each run is a fresh process; the checkouts take turns, and the
best of `--rounds` counts, so that a busy machine falsifies the ratio least. `cold` is the first call of a
process, with its caches empty.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import polars as pl

from benchmarks.pii.support import support_rows

_DENSITY = 0.3
_CALLS = 3


def _targets(examples: pl.DataFrame, findings: pl.DataFrame) -> pl.DataFrame:
    """`examples` with a JSON output that names what was found in the input, and where."""
    held = findings.select("example_id", "entity", "start", "end").join(
        examples.select("example_id", "input"), on="example_id"
    )
    slots: dict[str, list[dict[str, object]]] = {}
    for name, entity, start, end, text in held.sort("example_id", "start").iter_rows():
        slot = {"kind": entity, "start": start, "end": end, "value": text[start:end]}
        slots.setdefault(name, []).append(slot)
    outputs = [json.dumps({"slots": slots.get(name, [])}) for name in examples["example_id"]]
    return examples.with_columns(pl.Series("output", outputs))


def redaction(rows: int, *, targets: bool) -> Callable[[], object]:
    """The stage's function over `rows` support rows, scanned already."""
    from curate.examples import EXAMPLES, conform
    from curate.keys import Key
    from curate.pii.detect.detector import Detector
    from curate.pii.detect.params import ScanParams
    from curate.pii.redact.params import RedactParams
    from curate.pii.redact.stage import redact
    from curate.pii.scan.stage import scan
    from curate.task import Kind

    key = Key(bytes(32), "argument")
    kind = Kind.EXTRACTION if targets else Kind.REWRITING
    examples = conform(
        pl.DataFrame({"input": support_rows(rows, _DENSITY, 0)}).select(
            pl.int_range(pl.len()).cast(pl.String).str.zfill(8).alias("example_id"),
            pl.lit(False).alias("held_out"),
            "input",
            pl.lit("ok").alias("output"),
        ),
        EXAMPLES,
    )
    params = ScanParams(ner=None)
    findings, _ = scan(examples, params, key, kind, Detector(params))
    if targets:
        examples = _targets(examples, findings)
    return lambda: redact(examples, findings, RedactParams(), key, kind)


def chats(rows: int) -> Callable[[], object]:
    """Reading a file of `rows` conversations, and making examples of them."""
    from curate.ingest.params import IngestParams
    from curate.ingest.stage import Raw, ingest
    from curate.keys import Key
    from curate.read import read_records
    from curate.task import TaskCard

    source = {
        "description": "made up",
        "licence": "MIT",
        "lawful_basis": "none needed",
        "purpose": "speed",
        "retention": "none",
    }
    card = TaskCard.model_validate(
        {
            "name": "speed",
            "kind": "rewriting",
            "behaviour": "Answer as the desk does",
            "metric": {"name": "chrf", "target": 0.5},
            "sources": {"desk": source},
        }
    )
    key = Key(bytes(32), "argument")
    lines = [
        json.dumps({"messages": [{"role": "user", "content": text}, {"role": "assistant", "content": "ok"}]})
        for text in support_rows(rows, 0.0, 0)
    ]

    def read() -> object:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "chats.jsonl")
            path.write_text("\n".join(lines), encoding="utf-8")
            raw = Raw("chats.jsonl", "desk", False, read_records(path))
        return ingest([raw], IngestParams(path="chats.jsonl"), card, key)

    return read


WORKLOADS: dict[str, Callable[[int], Callable[[], object]]] = {
    "redact text": lambda rows: redaction(rows, targets=False),
    "redact targets": lambda rows: redaction(rows, targets=True),
    "ingest chat": chats,
}


def child(workload: str, rows: int) -> None:
    """Print the CPU seconds of each call, in JSON."""
    call = WORKLOADS[workload](rows)
    seconds = []
    for _ in range(_CALLS):
        begun = time.process_time()
        call()
        seconds.append(time.process_time() - begun)
    print(json.dumps(seconds))


def run(workload: str, rows: int, checkout: Path) -> tuple[float, float]:
    """CPU seconds of a first call and of the best later one, in a fresh process that imports `checkout`."""
    # This file is run by its place, so that a checkout that lacks it can be measured.
    command = [sys.executable, __file__, "--child", workload, "--rows", str(rows)]
    environment = {**os.environ, "PYTHONPATH": str(checkout), "POLARS_MAX_THREADS": "1"}
    done = subprocess.run(command, check=True, cwd=checkout, env=environment, stdout=subprocess.PIPE)
    first, *later = json.loads(done.stdout)
    return first, min(later)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int, default=8_000)
    parser.add_argument("--rounds", type=int, default=3, help="processes of each checkout")
    parser.add_argument("--against", type=Path, help="another checkout, measured in turn with this one")
    parser.add_argument("--child", choices=sorted(WORKLOADS), help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.child:
        child(given.child, given.rows)
        return
    here = Path(__file__).resolve().parents[1]
    checkouts = {"this": here, **({"against": given.against.resolve()} if given.against else {})}
    print("rows a CPU second, one thread\n\n| workload | checkout | cold | warm |\n|---|---|---:|---:|")
    for workload in WORKLOADS:
        timed = [
            (name, run(workload, given.rows, path))
            for _ in range(given.rounds)
            for name, path in checkouts.items()
        ]
        for name in checkouts:
            first, later = (min(seconds[at] for of, seconds in timed if of == name) for at in (0, 1))
            print(f"| {workload} | {name} | {given.rows / first:,.0f} | {given.rows / later:,.0f} |")


if __name__ == "__main__":
    main()
