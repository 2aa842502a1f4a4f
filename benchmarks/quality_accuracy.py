"""Precision and recall of the quality rules on the sample `tests/curate/validate/labelled/quality.jsonl`.

    python -m benchmarks.quality_accuracy                  # both halves, with 95 % intervals
    python -m benchmarks.quality_accuracy --half dev --errors

Each half is judged as one table a kind. The intervals are Clopper and Pearson's: with ten positives and none
missed the lower end of recall is 0.69, so a figure of 1.00 here says "none seen", no more.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping
from hashlib import blake2b
from pathlib import Path
from typing import Any

import polars as pl

from curate.examples import EXAMPLES, conform
from curate.task import METRICS, Kind, Metric, TaskCard
from curate.validate.answers import answer_breaches
from curate.validate.params import ValidateParams
from curate.validate.rule import broken_rules
from curate.validate.rules import RULES

LABELLED = Path(__file__).parents[1] / "tests/curate/validate/labelled"
# What the sample calls a fault, and the rules that may find it: the sure wordings have a rule of their own.
FAULTS: Mapping[str, tuple[str, ...]] = {
    "null_marker": ("null_marker", "null_in_doubt"),
    "absent_media": ("absent_media", "media_in_doubt"),
    "merged_instructions": ("merged_instructions", "tasks_in_doubt"),
    "truncated": ("truncated", "cut_short"),
    "output_copies_input": ("output_copies_input",),
    "prompt_in_answer": ("prompt_in_answer",),
    "answer_language": ("answer_language",),
    "code_missing": ("code_missing",),
    "json_broken": ("json_broken",),
    "wrong_arithmetic": ("wrong_arithmetic",),
    "repeated_ngrams": ("repeated_ngrams",),
    "boilerplate_refusal": ("boilerplate_refusal", "refusal"),
    "boilerplate": ("boilerplate", "assistant_preamble"),
    "mojibake": ("mojibake", "encoding_damage"),
    "keyboard_mash": ("keyboard_mash",),
    "impossible_date": ("impossible_date",),
    "unit_slip": ("unit_slip",),
}
_NOT_WRITTEN = ["classification", "extraction"]
HALVES = ("dev", "held")
_LATER = ("second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
# Goes that were written later, and their files.
LATER = {go: f"quality_{go}.jsonl" for go in _LATER}
GOES = (*HALVES, *LATER)
Row = dict[str, str]


def half(row: Row) -> str:
    """The half that a row belongs to, by its text."""
    digest = blake2b(f"{row['i']}\0{row['o']}".encode(), digest_size=8).digest()
    return HALVES[1 - digest[0] % 2]


def labelled(which: str) -> list[Row]:
    """The rows of one half, or of `all`."""
    file = LABELLED / LATER.get(which, "quality.jsonl")
    rows = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    return [row for row in rows if which in ("all", *LATER, half(row))]


def examples_of(rows: list[Row]) -> pl.DataFrame:
    """The rows as Examples, their number for an id."""
    frame = pl.DataFrame(
        {
            "example_id": [f"{number:06}" for number in range(len(rows))],
            "input": [row["i"] for row in rows],
            "output": [row["o"] for row in rows],
            "rejected": [row.get("j") for row in rows],
            "language": [row.get("l") for row in rows],
            "held_out": [False] * len(rows),
        },
        schema_overrides={"rejected": pl.String, "language": pl.String},
    )
    return conform(frame, EXAMPLES)


def flagged(rows: list[Row]) -> list[set[str]]:
    """The faults that the rules find in each row."""
    codes = [code for found_by in FAULTS.values() for code in found_by if code in RULES]
    named = {code: fault for fault, found_by in FAULTS.items() for code in found_by}
    found: list[set[str]] = [set() for _ in rows]
    examples, numbers = examples_of(rows), pl.Series([row.get("k", "rewriting") for row in rows])
    for kind in sorted(set(numbers)):
        part = examples.filter(numbers == kind)
        card = TaskCard(
            name="s", kind=Kind(kind), behaviour="b", metric=Metric(name=METRICS[Kind(kind)][0], target=0)
        )
        told = [
            broken_rules(part, Kind(kind), [RULES[code] for code in codes]),
        ]
        if kind == "rewriting":
            # Whether another language is usual is asked of the whole table.
            told.append(
                answer_breaches(examples.filter(~numbers.is_in(_NOT_WRITTEN)), card, ValidateParams())
            )
        for example, rule, _ in pl.concat(told).iter_rows():
            if rule in named:
                found[int(example)].add(named[rule])
    return found


def counts(rows: list[Row], found: list[set[str]]) -> dict[str, tuple[int, int, int]]:
    """True positives, false positives and misses of each fault, rows that may say either left out."""
    table = {}
    for fault in FAULTS:
        pairs = [
            (fault in row.get("r", "").split(), fault in given)
            for row, given in zip(rows, found, strict=True)
            if fault not in row.get("x", "").split()
        ]
        table[fault] = (pairs.count((True, True)), pairs.count((False, True)), pairs.count((True, False)))
    return table


def interval(hits: int, of: int) -> tuple[float, float]:
    """Clopper and Pearson's 95 % interval of a share."""
    from scipy.stats import beta

    low = float(beta.ppf(0.025, hits, of - hits + 1)) if hits else 0.0
    high = float(beta.ppf(0.975, hits + 1, of - hits)) if hits < of else 1.0
    return low, high


def share(hits: int, of: int) -> str:
    """A share with its interval, for the table."""
    if not of:
        return "none"
    low, high = interval(hits, of)
    return f"{hits / of:.2f} ({low:.2f}-{high:.2f})"


def errors(rows: list[Row], found: list[set[str]]) -> list[dict[str, Any]]:
    """Rows judged otherwise than labelled."""
    return [
        {"missed": sorted(wanted - given), "false": sorted(given - wanted - free), "row": row}
        for row, given in zip(rows, found, strict=True)
        for wanted, free in [(set(row.get("r", "").split()), set(row.get("x", "").split()))]
        if wanted - given - free or given - wanted - free
    ]


def main() -> None:
    """Print the table of a half, with `--errors` the rows judged wrongly."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--half", choices=(*GOES, "all"))
    parser.add_argument("--errors", action="store_true")
    asked = parser.parse_args()
    for which in [asked.half] if asked.half else GOES:
        rows = labelled(which)
        found = flagged(rows)
        print(f"{which}: {len(rows)} rows")
        for fault, (right, wrong, missed) in counts(rows, found).items():
            print(
                f"  {fault:20} {right + missed:3} rows  precision {share(right, right + wrong):18}"
                f"  recall {share(right, right + missed)}"
            )
        for error in errors(rows, found) if asked.errors else ():
            print(json.dumps(error, ensure_ascii=False))


if __name__ == "__main__":
    main()
