"""A model's bill of materials in CycloneDX 1.6 (ML-BOM): base model, adapter, data set, libraries, licences.

Written here: `cyclonedx-python-lib` 11.12 has neither the model card nor the data of a component (both are
marked as to do in its `component.py`), which make a bill of materials one of a model; and it stamps every
document with a clock and a random serial number. Its strict schema check judges these documents in the tests.

https://cyclonedx.org/docs/1.6/json/
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path
from typing import Any
from urllib.parse import quote

import curate
from curate.digests import sha256_of
from curate.documents import load_json
from curate.errors import AssayError, GateFailed
from curate.project import Project
from curate.publish.gold import load_manifest
from curate.publish.licences import spdx_licence
from curate.seal import key_here
from curate.sealed_folder import folder_problem
from curate.task import BLANK, TaskCard
from curate.text import plain, plural
from train.export.card import base_of, licence_of, slug

_SERIALS = uuid.uuid5(uuid.NAMESPACE_URL, "urn:assay:bom")
# Rows of metrics that are not intervals stay out.
_INTERVAL = frozenset({"point", "low", "high"})


def cyclonedx(project: Project, name: str) -> dict[str, Any]:
    """The bill of materials of system `name` under `models/`.

    Raises
    ------
    AssayError
        If there is no such system.
    GateFailed
        If a model or the evaluation was changed since it was written.
    """
    folder = project.models / name
    if not re.fullmatch(r"[\w-]+", name) or not (folder / "model.json").is_file():
        here = ", ".join(sorted(path.parent.name for path in project.models.glob("*/model.json"))) or "none"
        raise AssayError(
            f"a bill of materials is of a trained system, and {plain(name)} is none; here: {here}",
            fix="assay lineage SYSTEM --format cyclonedx   (an old model: train it again)",
        )
    key = key_here(project)
    if words := folder_problem(project.models, key, "models"):
        raise GateFailed(words, fix="assay train   (or: dvc repro train)")
    card = load_json(folder / "model.json", needs=("name", "gold", "rows", "versions"))
    comparison = _comparison(project)
    files = {path.name: sha256_of(path) for path in sorted(folder.iterdir()) if path.is_file()}
    return bill(card, files, project.task, _manifest(project), comparison)


def bill(
    card: Mapping[str, Any],
    files: Mapping[str, str],
    task: TaskCard,
    manifest: Mapping[str, Any] | None,
    comparison: Mapping[str, Any] | None,
) -> dict[str, Any]:
    """The document.

    Parameters
    ----------
    card
        The system's `model.json`.
    files
        SHA-256 of its files by name.
    manifest
        Of the gold version here; None where there is none. Of another version than the model's only the
        digest is told.
    comparison
        The evaluation, likewise.
    """
    if manifest is not None and manifest["content_digest"] != card["gold"]:
        manifest = None
    if comparison is not None and comparison["gold"] != card["gold"]:
        comparison = None
    model_ref, dataset_ref = f"model:{card['name']}", f"dataset:{card['gold']}"
    base = base_of(card)
    parts = [_dataset(dataset_ref, card, task, manifest)]
    if base.get("sha256"):
        parts.append(_base(base))
    parts += [_library(*one) for one in sorted(card["versions"].items())]
    refs = sorted(part["bom-ref"] for part in parts)
    model = {
        "type": "machine-learning-model",
        "bom-ref": model_ref,
        "name": f"{slug(task.name)}-{str(card['name']).replace('_', '-')}",
        "version": str(card["gold"])[:12],
        "description": plain(str(card.get("title", card["name"])), 500),
        "modelCard": _model_card(card, task, dataset_ref, comparison),
        "components": [
            {"type": "file", "bom-ref": f"{model_ref}/{file}", "name": file, "hashes": [_sha256(digest)]}
            for file, digest in sorted(files.items())
        ],
        "properties": _properties(card),
    }
    tool = {"type": "application", "name": "assay", "version": curate.__version__}
    body = {
        "metadata": {"component": model, "tools": {"components": [tool]}},
        "components": sorted(parts, key=lambda part: str(part["bom-ref"])),
        "dependencies": [{"ref": model_ref, "dependsOn": refs}, *({"ref": ref} for ref in refs)],
    }
    serial = uuid.uuid5(_SERIALS, "/".join([slug(task.name), model_ref, *sorted(files.values())]))
    head = {"$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json", "bomFormat": "CycloneDX"}
    return {**head, "specVersion": "1.6", "serialNumber": f"urn:uuid:{serial}", "version": 1, **body}


def _dataset(
    ref: str, card: Mapping[str, Any], task: TaskCard, manifest: Mapping[str, Any] | None
) -> dict[str, Any]:
    """The gold version; its content digest is of the rows, not of a file, and so is a property."""
    data: dict[str, Any] = {"type": "dataset", "name": slug(task.name)}
    properties = {"assay:content_digest": card["gold"], "assay:training_rows": card["rows"]["train"]}
    if manifest is not None:
        data["contents"] = {
            "properties": [
                _property(f"assay:rows:{name}", split["rows"])
                for name, split in sorted(manifest["splits"].items())
            ]
        }
        data["sensitiveData"] = [
            f"{line['entity']}: {plural(line['findings'], 'finding')}, {line['action']}"
            for line in manifest["redaction"]["actions"]
        ]
    return {
        "type": "data",
        "bom-ref": ref,
        "name": slug(task.name),
        "version": str(card["gold"])[:12],
        "licenses": _licences(task),
        "data": [data],
        "properties": [_property(name, value) for name, value in sorted(properties.items())],
    }


def _licences(task: TaskCard) -> list[dict[str, Any]]:
    stated = sorted({source.licence for source in task.sources.values() if source.licence != BLANK})
    return [_licence(name) for name in stated]


def _licence(name: str) -> dict[str, Any]:
    known = spdx_licence(name)
    return {"license": {"id": known} if known else {"name": plain(name, 200)}}


def _base(base: Mapping[str, Any]) -> dict[str, Any]:
    """The base model with the digest of its weights; of a folder its last name, since a path is of a
    machine.
    """
    name = str(base["name"])
    hub = bool(re.fullmatch(r"[\w.-]+/[\w.-]+", name)) and not Path(name).exists()
    licence = licence_of(base)
    return {
        "type": "machine-learning-model",
        "bom-ref": f"base:{base['sha256']}",
        "name": name if hub else Path(name).name,
        "hashes": [_sha256(str(base["sha256"]))],
        **({"licenses": [_licence(licence)]} if licence else {}),
        **({"purl": f"pkg:huggingface/{name}"} if hub else {}),
    }


def _library(name: str, version: str) -> dict[str, Any]:
    """A library; its licence where the very version is installed and states one as SPDX writes it."""
    purl = f"pkg:pypi/{name.lower()}@{quote(version, safe='.')}"
    licence = _stated(name, version)
    return {
        "type": "library",
        "bom-ref": purl,
        "name": name,
        "version": version,
        "purl": purl,
        **({"licenses": [{"expression": licence}]} if licence else {}),
    }


def _stated(name: str, version: str) -> str:
    try:
        installed = metadata(name)
    except PackageNotFoundError:
        return ""
    if installed["Version"] != version or "License-Expression" not in installed:
        return ""
    return str(installed["License-Expression"])


def _model_card(
    card: Mapping[str, Any], task: TaskCard, dataset_ref: str, comparison: Mapping[str, Any] | None
) -> dict[str, Any]:
    labels = bool(card.get("labels"))
    parameters = {
        "approach": {"type": "supervised"},
        "task": "text-classification" if labels else "text-generation",
        "datasets": [{"ref": dataset_ref}],
        "inputs": [{"format": "text"}],
        "outputs": [{"format": "label" if labels else "text"}],
    }
    found: dict[str, Any] = {"modelParameters": parameters}
    if metrics := _metrics(card, comparison):
        found["quantitativeAnalysis"] = {"performanceMetrics": metrics}
    found["considerations"] = {
        "useCases": [plain(task.behaviour, 2000)],
        "technicalLimitations": [
            "It learned a behaviour on these rows, not facts: it may repeat what it has read."
        ],
    }
    return found


def _metrics(card: Mapping[str, Any], comparison: Mapping[str, Any] | None) -> list[dict[str, Any]]:
    """Figures on the held-out rows, with their intervals."""
    systems = comparison["systems"] if comparison else []
    judged: Mapping[str, Any] = next((one for one in systems if one["name"] == card["name"]), {})
    return [
        {
            "type": name,
            "value": f"{value['point']:.6f}",
            "slice": "test",
            "confidenceInterval": {
                "lowerBound": f"{value['low']:.6f}",
                "upperBound": f"{value['high']:.6f}",
            },
        }
        for name, value in sorted(judged.items())
        if isinstance(value, Mapping) and value.keys() >= _INTERVAL
    ]


def _properties(card: Mapping[str, Any]) -> list[dict[str, str]]:
    """How it was trained, by name."""
    said = {
        "assay:gold": card["gold"],
        "assay:rows:train": card["rows"]["train"],
        "assay:rows:validation": card["rows"]["validation"],
        "assay:seed": card.get("seed"),
        "assay:trainable_parameters": card.get("trainable_parameters"),
        **{
            f"assay:hyperparameter:{name}": value
            for name, value in (card.get("hyperparameters") or {}).items()
        },
    }
    return [_property(name, value) for name, value in sorted(said.items()) if value is not None]


def _property(name: str, value: Any) -> dict[str, str]:
    return {"name": name, "value": plain(str(value), 500)}


def _sha256(digest: str) -> dict[str, str]:
    return {"alg": "SHA-256", "content": digest}


def _manifest(project: Project) -> dict[str, Any] | None:
    return load_manifest(project.gold) if (project.gold / "manifest.json").exists() else None


def _comparison(project: Project) -> dict[str, Any] | None:
    """The evaluation, if it is as it was written."""
    path = project.reports / "evaluation" / "comparison.json"
    if not path.exists():
        return None
    if words := folder_problem(path.parent, key_here(project), "evaluation"):
        raise GateFailed(f"{words}: its figures are not put into a bill of materials", fix="assay evaluate")
    return load_json(path, needs=("gold", "systems"))
