"""Would fifty more rows help more than a bigger model? A learning curve, drawn on, with an interval.

Ridge regression on words (`learn`) is trained on nested shares of the rows and judged on rows that it never
saw, in several splits. Error falls as a power of the rows (Hestness et al., 2017): `error = floor + b / rows
^ power`, fitted by least squares with the power on a grid. The interval draws the splits again with
replacement. The bigger model is stood in for by ridge regression beside naive Bayes on all rows: what a model
that can learn more gains over one that can learn less, on the same words. It says nothing of what a language
model has read elsewhere; the curve of encoders and adapters is `train.curve` in params.yaml, after training.
"""

from __future__ import annotations

import numpy as np

from train.advise.case import Case, Signal
from train.advise.learn import naive_bayes, regression, term_matrix
from train.arrays import Floats

MORE = 50
SHARES = (0.25, 0.4, 0.6, 0.8, 1.0)
SPLITS, DRAWS = 8, 400
# Share of the rows that a split holds back.
_BACK = 0.2
# Rows on which the curve is drawn at most: 8 splits of 5 shares each solve a system of that size.
_ROWS = 800
_POWERS = (0.25, 0.5, 0.75, 1.0)


def growth(case: Case) -> Signal:
    """Gain of `MORE` rows, and of the bigger model."""
    case = case.part
    families = int(case.families.max(initial=0)) + 1
    if case.height < 40 or families < 20:
        return Signal("growth", "too few rows for a learning curve", {"more_rows": None})
    rows, small, large = _curves(case)
    gains = np.array([_gain(rows, large[chosen].mean(axis=0)) for chosen in _draws(len(large))])
    low, high = np.quantile(gains, [0.025, 0.975])
    gain = _gain(rows, large.mean(axis=0))
    bigger = large[:, -1] - small
    spread = np.array([bigger[chosen].mean() for chosen in _draws(len(bigger))])
    first, last = np.quantile(spread, [0.025, 0.975])
    figures = {
        "more_rows": MORE,
        "gain_of_rows": round(float(gain), 4),
        "gain_low": round(float(low), 4),
        "gain_high": round(float(high), 4),
        "gain_of_model": round(float(bigger.mean()), 4),
        "model_low": round(float(first), 4),
        "model_high": round(float(last), 4),
    }
    if low > last:
        better = "more rows help more"
    elif first > high:
        better = "a bigger model helps more"
    else:
        better = "which helps more cannot be told"
    said = (
        f"{MORE} more rows: {gain:+.3f} [{low:+.3f}, {high:+.3f}] right; a bigger model of the same words: "
        f"{bigger.mean():+.3f} [{first:+.3f}, {last:+.3f}]; {better}"
    )
    return Signal("growth", said, {**figures, "better": better})


def _draws(count: int) -> np.ndarray:
    return np.random.default_rng(0).integers(count, size=(DRAWS, count))


def _curves(case: Case) -> tuple[Floats, Floats, Floats]:
    """Rows of each share; what naive Bayes gets right on all, `[splits]`; and the ridge, `[splits,
    shares]`.
    """
    words, codes, families = case.words, case.codes, case.families
    if case.height > _ROWS:
        chosen = np.sort(np.random.default_rng(1).permutation(case.height)[:_ROWS])
        words, codes, families = [words[at] for at in chosen], codes[chosen], families[chosen]
    terms, classes = term_matrix(words), len(case.labels)
    alike = terms @ terms.T
    small, large, sizes = [], [], []
    for split in range(SPLITS):
        draw = np.random.default_rng(100 + split)
        order = draw.permutation(int(families.max()) + 1)[families]  # families leave together
        cut = np.quantile(order, _BACK)
        judged, learn = np.flatnonzero(order <= cut), np.flatnonzero(order > cut)
        learn = learn[np.argsort(order[learn], kind="stable")]
        scores = []
        for share in SHARES:
            part = learn[: max(2, round(share * len(learn)))]
            told = regression(alike[np.ix_(part, part)], codes[part], classes, alike[np.ix_(judged, part)])
            scores.append(float((told.argmax(axis=1) == codes[judged]).mean()))
        told = naive_bayes(terms[learn], codes[learn], classes, terms[judged])
        small.append(float((told.argmax(axis=1) == codes[judged]).mean()))
        large.append(scores)
        sizes.append([max(2, round(share * len(learn))) for share in SHARES])
    return np.mean(np.array(sizes, dtype=np.float64), axis=0), np.array(small), np.array(large)


def _gain(rows: Floats, right: Floats) -> float:
    """What `MORE` rows add, by the power law that fits best; never less than nothing."""
    error = 1 - right
    best, gain = np.inf, 0.0
    for power in _POWERS:
        slope = rows**-power
        design = np.column_stack([np.ones(len(rows)), slope])
        floor, b = np.linalg.lstsq(design, error, rcond=None)[0]
        if floor < 0:  # an error below nothing: the line through the origin
            floor, b = 0.0, float(slope @ error / (slope @ slope))
        missed = float(((floor + b * slope - error) ** 2).sum())
        if missed < best:
            last = rows[-1]
            best, gain = missed, b * (last**-power - (last + MORE) ** -power)
    return max(0.0, float(gain))
