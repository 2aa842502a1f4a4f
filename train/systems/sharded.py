"""Adapters trained on disjoint shards of the rows (`train.shards`; SISA: Bourtoule et al., 2021,
arXiv:1912.03817), so that an erasure trains only the shard that held the person.

A shard's adapter follows its own rows alone. Each thing that would tie it to other rows is taken away or
made anew, cheaply, whenever the shards are put together:

| what follows data             | here                                                                     |
|-------------------------------|--------------------------------------------------------------------------|
| which rows                    | a hash of the row's person, group or id (`train.shard_rows`)             |
| epoch kept                    | the last: no validation row reaches a shard, so none ties it to another  |
| number of epochs and steps    | of the shard's own rows                                                  |
| start of the head (probe)     | fitted on the shard's own embeddings, computed without other rows        |
| classes of the head           | the labels of the shard's own rows; one it never saw gets probability 0  |
| padding, batches, random seed | of the shard's own rows; the seed is that of the parameters              |
| longest answer                | of all rows, when answering; of the shard's own where training writes    |
| temperature, calibration      | on validation rows, after the shards are put together                    |
| retrieved examples            | of all rows; they are rows, not weights, and are gathered anew           |

Classifiers are put together by the mean of their probabilities, the vote of Bourtoule et al. that also
serves labels which a shard never saw; answering takes as many passes as there are shards. Language models by
the mean of the adapters' updates: their low-rank factors side by side are one adapter of rank shards x rank,
scaled by 1 / shards. That answers as fast as one, is plain peft, and merges and exports as ever; a mean of
next-token probabilities would take as many passes a token, as much memory, and could not be exported. One
such average is the single round of federated fine-tuning, which Wang et al. (2024, arXiv:2412.04650) find
about as good as many rounds for models of a billion parameters and more; smaller ones may lose more.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from curate.errors import AssayError
from curate.files import dump_json
from train.arrays import Floats
from train.kinds.classification import codes_of
from train.lm.preflight import Found
from train.lm.prompt import REWARD
from train.shard_rows import parts_of
from train.shards import Kept, beside_weights, digest_of
from train.systems.adapted import LanguageLora
from train.systems.base import Classifier, Context, Encoded, softmax
from train.systems.lora import Lora
from train.systems.network import best_temperature

if TYPE_CHECKING:
    import torch

# What a shard says of a label that none has seen: as good as never (`train.systems.linear`).
_NEVER = 1e-13
FILE = "shards.json"


class ShardedLora(Encoded, Classifier):
    """As many LoRA adapters on the encoder as there are shards; the answer is their mean probability."""

    name = "lora"
    title = "LoRA adapters on the encoder, one a shard"
    family = "adapter"
    parts: list[Lora]
    temperature: float
    learned: list[Mapping[str, Any]]

    @property
    def trainable_parameters(self) -> int:
        """Of all shards together."""
        return sum(part.trainable_parameters for part in self.parts)

    def fit(
        self, train: pl.DataFrame, validation: pl.DataFrame, labels: tuple[str, ...], ctx: Context
    ) -> None:
        """Train each shard that the store does not hold; validation rows choose the temperature alone."""
        self.labels = labels
        self.use(ctx.encoder)
        codes_of(train, labels)  # raises where an output is not a label
        kept = [_encoder_shard(rows, alone) for rows, alone in _shards(train, ctx)]
        self.learned = [_facts(one) for one in kept]
        self.parts = [self._part(one.folder, tuple(one.facts["labels"])) for one in kept]
        self.temperature = 1.0
        if validation.height:
            logits = self._logits(validation["input"].to_list())
            self.temperature = best_temperature(logits, codes_of(validation, labels))

    def _part(self, folder: Path, labels: tuple[str, ...]) -> Lora:
        part = Lora()
        part.labels, part.encoder_card = labels, self.encoder_card
        part.load(folder)
        return part

    def _logits(self, texts: Sequence[str]) -> Floats:
        """Log of the mean probability, `[texts, labels]`."""
        mean = np.zeros((len(texts), len(self.labels)))
        for part in self.parts:
            columns = [self.labels.index(label) for label in part.labels]
            mean[:, columns] += part.predict_proba(texts)
        return np.asarray(np.log(np.maximum(mean / len(self.parts), _NEVER)))

    def predict_proba(self, texts: Sequence[str]) -> Floats:
        """Probabilities `[texts, labels]`."""
        return softmax(self._logits(texts) / self.temperature)

    def facts(self) -> dict[str, Any]:
        """What each shard learned from and how, and the temperature of their mean."""
        return {"shards": self.learned, "temperature": self.temperature}

    def card(self) -> dict[str, Any]:
        """How many shards, of how many rows, and how they answer together."""
        return {"shards": shards_card(self.learned, "mean of the shards' probabilities")}

    def save(self, folder: Path) -> None:
        """Write a folder a shard, each as that of `lora` without shards, and what reads them together."""
        for number, part in enumerate(self.parts):
            place = folder / f"shard-{number + 1}"
            place.mkdir()
            part.save(place)
        said = {"temperature": self.temperature, "labels": [list(part.labels) for part in self.parts]}
        (folder / FILE).write_text(dump_json({**said, "learned": self.learned}), encoding="utf-8")

    def load(self, folder: Path) -> None:
        """Read them back."""
        said = json.loads((folder / FILE).read_text(encoding="utf-8"))
        self.temperature, self.learned = said["temperature"], said["learned"]
        self.parts = [
            self._part(folder / f"shard-{number + 1}", tuple(labels))
            for number, labels in enumerate(said["labels"])
        ]


def learn_in_shards(system: LanguageLora, train: pl.DataFrame, ctx: Context) -> None:
    """Give a language system the mean of adapters that were trained on shards, and what is noted of them.

    Parameters
    ----------
    train
        With the rows' units.
    """
    learner = LanguageLora if type(system).learn is LanguageLora.learn else type(system)
    kept = [_language_shard(learner, rows, system.labels, alone) for rows, alone in _shards(train, ctx)]
    parts = [_loaded(one) for one in kept]
    system.adapter = mean_update([part.adapter for part in parts])
    config = parts[0].config
    system.config = {**config, "r": config["r"] * len(parts)}
    system.trained = sum(part.trained for part in parts)
    counted = [asdict(part.found) for part in parts]
    system.found = Found(**{name: sum(one[name] for one in counted) for name in counted[0]})
    system.history = []
    system.learned = [_facts(one) for one in kept]


def mean_update(adapters: Sequence[Mapping[str, torch.Tensor]]) -> dict[str, torch.Tensor]:
    """One adapter whose update is the mean of the updates of several of one rank.

    An update is alpha / rank x B A. With the A of all above each other and the B beside each other the
    product is the sum of theirs; the rank is that many times as large, so alpha / rank takes the mean.
    """
    import torch

    return {
        name: torch.cat([one[name] for one in adapters], dim=1 if "lora_B" in name else 0).contiguous()
        for name in adapters[0]
    }


def _shards(train: pl.DataFrame, ctx: Context) -> Iterator[tuple[pl.DataFrame, Context]]:
    """Each shard's rows and a context for it, whose steps go on from those of the shards before."""
    before = 0
    for rows in parts_of(train, ctx.params.shards or 1, ctx.params.seed):
        last = 0

        def tell(done: int, total: int, before: int = before) -> None:
            nonlocal last
            last = done
            if ctx.progress:
                ctx.progress(before + done, before + total)

        alone = replace(ctx, progress=tell)
        yield rows, alone
        ctx.reused_seconds = alone.reused_seconds
        before += last


def _encoder_shard(rows: pl.DataFrame, ctx: Context) -> Kept:
    """A shard of `lora`, from the store or trained."""
    labels = tuple(rows["output"].unique().sort())
    encoder, params = ctx.encoder, ctx.params
    follows = {
        **_follows("lora", rows, labels, ctx),
        "params": {"lora": params.lora.model_dump(mode="json"), "max_length": params.max_length},
        "base": [encoder.sha256, beside_weights(encoder.source)],
    }

    def learn(alone: Context) -> tuple[Lora, dict[str, Any]]:
        system = Lora()
        system.fit(rows, rows.clear(), labels, alone)
        return system, {"labels": list(labels), "losses": _losses(system)}

    return _kept(digest_of(follows), rows, ctx, learn)


def _language_shard(
    learner: type[LanguageLora], rows: pl.DataFrame, labels: tuple[str, ...], ctx: Context
) -> Kept:
    """A shard of a language system, from the store or trained; one that goes on from `lm_lora` starts from
    that one's shard of the same rows.
    """
    params, brief, system = ctx.params, ctx.brief, learner()
    system.labels = labels
    system.prepare(rows, ctx)
    assert brief is not None
    sections = ["language", "lm_lora", *([learner.name] if learner is not LanguageLora else [])]
    rewarded = brief.task if learner.name == "lm_grpo" else None
    follows = {
        **_follows(learner.name, rows, labels, ctx),
        "params": params.model_dump(mode="json", include=set(sections)),
        "base": [system.base.sha256, beside_weights(system.base.source)],
        "prompt": [str(brief.kind), brief.system, brief.schema],
        "reward": rewarded.model_dump(mode="json", include=REWARD) if rewarded else None,
    }

    def learn(alone: Context) -> tuple[LanguageLora, dict[str, Any]]:
        if learner is not LanguageLora:
            first = _loaded(_language_shard(LanguageLora, rows, labels, ctx))
            alone.once(f"language adapter {params.seed}", lambda: first)
        system.learn(rows, rows.clear(), alone)
        facts = {"found": asdict(system.found), "trained": system.trained, "losses": _losses(system)}
        return system, facts

    return _kept(digest_of(follows), rows, ctx, learn)


def _follows(learner: str, rows: pl.DataFrame, labels: Sequence[str], ctx: Context) -> dict[str, Any]:
    """What the training of every shard follows, beside its parameters and base."""
    columns = [name for name in ("example_id", "input", "output", "rejected") if name in rows.columns]
    return {
        "learner": learner,
        "rows": rows.select(columns).rows(),
        "labels": list(labels),
        "seed": ctx.params.seed,
        "threads": ctx.params.threads,
        "precision": ctx.precision,
    }


def _kept(digest: str, rows: pl.DataFrame, ctx: Context, learn: Any) -> Kept:
    """The shard of a digest, trained if the store does not hold it; its seconds are charged either way."""
    store = ctx.shards
    if store is None:
        raise AssayError(
            f"params.train.shards: {ctx.params.shards} needs a place to keep shards in",
            fix="train through a project: assay train   (in Python: train.fit.train_systems)",
        )
    found = store.find(digest)
    if found is not None:
        ctx.reused_seconds += float(found.facts["seconds"])
        ctx.shards_used.append((digest, False))
        return found
    params = ctx.params.model_copy(update={"shards": None})
    alone = replace(ctx, params=params, reused_seconds=0.0, shards_used=[], _made={})
    start = time.perf_counter()
    system, facts = learn(alone)
    # No times in a model: seconds stay in the store.
    facts = {**facts, "seconds": time.perf_counter() - start}
    ctx.shards_used.append((digest, True))
    return store.keep(digest, rows["example_id"], facts, lambda folder: _write(system, folder))


def _write(system: Lora | LanguageLora, folder: Path) -> None:
    if isinstance(system, Lora):
        system.save(folder)
    else:
        system.save_adapter(folder)


def _loaded(kept: Kept) -> LanguageLora:
    """A language system with a shard's adapter."""
    part = LanguageLora()
    part.read_weights(kept.folder)
    part.found, part.trained, part.history = Found(**kept.facts["found"]), kept.facts["trained"], []
    return part


def _losses(system: Lora | LanguageLora) -> list[float]:
    """Mean training loss of each epoch; the last is the one kept."""
    return [epoch.train_loss for epoch in system.history]


def _facts(kept: Kept) -> dict[str, Any]:
    """What a model card says of a shard."""
    return {"rows": len(kept.facts["rows"]), "train_losses": kept.facts["losses"]}


def shards_card(learned: Sequence[Mapping[str, Any]], together: str) -> dict[str, Any]:
    """What a model card says of all shards."""
    return {"count": len(learned), "rows": [one["rows"] for one in learned], "together": together}
