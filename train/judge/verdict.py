"""Was fine-tuning worth it? One of three answers, from figures alone.

`gain` is the task metric of the fine-tuned system minus that of the best simpler one, with its interval [low,
high]; `w` is the smallest gain worth having; a gain is *significant* when its paired test says so and its
interval lies above zero. The target is met when the point estimate reaches it. The first line that fits
decides:

| the interval of the gain          | simpler meets target | further                         | verdict           |
|-----------------------------------|----------------------|---------------------------------|-------------------|
| high < w: no worthwhile gain      | any                  | -                               | simpler_is_enough |
| significant, gain >= w            | any                  | - (target met or brought nearer)| fine_tune         |
| significant, gain < w <= high     | yes                  | -                               | simpler_is_enough |
| significant, gain < w <= high     | no                   | fine-tuned system meets target  | fine_tune         |
| significant, gain < w <= high     | no                   | neither meets it                | not_enough_data   |
| not significant, high >= w        | yes                  | -                               | simpler_is_enough |
| not significant, high >= w        | no                   | -                               | not_enough_data   |
| no fine-tuned system was trained  | yes / no             | -                               | simpler_is_enough / not_enough_data |

Cost never changes the answer, since it depends on the machine; it is said beside it (`Verdict.cost`).
"""  # noqa: E501

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Outcome = Literal["fine_tune", "simpler_is_enough", "not_enough_data"]


@dataclass(frozen=True)
class Standing:
    """A system's place: its title, its metric on the held-out rows, and what it costs."""

    title: str
    score: float
    trainable_parameters: int
    latency_ms: float | None = None
    train_seconds: float | None = None


@dataclass(frozen=True)
class Gain:
    """Fine-tuned minus best simpler system: the metric's difference, its interval, and its paired test."""

    point: float
    low: float
    high: float
    p_value: float
    # Smallest gain these rows would have shown with 80 % power, in the metric.
    detectable: float
    # Rows it would take to show a gain of `worthwhile`.
    rows_needed: float


@dataclass(frozen=True)
class Verdict:
    """The answer, in one line, with its reasons; `cost` holds the figures that vary from run to run."""

    outcome: Outcome
    headline: str
    reasons: tuple[str, ...]
    cost: str = ""


def decide(
    *,
    metric: str,
    target: float,
    worthwhile: float,
    rows: int,
    simpler: Standing,
    tuned: Standing | None = None,
    gain: Gain | None = None,
    alpha: float = 0.05,
) -> Verdict:
    """The verdict by the table above.

    Parameters
    ----------
    metric, target
        What a reader calls the task card's metric (`macro-F1`), and its target, 0..1.
    worthwhile
        Smallest gain in the metric worth having.
    rows
        Held-out rows judged.
    simpler
        The best system that is not fine-tuned.
    tuned, gain
        The fine-tuned system and its difference from `simpler`; both or neither.
    alpha
        Level of the paired test.
    """
    name = metric
    simpler_meets = simpler.score >= target
    if tuned is None or gain is None:
        outcome: Outcome = "simpler_is_enough" if simpler_meets else "not_enough_data"
        return Verdict(
            outcome,
            f"{headline_of(outcome, target, simpler, None)}: no fine-tuned system was trained",
            (_target_reason(name, target, simpler, None),),
        )
    significant = gain.p_value < alpha and gain.low > 0
    outcome, why = cell(gain, worthwhile, significant, simpler_meets, tuned.score >= target)
    reasons = [
        f"{tuned.title} scores {tuned.score:.3f} {name} on {rows:,} held-out rows, {simpler.title}, the "
        f"best simpler system, {simpler.score:.3f}: "
        f"a difference of {gain.point:+.3f} (interval {gain.low:+.3f} to {gain.high:+.3f}, paired test "
        f"{_p(gain.p_value)}).",
        why.format(w=f"{worthwhile:.3f}", name=name),
        _target_reason(name, target, simpler, tuned),
        f"With 80 % power these rows could have shown a difference of {gain.detectable:.3f} or more"
        + (
            f"; to show one of {worthwhile:.3f} would take about {_round_up(gain.rows_needed):,} rows."
            if gain.rows_needed > rows
            else "."
        ),
    ]
    headline = (
        f"{headline_of(outcome, target, simpler, tuned)}: {gain.point:+.3f} {name} for {tuned.title} "
        f"over {simpler.title} "
        f"({_p(gain.p_value)})"
    )
    return Verdict(outcome, headline, tuple(reasons), _cost_reason(tuned, simpler))


def headline_of(outcome: Outcome, target: float, simpler: Standing, tuned: Standing | None) -> str:
    """The answer in a few words, with the target where the recommended system misses it."""
    if outcome == "fine_tune" and tuned is not None and tuned.score < target:
        return "fine-tuning helps, but misses the target"
    if outcome == "simpler_is_enough" and simpler.score < target:
        return "fine-tuning adds nothing worth having, and the target is missed"
    return _HEADLINES[outcome]


def cheapest_reason(metric: str, target: float, systems: Sequence[Standing]) -> str:
    """Which system that meets the target is the cheapest to make: fewest trained parameters, then the
    better score.
    """
    meeting = sorted(
        (system for system in systems if system.score >= target),
        key=lambda system: (system.trainable_parameters, -system.score, system.title),
    )
    if not meeting:
        return ""
    cheapest = meeting[0]
    trained = (
        f"{cheapest.trainable_parameters:,} trained parameters"
        if cheapest.trainable_parameters
        else "nothing to train"
    )
    return (
        f"{cheapest.title} already meets the target of {target:.3f} {metric}, at {cheapest.score:.3f} "
        f"and with {trained}: "
        f"the cheapest that does."
    )


_HEADLINES: dict[Outcome, str] = {
    "fine_tune": "fine-tuning is worth it",
    "simpler_is_enough": "the simpler system is enough",
    "not_enough_data": "not enough data to tell",
}


def cell(
    gain: Gain, worthwhile: float, significant: bool, simpler_meets: bool, tuned_meets: bool
) -> tuple[Outcome, str]:
    """The cell of the module's table, and its sentence (`{w}` and `{name}` still open)."""
    if gain.high < worthwhile:
        return (
            "simpler_is_enough",
            "The whole interval lies below {w}, the smallest gain worth having: these rows rule a "
            "worthwhile gain out.",
        )
    if significant and gain.point >= worthwhile:
        return "fine_tune", "The gain is significant and at least {w}, the smallest worth having."
    if significant and simpler_meets:
        return (
            "simpler_is_enough",
            "The gain is real but smaller than {w}, the smallest worth having, and the simpler system "
            "meets the target without it.",
        )
    if significant and tuned_meets:
        return (
            "fine_tune",
            "The gain is real though smaller than {w}, and it is what carries {name} over the target.",
        )
    if significant:
        return (
            "not_enough_data",
            "The gain is real, but these rows cannot say whether it reaches {w}, the smallest worth having.",
        )
    if simpler_meets:
        return "simpler_is_enough", "No gain was shown, and the simpler system meets the target as it is."
    return (
        "not_enough_data",
        "The interval holds both no gain and a gain of {w} or more: these rows cannot tell them apart.",
    )


def _target_reason(name: str, target: float, simpler: Standing, tuned: Standing | None) -> str:
    """Who meets the target."""
    meets = [system.title for system in (simpler, tuned) if system is not None and system.score >= target]
    if not meets:
        return (
            f"Neither meets the target of {target:.3f} {name}."
            if tuned
            else f"{simpler.title} at {simpler.score:.3f} misses the target of {target:.3f} {name}."
        )
    both = len(meets) == 2
    return (
        f"The target of {target:.3f} {name} is met by "
        f"{'both' if both else meets[0] + (' alone' if tuned else '')}."
    )


def _cost_reason(tuned: Standing, simpler: Standing) -> str:
    """What the gain costs, in parameters and, where they were measured here, in time."""
    return f"{_cost(tuned)}; {_cost(simpler)}."


def _cost(system: Standing) -> str:
    words = f"{system.title} trains {system.trainable_parameters:,} parameters"
    if system.train_seconds is not None:
        words += f" in {system.train_seconds:.1f} s"
    if system.latency_ms is not None:
        words += f" and answers in {system.latency_ms:.1f} ms a row"
    return words


def _p(value: float) -> str:
    return "p < 0.001" if value < 0.001 else f"p = {value:.3f}"


def _round_up(rows: float) -> int:
    """Two significant digits: the figure is an estimate."""
    whole = math.ceil(min(rows, 1e12))
    scale = int(10 ** max(len(str(whole)) - 2, 0))
    return -(-whole // scale) * scale
