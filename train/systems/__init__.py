"""The systems under comparison, by name, and the folder each is kept in.

A folder holds the system's own arrays and `model.json`, its card: name, title, family, labels, encoder with
SHA-256, parameters, what the fit chose, the gold version it was fitted on. Nothing in it varies from run to
run (see `train.cost`).
"""

from __future__ import annotations

import json
from importlib import import_module
from pathlib import Path
from typing import Any

from curate.errors import AssayError
from curate.files import replacing_folder, write_json
from curate.text import plain
from train.pretrained import file_sha256
from train.systems.base import Context, Encoded, System

__all__ = [
    "REGISTRY",
    "Context",
    "System",
    "is_fine_tuned",
    "load_system",
    "make_system",
    "read_card",
    "save_system",
]

# name -> module and class; imported when asked for, since the fine-tuned ones import torch
REGISTRY = {
    "majority": ("train.systems.majority", "Majority"),
    "tfidf_lr": ("train.systems.tfidf_lr", "TfidfRegression"),
    "descriptions": ("train.systems.descriptions", "Descriptions"),
    "nearest": ("train.systems.nearest", "Nearest"),
    "probe": ("train.systems.probe", "Probe"),
    "lora": ("train.systems.lora", "Lora"),
    "full": ("train.systems.full", "Full"),
    "unchanged": ("train.systems.unchanged", "Unchanged"),
    "prompt": ("train.systems.language", "ZeroShot"),
    "few_shot": ("train.systems.shots", "FewShot"),
    "retrieved": ("train.systems.shots", "Retrieved"),
    "lm_lora": ("train.systems.adapted", "LanguageLora"),
    "lm_lora_retrieved": ("train.systems.adapted", "RetrievedLora"),
    "lm_dpo": ("train.systems.preferring", "Preferring"),
    "lm_grpo": ("train.systems.rewarded", "Rewarded"),
    "endpoint": ("train.systems.remote", "Remote"),
    "lm_full": ("train.systems.adapted", "LanguageFull"),
    "lora_whole": ("train.systems.whole", "WholeLora"),
    "lm_lora_whole": ("train.systems.whole", "WholeLanguageLora"),
}
# Systems of several networks where they learn in shards; a language model stays one adapter.
SHARDED = {"lora": ("train.systems.sharded", "ShardedLora")}
SCHEMA = "assay.model/1"
_RETRAIN = "assay train   (or: dvc repro train)"


def make_system(name: str, *, sharded: bool = False) -> System:
    """A system that is not fitted yet.

    Parameters
    ----------
    sharded
        Whether `train.shards` asks for shards.

    Raises
    ------
    AssayError
        If there is none of that name, or it needs a package that is not installed.
    """
    if name not in REGISTRY:
        raise AssayError(
            f"there is no system `{name}`; there are {', '.join(REGISTRY)}",
            fix="correct params.train.systems",
        )
    module, class_name = SHARDED.get(name, REGISTRY[name]) if sharded else REGISTRY[name]
    try:
        system: System = getattr(import_module(module), class_name)()
    except ImportError as error:
        raise AssayError(
            f"system `{name}` needs the `train` extra: {error.name} is not installed",
            fix='pip install "assay[train]"',
        ) from error
    return system


def is_fine_tuned(name: str) -> bool:
    """Whether the system `name` is on trial or its control."""
    return make_system(name).fine_tuned


def save_system(system: System, folder: Path, card: dict[str, Any]) -> dict[str, Any]:
    """Write a fitted system and its card, all or nothing; `card` adds to what the system tells itself.
    Returns the card.
    """
    whole = {
        "schema": SCHEMA,
        "name": system.name,
        "title": system.title,
        "family": system.family,
        "labels": list(system.labels),
        "trainable_parameters": system.trainable_parameters,
        "encoder": dict(system.encoder_card) if isinstance(system, Encoded) else None,
        "fitted": system.facts(),
        **system.card(),
        **card,
    }
    with replacing_folder(folder) as fresh:
        system.save(fresh)
        whole["files"] = _digests(fresh)
        write_json(fresh / "model.json", whole)
    return whole


def _digests(folder: Path) -> dict[str, str]:
    """SHA-256 of each file of a model folder but its card, by relative name."""
    return {
        path.relative_to(folder).as_posix(): file_sha256(path)
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path != folder / "model.json"
    }


def read_card(folder: Path, needs: tuple[str, ...] = ("name", "labels")) -> dict[str, Any]:
    """The card of the system in `folder`, which must have the keys `needs`.

    Raises
    ------
    AssayError
        If there is none, it is of another schema, or a key is absent.
    """
    path = folder / "model.json"
    if not path.exists():
        raise AssayError(f"{folder} is not a trained system: it holds no model.json", fix=_RETRAIN)
    try:
        card = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        card = None
    if not isinstance(card, dict) or card.get("schema") != SCHEMA:
        raise AssayError(f"{path} is not JSON of schema {SCHEMA}", fix=_RETRAIN)
    lacking = [key for key in needs if key not in card]
    if lacking:
        raise AssayError(f"{path} does not say its {', '.join(lacking)}", fix=_RETRAIN)
    return card


def load_system(folder: Path) -> System:
    """The fitted system that `save_system` wrote to `folder`.

    Raises
    ------
    AssayError
        If a file is missing, damaged or not the one that was saved, or the encoder's weights are not those it
        was fitted on. All are checked before any is loaded.
    """
    card = read_card(folder, ("name", "labels", "files"))
    if (here := _digests(folder)) != card["files"]:
        named = card["files"] if isinstance(card["files"], dict) else {}
        other = sorted(name for name in {*here, *named} if here.get(name) != named.get(name))
        raise AssayError(
            f"{folder} is not the model that was trained: "
            f"{', '.join(map(plain, other)) or 'its card'} changed",
            fix=_RETRAIN,
        )
    system = make_system(card["name"], sharded="shards" in card)
    system.labels = tuple(card["labels"])
    if isinstance(system, Encoded):
        system.encoder_card = card["encoder"]
    try:
        system.load(folder)
    except AssayError:
        raise
    except Exception as error:  # safetensors, JSON, torch and peft each raise their own for a damaged file
        raise AssayError(f"{folder} cannot be read back: {type(error).__name__}", fix=_RETRAIN) from error
    return system
