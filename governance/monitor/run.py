"""A look: read both sides, compare, estimate, say what moved and what to do, and write it down."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import polars as pl

from curate.digests import sha256_of
from curate.documents import load_json, load_parquet
from curate.errors import AssayError, GateFailed
from curate.pii.detect.languages.identify import identify
from curate.project import Project
from curate.task import Kind
from curate.text import plain, plural
from governance.monitor.advice import Advice, advise, power_words
from governance.monitor.compare import Compared, compare
from governance.monitor.history import BILLION, MILLION, Budget, Past, budget_of, past_looks, record_look
from governance.monitor.live import Fields, Read, read_answers, read_labels, read_live
from governance.monitor.moved import Moved, candidates, moved
from governance.monitor.params import MonitorParams
from governance.monitor.reference import Reference, read_reference, seasons_of
from governance.monitor.rows import masked, sampled
from governance.predict.refused import UNLIKE, Masker, further_columns, names_of
from train.drift.estimate import Estimate, estimate
from train.drift.look import Tested, look
from train.stats.intervals import Interval, exact_share

# Units of a side under which no test says anything at a look's level.
FEWEST_UNITS = 20
# Characters from which two equal texts are hardly two persons' words.
LONG = 40
# One text among so many of the rows is named.
REPEATED = 0.2


@dataclass(frozen=True)
class Request:
    """What was asked for."""

    live: Path
    against: Path | None = None
    fields: Fields = field(default_factory=Fields)
    answers: Path | None = None
    model: str | None = None
    labels: Path | None = None
    candidates: Path | None = None
    record: bool = True
    strict: bool = False


@dataclass(frozen=True)
class Monitored:
    """What a look made of it."""

    live: str
    reference: str
    total: int
    compared_rows: int
    units: int
    reference_rows: int
    seasons: tuple[str, ...]
    tested: tuple[Tested, ...]
    absent: dict[str, str]
    budget: Budget
    found: Moved
    compared: Compared
    advice: Advice
    notes: tuple[str, ...]
    estimated: Estimate | None = None
    measured: Interval | None = None
    known_right: float | None = None
    past: tuple[Past, ...] = ()
    aside: dict[str, int] = field(default_factory=dict)
    record: str = ""

    @property
    def drift(self) -> bool:
        """Whether anything moved."""
        return any(column.moved for column in self.tested)


def monitor(project: Project, request: Request, tell: Callable[[str], None]) -> Monitored:
    """Take a look.

    Raises
    ------
    AssayError
        If a file cannot be read, too little is left to compare, or the encoder is not installed.
    """
    _ = project.task
    params = project.params("monitor", MonitorParams)
    read = read_live(project, request.live, request.fields)
    if request.strict and (lost := read.aside.get("unreadable")):
        raise GateFailed(
            f"{plain(request.live.name, 80)}: {plural(lost, 'row')} could not be read",
            fix="correct them, or leave out --strict",
        )
    reference = read_reference(project, request.against, request.fields)
    notes = _aside(read)
    live = read.rows
    answers, system = _answers(project, request)
    if answers is not None:
        live = live.join(answers, on="row", how="left", maintain_order="left")
        if not live["answer"].is_not_null().any():
            raise AssayError(
                f"{plain(request.answers.name if request.answers else '', 80)} answers none of the rows of "
                f"{plain(request.live.name, 80)}",
                fix="give what assay predict wrote for this very file",
            )
    if request.labels is not None:
        live = _labelled(live, read_labels(request.labels, project, request.fields), request.labels)
    mask = Masker(project)
    if mask.key is None:
        tell("monitor: without the project's key ids are left out")
    live_rows = masked(sampled(live, params.live_rows), mask)
    gold_rows = masked(sampled(reference.read.rows, params.reference_rows), mask, keep_ids=reference.is_gold)
    live_rows, more = _without_gold(live_rows, gold_rows, reference, request.live)
    notes += more
    units = live_rows["group_key"].n_unique()
    if units < FEWEST_UNITS:
        raise AssayError(
            f"{plain(request.live.name, 80)} holds {plural(read.total, 'row')}, but only {units} that do not "
            f"repeat or hang together: no drift could be shown (at least {FEWEST_UNITS})",
            fix="look at more rows at once: a week's, a month's",
        )
    notes += _group_notes(read, reference)
    masks, days = seasons_of(gold_rows, live_rows.height)
    gold_rows = _known_answers(project, gold_rows, live_rows, system)
    live_rows, gold_rows = _in_common(live_rows, gold_rows)
    said = read.says & reference.read.says
    compared = compare(
        _told(gold_rows),
        _told(live_rows),
        totals=(int(gold_rows["copies"].sum()), int(live_rows["copies"].sum())),
        embed=_embed(params, tell),
        held_out=reference.held_out,
        said=said,
        seasons=masks,
        off=params.off,
    )
    past = past_looks(project)
    digest = sha256_of(request.live)
    budget = budget_of(past, digest, reference.digest, params.alpha, params.looks)
    tested = look(compared.pool, compared.columns, budget.level)
    found = moved(compared)
    estimated, known_right = _estimate(compared, found)
    measured = _measured(compared)
    drift = any(column.moved for column in tested)
    worse = measured is not None and known_right is not None and measured.point < known_right
    metric = project.task.metric
    target = metric.target if metric.name == "accuracy" else None
    shown = power_words(units, gold_rows["group_key"].n_unique(), budget.level, len(tested))
    topics = found.topics if drift else ()
    advice = advise(tested, topics, estimated, measured is not None, worse, target, shown)
    if not days:
        notes.append(
            "gold has no dates or too few rows for seasons: a season that it does not hold looks like drift"
        )
    done = Monitored(
        plain(request.live.name, 80), reference.name, read.total, live_rows.height, units, gold_rows.height,
        days, tested, dict(compared.absent), budget, found, compared, advice, tuple(notes), estimated,
        measured, known_right, tuple(past), read.aside,
    )  # fmt: skip
    if request.candidates is not None:
        _write_candidates(project, done, request.candidates)
    if not request.record or budget.again:
        return done
    record = record_look(project, digest, _fields(done, reference.digest, system))
    return replace(done, record=record.id)


def _aside(read: Read) -> list[str]:
    notes = []
    if read.aside:
        parts = ", ".join(f"{reason.replace('_', ' ')} {rows:,}" for reason, rows in read.aside.items())
        notes.append(f"set aside: {parts} of {read.total:,} rows")
    texts = read.rows.group_by("text_key").agg(pl.col("copies").sum())
    most, every = int(texts["copies"].to_numpy().max()), int(texts["copies"].sum())
    if most > 1 and most >= REPEATED * every:
        notes.append(
            f"one text stands {most:,} times among {every:,} rows; it counts as {max(1, every // 100):,} at "
            "most: a burst is one event, look at it by itself"
        )
    return notes


def _group_notes(read: Read, reference: Reference) -> list[str]:
    if reference.read.grouped and not read.grouped:
        return [
            "gold's rows are grouped and the live file names no group: rows of one customer count as "
            "independent here, so alarms may come too often (--group COLUMN)"
        ]
    if reference.is_gold and not reference.repeats_known:
        return [
            "gold has no ledger: how often its texts came in is not known, so repeats weigh too little there"
        ]
    return []


def _without_gold(
    live: pl.DataFrame, gold: pl.DataFrame, reference: Reference, path: Path
) -> tuple[pl.DataFrame, list[str]]:
    """Live rows that are not rows of gold themselves: the same id with the same text, or a long text word for
    word. They would make the live file look more like gold than the world is.
    """
    from curate.dedup.normalise import folded

    def key(rows: pl.DataFrame) -> pl.DataFrame:
        return rows.with_columns(folded(rows["input"]).alias("same"))

    live, gold = key(live), key(gold)
    by_id = pl.struct("id", "same").is_in(gold.select(pl.struct("id", "same")).to_series().implode())
    long = (pl.col("same").str.len_chars() >= LONG) & pl.col("same").is_in(gold["same"].implode())
    mine = live.filter(~(by_id.fill_null(False) | long))
    gone = live.height - mine.height
    if not gone:
        return live.drop("same"), []
    if not mine.height:
        raise AssayError(
            f"every row of {plain(path.name, 80)} is a row of {reference.name}: nothing new to compare",
            fix="give the rows that came in after gold was made",
        )
    return mine.drop("same"), [f"left out of the live file: {plural(gone, 'row')} that gold holds already"]


def _told(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.with_columns(identify(rows["input"]).alias("told_language"))


def _embed(params: MonitorParams, tell: Callable[[str], None]) -> Callable[[list[str]], Any] | None:
    if params.encoder is None:
        return None
    try:
        from train.encoder import load_encoder

        return load_encoder(params.encoder).embed
    except AssayError as error:
        if params.encoder != "all-MiniLM-L6-v2" or "not installed" not in error.problem:
            raise
        tell(f"monitor: {error.problem}: words alone are compared")
        return None


def _answers(project: Project, request: Request) -> tuple[pl.DataFrame | None, str]:
    if request.answers is None:
        if request.model:
            raise AssayError(
                "--model says whose answers were given", fix="add --answers FILE, of assay predict"
            )
        return None, ""
    if request.model:
        return read_answers(request.answers), request.model
    comparison = load_json(
        project.reports / "evaluation" / "comparison.json", fix="assay evaluate   (or name it: --model NAME)"
    )
    return read_answers(request.answers), str(comparison.get("fine_tuned") or "")


def _labelled(live: pl.DataFrame, labels: pl.DataFrame, path: Path) -> pl.DataFrame:
    joined = live.join(labels, on="id", how="left", maintain_order="left")
    if not joined["truth"].is_not_null().any():
        raise AssayError(
            f"{plain(path.name, 80)} labels none of the live rows: no id is the same",
            fix="name the column of ids in both files: --id COLUMN",
        )
    answer = "answer" if "answer" in joined.columns else "label"
    return joined.with_columns((pl.col(answer) == pl.col("truth")).alias("right"))


def _known_answers(project: Project, gold: pl.DataFrame, live: pl.DataFrame, system: str) -> pl.DataFrame:
    """Gold's held-out rows with what the system answered to them in the evaluation."""
    if not system:
        return gold
    path = project.reports / "evaluation" / "predictions.parquet"
    told = load_parquet(
        path, fix="assay evaluate", columns=["example_id", "system", "predicted", "confidence", "correct"]
    ).filter(pl.col("system") == system)
    if not told.height:
        raise AssayError(
            f"{path} has no answers of system {plain(system, 80)}",
            fix="assay evaluate, or name another: --model",
        )
    named = told.select(
        pl.col("example_id").alias("id"),
        pl.col("predicted").alias("answer"),
        "confidence",
        pl.col("correct").alias("right"),
    )
    return gold.join(named, on="id", how="left", maintain_order="left")


def _in_common(live: pl.DataFrame, gold: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Both sides with `unsure`, where answers have confidences: gold's rows below the live rows' own
    threshold.
    """
    if "answer" not in live.columns or "answer" not in gold.columns:
        return live, gold
    unsure = live["codes"].fill_null("").str.contains(r"\bunsure\b")
    live = live.with_columns(pl.when(pl.col("answer").is_not_null()).then(unsure).alias("unsure"))
    highest = live.filter("unsure")["confidence"].max()
    below = pl.col("confidence") <= highest if highest is not None else pl.lit(False)
    return live, gold.with_columns(pl.when(pl.col("answer").is_not_null()).then(below).alias("unsure"))


def _estimate(compared: Compared, found: Moved) -> tuple[Estimate | None, float | None]:
    rows = compared.rows
    if "confidence" not in rows.columns or "right" not in rows.columns:
        return None, None
    known = rows["confidence"].is_not_null() & rows["right"].is_not_null() & ~rows["live"]
    asked = rows["confidence"].is_not_null() & rows["live"]
    at, live_at = known.arg_true().to_numpy(), asked.arg_true().to_numpy()
    confidence = rows["confidence"].fill_null(0.0).to_numpy()
    right = rows["right"].fill_null(False).to_numpy().astype(bool)
    units, weights = compared.pool.units, compared.pool.weights
    made = estimate(
        confidence[at], right[at], units[at], confidence[live_at], units[live_at], weights[live_at],
        found.unlike[live_at],
    )  # fmt: skip
    return made, float(right[at].mean()) if len(at) else None


def _measured(compared: Compared) -> Interval | None:
    """The share of right answers among labelled live rows, one of each unit."""
    if "truth" not in compared.rows.columns:
        return None
    rows = compared.rows.filter(
        pl.col("live") & pl.col("truth").is_not_null() & pl.col("right").is_not_null()
    )
    alone = rows.unique("group_key", keep="first", maintain_order=True)
    return exact_share(int(alone["right"].sum()), alone.height, 0.95) if alone.height else None


def _write_candidates(project: Project, done: Monitored, path: Path) -> None:
    """The file as `assay triage --refusals` and `assay ingest` take it: the columns of refused rows, and
    every further one that section `ingest` names. Of these the day on which a row came in is told, language
    and source too; groups and subjects are not, since they may name a person.
    """
    from governance.predict.work import form_of, write_results

    names = names_of(project, "live")
    rows = candidates(done.compared, done.found).with_columns(pl.lit(None, pl.String).alias("nothing"))
    further = [
        pl.col(role).cast(pl.String).alias(column) for column, role in further_columns(project, names).items()
    ]
    topic = pl.when(pl.col("topic") != "").then(pl.format(": {}", "topic")).otherwise(pl.lit(""))
    label = project.task.kind is Kind.CLASSIFICATION and "answer" in rows.columns
    table = rows.select(
        "row",
        pl.col("id").fill_null(pl.format("live-{}", "row")).alias(names.id),
        pl.col("input").alias(names.input),
        pl.lit(None, pl.String).alias(names.output),
        *further,
        (pl.col("answer") if label else pl.lit(None, pl.String)).alias("answer"),
        pl.lit(UNLIKE).alias("codes"),
        pl.format("unlike gold{}", topic).alias("reasons"),
        "topic",
        "unlike",
    )
    form_of(path)
    write_results([(table.lazy(), path)])


def _fields(done: Monitored, against: str, system: str) -> dict[str, Any]:
    shares = [
        [] if one is None else [round(value * MILLION) for value in (one.low, one.point, one.high)]
        for one in (done.estimated.share if done.estimated else None, done.measured)
    ]
    return {
        "against": against,
        "system": system,
        "rows": done.total,
        "compared": done.compared_rows,
        "units": done.units,
        "spent": round(done.budget.level * BILLION),
        "drift": done.drift,
        "advice": done.advice.code,
        "columns": [
            {
                "name": column.name,
                "kind": column.kind,
                "p": round(column.p * BILLION),
                "size": round(abs(column.size) * MILLION),
                "moved": column.moved,
            }
            for column in done.tested
        ],
        "estimated": shares[0],
        "measured": shares[1],
    }
