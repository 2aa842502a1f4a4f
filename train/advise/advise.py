"""All questions asked of a case, and the verdict."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from curate.task import Kind
from train.advise.case import Case, Evidence, Signal
from train.advise.facts import facts
from train.advise.growth import growth
from train.advise.learn import learned
from train.advise.lookup import learnable, lookup, misplaced
from train.advise.narrow import narrow
from train.advise.noise import noise
from train.advise.pays import pays
from train.advise.repeats import repeats
from train.advise.resolve import resolve
from train.advise.seen import seen
from train.advise.simple import simple
from train.advise.verdict import Rule, decide


@dataclass(frozen=True)
class Advice:
    """What is advised, by which rule, and every signal by name, in the order in which they were asked."""

    rule: Rule
    signals: Mapping[str, Signal]

    @property
    def verdict(self) -> str:
        """One of `train.advise.verdict.VERDICTS`."""
        return self.rule.verdict

    @property
    def evidence(self) -> list[Evidence]:
        """Rows that show why."""
        return [
            one for name in self.rule.shown_by if name in self.signals for one in self.signals[name].evidence
        ]


def advise(case: Case) -> Advice:
    """Ask every question, and decide."""
    signals = {signal.name: signal for signal in _signals(case)}
    return Advice(decide(case, signals), signals)


def _signals(case: Case) -> list[Signal]:
    repeated = repeats(case)
    told = [_metric(case), narrow(case), repeated.signal(case.height), facts(case)]
    if case.kind is not Kind.CLASSIFICATION:
        way = simple(case, None)
        told += [misplaced(case), way, seen(case), noise(case, repeated, None, False)]
        score = way.figures["score"]
        return [*told, resolve(case, float(score)), pays(case)]
    words = learned(case.part)
    learns = learnable(words)
    way = simple(case, words)
    told += [learns, lookup(case), way, seen(case)]
    told += [noise(case, repeated, words, bool(learns.figures["learnable"]))]
    return [*told, resolve(case, float(way.figures["score"])), pays(case), growth(case)]


def _metric(case: Case) -> Signal:
    figures = {"name": case.metric, "target": case.target, "taken_for_target": case.goal}
    if case.target is not None:
        return Signal("metric", f"{case.metric} of at least {case.target:g}", figures)
    said = (
        "no metric and target are named"
        if case.asked
        else f"no target is named: {case.goal:g} is taken for one"
    )
    return Signal("metric", said, figures)
