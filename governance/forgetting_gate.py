"""The gate of `assay check` on forgetting: the model that the verdict recommends can still do what its base
could.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

Verdict = tuple[bool, str, str]  # passed, what was seen, what to run

_FIX = (
    "train less or more softly (params.train.{section}: fewer epochs, a lower lr or rank), or add general "
    "instructions to the training rows; where the model only ever does this task, say so by a larger "
    "params.evaluate.forgetting, then: dvc repro"
)


def forgetting(comparison: dict[str, Any], recommended: str) -> Iterator[Verdict]:
    """Whether the recommended system lost more than is allowed.

    Parameters
    ----------
    comparison
        `reports/evaluation/comparison.json`.
    recommended
        The system that the verdict recommends.
    """
    told = comparison.get("forgetting")
    if told is None:
        yield True, "no fine-tuned language model was judged", ""
        return
    systems = {one["name"]: one for one in told["systems"]}
    if recommended not in systems:
        yield (
            True,
            f"the verdict recommends {recommended}, which has not been fine-tuned and forgets nothing",
            "",
        )
        return
    system, allowed = systems[recommended], told["allowed"]
    loss, rate = system["loss"], system["pass_rate"]
    rise, fall = loss["difference"], rate["difference"]
    seen = (
        f"of {told['instructions']} general instructions {recommended} passes {rate['after']:.0%}, its base "
        f"{rate['before']:.0%} ({_signed(fall, '+.0%')}; a fall of {allowed['pass_rate']:.0%} is allowed); "
        f"loss {loss['after']:.2f} against {loss['before']:.2f} nats a token ({_signed(rise, '+.2f')}; a "
        f"rise of {allowed['loss']:.2f} is allowed)"
    )
    passed = rise["point"] <= allowed["loss"] and -fall["point"] <= allowed["pass_rate"]
    # Adapters of one training share its section of params.yaml.
    section = "lm_lora" if recommended == "lm_lora_retrieved" else recommended
    yield passed, seen, "" if passed else _FIX.format(section=section)


def _signed(interval: dict[str, float], form: str) -> str:
    """A difference with its interval."""
    return f"{interval['point']:{form}} [{interval['low']:{form}}, {interval['high']:{form}}]"
