"""Twins are what people wrote: redaction makes none, and none of its raw text comes out."""

from __future__ import annotations

import polars as pl

from curate.dedup.params import DedupParams
from curate.dedup.stage import dedup
from curate.task import Kind
from tests.curate.dedup.conftest import reasons, table


def test_twins_are_what_people_wrote_and_not_what_redaction_left() -> None:
    written = table(
        [
            {"input": "you can call me brandon", "output": "change_name"},
            {"input": "you can call me stevie", "output": "change_name"},
            {"input": "please write to anna@example.org about it", "output": "change_name"},
            {"input": "please write to zachary.quill@example.net about it", "output": "change_mail"},
            {"input": "you can call me Brandon!", "output": "change_name"},
            {"input": "where is my parcel", "output": "other"},
        ]
    )
    redacted = written.with_columns(
        input=pl.col("input")
        .str.replace("(?i)brandon|stevie", "<PERSON_1>")
        .str.replace(r"\S+@\S+", "<EMAIL_ADDRESS_1>")
    )
    result = dedup(redacted, Kind.CLASSIFICATION, written=written)
    assert reasons(result) == {"r0": ("near_duplicate", "r4")}
    assert result.kept["input"].str.contains("(?i)brandon").sum() == 0
    assert result.report["after_redaction"] == {
        "policy": "keep",
        "rows": 2,
        "families": 1,
        "rows_in_families_of_several_outputs": 2,
        "rows_equal_to_held_out_rows": 0,
    }
    assert "2 rows have an input that only redaction made equal" in result.report["notes"][0]
    # "<PERSON_1>" and "<PERSON_1>!" are not equal, so r1 and r4 are not counted.
    dropped = dedup(redacted, Kind.CLASSIFICATION, DedupParams(after_redaction="drop"), written=written)
    assert reasons(dropped) == {"r0": ("near_duplicate", "r4")}
    # What was there before: four of six rows gone, none of whose twins anybody wrote.
    assert set(reasons(dedup(redacted, Kind.CLASSIFICATION))) == {"r0", "r1", "r2", "r3"}


def test_rows_that_redaction_made_equal_leave_by_their_own_reason_if_asked() -> None:
    written = table(
        [
            {"input": f"my name is {name}", "output": output, "held_out": held}
            for name, output, held in (
                ("Tessa Quill", "a", False),
                ("Omar Haddadi", "a", False),
                ("Jo", "b", False),
                ("Anneliese Featherstone", "a", True),
            )
        ]
    )
    redacted = written.with_columns(input=pl.lit("my name is <PERSON_1>"))
    kept = dedup(redacted, Kind.CLASSIFICATION, written=written)
    assert kept.dropped.height == 0 and kept.report["after_redaction"]["rows_equal_to_held_out_rows"] == 3
    dropped = dedup(redacted, Kind.CLASSIFICATION, DedupParams(after_redaction="drop"), written=written)
    assert reasons(dropped) == {
        "r0": ("equal_after_redaction", "r3"),
        "r1": ("equal_after_redaction", "r3"),
    }
    assert dropped.dropped["evidence"].unique().to_list() == ["one of 4 rows that redaction made equal"]


def test_tables_and_reports_hold_no_raw_value() -> None:
    written = table(
        [{"input": "call 07700 900123 now please", "output": output} for output in ("a 07700", "b")]
    )
    redacted = written.with_columns(
        pl.col("input", "output").str.replace_all(r"07700( 900123)?", "<PHONE_NUMBER_1>")
    )
    result = dedup(redacted, Kind.CLASSIFICATION, written=written)
    assert set(reasons(result)) == {"r0", "r1"} and result.tables["conflicts"].height == 2
    everything = str(result.report) + "".join(str(frame.rows()) for frame in result.tables.values())
    assert "07700" not in everything + str(result.dropped.rows())
