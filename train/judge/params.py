"""The `evaluate` section of `params.yaml`."""

from __future__ import annotations

from pydantic import Field

from curate.params import Params


class ForgettingParams(Params):
    """How much of what its base model could do a fine-tuned language model may lose.

    A tenth of the answers is twice the standard error of a change that is luck (0.048, measured on the
    embedded model); one nat a token makes a good answer of eight tokens three thousand times less likely.
    """

    loss: float = Field(
        1.0, ge=0, description="Largest rise of the loss on a hundred general instructions, nats a token."
    )
    pass_rate: float = Field(
        0.1, ge=0, le=1, description="Largest fall of the share of them that its answers pass."
    )


class EvaluateParams(Params):
    """Section `evaluate` of params.yaml."""

    bootstrap: int = Field(
        2000,
        ge=100,
        description="Resamples; BCa bounds want 1,000 or more (Efron & Tibshirani, 1993, ch. 14).",
    )
    confidence: float = Field(
        0.95, gt=0.5, lt=1, description="Level of the intervals; the paired test uses 1 minus it."
    )
    permutations: int = Field(
        5000, ge=100, description="Random swaps of the paired test: p = 0.05 is known to within 0.006."
    )
    seed: int = Field(0, ge=0, description="Of the bootstrap and the swaps.")
    risk: float = Field(
        0.05,
        gt=0,
        lt=1,
        description="Share of wrong answers allowed when a system answers only where it is sure.",
    )
    worthwhile: float = Field(
        0.01,
        gt=0,
        lt=1,
        description="Smallest gain in the task's metric worth the upkeep of a fine-tuned model.",
    )
    batch_size: int = Field(64, ge=1, description="Rows predicted at a time.")
    fit_rows: int = Field(
        2000,
        ge=1,
        description="Training rows sampled for the overfitting gap: its standard error is then below 0.01.",
    )
    written_fit_rows: int = Field(
        100, ge=1, description="The same where a language model, which is slow, is among the systems."
    )
    membership_rows: int = Field(
        1000,
        ge=1,
        description="Training rows, and held-out rows, that a membership attack looks at: the standard error "
        "of its area is then near 0.013.",
    )
    written_membership_rows: int = Field(
        100, ge=1, description="The same for a language model, which is slow: a standard error near 0.04."
    )
    verbatim_prefix: int = Field(
        8,
        ge=1,
        description="Tokens of an answer that are given where it is to be completed word for word; answers "
        "of twice as many count. Carlini et al. (2023) give 50 of web pages; answers here are short.",
    )
    latency_rows: int = Field(
        64, ge=1, description="Rows timed one by one, and again in a batch, for the latency."
    )
    slice_rows: int = Field(
        30,
        ge=10,
        description="Rows of a class, language, source or group from which it is judged by itself.",
    )
    workers: int = Field(
        2,
        ge=1,
        description="Language models that answer side by side, each in its own process with its own weights; "
        "results do not follow this number.",
    )
    label_suspects: bool = Field(True, description="Search the gold set for labels that look wrong.")
    forgetting: ForgettingParams | None = Field(
        ForgettingParams(),
        description="What a fine-tuned language model may lose of what its base could do; null: not asked.",
    )
