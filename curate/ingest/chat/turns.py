"""A cell that holds a conversation, as turns: OpenAI's, ShareGPT's and Anthropic's shapes in one form.

Whatever a turn says is kept, its tool calls too; a part that has no place in a text (an image, a sound, a
part of a type not known here) makes the row unusable, and is never left out of it. Keys of a turn that are
not read (a timestamp, a model's private reasoning) are named, so that `ingest` can list them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from curate.files import canonical_json
from curate.ingest.cells import as_text, decoded, jsonable, printed
from curate.ingest.unusable import Unusable
from curate.strict_json import DuplicateName, NotJson, parse_json

SYSTEM, USER, ASSISTANT, TOOL = "system", "user", "assistant", "tool"
# Names that exports use for the four roles. `function_call` is ShareGPT's turn that is a call and no text.
_ROLES = {
    "system": SYSTEM,
    "developer": SYSTEM,
    "user": USER,
    "human": USER,
    "prompter": USER,
    "assistant": ASSISTANT,
    "gpt": ASSISTANT,
    "chatgpt": ASSISTANT,
    "bot": ASSISTANT,
    "model": ASSISTANT,
    "ai": ASSISTANT,
    "tool": TOOL,
    "function": TOOL,
    "observation": TOOL,
    "ipython": TOOL,
    "environment": TOOL,
    "tool_response": TOOL,
    "tool_result": TOOL,
    "function_response": TOOL,
    "function_call": ASSISTANT,
    "tool_call": ASSISTANT,
}
_PLAIN = {SYSTEM, USER, ASSISTANT}
_CALL_ROLES = {"function_call", "tool_call"}
_TEXT_PARTS = {"text", "input_text", "output_text"}
_MEDIA = ("image", "audio", "video", "file", "document")
_READ = {
    *("role", "from", "content", "value", "name", "weight", "train", "refusal"),
    *("tool_calls", "function_call", "tool_call_id"),
}


@dataclass(frozen=True)
class Call:
    """A tool call: the tool's name, and its arguments as JSON text, kept as they were written."""

    name: str
    arguments: str

    def written(self) -> str:
        """As it stands in a conversation's text: `<tool_call>{"name": ..., "arguments": ...}</tool_call>`."""
        return (
            f'<tool_call>{{"name": {canonical_json(self.name)}, "arguments": {self.arguments}}}</tool_call>'
        )

    def value(self) -> dict[str, Any]:
        """As a JSON object, for kinds whose answers are JSON."""
        return {"name": self.name, "arguments": parse_json(self.arguments)}


class Turn(NamedTuple):
    """One turn: its role, what is said, and the tools called; `trained` is false where its weight is 0."""

    role: str
    text: str
    calls: tuple[Call, ...] = ()
    name: str | None = None
    trained: bool = True

    def __bool__(self) -> bool:
        """Whether the turn says anything."""
        return bool(self.text.strip() or self.calls)


@dataclass(frozen=True)
class Conversation:
    """The turns of a cell, and the keys of its turns that were not read."""

    turns: list[Turn]
    unread: frozenset[str] = frozenset()


def is_chat(cell: Any) -> bool:
    """Whether a cell holds turns (or one turn), well-formed or not, rather than text or data."""
    messages = decoded(cell) if not isinstance(cell, str) or cell.lstrip()[:1] in ("{", "[") else None
    if isinstance(messages, dict):
        messages = messages["messages"] if isinstance(messages.get("messages"), list) else [messages]
    return (
        isinstance(messages, list)
        and bool(messages)
        and all(isinstance(turn, dict) for turn in messages)
        and any(_is_turn(turn) for turn in messages)
    )


def _is_turn(turn: dict[str, Any]) -> bool:
    return any(
        isinstance(turn.get(role), str) and said in turn
        for role, said in (("role", "content"), ("role", "tool_calls"), ("from", "value"), ("role", "parts"))
    ) or (isinstance(turn.get("role"), str) and turn["role"].strip().lower() in _ROLES)


def read_turns(cell: Any) -> Conversation:
    """The turns of a cell: a list of `{role, content}` or `{from, value}`, one such object, `{"messages":
    [...]}`, or any of them as JSON text.

    Raises
    ------
    Unusable
        `invalid_messages`, `unknown_role`, `media_content`, `unknown_content`, `duplicate_key`.
    """
    if isinstance(cell, str):
        try:
            cell = parse_json(cell)
        except NotJson as error:
            if (value := printed(cell)) is None:
                raise _not_json(error, "invalid_messages") from None
            cell = value
    if isinstance(cell, dict):
        cell = cell["messages"] if isinstance(cell.get("messages"), list) else [cell]
    if not isinstance(cell, list) or not cell:
        raise Unusable("invalid_messages", "not a list of turns")
    turns: list[Turn] = []
    called: dict[str, str] = {}
    unread: set[str] = set()
    for number, message in enumerate(cell, 1):
        if message.__class__ is dict and len(message) == 2:  # as nearly all turns are
            role, text = message.get("role"), message.get("content")
            if text.__class__ is str and role.__class__ is str and role in _PLAIN:
                turns.append(Turn(role, text))
                continue
        where = f"turn {number} of {len(cell)}"
        if not isinstance(message, dict):
            raise Unusable("invalid_messages", f"{where} is not an object")
        turns += _turns(message, where, called)
        unread |= {
            str(name) for name, content in message.items() if name not in _READ and content not in _NOTHING
        }
    return Conversation(turns, frozenset(unread) if unread else _NONE)


_NOTHING: tuple[Any, ...] = (None, "", [], {})
_NONE: frozenset[str] = frozenset()


def _not_json(error: NotJson, otherwise: str) -> Unusable:
    return Unusable("duplicate_key" if isinstance(error, DuplicateName) else otherwise, str(error))


def plain_exchange(cell: Any) -> tuple[str, str] | None:
    """What a user's turn and the assistant's after it say, where a cell is JSON text of just these two, as
    most are; None for any other, which `read_turns` reads. A third of its time.
    """
    # Each name twice, by its letters: so no object names a property twice.
    if (
        cell.__class__ is not str
        or "\\u" in cell
        or cell.count('"role"') != 2
        or cell.count('"content"') != 2
    ):
        return None
    try:
        turns = json.loads(cell)
    except (ValueError, RecursionError):
        return None
    if turns.__class__ is not list or len(turns) != 2:
        return None
    said = []
    for turn, role in zip(turns, (USER, ASSISTANT), strict=True):
        if turn.__class__ is not dict or len(turn) != 2 or turn.get("role") != role:
            return None
        text = turn.get("content")
        if text.__class__ is not str or not text.strip():
            return None
        said.append(text)
    return said[0], said[1]


def _turns(message: dict[str, Any], where: str, called: dict[str, str]) -> Iterator[Turn]:
    """The turns of one message: one, but for a tool's result inside a user's message, which is a turn of its
    own.
    """
    given = message.get("role")
    if given is None:
        given = message.get("from")
    if not isinstance(given, str):
        raise Unusable("invalid_messages", f"{where} names no role")
    role = _ROLES.get(given.strip().lower())
    if role is None:
        raise Unusable("unknown_role", f"{where} has a role that is not system, user, assistant or tool")
    content = message.get("content")
    if content is None:
        content = message.get("value")
    if given.strip().lower() in _CALL_ROLES and isinstance(content, (str, dict, list)):
        yield Turn(ASSISTANT, "", tuple(_written_calls(content, where)))
        return
    if isinstance(message.get("audio"), dict):
        raise Unusable("media_content", f"{where} holds audio")
    texts, calls, results = _content(content, where)
    if isinstance(message.get("refusal"), str):
        texts.append(message["refusal"])
    for listed in (message.get("tool_calls"), message.get("function_call")):
        calls += _calls(listed, where, called)
    name = message.get("name")
    if not isinstance(name, str) or not name.strip():
        name = called.get(str(message.get("tool_call_id"))) if role == TOOL else None
    for result in results:
        yield Turn(TOOL, result)
    if results and not (texts or calls):
        return
    trained = message.get("weight") not in (0, 0.0) and message.get("train") is not False
    yield Turn(role, "\n".join(texts), tuple(calls), name, trained)


def content_text(cell: Any) -> str | None:
    """A cell of text, or of parts of text, such as a system prompt in a column of its own.

    Raises
    ------
    Unusable
        `media_content`, `unknown_content`.
    """
    value = decoded(cell) if isinstance(cell, str) and cell.lstrip()[:1] == "[" else cell
    if isinstance(value, list) and any(isinstance(part, dict) for part in value):
        texts, calls, results = _content(value, "a part")
        return "\n".join([*texts, *(call.written() for call in calls), *results])
    return as_text(cell)


def _content(content: Any, where: str) -> tuple[list[str], list[Call], list[str]]:
    """Texts, tool calls and tool results of a message's content."""
    if content is None:
        return [], [], []
    if isinstance(content, str):
        return [content], [], []
    if isinstance(content, dict) and not ({"type", "text"} & content.keys()):
        return [canonical_json(jsonable(content))], [], []
    if not isinstance(content, (list, dict)):
        said = as_text(content)
        return ([said] if said is not None else []), [], []
    texts: list[str] = []
    calls: list[Call] = []
    results: list[str] = []
    for part in content if isinstance(content, list) else [content]:
        if isinstance(part, str):
            texts.append(part)
            continue
        if not isinstance(part, dict):
            raise Unusable("unknown_content", f"{where} holds a part that is neither text nor an object")
        kind = part.get("type")
        kind = "text" if kind is None and isinstance(part.get("text"), str) else kind
        media = next((name for name in _MEDIA if isinstance(kind, str) and name in kind), None) or next(
            (name for name in _MEDIA for key, held in part.items() if name in key and held is not None), None
        )
        if kind in _TEXT_PARTS and isinstance(part.get("text"), str):
            texts.append(part["text"])
        elif kind == "refusal" and isinstance(part.get("refusal"), str):
            texts.append(part["refusal"])
        elif kind == "tool_use":
            calls.append(_call(part.get("name"), part.get("input"), where))
        elif kind == "tool_result":
            inner, _, _ = _content(part.get("content"), where)
            results.append("\n".join(inner))
        elif media:
            raise Unusable("media_content", f"{where} holds {_article(media)}")
        else:
            raise Unusable("unknown_content", f"{where} holds a part of a type that is not known")
    return texts, calls, results


def _article(media: str) -> str:
    return media if media == "audio" else f"an {media}" if media == "image" else f"a {media}"


def _calls(listed: Any, where: str, called: dict[str, str]) -> list[Call]:
    """The calls of `tool_calls` or `function_call`; `called` learns which id is whose."""
    if listed in _NOTHING:
        return []
    if isinstance(listed, str):
        listed = decoded(listed)
    calls = []
    for call in listed if isinstance(listed, list) else [listed]:
        if not isinstance(call, dict):
            raise Unusable("invalid_messages", f"{where} holds a tool call that is not an object")
        inner = next(
            (call[name] for name in ("function", "custom") if isinstance(call.get(name), dict)), call
        )
        arguments = next(
            (inner[name] for name in ("arguments", "input") if inner.get(name) is not None), None
        )
        calls.append(_call(inner.get("name"), arguments, where))
        if isinstance(call.get("id"), str):
            called[call["id"]] = calls[-1].name
    return calls


def _call(name: Any, arguments: Any, where: str) -> Call:
    if not isinstance(name, str) or not name.strip():
        raise Unusable("invalid_messages", f"{where} holds a tool call without a name")
    if not isinstance(arguments, str):
        return Call(name, canonical_json(jsonable({} if arguments is None else arguments)))
    if not arguments.strip():
        return Call(name, "{}")
    try:
        parse_json(arguments)
    except NotJson as error:
        if _not_json(error, "").reason == "duplicate_key":
            raise Unusable(
                "duplicate_key", f"{where}: the arguments of a tool call name a key twice"
            ) from None
        return Call(name, canonical_json(arguments))
    return Call(name, arguments.strip())


def _written_calls(content: Any, where: str) -> list[Call]:
    """The calls of a `function_call` turn, whose content is the call."""
    listed = content
    if isinstance(content, str):
        try:
            listed = parse_json(content)
        except NotJson as error:
            raise _not_json(error, "invalid_messages") from None
    calls = _calls(listed, where, {})
    if not calls:
        raise Unusable("empty_turn", f"{where} is a tool call that holds nothing")
    return calls
