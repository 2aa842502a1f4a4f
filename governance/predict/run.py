"""`assay predict`: answer a file's rows with a trained system, and keep back what the guardrails refuse.

The file is read in parts, each answered, judged, and written down before the next (`work.py`): memory does
not grow with the file, and a kill costs one part. Kept and refused rows together are the rows of the file,
each once, which is checked before either result is put in place.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import polars as pl

from curate import __version__
from curate.digests import sha256_of
from curate.errors import AssayError
from curate.files import replacing_file, space_errors, sweep
from curate.project import Project
from curate.read.stream import Part, parts
from curate.stage import Progress
from curate.text import plain, plural
from governance.predict.answer import Answerer
from governance.predict.inputs import Columns, columns_of, live_rows
from governance.predict.nearest import Neighbours, neighbours
from governance.predict.refused import Masker, Names, names_of, table
from governance.predict.threshold import threshold_of
from governance.predict.work import Work, begin, form_of, sink, write_results
from governance.standing import model_standing
from train.guard.abstain import Threshold
from train.guard.guard import guard_of
from train.guard.params import PredictParams
from train.judge.params import EvaluateParams
from train.systems import load_system
from train.systems.base import Classifier, System
from train.systems.language import LanguageSystem

STREAM = "-"
# Rows of a part: of a classifier some seconds' work, of a language model a minute's.
QUICK, SLOW = 2_048, 32
# Rows by whose columns it is told which is the input.
_LOOKED_AT = 1_000


@dataclass(frozen=True)
class Request:
    """What was asked for.

    Parameters
    ----------
    file
        The live rows; `-` is stdin.
    out, refused
        Where results go; `-` is stdout (kept answers as JSON Lines).
    inputs, id, carried
        Columns of the file.
    explain
        Whether the nearest gold rows are shown.
    """

    model: str
    file: str
    out: str
    refused: Path
    inputs: tuple[str, ...] = ()
    id: str | None = None
    carried: tuple[str, ...] = ()
    format: str = "auto"
    encoding: str = "utf-8"
    delimiter: str | None = None
    explain: bool = False


@dataclass(frozen=True)
class Outcome:
    """What came of it.

    Parameters
    ----------
    codes, flags
        Refused rows by code; kept rows by flag.
    threshold
        Of a classifier.
    resumed
        Rows that an earlier run, which was stopped, had answered.
    """

    rows: int
    kept: int
    refused: int
    codes: dict[str, int] = field(default_factory=dict)
    flags: dict[str, int] = field(default_factory=dict)
    threshold: Threshold | None = None
    resumed: int = 0


def predict(
    project: Project, request: Request, tell: Callable[[str], None], progress: Progress | None = None
) -> Outcome:
    """Answer every row, and write both results.

    Raises
    ------
    AssayError
        If the model may not answer, the file cannot be read, or a result cannot be written.
    """
    _check_places(request)
    standing = model_standing(project, _name(project, request.model))
    standing.require()
    if not standing.authenticated:
        tell("predict: NOT AUTHENTICATED: without the project's key only digests could be compared")
    if request.file == STREAM:
        with _spooled(project, "jsonl" if request.format == "auto" else request.format) as path:
            return _predict(project, request, path, standing.system, standing.digest, tell, progress)
    path = Path(request.file)
    return _predict(project, request, path, standing.system, standing.digest, tell, progress)


@contextmanager
def _spooled(project: Project, format: str) -> Iterator[Path]:
    """Stdin as a file, gone afterwards; what a killed run left is swept by the next."""
    place = project.root / ".assay" / "predict" / "stdin"
    place.parent.mkdir(parents=True, exist_ok=True)
    sweep(place)
    folder = place.with_name(f".stdin.{os.getpid()}-0.new")
    with space_errors(folder):
        folder.mkdir()
        try:
            path = folder / f"stdin.{format}"
            with path.open("wb") as file:
                shutil.copyfileobj(sys.stdin.buffer, file)
            yield path
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def _name(project: Project, model: str) -> str:
    """The system's name, from itself or from its folder in the project."""
    folder = Path(model)
    if folder.name != model and folder.resolve().parent == project.models.resolve():
        return folder.name
    return model


def _check_places(request: Request) -> None:
    """Fail before the work if a result would overwrite the file, or cannot be written in its form."""
    places = [request.refused] + ([] if request.out == STREAM else [Path(request.out)])
    for place in places:
        form_of(place)
        if request.file != STREAM and place.resolve() == Path(request.file).resolve():
            raise AssayError(
                f"{plain(str(place), 300)} is the file that is read: it would be overwritten",
                fix="give -o another name",
            )
        there = next(path for path in place.absolute().parents if path.exists())
        if not there.is_dir():
            raise AssayError(
                f"{plain(str(there), 300)} is a file, so {place.name} cannot be written under it",
                fix="name another file after -o",
            )
    if len({place.resolve() for place in places}) < len(places):
        raise AssayError("kept and refused rows cannot go to one file", fix="give --refused another name")


def _predict(
    project: Project,
    request: Request,
    path: Path,
    name: str,
    digest: str,
    tell: Callable[[str], None],
    progress: Progress | None,
) -> Outcome:
    params = project.params("predict", PredictParams)
    # The file's own faults come before the model is loaded. Rows of JSON Lines need not name every column.
    first = next((part for part in _parts(request, path, _LOOKED_AT) if part.records.frame.height), None)
    if first is None:
        raise AssayError(f"{path.name}: none of its rows can be read", fix="export it again")
    columns = columns_of(project, first.records.frame, path, request.inputs, request.id, request.carried)
    system = load_system(project.models / name)
    system.settle_in(project.root / ".assay")
    size = params.chunk_rows or (
        SLOW if isinstance(system, LanguageSystem) or not system.classifies else QUICK
    )
    answerer, threshold = _answerer(project, system, name, digest, params)
    if threshold is not None:
        tell(f"predict: {threshold.said()}")
    decisive = (project.root / "task.yaml", project.root / "params.yaml", project.gold / "manifest.json")
    plan = {
        "assay": __version__,
        "input": sha256_of(path),
        "model": digest,
        "files": [sha256_of(file) if file.exists() else None for file in decisive],
        "threshold": None if threshold is None else str(threshold.confidence),
        "options": [*columns.inputs, columns.id, *columns.carried, request.format, request.encoding],
        "delimiter": request.delimiter,
        "explain": request.explain,
        "rows": size,
        "results": [request.out, str(request.refused)],
    }
    out = STREAM if request.out == STREAM else str(Path(request.out).resolve())
    lock_name = out if out != STREAM else str(request.refused.resolve())
    with begin(project.root, lock_name, plan) as (work, resumed, discarded):
        if discarded:
            tell("predict: an unfinished run of another file, model or setting is thrown away")
        run = _Run(work, answerer, columns, Masker(project), neighbours(project) if request.explain else None)
        before = 0
        number = -1
        for number, part in enumerate(_parts(request, path, size)):
            before += run.do(number, part, path)
            if progress:
                progress(part.read, part.size)
        if resumed and before:
            tell(f"predict: {plural(before, 'row')} had been answered by a run that was stopped")
        outcome = _finish(
            work,
            number + 1,
            request,
            names_of(project, request.refused.stem.removesuffix(".refused")),
            columns,
        )
        return replace(outcome, threshold=threshold, resumed=before if resumed else 0)


def _parts(request: Request, path: Path, size: int) -> Iterator[Part]:
    return parts(path, size, format=request.format, encoding=request.encoding, delimiter=request.delimiter)


def _answerer(
    project: Project, system: System, name: str, digest: str, params: PredictParams
) -> tuple[Answerer, Threshold | None]:
    """The system with its guardrails, and from which confidence it answers."""
    batch = project.params("evaluate", EvaluateParams).batch_size
    if not isinstance(system, Classifier) or not system.classifies or params.level("unsure") == "off":
        return Answerer(system, guard_of(project, system.labels), batch), None
    bare = Answerer(system, guard_of(project, system.labels), batch)
    threshold = threshold_of(project, name, digest, params.abstain, bare.answers)
    return Answerer(system, guard_of(project, system.labels, above=threshold.confidence), batch), threshold


@dataclass(frozen=True)
class _Run:
    """What every part goes through."""

    work: Work
    answerer: Answerer
    columns: Columns
    masker: Masker
    near: Neighbours | None

    def do(self, number: int, part: Part, path: Path) -> int:
        """Answer a part and put it down; its rows, if an earlier run did."""
        rows = live_rows(part, self.columns, path)
        if self.work.is_done(number, rows["row"]):
            return rows.height
        done = self.answerer(rows)
        near = self.near.of(done["input"]) if self.near else None
        done = done.with_columns(near) if near is not None else done
        is_kept = pl.col("codes") == ""
        # Kept rows are told by number, id and answer; the text of the others is masked.
        masked = self.masker(done.filter(~is_kept)).with_columns(
            pl.lit(None, pl.String).alias(name) for name in done.columns if name.startswith("=")
        )
        bare = done.filter(is_kept).with_columns(pl.lit(None, pl.String).alias("input"))
        whole = pl.concat([bare, masked]).sort("row").drop("language", "source", "unreadable")
        self.work.write(number, whole)
        return 0


def _finish(work: Work, parts: int, request: Request, names: Names, columns: Columns) -> Outcome:
    """Both results from the parts."""
    rows, codes, flags = _counts(work, parts)
    results = work.results(parts)
    is_kept = pl.col("codes") == ""
    near = ["nearest"] if request.explain else []
    kept = results.filter(is_kept).select(
        "row",
        *(["id"] if columns.id else []),
        *(pl.col(f"={name}").alias(_free(name, columns)) for name in columns.carried),
        "output",
        "confidence",
        "flags",
        *near,
    )
    refused = results.filter(~is_kept).select(*table(names), *near)
    if request.out == STREAM:
        write_results([(refused, request.refused)])
        with replacing_file(work.folder / "kept.jsonl") as fresh:
            sink(kept, fresh, "jsonl")
        with (work.folder / "kept.jsonl").open("rb") as file:
            while block := file.read(1 << 20):
                sys.stdout.buffer.write(block)
        sys.stdout.buffer.flush()
    else:
        write_results([(kept, Path(request.out)), (refused, request.refused)])
    work.remove()
    kept_rows = codes.pop("", 0)
    by_code, by_flag = (_by_code(counts) for counts in (codes, flags))
    return Outcome(rows, kept_rows, rows - kept_rows, by_code, by_flag)


def _counts(work: Work, parts: int) -> tuple[int, Counter[str], Counter[str]]:
    """Rows; rows by the codes that refuse them (empty: kept); kept rows by flags. One part at a time.

    Raises
    ------
    AssayError
        If the rows answered are not those of the file, each once.
    """
    rows, codes, flags = 0, Counter[str](), Counter[str]()
    for number in range(parts):
        told = pl.read_parquet(work.path(number), columns=["row", "codes", "flags"])
        expected = pl.int_range(rows, rows + told.height, dtype=pl.Int64, eager=True)
        if not told["row"].equals(expected):
            raise AssayError(
                "the rows answered are not the rows of the file, each once; nothing was written",
                fix="this is a defect in assay: please report it; to begin anew, remove .assay/predict",
            )
        rows += told.height
        codes.update(told["codes"].to_list())
        flags.update(told.filter(pl.col("codes") == "")["flags"].to_list())
    return rows, codes, flags


def _by_code(joined: Counter[str]) -> dict[str, int]:
    """Rows by each code of those joined by commas, the commonest first."""
    each: Counter[str] = Counter()
    for codes, rows in joined.items():
        each.update({code: rows for code in codes.split(",") if code})
    return dict(sorted(each.items(), key=lambda pair: (-pair[1], pair[0])))


def _free(name: str, columns: Columns) -> str:
    """A carried column's name in the result, beside ours."""
    taken = ("row", "id", "output", "confidence", "flags", "nearest")
    return f"{name}_" if name in taken else name
