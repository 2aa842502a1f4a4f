"""The reviewer's checklist: the same ids for the same change, other ids for any other."""

from __future__ import annotations

from typing import Any

from curate.diff import compare
from curate.diff.show.checklist import checklist, checklist_document, whole
from curate.show.markdown import as_markdown

ROW = {"example_id": "r", "input": "x", "output": "a", "split": "train"}


def points(make_gold: Any, *after: dict[str, Any], order: int | None = None) -> Any:
    before = [{**ROW, "example_id": f"r{number}"} for number in range(9)]
    return checklist(compare(make_gold(before, order=order), make_gold(list(after), order=order)))


def test_ids_are_the_same_for_shuffled_rows_and_differ_with_the_content(make_gold: Any) -> None:
    after = [{**ROW, "example_id": f"r{number}", "output": "b"} for number in range(9)]
    assert points(make_gold, *after) == points(make_gold, *after, order=7)
    other = points(make_gold, *after[1:])
    assert whole(other) != whole(points(make_gold, *after))
    assert not {point.id for point in other} & {point.id for point in points(make_gold, *after)}


def test_labels_causes_and_rows_to_read_are_asked_about(make_gold: Any) -> None:
    found = points(make_gold, *({**ROW, "example_id": f"r{number}", "output": "b"} for number in range(9)))
    assert {"Outcome", "Causes", "Labels", "Rows read"} <= {point.about for point in found}
    assert any("went from a to b" in point.question for point in found)
    read = [point.question for point in found if point.about == "Rows read"]
    assert len(read) == 5
    assert all("from “a” to “b”: “x”" in question for question in read), "the input stands beside the label"
    assert len({point.id for point in found}) == len(found)


def test_hostile_and_personal_text_is_kept_out_of_the_task_list(make_gold: Any) -> None:
    after = [{**ROW, "example_id": "r0", "output": "<img src=x> [x](y) call 07911 123456"}]
    found = compare(make_gold([{**ROW, "example_id": "r0"}]), make_gold(after))
    points = checklist(found, [("g", False, "mail zq.canary77@wexford-mail.co.uk")])
    text = as_markdown(checklist_document(found, points))
    assert "<img" not in text and "canary77" not in text and "123456" not in text and "Gate g fails" in text
