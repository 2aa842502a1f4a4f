"""Verdicts become pairs where a majority says so, held-out rows never, and ingest takes them."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest

from curate.ingest.stage import run as ingest
from curate.project import Project
from governance.compare.items import prepare, read_items
from governance.compare.journal import Preference, append_preferences
from governance.compare.pairs import OUT, make_pairs, write_pairs
from governance.compare.round import Choice, Said
from tests.chain import assay
from tests.governance.compare.conftest import CARD, HELD_OUT, answers, both, round_of, rows

SOURCE = "{description: d, licence: l, lawful_basis: b, purpose: p, retention: r}"
PREFERENCE = (
    CARD.replace("rewriting", "preference").replace("chrf", "reward_accuracy")
    + f"sources: {{desk: {SOURCE}}}\n"
)


def say(project: Project, name: str, words: list[Said | None]) -> None:
    """What a person says of the first items, by which system is better: `left` stands for the second."""
    round_ = round_of(project, name)
    lines = []
    for item, word in zip(round_.order, words, strict=False):
        if word is not None:
            lines.append(round_.line(Choice(item, word)))
    append_preferences(project.root, lines)


def prefer(project: Project, name: str, systems: list[str]) -> list[Preference]:
    """What a person prefers of the first items, by the system's name."""
    round_ = round_of(project, name)
    lines = []
    for item, system in zip(round_.order, systems, strict=False):
        on_left = {"first": "base", "second": "tuned"}[round_.left(item)] == system
        lines.append(round_.line(Choice(item, "left" if on_left else "right")))
    append_preferences(project.root, lines)
    return lines


def test_a_verdict_is_a_pair_with_its_provenance(compared: Project) -> None:
    (line,) = prefer(compared, "Ada", ["tuned"])
    (row,) = make_pairs(compared).rows.to_dicts()
    item = read_items(compared).row(0, named=True)
    assert (row["prompt"], row["chosen"], row["rejected"]) == (
        item["input"],
        item["second_answer"],
        item["first_answer"],
    )
    assert row["chosen_system"] == "tuned" and row["rejected_system"] == "base"
    assert row["run"] == line.run and row["reviewers"] == "Ada" and row["judged_on"] == line.date
    assert row["from_row"] == item["example_id"]


def test_ties_both_bad_and_people_who_disagree_make_none(compared: Project) -> None:
    say(compared, "Ada", ["tie", "both_bad"])
    made = make_pairs(compared)
    assert made.rows.is_empty() and made.undecided == 2
    prefer(compared, "Ada", ["tuned"])
    assert make_pairs(compared).rows.height == 1
    prefer(compared, "Ben", ["base"])
    made = make_pairs(compared)
    assert made.rows.is_empty() and made.undecided == 2
    prefer(compared, "Cleo", ["base"])
    (row,) = make_pairs(compared).rows.to_dicts()
    assert row["chosen_system"] == "base" and row["reviewers"] == "Ben; Cleo"


def test_what_was_taken_back_makes_none(compared: Project) -> None:
    prefer(compared, "Ada", ["tuned"])
    round_ = round_of(compared)
    append_preferences(compared.root, [round_.line(Choice(round_.order[0], None))])
    assert make_pairs(compared).rows.is_empty()


def test_held_out_rows_never_make_a_pair(project: Project) -> None:
    for name, ending in (("base", "."), ("tuned", "!")):
        answers(HELD_OUT, ending).write_parquet(project.root / f"{name}.parquet")
    prepare(project, project.gold / "test.parquet", both(project.root))
    lines = prefer(project, "Ada", ["tuned", "tuned"])
    assert all(line.held_out for line in lines)
    made = make_pairs(project)
    assert made.rows.is_empty() and made.held_out == 2


def test_a_row_that_was_held_out_since_makes_none(compared: Project) -> None:
    prefer(compared, "Ada", ["tuned"] * 3)
    assert make_pairs(compared).rows.height == 3
    moved = read_items(compared)["input"][:2].to_list()
    rows("h", [*HELD_OUT, *moved]).write_parquet(compared.gold / "test.parquet")
    made = make_pairs(compared)
    assert made.rows.height == 1 and made.held_out == 2


def test_a_mark_on_the_line_is_enough(compared: Project) -> None:
    from dataclasses import replace

    (line,) = prefer(compared, "Ada", ["tuned"])
    append_preferences(compared.root, [replace(line, held_out=True)])
    assert make_pairs(compared).rows.is_empty()


def test_ingest_takes_the_pairs_as_they_are(compared: Project, tmp_path: Path) -> None:
    prefer(compared, "Ada", ["tuned"] * 4 + ["base"] * 2)
    made = make_pairs(compared)
    tone = tmp_path / "tone"
    write_pairs(made, tone / OUT)
    (tone / "task.yaml").write_text(PREFERENCE)
    (tone / "params.yaml").write_text(
        f"ingest: {{path: {OUT.as_posix()}, layout: preference, columns: {{id: id, group: group}}, "
        "defaults: {source: desk}}\n"
    )
    ingest(Project(tone))
    found = pl.read_parquet(tone / "data/ingest/examples.parquet")
    assert found["example_id"].to_list() == made.rows["id"].to_list()
    assert set(found["group"]) == set(made.rows["group"])
    assert found.select(prompt="input", chosen="output", rejected="rejected").equals(
        made.rows.select("prompt", "chosen", "rejected")
    )


@pytest.mark.slow
def test_pairs_go_through_init_and_ingest(compared: Project, tmp_path: Path) -> None:
    prefer(compared, "Ada", ["tuned"] * 4 + ["base"] * 2)
    made = make_pairs(compared)
    write_pairs(made, compared.root / OUT)
    said = json.loads((compared.root / OUT).read_text().splitlines()[0])
    assert list(said)[:4] == ["id", "prompt", "chosen", "rejected"]
    asked = ["--kind", "preference", "--data", str(compared.root / OUT), "--id", "id"]
    words = ["--input", "prompt", "--output", "chosen", "--rejected", "rejected"]
    assay(tmp_path, "init", "tone", *asked, *words)
    assay(tmp_path / "tone", "ingest")
    rows_in = pl.read_parquet(tmp_path / "tone/data/ingest/examples.parquet").sort("example_id")
    assert rows_in["example_id"].to_list() == made.rows["id"].to_list()
    assert rows_in.select(prompt="input", chosen="output", rejected="rejected").equals(
        made.rows.select("prompt", "chosen", "rejected")
    )


@pytest.mark.parametrize("people", [1, 2])
def test_one_person_or_two_of_two(compared: Project, people: int) -> None:
    for name in ("Ada", "Ben")[:people]:
        prefer(compared, name, ["tuned", "base"])
    assert make_pairs(compared).rows.height == 2
