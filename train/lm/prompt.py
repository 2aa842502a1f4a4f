"""What is said to a language model: one system turn, examples as turns of their own, then the text.

The system turn comes from the task card (behaviour, labels with their descriptions, JSON Schema, sections),
unless the card names a prompt of its own. A system turn always stands, since many chat templates put one of
their own in its place (SmolLM2's is a persona).

Texts are data, never markup: a special token spelt out in one (`<|im_end|>`) is broken by a space, or it
would end the turn and open another.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

from curate.errors import AssayError
from curate.task import Kind, TaskCard

Shot = tuple[str, str]


# Fields of the task card that a reward is made of.
REWARD = {"metric", "output_schema", "sections", "style"}


@dataclass(frozen=True)
class Brief:
    """What a language model is told of a task.

    Parameters
    ----------
    kind
        Of the task.
    system
        The system turn.
    schema
        JSON Schema of the outputs (extraction), for constrained decoding; None for other kinds.
    labels
        All allowed answers (classification); empty for other kinds.
    task
        The card, whose metric rewards answers where a system learns from rewards.
    """

    kind: Kind
    system: str
    schema: Mapping[str, Any] | None = None
    labels: tuple[str, ...] = ()
    task: TaskCard | None = None


def brief_of(task: TaskCard, labels: Sequence[str] = ()) -> Brief:
    """What the task card says, as a brief; `labels` adds those that only the data show."""
    known = tuple(sorted(set(task.labels) | set(labels))) if task.kind is Kind.CLASSIFICATION else ()
    return Brief(
        task.kind,
        task.prompt.strip() if task.prompt else "\n".join(_instructions(task, known)),
        task.output_schema if task.kind is Kind.EXTRACTION else None,
        known,
        task,
    )


def _instructions(task: TaskCard, labels: Sequence[str]) -> list[str]:
    """The default system turn, a line a piece."""
    lines = [f"{task.behaviour.strip().rstrip('.')}."]
    if task.kind is Kind.CLASSIFICATION:
        lines.append("Answer with one of these labels and nothing else:")
        for label in labels:
            said = task.labels.get(label)
            lines.append(f"- {label}: {said}" if said else f"- {label}")
    elif task.kind is Kind.EXTRACTION:
        lines.append("Answer with one JSON object and nothing else.")
        if task.output_schema:
            lines.append(f"JSON Schema: {json.dumps(task.output_schema, ensure_ascii=False)}")
    elif task.kind is Kind.SUMMARY:
        lines.append("Answer with exactly these sections, in this order:")
        lines += [f"- {section}" for section in task.sections]
    elif task.kind is Kind.REWRITING:
        lines.append("Answer with the rewritten text and nothing else, in the language of the input.")
    return lines


class Template:
    """The chat template of a tokenizer, applied to texts that may hold anything.

    Parameters
    ----------
    tokenizer
        With a chat template.

    Raises
    ------
    AssayError
        If the template alters what an assistant says, or leaves no end token behind it: a model trained on it
        would learn something else than the gold set, or never stop.
    """

    def __init__(self, tokenizer: Any) -> None:
        self.tokenizer = tokenizer
        self._special = _pattern(tuple(tokenizer.all_special_tokens))
        self._render = lru_cache(maxsize=8192)(self._rendered)
        self._check()

    @cached_property
    def digest(self) -> str:
        """SHA-256 of a conversation as token ids: it changes where the template or the tokenizer does."""
        ids = self.prompt_ids("Be brief.", [("Is 7 odd?", "Yes.")], "And 8?")
        return hashlib.sha256(json.dumps([*ids, *self.answer_ids("No.")]).encode()).hexdigest()

    @property
    def end(self) -> int:
        """Token that ends an answer."""
        return int(self.tokenizer.eos_token_id)

    def harmless(self, text: str) -> str:
        """`text` with every special token in it broken by a space."""
        return self._special.sub(lambda found: f"{found[0][0]} {found[0][1:]}", text) if text else text

    def prompt(self, system: str, shots: Sequence[Shot], text: str) -> str:
        """Everything up to where the answer begins."""
        return self._render(system, tuple(shots), text)

    def prompt_ids(self, system: str, shots: Sequence[Shot], text: str) -> list[int]:
        """Token ids of `prompt`; the template brings its own beginning token, and no second one is added."""
        return self.ids(self.prompt(system, shots, text))

    def answer_ids(self, answer: str) -> list[int]:
        """Token ids of an answer with the token that ends it."""
        return [*self.ids(self.harmless(answer)), self.end]

    def ids(self, text: str) -> list[int]:
        """Token ids of rendered text."""
        return list(self.tokenizer(text, add_special_tokens=False)["input_ids"])

    def _rendered(self, system: str, shots: tuple[Shot, ...], text: str) -> str:
        turns = [("system", system)]
        for said, answer in shots:
            turns += [("user", said), ("assistant", answer)]
        return str(
            self.tokenizer.apply_chat_template(
                [{"role": role, "content": self.harmless(said)} for role, said in [*turns, ("user", text)]],
                tokenize=False,
                add_generation_prompt=True,
            )
        )

    def _check(self) -> None:
        """Render a probe and see that it comes back."""
        probe, answer = "  Two  lines\n\nand a tail ", ' {"a": [1, "ß"]}\n- b '
        turns = [("system", "Be brief."), ("user", probe), ("assistant", answer)]
        try:
            prompt = self.prompt("Be brief.", (), probe)
            whole = self.tokenizer.apply_chat_template(
                [{"role": role, "content": said} for role, said in turns], tokenize=False
            )
        except Exception as error:  # templates raise jinja's errors and their own
            raise AssayError(
                f"the chat template of the tokenizer does not take a system, a user and an assistant turn "
                f"({type(error).__name__})",
                fix="name a model whose template takes a system turn in params.train.language.model",
            ) from error
        if "Be brief." not in prompt or probe.strip() not in prompt:
            raise AssayError(
                "the chat template leaves out or changes what the system or the user says",
                fix="correct chat_template.jinja in the model's folder",
            )
        end = self.tokenizer.eos_token
        if end is None:
            raise AssayError(
                "the tokenizer has no end token: a model trained with it would never learn to stop",
                fix="set eos_token in the model's tokenizer_config.json",
            )
        tail = whole[len(prompt) :] if whole.startswith(prompt) else None
        if tail is None or not tail.lstrip().startswith(answer.strip()):
            raise AssayError(
                "the chat template alters the answer, or what stands before it in training differs from what "
                "a model is asked with",
                fix="correct chat_template.jinja in the model's folder",
            )
        if end not in tail.split(answer.strip(), 1)[1]:
            raise AssayError(
                f"the chat template does not end an answer with the tokenizer's end token {end!r}: a model "
                "trained with it would never learn to stop",
                fix="set eos_token in the model's tokenizer_config.json to the token that ends a turn",
            )
        begin = self.tokenizer.bos_token_id
        ids = self.ids(prompt)
        if begin is not None and len(ids) > 1 and ids[0] == ids[1] == begin:
            raise AssayError(
                "a prompt begins with two beginning tokens",
                fix="correct chat_template.jinja in the model's folder",
            )


def _pattern(tokens: tuple[str, ...]) -> re.Pattern[str]:
    longest_first = sorted((token for token in tokens if len(token) > 1), key=len, reverse=True)
    return re.compile("|".join(map(re.escape, longest_first)) or r"(?!)")
