"""An adapter that learns from the task's own metric, from where fine-tuning on answers left it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl

from curate.errors import AssayError
from train.arrays import Floats
from train.kinds import scoring_of
from train.lm.pack import packs_exactly
from train.lm.postflight import refuse_other_merged
from train.loop import fine_tune
from train.objectives.reward import Drawing, Prompts, RewardLoss
from train.systems.adapted import LanguageLora, loop_settings
from train.systems.base import Context


class Rewarded(LanguageLora):
    """Reinforcement from a verifiable reward after supervised fine-tuning; opt-in, since it writes many
    answers to each prompt.
    """

    name = "lm_grpo"
    title = "LoRA adapter, then rewards (GRPO)"

    def learn(self, train: pl.DataFrame, validation: pl.DataFrame, ctx: Context) -> None:
        """Take the adapter of `lm_lora`, and go on with what its answers are worth."""
        super().learn(train, validation, ctx)
        params, knobs = ctx.params, ctx.params.lm_grpo
        network = self.resumed(params)
        order = np.random.default_rng(params.seed).permutation(train.height)[: knobs.prompts]
        drawing = Drawing(knobs.group, knobs.temperature, self.max_new_tokens, self.threads)
        objective = RewardLoss(
            self.rewarded(train[np.sort(order)]),
            self.rewarded(validation),
            self.template,
            drawing,
            precision=self.precision,
            packed=packs_exactly(network),
        )
        objective.refuse_flat(network)
        settings = loop_settings(knobs, params, len(objective.lengths))
        self.history = fine_tune(
            network, objective, settings, checkpoint=ctx.checkpoint, progress=ctx.progress
        )
        self.keep(network)
        refuse_other_merged(network, self.folded(), objective.train.prompts)

    def rewarded(self, frame: pl.DataFrame) -> Prompts:
        """The prompts of rows, and what answers to them are worth: the card's metric of each answer by
        itself; of a classification, whether it is the label.
        """
        task = self.brief.task
        if task is None:
            raise AssayError(
                f"system `{self.name}` needs the task card: its metric is the reward",
                fix="train through a project: assay train",
            )
        scoring, metric = scoring_of(task, self.labels), task.metric.name

        def reward(rows: Sequence[int], answers: Sequence[str]) -> Floats:
            said = pl.Series("answer", [answer.strip() for answer in answers], dtype=pl.String)
            return scoring.row_scores(frame[list(rows)], said, metric)

        return Prompts(
            [self.template.prompt_ids(self.brief.system, (), text) for text in frame["input"]], reward
        )
