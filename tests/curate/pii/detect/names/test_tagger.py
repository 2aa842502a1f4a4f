"""The tagger in whole numbers: its answer does not hang on batches, order, cache or the run before."""

from __future__ import annotations

import subprocess
import sys
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curate.pii.detect.names.features import CASING_AT
from curate.pii.detect.names.recognizer import MODEL, bundled, read_model
from curate.pii.detect.names.spans import Span, carried, handles_apart, places, span_of, whole_addresses
from curate.pii.detect.names.tagger import ADDRESS, MANY, PERSON, PLACE, Tagger
from curate.pii.detect.names.tokens import TOKEN, fold, pieces_of, pieces_of_all
from curate.pii.detect.names.vectors import Vectors

_WORDS = [
    "Tom",
    "tom",
    "SMITH",
    "Anjali",
    "Mr.",
    "Dr",
    "the",
    "order",
    "in",
    "Leeds",
    "J.",
    ",",
    "\n",
    "  ",
    "\t",
    "O'Neil",
    "@jo",
    "12",
    "é",
    "Zoë",
    "李",
    "ß",
    "İ",
    "x" * 40,
]
_texts = st.lists(st.one_of(st.sampled_from(_WORDS), st.text(max_size=5)), max_size=14).flatmap(
    lambda words: st.sampled_from([" ", ""]).map(lambda joiner: joiner.join(words))
)


_MANY_TEXTS = [f"order {number} of Tom Smith" for number in range(MANY)]


@settings(max_examples=60, deadline=None)
@given(texts=st.lists(_texts, min_size=1, max_size=6))
def test_a_text_is_tagged_the_same_alone_and_in_any_company(texts: list[str]) -> None:
    texts += [*_MANY_TEXTS, *texts]  # so many that polars is asked
    together = bundled().tagger.spans(texts)
    assert together == [bundled().tagger.spans([text])[0] for text in texts]
    assert together[::-1] == bundled().tagger.spans(texts[::-1])


@settings(max_examples=150, deadline=None)
@given(texts=st.lists(st.one_of(_texts, st.text(max_size=150)), max_size=8))
def test_tokens_of_many_texts_are_those_of_each(texts: list[str]) -> None:
    texts = sorted(
        [*texts, "x" * 200, "\x1c \x1f\v_ __\n \n", "1" * 130, ""], key=lambda text: not text.isascii()
    )
    tokens, lengths = pieces_of_all(texts)
    expected = [pieces_of(text) for text in texts]
    assert tokens.to_list() == [token for one in expected for token in one]
    assert lengths.tolist() == [len(one) for one in expected]


@settings(max_examples=60, deadline=None)
@given(texts=st.lists(_texts, min_size=1, max_size=6))
def test_tokens_have_the_same_vectors_looked_up_alone_or_together(texts: list[str]) -> None:
    texts = sorted(texts, key=lambda text: not text.isascii())
    alone, together = _two_tables()
    casings = [number % 4 for number in range(len(texts))]
    first = alone.rows([pieces_of(text) for text in texts], casings)
    tokens, lengths = pieces_of_all(texts)
    second = together.rows_of_all(tokens, np.repeat(np.array(casings, np.int8), lengths))
    places = np.arange(len(first))
    assert (alone.at(first, places, len(first)) == together.at(second, places, len(second))).all()


@cache
def _two_tables() -> tuple[Vectors, Vectors]:
    return read_model(MODEL).tagger.vectors, read_model(MODEL).tagger.vectors


@pytest.mark.slow
@settings(max_examples=150, deadline=None)
@given(text=_texts)
def test_sums_are_those_of_whole_number_arithmetic(text: str) -> None:
    """The fast float products against the same network in 64-bit integers."""
    tagger = bundled().tagger
    tokens = pieces_of(text)
    if not tokens:
        return
    scores, begins = tagger.logits([tokens], [0])
    assert (scores[begins[0] : begins[0] + len(tokens)] == _slowly(tagger, tokens)).all()


def _slowly(tagger: Tagger, tokens: list[str]) -> np.ndarray:
    weights, lexicon = tagger.weights, tagger.lexicon
    big = lambda array: array.astype(np.int64)
    rows = [
        big(weights.table)[lexicon.features(token)].sum(axis=0)
        + big(lexicon.static(token)) @ big(weights.projection) // 64
        for token in tokens
    ]
    hidden = np.clip(np.stack(rows) + big(weights.table[CASING_AT]), 0, 127)
    for number, ((taps, bias), step) in enumerate(zip(weights.layers, weights.steps, strict=True)):
        new = np.zeros_like(hidden)
        for at in range(len(tokens)):
            for tap in range(len(taps)):
                beside = at + (tap - len(taps) // 2) * step
                if 0 <= beside < len(tokens):
                    new[at] += hidden[beside] @ big(taps[tap])
        new = (new + big(bias)) // 128
        hidden = np.clip(new + (hidden if number else 0), 0, 127)
    return hidden @ big(weights.out) + big(weights.out_bias)


def test_no_sum_can_leave_the_whole_numbers_of_float32() -> None:
    weights = bundled().tagger.weights
    for taps, bias in weights.layers:
        assert 127 * np.abs(taps.astype(np.int64)).sum(axis=(0, 1)).max() + np.abs(bias).max() < 2**24
    assert (
        127 * np.abs(weights.out.astype(np.int64)).sum(axis=0).max() + np.abs(weights.out_bias).max() < 2**24
    )


def test_a_bounded_cache_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    from curate.pii.detect.names import vectors as module

    texts = [
        f"Hi {name}, see order {number}"
        for number, name in enumerate(["Priya", "Tomasz", "Ngozi", "Bob"] * 5)
    ]
    expected = read_model(MODEL).tagger.spans(texts)
    monkeypatch.setattr(module, "_CACHED", 3)
    small = read_model(MODEL).tagger
    assert [small.spans([text])[0] for text in texts] == expected


@settings(max_examples=150, deadline=None)
@given(text=_texts)
def test_static_vectors_together_are_those_of_each_token_alone(text: str) -> None:
    lexicon, tokens = bundled().tagger.lexicon, pieces_of(text)
    together = lexicon.statics(tokens)
    assert together.shape == (len(tokens), lexicon.vectors.shape[1])
    for vector, token in zip(together, tokens, strict=True):
        word, at, rows = fold(token), 0, []
        while at < len(word):
            parts = [("##" if at else "") + word[at:end] for end in range(len(word), at, -1)]
            known = next((part for part in parts if part in lexicon.pieces), "")
            rows += [lexicon.pieces[known]] if known else []
            at += len(known.removeprefix("##")) if known else 1
        mean = [
            sum(lexicon.vectors[rows, column].tolist()) // max(1, len(rows)) for column in range(len(vector))
        ]
        assert vector.tolist() == mean


@settings(max_examples=200, deadline=None)
@given(text=_texts)
def test_tokens_end_where_they_stand(text: str) -> None:
    assert places(text, pieces_of(text)) == [0, *(match.end() for match in TOKEN.finditer(text))]


def test_two_handles_in_a_row_are_two_findings() -> None:
    assert handles_apart(["@", "ann", " @", "bob", " lee"], 0, 5) == [(0, 2), (2, 5)]
    assert handles_apart([" ann", " lee"], 0, 2) == [(0, 2)]


def test_a_name_is_carried_to_where_it_stands_again() -> None:
    text = "Ana Reyes rang. Reyes was cross; ana said no. Reyesburg is a town, Ana"
    spans = carried(text, [Span(0, 9, PERSON, 500)], PERSON)
    assert [text[span.start : span.end] for span in spans] == ["Ana Reyes", "Reyes", "Ana"]


@pytest.mark.parametrize(
    ("between", "joined"),
    [
        (", ", True),
        ("\n", True),
        (",\n", True),
        (" ", True),
        (" near ", False),
        ("; ", False),
        ("\n\n", False),
    ],
)
def test_an_address_takes_in_the_town_right_behind_it(between: str, joined: bool) -> None:
    text = f"12 Mill Lane{between}Leeds"
    town = Span(12 + len(between), len(text), PLACE, 90)
    spans = whole_addresses(text, [Span(0, 12, ADDRESS, 100), town], ADDRESS, PLACE)
    assert spans == ([Span(0, len(text), ADDRESS, 100)] if joined else [Span(0, 12, ADDRESS, 100), town])


@pytest.mark.parametrize(
    ("text", "found", "whole"),
    [
        ("at Flat 11, 58b Elm Row", "58b Elm Row", "Flat 11, 58b Elm Row"),
        ("to 31 Elm Row", "Elm Row", "31 Elm Row"),
        ("to 31 SW Elm Row", "Elm Row", "31 SW Elm Row"),
        ("in Elm Row", "Elm Row", None),
        ("unit tests at 9 Elm Row", "9 Elm Row", "9 Elm Row"),
    ],
)
def test_an_address_takes_in_its_number_and_flat_and_is_none_without(
    text: str, found: str, whole: str | None
) -> None:
    spans = whole_addresses(text, [Span(text.index(found), len(text), ADDRESS, 100)], ADDRESS, PLACE)
    assert [text[span.start : span.end] for span in spans] == ([whole] if whole else [])


@pytest.mark.parametrize(
    ("tokens", "kept"),
    [
        (["12", " Mill"], True),
        ([" 4", "a"], False),
        (["61146", "a", "35"], False),
        (["#", "9", " Rue"], True),
    ],
)
def test_an_address_begins_with_its_number_and_has_a_word(tokens: list[str], kept: bool) -> None:
    text = "".join(tokens)
    span = span_of(tokens, places(text, tokens), 0, len(tokens), ADDRESS, [8] * len(tokens), numbered=True)
    assert (span is not None) == kept
    assert span is None or text[span.start].isdigit()


def test_the_answer_does_not_hang_on_threads_or_hash_seed() -> None:
    script = (
        "from curate.pii.detect.names.recognizer import bundled; import hashlib;"
        "texts = [f'Dear {a} {b}, {c} of Leeds rang' for a in ('Ms', 'Tom', 'ANJALI') for b in ('Rao', "
        "'okafor') for c in ('Bill', 'José')] * 40;"
        "print(hashlib.sha256(repr(bundled().find(texts, frozenset({'PERSON', "
        "'LOCATION'}))).encode()).hexdigest())"
    )
    said = {
        subprocess.run(
            [sys.executable, "-c", script],
            check=True,
            capture_output=True,
            text=True,
            cwd=Path(__file__).parents[5],
            env={
                "PYTHONHASHSEED": seed,
                "OPENBLAS_NUM_THREADS": threads,
                "OMP_NUM_THREADS": threads,
                "PATH": "/usr/bin:/bin",
            },
        ).stdout
        for seed, threads in (("0", "1"), ("7", "2"))
    }
    assert len(said) == 1


def test_the_artefact_is_small_and_holds_no_pickle() -> None:
    assert MODEL.stat().st_size <= 5_000_000
    with np.load(MODEL, allow_pickle=False) as kept:
        assert all(kept[name].dtype != object for name in kept.files)


def test_the_runtime_needs_numpy_alone() -> None:
    script = (
        "import sys; from curate.pii.detect.names.recognizer import bundled; bundled().find(['Hi Tom'], "
        "frozenset({'PERSON'}));"
        "print([name for name in ('torch', 'transformers', 'sklearn', 'presidio_analyzer', 'spacy') if "
        "name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        check=True,
        capture_output=True,
        text=True,
        cwd=Path(__file__).parents[5],
    )
    assert done.stdout.strip() == "[]"
