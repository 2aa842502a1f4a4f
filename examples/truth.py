"""What was planted in an example, and what the stages made of it.

    python -m examples.truth hr-routing            # where each planted row ended, which values were found
    python -m examples.truth hr-routing --offsets  # write `start` and `end` beside each `value`

`truth.json` has the form that the report's "Found against planted" reads (`governance.report.planted`) and
two things more, which the test suite holds a run to: `outcomes`, where each planted row must end (`train`,
`validation`, `test`, or `STAGE: REASON` of the drop ledger), and in a span `missed: WHY` for a value that the
scan does not find.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import polars as pl
from rich.console import Console
from rich.table import Table

HERE = Path(__file__).resolve().parent
# Sections of truth.json that plant something in a row, by row id.
PLANTED = ("exact_duplicates", "near_duplicates", "contradictions", "leaks", "wrong_labels")
SPANS = ("entities", "hard_negatives")


def read_truth(folder: Path) -> dict[str, Any]:
    """The truth of an example."""
    truth: dict[str, Any] = json.loads((folder / "truth.json").read_text(encoding="utf-8"))
    return truth


def raw_rows(folder: Path) -> dict[str, dict[str, Any]]:
    """Every raw row of an example by its `id`, held-out ones too."""
    lines = [
        json.loads(line)
        for path in sorted((folder / "data" / "raw").glob("*.jsonl"))
        for line in path.read_text(encoding="utf-8").splitlines()
    ]
    return {row["id"]: row for row in lines}


def planted_rows(truth: dict[str, Any]) -> dict[str, list[str]]:
    """What was planted in each row: id -> kinds."""
    kinds: dict[str, list[str]] = {}
    for kind in PLANTED:
        for row in truth.get(kind, {}):
            kinds.setdefault(row, []).append(kind)
    for bad in truth.get("malformed", ()):
        kinds.setdefault(bad["ticket_id"], []).append(bad["kind"])
    return kinds


def spans(truth: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Row, section and span of every planted value and look-alike."""
    for section in SPANS:
        for row, found in truth.get(section, {}).items():
            for span in found:
                yield row, section, span


def with_offsets(truth: dict[str, Any], rows: dict[str, dict[str, Any]], field: str) -> dict[str, Any]:
    """`truth` with `start` and `end` of every `value` in the row's `field`.

    Raises
    ------
    ValueError
        If a value does not stand in its row, or stands there twice.
    """
    for row, _, span in spans(truth):
        text, value = rows[row][field], span["value"]
        if text.count(value) != 1:
            raise ValueError(f"{row}: {value!r} stands {text.count(value)} times in {field!r}")
        span["start"] = text.index(value)
        span["end"] = span["start"] + len(value)
    return truth


def fates(folder: Path) -> dict[str, str]:
    """Where each row of an example ended: its split in the gold set, or `STAGE: REASON`."""
    ledger = pl.read_parquet(folder / "gold" / "ledger.parquet", columns=["example_id", "stage", "reason"])
    ends: dict[str, str] = {}
    for row, stage, reason in ledger.iter_rows():
        ends[row] = f"{ends[row]}, {reason}" if row in ends else f"{stage}: {reason}"
    for split in ("train", "validation", "test"):
        ids = pl.read_parquet(folder / "gold" / f"{split}.parquet", columns=["example_id"])
        ends |= dict.fromkeys(ids.to_series().to_list(), split)
    return ends


def unfound(folder: Path, truth: dict[str, Any]) -> set[tuple[str, str]]:
    """Row and value of every planted personal value that no finding of the same entity overlaps."""
    findings = pl.read_parquet(folder / "data" / "scan" / "findings.parquet").filter(
        pl.col("field") == "input"
    )
    hits: dict[tuple[str, str], list[tuple[int, int]]] = {}
    for row, entity, start, end in findings.select("example_id", "entity", "start", "end").iter_rows():
        hits.setdefault((row, entity), []).append((start, end))
    return {
        (row, span["value"])
        for row, section, span in spans(truth)
        if section == "entities"
        and not any(
            start < span["end"] and span["start"] < end for start, end in hits.get((row, span["entity"]), ())
        )
    }


def differences(folder: Path) -> list[str]:
    """In sentences, where the stages did something else than `truth.json` says; empty where it is true."""
    truth, ends = read_truth(folder), fates(folder)
    said = truth["outcomes"]
    wrong = [
        f"{row} ended as {ends.get(row)!r}, truth.json says {outcome!r}"
        for row, outcome in said.items()
        if ends.get(row) != outcome
    ]
    wrong += [f"{row} is planted and has no outcome" for row in planted_rows(truth) if row not in said]
    stated = {(row, span["value"]) for row, _, span in spans(truth) if "missed" in span}
    now = unfound(folder, truth)
    wrong += [
        f"{row}: {value!r} is missed, truth.json says it is found" for row, value in sorted(now - stated)
    ]
    wrong += [
        f"{row}: {value!r} is found, truth.json says it is missed" for row, value in sorted(stated - now)
    ]
    return wrong


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit code: 0 if the stages did what the truth says, 1 if not."""
    parser = argparse.ArgumentParser(
        prog="python -m examples.truth", description="What was planted, and what the stages made of it."
    )
    parser.add_argument("name", help="the example; it must have run as far as `publish`, but for --offsets")
    parser.add_argument("--offsets", action="store_true", help="write start and end of every value, and stop")
    parser.add_argument("--field", default="text", help="the raw column that the values stand in")
    options = parser.parse_args(arguments)
    folder = HERE / options.name
    truth = read_truth(folder)
    if options.offsets:
        located = with_offsets(truth, raw_rows(folder), options.field)
        text = json.dumps(located, ensure_ascii=False, indent=1)
        (folder / "truth.json").write_text(text + "\n", encoding="utf-8")
        return 0
    console, ends, missed = Console(highlight=False), fates(folder), unfound(folder, truth)
    rows = Table("row", "planted", "ended as")
    for row, kinds in sorted(planted_rows(truth).items()):
        rows.add_row(row, ", ".join(kinds), ends.get(row, "nowhere"))
    values = Table("row", "entity", "found")
    for row, section, span in spans(truth):
        if section == "entities":
            values.add_row(row, span["entity"], "no" if (row, span["value"]) in missed else "yes")
    console.print(rows, values)
    problems = differences(folder)
    for problem in problems:
        console.print(problem, markup=False)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
