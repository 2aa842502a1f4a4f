"""Redaction: what a row loses anywhere it loses everywhere, and nothing else changes."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curate.errors import AssayError
from curate.examples import EXAMPLES, FINDINGS, conform
from curate.keys import Key
from curate.pii.known import value_ids
from curate.pii.redact.stage import RedactParams, redact
from curate.pii.redact.surrogates import MASKED, masked, surrogate
from curate.pii.values import normalise, with_ids
from curate.stage import StageResult, check_conservation
from curate.task import Kind

Make = Callable[..., pl.DataFrame]
KEY = Key(b"k" * 32, "demo")


def findings(rows: pl.DataFrame, *found: tuple[str, str, str, str]) -> pl.DataFrame:
    """Findings for (row, field, entity, value), at every place the value stands."""
    texts = {row["example_id"]: row for row in rows.iter_rows(named=True)}
    placed = [
        (row, field, entity, match.start(), match.end(), value)
        for row, field, entity, value in found
        for match in re.finditer(re.escape(value), texts[row][field])
    ]
    frame = pl.DataFrame(
        placed, schema=["example_id", "field", "entity", "start", "end", "value"], orient="row"
    )
    return conform(
        with_ids(frame, KEY).with_columns(
            pl.lit(0.9).alias("score"), pl.lit("test").alias("detector"), pl.lit(False).alias("verified")
        ),
        FINDINGS,
    )


def _run(rows: pl.DataFrame, found: pl.DataFrame, kind: Kind = Kind.REWRITING, **params: Any) -> StageResult:
    result = redact(rows, found, RedactParams(**params), KEY, kind)
    check_conservation(result, rows["example_id"])
    return result


def test_placeholders_are_numbered_by_first_appearance_in_the_record(examples: Make) -> None:
    rows = examples({"input": "b@x.com then a@x.com then b@x.com", "output": "to a@x.com, ring 07911 123456"})
    found = findings(
        rows,
        ("r0", "input", "EMAIL_ADDRESS", "a@x.com"),
        ("r0", "input", "EMAIL_ADDRESS", "b@x.com"),
        ("r0", "output", "PHONE_NUMBER", "07911 123456"),
    )
    kept = _run(rows, found).kept
    assert kept["input"][0] == "<EMAIL_ADDRESS_1> then <EMAIL_ADDRESS_2> then <EMAIL_ADDRESS_1>"
    assert kept["output"][0] == "to <EMAIL_ADDRESS_2>, ring <PHONE_NUMBER_1>"


@pytest.mark.parametrize(
    ("entity", "found_as", "stands_as"),
    [
        ("CREDIT_CARD", "4111 1111 1111 1111", "4111111111111111"),
        ("PHONE_NUMBER", "07911 123456", "+44 7911 123456"),
        ("PHONE_NUMBER", "+447911123456", "(07911) 123 456"),
        ("EMAIL_ADDRESS", "Jo@Example.com", "jo@example.com"),
        ("UK_POSTCODE", "CB1 2DP", "cb12dp"),
        ("STREET_ADDRESS", "14 Albert Road", "14  albert\nroad"),
    ],
)
def test_the_same_value_goes_from_the_other_field_however_it_is_written(
    examples: Make, entity: str, found_as: str, stands_as: str
) -> None:
    rows = examples({"input": f"see {found_as} please", "output": f"label {stands_as}."})
    result = _run(rows, findings(rows, ("r0", "input", entity, found_as)))
    assert result.kept["output"][0] == f"label <{entity}_1>."
    assert result.report["repeats_taken_out"] == 1


def test_a_class_label_is_never_rewritten_but_counted_where_it_is_what_the_input_lost(examples: Make) -> None:
    rows = examples(
        {"input": "Hi Will here, I will pay", "output": "will"},
        {"input": "I am Ada", "output": "ada_lovelace"},
    )
    found = findings(rows, ("r0", "input", "PERSON", "Will"), ("r1", "input", "PERSON", "Ada"))
    result = _run(rows, found, Kind.CLASSIFICATION)
    assert result.kept["input"].to_list() == ["Hi <PERSON_1> here, I will pay", "I am <PERSON_1>"]
    assert result.kept["output"].to_list() == ["will", "ada_lovelace"]
    assert result.report["labels_like_a_lost_value"] == 1


def test_a_short_value_inside_another_word_is_left(examples: Make) -> None:
    rows = examples({"input": "Al is here", "output": "Also Al"})
    assert _run(rows, findings(rows, ("r0", "input", "PERSON", "Al"))).kept["output"][0] == "Also <PERSON_1>"


def test_actions_keep_mask_and_drop(examples: Make) -> None:
    rows = examples({"input": "on 12/03/2024"}, {"input": "AB123456C"}, {"input": "jo@x.com"})
    found = findings(
        rows,
        ("r0", "input", "DATE_TIME", "12/03/2024"),
        ("r1", "input", "UK_NINO", "AB123456C"),
        ("r2", "input", "EMAIL_ADDRESS", "jo@x.com"),
    )
    result = _run(rows, found, actions={"UK_NINO": "drop_row", "EMAIL_ADDRESS": "mask"})
    assert result.kept.select("example_id", "input").rows() == [("r0", "on 12/03/2024"), ("r2", "j•@•.•••")]
    assert result.dropped.select("example_id", "reason", "evidence").rows() == [
        ("r1", "personal_data", "UK_NINO in input")
    ]
    assert {(one["entity"], one["action"]): one["findings"] for one in result.report["actions"]} == {
        ("DATE_TIME", "keep"): 1, ("EMAIL_ADDRESS", "mask"): 1, ("UK_NINO", "drop_row"): 1,
    }  # fmt: skip


def test_dates_and_nrp_are_kept_unless_the_policy_says_otherwise() -> None:
    assert RedactParams().action("DATE_TIME") == RedactParams().action("NRP") == "keep"
    assert RedactParams().action("DATE_OF_BIRTH") == "replace"
    assert RedactParams(actions={"DATE_TIME": "replace"}).action("DATE_TIME") == "replace"


def test_dataset_tags_do_not_ripple_when_data_grows(examples: Make) -> None:
    small = examples({"input": "for jo@x.com"})
    large = examples({"input": "for jo@x.com"}, {"input": "al@x.com and JO@x.com"})
    tag = _run(small, findings(small, ("r0", "input", "EMAIL_ADDRESS", "jo@x.com")), scope="dataset").kept[
        "input"
    ][0]
    found = findings(
        large,
        ("r0", "input", "EMAIL_ADDRESS", "jo@x.com"),
        ("r1", "input", "EMAIL_ADDRESS", "JO@x.com"),
        ("r1", "input", "EMAIL_ADDRESS", "al@x.com"),
    )
    grown = _run(large, found, scope="dataset").kept["input"]
    assert re.fullmatch(r"for <EMAIL_ADDRESS_[0-9a-f]{6}>", tag)
    assert grown[0] == tag
    tag = tag.removeprefix("for ")
    assert grown[1].endswith(f" and {tag}")
    assert not grown[1].startswith(tag)


def test_pseudonyms_keep_the_form_and_follow_the_scope(examples: Make) -> None:
    rows = examples({"input": "AB 12 34 56 C"}, {"input": "ab123456c, jo@corp.com"})
    found = findings(
        rows,
        ("r0", "input", "UK_NINO", "AB 12 34 56 C"),
        ("r1", "input", "UK_NINO", "ab123456c"),
        ("r1", "input", "EMAIL_ADDRESS", "jo@corp.com"),
    )
    one, two = _run(rows, found, default="pseudonymise", scope="dataset").kept["input"]
    assert re.fullmatch(r"[A-Z]{2} \d\d \d\d \d\d [A-Z]", one)
    assert re.fullmatch(r"[a-z]{2}\d{6}[a-z], [a-z]{8}@example\.com", two)
    assert one.replace(" ", "").lower() == two.split(",")[0]
    alone = _run(rows, found, default="pseudonymise", scope="record").kept["input"]
    assert alone[0].replace(" ", "").lower() != alone[1].split(",")[0]


def test_one_phone_number_has_one_surrogate_however_it_is_written() -> None:
    national, international = "07911 123456", "+44 7911 123456"
    made = [
        surrogate("PHONE_NUMBER", value, normalise("PHONE_NUMBER", value), KEY)
        for value in (national, international)
    ]
    assert re.fullmatch(r"0\d{4} \d{6}", made[0])
    assert re.fullmatch(r"\+44 \d{4} \d{6}", made[1])
    assert made[0][1:] == made[1][4:]


@given(
    value=st.text(alphabet="aZ09 -.@/é", min_size=1, max_size=15),
    entity=st.sampled_from(["UK_NINO", "PHONE_NUMBER", "EMAIL_ADDRESS", "URL", "MAC_ADDRESS"]),
)
def test_a_surrogate_is_never_the_value(value: str, entity: str) -> None:
    made = surrogate(entity, value, normalise(entity, value), KEY)
    assert made.casefold() != value.casefold()
    assert made == surrogate(entity, value, normalise(entity, value), KEY)


def test_json_targets_stay_json(examples: Make) -> None:
    target = {
        "card": 4111111111111111,
        "n": 3,
        "name": 'Ada "A" O\'Neil',
        "note": "card 4111 1111 1111 1111\nend",
        "phone": "07911123456",
        "x": [True, None, 1.5],
    }
    rows = examples(
        {
            "input": "card 4111 1111 1111 1111, 07911 123456",
            "output": json.dumps(target, sort_keys=True, separators=(",", ":")),
        }
    )
    found = findings(
        rows,
        ("r0", "input", "CREDIT_CARD", "4111 1111 1111 1111"),
        ("r0", "input", "PHONE_NUMBER", "07911 123456"),
        ("r0", "output", "PERSON", r"Ada \"A\" O'Neil"),
    )
    made = json.loads(_run(rows, found, Kind.EXTRACTION).kept["output"][0])
    assert made == {
        "card": "<CREDIT_CARD_1>",
        "n": 3,
        "name": "<PERSON_1>",
        "note": "card <CREDIT_CARD_1>\nend",
        "phone": "<PHONE_NUMBER_1>",
        "x": [True, None, 1.5],
    }


def test_a_finding_over_json_marks_is_cut_to_its_strings(examples: Make) -> None:
    rows = examples({"input": "x", "output": '{"a":"one two","b":"three four"}'})
    found = findings(rows, ("r0", "output", "STREET_ADDRESS", 'two","b":"three'))
    made = json.loads(_run(rows, found, Kind.EXTRACTION).kept["output"][0])
    assert made == {"<STREET_ADDRESS_1>": "<STREET_ADDRESS_1> four", "a": "one <STREET_ADDRESS_1>"}


def test_overlapping_findings_become_one_place(examples: Make) -> None:
    rows = examples({"input": "at 14 Albert Road Leeds now"})
    found = findings(
        rows, ("r0", "input", "STREET_ADDRESS", "14 Albert Road"), ("r0", "input", "LOCATION", "Road Leeds")
    )
    result = _run(rows, found)
    assert result.kept["input"][0] == "at <STREET_ADDRESS_1> now"
    assert result.tables["edits"]["entity"].to_list() == ["LOCATION", "STREET_ADDRESS"]


def test_untouched_columns_and_nulls_pass(examples: Make) -> None:
    rows = examples({"input": "mail jo@x.com", "group": "g1", "subject": "jo@x.com"}, {"input": "clean"})
    kept = _run(rows, findings(rows, ("r0", "input", "EMAIL_ADDRESS", "jo@x.com"))).kept
    assert kept.schema == EXAMPLES
    assert kept.select("group", "subject", "rejected").row(0) == ("g1", "jo@x.com", None)
    assert kept.row(1) == rows.row(1)


def test_findings_of_other_text_or_another_key_are_refused_without_the_text(examples: Make) -> None:
    rows = examples({"input": "mail canary@example.com"})
    found = findings(rows, ("r0", "input", "EMAIL_ADDRESS", "canary@example.com"))
    edited = rows.with_columns(pl.lit("mail  canary@example.com").alias("input"))
    for examples_now, key in (
        (edited, KEY),
        (rows, Key(b"z" * 32, "demo")),
        (rows.with_columns(pl.lit("r9").alias("example_id")), KEY),
    ):
        with pytest.raises(AssayError, match="assay scan") as caught:
            redact(examples_now, found, RedactParams(), key, Kind.REWRITING)
        assert "canary" not in str(caught.value)


def test_report_edits_and_ledger_hold_no_raw_value(examples: Make) -> None:
    rows = examples({"input": "canary@example.com", "output": "canary@example.com"}, {"input": "AB123456C"})
    found = findings(
        rows, ("r0", "input", "EMAIL_ADDRESS", "canary@example.com"), ("r1", "input", "UK_NINO", "AB123456C")
    )
    result = _run(rows, found, actions={"UK_NINO": "drop_row"})
    told = json.dumps(result.report) + str(result.dropped.rows()) + str(result.tables["edits"].rows())
    assert "canary" not in told
    assert "AB123456C" not in told
    assert result.tables["edits"].height == 2


_VALUES = {
    "EMAIL_ADDRESS": ["jo.smith@example.com", "ann@corp.local"],
    "PHONE_NUMBER": ["07911 123456", "+44 7911 123457"],
    "UK_NINO": ["AB123456C", "CE 12 34 56 D"],
    "CREDIT_CARD": ["4111 1111 1111 1111"],
    "PERSON": ["Oluwaseun Okafor", "MacLeod"],
    "STREET_ADDRESS": ["14 Albert Road"],
}
_pieces = st.lists(
    st.one_of(
        st.sampled_from([(entity, value) for entity, values in _VALUES.items() for value in values]),
        st.text(alphabet='qvxQVX !?\n<>"\\{}', min_size=1, max_size=6).map(lambda text: ("", text)),
    ),
    max_size=7,
)


@settings(max_examples=200, deadline=None)
@given(
    fields=st.tuples(_pieces, _pieces, _pieces),
    action=st.sampled_from(["replace", "mask", "pseudonymise"]),
    scope=st.sampled_from(["record", "dataset"]),
    found_in=st.integers(0, 2),
)
def test_no_found_value_is_left_and_the_rest_is_unchanged(
    fields: tuple[list[tuple[str, str]], ...], action: Any, scope: Any, found_in: int
) -> None:
    """Each field is a word and a chain of values and plain text; values are reported in one field only and
    must go from all.
    """
    names = ("input", "output", "rejected")
    row = {
        "example_id": "r0",
        **{
            name: " ".join(["word", *(piece for _, piece in field)])
            for name, field in zip(names, fields, strict=True)
        },
        "held_out": False,
    }
    rows = conform(pl.DataFrame([row]), EXAMPLES)
    values = {(entity, value) for entity, value in fields[found_in] if entity}
    if not values:
        return
    found = findings(rows, *(("r0", names[found_in], entity, value) for entity, value in sorted(values)))
    kept = redact(rows, found, RedactParams(default=action, scope=scope), KEY, Kind.PREFERENCE).kept
    for name, field in zip(names, fields, strict=True):
        text = kept[name][0]
        assert not any(value.casefold() in text.casefold() for _, value in values)
        at = 0
        for entity, piece in field:  # what was not found stands, in order
            if not entity or (entity, piece) not in values:
                at = text.index(piece, at) + len(piece)


@settings(max_examples=100, deadline=None)
@given(
    values=st.dictionaries(
        st.text(max_size=5),
        st.recursive(
            st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=8)),
            lambda inner: st.lists(inner, max_size=3),
            max_leaves=5,
        ),
        max_size=4,
    )
)
def test_json_with_a_planted_value_parses_and_keeps_its_other_leaves(values: dict[str, Any]) -> None:
    target = {**values, "planted": 'x 4111111111111111 \\ "y"', "number": 4111111111111111}
    text = json.dumps(target, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    rows = conform(
        pl.DataFrame(
            [{"example_id": "r0", "input": "4111 1111 1111 1111", "output": text, "held_out": False}]
        ),
        EXAMPLES,
    )
    found = findings(rows, ("r0", "input", "CREDIT_CARD", "4111 1111 1111 1111"))
    made = json.loads(redact(rows, found, RedactParams(), KEY, Kind.EXTRACTION).kept["output"][0])
    assert made == {**json.loads(text), "planted": 'x <CREDIT_CARD_1> \\ "y"', "number": "<CREDIT_CARD_1>"}


@pytest.mark.parametrize(
    "value",
    [
        "jo.bloggs+x@example.co.uk",
        "GB29 NWBK 6016 1331 9268 19",
        "Sam O'Neil",
        "07700 900123",
        "J. Smith",
        "a@b.co",
    ],
)
def test_what_a_mask_leaves_is_told_from_the_words_around_it(value: str) -> None:
    text = f"ring {masked(value)}, then •07700 900123 •Rob"
    left = re.sub(f"(?:{MASKED})+", " ", text)
    assert left.split() == ["ring", "then", "07700", "900123", "Rob"]
    assert pl.Series([text]).str.replace_all(f"(?:{MASKED})+", " ")[0] == left


def test_a_person_called_may_takes_no_date_along(examples: Make) -> None:
    rows = examples({"input": "May Chan is off from 1 May 2024. Ask May Chan.", "output": "1 May 2024"})
    found = findings(rows, ("r0", "input", "PERSON", "May Chan"))
    kept = _run(rows, found).kept.row(0, named=True)
    assert kept["input"] == "<PERSON_1> is off from 1 May 2024. Ask <PERSON_1>."
    assert kept["output"] == "1 May 2024"


def test_an_answer_that_redaction_emptied_leaves_with_a_reason_of_its_own(examples: Make) -> None:
    rows = examples(
        {"input": "Who sits by the door?", "output": "Tessa Quill."},
        {"input": "Tessa Quill sits by the door. Who?", "output": "Tessa Quill."},
        {"input": "Who sits by the door?", "output": "Tessa Quill does."},
        {"input": "Who sits by the door? Ask Tessa Quill.", "output": "<PERSON_1>"},
        {"input": "Tessa Quill", "output": "That is a fine name."},
    )
    every = [("r0", "output"), *[(f"r{row}", "input") for row in (1, 3, 4)], ("r2", "output")]
    result = _run(rows, findings(rows, *[(row, field, "PERSON", "Tessa Quill") for row, field in every]))
    dropped = result.dropped.select("example_id", "reason", "evidence").rows()
    assert dropped == [
        ("r0", "emptied_by_redaction", "output: redaction left only <PERSON_1>"),
        ("r4", "emptied_by_redaction", "input: redaction left only <PERSON_1>"),
    ]
    assert result.kept["example_id"].to_list() == ["r1", "r2", "r3"]  # r3's answer came as a placeholder
    assert set(result.tables["edits"]["example_id"]) == {"r1", "r2", "r3"}


def test_an_extraction_whose_input_was_a_name_alone_stays_where_its_target_follows(examples: Make) -> None:
    rows = examples(
        {"input": "Tessa Quill", "output": '{"first_name":"Tessa","last_name":"Quill"}'},
        {"input": "Tessa Quill", "output": "{}"},
    )
    found = findings(rows, *[(row, "input", "PERSON", "Tessa Quill") for row in ("r0", "r1")])
    result = _run(rows, found, Kind.EXTRACTION)
    assert result.kept.select("input", "output").rows() == [
        (
            "<PERSON_1_FIRST> <PERSON_1_LAST>",
            '{"first_name":"<PERSON_1_FIRST>","last_name":"<PERSON_1_LAST>"}',
        )
    ]
    assert result.dropped.select("example_id", "reason").rows() == [("r1", "emptied_by_redaction")]


@pytest.mark.parametrize(
    ("given", "value", "after"),
    [
        ("Will", "Will", "<PERSON_1_FIRST>"),
        ("Will here", "Will", "<PERSON_1_FIRST> here"),
        ("Will you book it for Will?", "Will", "Will you book it for <PERSON_1_FIRST>?"),
        ("I will come", "Will", "I will come"),
    ],
)
def test_a_word_that_the_target_alone_calls_a_name_goes_from_the_input_too(
    examples: Make, given: str, value: str, after: str
) -> None:
    rows = examples({"input": given, "output": json.dumps({"first_name": value, "n": 1})})
    result = _run(rows, findings(rows, ("r0", "output", "PERSON", value)), Kind.EXTRACTION)
    assert result.kept["input"].to_list() == [after]
    assert json.loads(result.kept["output"][0]) == {"first_name": "<PERSON_1_FIRST>", "n": 1}


def test_a_title_that_the_target_calls_a_first_name_goes_from_the_input_too(examples: Make) -> None:
    rows = examples({"input": "Miss Sleigh for two", "output": '{"first_name":"Miss","last_name":"Sleigh"}'})
    found = findings(
        rows,
        ("r0", "input", "PERSON", "Miss Sleigh"),
        ("r0", "output", "PERSON", "Miss"),
        ("r0", "output", "PERSON", "Sleigh"),
    )
    result = _run(rows, found, Kind.EXTRACTION)
    first, last = result.kept["input"][0].removesuffix(" for two").split(" ")
    assert first != last
    assert json.loads(result.kept["output"][0]) == {"first_name": first, "last_name": last}


def test_a_genitive_of_a_surname_gets_its_person_s_placeholder(examples: Make) -> None:
    rows = examples({"input": "Müllers Wagen steht hier. Frau Anna Müller holt ihn; die müllers nicht."})
    found = findings(rows, ("r0", "input", "PERSON", "Anna Müller"))
    after = "<PERSON_1>s Wagen steht hier. Frau <PERSON_1> holt ihn; die müllers nicht."
    assert _run(rows, found).kept["input"].to_list() == [after]


def test_a_row_that_holds_a_suppressed_value_goes_whatever_the_policy_says(examples: Make) -> None:
    rows = examples(
        {"input": "QQ 12 34 56 C", "output": "x"},
        {"input": "a@x.com", "output": "y"},
        {"input": "z", "output": "b@x.com"},
    )
    found = findings(
        rows,
        ("r0", "input", "UK_NINO", "QQ 12 34 56 C"),
        ("r1", "input", "EMAIL_ADDRESS", "a@x.com"),
        ("r2", "output", "EMAIL_ADDRESS", "b@x.com"),
    )
    params = RedactParams(actions={"UK_NINO": "keep", "EMAIL_ADDRESS": "drop_row"})
    result = redact(rows, found, params, KEY, Kind.REWRITING, suppressed=value_ids("qq123456c", KEY))
    check_conservation(result, rows["example_id"])
    assert result.dropped.select("example_id", "reason", "evidence").rows() == [
        ("r0", "suppressed", "UK_NINO in input"),
        ("r1", "personal_data", "EMAIL_ADDRESS in input"),
        ("r2", "personal_data", "EMAIL_ADDRESS in output"),
    ]
    assert not set(result.tables["edits"]["example_id"])
