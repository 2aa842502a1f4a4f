"""What fails silently elsewhere, looked for before the first step: each an error with the fix."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from curate.errors import AssayError
from curate.task import Kind
from train.lm.prompt import Brief, Template

if TYPE_CHECKING:
    from train.objectives.completion import Completions

# Fewer rows than this teach a form at best (Zhou et al., 2023, arXiv:2305.11206, start at a few hundred).
FEWEST = 20
# Share of answers that may be cut: what is cut is learned as if it ended there.
_CUT = 0.01


@dataclass(frozen=True)
class Found:
    """What the training rows hold: tokens read and learned, and rows with a special token spelt out."""

    rows: int
    prompt_tokens: int
    answer_tokens: int
    escaped_rows: int


def inspect(
    given: Completions, template: Template, frame: pl.DataFrame, brief: Brief, max_tokens: int
) -> Found:
    """Look over the training rows.

    Parameters
    ----------
    given
        Prompts and answers as they will be trained on.
    frame
        The same rows as text: `example_id, input, output`.
    max_tokens
        Tokens of prompt and answer together.

    Raises
    ------
    AssayError
        If there are too few rows, an answer is empty, has no end token or is not an allowed label, or more
        than 1 % of the rows do not fit.
    """
    if frame.height < FEWEST:
        raise AssayError(
            f"{frame.height} training rows are too few to fine-tune a language model: it takes {FEWEST} or "
            "more",
            fix="add examples, or compare prompts alone: train.systems: [prompt, few_shot, retrieved]",
        )
    names = frame["example_id"].to_list()
    empty = [name for name, text in zip(names, frame["output"], strict=True) if not text.strip()]
    if empty:
        raise AssayError(
            f"{len(empty)} training rows have nothing to learn: their answer is empty, e.g. {empty[0]}",
            fix="drop them with: assay validate   (params.validate.output.min_chars)",
        )
    endless = [
        name
        for name, answer in zip(names, given.answers, strict=True)
        if not answer or answer[-1] != template.end or template.end in answer[:-1]
    ]
    if endless:
        raise AssayError(
            f"{len(endless)} answers do not end with the tokenizer's end token, or hold one inside, e.g. "
            f"{endless[0]}",
            fix="correct the tokenizer of params.train.language.model",
        )
    if brief.kind is Kind.CLASSIFICATION and (strange := set(frame["output"]) - set(brief.labels)):
        raise AssayError(
            f"{len(strange)} labels of the training rows are not in the task card",
            fix="add them to `labels` in task.yaml, or drop the rows with: assay validate",
        )
    long = [
        name
        for name, prompt, answer in zip(names, given.prompts, given.answers, strict=True)
        if len(prompt) + len(answer) > max_tokens
    ]
    if len(long) > _CUT * frame.height:
        raise AssayError(
            f"{len(long)} of {frame.height} training rows are longer than {max_tokens} tokens, e.g. "
            f"{long[0]}: cut short they would teach to stop in mid-sentence",
            fix="raise params.train.language.max_tokens, or drop long rows with "
            "params.validate.input.max_chars",
        )
    escaped = sum(
        template.harmless(text) != text or template.harmless(answer) != answer
        for text, answer in zip(frame["input"], frame["output"], strict=True)
    )
    return Found(frame.height, sum(map(len, given.prompts)), sum(map(len, given.answers)), escaped)


def inspect_pairs(frame: pl.DataFrame) -> None:
    """Look over pairs of a chosen and a rejected answer.

    Parameters
    ----------
    frame
        Columns `example_id, input, output` (the chosen answer) and `rejected`.

    Raises
    ------
    AssayError
        If a pair prefers an answer to itself, or pairs of one prompt contradict each other, as they do where
        some rows have chosen and rejected swapped.
    """
    equal = frame.filter(pl.col("output") == pl.col("rejected"))
    if equal.height:
        raise AssayError(
            f"{equal.height} of {frame.height} pairs have one and the same answer as chosen and rejected, "
            f"e.g. {_first(equal)}: nothing is preferred",
            fix="correct these rows, or drop them before: assay ingest",
        )
    keys = ["input", "output", "rejected"]
    turned = frame.select("input", output="rejected", rejected="output").unique()
    against = frame.join(turned, on=keys, how="semi")
    if against.height:
        raise AssayError(
            f"{against.height} of {frame.height} pairs contradict each other, e.g. "
            f"{_first(against)}: to the same prompt one prefers what the other rejects; some "
            "rows have chosen and rejected swapped",
            fix="swap them back, or drop them before: assay ingest",
        )


def _first(rows: pl.DataFrame) -> str:
    """The first id among some rows."""
    return str(rows["example_id"].sort()[0])
