"""Resolving overlaps."""

from __future__ import annotations

import itertools
import random

from hypothesis import given
from hypothesis import strategies as st

from curate.pii.detect.overlap import Hit, distinct, resolve

_hits = st.lists(
    st.builds(
        lambda start, length, entity, score, verified: Hit(
            start, start + length, entity, score, entity.lower(), verified
        ),
        st.integers(0, 30),
        st.integers(1, 10),
        st.sampled_from("ABC"),
        st.sampled_from([0.4, 0.6, 1.0]),
        st.booleans(),
    ),
    max_size=12,
)


def _rank(hit: Hit) -> tuple[object, ...]:
    return (not hit.verified, -hit.score, hit.start - hit.end, hit.start, hit.entity)


@given(hits=_hits, seed=st.integers(0, 9))
def test_resolved_hits_do_not_overlap_and_every_loser_meets_a_better_one(hits: list[Hit], seed: int) -> None:
    kept = resolve(hits)
    assert all(a.end <= b.start for a, b in itertools.pairwise(kept))
    for hit in set(hits) - set(kept):
        assert any(
            _rank(better) <= _rank(hit) and better.start < hit.end and hit.start < better.end
            for better in kept
        )
    assert resolve(random.Random(seed).sample(hits, len(hits))) == kept


def test_verified_beats_a_longer_and_higher_one() -> None:
    checked, longer = Hit(5, 15, "UK_NHS", 0.45, "a", True), Hit(0, 20, "PHONE_NUMBER", 0.95, "b", False)
    assert resolve([longer, checked]) == [checked]


@given(
    spans=st.lists(
        st.tuples(
            st.sampled_from("AB"),
            st.integers(0, 12),
            st.integers(1, 5),
            st.sampled_from([0.0, 0.1, 0.5, 1.0]),
        ),
        max_size=12,
    )
)
def test_distinct_keeps_what_presidio_keeps(spans: list[tuple[str, int, int, float]]) -> None:
    from curate.pii.detect.presidio.loading import import_presidio

    import_presidio(light=True)
    from presidio_analyzer import EntityRecognizer, RecognizerResult

    results = [RecognizerResult(entity, start, start + size, score) for entity, start, size, score in spans]
    assert sorted(map(str, distinct(results))) == sorted(
        map(str, EntityRecognizer.remove_duplicates(results))
    )
