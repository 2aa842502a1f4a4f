"""What a task is: rows, what its owner declares, and the advice that is right, with the reason."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, TypeVar

import polars as pl

T = TypeVar("T")
Verdict = Literal["prompt", "retrieval", "fine-tune", "fix the data first", "define the task first"]
Slots = Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class Task:
    """One task.

    Parameters
    ----------
    rows
        `input, output`, and where the task has them `collected_at` and `held_out`.
    about
        Whether it asks for a behaviour or for facts.
    fault
        What was planted; empty: nothing.
    verdict, why
        The right advice, written down before any rule.
    metric, target
        What the card names; None: it names none.
    declared
        Prices, requests and months, by the names of params.yaml; empty: nothing is declared.
    card
        Further fields of the card, such as `labels` or `output_schema`.
    """

    name: str
    kind: str
    about: Literal["behaviour", "facts"]
    verdict: Verdict
    why: str
    rows: pl.DataFrame
    fault: str = ""
    metric: str | None = None
    target: float | None = None
    declared: Mapping[str, Any] = field(default_factory=dict)
    card: Mapping[str, Any] = field(default_factory=dict)


class Maker:
    """Draws sentences from lists, the same ones for the same seed."""

    def __init__(self, seed: int) -> None:
        self.draw = random.Random(seed)

    def fill(self, text: str, slots: Slots) -> str:
        """`text` with each `{name}` replaced by a drawn value, and `{#}` by a digit."""
        for name, values in slots.items():
            while f"{{{name}}}" in text:
                text = text.replace(f"{{{name}}}", self.draw.choice(values), 1)
        while "{#}" in text:
            text = text.replace("{#}", str(self.draw.randint(0, 9)), 1)
        return text

    def pick(self, values: Sequence[T]) -> T:
        """One of the values."""
        return self.draw.choice(values)

    def said(self, parts: Sequence[Sequence[str]], slots: Slots) -> str:
        """A text of one sentence from each part; empty ones leave no trace."""
        chosen = [self.fill(self.pick(part), slots) for part in parts]
        return " ".join(sentence for sentence in chosen if sentence)

    def distinct(self, count: int, parts: Sequence[Sequence[str]], slots: Slots) -> list[str]:
        """So many different texts."""
        made: dict[str, None] = {}
        for _ in range(count * 60):
            made.setdefault(self.said(parts, slots))
            if len(made) == count:
                return list(made)
        raise ValueError(f"only {len(made)} of {count} texts differ")

    def shuffled(self, rows: list[Any]) -> list[Any]:
        """The rows in another order."""
        rows = list(rows)
        self.draw.shuffle(rows)
        return rows


def table(pairs: Sequence[tuple[str, str]], **columns: Sequence[Any]) -> pl.DataFrame:
    """Rows of inputs and outputs with further columns."""
    return pl.DataFrame(
        {"input": [one for one, _ in pairs], "output": [other for _, other in pairs], **columns}
    )
