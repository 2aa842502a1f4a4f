"""The fits of one training run: each system, the further seeds of those on trial, and shares of the rows for
the learning curve.

Cheap systems are fitted first, one after another, on embeddings made once. Then the fine-tuned encoders train
side by side, one process and one thread each: twice as fast on two cores as one after another, and no result
follows the number of cores. Language models, which are large, come last and one after another.

A fit that is done lies in the work folder until all are, and a fine-tuned one leaves a checkpoint there after
each epoch; so a killed run that is started again takes up where it stopped.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor, wait
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from curate.files import write_json
from curate.stage import Progress
from train.judge.seeds import SEEDS
from train.memory import peak_memory
from train.params import CLASSIFIERS, LoopParams, TrainParams
from train.pretrained import versions
from train.shard_rows import parts_of

if TYPE_CHECKING:
    from train.systems.base import Context

# What a fit notes of the shards that it took, beside its folder.
SHARDS = ".shards.json"
# The bar counts loop steps; every other system is counted as this many.
_UNIT = 20
# Sections of params.yaml that are not called as their system.
_SECTIONS = {
    "tfidf_lr": "tfidf",
    "lm_lora_retrieved": "lm_lora",
    "lora_whole": "lora",
    "lm_lora_whole": "lm_lora",
}


@dataclass(frozen=True)
class Fit:
    """One fit.

    Parameters
    ----------
    name
        The system.
    more
        0 for the fit that is published; 1, 2, ... for seeds further on from that of the parameters.
    share
        Share of the training rows, drawn by the seed.
    """

    name: str
    more: int = 0
    share: float = 1.0

    @property
    def folder(self) -> str:
        """Where it lies in the work folder."""
        if self.share < 1:
            return f"curve/{self.name}-{self.share:g}-{self.more}"
        return self.name if self.more == 0 else f"{SEEDS}/{self.name}-{self.more}"


def planned(params: TrainParams, rows: int) -> list[Fit]:
    """Every fit of a run, the systems' own first.

    Parameters
    ----------
    rows
        Training rows; shares of them that are too few for a language model are left out.
    """
    from train.lm.preflight import FEWEST

    names = list(dict.fromkeys(params.systems))
    fits = [Fit(name) for name in names]
    fits += [Fit(name, more) for more in range(1, params.seeds) for name in names if on_trial(name)]
    for name in params.curve.tuned if params.curve else ():
        assert params.curve is not None
        fits += [
            Fit(name, more, share)
            for share in sorted(set(params.curve.fractions))
            for more in range(params.curve.seeds)
            if share < 1 and (name in CLASSIFIERS or round(rows * share) >= FEWEST)
        ]
    return fits


class Job:
    """What every fit of a run is given, here or in another process."""

    def __init__(
        self,
        train: pl.DataFrame,
        validation: pl.DataFrame,
        labels: tuple[str, ...],
        ctx: Context,
        gold: str,
        home: Path,
    ) -> None:
        self.train, self.validation, self.labels = train, validation, labels
        self.ctx, self.gold, self.home = ctx, gold, home

    def rows(self, fit: Fit) -> pl.DataFrame:
        """The training rows of a fit."""
        if fit.share >= 1:
            return self.train
        from train.judge.curve import nested_subset

        return nested_subset(self.train, fit.share, fit.more, by_label=bool(self.labels))

    def context(self, fit: Fit, progress: Progress | None) -> Context:
        """What a fit shares with those before it: all but what follows the seed or the rows."""
        seed = self.ctx.params.seed + fit.more
        ctx = replace(self.ctx, params=self.ctx.params.model_copy(update={"seed": seed}))
        if fit.share < 1:
            ctx = replace(ctx, _made={})
        return ctx.alone(self.home / f"{fit.folder}.checkpoint.safetensors", progress)

    def fit(self, fit: Fit, progress: Progress | None = None) -> None:
        """Fit a system and save it in the work folder, unless an earlier run did."""
        from train.systems import make_system, save_system

        folder = self.home / fit.folder
        if folder.exists():
            return
        folder.parent.mkdir(parents=True, exist_ok=True)
        ctx, rows = self.context(fit, progress), self.rows(fit)
        params = ctx.params
        system = make_system(fit.name, sharded=params.sharded)
        start = time.perf_counter()
        with peak_memory() as peak:
            system.fit(rows, self.validation, self.labels, ctx)
        cost = {"train_seconds": time.perf_counter() - start + ctx.reused_seconds}
        if peak.megabytes is not None:
            cost["train_peak_mb"] = max(peak.megabytes, ctx.reused_peak)
        section = _SECTIONS.get(fit.name, fit.name)
        card = {
            "gold": self.gold,
            "rows": {"train": rows.height, "validation": self.validation.height},
            "seed": params.seed,
            "threads": params.threads,
            "hyperparameters": params.model_dump(mode="json").get(section, {}),
            "versions": versions(),
        }
        # The clock before the folder, which says "done".
        write_json(self._clock(fit), cost)
        if params.sharded:
            write_json(self.home / f"{fit.folder}{SHARDS}", ctx.shards_used)
        save_system(system, folder, card)
        if ctx.checkpoint:
            ctx.checkpoint.unlink(missing_ok=True)

    def _clock(self, fit: Fit) -> Path:
        return self.home / f"{fit.folder}.cost.json"

    def cost(self, fit: Fit) -> dict[str, float]:
        """What a fit took, now or in the run that was killed."""
        cost: dict[str, float] = json.loads(self._clock(fit).read_text(encoding="utf-8"))
        return cost

    def steps(self, fit: Fit) -> int:
        """Length of a fit, in steps of the bar."""
        from train.systems import is_fine_tuned

        if not is_fine_tuned(fit.name):
            return _UNIT
        knobs: LoopParams = getattr(self.ctx.params, _SECTIONS.get(fit.name, fit.name))
        rows = max(1, round(self.train.height * fit.share))
        rows = min(rows, getattr(knobs, "prompts", rows))
        sizes = [rows]
        if self.ctx.params.sharded and in_shards(fit.name):
            params = self.ctx.params
            parts = parts_of(self.train, params.shards or 1, params.seed + fit.more)
            sizes = [part.height for part in parts]
        return sum(knobs.steps_per_epoch(size) * knobs.epochs_for(size) for size in sizes)


@cache
def in_shards(name: str) -> bool:
    """Whether the system `name` learns in shards where params ask for some."""
    from train.systems import SHARDED, make_system

    return name in SHARDED or getattr(make_system(name), "in_shards", False)


def shards_used(home: Path) -> list[tuple[str, bool]]:
    """Digest of each shard that the fits in a work folder took, once, and whether it was trained for one."""
    used: dict[str, bool] = {}
    for path in sorted(home.rglob(f"*{SHARDS}")):
        for digest, trained in json.loads(path.read_text(encoding="utf-8")):
            used[digest] = used.get(digest, False) or trained
    return sorted(used.items())


@cache
def on_trial(name: str) -> bool:
    """Whether the system `name` is of the family that is on trial."""
    from train.systems import make_system
    from train.systems.base import ON_TRIAL

    return make_system(name).family == ON_TRIAL


def fit_all(job: Job, fits: Sequence[Fit], progress: Progress | None) -> None:
    """Do every fit that an earlier run has not done."""
    from train.systems import SHARDED, is_fine_tuned

    steps = {fit: job.steps(fit) for fit in fits}
    total, done = sum(steps.values()), 0

    def tell(extra: int = 0) -> None:
        if progress:
            progress(done + extra, total)

    tuned = [fit for fit in fits if is_fine_tuned(fit.name) and fit.name in CLASSIFIERS]
    adapted = [fit for fit in fits if is_fine_tuned(fit.name) and fit.name not in CLASSIFIERS]
    for fit in fits:
        if fit not in tuned and fit not in adapted:
            tell()
            job.fit(fit)
            done += steps[fit]
    missing = [fit for fit in tuned if not (job.home / fit.folder).exists()]
    if missing:  # made here once: fine-tuned systems start from a probe
        from train.systems.probe import probe_head

        whole = [fit for fit in missing if not (job.ctx.params.sharded and fit.name in SHARDED)]
        for penalty in dict.fromkeys(
            getattr(job.ctx.params, _SECTIONS.get(fit.name, fit.name)).head_C for fit in whole
        ):
            probe_head(job.train, job.validation, job.labels, job.ctx, (penalty,))
    workers = min(job.ctx.params.workers, len(missing), os.cpu_count() or 1)
    if workers > 1:
        _side_by_side(job, missing, workers, tell)
    else:
        for fit in missing:
            job.fit(fit, lambda step, _: tell(step))
            done += steps[fit]
    done = total - sum(steps[fit] for fit in adapted)
    for fit in adapted:
        job.fit(fit, lambda step, _: tell(step))
        done += steps[fit]


def _side_by_side(job: Job, fits: Sequence[Fit], workers: int, tell: Callable[[int], None]) -> None:
    """Do the fits in processes of their own; what each does is the same as here."""
    import multiprocessing

    spawn = multiprocessing.get_context("spawn")  # a fork of a process that has used torch may hang
    steps = spawn.Array("q", len(fits))
    with ProcessPoolExecutor(workers, mp_context=spawn, initializer=_enter, initargs=(steps,)) as pool:
        waiting = {pool.submit(_fit_here, job, fit, at, os.getpid()) for at, fit in enumerate(fits)}
        while waiting:
            finished, waiting = wait(waiting, timeout=0.5)
            tell(sum(steps[:]))
            for one in finished:
                one.result()


_steps: Any = None


def _enter(steps: Any) -> None:
    global _steps
    _steps = steps


def _fit_here(job: Job, fit: Fit, place: int, parent: int) -> None:
    def note(done: int, _: int) -> None:
        _steps[place] = done
        if os.getppid() != parent:  # the run was killed; what is done so far is in the checkpoint
            os._exit(1)

    job.fit(fit, note)
