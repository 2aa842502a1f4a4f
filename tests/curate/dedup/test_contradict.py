"""Contradictions are named field by field, in every kind, dropped or not."""

from __future__ import annotations

import json

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curate.dedup import cover, join
from curate.dedup.judge import texts_of
from curate.dedup.params import DedupParams
from curate.dedup.stage import dedup
from curate.dedup.twins import find_twins
from curate.examples import EXAMPLES, conform
from curate.task import Kind

BOOK = "could you book a table at eight for the whole family please"


def _found(kind: Kind, *rows: tuple[str, ...], **params: str) -> list[tuple[str, str, str | None]]:
    names = ["example_id", "input", "output", "rejected"][: len(rows[0])]
    frame = pl.DataFrame(rows, schema=names, orient="row").with_columns(held_out=pl.lit(False))
    result = dedup(conform(frame, EXAMPLES), kind, DedupParams(**params))
    table = result.tables["contradictions"]
    assert result.report["contradictions"]["rows"] == table["example_id"].n_unique()
    return table.select("example_id", "field", "value").rows()


@pytest.mark.parametrize("policy", ["review", "keeper", "keep", "drop"])
def test_labels_whatever_becomes_of_the_rows(policy: str) -> None:
    found = _found(Kind.CLASSIFICATION, ("a", BOOK, "x"), ("b", BOOK + "!", "y"), on_conflict=policy)
    assert found == [("a", "output", "x"), ("b", "output", "y")]
    assert _found(Kind.CLASSIFICATION, ("a", BOOK, "x"), ("b", BOOK, "X")) == []


def test_json_leaf_by_leaf_and_near_texts_too() -> None:
    one, two = {"time": "eight", "who": {"n": 4}}, {"time": "eight", "who": {"n": 5}, "note": ""}
    for other in (BOOK, BOOK.replace("please", "pleas")):
        found = _found(Kind.EXTRACTION, ("a", BOOK, json.dumps(one)), ("b", other, json.dumps(two)))
        assert found == [("a", "who.n", "4"), ("b", "who.n", "5")]
    # Another number in the text is another request.
    assert (
        _found(
            Kind.EXTRACTION,
            ("a", BOOK, json.dumps(one)),
            ("b", BOOK.replace("eight", "nine"), json.dumps(two)),
        )
        == []
    )


def test_a_field_that_one_row_lacks() -> None:
    found = _found(Kind.EXTRACTION, ("a", "6", '{"people":"6"}'), ("b", "6", '{"time":"6"}'))
    assert found == [
        ("a", "people", "6"),
        ("b", "people", None),
        ("a", "time", None),
        ("b", "time", "6"),
    ]


@pytest.mark.parametrize("kind", [Kind.REWRITING, Kind.SUMMARY])
def test_texts_by_their_numbers_and_by_what_one_denies(kind: Kind) -> None:
    said = "The refund of 30 pounds is sent within five days of the return."
    other = "We send the refund of 40 pounds when the parcel is back."
    assert [row[:2] for row in _found(kind, ("a", BOOK, said), ("b", BOOK, other))] == [
        ("a", "numbers"),
        ("b", "numbers"),
    ]
    denied = said.replace("is sent", "is not sent")
    assert [row[1] for row in _found(kind, ("a", BOOK, said), ("b", BOOK, denied))] == ["negation"] * 2
    # In other words, or with fewer facts, is no contradiction.
    assert _found(kind, ("a", BOOK, said), ("b", BOOK, "You get 30 pounds back in five days.")) == []
    assert _found(kind, ("a", BOOK, said), ("b", BOOK, "Your refund is on its way to you.")) == []


def test_a_pair_the_other_way_round() -> None:
    found = _found(Kind.PREFERENCE, ("a", BOOK, "Gladly.", "No way."), ("b", BOOK, "No way.", "Gladly."))
    assert [row[:2] for row in found] == [("a", "order"), ("b", "order")]


@given(
    st.lists(
        st.dictionaries(st.sampled_from("pqr"), st.sampled_from(["1", "2", "two words"]), max_size=3),
        min_size=2,
        max_size=4,
    )
)
def test_leaves_of_equal_texts_against_set_algebra(outputs: list[dict[str, str]]) -> None:
    rows = [(f"r{at}", BOOK, json.dumps(output)) for at, output in enumerate(outputs)]
    differing = {field for field in "pqr" if len({output.get(field) for output in outputs}) > 1}
    found = _found(Kind.EXTRACTION, *rows)
    assert {field for _, field, _ in found} == differing
    assert len(found) == len(differing) * len(rows)


WORDS = ["table", "for", "four", "five", "please", "tonight", "no", "booking", "name", "of", "Ann", "Bob"]


@settings(deadline=None, max_examples=30)
@given(
    st.lists(
        st.tuples(
            st.lists(st.sampled_from(WORDS), min_size=3, max_size=7).map(" ".join),
            st.sampled_from(["{}", '{"a": "1"}', '{"a": "2"}']),
            st.booleans(),
        ),
        min_size=1,
        max_size=25,
    )
)
def test_one_search_finds_what_a_second_without_outputs_would(rows: list[tuple[str, str, bool]]) -> None:
    examples = pl.DataFrame(rows, schema=["input", "output", "held_out"], orient="row").with_columns(
        pl.int_range(pl.len()).cast(pl.String).alias("example_id")
    )
    params = DedupParams(threshold=0.4)
    texts = texts_of(conform(examples, EXAMPLES), Kind.EXTRACTION, params)
    both = find_twins(texts, params, weigh="all", by_text=True)
    alone = find_twins(texts, params, weigh="all")
    again = find_twins(texts.drop("output"), params, weigh="all")
    assert both.by_text is not None
    assert both.by_text.equals(again.rows.select("id", "document", "keeper"))
    assert both.rows.equals(alone.rows) and both.pairs.equals(alone.pairs) and both.spared == alone.spared
    assert alone.by_text is None


def test_where_pairs_are_too_many_to_list_there_is_a_second_search(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cover, "SMALL", 4)
    monkeypatch.setattr(cover, "pair_limit", lambda count: 3)
    monkeypatch.setattr(join, "PAIRS_AT_ONCE", 1)
    rows = [(f"r{at}", f"{BOOK} {'ab'[at % 2]}", json.dumps({"n": at % 3})) for at in range(12)]
    rows += [(f"s{at}", f"{BOOK} {word}", json.dumps({"n": at})) for at, word in enumerate(["x", "y", "z"])]
    frame = pl.DataFrame(rows, schema=["example_id", "input", "output"], orient="row")
    examples = conform(frame.with_columns(held_out=pl.lit(False)), EXAMPLES)
    texts = texts_of(examples, Kind.EXTRACTION, DedupParams())
    assert find_twins(texts, DedupParams(), weigh="all", by_text=True).by_text is None
    assert len({name for name, *_ in _found(Kind.EXTRACTION, *rows)}) == 15
