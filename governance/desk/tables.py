"""What a board is made of: the open values and the findings of a scan as arrays, built once from the stages'
files (nine seconds of processor time and 1.4 GB a million findings; where there are many, in a process of its
own, whose memory goes with it).

A million findings of 700,000 values are some 50 MB of arrays; as frames, with the strings of ids and shapes,
they were twice that and as much again while they were read.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl

from curate.errors import AssayError
from curate.files import read_stage_frame
from curate.project import Project
from governance.desk.texts import height
from governance.triage.queue import item_frame, open_findings

# More findings than these are worked up in a process of their own: on the way they take some 100 MB.
LARGE = 100_000
# In place of a value: this finding is not open.
CLOSED = np.iinfo(np.uint32).max
# Bytes of a value's keyed id, 24 hexadecimal digits.
ID_BYTES = 12


@dataclass(frozen=True)
class Tables:
    """Arrays of a board, and the words that their numbers stand for.

    Parameters
    ----------
    arrays
        By value, in the order in which they are asked about: `value_id` (n x 12 bytes), `shape` and `unsure`
        (places in `shapes` and in `names`), `score`, `verified`, `findings`, `rows`; `by_id`, the values in
        the order of their ids; `starts` (n + 1), where the findings of each begin in `by_value`.
        By finding, in the order of rows: `row`, `field`, `entity` (places in `names`), `start`, `end`,
        `value` (`CLOSED` where it is not open). `by_value`: the open ones, by value.
        By row: `source`.
    shapes
        `entity, pattern, threshold`, each entity and shape once.
    names
        The words of `unsure`, `field`, `entity` and `source`.
    """

    arrays: Mapping[str, np.ndarray]
    shapes: pl.DataFrame
    names: Mapping[str, list[str]]

    def write(self, folder: Path) -> None:
        """Leave them in a folder."""
        for name, array in self.arrays.items():
            np.save(folder / f"{name}.npy", array, allow_pickle=False)
        self.shapes.write_ipc(folder / "shapes.arrow")
        (folder / "names.json").write_text(json.dumps(self.names), encoding="utf-8")

    @classmethod
    def read(cls, folder: Path) -> Tables:
        """What `write` left."""
        arrays = {path.stem: np.load(path, allow_pickle=False) for path in folder.glob("*.npy")}
        names = json.loads((folder / "names.json").read_text(encoding="utf-8"))
        return cls(arrays, pl.read_ipc(folder / "shapes.arrow"), names)


def tables(
    findings: pl.DataFrame, examples: pl.DataFrame, waiting: pl.DataFrame, values: pl.DataFrame
) -> Tables:
    """The tables of a board.

    Parameters
    ----------
    findings, examples
        Of one scan.
    waiting
        From `open_findings`.
    values
        From `item_frame`, of `waiting`.
    """
    numbered = examples.select("example_id", pl.int_range(pl.len(), dtype=pl.UInt32).alias("row"))
    placed = values.select("value_id", pl.int_range(pl.len(), dtype=pl.UInt32).alias("value"))
    still_open = waiting.join(placed, on="value_id").select("finding_id", "value")
    places = (
        findings.join(numbered, on="example_id")
        .join(still_open, on="finding_id", how="left")
        .select(
            "row",
            "field",
            "entity",
            pl.col("start", "end").cast(pl.UInt32),
            pl.col("value").fill_null(CLOSED),
        )
        .sort("row", "start", "end", "value")
    )
    return from_frames(values, places, examples["source"].fill_null(""))


def from_frames(values: pl.DataFrame, places: pl.DataFrame, sources: pl.Series) -> Tables:
    """The tables of these values, of findings by row and of the rows' sources."""
    ids = np.frombuffer(bytes.fromhex("".join(values["value_id"])), dtype=np.uint8)
    shapes = values.select("entity", "pattern", "threshold").unique(
        ("entity", "pattern"), maintain_order=True
    )
    shape = values.select("entity", "pattern").join(
        shapes.with_row_index("shape"), on=["entity", "pattern"], how="left", maintain_order="left"
    )["shape"]
    value = places["value"].to_numpy()
    arrays = {
        "value_id": ids.reshape(-1, ID_BYTES),
        "shape": _small(shape.to_numpy(), shapes.height),
        **{name: values[name].to_numpy() for name in ("score", "verified", "findings", "rows")},
        "by_id": values["value_id"].arg_sort().to_numpy().astype(np.uint32),
        **{name: places[name].to_numpy() for name in ("row", "start", "end", "value")},
        "by_value": np.argsort(value, kind="stable")[: int((value != CLOSED).sum())].astype(np.uint32),
    }
    counts = np.bincount(value[arrays["by_value"]], minlength=values.height)
    arrays["starts"] = np.concatenate([[0], counts.cumsum()]).astype(np.uint32)
    names = {}
    columns = {"unsure": values["unsure"], "field": places["field"], "entity": places["entity"]}
    for name, column in {**columns, "source": sources}.items():
        arrays[name], names[name] = coded(column)
    return Tables(arrays, shapes, names)


def coded(words: pl.Series) -> tuple[np.ndarray, list[str]]:
    """Each word as its place among all of them, and these in order."""
    names = words.unique().sort()
    codes = words.cast(pl.Enum(names)).to_physical().to_numpy()
    return _small(codes, len(names)), names.to_list()


def _small(codes: np.ndarray, many: int) -> np.ndarray:
    return codes.astype(np.min_scalar_type(max(1, many)))


def read_tables(project: Project, today: date, entities: Sequence[str] = ()) -> Tables:
    """The tables of a project's board, with the verdicts in force on a day."""
    from curate.pii.decisions import in_force, project_verdicts
    from curate.pii.redact.params import RedactParams
    from curate.pii.scan.stage import ScanParams

    findings = read_stage_frame(project.stage("scan") / "findings.parquet", made_by="scan")
    examples = read_stage_frame(project.stage("ingest") / "examples.parquet", made_by="ingest")
    ours = [one for one in project_verdicts(project) if one.key_id == project.key.key_id]
    scan = project.params("scan", ScanParams)
    policy = project.params("redact", RedactParams)
    waiting = open_findings(findings, examples, in_force(ours, today), policy, entities)
    return tables(findings, examples, waiting, item_frame(waiting, examples, scan))


def load_tables(project: Project, today: date, entities: Sequence[str] = ()) -> Tables:
    """`read_tables`; of a large scan in a process of its own.

    Raises
    ------
    AssayError
        If the scan has not run, or does not belong to the examples.
    """
    findings = project.stage("scan") / "findings.parquet"
    if not findings.exists() or height(findings) <= LARGE:
        return read_tables(project, today, entities)
    with tempfile.TemporaryDirectory(prefix="assay-desk-") as folder:
        words = [sys.executable, "-m", "governance.desk.tables", str(project.root), today.isoformat(), folder]
        done = subprocess.run([*words, *entities], capture_output=True, text=True, check=False)
        if done.returncode:
            problem, _, fix = done.stderr.strip().rpartition("\n")[2].partition("\x1f")
            raise AssayError(problem or "the queue could not be built", fix=fix or "assay triage")
        return Tables.read(Path(folder))


def _main(root: str, day: str, folder: str, *entities: str) -> None:
    try:
        made = read_tables(Project(Path(root)), date.fromisoformat(day), entities)
    except AssayError as error:
        sys.exit(f"{error.problem}\x1f{error.fix}")
    made.write(Path(folder))


if __name__ == "__main__":
    _main(*sys.argv[1:])
