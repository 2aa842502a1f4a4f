"""Which topics came, and which rows are most unlike gold.

A live row is unlike gold if most of its nearest rows are live too, and far more than their share: its topic
has few rows in gold. Such rows are parted into topics by average linkage over cosines, and each is named by
the words that stand in it and hardly elsewhere (`train.topics`). This is a reading of the rows, made to be
looked at: the tests (`train.drift.look`) say whether anything moved.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from governance.monitor.compare import Compared
from train.arrays import Bools, Floats, Ints
from train.topics import topic_name, topic_words, words_of

# Nearest rows that are looked at; of these so many must be live, beside their share of the pool.
NEAREST = 10
MOST_LIVE, TIMES = 0.6, 2.0
# Cosine distance up to which rows are of one topic, and rows that a topic has at least.
APART = 0.7
FEWEST = 4
MOST_TOPICS = 6


@dataclass(frozen=True)
class Topic:
    """Live rows of one kind that gold has little of.

    Parameters
    ----------
    share
        Of the live rows.
    gold
        Of the nearest rows of these, how many are gold's, as a share.
    rows
        Places in the pool, those most unlike gold first.
    """

    name: str
    share: float
    gold: float
    rows: tuple[int, ...]


@dataclass(frozen=True)
class Moved:
    """Parameters
    ----------
    unlike
        Bool `[rows of the pool]`.
    score
        Share of live rows among the nearest, float `[rows]`.
    came, went
        Words whose share grew or fell most, with both shares (reference, live).
    """

    unlike: Bools
    score: Floats
    topics: tuple[Topic, ...]
    came: tuple[tuple[str, float, float], ...]
    went: tuple[tuple[str, float, float], ...]


def moved(compared: Compared) -> Moved:
    """What a person should look at."""
    score = _score(compared)
    live = compared.pool.live
    weights = compared.pool.weights
    expected = float(weights[live].sum() / weights.sum())
    limit = max(MOST_LIVE, min(0.9, TIMES * expected))
    unlike = live & (score >= limit)
    words = [words_of(text) for text in compared.rows["input"].to_list()]
    topics = _topics(compared, unlike, score, words)
    came, went = _words(compared)
    return Moved(unlike, score, topics, came, went)


def _score(compared: Compared) -> Floats:
    """Of each row's nearest rows of other units, the share that is live."""
    vectors, units = compared.vectors, compared.pool.units
    live = compared.pool.live.astype(np.float64)
    count = min(NEAREST, len(vectors) - 1)
    score = np.zeros(len(vectors))
    for start in range(0, len(vectors), 512):
        rows = slice(start, start + 512)
        similar = vectors[rows] @ vectors.T
        similar[units[rows][:, None] == units[None, :]] = -np.inf
        near = np.argsort(-similar, axis=1, kind="stable")[:, :count]
        score[rows] = live[near].mean(axis=1)
    return score


def _topics(compared: Compared, unlike: Bools, score: Floats, words: list[set[str]]) -> tuple[Topic, ...]:
    from scipy.cluster.hierarchy import fcluster, linkage

    # A row without a word has no direction.
    places = np.flatnonzero(unlike & (np.linalg.norm(compared.vectors, axis=1) > 1e-9))
    if len(places) < FEWEST:
        return ()
    codes: Ints = fcluster(linkage(compared.vectors[places], "average", metric="cosine"), APART, "distance")
    weights = compared.pool.weights
    total = float(weights[compared.pool.live].sum())
    found = []
    for code in np.unique(codes):
        mine = places[codes == code]
        if len(np.unique(compared.pool.units[mine])) < FEWEST:
            continue
        rows = sorted(mine.tolist(), key=lambda at: (-score[at], at))
        inside = set(rows)
        name = topic_name(
            topic_words([words[at] for at in rows], [row for at, row in enumerate(words) if at not in inside])
        )
        found.append(
            Topic(name, float(weights[mine].sum()) / total, 1 - float(score[mine].mean()), tuple(rows))
        )
    return tuple(sorted(found, key=lambda topic: (-topic.share, topic.name))[:MOST_TOPICS])


def _words(compared: Compared) -> tuple[tuple[tuple[str, float, float], ...], ...]:
    """Words whose share differs most, by the error of the difference; each in three rows at least."""
    live, weights = compared.pool.live, compared.pool.weights
    totals = [float(weights[side].sum()) for side in (~live, live)]
    before, after = (
        np.asarray(compared.counts[side].multiply(weights[side][:, None]).sum(axis=0)).ravel() / total
        for side, total in zip((~live, live), totals, strict=True)
    )
    held = np.asarray(compared.counts.sum(axis=0)).ravel()
    both = (before * totals[0] + after * totals[1]) / sum(totals)
    spread = np.sqrt(np.maximum(both * (1 - both), 1e-12) * sum(1 / total for total in totals))
    surety = np.where(held >= 3, (after - before) / spread, 0.0)
    order = sorted(range(len(surety)), key=lambda at: (-surety[at], compared.words[at]))
    told = [(compared.words[at], float(before[at]), float(after[at])) for at in order]
    grew = tuple(word for at, word in zip(order, told, strict=True) if surety[at] >= 3)[:8]
    fell = tuple(word for at, word in zip(order[::-1], told[::-1], strict=True) if surety[at] <= -3)[:8]
    return grew, fell


def candidates(compared: Compared, found: Moved, most: int = 200) -> pl.DataFrame:
    """Live rows to be labelled, the most unlike gold first, with `topic` (empty: of none) and `unlike`."""
    topic_of = {at: topic.name for topic in found.topics for at in topic.rows}
    places = np.flatnonzero(compared.pool.live)
    order = sorted(
        places.tolist(), key=lambda at: (at not in topic_of, not found.unlike[at], -found.score[at], at)
    )
    order = [at for at in order if found.score[at] > 0][:most]
    return compared.rows[order].with_columns(
        pl.Series("topic", [topic_of.get(at, "") for at in order], dtype=pl.String),
        pl.Series("unlike", [round(float(found.score[at]), 3) for at in order], dtype=pl.Float64),
    )
