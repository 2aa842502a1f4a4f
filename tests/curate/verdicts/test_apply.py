"""Verdicts beside the rows of today, and what stages make of them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import polars as pl
import pytest

from curate.dedup.params import DedupParams
from curate.dedup.stage import dedup
from curate.examples import EXAMPLES, conform
from curate.keys import Key
from curate.pii.detect.params import ScanParams
from curate.pii.redact.params import RedactParams
from curate.stage import StageResult, check_conservation
from curate.task import Kind, TaskCard
from curate.validate.stage import validate
from curate.verdicts.journal import RowVerdict, content_digest, row_digest
from curate.verdicts.standing import Reader, counts, standing
from curate.verdicts.table import VERDICTS

KEY = Key(b"k" * 32, "file")
LONG = "my parcel has not come although it was sent a week ago, where is it"


def rows(*given: tuple[str, str, str]) -> pl.DataFrame:
    frame = pl.DataFrame(given, schema=["example_id", "input", "output"], orient="row")
    return conform(frame.with_columns(held_out=pl.lit(False), source=pl.lit("s")), EXAMPLES)


def line(examples: pl.DataFrame, name: str, word: str, **changes: str) -> RowVerdict:
    row = examples.filter(pl.col("example_id") == name).row(0, named=True)
    return RowVerdict(
        row_digest(KEY, name),
        content_digest(KEY, row),
        word,  # type: ignore[arg-type]
        "Ada",
        "",
        "2026-05-04",
        KEY.key_id,
        changes,
    )


def run(examples: pl.DataFrame, *lines: RowVerdict, **params: Any) -> StageResult:
    result = dedup(
        examples, Kind.CLASSIFICATION, DedupParams(**params), verdicts=standing(examples, lines, KEY)
    )
    check_conservation(result, examples["example_id"])
    return result


def reasons(result: StageResult) -> dict[str, str]:
    return dict(result.dropped.select("example_id", "reason").iter_rows())


TWO = rows(("a", LONG, "delivery"), ("b", LONG, "orders"), ("c", "a refund please, at once", "returns"))


def test_no_verdict_changes_nothing() -> None:
    without = dedup(TWO, Kind.CLASSIFICATION)
    with_none = run(TWO)
    assert without.kept.equals(with_none.kept) and without.dropped.equals(with_none.dropped)
    assert without.report == with_none.report and set(without.tables) == set(with_none.tables)


def test_a_dropped_row_leaves_with_its_reason() -> None:
    result = run(TWO, line(TWO, "c", "drop"))
    assert reasons(result)["c"] == "verdict_drop"
    assert "decided on 2026-05-04" in result.dropped["evidence"].to_list()


def test_a_relabelled_row_no_longer_contradicts() -> None:
    assert reasons(run(TWO)) == {"a": "label_conflict", "b": "label_conflict"}
    result = run(TWO, line(TWO, "b", "relabel", output="delivery"))
    assert list(reasons(result).values()) == ["exact_duplicate"]
    assert set(result.kept.filter(pl.col("input") == LONG)["output"]) == {"delivery"}


def test_a_kept_row_settles_its_contradiction() -> None:
    three = pl.concat([TWO, rows(("d", LONG + "?", "delivery"))])
    result = run(three, line(three, "a", "keep"))
    assert reasons(result) == {"b": "label_conflict", "d": "near_duplicate"} | (
        {} if reasons(result)["d"] == "near_duplicate" else {"d": "exact_duplicate"}
    )
    assert "a person decided on a, which has another output" in result.dropped["evidence"].to_list()
    assert result.dropped.filter(pl.col("example_id") == "d")["kept_id"].item() == "a"


def test_two_kept_rows_of_one_text_both_stay() -> None:
    result = run(TWO, line(TWO, "a", "keep"), line(TWO, "b", "keep"))
    assert reasons(result) == {} and result.kept.height == 3


def test_a_kept_duplicate_stays() -> None:
    same = rows(("a", LONG, "delivery"), ("b", LONG, "delivery"))
    (gone,) = reasons(run(same))
    assert reasons(run(same, line(same, gone, "keep"))) == {}


def test_nothing_spares_a_row_that_the_held_out_set_holds_too() -> None:
    held = pl.concat([TWO, rows(("h", LONG, "delivery")).with_columns(held_out=pl.lit(True))])
    result = run(held, line(held, "a", "keep"))
    assert reasons(result)["a"] == "leak"


def test_an_edit_stands_in_the_row_and_is_what_twins_are_looked_for_in() -> None:
    written = TWO.with_columns(input=pl.col("input") + " Ada")
    verdicts = standing(TWO, [line(TWO, "b", "edit", input="another question about an invoice")], KEY)
    result = dedup(TWO, Kind.CLASSIFICATION, written=written, verdicts=verdicts)
    assert reasons(result) == {}
    assert (
        result.kept.filter(pl.col("example_id") == "b")["input"].item() == "another question about an invoice"
    )


def test_a_verdict_on_another_text_is_stale_and_does_nothing() -> None:
    said = line(TWO, "c", "drop")
    now = TWO.with_columns(input=pl.col("input").str.replace("refund", "return"))
    table = standing(now, [said], KEY)
    assert table["state"].to_list() == ["stale"]
    assert reasons(run(now, said)) == reasons(run(now))
    gone = now.filter(pl.col("example_id") != "c")
    assert counts([said], standing(gone, [said], KEY), gone["example_id"], KEY)["row_verdicts"]["gone"] == 1


def test_what_was_taken_back_does_nothing() -> None:
    undone = replace(line(TWO, "c", "unsure"), reason="taken back")
    assert standing(TWO, [line(TWO, "c", "drop"), undone], KEY).is_empty()


def test_a_kept_row_goes_on_with_a_warning_but_no_verdict_overrules_the_schema() -> None:
    card = TaskCard.model_validate(
        {
            "name": "t",
            "kind": "classification",
            "behaviour": "b",
            "labels": ["x"],
            "metric": {"name": "accuracy", "target": 0.5},
        }
    )
    bad = rows(("a", "&&&", "x"), ("b", "fine words here", "y"))
    verdicts = standing(bad, [line(bad, "a", "keep"), line(bad, "b", "keep")], KEY)
    assert set(validate(bad, card).dropped["example_id"]) == {"a", "b"}
    result = validate(bad, card, verdicts=verdicts)
    assert result.kept["example_id"].to_list() == ["a"]
    assert result.tables["warnings"]["rule"].to_list() == ["no_text"]
    assert result.dropped["reason"].to_list() == ["unknown_label"]


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader(ScanParams(), RedactParams(), KEY, Kind.CLASSIFICATION)


def test_an_edit_that_brings_personal_data_is_refused(reader: Reader) -> None:
    known = rows(("a", "write to <EMAIL_ADDRESS_1> or info@shop.example about it", "x"), ("b", LONG, "x"))
    lines = [
        line(known, "a", "edit", input="write to info@shop.example, not <EMAIL_ADDRESS_1>"),
        line(known, "b", "edit", input="write to ada.lovelace@example.com about it"),
    ]
    table = standing(known, lines, KEY, reads=reader)
    assert dict(table.select("example_id", "state").iter_rows()) == {"a": "in_force", "b": "refused"}
    assert "EMAIL_ADDRESS" in table.filter(pl.col("state") == "refused")["evidence"].item()
    kept = dedup(known, Kind.CLASSIFICATION, verdicts=table).kept
    assert not kept["input"].str.contains("lovelace").any()


def test_the_order_of_rows_does_not_matter() -> None:
    lines = [line(TWO, "a", "keep"), line(TWO, "c", "drop")]
    other = TWO.reverse()
    assert standing(other, lines, KEY).equals(standing(TWO, lines, KEY))
    one, two = run(TWO, *lines), run(other, *lines)
    assert one.kept.equals(two.kept) and one.dropped.equals(two.dropped)
    assert standing(TWO, [], KEY).schema == VERDICTS
