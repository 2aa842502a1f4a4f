"""A long text read in pieces has the findings of the whole."""

from __future__ import annotations

import random
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.pii.support import support_rows
from benchmarks.pii.systems import same_configuration
from curate.pii.detect import pieces as module
from curate.pii.detect.params import ScanParams
from curate.pii.detect.pieces import LONG, pieces

_WORDS = [
    "please",
    "the",
    "parcel.",
    "order",
    "4412345678",
    "call",
    "me",
    "on",
    "7911123456",
    "07911",
    "123456,",
    "jo@example.com",
    "NHS",
    "no.",
    "9434765919",
    "dob",
    "12/03/1980",
    "14",
    "Albert",
    "Road,",
    "Leeds,",
    "LS12",
    "9DJ",
    "\n",
    "card",
    "4111 1111 1111 1111",
    "https://x.org/a",
    "passport",
    "123456789",
    "GB29NWBK60161331926819",
]


@given(text=st.text(alphabet="ab \n", max_size=400), core=st.integers(1, 50), margin=st.integers(0, 30))
def test_cores_tile_the_text_and_every_piece_ends_at_a_space(text: str, core: int, margin: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "CORE", core)
        patch.setattr(module, "MARGIN", margin)
        cut = list(pieces(text))
    assert "".join(text[piece.core_start : piece.core_end] for piece in cut) == text
    for piece in cut:
        assert piece.start <= piece.core_start < piece.core_end <= piece.end
        assert piece.start == 0 or text[piece.start - 1].isspace()
        assert piece.end == len(text) or text[piece.end - 1].isspace()


@pytest.mark.slow
@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_findings_in_pieces_are_those_of_the_whole_text(detector: Any, seed: int) -> None:
    draw = random.Random(seed)
    text = " ".join(draw.choices(_WORDS, k=900))
    whole = detector.find(text)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("curate.pii.detect.reader.LONG", 100)
        patch.setattr(module, "CORE", draw.randrange(50, 900))
        patch.setattr(module, "MARGIN", 300)
        assert detector.find(text) == whole


@pytest.mark.parametrize("size", [100_000, pytest.param(1_000_000, marks=pytest.mark.slow)])
def test_a_long_text_in_pieces_has_the_findings_of_presidios_engine_on_the_whole(
    detector: Any, size: int
) -> None:
    text = "\n\n".join(support_rows(size // 160, 0.3, seed=3))[:size]
    assert len(text) == size > LONG
    found = detector.find(text)
    assert found == same_configuration(ScanParams(ner=None))(text)
    assert len(found) > size / 1000


@pytest.mark.slow
def test_a_megabyte_is_read_whole_and_in_time(detector: Any) -> None:
    draw = random.Random(1)
    text = " ".join(draw.choices(_WORDS[:8], k=220_000))[: 10**6 - 40] + " my NHS no. is 9434765919"
    assert len(text) > LONG
    began = time.process_time()
    assert [hit.entity for hit in detector.find(text, ["UK_NHS", "EMAIL_ADDRESS"])][-1] == "UK_NHS"
    assert time.process_time() - began < 30
