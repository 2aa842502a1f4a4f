"""Names that a key says are names, and keys that say nothing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curate.pii.detect.names.recognizer import bundled
from curate.pii.detect.overlap import Hit
from curate.pii.detect.recognizers.keyed_names import _HINT, hinted, with_keyed


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


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ('{"name":"Quill"}', ["Quill"]),
        ('{"name": "Tom Hall"}', ["Tom Hall"]),
        (r"{\"name\": \"Tom Hall\"}", ["Tom Hall"]),
        ('{"name": "quinn lee", "email": "q@x.org"}', ["quinn lee"]),
        ('"author": {"name": "Greta Holm"}', ["Greta Holm"]),
        ("<c:surname>Wren</c:surname>", ["Wren"]),
        ("first_name: ann\nlast name: required", ["ann"]),
        ('{"city": {"name": "Marlow"}}', []),
        ('{"name": "Chester", "population": 80000}', []),
        ('{"name": "Hall Ltd", "phone": "0113"}', []),
        ('{"name": "Backup Job"}', []),
        ('{"name": "left-pad", "version": "1.3.0"}', []),
    ],
)
def test_a_bare_key_counts_by_the_keys_beside_it_and_by_lists(text: str, names: list[str]) -> None:
    lexicon = bundled().tagger.lexicon
    assert [text[hit.start : hit.end] for hit in with_keyed(text, [], lexicon)] == names


_PARTS = [
    "name",
    "NAME",
    "n",
    "ame",
    "ſ",
    "laſt",
    "last",
    '"',
    "'",
    "D.O.B",
    "dxoxb",
    "d\nosb",
    "İ",
    "K",
    "é",
    " ",
]


@given(texts=st.lists(st.lists(st.sampled_from(_PARTS), max_size=6).map("".join), max_size=9))
def test_one_look_at_all_texts_says_what_a_look_at_each_says(texts: list[str]) -> None:
    assert hinted(texts) == [_HINT.search(text) is not None for text in texts]
