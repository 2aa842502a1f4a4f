"""What learning in shards costs in accuracy (`train.shards`), beside the verdict.

The figure is the difference between a system and the same adapter trained on all rows at once
(`train.systems.whole`), answering the same held-out rows. That control is trained whole after every erasure,
so it is named for one evaluation and then left out; without it the verdict says that nothing was measured.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from train.judge.comparison import Judgement
from train.systems.whole import WHOLE


def with_sharding(
    judgement: Judgement, cards: Iterable[Mapping[str, Any]], metric: str, title: str
) -> Judgement:
    """The judgement with part `sharding` in its document and a reason more for each system in shards that
    has a control; untouched where nothing learned in shards.

    Parameters
    ----------
    cards
        `model.json` of every system judged.
    metric, title
        The task's metric, and what a reader calls it.
    """
    by_name = {one["name"]: one for one in judgement.document["systems"]}
    found = [
        _part(card, by_name, judgement.document["comparisons"], metric, title)
        for card in cards
        if "shards" in card and card["name"] in WHOLE
    ]
    if not found:
        return judgement
    reasons = (*judgement.verdict.reasons, *(one["sentence"] for one in found))
    verdict = replace(judgement.verdict, reasons=reasons)
    document = {
        **judgement.document,
        "sharding": found,
        "verdict": {**judgement.document["verdict"], "reasons": list(reasons)},
    }
    return replace(judgement, document=document, verdict=verdict)


def _part(
    card: Mapping[str, Any],
    by_name: Mapping[str, Mapping[str, Any]],
    comparisons: Iterable[Mapping[str, Any]],
    metric: str,
    title: str,
) -> dict[str, Any]:
    """One system in shards beside its control, JSON-safe."""
    name, count = card["name"], card["shards"]["count"]
    whole, one = by_name.get(WHOLE[name]), by_name[name]
    part = {"system": name, "shards": count, "whole": None if whole is None else whole["name"]}
    if whole is None:
        sentence = (
            f"{one['title']} learned in {count} shards; what that costs in {title} was not measured: name "
            f"{WHOLE[name]} in params.train.systems for one evaluation."
        )
        return {**part, "difference": None, "sentence": sentence}
    pair = next(
        (pair for pair in comparisons if (pair["system"], pair["against"]) == (whole["name"], name)), None
    )
    difference = one[metric]["point"] - whole[metric]["point"]
    low = high = None  # where another system is the one on trial
    if pair is not None:  # the comparison is the other way round
        low, high = -pair["difference"]["high"], -pair["difference"]["low"]
    interval = "" if pair is None else f" (interval {low:+.3f} to {high:+.3f})"
    sentence = (
        f"{one['title']} learned in {count} shards, so that an erasure trains one of them anew: "
        f"{one[metric]['point']:.3f} {title}, and {whole[metric]['point']:.3f} trained on all rows at once: "
        f"a difference of {difference:+.3f}{interval}."
    )
    return {
        **part,
        "difference": {"point": difference, "low": low, "high": high},
        "sentence": sentence,
    }
