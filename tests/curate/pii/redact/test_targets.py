"""Targets stay true: closed sets are left, spans cut what they name, an extracted value stands where it
stood.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import polars as pl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from curate.errors import AssayError
from curate.examples import EXAMPLES, conform
from curate.pii.redact.closed import Closed
from curate.pii.redact.follow import written
from curate.pii.redact.leaves import decoded, leaves, located, named_in, unplaced
from curate.pii.redact.offsets import SpanPath, detect
from curate.pii.redact.stage import RedactParams, redact
from curate.stage import StageResult
from curate.task import Kind
from tests.curate.pii.redact.test_redact import KEY, findings

Make = Callable[..., pl.DataFrame]
SLOTS = (SpanPath(start="[].start", end="[].end", value="[].value"),)


def slots(text: str, *values: str) -> list[dict[str, Any]]:
    """A slot target: where each value stands in `text`."""
    return [
        {"end": text.index(value) + len(value), "slot": f"s{at}", "start": text.index(value), "value": value}
        for at, value in enumerate(values)
    ]


def run(
    text: str, output: Any, *found: tuple[str, str], closed: Closed | None = None, **params: Any
) -> StageResult:
    """One extraction row redacted of (entity, value) found in its input."""
    row = {"example_id": "r0", "input": text, "output": json.dumps(output, sort_keys=True), "held_out": False}
    rows = conform(pl.DataFrame([row]), EXAMPLES)
    made = findings(rows, *(("r0", "input", entity, value) for entity, value in found))
    return redact(rows, made, RedactParams(**params), KEY, Kind.EXTRACTION, closed=closed)


def target(result: StageResult) -> Any:
    """The one row's output."""
    return json.loads(result.kept["output"][0])


SCHEMA = {
    "type": "object",
    "properties": {
        "status": {"enum": ["Will", "open"]},
        "kind": {"const": "Will"},
        "who": {"type": "string"},
        "tags": {"type": "array", "items": {"$ref": "#/$defs/tag"}},
        "any": {"anyOf": [{"type": "null"}, {"enum": ["Will"]}]},
    },
    "$defs": {"tag": {"enum": ["Will"]}},
}


def test_listed_values_and_declared_keys_stay() -> None:
    output = {"any": "Will", "kind": "Will", "status": "Will", "tags": ["Will"], "who": "Will"}
    result = run("Hi, Will here", output, ("PERSON", "Will"), closed=Closed(Kind.EXTRACTION, SCHEMA))
    assert target(result) == {**output, "who": "<PERSON_1>"}


def test_headings_of_a_summary_stay() -> None:
    text = "## Grace\nGrace called.\n**Next steps**\nring Grace"
    rows = conform(
        pl.DataFrame([{"example_id": "r0", "input": "I am Grace", "output": text, "held_out": False}]),
        EXAMPLES,
    )
    found = findings(rows, ("r0", "input", "PERSON", "Grace"), ("r0", "output", "PERSON", "Grace"))
    closed = Closed(Kind.SUMMARY, None, ("Grace", "Next steps"))
    kept = redact(rows, found, RedactParams(), KEY, Kind.SUMMARY, closed=closed).kept
    assert kept["output"][0] == "## Grace\n<PERSON_1> called.\n**Next steps**\nring <PERSON_1>"


def test_spans_shift_with_the_text_and_cut_their_values() -> None:
    text = "Hi, Tessa Quill here: table for four, 07911 123456, on Friday"
    output = slots(text, "Tessa", "Quill", "four", "07911 123456", "Friday")
    result = run(text, output, ("PERSON", "Tessa Quill"), ("PHONE_NUMBER", "07911 123456"), spans=SLOTS)
    after = result.kept["input"][0]
    assert after == "Hi, <PERSON_1_FIRST> <PERSON_1_LAST> here: table for four, <PHONE_NUMBER_1>, on Friday"
    cuts = [after[slot["start"] : slot["end"]] for slot in target(result)]
    assert cuts == [slot["value"] for slot in target(result)]
    assert cuts == ["<PERSON_1_FIRST>", "<PERSON_1_LAST>", "four", "<PHONE_NUMBER_1>", "Friday"]
    starts = [slot["start"] for slot in target(result)]
    assert len(set(starts)) == len(starts)


@pytest.mark.parametrize(
    ("path", "of"),
    [
        (
            SpanPath(start="a.from", end="a.to", end_inclusive=True),
            lambda s, e: {"a": {"from": s, "to": e - 1}},
        ),
        (SpanPath(start="[].offset", length="[].length"), lambda s, e: [{"length": e - s, "offset": s}]),
        (SpanPath(start="x[].span[0]", end="x[].span[1]"), lambda s, e: {"x": [{"span": [s, e]}]}),
        (SpanPath(start="*.start", end="*.end"), lambda s, e: {"date": {"end": e, "start": s}}),
    ],
)
def test_every_way_of_writing_a_span_is_shifted(path: SpanPath, of: Callable[[int, int], Any]) -> None:
    text = "Tessa Quill comes on Friday"
    start, end = text.index("Friday"), len(text)
    result = run(text, of(start, end), ("PERSON", "Tessa Quill"), spans=[path.model_dump()])
    assert result.kept["input"][0] == "<PERSON_1> comes on Friday"
    assert target(result) == of(start - 1, end - 1)


@pytest.mark.slow
@settings(max_examples=200, deadline=None)
@given(
    words=st.lists(
        st.sampled_from(["Tessa", "Quill", "07911 123456", "the", "é", "four", "Friday,"]),
        min_size=1,
        max_size=9,
    ),
    picks=st.lists(st.tuples(st.integers(0, 8), st.integers(1, 3)), max_size=4),
)
def test_any_span_still_cuts_its_value_and_the_same_words_around_it(
    words: list[str], picks: list[tuple[int, int]]
) -> None:
    """Spans over runs of words, some of them lost: the value beside each is what it cuts afterwards."""
    text = " ".join(["so", *words])
    begins = [len(" ".join(["so", *words[:at]])) + 1 for at in range(len(words))]
    output = []
    for first, count in picks:
        if first + count <= len(words):
            end = begins[first + count - 1] + len(words[first + count - 1])
            output.append({"end": end, "start": begins[first], "value": text[begins[first] : end]})
    found = [
        pair for pair in (("PERSON", "Tessa Quill"), ("PHONE_NUMBER", "07911 123456")) if pair[1] in text
    ]
    result = run(text, output, *found, spans=SLOTS)
    after, made = result.kept["input"][0], target(result)
    for old, new in zip(output, made, strict=True):
        assert after[new["start"] : new["end"]] == new["value"]
        if "<" not in new["value"]:
            assert new["value"] == old["value"]


def test_a_row_whose_spans_are_not_true_on_arrival_is_dropped_with_its_reason(examples: Make) -> None:
    text = "a table for four"
    wrong = [{"end": 3, "start": 0, "value": "four"}]
    rows = examples(
        {"input": text, "output": json.dumps(wrong)},
        {"input": text, "output": json.dumps(slots(text, "four"))},
    )
    result = redact(rows, findings(rows), RedactParams(spans=SLOTS), KEY, Kind.EXTRACTION)
    assert result.dropped.select("example_id", "reason").rows() == [("r0", "untrue_span")]
    assert "1 of 1 spans" in result.dropped["evidence"][0]


def _rows(make: Callable[[str, int, int], Any]) -> list[tuple[str, str]]:
    texts = [
        f"{'really ' * at}a table for four on {day}"
        for at in range(4)
        for day in ("Friday", "Monday", "the 3rd")
    ]
    return [(text, json.dumps(make(text, text.index("four"), text.index("four") + 4))) for text in texts]


@pytest.mark.parametrize(
    ("make", "expected"),
    [
        (
            lambda t, s, e: [{"slot": "p", "start": s, "end": e, "value": t[s:e]}],
            ("[].start", "[].end", "[].value", False),
        ),
        (
            lambda t, s, e: [{"slot": "p", "valueSpan": {"startIndex": s, "endIndex": e}}],
            ("[].valueSpan.startIndex", "[].valueSpan.endIndex", None, False),
        ),
        (
            lambda t, s, e: {"people": {"begin": s, "stop": e - 1, "text": t[s:e]}},
            ("people.begin", "people.stop", "people.text", True),
        ),
        (
            lambda t, s, e: [{"entity": t[s:e], "span": [s, e]}],
            ("[].span[0]", "[].span[1]", "[].entity", False),
        ),
    ],
)
def test_spans_are_told_by_looking(make: Callable[[str, int, int], Any], expected: tuple[Any, ...]) -> None:
    (path,) = detect(_rows(make))
    assert (path.start, path.end, path.value, path.end_inclusive) == expected


def test_hours_of_a_day_are_no_spans_and_a_doubtful_case_is_asked_about() -> None:
    assert detect(_rows(lambda t, s, e: {"open": {"start": 9, "end": 17}})) == ()
    rows = _rows(lambda t, s, e: {"start": s, "end": e})
    doubtful = [
        (text, output if at % 2 else json.dumps({"start": 1, "end": 3}))
        for at, (text, output) in enumerate(rows)
    ]
    with pytest.raises(AssayError, match="character offsets") as error:
        detect(doubtful)
    assert "redact: {spans: []}" in error.value.fix


def test_what_redaction_changes_in_the_outputs_is_counted_by_field(examples: Make) -> None:
    rows = examples(
        {"input": "Tessa Quill rang", "output": '{"items":[{"n":1}],"who":"Tessa Quill"}'},
        {"input": "nobody rang", "output": '{"items":[],"who":"nobody"}'},
    )
    found = findings(rows, ("r0", "input", "PERSON", "Tessa Quill"))
    params = RedactParams(targets={"items": "exempt"})
    report = redact(rows, found, params, KEY, Kind.EXTRACTION).report
    assert report["targets"] == [
        {
            "field": "who",
            "rows": 2,
            "changed": 1,
            "share": 0.5,
            "entities": {"PERSON": 1},
            "rule": "follow",
            "reason": "",
        }
    ]


def test_an_exempt_field_stays_and_so_does_its_value_in_the_input() -> None:
    text = "BOOKS BY TESSA QUILL LTD\nserved by Omar Rao"
    result = run(
        text,
        {"cashier": "Omar Rao", "company": "BOOKS BY TESSA QUILL LTD"},
        ("PERSON", "TESSA QUILL"),
        ("PERSON", "Omar Rao"),
        targets={"company": {"rule": "exempt", "reason": "companies are not people"}},
    )
    assert result.kept["input"][0] == "BOOKS BY TESSA QUILL LTD\nserved by <PERSON_1>"
    assert target(result) == {"cashier": "<PERSON_1>", "company": "BOOKS BY TESSA QUILL LTD"}


def test_a_field_declared_personal_goes_found_or_not_and_from_the_input_too() -> None:
    result = run(
        "zorblax rang again", {"caller": "zorblax"}, ("PERSON", "again"), targets={"caller": "redact"}
    )
    assert result.kept["input"][0] == "<CALLER_1> rang <PERSON_1>"
    assert target(result) == {"caller": "<CALLER_1>"}


_json = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.floats(allow_nan=False, allow_infinity=False),
        st.text(max_size=8),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=12,
)


@settings(max_examples=200, deadline=None)
@given(value=_json, ascii_only=st.booleans())
@example(value=1.5, ascii_only=True)
@example(value={"a": [float("nan"), 1e300, {"b": "c"}]}, ascii_only=True)
def test_a_look_without_places_sees_the_same_leaves(value: Any, ascii_only: bool) -> None:
    text = json.dumps(value, ensure_ascii=ascii_only)
    placed = leaves(text)
    assert placed is not None
    assert unplaced(text) == tuple(leaf._replace(start=0, end=0) for leaf in placed if leaf.kind != "key")


def test_a_look_without_places_goes_as_deep_as_one_with_them() -> None:
    deep = "[" * 900 + '"x"' + "]" * 900
    assert [leaf.text for leaf in unplaced(deep) or ()] == ["x"]
    assert unplaced("no JSON") is None


_WORDS = st.text("ab1 .ſ_", min_size=1, max_size=3)


@given(value=_WORDS, text=st.text("ab1 .ſ_", max_size=12))
def test_a_value_stands_where_its_regex_matches(value: str, text: str) -> None:
    before = r"(?<![^\W_])" if value[0].isalnum() else ""
    behind = r"(?![^\W_])" if value[-1].isalnum() else ""
    matches = re.finditer(before + re.escape(value) + behind, text)
    assert written(value, text) == [match.span() for match in matches]


@given(value=_json, ascii_only=st.booleans())
def test_no_row_that_holds_a_path_is_passed_over(value: Any, ascii_only: bool) -> None:
    text = json.dumps(value, ensure_ascii=ascii_only)
    for leaf in unplaced(text) or ():
        assert named_in(pl.Series([text]), [leaf.path])[0]


def test_rows_without_a_name_are_passed_over() -> None:
    texts = pl.Series(['{"start": 1}', '{"started": 1}', '{"other": 1}', '{"st\\u0061rt": 1}'])
    assert named_in(texts, ["slots[].start"]).to_list() == [True, False, False, True]
    assert named_in(texts, ["spans[].start[0]", "slots.*"]).all()


@given(value=_json, ascii_only=st.booleans(), indent=st.sampled_from([None, 1]))
def test_every_leaf_is_found_where_it_stands(value: Any, ascii_only: bool, indent: int | None) -> None:
    text = json.dumps(value, ensure_ascii=ascii_only, indent=indent)
    seen = leaves(text)
    assert seen is not None

    def walk(node: Any, path: tuple[str | int, ...]) -> list[tuple[Any, ...]]:
        if isinstance(node, dict):
            return [
                one
                for name, inner in node.items()
                for one in [((*path, name), name), *walk(inner, (*path, name))]
            ]
        if isinstance(node, list):
            return [one for at, inner in enumerate(node) for one in walk(inner, (*path, at))]
        return [] if node is None or isinstance(node, bool) else [(path, node)]

    assert [
        (leaf.steps, leaf.text if leaf.kind != "number" else json.loads(leaf.text)) for leaf in seen
    ] == walk(value, ())
    for leaf in seen:
        raw = text[leaf.start : leaf.end]
        assert json.loads(f'"{raw}"' if leaf.kind != "number" else raw) == (
            leaf.text if leaf.kind != "number" else json.loads(leaf.text)
        )
        assert located(leaf.steps) is not None


@given(
    text=st.text(max_size=12), cut=st.tuples(st.integers(0, 12), st.integers(0, 12)), ascii_only=st.booleans()
)
def test_offsets_in_raw_json_are_told_in_the_decoded_string(
    text: str, cut: tuple[int, int], ascii_only: bool
) -> None:
    start, end = sorted(min(at, len(text)) for at in cut)
    coded = [json.dumps(mark, ensure_ascii=ascii_only)[1:-1] for mark in text]
    raw = "".join(coded)
    place = len("".join(coded[:start])), len("".join(coded[:end]))
    assert decoded(raw, *place) == (start, end)
