"""Answers of two systems for the room of comparisons: the first prompts of `examples/tone-preference`,
each answered once as people prefer it and once as they do not.

    python -m sample.compared PROJECT    # then: assay -C PROJECT compare   (or: assay -C PROJECT review)

PROJECT is one with a gold set, such as this repository's root or a copy of it. The answers lie under
.assay/compare there, beside the items that are made of them; git ignores both.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import polars as pl

from curate.project import Project
from governance.compare.items import FOLDER, Prepared, prepare

PAIRS = Path(__file__).resolve().parents[1] / "examples" / "tone-preference" / "data" / "raw" / "data.jsonl"
ROWS = 24
# The second is the better one in three of four rows.
SYSTEMS = ("few_shot", "lm_lora")


def compared(root: Path, rows: int = ROWS) -> Prepared:
    """Write the files of prompts and answers, and take them in."""
    pairs = [json.loads(line) for line in PAIRS.read_text(encoding="utf-8").splitlines()[:rows]]
    folder = root / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    prompts = folder / "prompts.jsonl"
    pl.DataFrame([{"id": pair["id"], "input": pair["text"]} for pair in pairs]).write_ndjson(prompts)
    answers = {}
    for system in SYSTEMS:
        better = [(at % 4 != 0) == (system == SYSTEMS[1]) for at in range(len(pairs))]
        told = [
            pair["chosen"] if is_better else pair["rejected"]
            for pair, is_better in zip(pairs, better, strict=True)
        ]
        answers[system] = folder / f"{system}.parquet"
        table = pl.DataFrame({"row": range(len(told)), "id": [pair["id"] for pair in pairs], "output": told})
        table.write_parquet(answers[system])
    return prepare(Project(root), prompts, answers)


if __name__ == "__main__":
    print(compared(Path(sys.argv[1])))
