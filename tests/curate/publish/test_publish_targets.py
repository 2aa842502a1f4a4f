"""A target that is no longer true of its input is not published."""

from __future__ import annotations

import json
from typing import Any

import polars as pl
import pytest

from curate.errors import GateFailed
from curate.examples import EDITS, EXAMPLES, conform
from curate.pii.redact.closed import Closed
from curate.publish.targets import check_targets, untrue_targets
from curate.task import Kind

SPANS = {"spans": [{"start": "[].start", "end": "[].end", "value": "[].value"}]}
BARE = {"spans": [{"start": "[].start", "end": "[].end"}]}


def _table(text: str, output: Any) -> pl.DataFrame:
    row = {"example_id": "r0", "input": text, "output": json.dumps(output), "held_out": False}
    return conform(pl.DataFrame([row]), EXAMPLES)


def _check(before: tuple[str, Any], after: tuple[str, Any], report: Any, **closed: Any) -> None:
    untrue = untrue_targets(
        _table(*after), _table(*before), EDITS.to_frame(), report, Closed(Kind.EXTRACTION, **closed)
    )
    check_targets([untrue])


BEFORE = ("Tessa Quill at nine", [{"start": 15, "end": 19, "value": "nine"}])


def test_true_spans_pass_and_untrue_ones_do_not() -> None:
    after = "<PERSON_1> at nine"
    _check(BEFORE, (after, [{"start": 14, "end": 18, "value": "nine"}]), SPANS)
    with pytest.raises(GateFailed, match=r"1 row with character spans .* r0") as error:
        _check(BEFORE, (after, [{"start": 15, "end": 19, "value": "nine"}]), SPANS)
    assert "redact.spans" in error.value.fix


def test_spans_without_a_value_are_held_to_the_text_they_cut_before() -> None:
    before = ("Tessa Quill at nine", [{"start": 15, "end": 19}])
    _check(before, ("<PERSON_1> at nine", [{"start": 14, "end": 18}]), BARE)
    for start, end in ((15, 18), (13, 17), (8, 18)):
        with pytest.raises(GateFailed, match="spans"):
            _check(before, ("<PERSON_1> at nine", [{"start": start, "end": end}]), BARE)
    lost = ("Tessa Quill at nine", [{"start": 0, "end": 11}])
    _check(lost, ("<PERSON_1> at nine", [{"start": 0, "end": 10}]), BARE)


def test_an_extracted_value_stands_where_it_stood() -> None:
    before = ("MR. D.I.Y. SDN BHD, total 9.00", {"company": "MR. D.I.Y. SDN BHD"})
    _check(before, ("<PERSON_1>. SDN BHD, total 9.00", {"company": "<PERSON_1>. SDN BHD"}), {})
    for company in ("MR. D.I.Y. SDN BHD", "<PERSON_2>. SDN BHD"):
        with pytest.raises(GateFailed, match="do not stand in it now"):
            _check(before, ("<PERSON_1>. SDN BHD, total 9.00", {"company": company}), {})
    schema = {"properties": {"company": {"enum": ["MR. D.I.Y. SDN BHD"]}}}
    _check(before, ("<PERSON_1>. SDN BHD", {"company": "MR. D.I.Y. SDN BHD"}), {}, schema=schema)


def test_what_never_stood_in_the_input_is_not_asked_for() -> None:
    _check(("Tessa is here", {"mood": "glad"}), ("<PERSON_1> is here", {"mood": "glad"}), {})
