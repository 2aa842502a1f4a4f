"""The draw is a function of the key alone; answers count while what they speak of stands."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import polars as pl

from curate.pii.decisions import VERDICTS, Verdict, in_force
from curate.pii.scan.stage import ScanParams
from governance.audit.params import AuditParams
from governance.triage.accuracy import Draw
from governance.triage.reviews import Reviews
from governance.triage.sampling import FindingQuestion, Question, RowQuestion
from tests.governance.triage.conftest import KEY

NOBODY = Reviews(frozenset(), {})


def _draw(
    examples: pl.DataFrame,
    findings: pl.DataFrame,
    reviews: Reviews = NOBODY,
    verdicts: Sequence[Verdict] = (),
) -> Draw:
    said = in_force(verdicts, None) if verdicts else VERDICTS.to_frame()
    return Draw(examples, findings, ["input", "output"], said, reviews, KEY, AuditParams())


def _asked(draw: Draw, size: int) -> list[Question]:
    return draw.questions(size, ScanParams(), lambda _: 1)


def _names(questions: Sequence[Question]) -> list[Any]:
    return [one.place["finding_id"] if isinstance(one, FindingQuestion) else one.row for one in questions]


def _judge(finding: dict[str, Any], word: Any) -> Verdict:
    return Verdict(
        str(finding["value_id"]),
        str(finding["entity"]),
        word,
        "Ada",
        "",
        "2026-03-01",
        None,
        None,
        KEY.key_id,
    )


def test_a_larger_sample_holds_the_smaller_one_whatever_the_order_of_the_rows(
    examples: pl.DataFrame, findings: pl.DataFrame
) -> None:
    small, large = _names(_asked(_draw(examples, findings), 6)), _names(_asked(_draw(examples, findings), 12))
    assert set(small) < set(large)
    turned = _draw(
        examples.sample(fraction=1, shuffle=True, seed=3), findings.sample(fraction=1, shuffle=True, seed=4)
    )
    assert _names(_asked(turned, 6)) == small
    assert sum(isinstance(one, RowQuestion) for one in _asked(_draw(examples, findings), 6)) == 3


def test_entities_that_may_stay_are_not_asked_about(examples: pl.DataFrame, findings: pl.DataFrame) -> None:
    asked = _asked(_draw(examples, findings), 100)
    assert "DATE_TIME" not in {one.place["entity"] for one in asked if isinstance(one, FindingQuestion)}


def test_precision_is_the_share_of_drawn_findings_judged_right(
    examples: pl.DataFrame, findings: pl.DataFrame
) -> None:
    codes = findings.filter(entity="UK_POSTCODE").to_dicts()
    reviews = Reviews(frozenset(str(one["finding_id"]) for one in codes), {})
    verdicts = [_judge(one, "real" if one["example_id"] != "r4" else "not_personal") for one in codes]
    found = {one.entity: one for one in _draw(examples, findings, reviews, verdicts).accuracy().entities}
    assert (found["UK_POSTCODE"].judged, found["UK_POSTCODE"].right) == (4, 3)
    assert (
        found["UK_POSTCODE"].precision.point == found["UK_POSTCODE"].precision.high == 0.75
    )  # all of them were judged
    assert found["PHONE_NUMBER"].precision.point is None


def test_a_verdict_of_the_queue_counts_only_for_what_was_drawn(
    examples: pl.DataFrame, findings: pl.DataFrame
) -> None:
    codes = findings.filter(entity="UK_POSTCODE").to_dicts()
    accuracy = _draw(examples, findings, NOBODY, [_judge(one, "not_personal") for one in codes]).accuracy()
    assert all(one.judged == 0 for one in accuracy.entities)


def test_a_row_counts_until_its_text_or_findings_change(
    examples: pl.DataFrame, findings: pl.DataFrame
) -> None:
    rows = [one for one in _asked(_draw(examples, findings), 100) if isinstance(one, RowQuestion)]
    counts = {one.row: (one.seen, {"PERSON": 1} if one.example_id == "r4" else {}) for one in rows}
    reviews = Reviews(frozenset(), counts)
    accuracy = _draw(examples, findings, reviews).accuracy()
    assert accuracy.rows_read == len(rows)
    assert next(one for one in accuracy.entities if one.entity == "PERSON").recall.point == 0
    assert not any(isinstance(one, RowQuestion) for one in _asked(_draw(examples, findings, reviews), 100))

    edited = examples.with_columns(
        pl.when(pl.col("example_id") == "r4").then(pl.lit("other words")).otherwise("input").alias("input")
    )
    assert _draw(edited, findings, reviews).accuracy().rows_read == len(rows) - 1
    rescanned = findings.filter(pl.col("example_id") != "r5")
    assert _draw(examples, rescanned, reviews).accuracy().rows_read == len(rows) - 1
