"""Would wrong labels cap the score? The share of wrong labels, with an interval, and the ceiling it leaves.

Contradictions are counted (`repeats`). Other wrong labels are estimated by the noise model of `train.labels`
on the opinions of `train.advise.learn`: a label is right, or put there by chance, or confused with another.
The interval holds every share whose profile likelihood lies within 1.92 of the best (95 %, Wilks, 1938); the
exponent of the opinions and how wrong labels are divided are free. Nothing is estimated where words tell too
little of the labels, or ignorance would be taken for noise: the opinions must be sure of half a label in the
mean. Without that the root sample and the example tasks, whose labels are right, came out with 20 % wrong;
`assay labels`, which has an encoder, says more of such rows.

The ceiling is what a system that is always right would score on rows labelled so: 1 less the wrong share.
"""

from __future__ import annotations

import numpy as np

from train.advise.case import Case, Evidence, Signal
from train.advise.learn import Learned
from train.advise.repeats import Repeats
from train.arrays import Floats, Ints
from train.labels import CUT_OFF, Noise, densities, doubt

# Mean probability of the likeliest label from which the opinions say something of single labels.
SURE = 0.5
# Half the 95 % quantile of chi-squared with one degree of freedom.
WITHIN = 1.92
_RATES = (0.0, 0.01, 0.02, 0.03, 0.05, 0.075, 0.1, 0.125, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.5, 0.6, 0.7, 0.8)
_EXPONENTS = np.exp(np.linspace(np.log(0.05), np.log(8), 16))
_BY_CHANCE = (0.0, 0.25, 0.5, 0.75, 1.0)


def noise_range(proba: Floats, codes: Ints) -> tuple[Noise, float, float]:
    """The likeliest noise, and the smallest and largest share of wrong labels that the rows allow.

    Parameters
    ----------
    proba
        Opinions on rows by models that never saw them, `[rows, labels]`.
    codes
        Given labels, `[rows]`.
    """
    best: dict[float, tuple[float, Noise]] = {}
    for exponent in _EXPONENTS.tolist():
        dense = np.maximum(densities(proba, codes, exponent), 1e-300)
        for rate in _RATES:
            for chance in _BY_CHANCE if rate else (0.0,):
                weights = (1 - rate, rate * chance, rate * (1 - chance))
                likelihood = float(np.log(dense @ np.array(weights)).sum())
                if rate not in best or likelihood > best[rate][0]:
                    best[rate] = (likelihood, Noise(exponent, weights))
    top, likeliest = max(best.values(), key=lambda one: one[0])
    allowed = [rate for rate, (likelihood, _) in best.items() if likelihood > top - WITHIN]
    return likeliest, min(allowed), max(allowed)


def noise(case: Case, repeated: Repeats, learned: Learned | None, learnable: bool) -> Signal:
    """Share of wrong labels, and the ceiling.

    Parameters
    ----------
    learned
        Of `case.part`; None but for labels.
    learnable
        Whether words tell the labels at all.
    """
    contradicting = 0.0 if repeated.change_with_date else len(repeated.to_change) / max(case.height, 1)
    figures = {"contradicting": round(contradicting, 4)}
    said = f"{contradicting:.1%} of the rows contradict another of the same input"
    evidence = [
        Evidence(case.ids[row], "another row of the same input says otherwise") for row in repeated.to_change
    ]
    low = contradicting
    sure = learned is not None and float(learned.proba.max(axis=1).mean()) >= SURE
    if learned is not None and learnable and not sure:
        said += "; words tell too little of these labels to say how many are wrong (assay labels does)"
    if learned is not None and learnable and sure:
        likeliest, least, most = noise_range(learned.proba[learned.heard], learned.truth[learned.heard])
        figures |= {"wrong": likeliest.rate, "wrong_low": least, "wrong_high": most}
        said += f"; {likeliest.rate:.0%} [{least:.0%}, {most:.0%}] of the labels look wrong"
        if least > 0:
            evidence += _suspects(case.part, learned, likeliest)
        low = max(low, least)
    figures |= {"ceiling": round(1 - low, 4)}
    return Signal("noise", f"{said}: no system scores above {1 - low:.2f} on such rows", figures, evidence)


def _suspects(case: Case, learned: Learned, likeliest: Noise) -> list[Evidence]:
    wrong = np.where(learned.heard, doubt(learned.proba, learned.truth, likeliest), 0.0)
    order = np.argsort(-wrong, kind="stable")
    return [
        Evidence(case.ids[at], f"its label looks wrong (probability {wrong[at]:.2f})")
        for at in order
        if wrong[at] > CUT_OFF
    ]
