"""Everything that is told of how rows represent what they are for, from frames."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import polars as pl

from train.arrays import Ints
from train.represent import classes as thin
from train.represent.live import Live, look
from train.represent.mix import REFERENCE, against, length_bands, mix
from train.represent.picture import axes, points
from train.vectors import Embedded, embedded

# Training rows and live inputs that are compared, and points of the map: of more, so many by a digest of
# their names.
COMPARED, LIVE, DRAWN = 10_000, 5_000, 700
# Inputs named for the next labels.
WANTED = 20


@dataclass(frozen=True)
class Representation:
    """What was found.

    Parameters
    ----------
    rows
        How many rows there are.
    classes
        Schema `train.represent.classes.CLASSES`; empty where outputs are no labels.
    mix, reference
        Schemas of `train.represent.mix`.
    live
        What the live sample shows; None without one.
    map
        Schema `train.represent.picture.POINTS`.
    shown
        Share of the vectors' spread that the map shows.
    vectors
        What texts were compared by.
    """

    rows: int
    classes: pl.DataFrame
    mix: pl.DataFrame
    reference: pl.DataFrame
    live: Live | None
    map: pl.DataFrame
    shown: float
    vectors: str

    @property
    def wanting(self) -> int:
        """Groups below their declared share, and regions of live inputs without rows."""
        return int(self.reference["under"].sum()) + (self.live.regions.height if self.live else 0)


@dataclass(frozen=True)
class Sample:
    """Rows of one part: `ids, texts`, labels where outputs are labels, and columns by which they are
    counted."""

    ids: pl.Series
    texts: pl.Series
    labels: pl.Series | None = None
    columns: Mapping[str, pl.Series] = field(default_factory=dict)


def represent(
    train: Sample,
    held_out: Sample,
    live: Sample | None = None,
    *,
    declared: Mapping[str, Mapping[str, float]] | None = None,
    embed: Callable[[Sequence[str]], Embedded] = embedded,
    discordant: float = thin.DISCORDANT,
    wanted: int = WANTED,
) -> Representation:
    """How well `train` and `held_out` represent what they are for.

    Parameters
    ----------
    declared
        Shares that somebody declared, by column and value.
    embed
        Makes vectors of texts; by default of the bundled encoder, or of words where it is not installed.
    discordant
        Share of rows on which one of two compared systems is right, where it was measured.
    wanted
        Inputs to be named for the next labels.
    """
    parts = {"train": train, "held_out": held_out} | ({"live": live} if live else {})
    columns = {
        by: {name: part.columns[by] for name, part in parts.items() if by in part.columns}
        for by in dict.fromkeys(by for part in parts.values() for by in part.columns)
    }
    columns["length"] = length_bands(train.texts, {name: part.texts for name, part in parts.items()})
    table = thin.CLASSES.to_frame()
    if train.labels is not None and held_out.labels is not None:
        table = thin.classes(train.labels, held_out.labels, discordant=discordant)
    whole = {by: pl.concat([train.columns[by], held_out.columns[by]]) for by in declared or {}}
    compared, tested = _drawn(train, COMPARED), _drawn(held_out, COMPARED)
    inputs = _drawn(live or Sample(train.ids.head(0), train.texts.head(0)), LIVE)
    # All at once: what a word weighs follows from all texts.
    made = embed(pl.concat([compared.texts, tested.texts, inputs.texts]).to_list())
    values, others, come = np.split(
        made.values, [compared.ids.len(), compared.ids.len() + tested.ids.len()], axis=0
    )
    middle, two, shown = axes(values)
    few, some = _by_digest(compared.ids, DRAWN), _by_digest(inputs.ids, DRAWN // 2)
    labels = None if compared.labels is None else compared.labels.gather(few)
    drawn = [
        points(values[few], compared.ids.gather(few), "train", labels, middle, two),
        points(come[some], inputs.ids.gather(some), "live", None, middle, two),
    ]
    seen = look(values, compared.labels, others, come, inputs.ids, wanted=wanted) if live else None
    return Representation(
        train.ids.len() + held_out.ids.len(),
        table,
        mix(columns),
        against(declared, whole) if declared else REFERENCE.to_frame(),
        seen,
        pl.concat(drawn),
        round(shown, 4),
        made.made_by,
    )


def _drawn(sample: Sample, most: int) -> Sample:
    """At most so many rows of a sample, in the order of their texts and names."""
    places = _by_digest(sample.ids, most)
    rows = pl.DataFrame({"id": sample.ids.gather(places), "text": sample.texts.gather(places)})
    order = rows.with_row_index("at").sort("text", "id")["at"].to_numpy()
    places = places[order]
    return Sample(
        sample.ids.gather(places),
        sample.texts.gather(places),
        None if sample.labels is None else sample.labels.gather(places),
    )


def _by_digest(ids: pl.Series, most: int) -> Ints:
    """Places of at most so many rows, drawn by a digest of their names: the same at every run."""
    names = ids.cast(pl.String).to_list()
    order = sorted(range(len(names)), key=lambda at: (_digest(names[at]), names[at]))
    return np.array(sorted(order[:most], key=lambda at: names[at]), dtype=np.int64)


def _digest(name: str) -> bytes:
    return hashlib.blake2b(name.encode("utf-8", "surrogatepass"), digest_size=8).digest()
