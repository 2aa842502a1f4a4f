"""The sample as a state machine: findings first, then rows; a key gives the next state and the lines to be
written. No terminal.

Findings are judged as in the queue, and a verdict clears all repeats of the value, so a finding whose value
is judged already is noted and passed over. Of a row the reader says that nothing is missing (`n`), or marks
what is (`m` and an entity's key) and then `n`. A long row is read page by page, and `n` waits for its last.
Every answer is written at once; an undo writes `unsure`, or a row's answer without content, over what it
takes back.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from string import ascii_letters, digits
from typing import Any, Literal

from curate.pii.decisions import Verdict, Word
from curate.pii.detect.catalogue import DEFAULT, NER_ENTITIES
from governance.triage.queue import TAKEN_BACK, Item
from governance.triage.reviewer import Reviewer
from governance.triage.reviews import Review
from governance.triage.session import SPOKEN, WORDS

# The words that answer whether a finding is right; `unsure` leaves it open.
ANSWERS: Mapping[Word, bool] = {"real": True, "public": True, "not_personal": False}


@dataclass(frozen=True)
class FindingQuestion:
    """One drawn finding (a row of `FINDINGS`), and its value."""

    place: Mapping[str, Any]
    item: Item


@dataclass(frozen=True)
class RowQuestion:
    """One drawn row: its id, the keyed names of it and of what is shown, its stratum and its pages."""

    example_id: str
    row: str
    seen: str
    stratum: str
    pages: int


Question = FindingQuestion | RowQuestion


@dataclass(frozen=True)
class Written:
    """What a key adds to the project's files."""

    verdicts: tuple[Verdict, ...] = ()
    reviews: tuple[Review, ...] = ()


@dataclass(frozen=True)
class Sampling:
    """Questions being worked through; `at` is the one shown, their number at the end.

    Parameters
    ----------
    known
        Value ids with a verdict that answers.
    draft
        Entities marked as missing in the row shown.
    history, tally
        Questions passed with what each answer counts as (None: skipped), and how many there are of each.
    """

    questions: tuple[Question, ...]
    reviewer: Reviewer
    menu: Mapping[str, str]
    known: frozenset[str]
    at: int = 0
    page: int = 0
    draft: tuple[str, ...] = ()
    history: tuple[tuple[int, str | None], ...] = ()
    mode: Literal["judge", "mark", "help", "quit"] = "judge"
    message: str = ""
    tally: Mapping[str, int] = field(default_factory=dict)

    @property
    def question(self) -> Question | None:
        """The question shown; None at the end."""
        return self.questions[self.at] if self.at < len(self.questions) else None


def menu(entities: Sequence[str] | None) -> dict[str, str]:
    """A key for each entity that may be missing, in order of their names: what is scanned for, and what only
    a model finds.
    """
    names = sorted({*(entities or [entity.name for entity in DEFAULT]), *NER_ENTITIES})
    return dict(zip(ascii_letters + digits, names, strict=False))


def start(
    questions: Sequence[Question], reviewer: Reviewer, known: frozenset[str], entities: Mapping[str, str]
) -> tuple[Sampling, Written]:
    """The sample at its first open question."""
    return _pass(Sampling(tuple(questions), reviewer, entities, known))


def press(state: Sampling, key: str) -> tuple[Sampling, Written]:
    """The state after `key`, and what to append. A key that means nothing changes nothing."""
    question = state.question
    if state.mode == "help":
        return replace(state, mode="judge", message=""), Written()
    if state.mode == "mark":
        entity = state.menu.get(key)
        if entity is None:
            return replace(state, mode="judge", message="nothing marked"), Written()
        return replace(
            state, mode="judge", draft=(*state.draft, entity), message=f"missing: {entity}"
        ), Written()
    if key == "q":
        return replace(state, mode="quit", message=""), Written()
    if key == "?":
        return replace(state, mode="help", message=""), Written()
    if key == "z":
        return _undo(state)
    if question is None:
        return state, Written()
    if key == "s":
        return _forward(state, None, "skipped")
    if isinstance(question, FindingQuestion):
        return (
            _judge(state, question, WORDS[key])
            if key in WORDS
            else (replace(state, message="? lists the keys"), Written())
        )
    if key == "m":
        return replace(state, mode="mark", message=""), Written()
    if key == " " and question.pages > 1:
        return replace(state, page=(state.page + 1) % question.pages, message=""), Written()
    if key == "n" and state.page < question.pages - 1:
        return replace(state, message="there is more of this row: space"), Written()
    return _read(state, question) if key == "n" else (replace(state, message="? lists the keys"), Written())


def _judge(state: Sampling, question: FindingQuestion, word: Word) -> tuple[Sampling, Written]:
    verdict = state.reviewer.verdict(question.item, word)
    answers = word in ANSWERS
    known = state.known | {question.item.value_id} if answers else state.known
    after, passed = _forward(replace(state, known=known), SPOKEN[word], SPOKEN[word])
    noted = (_noted(state.reviewer, question),) if answers else ()
    return after, Written((verdict,), (*noted, *passed.reviews))


def _read(state: Sampling, question: RowQuestion) -> tuple[Sampling, Written]:
    message = f"{len(state.draft)} missing" if state.draft else "nothing missed"
    review = _row(state.reviewer, question, dict(Counter(state.draft)))
    after, passed = _forward(state, "rows read", message)
    return after, Written((), (review, *passed.reviews))


def _undo(state: Sampling) -> tuple[Sampling, Written]:
    if state.draft:
        return replace(state, draft=state.draft[:-1], message=f"taken back: {state.draft[-1]}"), Written()
    if not state.history:
        return replace(state, message="nothing to undo"), Written()
    *before, (at, what) = state.history
    question = state.questions[at]
    back = replace(state, at=at, page=0, history=tuple(before), message="taken back")
    if what is None:
        return back, Written()
    back = replace(back, tally={**state.tally, what: state.tally[what] - 1})
    if isinstance(question, FindingQuestion):
        verdict = state.reviewer.verdict(question.item, "unsure", TAKEN_BACK)
        return replace(back, known=back.known - {question.item.value_id}), Written((verdict,))
    return back, Written((), (_row(state.reviewer, question, None),))


def _forward(state: Sampling, what: str | None, message: str) -> tuple[Sampling, Written]:
    tally = state.tally if what is None else {**state.tally, what: state.tally.get(what, 0) + 1}
    moved = replace(
        state,
        at=state.at + 1,
        page=0,
        draft=(),
        history=(*state.history, (state.at, what)),
        tally=tally,
        message=message,
    )
    return _pass(moved)


def _pass(state: Sampling) -> tuple[Sampling, Written]:
    """On to the next question that is open: findings of values that are judged already are noted as drawn."""
    noted = []
    while isinstance(question := state.question, FindingQuestion) and question.item.value_id in state.known:
        noted.append(_noted(state.reviewer, question))
        state = replace(state, at=state.at + 1)
    return state, Written((), tuple(noted))


def _noted(reviewer: Reviewer, question: FindingQuestion) -> Review:
    return Review(
        "finding",
        reviewer.name,
        reviewer.today.isoformat(),
        reviewer.key_id,
        finding_id=str(question.place["finding_id"]),
    )


def _row(reviewer: Reviewer, question: RowQuestion, missed: Mapping[str, int] | None) -> Review:
    return Review(
        "row",
        reviewer.name,
        reviewer.today.isoformat(),
        reviewer.key_id,
        row=question.row,
        seen=question.seen,
        missed=missed,
    )
