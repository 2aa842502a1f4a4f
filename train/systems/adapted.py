"""Language models that are fine-tuned on the gold set's answers: LoRA, and every weight as the control.

To answer, adapters are folded into the weights and cost nothing. The folder holds the adapter in peft's own
format: `peft.PeftModel.from_pretrained(base, folder)` loads it.
"""

from __future__ import annotations

import json
from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import polars as pl

from curate.files import dump_json
from train.lm.lowrank import join_products
from train.lm.pack import packs_exactly
from train.lm.postflight import refuse_other_merged, refuse_unchanged
from train.lm.preflight import Found, inspect
from train.loop import Epoch, Settings, best_epoch, fine_tune
from train.objectives.completion import CompletionLoss, Completions
from train.params import LmFullParams, LmLoraParams, LoopParams, TrainParams
from train.precision import frozen_weights_held
from train.pretrained import quiet
from train.systems.base import Context
from train.systems.language import LanguageSystem
from train.systems.lora import adapter_config, plain_config
from train.systems.shots import Retrieved

if TYPE_CHECKING:
    import torch


def loop_settings(knobs: LoopParams, params: TrainParams, rows: int) -> Settings:
    """How the loop trains on so many rows."""
    return Settings(
        lr=knobs.lr,
        head_lr=knobs.lr,
        epochs=knobs.epochs_for(rows),
        batch_size=knobs.batch_size,
        warmup=knobs.warmup,
        weight_decay=knobs.weight_decay,
        clip=knobs.clip,
        averaging=knobs.averaging,
        seed=params.seed,
        threads=params.threads,
    )


class Adapted(LanguageSystem):
    """A language model trained on prompts and answers; how much of it is trained, subclasses say."""

    history: list[Epoch]
    found: Found
    trained: int
    # Whether `train.shards` applies, and what was noted of each shard.
    in_shards: ClassVar[bool] = False
    learned: Sequence[Mapping[str, Any]] = ()

    @property
    def trainable_parameters(self) -> int:
        """Parameters that were given a gradient."""
        return self.trained

    @abstractmethod
    def loop(self, params: TrainParams) -> LoopParams:
        """This system's part of the parameters."""

    @abstractmethod
    def trainable(self, params: TrainParams) -> torch.nn.Module:
        """A fresh base model, with what is to be trained requiring a gradient."""

    @abstractmethod
    def keep(self, network: torch.nn.Module) -> None:
        """Take what is to be saved out of the trained network."""

    @abstractmethod
    def folded(self) -> torch.nn.Module:
        """A network with the base model's shape and the trained weights, float32."""

    def fit(
        self, train: pl.DataFrame, validation: pl.DataFrame, labels: tuple[str, ...], ctx: Context
    ) -> None:
        """Train on the answers; the best epoch is chosen on validation rows."""
        self.labels = labels
        self.prepare(train, ctx)
        self.remember(train, ctx)
        if ctx.params.sharded and self.in_shards:
            self.learn_in_shards(train, ctx)
        else:
            self.learn(train, validation, ctx)
        self.settle()
        self.calibrate(validation)

    def learn(self, train: pl.DataFrame, validation: pl.DataFrame, ctx: Context) -> None:
        """Run the loop, and keep what it trained."""
        import torch

        knobs, params = self.loop(ctx.params), ctx.params
        rows = {"train": self.completions(train), "validation": self.completions(validation)}
        self.found = inspect(rows["train"], self.template, train, self.brief, self.knobs.max_tokens)
        torch.manual_seed(params.seed)  # the adapter's first matrix is drawn at random
        network = self.trainable(params)
        self.trained = sum(one.numel() for one in network.parameters() if one.requires_grad)
        objective = CompletionLoss(
            rows["train"], rows["validation"], precision=self.precision, packed=packs_exactly(network)
        )
        join_products(network)
        settings = loop_settings(knobs, params, train.height)
        with frozen_weights_held(network, self.precision):
            self.history = fine_tune(
                network, objective, settings, checkpoint=ctx.checkpoint, progress=ctx.progress
            )
        self.keep(network)
        refuse_other_merged(network, self.folded(), rows["train"].prompts)

    def completions(self, frame: pl.DataFrame) -> Completions:
        """Prompts and answers of a frame, without shots: the behaviour is to be learned, not copied."""
        system = self.brief.system
        return Completions(
            [self.template.prompt_ids(system, (), text) for text in frame["input"]],
            [self.template.answer_ids(answer) for answer in frame["output"]],
        )

    def settle(self) -> None:
        """Fold what was trained into the model that answers."""
        import torch

        self.__dict__["model"] = self.folded().to(getattr(torch, self.precision)).eval()

    def facts(self) -> dict[str, Any]:
        """Every epoch's figures, which one was kept, and what the rows looked like before training."""
        if self.learned:
            return {**super().facts(), "shards": list(self.learned), "rows": asdict(self.found)}
        return {
            **super().facts(),
            "epochs": [asdict(one) for one in self.history],
            "best_epoch": best_epoch(self.history).epoch,
            "rows": asdict(self.found),
        }

    def learn_in_shards(self, train: pl.DataFrame, ctx: Context) -> None:
        """Learn each shard of the rows by itself; a subclass with `in_shards` says how."""
        raise NotImplementedError

    def load(self, folder: Path) -> None:
        """Read prompt and weights."""
        super().load(folder)
        self.read_weights(folder)
        self.settle()

    @abstractmethod
    def read_weights(self, folder: Path) -> None:
        """Read back what `save` wrote of the weights."""


class LanguageLora(Adapted):
    """Low-rank adapters on all linear layers."""

    name = "lm_lora"
    title = "LoRA adapter on the language model"
    family = "adapter"
    in_shards = True
    adapter: dict[str, torch.Tensor]
    config: dict[str, Any]

    def loop(self, params: TrainParams) -> LmLoraParams:
        """Section `train.lm_lora`."""
        return params.lm_lora

    def learn(self, train: pl.DataFrame, validation: pl.DataFrame, ctx: Context) -> None:
        """Train the adapter, or take the one that a sibling has just trained."""
        taught = ctx.once(
            f"language adapter {ctx.params.seed}", lambda: _taught(train, validation, self.labels, ctx)
        )
        for field in ("adapter", "config", "history", "found", "trained"):
            setattr(self, field, getattr(taught, field))

    def learn_in_shards(self, train: pl.DataFrame, ctx: Context) -> None:
        """Take the mean of adapters that were trained on one shard each."""
        from train.systems.sharded import learn_in_shards

        learn_in_shards(self, train, ctx)

    def card(self) -> dict[str, Any]:
        """The base model, its digest, the prompt, and the shards where there are some."""
        if not self.learned:
            return super().card()
        from train.systems.sharded import shards_card

        return {**super().card(), "shards": shards_card(self.learned, "mean of the shards' updates")}

    def trainable(self, params: TrainParams) -> torch.nn.Module:
        """The base model with adapters that start as no change at all."""
        from peft import get_peft_model

        config = adapter_config(params.lm_lora, "CAUSAL_LM")
        with quiet():
            model: torch.nn.Module = get_peft_model(self.base.fresh_model(), config)
        return model

    def keep(self, network: torch.nn.Module) -> None:
        """Take the adapter out.

        Raises
        ------
        AssayError
            If no adapter has changed.
        """
        from peft import get_peft_model_state_dict

        wrapped: Any = network
        self.adapter = {
            name: tensor.detach().clone()
            for name, tensor in get_peft_model_state_dict(wrapped, save_embedding_layers=False).items()
        }
        refuse_unchanged(self.adapter, "train.lm_lora.lr")
        self.config = plain_config(wrapped.peft_config["default"].to_dict(), self.base.published_name)

    def resumed(self, params: TrainParams) -> torch.nn.Module:
        """The base model with the adapter as it is now, to be trained on."""
        from peft import set_peft_model_state_dict

        network: Any = self.trainable(params)
        with quiet():
            set_peft_model_state_dict(network, self.adapter)
        trained: torch.nn.Module = network
        return trained

    def folded(self) -> torch.nn.Module:
        """The base model with the adapters added to its weights."""
        from peft import LoraConfig, get_peft_model, set_peft_model_state_dict

        with quiet():
            model = get_peft_model(self.base.fresh_model(), LoraConfig(**self.config))
            set_peft_model_state_dict(model, self.adapter)
            folded: torch.nn.Module = model.merge_and_unload()
        return folded.requires_grad_(False)

    def save(self, folder: Path) -> None:
        """Write prompt and adapter."""
        super().save(folder)
        self.save_adapter(folder)

    def save_adapter(self, folder: Path) -> None:
        """Write the adapter alone."""
        from safetensors.torch import save_file

        save_file(self.adapter, folder / "adapter_model.safetensors", metadata={"format": "pt"})
        (folder / "adapter_config.json").write_text(dump_json(self.config), encoding="utf-8")

    def read_weights(self, folder: Path) -> None:
        """Read the adapter."""
        from safetensors.torch import load_file

        self.adapter = load_file(folder / "adapter_model.safetensors")
        self.config = json.loads((folder / "adapter_config.json").read_text(encoding="utf-8"))
        self.trained = sum(tensor.numel() for tensor in self.adapter.values())


class RetrievedLora(LanguageLora, Retrieved):
    """The same adapter, asked with the most similar training rows before each text."""

    name = "lm_lora_retrieved"
    title = "LoRA adapter with retrieved examples"

    @property
    def count(self) -> int:
        """Examples before each text."""
        return self.knobs.tuned_shots


def _taught(
    train: pl.DataFrame, validation: pl.DataFrame, labels: tuple[str, ...], ctx: Context
) -> LanguageLora:
    """A trained adapter, made once for all systems that answer with it."""
    lora = LanguageLora()
    lora.labels = labels
    lora.prepare(train, ctx)
    Adapted.learn(lora, train, validation, ctx)
    return lora


class LanguageFull(Adapted):
    """Every weight of the language model: the control that says what the adapter gives up."""

    name = "lm_full"
    title = "Full fine-tuning of the language model (control)"
    family = "full"
    weights: dict[str, torch.Tensor]

    def loop(self, params: TrainParams) -> LmFullParams:
        """Section `train.lm_full`."""
        return params.lm_full

    def trainable(self, params: TrainParams) -> torch.nn.Module:
        """The base model, all of it."""
        return self.base.fresh_model().requires_grad_(True)

    def keep(self, network: torch.nn.Module) -> None:
        """The weights; a matrix that two layers share is kept once."""
        self.weights = {name: parameter.detach().clone() for name, parameter in network.named_parameters()}

    def folded(self) -> torch.nn.Module:
        """The base model with the trained weights in place of its own."""
        model = self.base.fresh_model()
        model.load_state_dict(self.weights, strict=False)
        return model

    def save(self, folder: Path) -> None:
        """Write prompt and weights."""
        from safetensors.torch import save_file

        super().save(folder)
        save_file(self.weights, folder / "weights.safetensors", metadata={"format": "pt"})

    def read_weights(self, folder: Path) -> None:
        """Read the weights."""
        from safetensors.torch import load_file

        self.weights = load_file(folder / "weights.safetensors")
        self.trained = sum(tensor.numel() for tensor in self.weights.values())
