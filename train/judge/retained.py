"""What a language model can do in general: a hundred short instructions, and how well a model follows them.

`retained.toml` holds the instructions, each with one good answer and a rule that a written answer passes or
not. Of a model two figures are taken: the loss of the good answers, nats a token, which moves long before
anything breaks; and the share of its own greedy answers that pass.

The rules are plain patterns. A right answer in unusual words fails and a wrong one that holds the word looked
for passes: the level says little, the change between two models that are asked alike says much.

Cost: some 2,500 tokens read for the losses, and a hundred short answers: 49 seconds of one busy core that
multiplies bfloat16, for a 135M model.
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np

from train.arrays import Bools, Floats
from train.lm.decode import Decoder, common_prefix
from train.lm.likelihood import token_log_probabilities
from train.lm.pack import LONGEST, groups, packs_exactly
from train.lm.prompt import Template
from train.pretrained import torch_threads

# What every model is told: nothing of the task it was fine-tuned for.
SYSTEM = "You are a helpful assistant."
# Tokens of the longest answer: two sentences. A model that rambles on is cut, and what it wrote till then
# counts.
LONGEST_ANSWER = 40


@dataclass(frozen=True)
class Instruction:
    """An instruction, one good answer to it, and the pattern that an answer must hold."""

    kind: str
    ask: str
    answer: str
    passes: re.Pattern[str]

    def passed(self, written: str) -> bool:
        """Whether a written answer holds what is asked for."""
        return self.passes.search(written) is not None


@dataclass(frozen=True)
class Retained:
    """How well a model follows the instructions.

    Parameters
    ----------
    losses
        Summed over the tokens of each good answer, nats, `[instructions]`.
    tokens
        Of each good answer, its end token among them, `[instructions]`.
    passed
        Which instructions the model's own answer passes.
    """

    losses: Floats
    tokens: Floats
    passed: Bools


@cache
def instructions() -> tuple[Instruction, ...]:
    """The instructions, in the order of their file."""
    listed = tomllib.loads(_file().decode())["task"]
    return tuple(
        Instruction(
            one["kind"], one["ask"], one["answer"], re.compile(one["passes"], re.IGNORECASE | re.DOTALL)
        )
        for one in listed
    )


@cache
def instructions_digest() -> str:
    """SHA-256 of the file of instructions and of how they are asked: figures of two digests do not
    compare.
    """
    return hashlib.sha256(_file() + f"\n{SYSTEM}\n{LONGEST_ANSWER}".encode()).hexdigest()


def _file() -> bytes:
    return files("train.judge").joinpath("retained.toml").read_bytes()


def measure(model: Any, template: Template, threads: int = 1) -> Retained:
    """Ask a model every instruction.

    Parameters
    ----------
    model
        A causal language model of transformers, in evaluation mode.
    template
        Of the model's tokenizer.
    threads
        Threads of torch inside one operation.
    """
    import torch

    asked = instructions()
    prompts = [template.prompt_ids(SYSTEM, (), one.ask) for one in asked]
    answers = [template.answer_ids(one.answer) for one in asked]
    packed = packs_exactly(model)
    shared = common_prefix(prompts) if packed else 0
    lengths = [len(prompt) - shared + len(answer) for prompt, answer in zip(prompts, answers, strict=True)]
    losses = np.zeros(len(asked))
    with torch_threads(threads), torch.inference_mode():
        for group in groups(lengths, shared, LONGEST if packed else 0):
            chosen = [answers[place] for place in group]
            told, _ = token_log_probabilities(model, [prompts[place] for place in group], chosen, shared)
            parts = torch.split(told.double(), [len(answer) for answer in chosen])
            losses[group] = [-float(part.sum()) for part in parts]
    written = Decoder(model, template, LONGEST_ANSWER, threads).answer(prompts)
    passed = [one.passed(text) for one, text in zip(asked, written, strict=True)]
    tokens = np.array([len(answer) for answer in answers], dtype=np.float64)
    return Retained(losses, tokens, np.array(passed, dtype=bool))
