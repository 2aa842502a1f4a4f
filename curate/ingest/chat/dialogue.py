"""From the turns of a conversation to what is asked and what is answered.

The answer is the conversation's last turn, and all before it is the input; with `each`, every assistant turn
is an answer of its own. A conversation that does not end with an answer is not cut back to one that does: it
is unusable, and says why.

How a conversation is written as one text: a lone user turn is its text; otherwise each turn is `role: text`,
a blank line between turns, in the order system, tools, then as they came. A tool call stands after its turn's
text as `<tool_call>{"name": ..., "arguments": ...}</tool_call>`, a tool's result as `tool (name): text`, and
the tools on offer as `tools: [...]` (JSON).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from curate.files import canonical_json
from curate.ingest.chat.turns import ASSISTANT, SYSTEM, USER, Turn
from curate.ingest.unusable import Unusable

TOOLS = "tools"


class Exchange(NamedTuple):
    """One example made of a conversation, or the reason why there is none.

    Parameters
    ----------
    input, output
        Texts; null where `fault` says why.
    turn
        Which assistant turn it is, from 1; null if the conversation gives one example only.
    """

    input: str | None
    output: str | None
    turn: int | None = None
    fault: Unusable | None = None


def render(turns: Sequence[Turn]) -> str:
    """Turns as one text: see above."""
    if len(turns) == 1 and turns[0].role == USER and not turns[0].name and not turns[0].calls:
        return turns[0].text
    return "\n\n".join(_block(turn) for turn in turns)


def _block(turn: Turn) -> str:
    role = f"{turn.role} ({turn.name})" if turn.name else turn.role
    said = "\n".join(
        [*([turn.text.strip()] if turn.text.strip() else []), *(c.written() for c in turn.calls)]
    )
    return f"{role}: {said}"


def preface(turns: Sequence[Turn], system: str | None, tools: str | None) -> list[Turn]:
    """`turns` behind what columns of their own say: the system prompt, unless the turns open with the very
    same, and the tools on offer.
    """
    if not system and not tools:
        return list(turns)
    opening = list(turns[:1]) if turns and turns[0].role == SYSTEM else []
    rest = list(turns[len(opening) :])
    if system and system.strip() and not (opening and opening[0].text.strip() == system.strip()):
        opening = [Turn(SYSTEM, system), *opening]
    offered = [Turn(TOOLS, tools)] if tools and tools.strip() not in ("", "[]", "null") else []
    return [*opening, *offered, *rest]


def spoken(turns: Sequence[Turn]) -> list[Turn]:
    """`turns` without empty system turns, which say nothing."""
    return [turn for turn in turns if turn.role not in (SYSTEM, TOOLS) or turn]


def sound(turns: Sequence[Turn]) -> list[Turn]:
    """`turns` as `spoken`, if each user and assistant turn says something.

    Raises
    ------
    Unusable
        `empty_turn`.
    """
    said = spoken(turns)
    for number, turn in enumerate(said, 1):
        if not turn and turn.role in (USER, ASSISTANT):
            raise Unusable("empty_turn", f"turn {number} of {len(said)} ({turn.role}) is empty")
    return said


def prompt(turns: Sequence[Turn]) -> str:
    """Turns that ask for an answer, as the input.

    Raises
    ------
    Unusable
        `empty_input` if no user turn says anything, `empty_turn`.
    """
    if len(turns) == 1 and turns[0].role == USER and turns[0]:
        return render(turns)
    if not any(turn.role == USER and turn for turn in turns):
        raise Unusable("empty_input", "no user turn before the answer")
    return render(sound(turns))


def answer(turn: Turn, *, json_answers: bool) -> str:
    """An assistant turn as the output.

    Parameters
    ----------
    json_answers
        Whether the kind's answers are JSON: a bare tool call is then one, `{"arguments": ..., "name": ...}`,
        and several are a list.

    Raises
    ------
    Unusable
        `missing_output`, `untrained_answer` (its weight is 0), `tool_call_answer`.
    """
    if not turn.trained:
        raise Unusable("untrained_answer", "the answer has weight 0: it is not to be learnt")
    if turn.calls:
        if not json_answers:
            raise Unusable("tool_call_answer", "the answer is a tool call, and the kind asks for text")
        if turn.text.strip():
            raise Unusable("tool_call_answer", "the answer is a tool call with text beside it")
        values = [call.value() for call in turn.calls]
        return canonical_json(values[0] if len(values) == 1 else values)
    if not turn.text.strip():
        raise Unusable("missing_output", "the answer is empty")
    return turn.text


def last_exchange(turns: Sequence[Turn], *, json_answers: bool) -> Exchange:
    """The conversation's one example: its last turn, and all that came before.

    Raises
    ------
    Unusable
        `missing_output` without an assistant turn, `trailing_turn` if another turn follows the last one, and
        as `prompt` and `answer` do.
    """
    if not any(turn.role == ASSISTANT for turn in turns):
        raise Unusable("missing_output", "no assistant turn")
    if turns[-1].role != ASSISTANT:
        raise Unusable("trailing_turn", f"the conversation ends with a {turns[-1].role} turn")
    output = answer(turns[-1], json_answers=json_answers)
    return Exchange(prompt(turns[:-1]), output)


def each_exchange(turns: Sequence[Turn], *, json_answers: bool) -> list[Exchange]:
    """One example for every assistant turn, in order, and a fault for what is left over at the end.

    Raises
    ------
    Unusable
        `missing_output` without an assistant turn.
    """
    at = [turn_at for turn_at, turn in enumerate(turns) if turn.role == ASSISTANT]
    if not at:
        raise Unusable("missing_output", "no assistant turn")
    examples = []
    for number, turn_at in enumerate(at, 1):
        try:
            output = answer(turns[turn_at], json_answers=json_answers)
            examples.append(Exchange(prompt(turns[:turn_at]), output, number))
        except Unusable as fault:
            examples.append(Exchange(None, None, number, fault))
    if at[-1] != len(turns) - 1:
        left = Unusable("trailing_turn", f"the conversation ends with a {turns[-1].role} turn")
        examples.append(Exchange(None, None, len(at) + 1, left))
    return examples


def against_prompt(asked: Sequence[Turn], answered: Sequence[Turn]) -> tuple[list[Turn], Turn]:
    """The prompt and the answer, where the answer's cell may hold the prompt again.

    Parameters
    ----------
    asked
        The prompt's turns; none where the answer's cell holds them alone.
    answered
        The answer's turns: the answer alone, or the whole conversation up to it.

    Raises
    ------
    Unusable
        `missing_output`, `trailing_turn`, `different_prompts`, `multi_turn_answer`.
    """
    if not any(turn.role == ASSISTANT for turn in answered):
        raise Unusable("missing_output", "no assistant turn in the answer")
    if answered[-1].role != ASSISTANT:
        raise Unusable("trailing_turn", f"the answer ends with a {answered[-1].role} turn")
    *before, last = answered
    if not before:
        return list(asked), last
    if not asked:
        return before, last
    if not any(turn.role in (USER, SYSTEM) for turn in before):
        raise Unusable("multi_turn_answer", "the answer is several turns")
    if _ends_with(before, asked):
        return before, last
    if _ends_with(asked, before):
        return list(asked), last
    raise Unusable("different_prompts", "the answer follows another prompt than the row's own")


def same_prompt(one: Sequence[Turn], other: Sequence[Turn]) -> bool:
    """Whether two prompts say the same, outer white space apart."""
    return [_said(turn) for turn in one] == [_said(turn) for turn in other]


def _ends_with(whole: Sequence[Turn], end: Sequence[Turn]) -> bool:
    """Whether `whole` is `end` with nothing but system turns and tools before it."""
    said = [turn for turn in whole if turn or turn.role != SYSTEM]
    wanted = [turn for turn in end if turn or turn.role != SYSTEM]
    before = said[: len(said) - len(wanted)]
    return (
        len(said) >= len(wanted)
        and same_prompt(said[len(before) :], wanted)
        and all(turn.role in (SYSTEM, TOOLS) for turn in before)
    )


def _said(turn: Turn) -> tuple[str, str, tuple[str, ...]]:
    return turn.role, turn.text.strip(), tuple(call.written() for call in turn.calls)


def transcript(text: str) -> list[Turn] | None:
    """The turns of a text in Anthropic's HH form (`Human:` and `Assistant:` behind blank lines); None if it
    is not in it.
    """
    parts = re.split(r"\n\n(Human|Assistant):", "\n\n" + text.lstrip("\n"))
    if parts[0].strip() or len(parts) < 3:
        return None
    roles = {"Human": USER, "Assistant": ASSISTANT}
    return [Turn(roles[role], said.strip()) for role, said in zip(parts[1::2], parts[2::2], strict=True)]
