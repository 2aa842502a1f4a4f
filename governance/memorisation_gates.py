"""The gates of `assay check` on what fine-tuned models learned by heart: `overfitting`, `membership`,
`verbatim` and `canaries`.

They judge every adapter of the evaluation, whatever the verdict recommends: a folder under `models/` is there
to be handed on. (The control, which is not, is measured and not judged.) A limit is passed when the figure
lies above it and its interval above what a model without memory shows: chance on few rows fails nobody. Where
nothing of that kind can be measured, the gate passes and says why.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from governance.params import LIMITS, CheckParams, LimitName

Verdict = tuple[bool, str, str]  # passed, what was seen, what to run

_ADAPTER = "adapter"
_SOFTER = (
    "train more softly (params.train.{section}: fewer epochs, a lower lr or rank), or on more rows; where "
    'this much is all right, say why: check.limits: [{{limit: {limit}, value: {value}, reason: "...", '
    'date: "{date}"}}] in params.yaml'
)
_FIXES = {
    "overfit_gap": _SOFTER + ", then: dvc repro",
    "membership_auc": _SOFTER + ", then: dvc repro",
    "verbatim_excess": "look for rows that stand more than once (assay dedup), then "
    + _SOFTER
    + "; dvc repro",
    "canary_bits": "redact what must not be told (assay audit), then " + _SOFTER + "; dvc repro",
}
# Adapters that are trained by another one's section of params.yaml.
_SECTIONS = {"lm_lora_retrieved": "lm_lora"}


@dataclass(frozen=True)
class _Limits:
    """The limits in force, and an example of a day for the fix."""

    values: Mapping[str, float]
    today: str

    def judged(self, limit: str, system: str, figure: float, low: float, none: float) -> tuple[bool, str]:
        """Whether a figure keeps its limit, and what to do otherwise.

        Parameters
        ----------
        low
            Lower end of its interval.
        none
            What a model shows that remembers nothing.
        """
        passed = figure <= self.values[limit] or low <= none
        section = _SECTIONS.get(system, system)
        value = f"{-(-figure * 20 // 1) / 20:g}"  # the next twentieth above
        fix = _FIXES[limit].format(section=section, limit=limit, value=value, date=self.today)
        return passed, "" if passed else fix


def limits_of(params: CheckParams, today: str) -> _Limits:
    """The defaults, and in their place what somebody decided."""
    decided: dict[LimitName, float] = {entry.limit: entry.value for entry in params.limits}
    return _Limits({str(name): value for name, value in {**LIMITS, **decided}.items()}, today)


def memorised(gate: str, comparison: Mapping[str, Any], limits: _Limits) -> Iterator[Verdict]:
    """The verdicts of one of the four gates.

    Parameters
    ----------
    comparison
        `reports/evaluation/comparison.json`.
    """
    adapters = [one["name"] for one in comparison["systems"] if one["family"] == _ADAPTER]
    if not adapters:
        yield True, "no adapter was judged: nothing was fine-tuned that could remember", ""
        return
    if "memorisation" not in comparison:
        yield False, "the evaluation is of an older assay and does not say", "dvc repro evaluate"
        return
    if gate == "canaries":
        yield _canaries(comparison["canaries"], limits)
        return
    part = comparison["overfitting" if gate == "overfitting" else "memorisation"]
    judge = {"overfitting": _overfitting, "membership": _membership, "verbatim": _verbatim}[gate]
    for name in adapters:
        if "same_weights_as" not in part[name] or gate == "overfitting":
            yield judge(name, part[name], limits)


def _overfitting(name: str, part: Mapping[str, Any], limits: _Limits) -> Verdict:
    gap, most = part["gap"], limits.values["overfit_gap"]
    words = (
        f"{name} scores {part['train']:.3f} on rows it was trained on and {part['held_out']:.3f} on held-out "
        f"ones: a gap of {_interval(gap)}; {most:g} is allowed"
    )
    if part["course"] and part["course"]["turned_up"]:
        words += f". {part['course']['words']}"
    passed, fix = limits.judged("overfit_gap", name, gap["point"], gap["low"], 0.0)
    return passed, words, fix


def _membership(name: str, part: Mapping[str, Any], limits: _Limits) -> Verdict:
    area, most = part["membership"]["auc"], limits.values["membership_auc"]
    words = (
        f"who holds a row and asks {name} tells training rows from held-out ones with an AUC of "
        f"{_interval(area)}, where 0.5 is a guess; {most:g} is allowed"
    )
    passed, fix = limits.judged("membership_auc", name, area["point"], area["low"], 0.5)
    return passed, words, fix


def _verbatim(name: str, part: Mapping[str, Any], limits: _Limits) -> Verdict:
    told, most = part["verbatim"], limits.values["verbatim_excess"]
    if not told["applies"]:
        return True, f"not applicable to {name}: {told['why']}", ""
    excess = told["excess"]
    words = (
        f"after {told['prefix_tokens']} tokens {name} completes {told['train']:.0%} of training answers "
        f"word for word and {told['held_out']:.0%} of held-out ones: an excess of {_interval(excess)}; "
        f"{most:g} is allowed"
    )
    passed, fix = limits.judged("verbatim_excess", name, excess["point"], excess["low"], 0.0)
    return passed, words, fix


def _canaries(told: Mapping[str, Any] | None, limits: _Limits) -> Verdict:
    """The canaries that stand least often, against the base model."""
    if told is None:
        return True, "not measured, since it takes one more training: train.canaries: {} in params.yaml", ""
    if not told["applies"]:
        return True, f"not applicable: {told['why']}", ""
    line, most = told["by_repetitions"][0], limits.values["canary_bits"]
    bits = line["exposure"] - line["base_model"]
    times = "once" if line["times"] == 1 else f"{line['times']} times"
    words = (
        f"a secret that stands {times} in the training rows is exposed by {line['exposure']:.1f} bits, "
        f"{bits:+.1f} against the base model (of {told['most_bits']:.1f} possible); {most:g} more are allowed"
    )
    passed, fix = limits.judged("canary_bits", told["system"], bits, bits, 0.0)
    return passed, words, fix


def _interval(figure: Mapping[str, float]) -> str:
    return f"{figure['point']:.2f} [{figure['low']:.2f}, {figure['high']:.2f}]"
