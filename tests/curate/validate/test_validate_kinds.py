"""What each kind asks of its rows, and what the ledger says about those that fall short."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from pandera.errors import SchemaErrors

from curate.errors import AssayError
from curate.examples import EXAMPLES, conform
from curate.project import Project
from curate.stage import check_conservation
from curate.strict_json import parse_json
from curate.task import Kind, Metric, TaskCard
from curate.validate import stage
from curate.validate.json_outputs import json_faults
from curate.validate.params import Lengths, ValidateParams
from curate.validate.schema import requirements, row_schema
from curate.validate.stage import validate

FORM = {
    "type": "object",
    "required": ["name", "total"],
    "properties": {
        "name": {"type": "string"},
        "total": {"type": "number"},
        "lines": {"type": "array", "items": {"$ref": "#/$defs/line"}},
    },
    "$defs": {"line": {"type": "object", "properties": {"sku": {"type": "string", "pattern": "^[A-Z]{3}$"}}}},
    "additionalProperties": False,
}


def reasons(result: Any) -> dict[str, set[str]]:
    """example id -> reason codes."""
    found: dict[str, set[str]] = {}
    for example_id, reason in result.dropped.select("example_id", "reason").iter_rows():
        found.setdefault(example_id, set()).add(reason)
    return found


def evidence(result: Any, example_id: str) -> str:
    return " ".join(result.dropped.filter(pl.col("example_id") == example_id)["evidence"])


def test_classification_quarantines_labels_that_are_not_on_the_card_and_names_the_nearest(
    examples: Any, card: Any
) -> None:
    rows = examples(
        ["please refund me", "where is my parcel", "card was lost"], ["refund", "Delivrey", "zzz"]
    )
    result = validate(rows, card("classification", labels=["refund", "delivery"]))
    assert reasons(result) == {"r1": {"unknown_label"}, "r2": {"unknown_label"}}
    assert "'Delivrey' is not on the card; nearest is 'delivery'" in evidence(result, "r1")
    assert evidence(result, "r2") == "output: label '•••' is not on the card, and none there is like it"


@pytest.mark.parametrize("value", ["07700 900123", "jane@roe.uk", "Jane Roe"])
def test_a_personal_value_in_the_label_column_is_shown_by_its_shape_alone(
    examples: Any, card: Any, value: Any
) -> None:
    result = validate(
        examples(["hello there"], [value]), card("classification", labels=["refund", "delivery"])
    )
    assert value not in evidence(result, "r0") and value[-3:] not in evidence(result, "r0")


def test_a_long_text_in_the_label_column_is_described_and_not_shown(examples: Any, card: Any) -> None:
    secret = "my name is Jane Roe and I live at 1 High Street, Leeds"
    result = validate(examples(["hello there"], [secret]), card("classification", labels=["refund"]))
    assert "Jane" not in evidence(result, "r0") and str(len(secret)) in evidence(result, "r0")


def test_without_labels_on_the_card_any_label_passes_and_is_counted(examples: Any, card: Any) -> None:
    result = validate(
        examples(["first text", "second text", "third text"], ["a", "b", "a"]), card("classification")
    )
    assert result.dropped.is_empty()
    assert result.report["labels"] == {"a": 2, "b": 1}


def test_labels_of_the_card_without_a_row_are_reported(examples: Any, card: Any) -> None:
    result = validate(examples(["first text"], ["a"]), card("classification", labels=["a", "b"]))
    assert result.report["labels_without_rows"] == ["b"]


def test_every_reason_of_a_row_becomes_a_ledger_row(examples: Any, card: Any) -> None:
    rows = examples(["Ã©\x00"], ["x"], language=["fr"])
    result = validate(
        rows,
        card("classification", labels=["a"], languages=["en"]),
        ValidateParams(input=Lengths(min_chars=10, max_chars=20)),
    )
    assert reasons(result) == {
        "r0": {"too_short", "unknown_label", "wrong_language", "mojibake", "control_characters"}
    }


def test_empty_fields_are_called_empty_and_not_too_short_as_well(examples: Any, card: Any) -> None:
    rows = examples([None, "  \n", "some text", "some text"], ["a", "a", None, ""])
    result = validate(rows, card("classification", labels=["a"]))
    assert reasons(result) == {"r0": {"empty"}, "r1": {"empty"}, "r2": {"empty"}, "r3": {"empty"}}


def test_lengths_are_bounds_that_still_pass(examples: Any, card: Any) -> None:
    params = ValidateParams(input=Lengths(min_chars=3, max_chars=5))
    result = validate(examples(["ab", "abc", " abcde ", "abcdef"], ["l"] * 4), card("classification"), params)
    assert reasons(result) == {"r0": {"too_short"}, "r3": {"too_long"}}
    assert "2 characters, at least 3" in evidence(result, "r0") and "6 characters, at most 5" in evidence(
        result, "r3"
    )


def test_language_is_judged_by_its_primary_tag_and_an_unstated_one_passes_but_is_counted(
    examples: Any, card: Any
) -> None:
    rows = examples(["some text"] * 4, ["other text"] * 4, language=["en-GB", "EN", None, "de"])
    result = validate(rows, card("rewriting", languages=["en"]))
    assert reasons(result) == {"r3": {"wrong_language"}}
    assert result.report["language_unknown"] == 1


def test_extraction_tells_json_path_and_keyword_but_never_a_value(examples: Any, card: Any) -> None:
    outputs = [
        '{"name": "Jane Roe", "total": 3}',
        '{"name": "Jane Roe"',
        '{"name": "Jane Roe", "total": "Jane Roe"}',
        '{"name": "Jane Roe"}',
        '{"name": "n", "total": 1, "jane@roe.uk": 2}',
        '{"name": "n", "total": 1, "lines": [{"sku": "ABC"}, {"sku": "jane"}]}',
        '{"name": "n", "total": NaN}',
        '{"name": "n", "name": "m", "total": 1}',
    ]
    result = validate(examples(["some text"] * 8, outputs), card("extraction", output_schema=FORM))
    assert reasons(result) == {
        "r1": {"invalid_json"},
        "r2": {"schema_violation"},
        "r3": {"schema_violation"},
        "r4": {"schema_violation"},
        "r5": {"schema_violation"},
        "r6": {"invalid_json"},
        "r7": {"invalid_json"},
    }
    assert evidence(result, "r2") == "$.total: type number"
    assert evidence(result, "r3") == "$: required total"
    assert evidence(result, "r4") == "$: additionalProperties"
    assert evidence(result, "r5") == "$.lines[1].sku: pattern"
    assert not result.dropped["evidence"].str.contains("(?i)jane").any()


def test_property_names_that_the_schema_does_not_declare_are_not_shown() -> None:
    schema = {
        "type": "object",
        "additionalProperties": {"type": "object", "properties": {"age": {"type": "integer"}}},
    }
    _, violating = json_faults(['{"Jane Roe": {"age": "x"}}'], schema)
    assert list(violating.values()) == ["$.*.age: type integer"]


def test_a_redaction_placeholder_that_breaks_the_schema_is_named_as_the_cause(
    examples: Any, card: Any
) -> None:
    schema = {"properties": {"phone": {"type": "string", "pattern": "^[0-9]+$"}}}
    result = validate(
        examples(["some text"], ['{"phone": "<PHONE_NUMBER_1>"}']), card("extraction", output_schema=schema)
    )
    assert "redaction placeholder" in evidence(result, "r0")


def test_extraction_without_a_schema_asks_for_an_object(examples: Any, card: Any) -> None:
    result = validate(examples(["some text"] * 3, ['{"a": 1}', "[1]", "3"]), card("extraction"))
    assert reasons(result) == {"r1": {"schema_violation"}, "r2": {"schema_violation"}}


@pytest.mark.parametrize("text", ["[" * 100_000, '{"a":' * 50_000, "9" * 5_000, "", "{", '{"a": Infinity}'])
def test_hostile_json_is_refused_in_words_without_its_text(text: str) -> None:
    with pytest.raises(ValueError) as refusal:
        parse_json(text)
    assert len(str(refusal.value)) < 100


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers(-(10**9), 10**9) | st.text(max_size=5),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
        max_leaves=8,
    )
)
@settings(max_examples=60, deadline=None)
def test_schema_violations_are_exactly_what_jsonschema_refuses(value: Any) -> None:
    import json

    from jsonschema import Draft202012Validator

    text = json.dumps(value)
    invalid, violating = json_faults([text], FORM)
    assert not invalid
    assert (text in violating) == (not Draft202012Validator(FORM).is_valid(value))


@pytest.mark.parametrize(
    ("schema", "words"),
    [
        ({"type": "objekt"}, "not a JSON Schema"),
        ({"properties": {"a": {"minLength": -1}}}, "not a JSON Schema"),
        ({"$ref": "https://example.com/form.json"}, "nothing is fetched"),
        ({"properties": {"a": {"$ref": "#/$defs/gone"}}}, "not inside it"),
    ],
)
def test_an_output_schema_that_cannot_be_used_is_an_error_that_names_it(
    examples: Any, card: Any, schema: Any, words: str
) -> None:
    with pytest.raises(AssayError, match="output_schema") as error:
        validate(examples(["some text"], ["{}"]), card("extraction", output_schema=schema))
    assert words in error.value.problem and error.value.fix


@pytest.mark.parametrize(
    "text",
    [
        "## Problem\nIt broke.\n\n## Action\nMended.",
        "**Problem**\nIt broke.\n**Action:** mended",
        "Problem:\nIt broke.\nAction: mended",
        "1. Problem\nIt broke.\n2. Action\nMended.",
        "problem\nIt broke.\nACTION\nMended.",
        "### Problem ###\r\nIt broke.\r\n### Action ###\r\nMended.",
    ],
)
def test_summary_takes_the_usual_ways_to_write_a_heading(examples: Any, card: Any, text: str) -> None:
    assert validate(
        examples(["some long case"], [text]), card("summary", sections=["Problem", "Action"])
    ).dropped.is_empty()


def test_summary_asks_for_every_section_in_order(examples: Any, card: Any) -> None:
    outputs = [
        "## Action\nMended.\n## Problem\nIt broke.",
        "## Problem\nIt broke. Action was taken.",
        "no headings here",
        "## Problems\nIt broke.\n## Action\nMended",
    ]
    result = validate(
        examples(["some long case"] * 4, outputs), card("summary", sections=["Problem", "Action"])
    )
    assert reasons(result) == {
        "r0": {"section_order"},
        "r1": {"missing_section"},
        "r2": {"missing_section"},
        "r3": {"missing_section"},
    }
    assert evidence(result, "r1") == "output: no heading Action"
    assert evidence(result, "r2") == "output: no heading Problem, Action"


@pytest.mark.slow
@given(st.lists(st.sampled_from(["Problem", "Action", "Next step", "words in between"]), max_size=6))
@settings(max_examples=60, deadline=None)
def test_section_order_agrees_with_a_search_line_by_line(lines: Any) -> None:
    wanted = ["Problem", "Action", "Next step"]
    task = TaskCard(
        name="t",
        kind=Kind.SUMMARY,
        behaviour="b",
        metric=Metric(name="chrf", target=0.5),
        sections=tuple(wanted),
    )
    text = "an opening line\n" + "\n".join(f"## {line}" for line in lines)
    rows = conform(
        pl.DataFrame({"example_id": ["r0"], "input": ["some case"], "output": [text], "held_out": [False]}),
        EXAMPLES,
    )
    remaining = iter(lines)
    in_order = all(section in remaining for section in wanted)
    expected = set() if in_order else {"section_order"} if set(wanted) <= set(lines) else {"missing_section"}
    assert reasons(validate(rows, task)).get("r0", set()) == expected


def test_preference_answers_must_be_there_and_differ(examples: Any, card: Any) -> None:
    rows = examples(
        ["how do I pay?"] * 4,
        ["By card.", "By card.", "By card.", ""],
        rejected=["No idea.", " By card. ", None, "No idea."],
    )
    assert reasons(validate(rows, card("preference"))) == {
        "r1": {"same_answers"},
        "r2": {"empty"},
        "r3": {"empty"},
    }


def test_held_out_rows_are_judged_alike_and_counted_apart(examples: Any, card: Any) -> None:
    rows = examples(
        ["first text", "second text", "third text"], ["a", "z", "a"], held_out=[True, True, False]
    )
    result = validate(rows, card("classification", labels=["a"]))
    assert result.report["held_out"] == {"in": 2, "kept": 1, "dropped": 1, "reasons": {"unknown_label": 1}}


def test_an_empty_table_is_valid(card: Any) -> None:
    result = validate(EXAMPLES.to_frame(), card("summary", sections=["A"]))
    assert result.kept.is_empty() and result.dropped.is_empty()


@pytest.mark.parametrize("kind", list(Kind))
def test_the_schema_is_a_pandera_schema_that_stands_by_itself(examples: Any, card: Any, kind: Any) -> None:
    good = examples(["some text"], ['{"a": 1}'], rejected=["other"] if kind is Kind.PREFERENCE else [None])
    schema = row_schema(requirements(good, card(kind), ValidateParams()))
    assert schema.validate(good, lazy=True).equals(good)
    with pytest.raises(SchemaErrors):
        schema.validate(good.with_columns(input=pl.lit("")), lazy=True)


@pytest.mark.parametrize(
    ("break_it", "column"),
    [
        (lambda rows: pl.concat([rows, rows]), "example_id"),
        (lambda rows: rows.with_columns(example_id=pl.lit(None, dtype=pl.String)), "example_id"),
        (lambda rows: rows.with_columns(input=pl.lit(3)), "input"),
        (lambda rows: rows.drop("licence"), "licence"),
    ],
)
def test_a_table_that_breaks_its_contract_is_an_error_and_not_a_quarantined_row(
    examples: Any, card: Any, break_it: Any, column: Any
) -> None:
    with pytest.raises(AssayError, match=column) as error:
        validate(break_it(examples(["Jane Roe's text"], ["a"])), card("classification"))
    assert "Jane" not in str(error.value)


@pytest.mark.slow
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["good text", "", "x", "Ã©tat", "? ! ?", "long " * 20]),
            st.sampled_from(["a", "b", "?", ""]),
        ),
        max_size=12,
    ),
    st.randoms(),
)
@settings(max_examples=40, deadline=None)
def test_rows_are_conserved_and_order_does_not_matter(pairs: Any, random: Any) -> None:
    task = TaskCard(
        name="t",
        kind=Kind.CLASSIFICATION,
        behaviour="b",
        metric=Metric(name="accuracy", target=0.5),
        labels={"a": None, "b": None},
    )
    frame = pl.DataFrame(
        {
            "example_id": [f"r{i:02}" for i in range(len(pairs))],
            "input": [p[0] for p in pairs],
            "output": [p[1] for p in pairs],
            "held_out": [False] * len(pairs),
        },
        schema_overrides={
            "example_id": pl.String,
            "input": pl.String,
            "output": pl.String,
            "held_out": pl.Boolean,
        },
    )
    rows = conform(frame, EXAMPLES)
    params = ValidateParams(input=Lengths(min_chars=2, max_chars=50))
    result = validate(rows, task, params)
    check_conservation(result, rows["example_id"])
    expected = {
        f"r{i:02}" for i, (text, label) in enumerate(pairs) if text == "good text" and label in ("a", "b")
    }
    assert set(result.kept["example_id"]) == expected
    order = list(range(len(pairs)))
    random.shuffle(order)
    again = validate(rows[order] if order else rows, task, params)
    assert (
        again.kept.equals(result.kept)
        and again.dropped.equals(result.dropped)
        and again.report == result.report
    )


def test_the_stage_refuses_a_summary_whose_card_names_no_sections(
    card: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(stage, "begin", lambda project, name: {})
    (tmp_path / "params.yaml").write_text("{}\n")
    (tmp_path / "task.yaml").write_text(
        yaml.safe_dump(card("summary").model_dump(mode="json", exclude_defaults=True))
    )
    with pytest.raises(AssayError, match="names no `sections`") as error:
        stage.run(Project(tmp_path))
    assert "sections: [" in error.value.fix
