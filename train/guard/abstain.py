"""The confidence from which a classifier answers, so that at most the promised share of its answers is wrong.

**What is promised.** Let `risk` be the share of wrong answers among those given. With probability at least
`1 - delta` over the draw of the validation rows, every future stream of rows like them (exchangeable with
them: same source, same time, same desk) has at most that share of wrong answers in the long run. Nothing is
promised of rows from elsewhere, of single labels, or of one finite batch. Rows that chose the model's epoch
and temperature are the same validation rows, so the promise is a little optimistic; held-out rows never
choose the threshold, and `check` counts on them what it does.

**How.** For a threshold at the confidence of the (n+1)-th surest row, the n rows above are independent draws
from the rows that would be answered, so their mistakes are binomial given that confidence, and
`P(Bin(n, risk) <= mistakes)` is a p-value of "more than `risk` are wrong" (Geifman & El-Yaniv, 2017, NeurIPS,
"Selective classification for deep neural networks", lemma 3.1). Learn-then-test (Angelopoulos et al., 2021,
arXiv:2110.01052, fixed-sequence testing with several starts): from each of a few start sizes fixed before any
label is seen, ever more rows are answered while the p-value is at most delta over the number of starts; the
largest accepted size sets the threshold. Starts at all rows, half, a quarter, ... down to the fewest that
could pass. Rows of one group hang together, so one row of each group is looked at. MAPIE's risk control and
crepes' conformal classifiers promise other things (sets that hold the label, a precision level on a fixed
grid) and were not taken.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from train.arrays import Bools, Floats, Ints


@dataclass(frozen=True)
class Threshold:
    """From which confidence rows are answered.

    Parameters
    ----------
    confidence
        Rows of a higher one are answered; infinity: none are.
    risk, delta
        What is promised, see the module; without `delta` nothing is.
    rows
        Validation rows that were looked at, one of each group.
    answered, wrong
        Of these, rows above the threshold, and those of them that are wrong.
    """

    confidence: float
    risk: float
    delta: float | None
    rows: int
    answered: int
    wrong: int

    @property
    def answers_any(self) -> bool:
        """Whether there is a confidence that is high enough."""
        return math.isfinite(self.confidence)

    def said(self) -> str:
        """In words."""
        promise = f"at most {self.risk:.0%} of the answers given are wrong"
        if self.delta is None:
            given = f"above confidence {self.confidence:.4f}" if self.answers_any else "none"
            return (
                f"answers {given}, where {self.rows} independent validation rows kept that {promise} "
                f"({self.answered} answered, {self.wrong} wrong); delta is null, so nothing is promised"
            )
        if not self.answers_any:
            return (
                f"{self.rows} independent validation rows cannot show that {promise} (it takes "
                f"{fewest(self.risk, self.delta)} at least, the surest all right): every answer is refused "
                f"as unsure. Raise predict.abstain.risk, or give more validation rows"
            )
        return (
            f"answers above confidence {self.confidence:.4f}: {promise}, with {1 - self.delta:.0%} "
            f"confidence, by {self.rows} independent validation rows ({self.answered} answered, "
            f"{self.wrong} wrong)"
        )


def fewest(risk: float, delta: float) -> int:
    """The fewest rows, all answered right, that show a risk."""
    return math.ceil(math.log(delta) / math.log1p(-risk))


def choose(confidence: Floats, right: Bools, risk: float, delta: float | None) -> Threshold:
    """The lowest threshold that keeps the promise of the module's docstring.

    Parameters
    ----------
    confidence, right
        Of independent validation rows, `[rows]`.
    delta
        None: no promise, but the threshold at which these very rows kept the risk (`coverage_at_risk` of
        `train.stats.calibration`): an upper view.
    """
    from scipy.stats import binom

    rows = len(confidence)
    order = np.argsort(-confidence, kind="stable")
    sure, mistakes = confidence[order], np.concatenate([[0], np.cumsum(~right[order])])
    # A size n answers the n surest rows; equal confidences go together, and so only a size at whose end the
    # confidence falls can be a threshold. All rows: the threshold lies below the last.
    falls = np.append(sure[1:] < sure[:-1], True) if rows else np.zeros(0, dtype=bool)
    sizes = np.flatnonzero(falls) + 1
    if delta is None:  # no promise: the most rows that kept the risk here
        fits = sizes[mistakes[sizes] <= risk * sizes + 1e-9]
        return _at(sure, mistakes, int(fits.max(initial=0)), risk, delta)
    starts = _starts(rows, risk, delta)
    p_values = binom.cdf(mistakes[sizes], sizes, risk)
    best = 0
    for start in starts:
        from_here = int(np.searchsorted(sizes, start))
        refused = np.flatnonzero(p_values[from_here:] > delta / len(starts))
        end = from_here + int(refused[0]) if len(refused) else len(sizes)
        if end > from_here:
            best = max(best, int(sizes[end - 1]))
    return _at(sure, mistakes, best, risk, delta)


def _at(sure: Floats, mistakes: Ints, best: int, risk: float, delta: float | None) -> Threshold:
    """The threshold that answers the `best` surest rows."""
    rows = len(sure)
    if not best:
        return Threshold(math.inf, risk, delta, rows, 0, 0)
    # Above the next row's confidence; where every row is answered, above one just below the last.
    below = float(sure[best]) if best < rows else float(np.nextafter(sure[-1], -1.0))
    return Threshold(below, risk, delta, rows, best, int(mistakes[best]))


def _starts(rows: int, risk: float, delta: float) -> list[int]:
    """Sizes at which sequences start: all rows, half of them, ..., as long as one without a mistake could
    pass at its part of `delta`.
    """
    for count in range(max(rows, 1).bit_length(), 0, -1):
        starts = [rows >> halved for halved in range(count)]
        if min(starts) >= fewest(risk, delta / count):
            return starts
    return []


def check(confidence: Floats, right: Bools, threshold: Threshold) -> tuple[float, float]:
    """Share of rows that a threshold answers, and share of wrong ones among them; 0 and 0 where none is."""
    given = confidence > threshold.confidence
    return float(given.mean()) if len(given) else 0.0, float((~right[given]).mean()) if given.any() else 0.0
