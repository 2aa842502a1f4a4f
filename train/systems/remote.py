"""A model behind a server, prompted with the card's instructions and, if params say so, the nearest training
rows.

Texts leave the machine, so they are looked through first: where personal data is found nothing is sent,
unless params allow it.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from curate.errors import AssayError
from curate.files import dump_json
from curate.task import Kind
from train.arrays import Ints
from train.lm.endpoint import Endpoint, Messages
from train.lm.prompt import Brief, Shot
from train.params import EndpointParams
from train.systems.base import Context, Encoded, System
from train.systems.memory import Memory

# What stands in nearly every text and singles nobody out, as in the audit's default policy.
_HARMLESS = ("DATE_TIME", "NRP")


class Remote(Encoded, System):
    """A prompt to a server that speaks the OpenAI chat protocol."""

    name = "endpoint"
    title = "Prompt to a server's model"
    family = "prompt"
    brief: Brief
    endpoint: Endpoint
    memory: Memory | None

    @property
    def trainable_parameters(self) -> int:
        """None: it is prompted."""
        return 0

    def fit(
        self, train: pl.DataFrame, validation: pl.DataFrame, labels: tuple[str, ...], ctx: Context
    ) -> None:
        """Remember what to ask, and the training rows if some are to be shown; nothing is sent."""
        if ctx.brief is None:
            raise AssayError(
                f"system `{self.name}` needs the task card: a prompt is made of it",
                fix="train through a project: assay train",
            )
        self.labels, self.brief = labels, ctx.brief
        self.endpoint = Endpoint(ctx.params.endpoint)
        self.use(ctx.encoder)
        self.memory = None
        if ctx.params.endpoint.shots:
            pairs = tuple(train.select("input", "output").rows())
            self.memory = Memory(pairs, ctx.features(train["input"].to_list()))

    def settle_in(self, folder: Path) -> None:
        """Keep answers there."""
        super().settle_in(folder)
        self.endpoint.kept = folder / "endpoint.sqlite"

    def answer(self, texts: Sequence[str]) -> list[str]:
        """What the server answers; of a classification the label that it names, empty if it names none."""
        return self.read(self.write(texts))

    def write(self, texts: Sequence[str]) -> list[str]:
        """What the server answers, word for word."""
        if not texts:
            return []
        asked = self._asked(texts)
        self._look_through(asked)
        return self.endpoint.answer(asked, self._schema)

    def read(self, written: Sequence[str]) -> list[str]:
        """The label that an answer names, or its text without white space around it."""
        if self.brief.kind is Kind.CLASSIFICATION:
            return [label_in(answer, self.labels) for answer in written]
        return [answer.strip() for answer in written]

    def tokens(self, texts: Sequence[str], answers: Sequence[str]) -> Ints | None:
        """Tokens as the server counted them; None where one of the answers was kept without."""
        counted = self.endpoint.usage(self._asked(texts), self._schema)
        return None if None in counted else np.array(counted, dtype=np.int64).reshape(len(texts), 2)

    @property
    def answers_kept(self) -> int:
        """Answers that came from the file of kept ones."""
        return self.endpoint.spent.kept

    @property
    def _schema(self) -> dict[str, Any] | None:
        return dict(self.brief.schema) if self.brief.schema is not None else None

    def _asked(self, texts: Sequence[str]) -> list[Messages]:
        return [self._messages(shots, text) for shots, text in zip(self._shots(texts), texts, strict=True)]

    def _messages(self, shots: Sequence[Shot], text: str) -> Messages:
        turns = [("system", self.brief.system)]
        for said, answer in shots:
            turns += [("user", said), ("assistant", answer)]
        return [{"role": role, "content": said} for role, said in [*turns, ("user", text)]]

    def _shots(self, texts: Sequence[str]) -> list[tuple[Shot, ...]]:
        if self.memory is None:
            return [()] * len(texts)
        vectors = self.encoder.embed(list(texts))
        return self.memory.nearest(texts, vectors, self.endpoint.params.shots)

    def _look_through(self, asked: Sequence[Messages]) -> None:
        """Refuse to send personal data.

        Raises
        ------
        AssayError
            If some is found and params do not allow it to be sent; no value is shown.
        """
        if self.endpoint.params.personal_data == "send":
            return
        from curate.pii.detect.params import ScanParams
        from curate.plain.scan import scan

        said = pl.DataFrame(
            {"text": sorted({turn["content"] for turns in asked for turn in turns})},
            schema={"text": pl.String},
        )
        findings = scan(said, fields=["text"], params=ScanParams(language="auto")).findings
        found = findings.filter(~pl.col("entity").is_in(_HARMLESS))
        if found.height:
            kinds = ", ".join(found["entity"].unique().sort().head(5))
            raise AssayError(
                f"{found['row'].n_unique()} of {said.height} texts hold personal data ({kinds}): nothing was "
                "sent to the server",
                fix="redact the gold set, or allow it: params.yaml: train: {endpoint: {personal_data: send}}",
            )

    def card(self) -> dict[str, Any]:
        """The server's model and the prompt; never an address with a key in it."""
        params = self.endpoint.params
        return {"endpoint": {"url": params.url, "model": params.model}, "prompt": self.brief.system}

    def save(self, folder: Path) -> None:
        """Write what is asked, and the rows that may be shown."""
        document = {
            "kind": str(self.brief.kind),
            "system": self.brief.system,
            "schema": self.brief.schema,
            "endpoint": self.endpoint.params.model_dump(mode="json"),
        }
        (folder / "prompt.json").write_text(dump_json(document), encoding="utf-8")
        if self.memory is not None:
            self.memory.save(folder)

    def load(self, folder: Path) -> None:
        """Read them back."""
        said = json.loads((folder / "prompt.json").read_text(encoding="utf-8"))
        self.brief = Brief(Kind(said["kind"]), said["system"], said["schema"], self.labels)
        self.endpoint = Endpoint(EndpointParams.model_validate(said["endpoint"]))
        self.memory = Memory.load(folder) if self.endpoint.params.shots else None


def label_in(answer: str, labels: Sequence[str]) -> str:
    """The label that an answer is, whatever its case and marks around it; empty if it is none.

    Only the whole answer or its first line counts: a label somewhere in a sentence may be there to be denied.
    """
    known = {_bare(label): label for label in labels}
    for said in (answer, answer.strip().partition("\n")[0]):
        if (label := known.get(_bare(said))) is not None:
            return label
    return ""


def _bare(text: str) -> str:
    return text.strip().strip("\"'`*.:-").strip().casefold()
