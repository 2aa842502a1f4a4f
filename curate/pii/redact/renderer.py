"""What stands where a value stood: a placeholder, a mask or a surrogate, the same for a value all over its
scope.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from curate.keys import Key
from curate.pii.redact.identity import Identity
from curate.pii.redact.params import RedactParams
from curate.pii.redact.spans import Span, Value
from curate.pii.redact.surrogates import masked, surrogate, tag
from curate.placeholders import NUMBERED, placeholder

_NUMBERED = re.compile(NUMBERED)


class Names(NamedTuple):
    """What replacements are made of: the policy, the key, and the dataset's name."""

    params: RedactParams
    key: Key
    dataset: str

    def scope(self, example_id: str) -> str:
        """What keys a replacement beside the value: the same scope gives the same replacement."""
        return {"record": f"record {example_id}", "dataset": f"dataset {self.dataset}", "project": ""}[
            self.params.scope
        ]


class Renderer:
    """Writes a row's replacements; numbers its placeholders in the order in which it is asked, above those
    that stand in the row already.
    """

    def __init__(self, example_id: str, names: Names, texts: Sequence[str]) -> None:
        self.scope = names.scope(example_id)
        self.params, self.key = names.params, names.key
        self.numbers: dict[Identity, int] = {}
        self.seen: Counter[str] = Counter()
        for text in texts:
            for match in _NUMBERED.finditer(text) if "<" in text else ():
                self.seen[match[1]] = max(self.seen[match[1]], int(match[2]))

    def __call__(self, span: Span, text: str) -> str:
        """What stands where `text`, the place of `span`, stood."""
        value = span.value
        if value.action == "mask":
            return masked(text)
        if value.action == "pseudonymise":
            return surrogate(value.entity, text, value.identity[1] or value.normalised, self.key, self.scope)
        return placeholder(value.entity, self._name(value), span.part)

    def _name(self, value: Value) -> int | str:
        if self.params.scope != "record":
            return tag(self.key, value.entity, value.identity[1], self.scope)
        if value.identity not in self.numbers:
            self.seen[value.entity] += 1
            self.numbers[value.identity] = self.seen[value.entity]
        return self.numbers[value.identity]
