"""Whether a classification is answered by the language model too, where params name no systems.

`prompt` and `retrieved` score every label after every text. They join the systems compared where the language
model is installed and the rows are few enough; what that takes is said before it starts. The estimate counts
tokens and never looks at a clock: which systems are compared must not follow the machine or its mood.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from curate.errors import AssayError
from curate.text import plural
from train.lm.prompt import Brief
from train.params import PROMPTED, TrainParams

if TYPE_CHECKING:
    from train.lm.base import Base

# Multiplications and additions a second of the core that estimates are for: one that multiplies bfloat16
# itself does so many with this model (Sapphire Rapids, 2.1 GHz); one that does not, a third of that.
_RATE = 1.5e11
# Texts that mean lengths are taken from.
_SAMPLED = 64


@dataclass(frozen=True)
class Estimate:
    """Tokens that a system reads in training and evaluation, and minutes of the core meant above."""

    tokens: int
    minutes: float


def prompted(
    params: TrainParams,
    train: pl.DataFrame,
    held_out: int,
    brief: Brief,
    tell: Callable[[str], None] = lambda words: None,
) -> TrainParams:
    """`params` with the prompted systems that `language.max_minutes` allows, said to `tell`.

    Parameters
    ----------
    train
        Columns `input, output`.
    held_out
        Rows that are answered: validation rows, which also choose how likelihoods are read, twice.
    """
    from train.lm.base import load_base

    try:
        base = load_base(params.language.model)
    except AssayError as error:
        tell(f"prompts of a language model are left out: {error.problem}; fix: {error.fix}")
        return params
    taken = []
    for name in PROMPTED:
        shots = params.language.shots if name == "retrieved" else 0
        found = estimate(base, train, held_out, brief, shots)
        words = f"{plural(held_out, 'row')} x {len(brief.labels)} labels, {found.tokens:,} tokens"
        if found.minutes > params.language.max_minutes:
            tell(
                f"{name} is left out: {words}, some {found.minutes:,.0f} minutes of a core; "
                f"params.train.language.max_minutes is {params.language.max_minutes:g}"
            )
        else:
            tell(f"{name}: {words}, some {found.minutes:,.1f} minutes of a core")
            taken.append(name)
    return params.model_copy(update={"systems": (*params.systems, *taken)})


def estimate(base: Base, train: pl.DataFrame, held_out: int, brief: Brief, shots: int) -> Estimate:
    """What a prompted system reads: the system turn once, then each row with its examples and the labels."""
    from train.lm.likelihood import tree_size
    from train.lm.prompt import Template

    template = Template(base.tokenizer)
    places = np.linspace(0, train.height - 1, min(train.height, _SAMPLED)).round().astype(int).tolist()
    rows = train.sort("input", "output").select("input", "output")[places].rows()
    turn = len(template.prompt_ids(brief.system, (), ""))
    own = float(np.mean([len(template.prompt_ids(brief.system, (), text)) - turn for text, _ in rows]))
    shown = float(np.mean([len(template.prompt_ids(brief.system, (row,), "")) - turn for row in rows]))
    labels = tree_size([template.answer_ids(label) for label in brief.labels])
    tokens = turn + round(held_out * (own + shots * shown + labels))
    return Estimate(tokens, 2 * base.parameters * tokens / _RATE / 60)
