"""Short texts of many kinds, written before anyone looked at what the recognizers do on them.

Odd signs, machines' labels, numbers that are nobody's, words that are not names, addresses.

Each says what must be found and by which entities; nothing else may be.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from curate.pii.detect.detector import Detector
from curate.pii.detect.params import ScanParams

_CASES = [
    json.loads(line)
    for line in Path(__file__).with_name("first_sight.jsonl").read_text(encoding="utf-8").splitlines()
]
# Dates and the like are reported and say nothing of anybody.
_PLAIN = {"DATE_TIME", "NRP", "UUID"}


@pytest.fixture(scope="module")
def whole() -> Detector:
    return Detector(ScanParams())


@pytest.mark.parametrize("case", _CASES, ids=[case["id"] for case in _CASES])
def test_a_text_holds_what_it_says_and_nothing_else(whole: Detector, case: dict[str, Any]) -> None:
    text = case["text"]
    hits = [hit for hit in whole.find(text) if hit.entity not in _PLAIN]
    wanted: set[int] = set()
    for value, entities in case["must"]:
        start = text.index(value)
        span = range(start, start + len(value))
        wanted |= set(span)
        over = [hit for hit in hits if hit.start < span.stop and span.start < hit.end]
        covered = {at for hit in over for at in range(hit.start, hit.end)}
        assert all(at in covered for at in span if text[at].isalnum()), (value, over)
        assert not entities or {hit.entity for hit in over} & set(entities)
    assert all(wanted.intersection(range(hit.start, hit.end)) for hit in hits), hits
