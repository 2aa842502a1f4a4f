"""Section `train` of params.yaml: which systems are compared and how each is fitted.

Every default that was tuned was chosen on validation rows of banking77's training file, never on its test
file.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from curate.params import Params

SystemName = Literal["majority", "tfidf_lr", "descriptions", "nearest", "probe", "lora", "full"]

ALL_SYSTEMS: tuple[SystemName, ...] = (
    "majority",
    "tfidf_lr",
    "descriptions",
    "nearest",
    "probe",
    "lora",
    "full",
)


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


class FineTuneParams(_Knobs):
    """The loop shared by LoRA and full fine-tuning; see `train/loop.py`."""

    lr: float = Field(gt=0, description="Peak learning rate of the encoder's (or adapter's) parameters.")
    head_lr: float = Field(gt=0, description="Peak learning rate of the classification head.")
    epochs: int = Field(ge=1, description="Passes over the training rows; the best by validation is kept.")
    min_steps: int = Field(
        0, ge=0, description="On few rows the epochs are made more until there are so many steps."
    )
    head_C: float = Field(
        10.0,
        gt=0,
        description="Inverse penalty of the linear probe that the head starts from. Higher fits the "
        "training rows so well that nothing is left to learn.",
    )
    batch_size: int = Field(32, ge=1)
    dropout: float = Field(0.1, ge=0, lt=1, description="Dropout inside the encoder.")
    warmup: float = Field(
        0.06, ge=0, lt=1, description="Share of the steps in which the learning rates rise."
    )
    weight_decay: float = Field(0.01, ge=0)
    label_smoothing: float = Field(0.0, ge=0, lt=1)
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


class LoraParams(FineTuneParams):
    """Low-rank adaptation of every linear layer (Hu et al., 2021, arXiv:2106.09685)."""

    lr: float = Field(1e-3, gt=0)
    head_lr: float = Field(1e-3, gt=0)
    epochs: int = Field(4, ge=1)
    rank: int = Field(16, ge=1)
    alpha: float = Field(32.0, gt=0, description="The update is scaled by alpha / rank.")
    adapter_dropout: float = Field(
        0.0, ge=0, lt=1, description="Dropout before the adapter; a pass over every input of every layer."
    )


class FullParams(FineTuneParams):
    """Fine-tuning of every weight: the control that says what LoRA gives up."""

    lr: float = Field(1e-4, gt=0)
    head_lr: float = Field(1e-3, gt=0)
    epochs: int = Field(3, ge=1)


class CurveParams(_Knobs):
    """The learning curve: cheap systems on growing shares of the training rows."""

    fractions: tuple[Annotated[float, Field(gt=0, le=1)], ...] = (0.1, 0.25, 0.5, 1.0)
    seeds: int = Field(3, ge=1, description="Nested subsets drawn for each fraction below 1.")
    systems: tuple[Literal["probe", "tfidf_lr"], ...] = ("probe", "tfidf_lr")


class TrainParams(Params):
    """Section `train` of params.yaml."""

    systems: tuple[SystemName, ...] = Field(
        ALL_SYSTEMS, min_length=1, description="Systems under comparison."
    )
    seed: int = Field(0, ge=0)
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
    curve: CurveParams | None = CurveParams()
