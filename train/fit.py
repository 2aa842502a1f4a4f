"""Stage `train`: fit every system of params.yaml on the gold training rows and write `models/<system>/`.

Cheap systems are fitted first, one after another, on embeddings made once. Then the fine-tuned encoders train
side by side, one process and one thread each: twice as fast on two cores as one after another, and no result
follows the number of cores. Language models, which are large, come last and one after another.

A system that is done lies in the work folder until all are, and a fine-tuned one leaves a checkpoint there
after each epoch; so a killed run that is started again takes up where it stopped, and `models/` appears whole
or not at all.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

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
from train.cost import write_costs
from train.kinds import all_labels, scoring_of
from train.lm.prompt import Brief, brief_of
from train.memory import peak_memory
from train.params import CLASSIFIERS, LoopParams, TrainParams

if TYPE_CHECKING:
    from train.systems.base import Context

COLUMNS = ("example_id", "input", "output")
# The bar counts loop steps; every other system is counted as this many.
_UNIT = 20
# Fields of the card that a reward is made of.
_REWARD = {"metric", "output_schema", "sections", "style"}
# Sections of params.yaml that are not called as their system.
_SECTIONS = {"tfidf_lr": "tfidf", "lm_lora_retrieved": "lm_lora"}


def run(project: Project, progress: Progress | None = None) -> dict[str, Any]:
    """Train on the project's gold version; the report names what was trained and how well it does on
    validation rows.

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
    trained = train_systems(
        gold.train,
        gold.validation,
        labels,
        task.labels,
        params,
        project.models,
        brief=brief_of(task, labels),
        gold=gold.manifest["content_digest"],
        held_out=gold.test if gold.test.height else gold.validation,
        work=project.root / ".assay" / "train",
        progress=progress,
    )
    seal_folder(project.models, key, "models")
    write_costs(
        project.reports,
        "train",
        trained.costs,
    )
    names = [card["name"] for card in trained.cards]
    return {
        "systems": names,
        "summary": f"{plural(len(names), 'system')} fitted in {sum(trained.seconds.values()):,.0f} s of "
        f"work: {', '.join(names)}",
    }


@dataclass(frozen=True)
class Trained:
    """The cards (`model.json`) in the order of `params.systems`, and what each fit took, by system:
    `train_seconds` and, where it can be told, `train_peak_mb`.
    """

    cards: list[dict[str, Any]]
    costs: dict[str, dict[str, float]]

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
    work: Path | None = None,
    progress: Progress | None = None,
) -> Trained:
    """Fit the systems that `params` lists and replace the folder `out` by one folder for each.

    Parameters
    ----------
    train, validation
        Columns `example_id, input, output`; the order of the rows does not matter.
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
    work
        Where unfinished work is kept for a run that is killed; default: beside `out`.

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
    train, validation = (frame.select(columns).sort("example_id") for frame in (train, validation))
    _check(train, labels)
    home = (work or out.parent / f".{out.name}.work") / _key(
        train, validation, labels, descriptions, params, gold, brief
    )
    home.mkdir(parents=True, exist_ok=True)
    _forget_others(home)
    ctx = Context(params, descriptions, brief)
    job = _Job(train, validation, labels, ctx, gold, home)
    _fit_all(job, progress)
    curve = _curve(job, held_out) if labels and held_out is not None and params.curve else None
    with replacing_folder(out) as fresh:
        for name in dict.fromkeys(params.systems):
            shutil.copytree(home / name, fresh / name)
        if curve is not None:
            write_parquet(curve, fresh / "learning_curve.parquet")
    costs: dict[str, dict[str, float]] = {name: job.cost(name) for name in dict.fromkeys(params.systems)}
    shutil.rmtree(home)
    from train.systems import read_card

    return Trained([read_card(out / name) for name in costs], costs)


class _Job:
    """What one system's fit is given, here or in another process."""

    def __init__(
        self,
        train: pl.DataFrame,
        validation: pl.DataFrame,
        labels: tuple[str, ...],
        ctx: Context,
        gold: str,
        home: Path,
    ) -> None:
        self.train, self.validation, self.labels, self.ctx, self.gold, self.home = (
            train,
            validation,
            labels,
            ctx,
            gold,
            home,
        )

    def fit(self, name: str, progress: Progress | None = None) -> None:
        """Fit system `name` and save it in the work folder, unless an earlier run did."""
        from train.systems import make_system, save_system

        folder = self.home / name
        if folder.exists():
            return
        checkpoint = self.home / f"{name}.checkpoint.safetensors"
        ctx = self.ctx.alone(checkpoint, progress)
        system, params = make_system(name), self.ctx.params
        start = time.perf_counter()
        with peak_memory() as peak:
            system.fit(self.train, self.validation, self.labels, ctx)
        cost = {"train_seconds": time.perf_counter() - start + ctx.reused_seconds}
        if peak.megabytes is not None:
            cost["train_peak_mb"] = max(peak.megabytes, ctx.reused_peak)
        section = _SECTIONS.get(name, name)
        card = {
            "gold": self.gold,
            "rows": {"train": self.train.height, "validation": self.validation.height},
            "seed": params.seed,
            "threads": params.threads,
            "hyperparameters": params.model_dump(mode="json").get(section, {}),
            "versions": _versions(),
        }
        write_json(self._clock(name), cost)  # before the folder, which says "done"
        save_system(system, folder, card)
        checkpoint.unlink(missing_ok=True)

    def _clock(self, name: str) -> Path:
        return self.home / f"{name}.cost.json"

    def cost(self, name: str) -> dict[str, float]:
        """What the fit of `name` took, now or in the run that was killed."""
        cost: dict[str, float] = json.loads(self._clock(name).read_text(encoding="utf-8"))
        return cost

    def steps(self, name: str) -> int:
        """Length of the fit, in steps of the bar."""
        from train.systems import is_fine_tuned

        if not is_fine_tuned(name):
            return _UNIT
        knobs: LoopParams = getattr(self.ctx.params, _SECTIONS.get(name, name))
        rows = min(self.train.height, getattr(knobs, "prompts", self.train.height))
        return knobs.steps_per_epoch(rows) * knobs.epochs_for(rows)


def _fit_all(job: _Job, progress: Progress | None) -> None:
    from train.systems import is_fine_tuned

    names = list(dict.fromkeys(job.ctx.params.systems))
    steps = {name: job.steps(name) for name in names}
    total, done = sum(steps.values()), 0

    def tell(extra: int = 0) -> None:
        if progress:
            progress(done + extra, total)

    tuned = [name for name in names if is_fine_tuned(name) and name in CLASSIFIERS]
    adapted = [name for name in names if is_fine_tuned(name) and name not in CLASSIFIERS]
    for name in names:
        if name not in tuned and name not in adapted:
            tell()
            job.fit(name)
            done += steps[name]
    missing = [name for name in tuned if not (job.home / name).exists()]
    if missing:  # made here once: fine-tuned systems start from a probe
        from train.systems.probe import probe_head

        for penalty in dict.fromkeys(getattr(job.ctx.params, name).head_C for name in missing):
            probe_head(job.train, job.validation, job.labels, job.ctx, (penalty,))
    workers = min(job.ctx.params.workers, len(missing), os.cpu_count() or 1)
    if workers > 1:
        _side_by_side(job, missing, workers, tell)
    else:
        for name in missing:
            job.fit(name, lambda step, _: tell(step))
            done += steps[name]
    done = total - sum(steps[name] for name in adapted)
    for name in adapted:
        job.fit(name, lambda step, _: tell(step))
        done += steps[name]


def _side_by_side(job: _Job, names: Sequence[str], workers: int, tell: Callable[[int], None]) -> None:
    """Fit the systems in processes of their own; what each does is the same as here."""
    import multiprocessing

    spawn = multiprocessing.get_context("spawn")  # a fork of a process that has used torch may hang
    steps = spawn.Array("q", len(names))
    with ProcessPoolExecutor(workers, mp_context=spawn, initializer=_enter, initargs=(steps,)) as pool:
        waiting = {pool.submit(_fit_here, job, name, at, os.getpid()) for at, name in enumerate(names)}
        while waiting:
            finished, waiting = wait(waiting, timeout=0.5)
            tell(sum(steps[:]))
            for one in finished:
                one.result()


_steps: Any = None


def _enter(steps: Any) -> None:
    global _steps
    _steps = steps


def _fit_here(job: _Job, name: str, place: int, parent: int) -> None:
    def note(done: int, _: int) -> None:
        _steps[place] = done
        if os.getppid() != parent:  # the run was killed; what is done so far is in the checkpoint
            os._exit(1)

    job.fit(name, note)


def _curve(job: _Job, held_out: pl.DataFrame) -> pl.DataFrame:
    from train.judge.curve import learning_curve, summary
    from train.systems import read_card

    params = job.ctx.params
    assert params.curve is not None
    C = sorted(params.probe.C)[len(params.probe.C) // 2]
    if "probe" in params.systems:
        C = read_card(job.home / "probe")["fitted"]["C"]
    curve = learning_curve(
        job.train, held_out.select(COLUMNS).sort("example_id"), job.labels, params.curve, job.ctx, C=C
    )
    return summary(curve)


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
        "reward": brief.task.model_dump(mode="json", include=_REWARD) if brief and brief.task else None,
        "params": params.model_dump(mode="json", exclude={"systems", "workers", "curve"}),
        "gold": gold,
        "versions": _versions(),
    }
    text = canonical_json(follows).encode("utf-8", "surrogatepass")
    return hashlib.blake2b(text, digest_size=8).hexdigest()


def _versions() -> dict[str, str]:
    from importlib.metadata import PackageNotFoundError, version

    def of(package: str) -> str:
        try:
            return version(package)
        except PackageNotFoundError:
            return "absent"

    return {package: of(package) for package in ("numpy", "peft", "scikit-learn", "torch", "transformers")}


def _forget_others(home: Path) -> None:
    """Remove unfinished work of runs on other rows or parameters: their checkpoints are large and will not be
    asked for.
    """
    for other in home.parent.iterdir():
        if other != home:
            shutil.rmtree(other, ignore_errors=True)
