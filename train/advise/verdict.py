"""The rules that decide, in the order in which they are asked: the first that holds is the verdict.

| verdict | rule |
|---|---|
| define the task first | the card names no metric or no target |
| retrieval | the card says that facts are fresh |
| define the task first | several tasks in one file |
| retrieval | answers change with the date |
| retrieval | half of the outputs or more state what their input does not hold |
| fix the data first | outputs fit other rows' inputs better than their own |
| prompt | one answer for all, or a list of words, meets the target |
| retrieval | nothing is learned of the labels from words, and inputs ask about a thing |
| define the task first | it is shown that words tell nothing of the labels |
| fix the data first | words tell nothing of the labels, but the rows are too few to show that |
| fix the data first | held-out rows are seen in training |
| fix the data first | wrong labels cap the score below the target |
| prompt | the declared volume never pays training back |
| fix the data first | not even a perfect score on the held-out rows would show the target |
| fine-tune | none of these |

What is wrong with the question comes before what is wrong with the rows, and that before what it costs:
neither more rows nor cheaper ones help a task that has to be looked up.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from train.advise.case import Case, Signal
from train.advise.seen import MUCH

PROMPT, RETRIEVAL, TUNE = "prompt", "retrieval", "fine-tune"
DATA, DEFINE = "fix the data first", "define the task first"
VERDICTS = (PROMPT, RETRIEVAL, TUNE, DATA, DEFINE)

# Share of the outputs from which a task is one of facts.
FACTUAL = 0.5

Signals = Mapping[str, Signal]


@dataclass(frozen=True)
class Rule:
    """A rule: when it holds, what it advises, in words, and which signals show it."""

    name: str
    verdict: str
    words: str
    holds: Callable[[Case, Signals], bool]
    shown_by: tuple[str, ...] = ()
    fix: str = ""


def _is(signal: str, figure: str, value: object = True) -> Callable[[Case, Signals], bool]:
    return lambda case, told: signal in told and told[signal].figures.get(figure) == value


def _unlearned(case: Case, told: Signals) -> bool:
    return _is("learnable", "learnable", False)(case, told)


def _looked_up(case: Case, told: Signals) -> bool:
    """Twins that differ in a name and have other labels; or questions of which words tell nothing."""
    if not _unlearned(case, told):
        return False
    asked = _is("lookup", "asks")(case, told) and _is("learnable", "nothing")(case, told)
    return asked or _is("lookup", "names")(case, told)


RULES: tuple[Rule, ...] = (
    Rule(
        "no-metric",
        DEFINE,
        "nobody has said how an answer is scored and what is good enough",
        lambda case, told: case.asked and (case.metric is None or case.target is None),
        ("metric",),
        "add to task.yaml:  metric: {name: ..., target: ...}",
    ),
    Rule(
        "fresh-facts",
        RETRIEVAL,
        "the card says that the facts are fresh: training would freeze them",
        lambda case, told: case.fresh_facts,
        ("metric",),
        "look the facts up when they are asked for",
    ),
    Rule(
        "several-tasks",
        DEFINE,
        "the file holds several tasks, which no one metric judges",
        _is("narrow", "several_tasks"),
        ("narrow",),
        "take one task out of it, and give it a metric of its own",
    ),
    Rule(
        "changes-with-date",
        RETRIEVAL,
        "the same question has another answer later: a model would learn the old one",
        _is("changing", "changes_with_date"),
        ("changing",),
        "keep the answers where they are kept up to date, and look them up",
    ),
    Rule(
        "facts",
        RETRIEVAL,
        "at least half of the outputs state what their input does not hold: that is knowledge, not behaviour",
        lambda case, told: (told["facts"].figures.get("share") or 0.0) >= FACTUAL,
        ("facts",),
        "put the source of the facts into the input (retrieval), then ask again",
    ),
    Rule(
        "misplaced",
        DATA,
        "outputs fit the inputs of other rows better than their own",
        _is("misplaced", "misplaced"),
        ("misplaced",),
        "check how inputs and outputs were joined",
    ),
    Rule(
        "saturated",
        PROMPT,
        "one answer for all, or a list of words, meets the target already",
        _is("simple", "meets"),
        ("simple",),
        "write the rule down, or put it into a prompt",
    ),
    Rule(
        "lookup",
        RETRIEVAL,
        "words do not tell the label, and the inputs ask about a thing: it has to be looked up",
        _looked_up,
        ("learnable", "lookup"),
        "look the answer up by the name in the question",
    ),
    Rule(
        "unrelated",
        DEFINE,
        "the output does not follow from the input by any words: it is decided by something else",
        _is("learnable", "nothing"),
        ("learnable",),
        "find out what decides the output, and put it into the input",
    ),
    Rule(
        "too-few",
        DATA,
        "the rows are too few to tell whether the output follows from the input",
        _unlearned,
        ("learnable",),
        "label more rows, and ask again",
    ),
    Rule(
        "seen",
        DATA,
        "held-out rows were seen in training: a score on them is memory",
        lambda case, told: (told["seen"].figures.get("share") or 0.0) >= MUCH,
        ("seen",),
        "assay leaks TRAIN TEST, or let assay split the rows",
    ),
    Rule(
        "ceiling",
        DATA,
        "wrong labels cap the score below the target",
        lambda case, told: float(told["noise"].figures["ceiling"]) < case.goal,
        ("noise",),
        "assay labels, assay triage --rows",
    ),
    Rule(
        "never-pays",
        PROMPT,
        "the declared volume never pays training and labelling back",
        _is("pays", "pays", False),
        ("pays",),
        "prompt, and ask again when volume has grown",
    ),
    Rule(
        "unresolved",
        DATA,
        "the held-out rows are too few to show that the target is met",
        _is("resolve", "resolves", False),
        ("resolve",),
        "label more held-out rows before any training rows",
    ),
    Rule(
        "behaviour",
        TUNE,
        "answers follow from inputs, no simple way meets the target, and these rows could show a gain",
        lambda case, told: True,
        ("facts", "learnable", "simple", "resolve"),
        "assay train && assay evaluate",
    ),
)


def decide(case: Case, told: Signals) -> Rule:
    """The first rule that holds."""
    return next(rule for rule in RULES if rule.holds(case, told))
