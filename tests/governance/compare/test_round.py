"""Blind: the side is drawn for each item and person; a word makes the line of the system that stood there."""

from __future__ import annotations

import json
from dataclasses import fields

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curate.errors import AssayError
from curate.keys import Key
from curate.project import Project
from governance.compare.journal import (
    FILE,
    Preference,
    append_preferences,
    read_preferences,
    speaking,
)
from governance.compare.round import Choice, Item, Round, spoken
from governance.compare.session import Comparing, press
from governance.triage.row_verdicts import Judge
from tests.governance.compare.conftest import TODAY, round_of


def test_what_is_shown_names_no_system(compared: Project) -> None:
    ada = round_of(compared)
    assert {each.name for each in fields(Item)} == {"item", "prompt", "left", "right", "held_out"}
    for name in ada.order:
        shown = str(ada.show(name))
        assert "tuned" not in shown and "base" not in shown


def test_the_better_answer_is_the_one_that_was_seen_there(compared: Project) -> None:
    ada = round_of(compared)
    endings = {"base": ", we are sorry.", "tuned": ": thank you, it is done."}
    for name in ada.order:
        item = ada.show(name)
        for said, text in (("left", item.left), ("right", item.right)):
            line = ada.line(Choice(name, said))  # type: ignore[arg-type]
            system = line.first if line.verdict == "first" else line.second
            assert text.endswith(endings[system])
            assert spoken(line) == f"{said} is better"


def test_sides_are_drawn_for_each_item_and_person() -> None:
    import polars as pl

    from governance.compare.items import ITEMS

    key = Key(b"k" * 32, "demo")
    names = [key.digest("compared", str(at)) for at in range(600)]
    items = ITEMS.to_frame().clear()
    frame = pl.concat(
        [
            items,
            pl.DataFrame({"item": names}).select(
                "item", *(pl.lit(None, kind).alias(name) for name, kind in ITEMS.items() if name != "item")
            ),
        ]
    )
    ada, ben = (Round(frame, key, Judge(name, "", TODAY)) for name in ("Ada", "Ben"))
    by_ada, by_ben = ([each.left(name) for name in names] for each in (ada, ben))
    assert 240 < by_ada.count("first") < 360
    assert 240 < sum(one == other for one, other in zip(by_ada, by_ben, strict=True)) < 360
    assert by_ada == [Round(frame, key, Judge("Ada", "x", TODAY)).left(name) for name in names]
    other = Round(frame, Key(b"j" * 32, "demo"), Judge("Ada", "", TODAY))
    assert [other.left(name) for name in names] != by_ada


def test_everybody_is_asked_in_one_order_and_alone(compared: Project) -> None:
    ada, ben = round_of(compared), round_of(compared, "Ben")
    assert ada.order == ben.order
    lines = [ada.line(Choice(ada.order[0], "left"))]
    append_preferences(compared.root, lines)
    there = read_preferences(compared.root)
    assert ada.waiting(there) == list(ada.order[1:]) and ben.waiting(there) == list(ben.order)


def test_a_line_holds_no_text(compared: Project) -> None:
    ada = round_of(compared)
    append_preferences(compared.root, [ada.line(Choice(ada.order[0], "both_bad"))])
    text = (compared.root / FILE).read_text()
    assert set(json.loads(text)) == {each.name for each in fields(Preference)}
    item = ada.show(ada.order[0])
    assert item.prompt not in text and item.left not in text


def test_a_reason_with_an_address_is_refused(compared: Project) -> None:
    ada = Round(round_of(compared).items, compared.key, Judge("Ada", "as kim@example.com says", TODAY))
    with pytest.raises(AssayError, match="personal value"):
        append_preferences(compared.root, [ada.line(Choice(ada.order[0], "tie"))])
    assert not (compared.root / FILE).exists()


@pytest.mark.parametrize(
    "change",
    [
        {"item": "x"},
        {"verdict": "better"},
        {"left": "base"},
        {"held_out": "no"},
        {"first": "z"},
        {"first": "<script>"},
        {"reviewer": " "},
        {"date": "2999-01-01"},
        {"extra": 1},
        {"run": None},
    ],
)
def test_a_bad_line_is_named_by_its_place(compared: Project, change: dict[str, object]) -> None:
    ada = round_of(compared)
    append_preferences(compared.root, [ada.line(Choice(ada.order[0], "tie"))])
    path = compared.root / FILE
    path.write_text(json.dumps(json.loads(path.read_text()) | change) + "\n")
    with pytest.raises(AssayError, match=r"preferences\.jsonl line 1"):
        read_preferences(compared.root)


@settings(max_examples=50, deadline=None)
@given(st.text("lrtbsz?x", max_size=30))
def test_any_keys_leave_what_was_said_and_not_taken_back(keys: str) -> None:
    """Against a stack: what is on it at the end is what the lines say."""
    words = {"l": "left", "r": "right", "t": "tie", "b": "both_bad"}
    queue = ("i1", "i2", "i3", "i4")
    session, helping = Comparing(queue), False
    stack: list[tuple[str, str | None]] = []
    written: dict[str, str | None] = {}
    for key in keys:
        session, choices = press(session, key)
        for choice in choices:
            written[choice.item] = choice.said
        if helping or key in "x":
            helping = False
        elif key == "?":
            helping = True
        elif key == "z":
            if stack:
                stack.pop()
        elif len(stack) < len(queue):
            stack.append((queue[len(stack)], words.get(key)))
    assert {item: said for item, said in written.items() if said} == {
        item: said for item, said in stack if said
    }
    assert session.judged == sum(said is not None for _, said in stack)


def test_a_persons_last_line_speaks_for_that_person(compared: Project) -> None:
    ada, ben = round_of(compared), round_of(compared, "Ben")
    name = ada.order[0]
    lines = [
        ada.line(Choice(name, "left")),
        ben.line(Choice(name, "tie")),
        ada.line(Choice(name, None)),
        ada.line(Choice(name, "both_bad")),
    ]
    append_preferences(compared.root, lines)
    said = speaking(read_preferences(compared.root))
    assert {reviewer: line.verdict for (_, reviewer), line in said.items()} == {
        "Ada": "both_bad",
        "Ben": "tie",
    }
