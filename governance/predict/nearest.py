"""Gold rows near a live one, for `--explain`: training rows by cosine of the frozen encoder's embeddings.

They are what the model was taught, so a refusal or a strange answer is often seen to come from them; they do
not say what made the model answer. Texts of gold are redacted already and are shown in one line, cut. Cost:
every training row is embedded once a run, and every live row once; one product of both.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from curate.files import canonical_json
from curate.project import Project
from curate.publish.gold import load_gold
from curate.text import plain
from train.encoder import Encoder, Vectors, load_encoder
from train.params import TrainParams

# Rows shown of each, and characters of each.
ROWS, CHARACTERS = 3, 120
_BLOCK = 256


@dataclass(frozen=True)
class Neighbours:
    """Gold's training rows, embedded."""

    encoder: Encoder
    vectors: Vectors
    rows: pl.DataFrame

    def of(self, texts: pl.Series) -> pl.Series:
        """The nearest rows of each text, as JSON: `[{"example_id", "output", "similarity", "text"}, ...]`;
        null for a null.
        """
        asked = texts.drop_nulls().to_list()
        told: list[str] = []
        for start in range(0, len(asked), _BLOCK):
            similar = self.encoder.embed(asked[start : start + _BLOCK]) @ self.vectors.T
            order = np.argsort(-similar, axis=1, kind="stable")[:, :ROWS]
            told += [self._told(places, similar[row]) for row, places in enumerate(order.tolist())]
        return (
            pl.Series("nearest", [None], dtype=pl.String)
            .new_from_index(0, len(texts))
            .scatter(texts.is_not_null().arg_true(), told)
            if told
            else pl.Series("nearest", [None] * len(texts), dtype=pl.String)
        )

    def _told(self, places: list[int], similar: Vectors) -> str:
        near = [
            {
                "example_id": row["example_id"],
                "output": plain(row["output"], CHARACTERS),
                "similarity": round(float(similar[place]), 4),
                "text": plain(row["input"], CHARACTERS),
            }
            for place in places
            for row in (self.rows.row(place, named=True),)
        ]
        return canonical_json(near)


def neighbours(project: Project) -> Neighbours:
    """Gold's training rows under the encoder that params name."""
    params = project.params("train", TrainParams)
    rows = load_gold(project.gold).train.sort("example_id").select("example_id", "input", "output")
    encoder = load_encoder(params.encoder, max_length=params.max_length, threads=params.threads)
    return Neighbours(encoder, encoder.embed(rows["input"].to_list()), rows)
