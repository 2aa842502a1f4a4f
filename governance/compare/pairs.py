"""Preference pairs of the verdicts: `prompt, chosen, rejected` and where each comes from, as `assay init
--kind preference` and `assay ingest` (layout `preference`) read them.

A pair is made where more than half of the people who judged an item prefer the same answer; ties, both
bad and a tie between people make none. Held-out rows make none, whoever asks: they are looked for again
at that moment, since the gold set may have been split anew since the item was prepared.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from curate.files import write_text
from curate.project import Project
from governance.compare.items import near_held_out, read_items
from governance.compare.journal import Preference, project_preferences
from governance.compare.results import standing

OUT = Path("data") / "raw" / "preferences.jsonl"


@dataclass(frozen=True)
class Pairs:
    """The pairs, and why judged items made none.

    Parameters
    ----------
    rows
        `id, prompt, chosen, rejected`, then provenance: `group` (pairs of one row share it), `from_row`,
        `chosen_system, rejected_system, run, reviewers, judged_on`; sorted by id.
    """

    rows: pl.DataFrame
    held_out: int
    undecided: int


_NAMES = "id prompt chosen rejected group from_row chosen_system rejected_system run reviewers judged_on"
_SCHEMA = dict.fromkeys(_NAMES.split(), pl.String)


def make_pairs(project: Project) -> Pairs:
    """The pairs of a project.

    Raises
    ------
    AssayError
        If nothing was prepared, or it cannot be told which rows are held out.
    """
    items = read_items(project)
    by_item: dict[str, list[Preference]] = defaultdict(list)
    for line in standing(items, project_preferences(project)):
        by_item[line.item].append(line)
    judged = items.filter(pl.col("item").is_in(sorted(by_item)))
    near = set(near_held_out(project, judged.select("item", "input"))) if judged.height else set()
    rows, held_out, undecided = [], 0, 0
    for row in judged.iter_rows(named=True):
        lines = by_item[row["item"]]
        if row["held_out"] or row["item"] in near or any(line.held_out for line in lines):
            held_out += 1
            continue
        word, count = Counter(line.verdict for line in lines).most_common(1)[0]
        if word not in ("first", "second") or 2 * count <= len(lines):
            undecided += 1
            continue
        other = "second" if word == "first" else "first"
        for_it = [line for line in lines if line.verdict == word]
        rows.append(
            (
                f"pair-{row['item']}",
                row["input"],
                row[f"{word}_answer"],
                row[f"{other}_answer"],
                f"pairs-{row['row']}",
                row["example_id"],
                row[word],
                row[other],
                row["run"],
                "; ".join(sorted(line.reviewer for line in for_it)),
                max(line.date for line in for_it),
            )
        )
    frame = pl.DataFrame(rows, schema=_SCHEMA, orient="row").sort("id")
    return Pairs(frame, held_out, undecided)


def write_pairs(pairs: Pairs, path: Path) -> None:
    """Write the pairs as JSON Lines, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    write_text(path, "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in pairs.rows.to_dicts()))
