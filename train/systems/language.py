"""What all systems on a causal language model share: the prompt, the shots, and how an answer is read.

A classification task is answered by the likelihood of each allowed label (`train.lm.likelihood`), so that
there is a probability for each; whether the label's likelihood after an empty text is taken off first
(contextual calibration: Zhao et al., 2021, arXiv:2102.09690) and how sharp probabilities are is chosen on
validation rows. Every other kind is answered by writing, greedily.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import polars as pl

from curate.errors import AssayError
from curate.files import dump_json
from curate.task import Kind
from train.arrays import Floats, Ints
from train.kinds.classification import codes_of
from train.lm.base import Base, load_base
from train.lm.decode import Decoder, Ids, Tally
from train.lm.likelihood import mean_log_probabilities, means, token_log_probabilities
from train.lm.prompt import Brief, Shot, Template
from train.params import LanguageParams
from train.pretrained import OtherWeights, torch_threads
from train.systems.base import Chooser, Classifier, Context, mean_log_loss, softmax

# Answers may be a little longer than the longest seen in training.
_ROOM = 1.25
# Inverse temperatures of the mean log-probabilities; they lie close together, since long labels are averaged.
_SHARPNESS = tuple(np.geomspace(0.25, 64.0, 33).tolist())
# Validation rows that the two are chosen on, at most: evenly spread, in the order of the file.
_CALIBRATION_ROWS = 200
# Texts without content, whose answers show what a model says anyway (Zhao et al., 2021).
_NOTHING = ("N/A", "...", "-")


class LanguageSystem(Classifier, Chooser):
    """A system whose answers a language model gives.

    Subclasses say which shots stand before a text, and what is fitted.
    """

    brief: Brief
    knobs: LanguageParams
    base_card: dict[str, Any]
    # Of the chat template that the system was fitted with; empty while it is being fitted.
    template_digest: str = ""
    precision: str
    threads: int
    max_new_tokens: int
    # What is taken off the labels' scores, `[labels]`, and what they are then multiplied by.
    offset: Floats
    sharpness: float
    few: ClassVar[int] = 0

    @property
    def classifies(self) -> bool:
        """Whether answers are labels with a probability each."""
        return self.brief.kind is Kind.CLASSIFICATION

    @property
    def prefers(self) -> bool:
        """Whether it is asked which of two answers is the likelier."""
        return self.brief.kind is Kind.PREFERENCE

    def margins(self, rows: pl.DataFrame) -> Floats:
        """Mean log-probability a token of `output` less that of `rejected`, nats, `[rows]`."""
        import torch

        margins = np.zeros(rows.height)
        prompts = self.prompts(rows["input"].to_list())
        pairs = zip(prompts, rows["output"], rows["rejected"], strict=True)
        with torch_threads(self.threads), torch.inference_mode():
            for row, (prompt, chosen, rejected) in enumerate(pairs):
                answers = [self.template.answer_ids(chosen), self.template.answer_ids(rejected)]
                told, _ = token_log_probabilities(self.model, [prompt] * 2, answers, len(prompt) - 1)
                first, second = means(told, answers)
                margins[row] = first - second
        return margins

    @property
    def trainable_parameters(self) -> int:
        """Of a prompted model: none."""
        return 0

    @property
    def base(self) -> Base:
        """The base model, as the card names it.

        Raises
        ------
        AssayError
            If it cannot be loaded, or its weights are others than those the system was fitted on.
        """
        card = self.base_card
        try:
            return load_base(card["name"], sha256=card["sha256"], remote=False)
        except OtherWeights as error:
            raise AssayError(
                f"system `{self.name}` was fitted on other weights of language model `{card['name']}`: "
                f"{error.problem}",
                fix=error.fix,
            ) from None

    @cached_property
    def template(self) -> Template:
        """The chat template of the base model.

        Raises
        ------
        AssayError
            If it is not the one that the system was fitted with.
        """
        template = Template(self.base.tokenizer)
        if self.template_digest not in ("", template.digest):
            raise AssayError(
                f"the chat template of language model `{self.base_card['name']}` has changed since system "
                f"`{self.name}` was fitted: it would be asked otherwise than it was taught",
                fix="put the model's tokenizer and chat_template.jinja back, or run: assay train",
            )
        return template

    @cached_property
    def model(self) -> Any:
        """The network that answers."""
        return self.base.fresh_model(self.precision)

    @cached_property
    def tally(self) -> Tally:
        """Tokens read and written so far."""
        return Tally()

    def shots(self, texts: Sequence[str]) -> list[tuple[Shot, ...]]:
        """Worked examples that stand before each text; none here."""
        return [()] * len(texts)

    def prepare(self, train: pl.DataFrame, ctx: Context) -> None:
        """Take over what the context says, and how long an answer may be."""
        if ctx.brief is None:
            raise AssayError(
                f"system `{self.name}` needs the task card: a prompt is made of it",
                fix="train through a project: assay train",
            )
        self.brief, self.knobs = ctx.brief, ctx.params.language
        self.base_card = load_base(self.knobs.model).card()
        self.precision, self.threads = ctx.precision, ctx.params.threads
        answers = [len(self.template.answer_ids(answer)) for answer in train["output"].unique().to_list()]
        self.max_new_tokens = self.knobs.max_new_tokens or int(max(answers, default=16) * _ROOM) + 4
        self.fitted((), "")  # raises where not even an empty text has room

    def fit(
        self, train: pl.DataFrame, validation: pl.DataFrame, labels: tuple[str, ...], ctx: Context
    ) -> None:
        """Nothing is trained; validation rows choose how labels' likelihoods become probabilities."""
        self.labels = labels
        self.prepare(train, ctx)
        self.remember(train, ctx)
        self.calibrate(validation)

    def remember(self, train: pl.DataFrame, ctx: Context) -> None:
        """Choose or remember worked examples; none here."""

    def prompts(self, texts: Sequence[str]) -> list[Ids]:
        """Token ids of the prompt of each text; see `fitted`."""
        return [self.fitted(shots, text) for shots, text in zip(self.shots(texts), texts, strict=True)]

    def fitted(self, shots: Sequence[Shot], text: str) -> list[int]:
        """A prompt that leaves room for the answer: first the shots farthest from the text go, then the end
        of the text.
        """
        room = self.knobs.max_tokens - self.max_new_tokens
        for first in range(len(shots) + 1):
            ids = self.template.prompt_ids(self.brief.system, shots[first:], text)
            if len(ids) <= room:
                return ids
        bare = len(self.template.prompt_ids(self.brief.system, (), ""))
        own = self.template.ids(self.template.harmless(text))
        if bare >= room:
            raise AssayError(
                f"the system prompt alone takes {bare} of {self.knobs.max_tokens} tokens",
                fix="shorten `prompt` in task.yaml, or raise params.train.language.max_tokens",
            )
        cut = self.template.tokenizer.decode(own[: room - bare])
        return self.template.prompt_ids(self.brief.system, (), cut)[-room:]

    def answer(self, texts: Sequence[str]) -> list[str]:
        """The most likely label of each text, or what is written."""
        if self.classifies:
            return super().answer(texts)
        return self._decoded(texts, self.knobs.constrained is True)

    def constrained_answers(self, texts: Sequence[str]) -> list[str]:
        """What is written where every answer of an extraction is held to the card's schema."""
        return self._decoded(texts, True)

    def _decoded(self, texts: Sequence[str], constrained: bool) -> list[str]:
        if not texts:
            return []
        decoder = Decoder(
            self.model,
            self.template,
            self.max_new_tokens,
            self.threads,
            self.tally,
            self.brief.schema,
            constrained and self.brief.kind is Kind.EXTRACTION,
        )
        return decoder.answer(self.prompts(texts))

    def tokens(self, texts: Sequence[str], answers: Sequence[str]) -> Ints:
        """Tokens of each prompt and of each answer with the token that ends it."""
        read = [len(prompt) for prompt in self.prompts(texts)]
        written = [len(self.template.answer_ids(answer)) for answer in answers]
        return np.array(list(zip(read, written, strict=True)), dtype=np.int64).reshape(len(read), 2)

    def label_scores(self, texts: Sequence[str]) -> Floats:
        """Mean log-probability a token of each label, nats, `[texts, labels]`."""
        answers = [self.template.answer_ids(label) for label in self.labels]
        prompts = self.prompts(texts)
        self.tally.rows += len(prompts)
        self.tally.tokens_in += sum(map(len, prompts))
        self.tally.tokens_out += len(prompts)
        return mean_log_probabilities(self.model, prompts, answers, threads=self.threads)

    def predict_proba(self, texts: Sequence[str]) -> Floats:
        """Probabilities `[texts, labels]`."""
        if not len(texts):
            return np.zeros((0, len(self.labels)))
        return softmax(self.sharpness * (self.label_scores(texts) - self.offset))

    def calibrate(self, validation: pl.DataFrame) -> None:
        """Choose offset and sharpness on validation rows; without them likelihoods stay as they are."""
        self.offset, self.sharpness = np.zeros(len(self.labels)), 1.0
        if not self.classifies or validation.is_empty():
            return
        # A shift and one number are chosen: more rows would cost hours where there are many labels.
        validation = validation.gather_every(-(-validation.height // _CALIBRATION_ROWS))
        scores = self.label_scores(validation["input"].to_list())
        truth = codes_of(validation, self.labels)
        offsets = []
        if self.knobs.calibration != "contextual":
            offsets.append(self.offset)
        if self.knobs.calibration != "none":
            offsets.append(self.label_scores(list(_NOTHING)).mean(axis=0))
        self.offset, self.sharpness = min(
            ((offset, sharpness) for offset in offsets for sharpness in _SHARPNESS),
            key=lambda choice: mean_log_loss(softmax(choice[1] * (scores - choice[0])), truth),
        )

    def facts(self) -> dict[str, Any]:
        """How labels' likelihoods are read, or how long answers may be."""
        if self.classifies:
            chosen = "contextual" if self.offset.any() else "none"
            return {"calibration": chosen, "sharpness": self.sharpness, "precision": self.precision}
        return {"max_new_tokens": self.max_new_tokens, "precision": self.precision}

    def card(self) -> dict[str, Any]:
        """The base model, its digest, and the prompt."""
        return {"base": self.base_card, "prompt": self.brief.system}

    def save(self, folder: Path) -> None:
        """Write the prompt and what reads the answer."""
        document = {
            "kind": str(self.brief.kind),
            "system": self.brief.system,
            "schema": self.brief.schema,
            "base": self.base_card,
            "template": self.template.digest,
            "language": self.knobs.model_dump(mode="json"),
            "precision": self.precision,
            "threads": self.threads,
            "max_new_tokens": self.max_new_tokens,
            "offset": self.offset.tolist(),
            "sharpness": self.sharpness,
        }
        (folder / "prompt.json").write_text(dump_json(document), encoding="utf-8")

    def load(self, folder: Path) -> None:
        """Read them back."""
        said = json.loads((folder / "prompt.json").read_text(encoding="utf-8"))
        kind = Kind(said["kind"])
        self.brief = Brief(kind, said["system"], said["schema"], self.labels)
        self.knobs = LanguageParams.model_validate(said["language"])
        self.base_card, self.precision, self.threads = said["base"], said["precision"], said["threads"]
        self.template_digest = said["template"]
        self.max_new_tokens, self.sharpness = said["max_new_tokens"], said["sharpness"]
        self.offset = np.array(said["offset"], dtype=np.float64)


class ZeroShot(LanguageSystem):
    """The card's instructions and the text, nothing else."""

    name = "prompt"
    title = "Prompt alone (zero-shot)"
    family = "prompt"
