"""Which simpler way is enough: prompting, retrieval, a smaller system, or better data first?

Each way is the best of its systems on the held-out rows, held against the fine-tuned one by the rule of the
verdict (`train.judge.verdict`): it is enough where that rule says "simpler is enough" of the two. Of several
that are enough the simplest is named, in the order prompting, retrieval, smaller system.

"Fix the data first" does not compare systems but measures: where more of the rows carry a wrong label, or
contradict another row of the same input, than the gap between the systems, then the gap may be made of them.
How many labels are wrong is estimated (`train.labels`); contradictions are counted.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from typing import Any

import polars as pl

from curate.task import Kind
from train.judge.verdict import Gain, cell
from train.kinds import Scoring
from train.params import CLASSIFIERS
from train.systems.base import FINE_TUNED

# Families of the systems that each way is made of; a smaller system learns, but no language model does.
_WAYS = {
    "prompting": ("prompt", "prompting stand-in"),
    "retrieval": ("retrieval",),
    "smaller system": ("words", "probe", "floor"),
}
# Outputs of one input that are tried as the right one, the commonest first.
_TRIED = 8
WAYS = (*_WAYS, "fix the data first")


def which_is_enough(
    document: Mapping[str, Any], worthwhile: float, alpha: float, doubtful: float, contradicting: float
) -> dict[str, Any]:
    """The ways with their evidence, and the one that is enough.

    Parameters
    ----------
    document
        Of the judgement: `systems`, `comparisons`, `fine_tuned`, `metric`.
    worthwhile, alpha
        Smallest gain worth having, and level of the tests.
    doubtful, contradicting
        Shares of the gold rows whose label looks wrong, and that contradict another row.

    Returns
    -------
    dict
        `enough` (name of the simplest way that is, None if none), `data_first` (bool), `sentence`, and
        `ways`: `way, system, score, gain, low, high, p, enough, why, evidence`.
    """
    metric, target = document["metric"]["name"], document["metric"]["target"]
    title = document["metrics"][metric]
    systems = {one["name"]: one for one in document["systems"]}
    tuned = systems.get(document["fine_tuned"] or "")
    lines = []
    for way, families in _WAYS.items():
        mine = [one for one in systems.values() if _belongs(one, way, families, tuned)]
        if not mine:
            continue
        best = max(mine, key=lambda one: (one[metric]["point"], one["name"]))
        lines.append(_judged(way, best, tuned, document, metric, target, title, worthwhile, alpha))
    gap = _gap(document, systems, tuned, metric, target)
    enough = next((line["way"] for line in lines if line["enough"]), None)
    settled = any(line["enough"] and line["score"] >= target for line in lines)
    data = _data(gap, doubtful, contradicting, title, settled)
    return {
        "enough": enough,
        "data_first": data["enough"],
        "sentence": _sentence(lines, data, enough),
        "ways": [*lines, data],
    }


def _belongs(
    one: Mapping[str, Any], way: str, families: tuple[str, ...], tuned: Mapping[str, Any] | None
) -> bool:
    """Whether a system is of a way; a fine-tuned encoder is smaller than a fine-tuned language model."""
    smaller = (
        way == "smaller system"
        and tuned is not None
        and tuned["name"] not in CLASSIFIERS
        and one["name"] in CLASSIFIERS
        and one["family"] in FINE_TUNED
    )
    return one["family"] in families or smaller


def _judged(
    way: str,
    best: Mapping[str, Any],
    tuned: Mapping[str, Any] | None,
    document: Mapping[str, Any],
    metric: str,
    target: float,
    title: str,
    worthwhile: float,
    alpha: float,
) -> dict[str, Any]:
    score = best[metric]["point"]
    meets = score >= target
    line = {"way": way, "system": best["name"], "score": score}
    scored = f"{best['title']} scores {score:.3f} {title}"
    pair = _pair(document, best["name"])
    if tuned is None or pair is None:
        evidence = f"{scored}, and {'meets' if meets else 'misses'} the target of {target:.3f}"
        unknown = dict.fromkeys(("gain", "low", "high", "p"))
        why = f"{'meets' if meets else 'misses'} the target of {target:.3f}"
        return {**line, **unknown, "enough": meets and tuned is None, "why": why, "evidence": f"{evidence}."}
    difference, p = pair["difference"], pair["p_metric"]
    gain = Gain(difference["point"], difference["low"], difference["high"], p, 0.0, 0.0)
    outcome, _ = cell(gain, worthwhile, p < alpha and gain.low > 0, meets, tuned[metric]["point"] >= target)
    if gain.high < worthwhile:
        why = f"a gain of {worthwhile:.3f} over it is ruled out"
    elif outcome == "simpler_is_enough":
        why = f"it meets the target of {target:.3f}, and no gain worth having over it was shown"
    elif outcome == "fine_tune":
        why = "the gain over it is shown and worth having"
    else:
        why = "these rows cannot tell whether fine-tuning gains over it"
    return {
        **line,
        "gain": gain.point,
        "low": gain.low,
        "high": gain.high,
        "p": p,
        "enough": outcome == "simpler_is_enough",
        "why": why,
        "evidence": f"{scored}; fine-tuning adds {gain.point:+.3f} [{gain.low:+.3f}, {gain.high:+.3f}] "
        f"({_p(p)}): {why}.",
    }


def _pair(document: Mapping[str, Any], name: str) -> Mapping[str, Any] | None:
    """The comparison of the fine-tuned system with system `name`."""
    tuned = document["fine_tuned"]
    found: Mapping[str, Any] | None = next(
        (
            pair
            for pair in document["comparisons"]
            if pair["system"] == tuned and pair["against"] == name and pair["purpose"] != "control"
        ),
        None,
    )
    return found


def _gap(
    document: Mapping[str, Any],
    systems: Mapping[str, Any],
    tuned: Mapping[str, Any] | None,
    metric: str,
    target: float,
) -> float:
    """What separates the systems; without a fine-tuned one, what the best one lacks to the target."""
    best = systems[document["best_simpler"]][metric]["point"]
    return float(abs(tuned[metric]["point"] - best) if tuned is not None else max(0.0, target - best))


def _data(gap: float, doubtful: float, contradicting: float, title: str, settled: bool) -> dict[str, Any]:
    share = max(doubtful, contradicting)
    first = share > 0 and share >= gap and not settled
    if share == 0:
        why = "nothing that a gap could be made of"
    elif first:
        why = "it may be made of them"
    elif share >= gap:
        why = "a simpler way meets the target all the same"
    else:
        why = "more than they can make up"
    words = (
        f"{doubtful:.1%} of the gold labels look wrong and {contradicting:.1%} of the rows contradict "
        f"another row of the same input; the gap between the systems is {gap:.3f} {title}: {why}."
    )
    unknown = dict.fromkeys(("system", "score", "gain", "low", "high", "p"))
    return {"way": WAYS[-1], **unknown, "enough": first, "why": words, "evidence": words}


def _sentence(lines: list[dict[str, Any]], data: Mapping[str, Any], enough: str | None) -> str:
    """What to do, in a sentence with its evidence."""
    first = f"Fix the data first: {data['evidence']} " if data["enough"] else ""
    if enough is not None:
        line = next(line for line in lines if line["way"] == enough)
        return f"{first}Enough is {enough}: {line['evidence']}"
    if not lines:
        return f"{first}No prompt, retrieval or smaller system was compared."
    named = [line["way"] for line in lines]
    listed = f"{', '.join(named[:-1])} nor {named[-1]}" if len(named) > 1 else named[0]
    start = "Neither " if len(named) > 1 else "Not even "
    closest = max(lines, key=lambda line: line["score"])
    return f"{first}{start}{listed} was shown to be enough: {closest['evidence']}"


def contradicting(gold: pl.DataFrame, kind: Kind, scoring: Scoring) -> float:
    """Share of rows that contradict another row of the same input (white space, case and Unicode form
    aside): the fewest rows that would have to be changed.

    Labels contradict where they differ, forms where a value does, preferences where one row rejects what
    another chose; texts, of which several are right, where they score below a half as answers to each other.

    Parameters
    ----------
    gold
        `input, output`, and `rejected` where the kind has it.
    """
    if gold.is_empty():
        return 0.0
    inputs = [" ".join(unicodedata.normalize("NFKC", text).casefold().split()) for text in gold["input"]]
    repeated = gold.with_columns(pl.Series("_input", inputs)).filter(pl.len().over("_input") > 1)
    wrong = 0
    for _, rows in repeated.group_by("_input", maintain_order=True):
        counted = rows["output"].value_counts().sort(["count", "output"], descending=[True, False])
        wrong += min(
            int((~_agrees(rows, output, kind, scoring)).sum()) for output in counted["output"].head(_TRIED)
        )
    return wrong / gold.height


def _agrees(rows: pl.DataFrame, usual: str, kind: Kind, scoring: Scoring) -> pl.Series:
    """Which rows take `usual` for right."""
    if kind is Kind.PREFERENCE:
        return rows["rejected"] != usual
    answers = pl.repeat(usual, rows.height, dtype=pl.String, eager=True)
    if kind in (Kind.CLASSIFICATION, Kind.EXTRACTION):
        return pl.Series(scoring.right(rows, answers))
    metric = scoring.metrics["chrf"].of
    return pl.Series(metric(scoring.matrix(rows, answers)) >= 0.5)


def _p(value: float) -> str:
    return "p < 0.001" if value < 0.001 else f"p = {value:.3f}"
