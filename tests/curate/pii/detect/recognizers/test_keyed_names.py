"""Names that a key says are names, and keys that say nothing."""

from __future__ import annotations

import pytest

from curate.pii.detect.overlap import Hit
from curate.pii.detect.recognizers.keyed_names import with_keyed


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ('{"surname": "wren", "forename": "ann"}', ["wren", "ann"]),
        ('{"first":"Ann","last":"Wren"}', ["Ann", "Wren"]),
        ("{'customer_name': 'ann wren'}", ["ann wren"]),
        ("x=1&name=Ann+Wren&y=2", ["Ann+Wren"]),
        ('{"first": 10, "last": 20}', []),
        ('{"name": "left-pad"}', []),
        ('{"lastName": "string"}', []),
        ("filename=Ann+Wren", []),
    ],
)
def test_a_key_says_what_a_name_is(text: str, names: list[str]) -> None:
    assert [text[hit.start : hit.end] for hit in with_keyed(text, [])] == names


def test_a_label_is_no_name_and_a_keyed_name_is_found_once() -> None:
    text = 'D.O.B: 3.11.1961 "surname": "wren"'
    label, part = Hit(0, 5, "PERSON", 0.6, "x", False), Hit(29, 33, "PERSON", 0.6, "x", False)
    assert [(hit.start, hit.end) for hit in with_keyed(text, [label, part])] == [(29, 33)]
