"""Answers held to a JSON Schema while they are written.

llguidance says after each token which may follow; the rest are ruled out. That makes the form right and says
nothing of the content, and some keywords of a schema are beyond it: so every answer is validated again by
jsonschema, as an unconstrained one is (`train.kinds.extraction`).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from curate.errors import AssayError

if TYPE_CHECKING:
    import torch


# White space allowed between the parts of a document: as much as `json.dumps` writes; without a limit a model
# may write blanks to the end.
_WHITE = " ?"


class Constraint:
    """What a schema allows next, for the rows of one batch; a logits processor of transformers.

    Parameters
    ----------
    grammar
        Compiled by `grammar_of`.
    tokenizer
        Of llguidance, by `tokens_of`.
    prompt
        Length of the prompts, padding included: what stands behind it is the answer so far.
    end
        Token that ends an answer.
    """

    def __init__(self, grammar: str, tokenizer: Any, prompt: int, end: int) -> None:
        self.grammar, self.tokenizer, self.prompt, self.end = grammar, tokenizer, prompt, end
        self._matchers: list[Any] = []

    def __call__(self, input_ids: torch.Tensor, scores: torch.Tensor) -> torch.Tensor:
        """`scores`, `[rows, vocabulary]`, with what is not allowed at minus infinity."""
        import torch
        from llguidance import LLMatcher

        if not self._matchers:
            self._matchers = [LLMatcher(self.tokenizer, self.grammar) for _ in range(len(input_ids))]
        elif input_ids.shape[1] > self.prompt:
            for matcher, token in zip(self._matchers, input_ids[:, -1].tolist(), strict=True):
                if not matcher.is_stopped():
                    matcher.consume_token(token)
        allowed = np.zeros(scores.shape, dtype=bool)
        for row, matcher in enumerate(self._matchers):
            if matcher.is_stopped():
                allowed[row, self.end] = True
                continue
            bits = np.unpackbits(np.frombuffer(matcher.compute_bitmask(), dtype=np.uint8), bitorder="little")
            width = min(len(bits), scores.shape[1])
            allowed[row, :width] = bits[:width]
        return scores.masked_fill(torch.from_numpy(~allowed), float("-inf"))


def grammar_of(schema: Mapping[str, Any] | None) -> str:
    """The grammar of a JSON Schema; of any JSON object where there is none.

    Raises
    ------
    AssayError
        If llguidance does not take the schema.
    """
    from llguidance import LLMatcher

    try:
        grammar = LLMatcher.grammar_from_json_schema(
            json.dumps(schema or {"type": "object"}), defaults={"whitespace_pattern": _WHITE}
        )
    except ValueError as error:
        raise _refused(str(error)) from None
    failed = LLMatcher.validate_grammar(grammar)
    if failed:
        raise _refused(failed)
    return str(grammar)


def _refused(why: str) -> AssayError:
    return AssayError(
        f"`output_schema` cannot be used to constrain answers: {why.splitlines()[0][:160]}",
        fix="simplify output_schema in task.yaml, or set params.train.language.constrained to false",
    )


def tokens_of(tokenizer: Any) -> Any:
    """llguidance's view of a Hugging Face tokenizer."""
    from llguidance.hf import from_tokenizer

    return from_tokenizer(tokenizer)
