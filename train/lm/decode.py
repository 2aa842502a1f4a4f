"""Greedy answers of a causal language model, many prompts at a time.

What all prompts of a call begin with (the system turn, fixed examples) is run once and its keys and values
are shared by every row; prompts of like length share a batch. transformers' own `generate` does the rest.

Trade-off: in bfloat16 the last bits of a logit follow the batch, so a row may be answered otherwise in other
company where two tokens are nearly equal. Batches follow the set of prompts and not their order, so the same
set gives the same answers.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from curate.stage import Progress
from train.lm.constraint import Constraint
from train.lm.pack import read_shared
from train.lm.prompt import Template
from train.pretrained import torch_threads

if TYPE_CHECKING:
    import torch

Ids = list[int]

# Rows of a batch, and numbers of keys and values held by one: 32 x 500 tokens of a 135M model are 370 MB.
_ROWS = 32
_TOKENS = 16_384


@dataclass
class Tally:
    """Tokens that went in and came out, and the rows whose answer was cut at the limit."""

    tokens_in: int = 0
    tokens_out: int = 0
    cut: int = 0
    rows: int = 0


@dataclass(frozen=True)
class Decoder:
    """A model that answers prompts.

    Parameters
    ----------
    model
        A causal language model of transformers, in evaluation mode.
    template
        Of the model's tokenizer.
    max_new_tokens
        Longest answer.
    threads
        Threads of torch inside one operation.
    tally
        Counts what was read and written.
    schema, constrained
        Whether every answer is held to a JSON Schema while it is written.
    """

    model: Any
    template: Template
    max_new_tokens: int
    threads: int = 1
    tally: Tally = field(default_factory=Tally)
    schema: Mapping[str, Any] | None = None
    constrained: bool = False

    @cached_property
    def _rules(self) -> tuple[str, Any] | None:
        from train.lm.constraint import grammar_of, tokens_of

        return (grammar_of(self.schema), tokens_of(self.template.tokenizer)) if self.constrained else None

    def sample(self, prompts: Sequence[Ids], count: int, temperature: float) -> list[list[Ids]]:
        """`count` answers to each prompt, drawn at `temperature` by torch's own generator, as token ids: the
        end token is the last of an answer that came to its end.
        """
        import torch

        drawn: list[list[Ids]] = [[] for _ in prompts]
        many = [prompt for prompt in prompts for _ in range(count)]
        shared = common_prefix(many)
        with torch_threads(self.threads), torch.inference_mode(), _unwarned():
            prefix = read_shared(self.model, many[0][:shared]) if shared else None
            for rows in batches(many, self.max_new_tokens):
                ids, mask = pad_left([many[row] for row in rows], shared if prefix else 0)
                for row, new in zip(rows, self._new(ids, mask, prefix, temperature), strict=True):
                    end = self.template.end
                    drawn[row // count].append(new[: new.index(end) + 1] if end in new else new)
        return drawn

    def answer(self, prompts: Sequence[Ids], progress: Progress | None = None) -> list[str]:
        """The greedy answer to each prompt, the end token left off.

        Parameters
        ----------
        prompts
            Token ids, each with at least one of its own behind what all share.
        """
        import torch

        answers = [""] * len(prompts)
        shared = common_prefix(prompts)
        done = 0
        with torch_threads(self.threads), torch.inference_mode(), _unwarned():
            prefix = read_shared(self.model, prompts[0][:shared]) if shared and len(prompts) > 1 else None
            for rows in batches(prompts, self.max_new_tokens):
                ids, mask = pad_left([prompts[row] for row in rows], shared if prefix else 0)
                for row, answer in zip(rows, self._generate(ids, mask, prefix), strict=True):
                    answers[row] = answer
                    self.tally.tokens_in += len(prompts[row])
                done += len(rows)
                if progress:
                    progress(done, len(prompts))
        self.tally.rows += len(prompts)
        return answers

    def _new(
        self, ids: torch.Tensor, mask: torch.Tensor, prefix: Any, temperature: float | None = None
    ) -> list[Ids]:
        """Token ids behind each prompt, filled up behind the end token; greedy without a temperature."""
        from train.lm.room import room_for

        cache = room_for(self.model.config, prefix, len(ids), ids.shape[1] + self.max_new_tokens)
        end = self.template.end
        rules = [Constraint(*self._rules, ids.shape[1], end)] if self._rules else None
        out = self.model.generate(
            input_ids=ids,
            attention_mask=mask,
            past_key_values=cache,
            do_sample=temperature is not None,
            num_beams=1,
            max_new_tokens=self.max_new_tokens,
            eos_token_id=end,
            pad_token_id=end,
            temperature=temperature,
            top_p=None,
            top_k=None if temperature is None else 0,
            logits_processor=rules,
        )
        new: list[Ids] = out[:, ids.shape[1] :].tolist()
        return new

    def _generate(self, ids: torch.Tensor, mask: torch.Tensor, prefix: Any) -> list[str]:
        end, texts = self.template.end, []
        for new in self._new(ids, mask, prefix):
            whole = end in new
            written = new[: new.index(end)] if whole else new
            self.tally.tokens_out += len(written) + whole
            self.tally.cut += not whole
            texts.append(self.template.tokenizer.decode(written, skip_special_tokens=True))
        return texts


def common_prefix(prompts: Sequence[Ids]) -> int:
    """Tokens that all prompts begin with, less one at least of each prompt's own."""
    if not prompts:
        return 0
    low, high = min(prompts), max(prompts)  # what the extremes of the order share, all share
    shortest = min(map(len, prompts)) - 1
    for place in range(min(shortest, len(low), len(high))):
        if low[place] != high[place]:
            return place
    return max(0, shortest)


def batches(prompts: Sequence[Ids], new: int) -> Iterator[list[int]]:
    """Row numbers of each batch, from short prompts to long: the same batches whatever the order of the
    rows.
    """
    batch: list[int] = []
    for row in sorted(range(len(prompts)), key=lambda row: (len(prompts[row]), prompts[row])):
        if batch and (len(batch) == _ROWS or (len(batch) + 1) * (len(prompts[row]) + new) > _TOKENS):
            yield batch
            batch = []
        batch.append(row)
    if batch:
        yield batch


def pad_left(prompts: Sequence[Ids], shared: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Token ids and attention mask, int64 `[rows, longest]`, padded between the first `shared` tokens and the
    rest, so that every prompt ends at the same place.
    """
    import torch

    longest = max(map(len, prompts))
    ids, mask = [], []
    for prompt in prompts:
        gap = longest - len(prompt)
        ids.append([*prompt[:shared], *[0] * gap, *prompt[shared:]])
        mask.append([*[1] * shared, *[0] * gap, *[1] * (len(prompt) - shared)])
    return torch.tensor(ids), torch.tensor(mask)


@contextmanager
def _unwarned() -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield
