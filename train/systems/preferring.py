"""An adapter that learns which of two answers is preferred, from where fine-tuning on the chosen ones left
it.
"""

from __future__ import annotations

import polars as pl

from train.lm.lowrank import join_products
from train.lm.pack import packs_exactly
from train.lm.postflight import refuse_other_merged
from train.lm.preflight import inspect_pairs
from train.loop import fine_tune
from train.objectives.preference import PreferenceLoss, Preferences
from train.params import LmDpoParams, TrainParams
from train.precision import frozen_weights_held
from train.systems.adapted import LanguageLora, loop_settings
from train.systems.base import Context


class Preferring(LanguageLora):
    """Direct preference optimisation after supervised fine-tuning."""

    name = "lm_dpo"
    title = "LoRA adapter, then preferences (DPO)"

    def learn(self, train: pl.DataFrame, validation: pl.DataFrame, ctx: Context) -> None:
        """Take the adapter of `lm_lora`, and train it on pairs."""
        inspect_pairs(train)
        super().learn(train, validation, ctx)
        params, knobs = ctx.params, self.preferences(ctx.params)
        network = self.resumed(params)
        objective = PreferenceLoss(
            network,
            self.pairs(train),
            self.pairs(validation),
            beta=knobs.beta,
            precision=self.precision,
            packed=packs_exactly(network),
        )
        join_products(network)
        settings = loop_settings(knobs, params, train.height)
        with frozen_weights_held(network, self.precision):
            self.history = fine_tune(
                network, objective, settings, checkpoint=ctx.checkpoint, progress=ctx.progress
            )
        self.keep(network)
        refuse_other_merged(network, self.folded(), objective.pairs["train"].prompts)

    def preferences(self, params: TrainParams) -> LmDpoParams:
        """Section `train.lm_dpo`."""
        return params.lm_dpo

    def pairs(self, frame: pl.DataFrame) -> Preferences:
        """Prompts and both answers of a frame with columns `input, output, rejected`."""
        return Preferences(
            [self.template.prompt_ids(self.brief.system, (), text) for text in frame["input"]],
            [self.template.answer_ids(answer) for answer in frame["output"]],
            [self.template.answer_ids(answer) for answer in frame["rejected"]],
        )
