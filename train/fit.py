"""Stage `train`: fit every system of params.yaml on the gold training rows and write `models/<system>/`.

`train.seeds` above 1 fits what is on trial with further seeds into `models/seeds/`: the first is published
and compared, the others show how much is luck. How the fits are done and resumed: `train.jobs`. `models/`
appears whole or not at all.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from curate.errors import AssayError
from curate.files import canonical_json, replacing_folder, write_json, write_parquet
from curate.project import Project
from curate.provenance import refuse_stale_gold
from curate.seal import key_here
from curate.sealed_folder import seal_folder
from curate.stage import Progress
from curate.task import Kind
from curate.text import plural
from train.chain import chain_of
from train.cost import write_costs
from train.erased import note_erasures
from train.jobs import Fit, Job, fit_all, in_shards, planned, shards_used
from train.judge.canaries import canary_trial
from train.judge.fine_tuned import CANARIES
from train.kinds import Scoring, all_labels, scoring_of
from train.lm.prompt import REWARD, Brief, brief_of
from train.params import TrainParams
from train.pretrained import versions
from train.prompting import prompted
from train.shard_rows import UNIT, refuse_small, with_units
from train.shards import FOLDER as SHARD_FOLDER
from train.shards import UNFINISHED, ShardStore, store_of

COLUMNS = ("example_id", "input", "output")


def run(
    project: Project, progress: Progress | None = None, *, tell: Callable[[str], None] = lambda words: None
) -> dict[str, Any]:
    """Train on the project's gold version; the report names what was trained and how well it does on
    validation rows.

    Parameters
    ----------
    tell
        Is told what the language model will take, before it starts.

    Raises
    ------
    AssayError
        If the kind cannot be trained, there is no gold version, or it has no training rows or only one label.
    """
    from curate.publish.gold import verify_gold

    task = project.task
    scoring_of(task)
    params = project.params("train", TrainParams)
    key = key_here(project)
    gold = verify_gold(project.gold, key)
    refuse_stale_gold(project, "train", gold.manifest)
    labels = all_labels(task, gold.train, gold.validation)
    brief = brief_of(task, labels)
    if not params.systems and task.kind is Kind.CLASSIFICATION and params.language.max_minutes:
        answered = 2 * gold.validation.height + gold.test.height
        params = prompted(params.suited(task.kind), gold.train, answered, brief, tell)
    trained = train_systems(
        gold.train,
        gold.validation,
        labels,
        task.labels,
        params,
        project.models,
        brief=brief,
        gold=gold.manifest["content_digest"],
        held_out=gold.test if gold.test.height else gold.validation,
        scoring=scoring_of(task, all_labels(task, gold.train, gold.validation, gold.test)),
        work=project.root / ".assay" / UNFINISHED,
        shards=store_of(project, key),
        progress=progress,
    )
    note_erasures(project.models, project.root)
    digest, asked = gold.manifest["content_digest"], project.params("train", TrainParams)
    seal_folder(project.models, key, "models", lambda files: chain_of(project.models, files, digest, asked))
    write_costs(
        project.reports,
        "train",
        trained.costs,
        further_fits_seconds=round(trained.further_seconds, 3),
    )
    names = [card["name"] for card in trained.cards]
    learned = f"; {trained.shards_trained} of {trained.shards} shards trained" if trained.shards else ""
    return {
        "systems": names,
        "summary": f"{plural(len(names), 'system')} fitted in "
        f"{sum(trained.seconds.values()) + trained.further_seconds:,.0f} s of work: {', '.join(names)}"
        f"{learned}",
    }


@dataclass(frozen=True)
class Trained:
    """The cards (`model.json`) in the order of `params.systems`, what each fit took, by system
    (`train_seconds` and, where it can be told, `train_peak_mb`), the seconds of all further fits (other
    seeds, shares of the rows), the shards that adapters are made of, and how many of them were trained.
    """

    cards: list[dict[str, Any]]
    costs: dict[str, dict[str, float]]
    further_seconds: float = 0.0
    shards: int = 0
    shards_trained: int = 0

    @property
    def seconds(self) -> dict[str, float]:
        """The seconds each fit took, by system."""
        return {name: cost["train_seconds"] for name, cost in self.costs.items()}


def train_systems(
    train: pl.DataFrame,
    validation: pl.DataFrame,
    labels: tuple[str, ...],
    descriptions: Mapping[str, str | None],
    params: TrainParams,
    out: Path,
    *,
    brief: Brief | None = None,
    gold: str = "",
    held_out: pl.DataFrame | None = None,
    scoring: Scoring | None = None,
    work: Path | None = None,
    shards: ShardStore | None = None,
    progress: Progress | None = None,
) -> Trained:
    """Fit the systems that `params` lists and replace the folder `out` by one folder for each.

    Parameters
    ----------
    train, validation
        Columns `example_id, input, output`, and `group` and `subject` where shards are to follow them; the
        order of the rows does not matter.
    labels
        All labels, in the order of the probabilities' columns.
    descriptions
        When each label applies, where the task card says so.
    brief
        What language models are told of the task; needed where `params` list one.
    gold
        Digest of the gold version, kept in each card.
    held_out
        Rows of the learning curve; without them none is drawn.
    scoring
        How answers of the kind are scored; only the curve of fine-tuned systems needs it.
    work
        Where unfinished work is kept for a run that is killed; default: beside `out`.
    shards
        Where trained shards are kept from run to run; default: they are not.

    Returns
    -------
    Trained
        Cards and seconds.

    Raises
    ------
    AssayError
        If there is nothing to learn from, or a system cannot be fitted.
    """
    from train.systems.base import Context

    params = params.suited(brief.kind if brief else Kind.CLASSIFICATION)
    columns = [*COLUMNS, "rejected"] if brief and brief.kind is Kind.PREFERENCE else list(COLUMNS)
    units = with_units(train)[UNIT] if params.sharded else None
    train, validation = (frame.select(columns) for frame in (train, validation))
    train = train.with_columns(units) if units is not None else train
    train, validation = (frame.sort("example_id") for frame in (train, validation))
    _check(train, labels)
    if params.sharded and any(map(in_shards, params.systems)):
        for more in range(params.seeds):
            refuse_small(train, params.shards or 1, params.seed + more, by_label=bool(labels))
    home = (work or out.parent / f".{out.name}.work") / _key(
        train, validation, labels, descriptions, params, gold, brief
    )
    home.mkdir(parents=True, exist_ok=True)
    _forget_others(home)
    ctx = Context(params, descriptions, brief, shards=shards or ShardStore(home / SHARD_FOLDER))
    job = Job(train, validation, labels, ctx, gold, home)
    fits = planned(params, train.height)
    fit_all(job, fits, progress)
    curve = _curve(job, held_out, scoring) if held_out is not None and params.curve else None
    canaries = canary_trial(job, progress) if params.canaries else None
    with replacing_folder(out) as fresh:
        for fit in fits:
            if fit.share >= 1:
                shutil.copytree(home / fit.folder, fresh / fit.folder)
        if curve is not None:
            write_parquet(curve, fresh / "learning_curve.parquet")
        if canaries is not None:
            write_json(fresh / CANARIES, canaries)
    costs = {fit.name: job.cost(fit) for fit in fits if fit == Fit(fit.name)}
    further = sum(job.cost(fit)["train_seconds"] for fit in fits if fit != Fit(fit.name))
    used = shards_used(home)
    if shards is not None:
        shards.keep_only([digest for digest, _ in used])
    shutil.rmtree(home)
    from train.systems import read_card

    cards = [read_card(out / name) for name in costs]
    return Trained(cards, costs, further, len(used), sum(trained for _, trained in used))


def _curve(job: Job, held_out: pl.DataFrame, scoring: Scoring | None) -> pl.DataFrame | None:
    """The learning curve; None where no system of it suits the kind of task."""
    from train.judge.curve import learning_curve, summary
    from train.judge.curve_tuned import tuned_points
    from train.systems import read_card

    params = job.ctx.params
    assert params.curve is not None
    parts = []
    if job.labels and params.curve.cheap:
        C = sorted(params.probe.C)[len(params.probe.C) // 2]
        if "probe" in params.systems:
            C = read_card(job.home / "probe")["fitted"]["C"]
        rows = held_out.select(COLUMNS).sort("example_id")
        parts.append(learning_curve(job.train, rows, job.labels, params.curve, job.ctx, C=C))
    if scoring is not None:
        parts += tuned_points(job, held_out, scoring)
    return summary(pl.concat(parts)) if parts else None


def _check(train: pl.DataFrame, labels: Sequence[str]) -> None:
    fix = "look at the funnel of the earlier stages: assay status"
    if train.is_empty():
        raise AssayError("the gold version has no training rows", fix=fix)
    if train["output"].n_unique() < 2:
        what = "label" if labels else "output"
        raise AssayError(
            f"all training rows have one and the same {what}: there is nothing to learn", fix=fix
        )


def _key(
    train: pl.DataFrame,
    validation: pl.DataFrame,
    labels: Sequence[str],
    descriptions: Mapping[str, str | None],
    params: TrainParams,
    gold: str,
    brief: Brief | None = None,
) -> str:
    """Digest of everything the fits follow: unfinished work is only taken up by a run that would do the
    same.
    """
    follows = {
        "rows": [train.rows(), validation.rows()],
        "labels": list(labels),
        "descriptions": dict(descriptions),
        "prompt": brief.system if brief else None,
        "reward": brief.task.model_dump(mode="json", include=REWARD) if brief and brief.task else None,
        "params": params.model_dump(mode="json", exclude={"systems", "workers", "curve", "seeds"}),
        "gold": gold,
        "versions": versions(),
    }
    text = canonical_json(follows).encode("utf-8", "surrogatepass")
    return hashlib.blake2b(text, digest_size=8).hexdigest()


def _forget_others(home: Path) -> None:
    """Remove unfinished work of runs on other rows or parameters: their checkpoints are large and will not be
    asked for.
    """
    for other in home.parent.iterdir():
        if other != home:
            shutil.rmtree(other, ignore_errors=True)
