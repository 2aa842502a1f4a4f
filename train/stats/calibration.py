"""What the probabilities are worth: log loss, Brier score, calibration error, coverage at a risk level.

Every figure is the same whatever the order of the rows: equal confidences are kept together, in bins as in
the ranking, so that a system that is always equally sure cannot win or lose by the luck of the sort.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from train.arrays import Bools, Floats, Ints

# scikit-learn's clip for float64: a certain and wrong answer costs 36 nats, not infinity.
SMALLEST = float(np.finfo(np.float64).eps)
# Guo et al., 2017, "On calibration of modern neural networks"; kept so that figures compare with the
# literature.
BINS = 15


def log_losses(proba: Floats, actual: Ints) -> Floats:
    """Negative log probability of the true class of each row, nats, `[rows]`; `proba` is `[rows,
    classes]`.
    """
    of_truth = np.take_along_axis(proba, actual[:, None], axis=1)[:, 0]
    return -np.log(np.clip(of_truth, SMALLEST, 1.0))


def brier_scores(proba: Floats, actual: Ints) -> Floats:
    """Squared distance of the probabilities from the truth, summed over classes, `[rows]`, 0..2 (Brier,
    1950).
    """
    of_truth = np.take_along_axis(proba, actual[:, None], axis=1)[:, 0]
    return np.asarray((proba**2).sum(axis=1) - 2 * of_truth + 1)


def _bin_of(confidence: Floats, bins: int) -> Ints:
    """Equal-mass bin of each row; rows of equal confidence share the bin of the first of them."""
    first_rank = np.searchsorted(np.sort(confidence), confidence, side="left")
    return np.asarray(first_rank * bins // max(len(confidence), 1), dtype=np.int64)


def reliability(confidence: Floats, correct: Bools, bins: int = BINS) -> pl.DataFrame:
    """Reliability diagram over equal-mass bins (Nixon et al., 2019, "Measuring calibration in deep
    learning").

    Parameters
    ----------
    confidence
        Probability of the predicted class, float `[rows]`.
    correct
        Whether the prediction was right, bool `[rows]`.

    Returns
    -------
    pl.DataFrame
        One row per non-empty bin: `bin`, `rows`, `lowest`, `highest`, `confidence` (mean), `accuracy`.
    """
    order = np.lexsort((correct, confidence))  # sums of floats follow the order of their terms
    sure, right = confidence[order], correct[order]
    bin_, start, rows = np.unique(_bin_of(sure, bins), return_index=True, return_counts=True)
    total = np.add.reduceat(sure, start) if len(start) else np.zeros(0)
    hits = np.add.reduceat(right.astype(np.float64), start) if len(start) else np.zeros(0)
    return pl.DataFrame(
        {
            "bin": bin_.astype(np.int64),
            "rows": rows.astype(np.int64),
            "lowest": sure[start],
            "highest": sure[start + rows - 1],
            "confidence": total / rows,
            "accuracy": hits / rows,
        }
    )


def calibration_error(bins: pl.DataFrame) -> float:
    """Expected calibration error of `reliability` bins: row-weighted |confidence - accuracy| (Naeini et al.,
    AAAI 2015).
    """
    rows = bins["rows"].to_numpy()
    gap = np.abs(bins["confidence"].to_numpy() - bins["accuracy"].to_numpy())
    return float((gap * rows).sum() / max(int(rows.sum()), 1))


def coverage_at_risk(confidence: Floats, correct: Bools, risk: float) -> float:
    """Largest share of rows a system may answer by itself, most confident first, with at most `risk` of them
    wrong.

    The selective risk of Geifman & El-Yaniv, 2017, "Selective classification for deep neural networks", at
    the best threshold for these very rows: an upper view, not a guarantee for new rows. Rows of equal
    confidence are answered together or not at all.
    """
    if len(confidence) == 0:
        return 0.0
    order = np.argsort(-confidence, kind="stable")
    sure, wrong = confidence[order], np.cumsum(~correct[order])
    answered = np.arange(1, len(sure) + 1)
    a_threshold = np.append(sure[1:] != sure[:-1], True)
    fits = a_threshold & (wrong <= risk * answered + 1e-9)
    return float(answered[fits].max() / len(sure)) if fits.any() else 0.0
