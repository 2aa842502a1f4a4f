"""Fields of JSON outputs that look wrong: absent from the input, or unlike the field's others."""

from __future__ import annotations

import json

import polars as pl

from train.fields import COLUMNS, FEWEST, field_suspects


def _rows(count: int = 40) -> list[tuple[str, str, str]]:
    return [
        (
            f"r{at:02}",
            f"Invoice of 2026-01-{at % 28 + 1:02} by Firm {at} AND SONS\nKent, total {at}.50",
            json.dumps({"date": f"2026-01-{at % 28 + 1:02}", "by": f"firm {at} and sons, Kent", "n": at % 3}),
        )
        for at in range(count)
    ]


def _found(rows: list[tuple[str, str, str]]) -> list[tuple[str, str, str]]:
    frame = pl.DataFrame(rows, schema=["id", "input", "output"], orient="row")
    found = field_suspects(frame["id"], frame["input"], frame["output"])
    assert found.schema == COLUMNS
    assert found.equals(field_suspects(*frame.reverse().get_columns()))
    return found.select("example_id", "field", "why").rows()


def _with(row: tuple[str, str, str], **values: str) -> tuple[str, str, str]:
    return (row[0], row[1], json.dumps(json.loads(row[2]) | values))


def test_sound_rows_give_no_suspect_however_lines_and_commas_fall() -> None:
    assert _found(_rows()) == []


def test_a_value_that_the_input_does_not_hold_and_one_of_another_form() -> None:
    rows = _rows()
    rows[3] = _with(rows[3], by="firm 4 and sons, Kent")
    rows[5] = (rows[5][0], rows[5][1] + " of 6 Jan", json.loads(json.dumps(_with(rows[5], date="6 Jan")[2])))
    assert _found(rows) == [("r03", "by", "absent"), ("r05", "date", "form")]


def test_a_field_that_is_inferred_or_rare_is_not_judged() -> None:
    rows = [_with(row, mood=f"inferred {at}") for at, row in enumerate(_rows())]
    assert _found(rows) == []
    few = _rows(FEWEST - 1)
    assert _found([_with(few[0], by="nobody"), *few[1:]]) == []
    assert _found([("a", "x", "not json"), ("b", "y", "[1]")]) == []
