"""The cost sheet: what each system takes, what a request costs, and from how many requests fine-tuning pays.

A request is priced by its tokens where params state a price for these, else by the time that it keeps a
machine busy: one request at a time, as was measured. Ranges come from the rows: prices of single requests are
drawn again with replacement, 2,000 times (nothing is taken to be normal: of a few dozen rows a mean is not).

Break-even of the fine-tuned system against the best prompted one: what training (seconds of the machine) and
labelling cost, divided by what each request saves. A prompted system pays for its longer prompt every time, a
fine-tuned one once. Where it saves nothing a request that is "never", and where the range reaches that far it
has no end. Without any price the same is told in seconds of the machine.

Pure: reads nothing. What was not measured is None, never zero.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from train.arrays import Floats
from train.cost_params import CostParams, Price

# Families of systems that ask a language model with a prompt.
PROMPTED = ("prompt", "retrieval", "prompting stand-in")
_DRAWS = 2000
_SEED = 0


@dataclass(frozen=True)
class Line:
    """One system's costs; None is "not measured", or "no price"."""

    name: str
    title: str
    figures: Mapping[str, float]
    per_thousand: float | None = None
    low: float | None = None
    high: float | None = None
    basis: str = ""


@dataclass(frozen=True)
class BreakEven:
    """Requests from which fine-tuning has paid; `requests` None: never.

    `low` and `high` are its range; `high` None: it has no end.
    """

    tuned: str
    prompted: str
    fixed: float
    saved: float
    requests: float | None
    low: float | None
    high: float | None
    unit: str
    labelling: bool

    def words(self) -> str:
        """The answer in a sentence."""
        against = f"{self.tuned} against {self.prompted}, the best prompted system"
        paid = f"{self.fixed:,.4g} {self.unit} for training" + (" and labelling" if self.labelling else "")
        if self.requests is None:
            maybe = (
                "" if self.low is None else f" (the rows allow {_count(self.low)} requests or more, or never)"
            )
            return (
                f"Break-even: never{maybe}. {against}: it does not save anything a request "
                f"({-self.saved * 1000:+,.4g} {self.unit} per 1,000)."
            )
        end = "never" if self.high is None else _count(self.high)
        start = "0" if self.low is None else _count(self.low)
        return (
            f"Break-even: {_count(self.requests)} requests (range {start} to {end}). {against}: {paid}, and "
            f"{self.saved * 1000:,.4g} {self.unit} saved per 1,000 requests."
        )


@dataclass(frozen=True)
class Sheet:
    """Every system's line, the break-even, and what a reader must know of the figures."""

    lines: Sequence[Line]
    break_even: BreakEven | None
    notes: Sequence[str]
    currency: str


def cost_sheet(
    comparison: Mapping[str, Any],
    costs: Mapping[str, Any],
    samples: Mapping[str, Mapping[str, Sequence[float]]],
    params: CostParams,
    endpoint: Price | None = None,
) -> Sheet:
    """The sheet of an evaluation.

    Parameters
    ----------
    comparison
        `comparison.json`: systems, their families, the best on the held-out rows.
    costs, samples
        As `train.cost` reads them; empty where nothing was measured here.
    endpoint
        The price that train.endpoint states.
    """
    figures = costs.get("systems", {})
    draws = _Draws(samples)
    lines, priced = [], {}
    for one in comparison["systems"]:
        name = one["name"]
        mine = figures.get(name, {})
        price = _price(name, params, endpoint)
        prices, basis = request_prices(samples.get(name, {}), mine, price)
        priced[name] = prices
        line = Line(name, one["title"], mine, basis=basis)
        if prices is not None:
            low, high = draws.range(name, prices)
            mean = float(prices.mean()) * 1000
            line = Line(name, one["title"], mine, mean, low * 1000, high * 1000, basis)
        lines.append(line)
    return Sheet(
        lines,
        _break_even(comparison, figures, samples, priced, params, draws),
        _notes(costs, lines, params),
        params.currency,
    )


def _price(name: str, params: CostParams, endpoint: Price | None) -> Price:
    if name in params.prices:
        return params.prices[name]
    if name == "endpoint":
        return endpoint or Price()
    return Price(machine_hour=params.machine_hour)


def request_prices(
    samples: Mapping[str, Sequence[float]], figures: Mapping[str, float], price: Price
) -> tuple[Floats | None, str]:
    """What single requests cost, currency `[requests]`, and by what; None where price or measure is
    missing.
    """
    if price.tokens_in is not None or price.tokens_out is not None:
        if "tokens_in" not in samples:
            return None, ""
        read, written = (np.array(samples[name], dtype=np.float64) for name in ("tokens_in", "tokens_out"))
        return (read * (price.tokens_in or 0.0) + written * (price.tokens_out or 0.0)) / 1e6, "tokens"
    if price.machine_hour is not None and samples.get("ms"):
        return np.array(samples["ms"], dtype=np.float64) / 3.6e6 * price.machine_hour, "machine time"
    return None, ""


class _Draws:
    """Means of rows drawn again with replacement. Systems that were measured on the same rows in the same
    order share their draws, so that a difference of two is drawn in pairs.
    """

    def __init__(self, samples: Mapping[str, Mapping[str, Sequence[float]]]) -> None:
        self.samples = samples
        self._made: dict[int, Floats] = {}

    def means(self, prices: Floats) -> Floats:
        """Means of every draw, `[draws]`."""
        rows = len(prices)
        if rows not in self._made:
            chosen = np.random.default_rng(_SEED).integers(rows, size=(_DRAWS, rows))
            counts = np.zeros((_DRAWS, rows))
            np.add.at(counts, (np.arange(_DRAWS)[:, None], chosen), 1.0)
            self._made[rows] = counts / rows
        return np.asarray(self._made[rows] @ prices)

    def range(self, name: str, prices: Floats) -> tuple[float, float]:
        """The middle 95 % of the means."""
        low, high = np.quantile(self.means(prices), [0.025, 0.975])
        return float(low), float(high)


def _break_even(
    comparison: Mapping[str, Any],
    figures: Mapping[str, Mapping[str, float]],
    samples: Mapping[str, Mapping[str, Sequence[float]]],
    priced: Mapping[str, Floats | None],
    params: CostParams,
    draws: _Draws,
) -> BreakEven | None:
    """Of the fine-tuned system on trial against the best prompted one; None where one is missing or was not
    measured.
    """
    metric = comparison["metric"]["name"]
    systems = {one["name"]: one for one in comparison["systems"]}
    prompted = [one for one in systems.values() if one["family"] in PROMPTED]
    tuned = systems.get(comparison["fine_tuned"] or "")
    if tuned is None or not prompted:
        return None
    best = max(prompted, key=lambda one: (one[metric]["point"], one["name"]))
    seconds = figures.get(tuned["name"], {}).get("train_seconds")
    mine, theirs = priced[tuned["name"]], priced[best["name"]]
    unit = params.currency or "currency"
    if mine is not None and theirs is not None:
        hour = _price(tuned["name"], params, None).machine_hour
        hour = params.machine_hour if hour is None else hour
        parts = [params.labelling, None if seconds is None or hour is None else seconds / 3600 * hour]
        if all(part is None for part in parts):
            return None
        fixed = sum(part for part in parts if part is not None)
    else:
        ours, others = (samples.get(one["name"], {}).get("ms") for one in (tuned, best))
        if not ours or not others or seconds is None:
            return None
        mine, theirs = np.array(ours) / 1000, np.array(others) / 1000
        fixed, unit = seconds, "seconds"
    saved = draws.means(theirs) - draws.means(mine)
    low, high = (float(bound) for bound in np.quantile(saved, [0.025, 0.975]))
    point = float(theirs.mean() - mine.mean())
    return BreakEven(
        tuned["title"],
        best["title"],
        fixed,
        point,
        fixed / point if point > 0 else None,
        fixed / high if high > 0 else None,
        fixed / low if low > 0 else None,
        unit,
        params.labelling is not None and unit != "seconds",
    )


def _notes(costs: Mapping[str, Any], lines: Sequence[Line], params: CostParams) -> list[str]:
    notes = []
    if not costs.get("systems"):
        return ["Not measured on this machine: assay evaluate measures what answering takes here."]
    machine = costs.get("machine", {})
    if machine.get("load", 0.0) > machine.get("cores", 1):
        notes.append(
            f"The machine was busy while this was measured (load {machine['load']:.1f} on "
            f"{machine['cores']} cores): seconds are too long."
        )
    if any(not line.figures.get("train_seconds") for line in lines):
        notes.append("Seconds of training are absent where it ran on another machine.")
    if all(line.per_thousand is None for line in lines):
        notes.append("No price is declared (params.yaml: cost), so tokens and seconds are all that is told.")
    if params.labelling is None:
        notes.append("What labelling the training rows cost is not declared and not counted.")
    return notes


def _count(requests: float) -> str:
    """A number of requests to two digits: it is an estimate."""
    if requests < 100:
        return f"{requests:.0f}"
    scale = 10 ** (len(str(int(requests))) - 2)
    return f"{round(requests / scale) * scale:,}"
