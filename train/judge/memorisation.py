"""What a fine-tuned system remembers of its training rows: a membership attack, and answers completed word
for word.

**Membership.** An attacker holds a row with its answer and asks whether it was trained on: a low loss says
yes (Yeom et al., 2018, arXiv:1709.01604). How hard a row is anyway is taken off first: the loss of a model
that has not seen it (difficulty calibration: Watson et al., 2022, arXiv:2111.08440). For a language model
that is its base, for a classifier one fitted to the other folds of the rows. The figure is the area under the
ROC curve over training rows and held-out rows of the same label (else language and source): 0.5 is a guess, 1
gives every training row away. The losses alone, without calibration, stand beside it.

**Verbatim completion.** After Carlini et al. (2021, arXiv:2012.07805; 2023, arXiv:2202.07646): an answer is
completed verbatim if the model, given the whole prompt and the first k tokens of the answer, greedily writes
every token that is left, the end among them. Greedy decoding writes them if and only if each is the likeliest
after all before it, so one pass over the answer settles it and nothing is generated. Only answers with as
many tokens again behind the k are counted. A good system completes many answers because they follow from the
input, and closed forms complete themselves: so the same is counted on held-out rows, and the difference is
what is put down to memory. The base model's share stands beside it.

Cost: two passes (the system, its base) over `written_membership_rows` rows of either split: 40 s of one core
for the embedded model, 100 + 100 rows and answers of 15 tokens (80 s for 200 + 200 measured, both models'
loading among them); for the sample's encoder 19 s, most of it loading and the folds.

Measured on restaurant8k (200 training rows, three epochs of `lm_lora`): area 0.57 [0.52, 0.63]; 45 % of
training answers completed, 40 % of held-out ones, 4 % by the base.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from functools import lru_cache
from typing import Any, cast

import numpy as np
import polars as pl

from train.arrays import Bools, Floats, Ints
from train.judge.params import EvaluateParams
from train.kinds.classification import codes_of
from train.lm.base import load_base
from train.lm.likelihood import answers_told
from train.lm.pack import packs_exactly
from train.stats.intervals import cluster_codes
from train.stats.two_samples import TwoSamples
from train.systems.adapted import Adapted
from train.systems.base import Classifier, Encoded, System

# Probabilities below this are the same as none.
_FLOOR = 1e-12


@dataclass(frozen=True)
class Told:
    """What a system says of given answers: mean log-probability a token, nats, `[rows]`; and, of written
    answers, whether each token is the likeliest, `[rows][tokens]`.
    """

    fit: Floats
    firsts: list[Bools]


def memorisation(
    system: System, seen: pl.DataFrame, unseen: pl.DataFrame, params: EvaluateParams
) -> dict[str, Any]:
    """Membership and verbatim completion of one fine-tuned system, JSON-safe.

    Parameters
    ----------
    seen, unseen
        Training and held-out rows: `example_id, input, output, group`, and `language, source` where known.
    """
    both = TwoSamples(
        cluster_codes(seen["group"]),
        cluster_codes(unseen["group"]),
        params.bootstrap,
        params.seed,
        params.confidence,
    )
    by_label = system.classifies
    strata = _strata(seen, unseen, ["output"] if by_label else ["language", "source"])
    tuned, reference, calibrated_by = _told(system, seen, unseen)
    raw = both.auc(tuned[0].fit, tuned[1].fit, strata)
    area = raw
    if reference is not None:
        gains = [mine.fit - theirs.fit for mine, theirs in zip(tuned, reference, strict=True)]
        area = both.auc(gains[0], gains[1], strata)
    return {
        "rows": {"train": seen.height, "held_out": unseen.height},
        "groups": {"train": int(both.seen.max()) + 1, "held_out": int(both.unseen.max()) + 1},
        "membership": {"auc": asdict(area), "calibrated_by": calibrated_by, "uncalibrated_auc": asdict(raw)},
        "verbatim": (
            {"applies": False, "why": "answers are labels, not text"}
            if by_label
            else _verbatim(tuned, reference, both, params)
        ),
    }


def _told(
    system: System, seen: pl.DataFrame, unseen: pl.DataFrame
) -> tuple[tuple[Told, Told], tuple[Told, Told] | None, str]:
    """What the system and a model that has not seen the rows say of both; and what the latter is."""
    if isinstance(system, Adapted):
        base = _base_model(system.base_card["name"], system.base_card["sha256"], system.precision)
        models = (system.model, base)
        parts = [(_written(system, model, seen), _written(system, model, unseen)) for model in models]
        return parts[0], parts[1], "the base model"
    assert isinstance(system, Classifier)
    tuned = (_labelled(system, seen), _labelled(system, unseen))
    if not isinstance(system, Encoded):
        return tuned, None, "nothing"
    return tuned, _out_of_fold(system, seen, unseen), "a classifier fitted without the row"


@lru_cache(maxsize=1)
def _base_model(name: str, sha256: str, precision: str) -> Any:
    return load_base(name, sha256=sha256, remote=False).fresh_model(precision)


def _written(system: Adapted, model: Any, rows: pl.DataFrame) -> Told:
    """How a language model finds the answers, asked as it was trained: without examples."""
    given = system.completions(rows)
    told = answers_told(
        model, given.prompts, given.answers, threads=system.threads, packed=packs_exactly(model)
    )
    return Told(np.array([float(part.mean()) for part, _ in told]), [first for _, first in told])


def _labelled(system: Classifier, rows: pl.DataFrame) -> Told:
    """How a classifier finds the labels."""
    codes = codes_of(rows, system.labels)
    proba = system.predict_proba(rows["input"].to_list())[np.arange(len(codes)), codes]
    return Told(np.log(np.maximum(proba, _FLOOR)), [])


def _out_of_fold(system: Encoded, seen: pl.DataFrame, unseen: pl.DataFrame) -> tuple[Told, Told]:
    """How classifiers fitted without each row find its label (`train.labels.opinions`)."""
    from train.labels import opinions

    rows = pl.concat([frame.select("input", "output") for frame in (seen, unseen)])
    labels = rows["output"].unique().sort().to_list()
    texts, codes = rows["input"].to_list(), codes_of(rows, labels)
    vectors = np.asarray(system.encoder.embed(texts), dtype=np.float64)
    proba, _ = opinions(texts, vectors, codes, len(labels))
    fit = np.log(np.maximum(proba[np.arange(len(codes)), codes], _FLOOR))
    return Told(fit[: seen.height], []), Told(fit[seen.height :], [])


def _strata(seen: pl.DataFrame, unseen: pl.DataFrame, fields: list[str]) -> tuple[Ints, Ints]:
    """Code of each row's values of `fields`, those that both frames have."""
    known = [name for name in fields if name in seen.columns and name in unseen.columns]
    if not known:
        return np.zeros(seen.height, dtype=np.int64), np.zeros(unseen.height, dtype=np.int64)
    rows = pl.concat([frame.select(pl.col(known).cast(pl.String)) for frame in (seen, unseen)])
    codes = rows.select(pl.struct(known).rank("dense").cast(pl.Int64)).to_series().to_numpy()
    return codes[: seen.height], codes[seen.height :]


def completed(firsts: list[Bools], prefix: int) -> tuple[Bools, Bools]:
    """Which answers are long enough to count, and which of all are completed verbatim after `prefix` tokens:
    two arrays `[rows]`.
    """
    counts = np.array([len(first) >= 2 * prefix for first in firsts], dtype=bool)
    whole = np.array([bool(first[prefix:].all()) for first in firsts], dtype=bool)
    return counts, whole & counts


def _verbatim(
    tuned: tuple[Told, Told],
    reference: tuple[Told, Told] | None,
    both: TwoSamples,
    params: EvaluateParams,
) -> dict[str, Any]:
    """Shares of answers completed verbatim, and the excess of training rows over held-out ones."""
    prefix = params.verbatim_prefix
    counted = [completed(told.firsts, prefix) for told in tuned]
    rows = {"train": int(counted[0][0].sum()), "held_out": int(counted[1][0].sum())}
    if not all(rows.values()):
        return {
            "applies": False,
            "why": f"no answer is long enough: {2 * prefix} tokens, half of them given",
            "rows": rows,
        }
    keep = [counts for counts, _ in counted]
    samples = TwoSamples(
        _dense(both.seen[keep[0]]), _dense(both.unseen[keep[1]]), both.resamples, both.seed, both.level
    )
    shares = [whole[counts].astype(np.float64) for counts, whole in counted]
    base = None
    if reference is not None:
        base = float(completed(reference[0].firsts, prefix)[1][keep[0]].mean())
    return {
        "applies": True,
        "prefix_tokens": prefix,
        "rows": rows,
        "train": float(shares[0].mean()),
        "held_out": float(shares[1].mean()),
        "base_model_train": base,
        "excess": asdict(samples.difference(shares[0], shares[1])),
    }


def _dense(codes: Ints) -> Ints:
    return cast("Ints", np.unique(codes, return_inverse=True)[1].astype(np.int64))
