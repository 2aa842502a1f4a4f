"""Personal data reaches no face of the diff, wherever in the data it stands."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.console import Console

from curate.diff import compare, document, draw, markdown, page, workflow_commands
from curate.diff.show.privacy import masks
from curate.pii.detect.detector import Detector
from curate.pii.detect.params import ScanParams

EMAIL, PHONE, OTHER = "zq.canary77@wexford-mail.co.uk", "07911 123456", "07911 654321"
CANARIES = (EMAIL, "canary77", PHONE, OTHER, "123456", "654321")


def terminal(found: Any) -> str:
    buffer = io.StringIO()
    draw(found, Console(file=buffer, width=400), show_values=True)
    return buffer.getvalue()


FACES: dict[str, Callable[[Any], str]] = {
    "terminal": terminal,
    "markdown": lambda found: markdown(found, show_values=True),
    "html": lambda found: page(found, show_values=True),
    "json": lambda found: json.dumps(document(found, show_values=True), ensure_ascii=False),
    "github": lambda found: workflow_commands(found, [("g", False, f"row of {EMAIL}")]),
}


@pytest.mark.parametrize("face", FACES)
def test_no_value_of_either_side_is_shown_in_texts_keys_or_labels(make_plain: Any, face: str) -> None:
    filler = "x" * 115  # the value lies where a naive excerpt would cut it in two
    old = pl.DataFrame(
        {
            "id": [EMAIL, EMAIL, "k", "m"],
            "t": ["a", "b", f"{filler} ring {PHONE} today", f"mail {EMAIL}"],
            "l": ["a", "b", f"see {EMAIL}", "c"],
        }
    )
    new = pl.DataFrame(
        {
            "id": [EMAIL, "k", "m", PHONE],
            "t": ["c", f"{filler} ring {OTHER} today", "mail nobody", "d"],
            "l": ["a", "c", f"call {PHONE}", "c"],
        }
    )
    found = compare(
        *(
            make_plain(frame, keys=("id",), label="l", name=name)
            for frame, name in ((old, "old"), (new, "new"))
        )
    )
    shown = FACES[face](found)
    assert [canary for canary in CANARIES if canary in shown] == []
    assert "•" in shown


def test_an_edit_of_a_value_alone_is_said_to_be_one(make_plain: Any) -> None:
    old, new = (pl.DataFrame({"id": [1], "t": [f"ring {number} today"]}) for number in (PHONE, OTHER))
    found = compare(make_plain(old, keys=("id",)), make_plain(new, keys=("id",)))
    assert "differs in what is masked" in FACES["markdown"](found)


def test_an_unredacted_old_gold_version_does_not_leak(make_gold: Any) -> None:
    row = {"example_id": "r", "raw": "x", "output": "a", "split": "train"}
    found = compare(
        make_gold([{**row, "input": f"mail {EMAIL}"}]),
        make_gold([{**row, "raw": "y", "input": "mail <EMAIL_ADDRESS_1>"}]),
    )
    for face, shown in FACES.items():
        assert not any(canary in shown(found) for canary in CANARIES), face


def test_ids_dates_labels_and_placeholders_stay_readable() -> None:
    assert (
        masks(
            [
                "T-000123",
                "2026-05-18",
                "0f8fad5b-d9cb-469f-a165-70867728950e",
                "billing",
                "<PHONE_NUMBER_1> rang",
                "order 900123",
                None,
                "",
            ]
        )
        == {}
    )


@settings(deadline=None, max_examples=30)
@given(
    before=st.text(st.characters(codec="utf-8", exclude_categories=("L", "N", "P", "S")), max_size=40),
    after=st.text(" \n\t", max_size=40),
)
def test_masking_keeps_the_rest_of_a_text(before: str, after: str) -> None:
    text = f"{before} mail {EMAIL} {after}"
    masked = masks([text])[text]
    assert (
        masked.startswith(f"{before} mail ")
        and masked.endswith(f" {after}")
        and not any(canary in masked for canary in CANARIES)
    )


def test_names_are_masked_in_the_texts_of_rows_as_scan_finds_them_and_not_in_labels(make_plain: Any) -> None:
    told = "Please ask Mrs Margaret Thornbury about the parcel, she signed for it."
    old = pl.DataFrame(
        {"id": ["1", "2"], "t": ["Please ask about the parcel.", "same"], "l": ["Margaret", "b"]}
    )
    new = pl.DataFrame({"id": ["1", "2"], "t": [told, "same"], "l": ["Thornbury", "b"]})
    found = compare(*(make_plain(frame, keys=("id",), label="l") for frame in (old, new)))
    listed = document(found, show_values=True)["changes"]
    by_kind = {line["change"]: line["after"] for line in listed}
    assert "Margaret" not in by_kind["edited"] and "parcel" in by_kind["edited"]
    assert by_kind["relabelled"] == "Thornbury"
    hits = Detector(ScanParams()).find(told)
    assert hits and not [hit for hit in hits if told[hit.start : hit.end] in by_kind["edited"]]


def test_texts_that_are_not_read_hold_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    from curate.diff.show import privacy

    lines = (
        Path(__file__).parents[2].joinpath("pii", "detect", "first_sight.jsonl").read_text(encoding="utf-8")
    )
    texts = [json.loads(line)["text"] for line in lines.splitlines()]
    texts += [text.replace(" ", "\u200b ", 1) for text in texts] + [
        "queue7",
        "R05000007",
        "passport A12345678",
    ]
    quick = privacy._read(texts, [])
    monkeypatch.setattr(privacy, "_may_hold", lambda entity: pl.lit(True))
    assert quick == privacy._read(texts, [])
    assert len(quick) > len(texts) / 4
