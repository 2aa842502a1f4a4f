"""Re-identification risk: classes of people and lone word sets, against quadratic oracles."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curate.examples import EXAMPLES, conform
from curate.pii.risk.params import RiskParams
from curate.pii.risk.singling_out import content_words, free_text, k_anonymity, quasi_identifiers, singled_out


def _rows(texts: list[str], **columns: list[str | None]) -> pl.DataFrame:
    ids = [f"r{at:04}" for at in range(len(texts))]
    return conform(
        pl.DataFrame(
            {"example_id": ids, "input": texts, **columns}, schema_overrides=dict.fromkeys(columns, pl.String)
        ),
        EXAMPLES,
    )


_people = st.lists(
    st.tuples(
        st.sampled_from(["en", "cy", None]),
        st.sampled_from(["a", "b"]),
        st.sampled_from(["p", "q", "r", None]),
    ),
    min_size=1,
    max_size=30,
)


@given(_people)
def test_classes_are_those_of_the_quadratic_oracle(people: list[tuple[str | None, str, str | None]]) -> None:
    languages, sources, subjects = map(list, zip(*people, strict=True))
    rows = _rows(["x"] * len(people), language=languages, source=sources, subject=subjects)
    facts = k_anonymity(rows, RiskParams(quasi_identifiers=("language", "source"), k=3))
    persons = [subject if subject else f"row {at}" for at, subject in enumerate(subjects)]
    sizes = [
        len({persons[other] for other in range(len(people)) if people[other][:2] == people[row][:2]})
        for row in range(len(people))
    ]
    assert facts["smallest_k"] == min(sizes)
    assert facts["below_k"] == sum(size < 3 for size in sizes)
    assert facts["unique"] == sum(size == 1 for size in sizes)
    assert facts["classes"] == len({person[:2] for person in people})


def test_many_rows_of_one_person_hide_nobody() -> None:
    rows = _rows(["x"] * 9, language=["en"] * 9, subject=["ann"] * 9)
    facts = k_anonymity(rows, RiskParams(quasi_identifiers=("language",)))
    assert (facts["people"], facts["smallest_k"], facts["unique"]) == (1, 1, 9)


def test_the_column_to_coarsen_is_the_one_without_which_rows_are_hidden() -> None:
    months = [f"2026-{at + 1:02}-03" for at in range(6)]
    facts = k_anonymity(
        _rows(["x"] * 6, collected_at=months, source=["web"] * 6),
        RiskParams(quasi_identifiers=("source", "month")),
    )
    assert facts["unique"] == 6
    assert facts["unique_without"] == {"source": 6, "month": 0}


@pytest.mark.parametrize(
    ("text", "postcode", "age", "title"),
    [
        ("send it to CB1 2DP please", "cb1", "", ""),
        ("sw1a1aa it is", "sw1a", "", ""),
        ("I'm 34 and Mrs Smith is 71 years old", "", "34", "mrs"),
        ("a 62-year-old man", "", "62", ""),
        ("I am 3 days in and the part is AB12", "", "", ""),
        ("aged 40", "", "40", ""),
    ],
)
def test_derived_quasi_identifiers_are_read_from_text(text: str, postcode: str, age: str, title: str) -> None:
    assert quasi_identifiers(_rows([text]), ("outward_postcode", "age", "title")).row(0) == (
        postcode,
        age,
        title,
    )


def test_labels_are_no_text_when_left_out() -> None:
    rows = _rows(["hello"], output=["aged 40"])
    assert quasi_identifiers(rows, ("age",), ["input"]).row(0) == ("",)
    assert quasi_identifiers(rows, ("age",)).row(0) == ("40",)


_texts = st.lists(
    st.lists(st.sampled_from(["ash", "bay", "cob", "dew", "elm", "fog", "gem", "hay"]), max_size=6).map(
        " ".join
    ),
    min_size=1,
    max_size=14,
)


@settings(deadline=None)
@given(_texts, st.integers(1, 4), st.data())
def test_rows_singled_out_are_those_of_the_quadratic_oracle(
    texts: list[str], known: int, data: st.DataObject
) -> None:
    words = [set(text.split()) for text in texts]
    chosen = [
        set(data.draw(st.lists(st.sampled_from(sorted(have)), min_size=1, max_size=known, unique=True)))
        if have
        else set()
        for have in words
    ]
    lone = sum(
        bool(mine) and not any(mine <= words[other] for other in range(len(words)) if other != row)
        for row, mine in enumerate(chosen)
    )
    postings = content_words(_rows(texts), 0)
    codes = {word: code for text, code in _codes(texts, postings) for word in [text]}
    picks = pl.DataFrame(
        [(row, codes[word]) for row, mine in enumerate(chosen) for word in mine],
        schema={"row": pl.UInt32, "word": postings.schema["word"]},
        orient="row",
    )
    assert singled_out(postings, picks.join(postings, on=["row", "word"])) == lone


def _codes(texts: list[str], postings: pl.DataFrame) -> list[tuple[str, int]]:
    """Which code stands for which word: codes follow falling frequency, then the alphabet."""
    counts: dict[str, int] = {}
    for text in texts:
        for word in set(text.split()):
            counts[word] = counts.get(word, 0) + 1
    ordered = sorted(counts, key=lambda word: (-counts[word], word))
    assert postings["word"].n_unique() == len(ordered)
    return [(word, at) for at, word in enumerate(ordered)]


def test_identical_rows_are_never_singled_out_and_lone_ones_are() -> None:
    twins = ["the lamp hums at night"] * 4
    lone = ["zebra quagga okapi", "walrus manatee dugong"]
    facts = free_text(_rows([*twins, *lone]), RiskParams(common_words=0))
    assert facts == {"rows": 6, "words": 3, "rarest": round(2 / 6, 6), "random": round(2 / 6, 6)}


def test_placeholders_and_the_commonest_words_single_nobody_out() -> None:
    texts = ["the cat <PHONE_NUMBER_1>", "the cat <EMAIL_ADDRESS_1>", "the cat <UK_NHS_7>"]
    assert content_words(_rows(texts), 0)["word"].n_unique() == 2
    assert content_words(_rows(texts), 2).height == 0
    assert free_text(_rows(texts), RiskParams(common_words=2))["rarest"] == 0


def test_figures_do_not_follow_the_order_of_rows(examples: Callable[..., pl.DataFrame]) -> None:
    words = [f"w{chr(97 + at % 26)}{chr(97 + at // 26)}" for at in range(60)]
    rows = _rows([" ".join([a, b, words[(at * 7) % 60]]) for at, (a, b) in enumerate(pairwise(words))])
    params = RiskParams(common_words=3, sample=20, words=2)
    assert free_text(rows, params) == free_text(rows.sample(fraction=1, shuffle=True, seed=5), params)


def test_no_rows_are_no_error() -> None:
    assert k_anonymity(EXAMPLES.to_frame(), RiskParams())["smallest_k"] is None
    assert free_text(EXAMPLES.to_frame(), RiskParams())["rarest"] is None


def test_k_is_not_told_where_nothing_is_declared_or_no_row_holds_what_is() -> None:
    rows = _rows(["x", "y"])
    for names in ((), ("outward_postcode", "age")):
        facts = k_anonymity(rows, RiskParams(quasi_identifiers=names))
        assert (facts["smallest_k"], facts["unique"], facts["people"]) == (None, None, 2)
    told = rows.with_columns(language=pl.Series(["en", "cy"]))
    assert k_anonymity(told, RiskParams(quasi_identifiers=("language", "age")))["smallest_k"] == 1
