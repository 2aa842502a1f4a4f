"""What is compared: the answers of two systems to one prompt, read from files of answers, masked as gold is.

The answers are those that `assay predict` wrote (`row`, `id`, `output`) beside the file it read, by
default the gold set's validation rows; or those that `evaluate` left of the held-out rows. Held-out rows
are what systems are measured by. To train on what people said of them would make every later score a
score on training data, so each is marked: by its id, and by a text that is the same as a held-out row's
or nearly so.

`.assay/compare/items.parquet` holds the table; git ignores it, and an erasure finds it. A row is read
again by the policy before it lands, since an answer may say what a model remembers of somebody. Cost:
what `assay predict` takes for its refused rows, once an answer.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any

import polars as pl

from curate.dedup.leaks import leaks
from curate.dedup.params import DedupParams
from curate.digests import sha256_of
from curate.documents import load_parquet
from curate.errors import AssayError
from curate.examples import conform
from curate.files import canonical_json, write_json, write_parquet
from curate.keys import Key
from curate.project import Project
from curate.read import need_columns, read_table
from curate.read.stream import parts
from curate.seal import key_here
from curate.sealed_folder import folder_problem
from curate.task import Kind
from curate.text import plain, plural
from curate.verdicts.journal import row_digest
from governance.compare.journal import SYSTEM
from governance.predict.inputs import columns_of, live_rows
from governance.predict.refused import Masker

FOLDER = Path(".assay") / "compare"
FILE = FOLDER / "items.parquet"
RUN = FOLDER / "run.json"
PREPARE = "assay compare prepare --answers few_shot=few_shot.parquet --answers lm_lora=lm_lora.parquet"

ITEMS = pl.Schema(
    {
        "item": pl.String(),  # `item_digest`
        "row": pl.String(),  # `row_digest` of the row's id
        "example_id": pl.String(),
        "input": pl.String(),
        "first": pl.String(),  # systems, by name
        "second": pl.String(),
        "first_answer": pl.String(),
        "second_answer": pl.String(),
        "origin": pl.String(),  # train, validation or test of the gold set; else live
        "held_out": pl.Boolean(),
        "run": pl.String(),  # digest of the files that it was made of
    }
)
# Rows of a file read at a time.
_ROWS = 10_000


@dataclass(frozen=True)
class Prepared:
    """What was made, for a line of words."""

    items: int
    held_out: int
    same: int
    unanswered: int
    systems: tuple[str, ...]
    run: str


def item_digest(key: Key, prompt: str, answers: Mapping[str, str]) -> str:
    """The name of an item in the journal."""
    return key.digest("compared", canonical_json([prompt, dict(sorted(answers.items()))]))


def prepare(project: Project, prompts: Path | None, answers: Mapping[str, Path]) -> Prepared:
    """Write the items of files of answers; what was compared before gives place, its verdicts stay.

    Parameters
    ----------
    prompts
        The file that `assay predict` read; None: the gold set's validation rows.
    answers
        By the system's name, the file that `assay predict` wrote.

    Raises
    ------
    AssayError
        If a file cannot be read or does not belong to `prompts`, or nothing can be compared.
    """
    _check_names(answers)
    file = project.gold / "validation.parquet" if prompts is None else prompts
    if not file.exists():
        raise AssayError(f"{plain(str(file), 300)} is not there", fix="name the file that predict read")
    rows = _prompts(project, file)
    told = pl.concat(_answers(path, name, rows) for name, path in sorted(answers.items()))
    run = _run({"prompts": file, **{f"answers {name}": path for name, path in answers.items()}})
    return _write(project, rows, told, run)


def prepare_held_out(project: Project, systems: Sequence[str]) -> Prepared:
    """Write the items of the answers that `evaluate` left of the held-out rows.

    Parameters
    ----------
    systems
        Whose; none: those that there are, if they are two.

    Raises
    ------
    AssayError
        If the evaluation is not there or not what was sealed, or a system is not in it.
    """
    folder = project.reports / "evaluation"
    path = folder / "predictions.parquet"
    if not path.exists():
        raise AssayError("no system has been evaluated here", fix="assay evaluate")
    if words := folder_problem(folder, key_here(project), "evaluation"):
        raise AssayError(words, fix="assay evaluate")
    table = load_parquet(path)
    there = table["system"].unique().sort().to_list()
    chosen = sorted(set(systems)) or there
    if unknown := [name for name in chosen if name not in there]:
        raise AssayError(
            f"{plain(', '.join(unknown))} is not among the systems that were evaluated",
            fix=f"--system takes two or more of {', '.join(there)}",
        )
    if len(chosen) < 2 or (len(chosen) > 2 and not systems):
        raise AssayError(
            f"{plural(len(chosen), 'system')} would be compared: {', '.join(chosen)}",
            fix="name the two to compare: --system A --system B",
        )
    gold = project.gold / "test.parquet"
    written = pl.col("raw") if "raw" in table.columns else pl.lit(None, pl.String)
    answer = pl.coalesce(written, pl.col("predicted").cast(pl.String))
    told = table.filter(pl.col("system").is_in(chosen)).select(
        pl.col("example_id").alias("id"), "system", answer.alias("output")
    )
    rows = load_parquet(gold).select(pl.col("example_id").alias("id"), "input", "language")
    run = _run({"prompts": gold, "answers": path})
    return _write(project, rows, told, run)


def read_items(project: Project) -> pl.DataFrame:
    """The items in the order in which everybody is asked, each as it was made.

    Raises
    ------
    AssayError
        If nothing was prepared, or a text is not the one that the item's name says.
    """
    path = project.root / FILE
    if not path.exists():
        raise AssayError("there are no outputs to compare yet", fix=PREPARE)
    items = load_parquet(path)
    if items.schema != ITEMS:
        raise AssayError(f"{FILE} was written by another version of assay", fix=PREPARE)
    for row in items.iter_rows(named=True):
        answers = {row["first"]: row["first_answer"], row["second"]: row["second_answer"]}
        if item_digest(project.key, row["input"], answers) != row["item"]:
            raise AssayError(f"{FILE} was changed, or made under another key", fix=PREPARE)
    return items


def _check_names(answers: Mapping[str, Path]) -> None:
    for name in answers:
        if not SYSTEM.fullmatch(name):
            raise AssayError(
                f"{plain(name, 60)!r} cannot name a system", fix="letters, digits, . : _ and -: lm_lora"
            )
    if len(answers) < 2:
        raise AssayError(
            f"{plural(len(answers), 'file')} of answers: there is nothing to compare it with", fix=PREPARE
        )


def _prompts(project: Project, file: Path) -> pl.DataFrame:
    """`number, id, input, language`: the rows of a file as `assay predict` reads them."""
    read, columns = [], None
    for part in parts(file, _ROWS):
        columns = columns or columns_of(project, part.records.frame, file)
        named = live_rows(part, columns, file)
        own = _own_id(part.records.frame.columns)
        if columns.id is None and own:
            names = part.records.frame[own].cast(pl.String).alias("own")
            named = named.join(pl.DataFrame([part.numbers.alias("row"), names]), on="row", how="left")
            named = named.with_columns(id="own")
        read.append(named.select(pl.col("row").alias("number"), "id", "input", "language"))
    rows = pl.concat(read).filter(pl.col("input").fill_null("") != "")
    # A row without an id is named as `assay predict` names it among its refusals.
    made = pl.format("{}-{}", pl.lit(file.name.split(".")[0]), "number")
    return rows.with_columns(pl.coalesce("id", made).alias("id"), pl.col("id").alias("stated"))


def _own_id(columns: Sequence[str]) -> str:
    """The column that names a row of a file of ours, or of one that calls it by its name."""
    return next((name for name in ("example_id", "id") if name in columns), "")


def _answers(path: Path, system: str, rows: pl.DataFrame) -> pl.DataFrame:
    """`id, system, output` of a file that `assay predict` wrote for `rows`."""
    table = read_table(path)
    need_columns(table, ["row", "output"], path.name)
    named = pl.col("id").cast(pl.String) if "id" in table.columns else pl.lit(None, pl.String)
    told = table.select(
        pl.col("row").cast(pl.Int64).alias("number"), named.alias("theirs"), pl.col("output").cast(pl.String)
    )
    joined = told.join(rows.with_columns(pl.col("number").cast(pl.Int64)), on="number", how="left")
    others = joined.filter(
        pl.col("input").is_null() | (pl.col("theirs").is_not_null() & (pl.col("theirs") != pl.col("stated")))
    )
    if others.height or told["number"].n_unique() < told.height:
        raise AssayError(
            f"{plain(path.name)} answers other rows than those of the file of prompts",
            fix="name the file that predict read: assay compare prepare FILE --answers NAME=ANSWERS",
        )
    return joined.select("id", pl.lit(system).alias("system"), "output")


def _run(files: Mapping[str, Path]) -> dict[str, Any]:
    """What the items are made of: the digest that stands in each line, and the files."""
    told = {what: {"name": path.name, "sha256": sha256_of(path)} for what, path in sorted(files.items())}
    digests = canonical_json({what: each["sha256"] for what, each in told.items()})
    return {"run": hashlib.blake2b(digests.encode(), digest_size=8).hexdigest(), "files": told}


def _write(project: Project, rows: pl.DataFrame, told: pl.DataFrame, run: dict[str, Any]) -> Prepared:
    answered = told.filter(pl.col("output").fill_null("").str.strip_chars() != "")
    whole = answered.join(rows.select("id", "input", "language"), on="id").sort("id", "system")
    seen = Masker(project)(whole.select("id", "system", "input", "output", "language"))
    whole = seen.with_columns(whole["id"].alias("asked"))
    systems = tuple(whole["system"].unique().sort().to_list())
    pairs = [_pair(whole, first, second) for first, second in combinations(systems, 2)]
    joined = pl.concat(pairs) if pairs else pl.DataFrame()
    if joined.is_empty():
        raise AssayError("no row was answered by two systems", fix=PREPARE)
    differs = joined.filter(pl.col("first_answer") != pl.col("second_answer"))
    if differs.is_empty():
        raise AssayError("the systems gave the same answer to every row", fix="nothing is left to compare")
    items = conform(_named(project, _marked(project, differs), run["run"]), ITEMS)
    folder = project.root / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    write_parquet(items, project.root / FILE)
    write_json(project.root / RUN, run)
    return Prepared(
        items.height,
        int(items["held_out"].sum()),
        joined.height - differs.height,
        rows.height * len(pairs) - joined.height,
        systems,
        run["run"],
    )


def _pair(whole: pl.DataFrame, first: str, second: str) -> pl.DataFrame:
    one, other = whole.filter(pl.col("system") == first), whole.filter(pl.col("system") == second)
    joined = one.join(other.select("asked", "output"), on="asked", suffix="_of_second")
    return joined.select(
        pl.col("id").alias("example_id"),
        "asked",
        "input",
        pl.lit(first).alias("first"),
        pl.lit(second).alias("second"),
        pl.col("output").alias("first_answer"),
        pl.col("output_of_second").alias("second_answer"),
    )


def _marked(project: Project, items: pl.DataFrame) -> pl.DataFrame:
    """With `origin` and `held_out`."""
    splits = {name: _split(project, name) for name in ("train", "validation", "test")}
    origin = pl.lit("live")
    for name, gold in splits.items():
        ids = gold["example_id"].implode()
        is_here = pl.col("asked").is_in(ids) | pl.col("example_id").is_in(ids)
        origin = pl.when(is_here).then(pl.lit(name)).otherwise(origin)
    placed = items.with_columns(origin.alias("origin"))
    near = near_held_out(project, placed.select("asked", "input").unique("asked"), splits["test"])
    return placed.with_columns(((pl.col("origin") == "test") | pl.col("asked").is_in(near)).alias("held_out"))


def near_held_out(project: Project, prompts: pl.DataFrame, test: pl.DataFrame | None = None) -> list[str]:
    """The prompts whose text is that of a held-out row, or nearly so.

    Parameters
    ----------
    prompts
        The name of each and its `input`.
    test
        The held-out rows; None: those of the project's gold set.
    """
    held_out = _split(project, "test") if test is None else test
    # Nearly the same is enough, whatever sets two such rows apart for stage `dedup`.
    alike = project.params("dedup", DedupParams).model_copy(update={"weigh": "never"})
    asked = prompts.select(
        pl.nth(0).alias("example_id"),
        "input",
        pl.lit("").alias("output"),
        pl.lit(None, pl.String).alias("language"),
    )
    found = leaks(asked, held_out.with_columns(output=pl.lit("")), Kind.CLASSIFICATION, alike)
    return sorted(found["train_id"].unique().to_list())


def _split(project: Project, name: str) -> pl.DataFrame:
    path = project.gold / f"{name}.parquet"
    if not path.exists():
        raise AssayError(
            f"{plain(str(path), 300)} is not there: which rows are held out cannot be told",
            fix="dvc repro publish   (or dvc pull gold)",
        )
    return load_parquet(path).select("example_id", "input", "output", "language")


def _named(project: Project, items: pl.DataFrame, run: str) -> pl.DataFrame:
    """With the digests, in an order that says nothing of the systems."""
    key = project.key
    names, rows = [], []
    for row in items.iter_rows(named=True):
        answers = {row["first"]: row["first_answer"], row["second"]: row["second_answer"]}
        names.append(item_digest(key, row["input"], answers))
        rows.append(row_digest(key, row["example_id"]))
    order = key.digests("compare order", names)
    named = items.with_columns(
        pl.Series("item", names, dtype=pl.String),
        pl.Series("row", rows, dtype=pl.String),
        pl.Series("order", order, dtype=pl.String),
        pl.lit(run).alias("run"),
    )
    return named.unique("item", keep="first", maintain_order=True).sort("order").drop("order", "asked")
