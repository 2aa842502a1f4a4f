"""Redaction under verdicts, rules and scopes."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curate.errors import AssayError
from curate.examples import EXAMPLES, conform
from curate.keys import Key
from curate.params import parse
from curate.pii.decisions import Verdict, in_force
from curate.pii.redact.params import RedactParams
from curate.pii.redact.policy import decide
from curate.pii.redact.stage import redact
from curate.stage import StageResult, check_conservation
from curate.task import Kind
from tests.curate.pii.redact.test_redact import KEY, findings

Make = Callable[..., pl.DataFrame]


def _run(
    rows: pl.DataFrame,
    found: pl.DataFrame,
    verdicts: list[Verdict],
    kind: Kind = Kind.REWRITING,
    dataset: str = "",
    **params: Any,
) -> StageResult:
    chosen = RedactParams(**params)
    result = redact(
        rows, found, chosen, KEY, kind, verdicts=in_force(verdicts, chosen.as_of), dataset=dataset
    )
    check_conservation(result, rows["example_id"])
    return result


def say(finding: dict[str, Any], word: Any, *, alone: bool = False, **other: Any) -> Verdict:
    given: dict[str, Any] = {
        "value_id": finding["value_id"],
        "entity": finding["entity"],
        "verdict": word,
        "reviewer": "Sam",
        "reason": "r",
        "date": "2026-01-01",
        "expires": None,
        "finding_id": finding["finding_id"] if alone else None,
        "key_id": KEY.key_id,
    }
    return Verdict(**given | other)


@pytest.mark.parametrize(
    ("word", "stays"), [("not_personal", True), ("public", True), ("real", False), ("unsure", False)]
)
def test_one_verdict_on_a_value_decides_for_all_its_repeats(examples: Make, word: str, stays: bool) -> None:
    rows = examples(
        {"input": "ring 07911 123456", "output": "+44 7911 123456"},
        {"input": "or 07911123456, or 07911 999999"},
    )
    found = findings(
        rows, ("r0", "input", "PHONE_NUMBER", "07911 123456"), ("r1", "input", "PHONE_NUMBER", "07911123456"),
        ("r1", "input", "PHONE_NUMBER", "07911 999999"),
    )  # fmt: skip
    result = _run(rows, found, [say(found.row(0, named=True), word)])
    expected = (
        ["ring 07911 123456", "or 07911123456, or <PHONE_NUMBER_1>"]
        if stays
        else ["ring <PHONE_NUMBER_1>", "or <PHONE_NUMBER_1>, or <PHONE_NUMBER_2>"]
    )
    assert result.kept["input"].to_list() == expected
    assert result.kept["output"][0] == ("+44 7911 123456" if stays else "<PHONE_NUMBER_1>")
    edits = result.tables["edits"]
    kept = edits.filter(pl.col("action") == "keep")
    assert kept["example_id"].to_list() == (["r0", "r1"] if stays else [])
    assert set(kept["verdict"]) == ({word} if stays else set())
    assert result.report["kept_by_verdict"] == ({word: 2} if stays else {})
    if not stays:
        assert edits.filter(pl.col("verdict") == word).height == 3


def test_a_cleared_finding_stays_where_it_stands_while_its_value_goes_from_the_rest_of_the_row(
    examples: Make,
) -> None:
    rows = examples({"input": "model 4111111111111111, card 4111111111111111", "output": "4111111111111111"})
    found = findings(rows, ("r0", "input", "CREDIT_CARD", "4111111111111111")).sort("start")
    kept = _run(rows, found, [say(found.row(0, named=True), "not_personal", alone=True)]).kept
    assert kept.select("input", "output").row(0) == (
        "model 4111111111111111, card <CREDIT_CARD_1>",
        "<CREDIT_CARD_1>",
    )


def test_a_cleared_finding_in_a_json_target_stays_too(examples: Make) -> None:
    rows = examples(
        {"input": "card 4111111111111111", "output": '{"model":"4111111111111111","paid":"4111111111111111"}'}
    )
    found = findings(
        rows,
        ("r0", "input", "CREDIT_CARD", "4111111111111111"),
        ("r0", "output", "CREDIT_CARD", "4111111111111111"),
    )
    one = found.filter(pl.col("field") == "output").sort("start").row(0, named=True)
    made = json.loads(_run(rows, found, [say(one, "public", alone=True)], Kind.EXTRACTION).kept["output"][0])
    assert made == {"model": "4111111111111111", "paid": "<CREDIT_CARD_1>"}


def test_a_text_cleared_as_one_entity_still_goes_as_another(examples: Make) -> None:
    rows = examples({"input": "no 943 476 5919 here"})
    found = findings(
        rows, ("r0", "input", "PHONE_NUMBER", "943 476 5919"), ("r0", "input", "UK_NHS", "943 476 5919")
    )
    phone = found.filter(pl.col("entity") == "PHONE_NUMBER").row(0, named=True)
    assert _run(rows, found, [say(phone, "not_personal")]).kept["input"][0] == "no <UK_NHS_1> here"


def test_a_cleared_finding_drops_no_row(examples: Make) -> None:
    rows = examples({"input": "AB123456C"})
    found = findings(rows, ("r0", "input", "UK_NINO", "AB123456C"))
    assert _run(rows, found, [], actions={"UK_NINO": "drop_row"}).kept.height == 0
    assert (
        _run(
            rows, found, [say(found.row(0, named=True), "not_personal")], actions={"UK_NINO": "drop_row"}
        ).kept.height
        == 1
    )


def test_expiry_follows_the_date_in_the_params_and_never_the_clock(examples: Make) -> None:
    rows = examples({"input": "ring 07911 123456"})
    found = findings(rows, ("r0", "input", "PHONE_NUMBER", "07911 123456"))
    verdicts = [say(found.row(0, named=True), "public", expires="2020-01-01")]
    assert _run(rows, found, verdicts).kept["input"][0] == "ring 07911 123456"
    assert _run(rows, found, verdicts, as_of=date(2019, 12, 31)).kept["input"][0] == "ring 07911 123456"
    assert _run(rows, found, verdicts, as_of=date(2020, 1, 1)).kept["input"][0] == "ring <PHONE_NUMBER_1>"


def test_rules_go_by_source_field_entity_and_score_first_fit_first(examples: Make) -> None:
    rows = examples(
        {"input": "a@x.com", "output": "b@x.com", "source": "web"},
        {"input": "c@x.com", "source": "desk"},
        {"input": "d@x.com", "source": None},
    )
    found = findings(
        rows, ("r0", "input", "EMAIL_ADDRESS", "a@x.com"), ("r0", "output", "EMAIL_ADDRESS", "b@x.com"),
        ("r1", "input", "EMAIL_ADDRESS", "c@x.com"), ("r2", "input", "EMAIL_ADDRESS", "d@x.com"),
    ).with_columns(pl.when(pl.col("example_id") == "r1").then(0.5).otherwise(0.9).alias("score"))  # fmt: skip
    policy = [
        {"source": "web", "field": "output", "action": "keep"},
        {"source": "web", "action": "mask"},
        {"entity": "EMAIL_ADDRESS", "min_score": 0.6, "action": "pseudonymise"},
        {"entity": "EMAIL_ADDRESS", "action": "keep"},
    ]
    params = parse(
        RedactParams, {"policy": policy, "actions": {"EMAIL_ADDRESS": "drop_row"}}, "params.redact"
    )
    acted = decide(found, rows, params).sort("example_id", "field")
    assert acted["action"].to_list() == ["mask", "keep", "keep", "pseudonymise"]


_rules = st.lists(
    st.fixed_dictionaries(
        {"action": st.sampled_from(["keep", "mask", "replace"])},
        optional={
            "source": st.sampled_from(["web", "desk"]),
            "field": st.sampled_from(["input", "output"]),
            "entity": st.sampled_from(["PHONE_NUMBER", "UK_NINO"]),
            "min_score": st.sampled_from([0.0, 0.5, 0.7, 1.0]),
        },
    ),
    max_size=4,
)


@settings(max_examples=80, deadline=None)
@given(
    _rules,
    st.lists(
        st.tuples(
            st.sampled_from(["web", "desk", None]),
            st.sampled_from(["input", "output"]),
            st.sampled_from(["PHONE_NUMBER", "UK_NINO", "DATE_TIME"]),
            st.sampled_from([0.4, 0.5, 0.7, 1.0]),
        ),
        max_size=6,
    ),
)
def test_the_policy_agrees_with_an_oracle_that_reads_it_top_down(
    rules: list[dict[str, Any]], drawn: list[tuple[Any, ...]]
) -> None:
    params = RedactParams(policy=rules)  # type: ignore[arg-type]
    found = pl.DataFrame(
        [
            (f"{at:024x}", f"{at:024x}", f"r{at}", field, entity, score)
            for at, (_, field, entity, score) in enumerate(drawn)
        ],
        schema={
            "finding_id": pl.String,
            "value_id": pl.String,
            "example_id": pl.String,
            "field": pl.String,
            "entity": pl.String,
            "score": pl.Float64,
        },
        orient="row",
    )
    rows = pl.DataFrame(
        [(f"r{at}", source) for at, (source, *_) in enumerate(drawn)],
        schema={"example_id": pl.String, "source": pl.String},
        orient="row",
    )

    def oracle(source: str | None, field: str, entity: str, score: float) -> str:
        for rule in rules:
            if all(
                rule.get(name, have) == have and (name not in rule or have is not None)
                for name, have in (("source", source), ("field", field), ("entity", entity))
            ) and score >= rule.get("min_score", 0):
                return str(rule["action"])
        return params.action(entity)

    assert decide(found, rows, params)["action"].to_list() == [oracle(*one) for one in drawn]


def test_names_that_do_not_exist_are_errors() -> None:
    with pytest.raises(AssayError, match="unknown entities: PHONE_NUMBR"):
        RedactParams(policy=[{"entity": "PHONE_NUMBR", "action": "keep"}]).check(set())  # type: ignore[list-item]
    with pytest.raises(AssayError, match="unknown sources: wbe; the task card has web"):
        RedactParams(policy=[{"source": "wbe", "action": "keep"}]).check({"web"})  # type: ignore[list-item]
    with pytest.raises(AssayError, match=r"params\.redact\.policy\.0\.field"):
        parse(RedactParams, {"policy": [{"field": "inptu", "action": "keep"}]}, "params.redact")


@pytest.mark.parametrize("action", ["replace", "pseudonymise"])
def test_scopes_link_as_far_as_they_say(examples: Make, action: str) -> None:
    rows = examples({"input": "write to jo@corp.com"}, {"input": "Jo@corp.com please"})
    found = findings(
        rows, ("r0", "input", "EMAIL_ADDRESS", "jo@corp.com"), ("r1", "input", "EMAIL_ADDRESS", "Jo@corp.com")
    )

    def stands(scope: str, dataset: str) -> tuple[str, str]:
        kept = _run(rows, found, [], dataset=dataset, default=action, scope=scope).kept["input"]
        return kept[0].removeprefix("write to "), kept[1].removesuffix(" please")

    record, here, there, anywhere = (
        stands("record", "a"),
        stands("dataset", "a"),
        stands("dataset", "b"),
        stands("project", "a"),
    )
    assert (record[0] == record[1]) is (
        action == "replace"
    )  # both are <EMAIL_ADDRESS_1>: the number says nothing
    assert here[0] == here[1] and there[0] == there[1] and anywhere[0] == anywhere[1]
    assert len({here[0], there[0], anywhere[0]}) == 3
    assert stands("project", "b") == anywhere


def test_the_scope_is_told_as_linkable() -> None:
    rows = conform(pl.DataFrame([{"example_id": "r0", "input": "jo@corp.com", "held_out": False}]), EXAMPLES)
    found = findings(rows, ("r0", "input", "EMAIL_ADDRESS", "jo@corp.com"))
    told = [
        (_run(rows, found, [], scope=scope, default=action).report["linkable_across_rows"])
        for scope in ("record", "dataset", "project")
        for action in ("mask", "pseudonymise")
    ]
    assert told == [False, False, False, True, False, True]


def test_verdicts_under_another_key_match_nothing(examples: Make) -> None:
    rows = examples({"input": "ring 07911 123456"})
    found = findings(rows, ("r0", "input", "PHONE_NUMBER", "07911 123456"))
    other = Key(b"z" * 32, "demo")
    foreign = say(
        found.row(0, named=True),
        "public",
        value_id=other.digest("value", "PHONE_NUMBER", "+447911123456"),
        key_id=other.key_id,
    )
    assert _run(rows, found, [foreign]).kept["input"][0] == "ring <PHONE_NUMBER_1>"
