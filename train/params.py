"""Section `train` of params.yaml: which systems are compared and how each is fitted.

Every default that was tuned was chosen on validation rows of banking77's training file, never on its test
file.
"""

from __future__ import annotations

from typing import Annotated, Literal, get_args
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, field_validator

from curate.errors import AssayError
from curate.params import Params
from curate.task import Kind
from train.trial_params import CanaryParams, CurveParams

_Classifier = Literal[
    "majority", "tfidf_lr", "descriptions", "nearest", "probe", "lora", "full", "lora_whole"
]
SystemName = Literal[
    _Classifier,
    "unchanged",
    "prompt",
    "few_shot",
    "retrieved",
    "lm_lora",
    "lm_lora_retrieved",
    "lm_dpo",
    "lm_grpo",
    "lm_full",
    "endpoint",
    "lm_lora_whole",
]

# Compared unless params say otherwise: labels are predicted by an encoder, every other answer is written by a
# language model.
CLASSIFIERS: tuple[SystemName, ...] = get_args(_Classifier)
# Added to a classification's where the language model is installed and `language.max_minutes` allows.
PROMPTED: tuple[SystemName, ...] = ("prompt", "retrieved")
WRITERS: tuple[SystemName, ...] = ("prompt", "few_shot", "retrieved", "lm_lora", "lm_lora_retrieved")
PREFERRERS: tuple[SystemName, ...] = ("prompt", "few_shot", "retrieved", "lm_lora", "lm_dpo")
# Controls that only mean something beside shards, and those that an erasure would train anew, whole.
_WHOLE: tuple[SystemName, ...] = ("lora_whole", "lm_lora_whole")
_UNSHARDED: tuple[SystemName, ...] = ("full", *_WHOLE)
REWRITERS: tuple[SystemName, ...] = ("unchanged", *WRITERS)
_SUITED = {Kind.CLASSIFICATION: CLASSIFIERS, Kind.PREFERENCE: PREFERRERS, Kind.REWRITING: REWRITERS}


class _Knobs(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class TfidfParams(_Knobs):
    """Logistic regression on word and character n-grams."""

    words: tuple[int, int] = Field((1, 2), description="Shortest and longest word n-gram.")
    characters: tuple[int, int] = Field(
        (2, 5), description="Shortest and longest character n-gram within a word."
    )
    min_rows: int = Field(
        2, ge=1, description="A term of fewer training rows is left out, if there are 1,000 rows or more."
    )
    C: float = Field(10.0, gt=0, description="Inverse strength of the L2 penalty.")


class NearestParams(_Knobs):
    """Nearest neighbours over embeddings."""

    k: int = Field(5, ge=1)


class ProbeParams(_Knobs):
    """Logistic regression on frozen embeddings."""

    C: tuple[Annotated[float, Field(gt=0)], ...] = Field(
        (1.0, 10.0, 100.0),
        min_length=1,
        description="Inverse penalties tried; the best on validation rows is kept.",
    )


class LoopParams(_Knobs):
    """The loop that every trained network shares; see `train/loop.py`."""

    lr: float = Field(gt=0, description="Peak learning rate of the network's (or adapter's) parameters.")
    epochs: int = Field(ge=1, description="Passes over the training rows; the best by validation is kept.")
    min_steps: int = Field(
        0, ge=0, description="On few rows the epochs are made more until there are so many steps."
    )
    batch_size: int = Field(32, ge=1)
    warmup: float = Field(
        0.06, ge=0, lt=1, description="Share of the steps in which the learning rates rise."
    )
    weight_decay: float = Field(0.01, ge=0)
    clip: float = Field(1.0, gt=0, description="Largest norm of the gradient.")
    averaging: float = Field(
        0.99, ge=0, lt=1, description="Decay a step of the moving average of the weights; 0 turns it off."
    )

    def steps_per_epoch(self, rows: int) -> int:
        """Batches in one pass over `rows` rows."""
        return -(-rows // self.batch_size)

    def epochs_for(self, rows: int) -> int:
        """Passes over `rows` rows: `epochs`, or as many as `min_steps` takes."""
        return max(self.epochs, -(-self.min_steps // self.steps_per_epoch(rows)))


class FineTuneParams(LoopParams):
    """Fine-tuning of the encoder, by LoRA or in full."""

    head_lr: float = Field(gt=0, description="Peak learning rate of the classification head.")
    head_C: float = Field(
        10.0,
        gt=0,
        description="Inverse penalty of the linear probe that the head starts from. Higher fits the "
        "training rows so well that nothing is left to learn.",
    )
    dropout: float = Field(0.1, ge=0, lt=1, description="Dropout inside the encoder.")
    label_smoothing: float = Field(0.0, ge=0, lt=1)


class AdapterParams(_Knobs):
    """Low-rank adapters, of the encoder or of the language model."""

    rank: int = Field(16, ge=1)
    alpha: float = Field(32.0, gt=0, description="The update is scaled by alpha / rank.")
    adapter_dropout: float = Field(
        0.0, ge=0, lt=1, description="Dropout before the adapter; a pass over every input of every layer."
    )


class LoraParams(FineTuneParams, AdapterParams):
    """Low-rank adaptation of every linear layer (Hu et al., 2021, arXiv:2106.09685)."""

    lr: float = Field(1e-3, gt=0)
    head_lr: float = Field(1e-3, gt=0)
    epochs: int = Field(4, ge=1)


class FullParams(FineTuneParams):
    """Fine-tuning of every weight: the control that says what LoRA gives up."""

    lr: float = Field(1e-4, gt=0)
    head_lr: float = Field(1e-3, gt=0)
    epochs: int = Field(3, ge=1)


class LanguageParams(_Knobs):
    """The language model that is prompted and adapted, and what stands before a text."""

    model: str = Field(
        "SmolLM2-135M-Instruct",
        description="The embedded language model, a local folder, or the name of one on the Hugging Face "
        "hub.",
    )
    shots: int = Field(6, ge=1, description="Worked examples in a prompt that has some.")
    tuned_shots: int = Field(
        3, ge=1, description="Worked examples before a text that the fine-tuned model answers with retrieval."
    )
    max_tokens: int = Field(
        2048, ge=32, description="Tokens of prompt and answer together; shots, then the text, are cut."
    )
    max_new_tokens: int | None = Field(
        None, ge=1, description="Longest answer; null: a quarter longer than the longest training answer."
    )
    max_minutes: float = Field(
        5.0,
        ge=0,
        description="A classification that names no systems is prompted too, if a prompted system is thought "
        "to take no longer; 0: never.",
    )
    calibration: Literal["auto", "none", "contextual"] = Field(
        "auto",
        description="Whether what a model says of an empty text is taken off the labels' likelihoods; auto: "
        "what is better on validation rows.",
    )
    constrained: bool | Literal["both"] = Field(
        False,
        description="Hold every answer of an extraction to the card's JSON Schema while it is written; both: "
        "judge free answers, and show the system on trial either way.",
    )


class EndpointParams(_Knobs):
    """A server that speaks the OpenAI chat protocol. Nothing is sent anywhere unless `url` names one."""

    url: str | None = Field(None, description="Its address up to /v1, such as http://localhost:8000/v1.")
    model: str = Field("", description="Name of the model, as the server calls it.")
    key_env: str = Field(
        "ASSAY_ENDPOINT_KEY", description="Environment variable that holds the key; a key is never in a file."
    )
    shots: int = Field(0, ge=0, description="Most similar training rows shown before each text.")
    max_tokens: int = Field(256, ge=1, description="Longest answer.")
    response_format: bool = Field(
        True, description="Send the card's JSON Schema along; answers are validated all the same."
    )
    concurrency: int = Field(4, ge=1, description="Requests under way at once.")
    requests_per_minute: float | None = Field(None, gt=0, description="Most requests sent in a minute.")
    timeout: float = Field(60.0, gt=0, description="Seconds until an answer is given up.")
    retries: int = Field(5, ge=0, description="Further tries of a request that failed for the moment.")
    price_in: float = Field(0.0, ge=0, description="Currency of a million tokens read.")
    price_out: float = Field(0.0, ge=0, description="Currency of a million tokens written.")
    budget: float | None = Field(None, gt=0, description="Currency that a run may spend; never passed.")
    personal_data: Literal["refuse", "send"] = Field(
        "refuse", description="What happens to texts in which personal data is found."
    )

    @field_validator("url")
    @classmethod
    def _no_secret(cls, url: str | None) -> str | None:
        parts = urlsplit(url or "")
        if url is not None and (parts.scheme not in ("http", "https") or not parts.hostname):
            raise ValueError("not an http or https address")
        if parts.username or parts.password or parts.query:
            raise ValueError("an address holds no user, password or query: the key comes from `key_env`")
        return url


class LmLoopParams(LoopParams):
    """Fine-tuning of the language model: batch 16 is usual for a few hundred rows."""

    batch_size: int = Field(16, ge=1)
    warmup: float = Field(0.1, ge=0, lt=1, description="Share of the steps in which the learning rate rises.")
    weight_decay: float = Field(0.0, ge=0)
    averaging: float = Field(
        0.0, ge=0, lt=1, description="Decay a step of the moving average of the weights; 0 turns it off."
    )


class LmLoraParams(LmLoopParams, AdapterParams):
    """LoRA on all linear layers of the language model, learned from answers alone.

    Rank, alpha and a learning rate about ten times that of full fine-tuning follow Schulman et al. (2025,
    "LoRA without regret"); two to three epochs are usual for a few hundred rows.
    """

    lr: float = Field(1e-3, gt=0)
    epochs: int = Field(3, ge=1)


class LmDpoParams(LmLoopParams):
    """Preferences learned by the adapter of `lm_lora`, which is where it starts (Rafailov et al., 2023,
    arXiv:2305.18290).
    """

    lr: float = Field(2e-4, gt=0)
    epochs: int = Field(2, ge=1)
    beta: float = Field(0.1, gt=0, description="How dear it is to move away from the model before.")


class LmGrpoParams(LmLoopParams):
    """The task's own metric learned as a reward, from the adapter of `lm_lora` on (Shao et al., 2024,
    arXiv:2402.03300, without its division by the spread: Liu et al., 2025, arXiv:2503.20783).
    """

    lr: float = Field(5e-5, gt=0, description="Far below that of answers: a reward is a noisy teacher.")
    epochs: int = Field(1, ge=1)
    batch_size: int = Field(8, ge=1, description="Prompts of a step.")
    group: int = Field(6, ge=2, description="Answers drawn to each prompt, and compared with each other.")
    prompts: int = Field(128, ge=1, description="Training rows drawn on in a pass; answering is what costs.")
    temperature: float = Field(1.0, gt=0, description="Of the answers that are drawn.")


class LmFullParams(LmLoopParams):
    """Fine-tuning of every weight of the language model: the control."""

    lr: float = Field(1e-4, gt=0)
    epochs: int = Field(3, ge=1)


class TrainParams(Params):
    """Section `train` of params.yaml."""

    systems: tuple[SystemName, ...] = Field(
        (), description="Systems under comparison; none: those that suit the kind of task."
    )
    seed: int = Field(0, ge=0)
    seeds: int = Field(
        1,
        ge=1,
        description="Seeds that adapters are trained with, from `seed` on: the first is compared and "
        "published, the others show what is luck. 3 or more for a verdict that matters.",
    )
    shards: int | None = Field(
        None,
        ge=1,
        description="Adapters are trained on so many disjoint shards of the rows and answer together, so "
        "that an erasure trains one shard anew; null: on all rows at once. See docs/training.md.",
    )
    threads: int = Field(
        1, ge=1, description="Threads of one fit; the last digits of a result follow this number."
    )
    workers: int = Field(
        2, ge=1, description="Fine-tuned systems trained side by side; results do not follow this number."
    )
    precision: Literal["auto", "float32", "bfloat16"] = Field(
        "auto",
        description="Of matrix products in training. auto: bfloat16 where the processor multiplies it "
        "natively, else float32.",
    )
    encoder: str = Field(
        "all-MiniLM-L6-v2",
        description="The bundled encoder, a local folder, or the name of one on the Hugging Face hub.",
    )
    max_length: int = Field(128, ge=8, description="Tokens read of each text.")
    tfidf: TfidfParams = TfidfParams()
    nearest: NearestParams = NearestParams()
    probe: ProbeParams = ProbeParams()
    lora: LoraParams = LoraParams()
    full: FullParams = FullParams()
    language: LanguageParams = LanguageParams()
    endpoint: EndpointParams = EndpointParams()
    lm_lora: LmLoraParams = LmLoraParams()
    lm_dpo: LmDpoParams = LmDpoParams()
    lm_grpo: LmGrpoParams = LmGrpoParams()
    lm_full: LmFullParams = LmFullParams()
    curve: CurveParams | None = CurveParams()
    canaries: CanaryParams | None = Field(
        None,
        description="{} plants made-up secrets in a copy of the rows and trains once more, to see whether "
        "they can be got out again; null: not measured.",
    )

    @property
    def sharded(self) -> bool:
        """Whether adapters learn in shards."""
        return (self.shards or 1) > 1

    def suited(self, kind: Kind) -> TrainParams:
        """These params with the systems that suit a kind of task, where they name none.

        Raises
        ------
        AssayError
            If they name a system that gives labels for a task that asks for something else.
        """
        if not self.systems:
            left_out = _UNSHARDED if self.sharded else _WHOLE
            systems = tuple(name for name in _SUITED.get(kind, WRITERS) if name not in left_out)
            return self.model_copy(update={"systems": systems})._drawn()
        strange = [name for name in self.systems if name in CLASSIFIERS]
        if strange and kind is not Kind.CLASSIFICATION:
            raise AssayError(
                f"params.train.systems names {', '.join(strange)}, which answer with labels; the task is of "
                f"kind `{kind}`",
                fix=f"name systems that write: {', '.join(WRITERS)}",
            )
        if "unchanged" in self.systems and kind is not Kind.REWRITING:
            raise AssayError(
                "params.train.systems names unchanged, which gives a text back as it came: only a rewriting "
                f"can be that; the task is of kind `{kind}`",
                fix="leave it out",
            )
        if "endpoint" in self.systems and kind is Kind.PREFERENCE:
            raise AssayError(
                "params.train.systems names endpoint, and a server does not say how likely a given answer is",
                fix="leave it out",
            )
        if "lm_grpo" in self.systems and kind is Kind.PREFERENCE:
            raise AssayError(
                "params.train.systems names lm_grpo, which learns from the metric of an answer; a preference "
                "task has no metric of one answer",
                fix="leave it out; lm_dpo learns from pairs",
            )
        if "lm_dpo" in self.systems and kind is not Kind.PREFERENCE:
            raise AssayError(
                f"params.train.systems names lm_dpo, which learns from pairs; the task is of kind `{kind}`",
                fix="leave it out, or give a preference task: a chosen and a rejected answer to each prompt",
            )
        return self._drawn()

    def _drawn(self) -> TrainParams:
        """These params, if the learning curve draws only fine-tuned systems that are trained anyway, and
        shards are asked for where something needs them.
        """
        alone = [name for name in self.systems if name in _WHOLE]
        if alone and not self.sharded:
            raise AssayError(
                f"params.train.systems names {', '.join(alone)}, the control of what learns in shards; "
                "without params.train.shards that learns from all rows at once itself",
                fix=f"leave {', '.join(alone)} out, or set params.train.shards",
            )
        if self.sharded and self.curve and self.curve.tuned:
            raise AssayError(
                f"params.train.curve.systems names {', '.join(self.curve.tuned)}: shares of the rows are too "
                "small to be trained in shards",
                fix="leave it off the learning curve, or draw the curve once without params.train.shards",
            )
        missing = [name for name in (self.curve.tuned if self.curve else ()) if name not in self.systems]
        if missing:
            raise AssayError(
                f"params.train.curve.systems names {', '.join(missing)}, which is not trained: its point at "
                "all rows is the system itself",
                fix=f"add {', '.join(missing)} to params.train.systems",
            )
        return self
