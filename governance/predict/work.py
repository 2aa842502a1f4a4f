"""Parts written ahead, so that a kill loses and repeats nothing; at the end they are put together.

`.assay/predict/<name>-<digest>/` holds `plan.json`, which says of what the run is (digests of input, model,
card and params, and the options), and one Parquet file for each part that is done: its rows, kept and refused
together, so that a part is there whole or not at all. A run of the same plan goes on after the last whole
part; one of another plan begins anew. Both results are written from the parts, each by one rename, and the
folder goes last: a kill between the renames leaves a run that has nothing to do but put them together again.
A lock beside the folder lets one run at a time write one result; the system frees it when its holder dies.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import polars as pl

from curate.errors import AssayError, native_errors
from curate.files import ROW_GROUP, locked, replacing_file, write_json, write_parquet
from curate.text import plain

Form = Literal["parquet", "csv", "tsv", "jsonl"]
FORMS: Mapping[str, Form] = {".parquet": "parquet", ".csv": "csv", ".tsv": "tsv", ".jsonl": "jsonl"}
_PLAN = "plan.json"
SCHEMA = "assay.predict-plan/1"


@dataclass(frozen=True)
class Work:
    """The folder of one run."""

    folder: Path

    def path(self, number: int) -> Path:
        """Where a part lies."""
        return self.folder / f"{number:08d}.parquet"

    def is_done(self, number: int, rows: pl.Series) -> bool:
        """Whether a part is there, whole, and of these rows."""
        path = self.path(number)
        if not path.exists():
            return False
        try:
            with native_errors("", ""):
                return pl.read_parquet(path, columns=["row"])["row"].equals(rows)
        except AssayError:
            return False

    def write(self, number: int, rows: pl.DataFrame) -> None:
        """Put a part down."""
        write_parquet(rows, self.path(number))

    def results(self, parts: int) -> pl.LazyFrame:
        """All parts in their order."""
        return pl.scan_parquet([self.path(number) for number in range(parts)], glob=False)

    def remove(self) -> None:
        """Take the folder away."""
        shutil.rmtree(self.folder, ignore_errors=True)


@contextmanager
def begin(root: Path, out: str, plan: Mapping[str, Any]) -> Iterator[tuple[Work, bool, bool]]:
    """Hold the work folder of the result `out` while the block runs.

    Yields
    ------
    tuple
        The work; whether an unfinished run of this very plan is gone on with; whether one of another plan was
        thrown away.

    Raises
    ------
    AssayError
        If another run writes the same result now.
    """
    from filelock import Timeout

    name = f"{plain(Path(out).name, 40).replace('/', '_')}-{hashlib.sha256(out.encode()).hexdigest()[:12]}"
    folder = root / ".assay" / "predict" / name
    try:
        with locked(folder.with_name(f"{name}.lock"), wait=False):
            mine = json.loads(json.dumps({"schema": SCHEMA, **plan}))
            there = _plan(folder)
            if there != mine:
                shutil.rmtree(folder, ignore_errors=True)
                folder.mkdir(parents=True)
                write_json(folder / _PLAN, mine)
            yield Work(folder), there == mine, there is not None and there != mine
    except Timeout:
        raise AssayError(
            f"another `assay predict` is writing {plain(out, 300)} now",
            fix="wait for it to finish, or give another name after -o",
        ) from None


def _plan(folder: Path) -> Any:
    """The plan of the run that was begun in `folder`; None if there is none, and nothing that is equal to a
    plan if it cannot be read.
    """
    if not folder.is_dir():
        return None
    try:
        return json.loads((folder / _PLAN).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}


def form_of(path: Path) -> Form:
    """How a result is written, by the end of its name.

    Raises
    ------
    AssayError
        If it ends in no known form.
    """
    form = FORMS.get(path.suffix.lower())
    if form is None:
        raise AssayError(
            f"{plain(path.name, 80)} does not end in one of {', '.join(FORMS)}", fix=f"-o {path.stem}.parquet"
        )
    return form


def write_results(results: Sequence[tuple[pl.LazyFrame, Path]]) -> None:
    """Write every result, streamed from the parts in constant memory; none is put in place before all are
    whole.
    """
    with ExitStack() as stack:
        for frame, path in results:
            fresh = stack.enter_context(replacing_file(path))
            sink(frame, fresh, form_of(path))


def sink(frame: pl.LazyFrame, target: Any, form: Form) -> None:
    """Write a lazy frame, in its order."""
    match form:
        case "parquet":
            frame.sink_parquet(target, compression="zstd", compression_level=3, row_group_size=ROW_GROUP)
        case "jsonl":
            frame.sink_ndjson(target)
        case _:
            frame.sink_csv(target, separator="\t" if form == "tsv" else ",")
