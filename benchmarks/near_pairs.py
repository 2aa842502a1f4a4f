"""Near pairs of a public set that dedup drops, drops as a conflict, or keeps, to be read by eye.

    python benchmarks/near_pairs.py restaurant8k|sroie|bitext|banking77 [PAIRS] [SEED]

Kept are pairs that letters alone call near-duplicates and of which both rows stay. The tally of what was read
stands in docs/measurements.md. The sets lie in ../shared/data, and nothing of them is committed.
"""

from __future__ import annotations

import json
import random
import sys
from pathlib import Path

import polars as pl

from curate.dedup.judge import judge, texts_of, weighs
from curate.dedup.params import DedupParams
from curate.dedup.twins import find_twins
from curate.task import Kind

SHARED = Path(__file__).parents[1].parent / "shared/data"


def rows_of(name: str) -> tuple[list[str], list[str], Kind]:
    """Inputs, outputs and the kind of a set."""
    if name == "restaurant8k":
        bookings = json.loads((SHARED / name / "train.json").read_text(encoding="utf-8"))
        texts = [booking["userInput"]["text"] for booking in bookings]
        return texts, [json.dumps(booking.get("labels", [])) for booking in bookings], Kind.EXTRACTION
    if name == "sroie":
        lines = (SHARED / name / "train.jsonl").read_text(encoding="utf-8").splitlines()
        receipts = [json.loads(line) for line in lines]
        outputs = [json.dumps(receipt["fields"]) for receipt in receipts]
        return [receipt["text"] for receipt in receipts], outputs, Kind.EXTRACTION
    file, given, label = {
        "bitext": ("customer_support.csv", "instruction", "intent"),
        "banking77": ("train.csv", "text", "category"),
    }[name]
    table = pl.read_csv(SHARED / name / file, infer_schema=False)
    return table[given].to_list(), table[label].to_list(), Kind.CLASSIFICATION


def main(name: str, pairs: int = 25, seed: int = 1) -> None:
    """Print the counts, then `pairs` of each sort."""
    inputs, outputs, kind = rows_of(name)
    nothing = pl.Series([None] * len(inputs), dtype=pl.String)
    examples = pl.DataFrame(
        {
            "example_id": [f"{row:06d}" for row in range(len(inputs))],
            "input": inputs,
            "output": outputs,
            "language": nothing,
            "rejected": nothing,
            "held_out": [False] * len(inputs),
        }
    )
    params = DedupParams()
    texts = texts_of(examples, kind, params)
    rows = judge(find_twins(texts, params, weigh=weighs(kind, params)), texts, examples, kind, params)
    print(name, examples.height, dict(rows.group_by("reason").len().sort("reason").iter_rows()))
    reason = dict(rows.select("example_id", "reason").iter_rows())
    twin = dict(rows.select("example_id", "twin").sort("example_id").iter_rows())
    letters = find_twins(texts.drop("output", strict=False), params).pairs.filter(pl.col("kind") == "near")
    sorts = {
        "dropped as near-duplicates": [(row, twin[row]) for row in twin if reason[row] == "near_duplicate"],
        "dropped as conflicts": [(row, twin[row]) for row in twin if "conflict" in (reason[row] or "")],
        "near in letters, both kept": [
            (left, right)
            for left, right in letters.select("left", "right").iter_rows()
            if reason[left] is None and reason[right] is None
        ],
    }
    draw = random.Random(seed)
    for title, found in sorts.items():
        print(f"\n{title}: {len(found)}")
        for left, right in draw.sample(found, min(pairs, len(found))):
            for row in (left, right):
                print(f"  {inputs[int(row)][:150]!r} -> {shown(inputs[int(row)], outputs[int(row)])}")
            print()


def shown(text: str, output: str) -> str:
    """An output, the slots of restaurant8k with what they cut."""
    if '"valueSpan"' not in output:
        return output[:150]
    spans = [(one["slot"], one["valueSpan"]) for one in json.loads(output)]
    return ", ".join(f"{slot}={text[span.get('startIndex', 0) : span['endIndex']]}" for slot, span in spans)


if __name__ == "__main__":
    main(sys.argv[1], *map(int, sys.argv[2:]))
