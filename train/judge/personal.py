"""Personal data in what systems write: does an answer hold a value that its input did not?

The detectors of stage `scan`, with the project's own parameters, read every answer to a test row. A value
counts that the row's input does not hold in any spelling: it came out of the training rows or was made up.
Placeholders are not values. Answers that cannot but be a label or a number are not looked at. The expected
outputs are looked at too: their rate is what the task itself brings (a signature, say).

What is written down of a value that the redaction policy takes out is its shape (`predictions.parquet` is
published as gold is): scores were counted before. Where the policy keeps an entity, gold holds it as it is
and so do the answers.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from curate.pii.detect.params import ScanParams
from curate.pii.redact.params import ACT_THRESHOLD, KEPT, RedactParams
from curate.pii.redact.surrogates import masked
from curate.pii.values import is_code, normalise
from curate.placeholders import PLACEHOLDER
from train.stats.intervals import Bootstrap, mean_of

if TYPE_CHECKING:
    from curate.pii.detect.detector import Detector

# The expected outputs, among the systems.
EXPECTED = "expected"
_MARKS = re.compile(PLACEHOLDER)
# Digits of a phone number that are the same in every way to write it.
_NATIONAL = 9
FOUND = pl.Schema(
    {"system": pl.String(), "example_id": pl.String(), "entity": pl.String(), "value": pl.String()}
)


@dataclass(frozen=True)
class Policy:
    """How a project looks for personal data, and what it takes out.

    Parameters
    ----------
    root
        Of the project, for lists of its own.
    """

    scan: ScanParams = field(default_factory=ScanParams)
    redact: RedactParams = field(default_factory=RedactParams)
    root: Path | None = None

    def counts(self, entity: str, score: float) -> bool:
        """Whether a finding counts: not what stands in nearly every text, nor a name too weak to act on."""
        return entity not in KEPT and score >= ACT_THRESHOLD.get(entity, 0.0)


def new_values(
    rows: pl.DataFrame, answers: Mapping[str, pl.Series], policy: Policy, finder: Detector | None = None
) -> pl.DataFrame:
    """Every value that an answer holds and its input does not: schema `FOUND`, raw, never to be written.

    Parameters
    ----------
    rows
        `example_id, input`, and `language`, `source` where there are such.
    answers
        By system, each in the order of `rows`.
    finder
        A detector of the policy that is there already: to make one takes a second or two.
    """
    if not answers or rows.is_empty():
        return FOUND.to_frame()
    from curate.pii.detect.detector import Detector
    from curate.pii.scan.rows import languages, search_rows

    params = policy.scan.model_copy(update={"unsupported_language": "scan_as_default"})
    number = pl.int_range(rows.height, eager=True).cast(pl.String)
    said = [
        pl.DataFrame(
            {
                "row": f"{system}\x1f" + number,
                "answer": given.cast(pl.String).map_elements(_bare, return_dtype=pl.String),
                "language": _column(rows, "language"),
                "source": _column(rows, "source"),
            }
        )
        for system, given in answers.items()
    ]
    frame = pl.concat(said)
    spoken = languages(frame, ["answer"], params)
    detector = finder or Detector(params, root=policy.root)
    hits = search_rows(frame, ["answer"], spoken.of, detector, names={"answer": "output"})
    inputs, ids = rows["input"].to_list(), rows["example_id"].to_list()
    found = []
    for name, entity, score, value in hits.select("row", "entity", "score", "value").iter_rows():
        system, _, place = name.partition("\x1f")
        if policy.counts(entity, score) and not holds(inputs[int(place)], entity, value):
            found.append((system, ids[int(place)], entity, value))
    return pl.DataFrame(found, schema=FOUND, orient="row").unique(maintain_order=True)


def _column(rows: pl.DataFrame, name: str) -> pl.Series:
    return (
        rows[name].cast(pl.String)
        if name in rows.columns
        else pl.repeat(None, rows.height, dtype=pl.String, eager=True)
    )


def _bare(text: str) -> str:
    """An answer with blanks in place of its placeholders, which are no values."""
    return _MARKS.sub(lambda mark: " " * len(mark[0]), text)


def holds(text: str, entity: str, value: str) -> bool:
    """Whether `text` holds a value, however it is written there."""
    folded = " ".join(unicodedata.normalize("NFKC", text).casefold().split())
    if entity == "PHONE_NUMBER":
        digits = re.sub(r"\D", "", value)
        return digits[-_NATIONAL:] in re.sub(r"\D", "", folded) if digits else value in text
    form = normalise(entity, value)
    if is_code(entity):
        return form in "".join(sign for sign in folded if sign.isalnum())
    if entity in ("PERSON", "LOCATION", "ORGANIZATION"):
        words = re.findall(r"\w+", form)
        return bool(words) and set(words) <= set(re.findall(r"\w+", folded))
    return form in folded or value in text


def rates(
    found: pl.DataFrame, systems: Mapping[str, pl.Series], ids: pl.Series, bootstrap: Bootstrap
) -> dict[str, dict[str, Any]]:
    """By system: `rate` with its interval, `outputs` that hold something new, and `entities`, outputs by
    entity.
    """
    said: dict[str, dict[str, Any]] = {}
    for system in systems:
        mine = found.filter(pl.col("system") == system)
        flags = ids.is_in(mine["example_id"].unique().implode()).to_numpy().astype(np.float64)
        sums = bootstrap.per_cluster(np.column_stack([flags, np.ones(len(flags))]))
        counted = mine.group_by("entity").agg(pl.col("example_id").n_unique().alias("rows"))
        said[system] = {
            "rate": asdict(bootstrap.interval(sums, mean_of, bounds=(0.0, 1.0))),
            "outputs": int(flags.sum()),
            "entities": dict(counted.sort(["rows", "entity"], descending=[True, False]).iter_rows()),
        }
    return said


def mask_values(predictions: pl.DataFrame, found: pl.DataFrame, policy: Policy) -> pl.DataFrame:
    """Predictions in which a new value that the policy takes out is its shape, wherever its answer holds it;
    one that the expected output holds stays, since gold does.
    """
    taken = found.filter(
        pl.col("entity").map_elements(lambda entity: policy.redact.action(entity), return_dtype=pl.String)
        != "keep"
    )
    if taken.is_empty():
        return predictions
    values: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for system, row, entity, value in taken.iter_rows():
        values.setdefault((system, row), []).append((entity, value))
    columns = [name for name in ("predicted", "raw", "parsed") if predictions[name].dtype == pl.String]
    cells: dict[str, list[str | None]] = {name: predictions[name].to_list() for name in columns}
    keys = predictions.select("system", "example_id", "label").rows()
    for place, (system, row, expected) in enumerate(keys):
        # The longest first: one value may be a part of another.
        for entity, value in sorted(values.get((system, row), ()), key=lambda pair: -len(pair[1])):
            if holds(expected, entity, value):
                continue
            for name in columns:
                text = cells[name][place]
                cells[name][place] = None if text is None else text.replace(value, masked(value))
    return predictions.with_columns(pl.Series(name, cells[name], dtype=pl.String) for name in columns)
