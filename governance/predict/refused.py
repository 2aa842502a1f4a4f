"""Refused rows as they are written down: masked as the project's policy masks gold, ready for `assay ingest`.

Input and answer lose what `redact` takes out of gold, so that the file may lie where gold may; an id that
looks personal becomes the keyed digest that ingest makes of it. The columns have the names that section
`ingest` of params.yaml gives to id, input and output. `assay triage --refusals` asks a person for the right
answers, which go to a file of their own that ingest reads (`governance/triage/refusals.py`).
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from curate.ingest.params import IngestParams
from curate.ingest.personal import private_ids
from curate.keys import Key
from curate.params import read_yaml
from curate.pii.detect.params import ScanParams
from curate.pii.redact.params import RedactParams
from curate.plain.redact import redact
from curate.project import Project
from curate.seal import key_here
from train.guard.codes import words_of

_IN_WORDS = pl.col("codes").map_elements(words_of, return_dtype=pl.String)
_FAULT = pl.col("fault").str.replace_all("_", " ", literal=True)
# Columns of the file beside id, input and output.
_OURS = ("row", "answer", "confidence", "codes", "reasons", "nearest", "topic", "unlike")
# The code of rows that were not refused: `assay monitor --candidates` proposes them to be labelled.
UNLIKE = "unlike_gold"


@dataclass(frozen=True)
class Names:
    """What the file calls id, input and output, and how a row without an id is named."""

    id: str = "id"
    input: str = "input"
    output: str = "output"
    prefix: str = "live"


def names_of(project: Project, prefix: str) -> Names:
    """The names that section `ingest` gives, where they are single columns and none of ours."""
    if not (read_yaml(project.root / "params.yaml").get("ingest") or {}):
        return Names(prefix=prefix)
    columns = project.params("ingest", IngestParams).columns
    asked = {"id": columns.id, "input": columns.input, "output": columns.output}
    given = {
        role: name
        for role, name in asked.items()
        if isinstance(name, str) and name not in _OURS and "." not in name
    }
    names = Names(**given, prefix=prefix)
    return names if len({names.id, names.input, names.output}) == 3 else Names(prefix=prefix)


def further_columns(project: Project, names: Names) -> dict[str, str]:
    """The further single columns that section `ingest` names, which ingest asks every file for, and what of a
    live row is told there: `at`, `language`, `source`, or `nothing`.
    """
    if not (read_yaml(project.root / "params.yaml").get("ingest") or {}):
        return {}
    columns = project.params("ingest", IngestParams).columns
    told = {"collected_at": "at", "language": "language", "source": "source"}
    taken = {names.id, names.input, names.output, *_OURS}
    found: dict[str, str] = {}
    for role, column in columns.model_dump(mode="json").items():
        if isinstance(column, str) and column not in taken and found.get(column, "nothing") == "nothing":
            found[column] = told.get(role, "nothing")
    return found


class Masker:
    """Takes out of refused rows what the project's policy takes out of gold."""

    def __init__(self, project: Project) -> None:
        self.scan = project.params("scan", ScanParams).model_copy(
            update={"unsupported_language": "scan_as_default"}
        )
        given = project.params("redact", RedactParams)
        # A row that the policy drops whole is still told of, without the value; exemptions of outputs were
        # decided for the gold set's own answers, not for a model's.
        self.policy = given.model_copy(
            update={
                "default": _shown(given.default),
                "actions": {entity: _shown(action) for entity, action in given.actions.items()},
                "policy": tuple(
                    rule.model_copy(update={"action": _shown(rule.action)}) for rule in given.policy
                ),
                "targets": {},
                "spans": (),
            }
        )
        self.key: Key | None = key_here(project)

    def __call__(self, rows: pl.DataFrame) -> pl.DataFrame:
        """`rows` with `input` and `output` masked, and a personal `id` replaced."""
        if rows.is_empty():
            return rows
        texts = rows.select(pl.col("input", "output").fill_null(""), "language")
        done = redact(
            texts,
            ("input", "output"),
            params=self.policy,
            scan_params=self.scan,
            key=self.key.secret if self.key else None,
            name="the refused rows",
        ).kept
        masked = rows.with_columns(
            pl.when(pl.col(name).is_not_null()).then(done[name]).alias(name) for name in ("input", "output")
        )
        if self.key is None:
            return masked.with_columns(pl.lit(None, pl.String).alias("id"))
        return private_ids(masked, self.key, "id", "replace")[0]


def _shown(action: str) -> str:
    return "replace" if action == "drop_row" else action


def table(names: Names) -> list[pl.Expr]:
    """The columns of the file, from those of a part."""
    return [
        pl.col("row"),
        pl.col("id").fill_null(pl.format(f"{names.prefix}-{{}}", pl.col("row"))).alias(names.id),
        pl.col("input").alias(names.input),
        pl.lit(None, pl.String).alias(names.output),
        pl.col("output").alias("answer"),
        pl.col("confidence"),
        pl.col("codes"),
        pl.format("{}{}", _IN_WORDS, pl.format(": {}", _FAULT).fill_null("")).alias("reasons"),
    ]
