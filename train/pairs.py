"""Preference pairs that look exchanged: the chosen answer reads like the rejected ones, and conversely.

Every answer is taken for a text labelled "chosen" or "rejected", and `train.labels` says how likely each
label is wrong. In an exchanged pair both are wrong, in a sound one neither: what the two answers say for it
(posterior odds over prior odds) is multiplied, and the prior counted once. So one answer that reads oddly
does not make a suspect. On the 157 sound pairs of `examples/tone-preference`, with 0 to 23 exchanged at
random (13 runs), precision was 0.99 and recall 0.96; asking that both answers be flagged finds half. Fresh
seeds, on 161 pairs with the held-out file's (9 runs, 92 exchanged): 0.96 and 0.99.

A reward model of the difference (Bradley & Terry, 1952: logistic regression, five folds, on the difference
of the embeddings and of hashed words) was measured on the same 9 runs and is not used: precision 0.97,
recall 0.83; with the products of prompt and difference beside it 0.98 and 0.73; the mean of both log odds
0.97, 0.98.

Cost: that of `train.labels` for twice the rows. It knows no prompts: what makes an answer the better one in
every row (a tone, a form) shows; what hangs on the prompt (a right fact) does not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from curate.examples import conform
from train.arrays import Floats
from train.labels import COLUMNS, CUT_OFF, suspects

if TYPE_CHECKING:
    from train.encoder import Encoder

# One answer says no more than this for or against, or it alone could decide.
_EVIDENCE = 1e6
_FLOOR = 1e-9
_SIDES = ("chosen", "rejected")


def pair_suspects(
    ids: pl.Series,
    chosen: pl.Series,
    rejected: pl.Series,
    *,
    features: Floats | None = None,
    encoder: Encoder | None = None,
) -> pl.DataFrame:
    """Every pair with the probability that its answers are exchanged, worst first.

    Parameters
    ----------
    ids, chosen, rejected
        String `[rows]`; the order of rows does not matter.
    features
        Embeddings of the chosen answers, then of the rejected ones, float `[2 * rows, size]`; made with
        `encoder` (default: the bundled one) when not given.

    Returns
    -------
    pl.DataFrame
        As `train.labels.suspects`: `given` is "chosen" throughout, and `suggested` "rejected" where the pair
        is flagged.
    """
    answers = pl.concat(
        [
            pl.DataFrame({"pair": ids, "text": texts}).with_columns(pl.lit(side).alias("side"))
            for side, texts in zip(_SIDES, (chosen, rejected), strict=True)
        ]
    ).with_columns(pl.concat_str("side", "pair", separator=" ").alias("answer"))
    doubts = suspects(
        answers["answer"], answers["text"], answers["side"], features=features, encoder=encoder
    ).select(pl.col("example_id").alias("answer"), pl.col("score").clip(_FLOOR, 1 - _FLOOR))
    rate = float(np.clip(doubts["score"].mean() or 0.0, _FLOOR, 0.5))  # type: ignore[arg-type]
    prior = rate / (1 - rate)
    evidence = (pl.col("score") / (1 - pl.col("score")) / prior).clip(1 / _EVIDENCE, _EVIDENCE)
    odds = evidence.product() * prior
    pairs = answers.join(doubts, on="answer", how="left").group_by("pair").agg(odds.alias("odds"))
    score = (pl.col("odds") / (1 + pl.col("odds"))).round(6)
    judged = pairs.select(pl.col("pair").alias("example_id"), score.alias("score")).with_columns(
        pl.lit("chosen").alias("given"), (pl.col("score") > CUT_OFF).alias("flagged")
    )
    suggested = pl.when("flagged").then(pl.lit("rejected")).otherwise("given").alias("suggested")
    ranked = judged.with_columns(suggested).sort(["score", "example_id"], descending=[True, False])
    return conform(ranked, COLUMNS)
