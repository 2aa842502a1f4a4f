"""Where labels cannot be learned from words: is something looked up, or is the output not about the input?

A lookup is a question about a thing: the same few words with another name in them ("bin day for Elm Road?"),
and the answer hangs on the name alone. So most inputs are questions, or have a twin that differs in at most
two words, while no simple way does better than the commonest label. Where inputs are neither, and it is shown
that words tell nothing, the output does not follow from the input: who handled a ticket, not what it says.
With few rows neither is shown.

Of written outputs the second is seen otherwise: an output that fits the inputs of other rows better than its
own stands beside the wrong input.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

import numpy as np

from train.advise.case import Case, Evidence, Signal
from train.advise.learn import Learned, Matrix, presence, term_matrix
from train.arrays import Bools

# Standard errors by which a way must beat the commonest label to have learned something.
ERRORS = 2.0
# Share of what the commonest label leaves wrong that words could set right at most, by which it is shown that
# they tell nothing; with fewer rows it is not shown.
NOTHING = 0.25
# Rows for each label, in the mean, without which that is not shown either: hand-written messages to eight
# desks look like noise to a list of words at six rows a label, and not at twenty.
ROWS_A_LABEL = 20
# Share of the inputs that ask, or that have a twin, from which the task is a lookup.
ASKING = 0.5
# Words by which twins may differ, on each side, and words that they must share.
APART, SHARED = 2, 2
# Rows among which an output's own input is looked for.
_RANKED = 500
# Chance that an output fits its own input better than another's, below which it stands beside the wrong one.
FITTING = 0.6
_QUESTION = re.compile(
    r"(?i)^\W*(?:who|what|when|where|which|why|how|whose|is|are|was|were|do|does|did|has|have|can|could|will)\b"
)


def learnable(learned: Learned) -> Signal:
    """Whether any simple way does better than the commonest label by more than chance."""
    rows = len(learned.truth)
    base = learned.right("commonest").astype(np.float64)
    best = max(("words", "bayes", "regression"), key=learned.share)
    gained = learned.right(best).astype(np.float64) - base
    error = float(gained.std()) / math.sqrt(max(rows, 1))
    gain = float(gained.mean())
    room = 1 - float(base.mean())
    learns = gain > ERRORS * error
    figures = {
        "commonest": round(learned.share("commonest"), 4),
        "best": round(learned.share(best), 4),
        "gain": round(gain, 4),
        "error": round(error, 4),
        "learnable": learns,
        "nothing": not learns
        and gain + ERRORS * error < NOTHING * room
        and rows >= ROWS_A_LABEL * learned.classes,
    }
    verb = "learn more from words than" if learns else "learn nothing from words beyond"
    said = (
        f"simple models {verb} the commonest label: {figures['best']:.2f} right against "
        f"{figures['commonest']:.2f} (gain {gain:+.2f}, standard error {error:.2f})"
    )
    return Signal("learnable", said, figures)


def lookup(case: Case) -> Signal:
    """Whether inputs ask about a thing: share that are questions, and share with a twin."""
    case = case.part
    asks = np.array([_asks(text) for text in case.inputs], dtype=bool)
    twins = has_twin(case.words)
    figures = {
        "questions": round(float(asks.mean()), 4),
        "twins": round(float(twins.mean()), 4),
        "asks": bool(asks.mean() >= ASKING),
        "names": bool(twins.mean() >= ASKING),
    }
    said = (
        f"{figures['questions']:.0%} of the inputs are questions, and {figures['twins']:.0%} differ from "
        f"another in a word or two"
    )
    evidence = [
        Evidence(case.ids[at], "asks, and its words do not tell the answer")
        for at in np.flatnonzero(asks | twins)
    ]
    return Signal("lookup", said, figures, evidence)


def _asks(text: str) -> bool:
    return text.rstrip().endswith("?") or bool(_QUESTION.match(text))


def has_twin(words: Sequence[Sequence[str]]) -> Bools:
    """Which texts have another that shares two words or more and differs in one or two on each side,
    `[rows]`.
    """
    sizes = np.array([len(set(one)) for one in words], dtype=np.float32)
    common = _shared_words(words)
    np.fill_diagonal(common, -1)
    mine, theirs = sizes[:, None] - common, sizes[None, :] - common
    near = (common >= SHARED) & (mine <= APART) & (theirs <= APART) & (mine + theirs > 0)
    return np.asarray(near.any(axis=1))


def _shared_words(words: Sequence[Sequence[str]]) -> Matrix:
    known = presence(words)  # words of a single text are shared with nobody
    return known @ known.T


def misplaced(case: Case) -> Signal:
    """The chance that an output fits its own input better than that of another row, by shared words."""
    case = case.part
    step = max(1, case.height // _RANKED)
    from train.advise.case import words_of

    before = case.words[::step]
    after = [words_of(text) for text in case.outputs[::step]]
    terms = term_matrix([*before, *after])
    alike = terms[len(before) :] @ terms[: len(before)].T  # [outputs, inputs]
    own = np.diag(alike)[:, None]
    others = len(before) - 1
    if others < 1:
        return Signal("misplaced", "one row fits itself", {"fits": None, "misplaced": False})
    below = (alike < own).sum(axis=1) + ((alike == own).sum(axis=1) - 1) / 2
    speaking = alike.max(axis=1) > 0
    fits = float((below / others)[speaking].mean()) if speaking.any() else None
    enough = bool(speaking.mean() >= 0.5)
    found = fits is not None and enough and fits < FITTING
    said = "outputs share no words with inputs"
    if fits is not None:
        said = f"an output shares more words with its own input than with another's in {fits:.0%} of cases"
    ids = case.ids[::step]
    evidence = [
        Evidence(ids[at], "its output fits another input better")
        for at in np.flatnonzero(speaking & (below < others / 2))
    ]
    return Signal(
        "misplaced", said, {"fits": fits if fits is None else round(fits, 4), "misplaced": found}, evidence
    )
