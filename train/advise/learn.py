"""What simple ways reach on labels, each row judged by a model that never saw it or its near-duplicates.

Four of them: the commonest label for all; a list of at most two words a label ("refund" means `refunds`),
found greedily; naive Bayes (Rennie et al., 2003) and ridge regression over TF-IDF of words and word pairs.
The first dozen words of a text count once more as such, since a first request often decides: on the routing
tasks of the benchmark that took ridge regression from 0.71 to 0.88. A stronger model learns more than these:
what they reach is a floor, and that they reach nothing does not prove that there is nothing.

In numpy, since scikit-learn is not in the core. Cost: one product of rows x terms (2,000 x 8,000), some
seconds.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from train.advise.case import Case
from train.arrays import Bools, Floats, Ints
from train.kinds.classification import accuracy, count, macro_f1

FOLDS = 5
# As `train.labels` smooths naive Bayes, by measurement there.
SMOOTHING = 0.05
# Of the ridge; rows have length 1, so it weighs as much as one row.
RIDGE = 1.0
# Scores of the ridge lie near -1 and 1: times three they are logits that give 0.95 to a sure one of four.
SHARPNESS = 3.0
# Terms kept at most, the commonest first: 2,000 rows of them are 64 MB.
TERMS = 8_000
# Words of the list, for each label.
WORDS_A_LABEL = 2
# Words that count as the opening of a text.
OPENING = 12
# Probabilities below this are all the same: one model alone must not veto.
FLOOR = 1e-9

Matrix = npt.NDArray[np.float32]
WAYS = ("commonest", "words", "bayes", "regression")


@dataclass(frozen=True)
class Learned:
    """What simple ways reach.

    Parameters
    ----------
    answers
        By way, the code that it gives each row, `[rows]`.
    proba
        The opinion of naive Bayes and the ridge together (geometric mean), `[rows, labels]`.
    heard
        Which rows' labels were there to be learned, `[rows]`.
    """

    answers: dict[str, Ints]
    proba: Floats
    heard: Bools
    truth: Ints
    classes: int

    def right(self, way: str) -> Bools:
        """Which rows a way gets right."""
        return np.asarray(self.answers[way] == self.truth)

    def share(self, way: str) -> float:
        """Share that it gets right."""
        return float(self.right(way).mean())

    def score(self, way: str, metric: str | None) -> float:
        """Macro-F1, or else accuracy, of a way."""
        counts = count(self.truth, self.answers[way], self.classes)
        return float(macro_f1(counts) if metric == "macro_f1" else accuracy(counts))


def learned(case: Case) -> Learned:
    """Judge each row of a classification task."""
    return learn_codes(case.words, case.families, case.codes, len(case.labels))


def learn_codes(words: Sequence[Sequence[str]], families: Ints, codes: Ints, classes: int) -> Learned:
    """Judge each row: its `codes`, by its `words`; rows of one family are in one fold.

    Parameters
    ----------
    words
        Words of each text, in order.
    families, codes
        int `[rows]`.
    """
    terms, known = term_matrix(words), presence(words)
    alike = terms @ terms.T
    fold, rows = folds(families), len(codes)
    answers = {way: np.zeros(rows, dtype=np.int64) for way in WAYS}
    proba, heard = np.full((rows, classes), 1 / classes), np.zeros(rows, dtype=bool)
    for at in range(FOLDS):
        learn, judged = np.flatnonzero(fold != at), np.flatnonzero(fold == at)
        if not len(learn) or not len(judged):
            continue
        taught = codes[learn]
        answers["commonest"][judged] = usual(taught, classes)
        answers["words"][judged] = word_list(known[learn], taught, classes, known[judged])
        bayes = naive_bayes(terms[learn], taught, classes, terms[judged])
        ridge = regression(alike[np.ix_(learn, learn)], taught, classes, alike[np.ix_(judged, learn)])
        answers["bayes"][judged], answers["regression"][judged] = bayes.argmax(1), ridge.argmax(1)
        both = np.sqrt(bayes * ridge)
        proba[judged] = both / both.sum(axis=1, keepdims=True)
        heard[judged] = np.isin(codes[judged], np.unique(taught))
    return Learned(answers, proba, heard, codes, classes)


def folds(families: Ints) -> Ints:
    """Fold of each row; rows of one family share it, families are dealt in a fixed disorder."""
    order = np.random.default_rng(0).permutation(int(families.max(initial=0)) + 1)
    return np.asarray(order[families] % FOLDS, dtype=np.int64)


def usual(codes: Ints, classes: int) -> int:
    """The commonest label."""
    return int(np.bincount(codes, minlength=classes).argmax())


def _vocabulary(texts: Sequence[Sequence[str]], least: int, most: int) -> dict[str, int]:
    """Terms that stand in so many texts, the commonest first."""
    counted: Counter[str] = Counter()
    for terms in texts:
        counted.update(set(terms))
    kept = [term for term, rows in counted.items() if rows >= least]
    kept.sort(key=lambda term: (-counted[term], term))
    return {term: at for at, term in enumerate(kept[:most])}


def _terms(words: Sequence[str]) -> list[str]:
    """Words and pairs of neighbours, those of the opening once more."""
    opening = words[:OPENING]
    return [*_with_pairs(words), *(f"^{term}" for term in _with_pairs(opening))]


def _with_pairs(words: Sequence[str]) -> list[str]:
    return [*words, *(f"{one} {other}" for one, other in pairwise(words))]


def term_matrix(words: Sequence[Sequence[str]]) -> Matrix:
    """TF-IDF of terms, rows of length 1, `[rows, terms]`."""
    texts = [_terms(one) for one in words]
    vocabulary = _vocabulary(texts, 2 if len(texts) >= 1000 else 1, TERMS)
    made = np.zeros((len(texts), max(len(vocabulary), 1)), dtype=np.float32)
    for row, terms in enumerate(texts):
        for term, times in Counter(terms).items():
            if (place := vocabulary.get(term)) is not None:
                made[row, place] = 1 + np.log(times)
    inverse = np.log((1 + len(texts)) / (1 + (made > 0).sum(axis=0))) + 1
    made *= inverse.astype(np.float32)
    length = np.sqrt((made**2).sum(axis=1, keepdims=True))
    np.divide(made, length, out=made, where=length > 0)
    return made


def presence(words: Sequence[Sequence[str]]) -> Matrix:
    """Which words stand in which text, `[rows, words]`; of words in two texts or more."""
    vocabulary = _vocabulary(words, 2, 2_000)
    made = np.zeros((len(words), max(len(vocabulary), 1)), dtype=np.float32)
    for row, one in enumerate(words):
        places = {vocabulary[word] for word in one if word in vocabulary}
        made[row, sorted(places)] = 1
    return made


def _members(codes: Ints, classes: int) -> Matrix:
    made = np.zeros((len(codes), classes), dtype=np.float32)
    made[np.arange(len(codes)), codes] = 1
    return made


def naive_bayes(learn: Matrix, codes: Ints, classes: int, judged: Matrix) -> Floats:
    """Probabilities `[judged, classes]` of multinomial naive Bayes."""
    rows = np.bincount(codes, minlength=classes).astype(np.float64)
    sums = (_members(codes, classes).T @ learn).astype(np.float64) + SMOOTHING
    logs = np.log(sums / sums.sum(axis=1, keepdims=True))
    prior = np.log(np.maximum(rows, FLOOR) / max(rows.sum(), 1))
    return _softmax(judged.astype(np.float64) @ logs.T + prior)


def regression(alike: Matrix, codes: Ints, classes: int, judged: Matrix) -> Floats:
    """Probabilities `[judged, classes]` of ridge regression on the labels' indicators, from products of rows.

    Parameters
    ----------
    alike, judged
        Products `[learn, learn]` and `[judged, learn]`.
    """
    wanted = 2 * _members(codes, classes).astype(np.float64) - 1
    mean = wanted.mean(axis=0)
    weights = np.linalg.solve(alike.astype(np.float64) + RIDGE * np.eye(len(codes)), wanted - mean)
    return _softmax(SHARPNESS * (judged.astype(np.float64) @ weights + mean))


def _softmax(logits: Floats) -> Floats:
    shifted = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(np.maximum(shifted / shifted.sum(axis=1, keepdims=True), FLOOR))


def word_list(learn: Matrix, codes: Ints, classes: int, judged: Matrix) -> Ints:
    """Answers of a list of words, the first that stands in the text decides, else the commonest label.

    The next word of the list is the one that sets most of the rows right which no earlier one has decided.
    """
    member, default = _members(codes, classes), usual(codes, classes)
    undecided = np.ones(len(codes), dtype=np.float32)
    rules: list[tuple[int, int]] = []
    for _ in range(WORDS_A_LABEL * classes):
        hits = learn.T @ (member * undecided[:, None])  # [words, classes]
        gain = hits - hits[:, [default]]
        word, label = divmod(int(gain.argmax()), classes)
        if gain[word, label] < 2:
            break
        rules.append((word, label))
        undecided *= 1 - learn[:, word]
    answers = np.full(len(judged), default, dtype=np.int64)
    for word, label in reversed(rules):
        answers[judged[:, word] > 0] = label
    return answers
