"""Live inputs against the rows: regions where inputs come and no training row is near, and which inputs to
label next.

*Near* is what held-out rows are: `TOLERATED` of them lie farther from every training row than the
threshold, so of live inputs like them as many would. Those beyond are gathered into regions: the input with
the most others around it and those, again and again.

The next labels stand for live inputs that no training row is near, those most of whose label the nearest
training rows leave in doubt: greedy facility location (`train.selection`) over all live inputs, each covered
from the start by the training row most like it and weighing by that doubt. Of the ways that were tried
(docs/curation.md, `benchmarks/next_labels.py`) this gains most at nearly every budget. Doubt alone (margin,
entropy) takes many of one kind, and gains nothing or loses; facility location among the ten times as many
most doubtful ones, which stood here before, gains less the more are wanted, since it leaves what is plain
and unlike all rows.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from curate.semantic.vectors import exact_length, whole
from train.arrays import Bools, Floats, Ints
from train.selection import choose
from train.vectors import Vectors

# Share of held-out rows that count as far from the training rows.
TOLERATED = 0.05
# A region of fewer live inputs is an odd input or two.
FEWEST = 3
# Far inputs are of one region from the cosine that counts as near on, and from this one whatever that is:
# where held-out rows repeat training rows, hardly anything is near.
ALIKE = 0.5
# Nearest training rows that vote on a label, and how fast a vote falls with the cosine: 0.05 less is e
# times less.
NEAREST, TEMPERATURE = 10, 0.05
# What an input weighs of whose label there is no doubt; 1 is the most. Without it (0) the gain at five rows
# a label is half of that with it (Bitext), and alike from a quarter to a half.
PLAIN = 0.25
_BLOCK = 512

REGIONS = pl.Schema(
    {
        "region": pl.Int64(),
        "inputs": pl.Int64(),
        "share": pl.Float64(),  # of the live sample
        "similarity": pl.Float64(),  # median cosine to the nearest training row
        "nearest": pl.String(),  # commonest label of the nearest training rows; null without labels
        "rows": pl.List(pl.String()),  # the inputs in the middle of it, by name
    }
)
CANDIDATES = pl.Schema(
    {
        "row": pl.String(),
        "rank": pl.Int64(),
        "stands_for": pl.Int64(),  # inputs more like it than like another candidate or a training row
        "uncertainty": pl.Float64(),  # 1 less what parts the two best labels, or 1 less the cosine
        "similarity": pl.Float64(),
        "first": pl.String(),
        "second": pl.String(),
    }
)
# Inputs named of a region.
_NAMED = 5


@dataclass(frozen=True)
class Live:
    """What a live sample shows.

    Parameters
    ----------
    inputs, far
        How many live inputs there are, and how many lie beyond the threshold.
    threshold
        Cosine to the nearest training row under which `TOLERATED` of the held-out rows lie.
    regions, candidates
        Schemas `REGIONS` and `CANDIDATES`.
    """

    inputs: int
    far: int
    threshold: float
    regions: pl.DataFrame
    candidates: pl.DataFrame


def look(
    train: Vectors,
    labels: pl.Series | None,
    held_out: Vectors,
    live: Vectors,
    names: pl.Series,
    *,
    wanted: int,
) -> Live:
    """Regions and candidates of a live sample.

    Parameters
    ----------
    train, held_out, live
        Vectors `[rows, size]`; where no row is held out, training rows are compared with each other.
    labels
        Of the training rows; None where outputs are no labels.
    names
        What names the live inputs, in an order that settles ties.
    wanted
        Candidates.
    """
    points, scale = whole(train), exact_length(train.shape[1])
    others = whole(held_out)
    inputs = whole(live)
    own = nearest(points, points, 2)[1][:, -1] if len(others) == 0 else nearest(others, points, 1)[1][:, 0]
    threshold = float(np.quantile(own, TOLERATED, method="lower")) if len(own) else 0.0
    whose, alike = nearest(inputs, points, NEAREST)
    best = alike[:, 0] if len(inputs) else np.zeros(0)
    far = best < threshold
    together = min(threshold, ALIKE * scale**2)
    regions = _regions(inputs, far, whose, best / scale**2, together, labels, names)
    candidates = _candidates(inputs, whose, alike, scale, labels, names, wanted)
    return Live(len(inputs), int(far.sum()), round(threshold / scale**2, 6), regions, candidates)


def nearest(rows: Vectors, among: Vectors, count: int) -> tuple[Ints, Floats]:
    """Places and products of the `count` rows of `among` most like each row, `[rows, count]`, the first of
    equals first.
    """
    count = min(count, len(among))
    places = np.zeros((len(rows), count), dtype=np.int64)
    alike = np.zeros((len(rows), count))
    for start in range(0, len(rows), _BLOCK):
        products = (rows[start : start + _BLOCK] @ among.T).astype(np.float64)
        order = np.argsort(-products, axis=1, kind="stable")[:, :count]
        places[start : start + _BLOCK] = order
        alike[start : start + _BLOCK] = np.take_along_axis(products, order, axis=1)
    return places, alike


def _regions(
    inputs: Vectors,
    far: Bools,
    whose: Ints,
    best: Floats,
    together: float,
    labels: pl.Series | None,
    names: pl.Series,
) -> pl.DataFrame:
    places = np.flatnonzero(far)
    points = inputs[places]
    close = (points @ points.T).astype(np.float64) >= together
    np.fill_diagonal(close, True)
    left = np.ones(len(places), dtype=bool)
    told: list[tuple[int, int, float, float, str | None, list[str]]] = []
    while left.any():
        around = (close & left).sum(axis=1) * left
        centre = int(around.argmax())
        members = np.flatnonzero(close[centre] & left)
        if len(members) < FEWEST:
            break
        left[members] = False
        rows = places[members]
        order = np.argsort(-(points[members] @ points[centre]), kind="stable")
        label = None
        if labels is not None:
            counted = (
                labels.gather(whose[rows, 0])
                .value_counts()
                .sort(["count", labels.name], descending=[True, False])
            )
            label = str(counted[labels.name][0])
        told.append(
            (
                len(told) + 1,
                len(members),
                round(len(members) / len(inputs), 6),
                round(float(np.median(best[rows])), 6),
                label,
                names.gather(rows[order[:_NAMED]]).to_list(),
            )
        )
    return pl.DataFrame(told, schema=REGIONS, orient="row")


def _candidates(
    inputs: Vectors,
    whose: Ints,
    products: Floats,
    scale: int,
    labels: pl.Series | None,
    names: pl.Series,
    wanted: int,
) -> pl.DataFrame:
    if len(inputs) == 0 or wanted < 1 or whose.shape[1] == 0:
        return CANDIDATES.to_frame()
    alike = products / scale**2
    first: list[str | None] = [None] * len(inputs)
    second = first
    if labels is None:
        doubt = 1 - alike[:, 0]
    else:
        doubt, first, second = _torn(whose, alike, labels)
    doubt = doubt.clip(0, 1).round(6)
    picked = choose(
        inputs,
        np.ones(len(inputs)),
        wanted,
        weight=PLAIN + (1 - PLAIN) * doubt,
        covered=products[:, 0],
    )
    rows = np.array(picked.order, dtype=np.int64)
    return pl.DataFrame(
        {
            "row": names.gather(rows).cast(pl.String),
            "rank": np.arange(1, len(rows) + 1),
            "stands_for": _stand_for(inputs, rows, products[:, 0]),
            "uncertainty": doubt[rows],
            "similarity": alike[rows, 0].round(6),
            "first": [first[row] for row in rows],
            "second": [second[row] for row in rows],
        },
        schema=CANDIDATES,
    )


def _stand_for(inputs: Vectors, rows: Ints, covered: Floats) -> Ints:
    """Inputs that each of `rows` is nearer to than any other of them or a training row, itself among them."""
    whose, alike = nearest(inputs, inputs[rows], 1)
    mine = alike[:, 0] > covered
    whose[rows, 0], mine[rows] = np.arange(len(rows)), True
    return np.bincount(whose[mine, 0], minlength=len(rows))


def _torn(whose: Ints, alike: Floats, labels: pl.Series) -> tuple[Floats, list[str | None], list[str | None]]:
    """How little parts the two labels with most votes among the nearest rows, and which they are."""
    known = labels.unique().sort()
    codes = labels.replace_strict(known, list(range(known.len())), return_dtype=pl.Int64).to_numpy()
    weight = np.exp((alike - alike[:, :1]) / TEMPERATURE)
    votes = np.zeros((len(whose), known.len()))
    for place in range(whose.shape[1]):
        votes[np.arange(len(whose)), codes[whose[:, place]]] += weight[:, place]
    votes = (votes / votes.sum(axis=1, keepdims=True)).round(9)
    order = np.argsort(-votes, axis=1, kind="stable")[:, :2]
    best = np.take_along_axis(votes, order, axis=1)
    names = known.to_list()
    first: list[str | None] = [names[at] for at in order[:, 0]]
    if known.len() < 2:
        return np.zeros(len(whose)), first, [None] * len(whose)
    second = [names[at] if share > 0 else None for at, share in zip(order[:, 1], best[:, 1], strict=True)]
    return 1 - (best[:, 0] - best[:, 1]), first, second
