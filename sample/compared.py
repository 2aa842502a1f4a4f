"""Answers of two systems for the room of comparisons: the first prompts of `examples/tone-preference`, each
answered once as people prefer it and once as they do not.

    python -m sample.compared PROJECT             # then: assay -C PROJECT compare, or review
    python -m sample.compared PROJECT --judged    # and verdicts of two invented people, drawn by chance

PROJECT is one with a gold set, such as a copy of this repository's root. The answers lie under
.assay/compare there, beside the items that are made of them; git ignores both. No system wrote them: the
names stand for two.
"""

from __future__ import annotations

import json
import random
import sys
from datetime import date
from pathlib import Path

import polars as pl

from curate.project import Project
from governance.compare.items import FOLDER, Prepared, prepare, read_items
from governance.compare.journal import append_preferences
from governance.compare.round import Choice, Round, Said
from governance.triage.row_verdicts import Judge

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


def judged(root: Path) -> None:
    """What two people might say: the better answer, but for one verdict in ten, and in three of ten."""
    project, chance = Project(root), random.Random(3)
    items = read_items(project)
    for name, slips in (("Ada", 0.1), ("Ben", 0.3)):
        round_ = Round(items, project.key, Judge(name, "", date.today()))
        lines = []
        for row in items.iter_rows(named=True):
            better = "first" if int(row["example_id"][-3:]) % 4 == 1 else "second"
            said: Said = "left" if round_.left(row["item"]) == better else "right"
            if chance.random() < slips:
                said = chance.choice(("tie", "both_bad", "left", "right"))
            lines.append(round_.line(Choice(row["item"], said)))
        append_preferences(project.root, lines)


if __name__ == "__main__":
    print(compared(Path(sys.argv[1])))
    if "--judged" in sys.argv[2:]:
        judged(Path(sys.argv[1]))
