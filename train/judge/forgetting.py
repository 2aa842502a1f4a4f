"""Has fine-tuning cost a language model what it could do before?

Every fine-tuned language model and the base it started from are asked the hundred instructions of
`train.judge.retained`; the differences of loss and pass rate come with a paired interval, since both models
answer the same instructions. Two systems that answer with one adapter are measured once, and the figures of a
base are kept in the project's `.assay/retained` by the digest of its weights.

What it does not say: whether the loss matters. A model that only ever does its one task may forget; one that
an assistant shares with other tasks may not. `params.evaluate.forgetting` holds what is allowed, and
`assay check` judges the system that the verdict recommends by it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from curate.files import canonical_json, write_json
from train.arrays import Floats
from train.judge.params import EvaluateParams
from train.judge.retained import Retained, instructions, instructions_digest, measure
from train.stats.intervals import Bootstrap, Interval, mean_of
from train.systems.base import FINE_TUNED

if TYPE_CHECKING:
    from train.systems.base import System
    from train.systems.language import LanguageSystem

# Folder of the bases' figures in a project's `.assay`.
KEPT = "retained"
TABLE = pl.Schema(
    {
        "system": pl.String(),
        "kind": pl.String(),
        "instruction": pl.String(),
        "loss_before": pl.Float64(),
        "loss_after": pl.Float64(),
        "passed_before": pl.Boolean(),
        "passed_after": pl.Boolean(),
    }
)


@dataclass(frozen=True)
class Forgetting:
    """What was lost, by system: `document` for JSON (None where there is nothing to measure or it is off),
    and a line an instruction (`TABLE`).
    """

    document: dict[str, Any] | None
    table: pl.DataFrame


def tuned_language_models(cards: Mapping[Path, Mapping[str, Any]]) -> dict[str, list[Path]]:
    """Folders of the fine-tuned language models by the digest of what was trained: systems that answer with
    one adapter stand together.
    """
    found: dict[str, list[Path]] = {}
    for folder, card in cards.items():
        if "base" in card and card["family"] in FINE_TUNED:
            found.setdefault(_weights(card), []).append(folder)
    return found


def figures_of(load: Callable[[Path], System], folder: Path, keep: Path, *, base: bool) -> Retained:
    """What the model in a folder does of the instructions, or the base that it started from.

    Parameters
    ----------
    load
        The system in a folder.
    keep
        Folder of the bases' figures.
    """
    from train.systems.language import LanguageSystem

    system = load(folder)
    assert isinstance(system, LanguageSystem)
    if base:
        return _of_base(system, keep)
    return measure(system.model, system.template, system.threads)


def forgetting(measured: Mapping[str, tuple[Retained, Retained]], params: EvaluateParams) -> Forgetting:
    """What each fine-tuned language model has lost.

    Parameters
    ----------
    measured
        Figures of the base and of the model that was made of it, by system.
    params
        How often to draw, and what may be lost.
    """
    if params.forgetting is None or not measured:
        return Forgetting(None, TABLE.to_frame())
    draws = Bootstrap(np.arange(len(instructions())), params.bootstrap, params.seed, params.confidence)
    document = {
        "instructions": len(instructions()),
        "digest": instructions_digest(),
        "allowed": params.forgetting.model_dump(),
        "systems": [{"name": name, **compare(*pair, draws)} for name, pair in measured.items()],
    }
    return Forgetting(document, pl.concat([_table(name, *pair) for name, pair in measured.items()]))


def compare(before: Retained, after: Retained, bootstrap: Bootstrap) -> dict[str, Any]:
    """Loss and pass rate before and after, each difference with its paired interval, and instructions passed
    by kind; JSON-safe.
    """
    loss = _difference(before.losses, after.losses, before.tokens, bootstrap, None)
    rows = np.ones(len(before.passed))
    passed = _difference(
        before.passed.astype(np.float64), after.passed.astype(np.float64), rows, bootstrap, (-1.0, 1.0)
    )
    kinds = [one.kind for one in instructions()]
    by_kind = {
        kind: {
            "instructions": kinds.count(kind),
            "before": int(before.passed[[one == kind for one in kinds]].sum()),
            "after": int(after.passed[[one == kind for one in kinds]].sum()),
        }
        for kind in dict.fromkeys(kinds)
    }
    return {
        "loss": {
            "before": float(before.losses.sum() / before.tokens.sum()),
            "after": float(after.losses.sum() / after.tokens.sum()),
            "difference": asdict(loss),
        },
        "pass_rate": {
            "before": float(before.passed.mean()),
            "after": float(after.passed.mean()),
            "difference": asdict(passed),
        },
        "kinds": by_kind,
    }


def _difference(
    before: Floats, after: Floats, rows: Floats, bootstrap: Bootstrap, bounds: tuple[float, float] | None
) -> Interval:
    """Mean of `after` less mean of `before`, each instruction's pair drawn together."""
    sums = bootstrap.per_cluster(np.column_stack([after - before, rows]))
    return bootstrap.interval(sums, mean_of, bounds=bounds)


def _table(name: str, before: Retained, after: Retained) -> pl.DataFrame:
    columns = {
        "system": [name] * len(instructions()),
        "kind": [one.kind for one in instructions()],
        "instruction": [one.ask for one in instructions()],
        "loss_before": before.losses / before.tokens,
        "loss_after": after.losses / after.tokens,
        "passed_before": before.passed,
        "passed_after": after.passed,
    }
    return pl.DataFrame(columns, schema=TABLE)


def _weights(card: Mapping[str, Any]) -> str:
    """Digest of what was trained: equal for two systems that answer with one adapter."""
    trained = {
        name: digest
        for name, digest in card["files"].items()
        if name.endswith((".safetensors", "_config.json"))
    }
    # A retrieving system keeps the rows it remembers as tensors too; they are not part of the model.
    trained.pop("memory.safetensors", None)
    return hashlib.sha256(canonical_json([card["base"], trained]).encode()).hexdigest()


def _of_base(system: LanguageSystem, keep: Path) -> Retained:
    """Figures of a system's base model: those kept, if they are of these weights asked in this way."""
    import torch
    import transformers

    follows = {
        "instructions": instructions_digest(),
        "base": system.base_card["sha256"],
        "precision": system.precision,
        "threads": system.threads,
        "torch": torch.__version__,
        "transformers": transformers.__version__,
    }
    path = keep / f"{hashlib.sha256(canonical_json(follows).encode()).hexdigest()[:32]}.json"
    kept = _read(path)
    if kept is None:
        kept = measure(system.base.fresh_model(system.precision), system.template, system.threads)
        told = {
            "losses": kept.losses.tolist(),
            "tokens": kept.tokens.tolist(),
            "passed": kept.passed.tolist(),
        }
        write_json(path, {**follows, **told})
    return kept


def _read(path: Path) -> Retained | None:
    """What an earlier run kept; None if nothing whole is there."""
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
        figures = Retained(
            np.array(kept["losses"], dtype=np.float64),
            np.array(kept["tokens"], dtype=np.float64),
            np.array(kept["passed"], dtype=bool),
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None
    sizes = {len(figures.losses), len(figures.tokens), len(figures.passed)}
    return figures if sizes == {len(instructions())} and np.isfinite(figures.losses).all() else None
