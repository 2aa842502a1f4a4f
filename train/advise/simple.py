"""Is it saturated? Whether one answer for all, a list of words, or the input itself meets the target already.

For labels the two simplest ways of `learn`, judged on rows that they never saw. For JSON the commonest value
of each field, by field F1; for texts the input as it is, or the commonest output, by the share that is right.
"""

from __future__ import annotations

from collections import Counter

from curate.strict_json import NotJson, parse_json
from curate.task import Kind
from train.advise.case import Case, Signal
from train.advise.learn import Learned
from train.kinds.values import counted

_TITLES = {"commonest": "the commonest label for all", "words": "a list of two words a label"}


def simple(case: Case, learned: Learned | None) -> Signal:
    """The best of the simplest ways, and whether it meets the target."""
    if learned is not None:
        scores = {way: learned.score(way, case.metric) for way in _TITLES}
        best = max(scores, key=lambda way: (scores[way], way == "commonest"))
        further = max(learned.score(way, case.metric) for way in ("bayes", "regression"))
        figures = {"way": best, "score": round(scores[best], 4), "words_model": round(further, 4)}
        said = f"{_TITLES[best]} scores {scores[best]:.2f}, a model of words {further:.2f}"
        return _told(case, said, figures, scores[best])
    if case.kind is Kind.EXTRACTION:
        score = _commonest_form(case.part)
        said = f"the commonest value of each field scores {score:.2f}"
        return _told(case, said, {"way": "commonest", "score": round(score, 4)}, score)
    inputs = [" ".join(text.casefold().split()) for text in case.inputs]
    copied = sum(one == other for one, other in zip(inputs, case.answers, strict=True)) / max(case.height, 1)
    same = max(Counter(case.answers).values()) / max(case.height, 1)
    way, score = ("copy", copied) if copied >= same else ("commonest", same)
    title = "the input as it is" if way == "copy" else "the commonest output for all"
    said = f"{title} is right in {score:.0%} of the rows"
    return _told(case, said, {"way": way, "score": round(score, 4)}, score)


def _told(case: Case, said: str, figures: dict[str, object], score: float) -> Signal:
    meets = score >= case.goal
    return Signal(
        "simple", f"{said}; {'meets' if meets else 'misses'} {case.goal:.2f}", {**figures, "meets": meets}
    )


def _commonest_form(case: Case) -> float:
    """Field F1 of a form with the commonest value of each field that most rows have."""
    forms = []
    for answer in case.outputs:
        try:
            forms.append(counted(parse_json(answer)))
        except NotJson:
            continue
    values = Counter(leaf for form in forms for leaf in form)
    filled = Counter(path for form in forms for path in {path for path, _ in form})
    usual: dict[str, tuple[str, str]] = {}
    for leaf, _ in sorted(values.items(), key=lambda item: (-item[1], item[0])):
        if filled[leaf[0]] * 2 > len(forms):
            usual.setdefault(leaf[0], leaf)
    hits = sum(leaf in form for form in forms for leaf in usual.values())
    both = len(usual) * len(forms) + sum(len(form) for form in forms)
    return 2 * hits / both if both else 0.0
