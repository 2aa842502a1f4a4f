"""What the report computes of the gold rows itself: how they represent what they are for, and the decisions
that they encode.

Cost: vectors of the inputs, once (400 a second with the encoder, 30,000 with words), and for decisions what
`train.labels` takes, 10 s for 10,000 rows of 77 labels. More than `MOST` rows are not judged here: then
`assay labels --by` does it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import polars as pl

from curate.errors import AssayError
from curate.params import read_yaml
from curate.project import Project
from curate.task import Kind
from curate.text import plain
from governance.report.params import ReportParams

if TYPE_CHECKING:
    from train.encoded import Decisions
    from train.represent import Representation
    from train.represent.represent import Sample
    from train.vectors import Embedded

# Rows up to which decisions are looked for within the report.
MOST = 20_000
# Rows of a value of a column that make it a slice worth comparing, as `train.encoded.SMALLEST_SLICE`.
_SLICE = 20
COLUMNS = ("source", "month", "group", "language")
# Without a word from the parameters; a language is rarely a decision.
_DEFAULT = ("source", "month", "group")


@dataclass(frozen=True)
class Looked:
    """What was found.

    Parameters
    ----------
    representation
        None where there are no training rows.
    decisions
        None where labels are not compared: `why_not` says why, or is empty where nothing asks for it.
    """

    representation: Representation | None
    decisions: Decisions | None
    why_not: str = ""


class Memory:
    """Vectors of texts by one encoder, each text read once. Those of words follow from all texts and are made
    anew.
    """

    def __init__(self, by: str) -> None:
        self.by = by
        self.made: dict[str, Any] = {}

    def __call__(self, texts: Sequence[str]) -> Embedded:
        """Vectors of `texts`."""
        import numpy as np

        from train.vectors import WORDS, Embedded, embedded

        if self.by == WORDS:
            return embedded(texts, WORDS)
        if lacking := [text for text in dict.fromkeys(texts) if text not in self.made]:
            self.made.update(zip(lacking, embedded(lacking, self.by).values, strict=True))
        return Embedded(np.stack([self.made[text] for text in texts]), self.by)


def look(
    project: Project, gold: pl.DataFrame, comparison: dict[str, Any] | None, params: ReportParams
) -> Looked:
    """Everything that is computed of the gold rows.

    Raises
    ------
    AssayError
        If a parameter names a column or file that is not there.
    """
    by = params.vectors or _vectors(project, comparison)
    memory = Memory(by)
    decisions, why_not = _decisions(project, gold, params, memory)
    told = representation(project, gold, params, _live(project, params), {"embed": memory})
    return Looked(told, decisions, why_not)


def by_column(gold: pl.DataFrame) -> dict[str, pl.Series]:
    """The columns by which rows are told apart; `month` is that of `collected_at`."""
    month = gold["collected_at"].str.extract(r"^(\d{4}-\d{2})").alias("month")
    return {"source": gold["source"], "month": month, "group": gold["group"], "language": gold["language"]}


def _vectors(project: Project, comparison: dict[str, Any] | None) -> str:
    """The encoder that the systems were compared with, or words: so that the page does not change with what
    is installed.
    """
    from train.encoder import BUNDLED
    from train.vectors import WORDS, can_encode

    if comparison is None or not can_encode():
        return WORDS
    return str((read_yaml(project.root / "params.yaml").get("train") or {}).get("encoder") or BUNDLED)


def _decisions(
    project: Project, gold: pl.DataFrame, params: ReportParams, embed: Memory
) -> tuple[Decisions | None, str]:
    if project.task.kind is not Kind.CLASSIFICATION:
        return None, ""
    columns = by_column(gold)
    chosen = _DEFAULT if params.slices is None else params.slices
    if unknown := [name for name in chosen if name not in columns]:
        raise AssayError(
            f"params.report.slices names {plain(', '.join(unknown), 80)}, which gold does not hold",
            fix=f"name some of {', '.join(COLUMNS)}; columns of a raw file: assay labels FILE --by COLUMN",
        )
    parted = {name: columns[name] for name in chosen if _parts(columns[name])}
    if not parted:
        said = "none of the columns named parts the rows" if params.slices else ""
        return None, said
    if find_spec("sklearn") is None:
        return None, "labels are judged with the `train` extra, which is not installed here"
    if gold.height > MOST:
        return None, f"more than {MOST:,} rows: see assay labels --by"
    from train.encoded import decisions

    features = embed(gold["input"].to_list()).values.astype("float64")
    slices = pl.DataFrame([values.cast(pl.String).alias(name) for name, values in parted.items()])
    found = decisions(gold["example_id"], gold["input"], gold["output"], slices, features=features)
    return found, ""


def _parts(values: pl.Series) -> bool:
    """Whether a column has two values of rows enough to be compared."""
    counts = values.drop_nulls().value_counts()["count"]
    return int((counts >= _SLICE).sum()) > 1


def representation(
    project: Project,
    gold: pl.DataFrame,
    params: ReportParams,
    live: Sample | None,
    options: Mapping[str, Any],
    declared_in: str = "params.report.reference",
) -> Representation | None:
    """How the gold rows represent what they are for; None without training rows.

    Parameters
    ----------
    live
        A sample of live inputs.
    options
        Of `train.represent.represent`.
    declared_in
        What an error calls the declared shares.
    """
    from train.represent import represent
    from train.represent.represent import Sample

    columns = by_column(gold)
    labelled = project.task.kind is Kind.CLASSIFICATION
    told = dict(columns) | ({"output": gold["output"]} if labelled else {})
    if unknown := [name for name in params.reference if name not in told]:
        raise AssayError(
            f"{declared_in} names {plain(', '.join(unknown), 80)}, which gold does not hold",
            fix=f"name some of {', '.join(told)}",
        )
    if gold.filter(pl.col("split") == "train").is_empty():
        return None
    shown = {name: told[name] for name in ("source", "language", "month") if told[name].drop_nulls().len()}
    shown |= {name: told[name] for name in params.reference}

    def part(keep: pl.Series) -> Sample:
        rows = gold.filter(keep)
        labels = rows["output"] if labelled else None
        values = {name: values.filter(keep) for name, values in shown.items()}
        return Sample(rows["example_id"], rows["input"], labels, values)

    return represent(
        part(gold["split"] == "train"),
        part(gold["split"] == "test"),
        live,
        declared=params.reference,
        **options,
    )


def _live(project: Project, params: ReportParams) -> Sample | None:
    """The sample of live inputs that params name."""
    if params.live is None:
        return None
    from curate.outside import inside
    from curate.plain.frames import row_names, text_column
    from curate.read import read_records
    from train.represent.represent import Sample

    path = inside(project.root, params.live.path, by="report.live.path")
    records = read_records(path)
    texts = text_column(records.frame, params.live.input, "input", params.live.path).alias("input")
    names = records.numbers
    if params.live.id:
        names = row_names(records.frame, params.live.id, params.live.path, once=False)
    rows = pl.DataFrame([names.cast(pl.String).alias("id"), texts]).filter(
        pl.col("input").str.strip_chars() != ""
    )
    return Sample(rows["id"], rows["input"])
