"""`manifest.json`: what a gold version holds and what it was made with; no times, host facts or absolute
paths. It states the SHA-256 of every other file of the folder, and is sealed with the project's key.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import curate
from curate.project import Project
from curate.provenance import portable, used_params, version_of
from curate.publish.counts import Counts
from curate.publish.digest import document_digest
from curate.splits import SPLITS
from curate.stages import CURATION, REPORTING
from curate.task import Kind, TaskCard

SCHEMA = "assay.manifest/1"
MANIFEST = "manifest.json"
# What the seal of a manifest is a seal of; it covers the digest of every other file of the folder.
SEALED = "gold"

# Libraries whose version can change which rows a version holds or what is in them.
LIBRARIES = ("jsonschema", "pandera", "phonenumbers", "polars", "presidio-analyzer", "tldextract")

# Sources and data files of the curate package that can change results.
_SOURCES = (".py", ".txt", ".json", ".yaml", ".csv", ".tsv")


def effective_params(project: Project) -> dict[str, Any]:
    """Every curation section of `params.yaml` with its defaults, but for what changes speed only."""
    return {stage.name: used_params(project, stage) for stage in CURATION}


def code_digest(package: Path | None = None) -> str:
    """Digest (16 bytes, hex) of the curate package's sources: sorted relative paths and bytes."""
    root = package or Path(curate.__file__).parent
    state = hashlib.blake2b(digest_size=16)
    for path in sorted(
        path
        for path in root.rglob("*")
        if path.suffix in _SOURCES and path.is_file() and "__pycache__" not in path.parts
    ):
        content = path.read_bytes()
        state.update(f"{path.relative_to(root).as_posix()}\x00{len(content)}\x00".encode() + content)
    return state.hexdigest()


def library_versions() -> dict[str, str]:
    """Installed versions of `LIBRARIES`; one that is not installed is left out."""
    versions = {}
    for name in LIBRARIES:
        try:
            versions[name] = version(name)
        except PackageNotFoundError:
            continue
    return versions


def task_digest(task: TaskCard) -> str:
    """Digest of the task card's content. Comments and order of keys do not count, nor does `processing`,
    which is for fact sheets alone.
    """
    return document_digest(task.model_dump(mode="json", exclude={"processing"}))


def card_facts(task: TaskCard) -> dict[str, Any]:
    """The part of the task card that decides what a version holds; names of staff stay out of what is
    published.
    """
    facts = task.model_dump(
        mode="json",
        include={
            "name",
            "kind",
            "labels",
            "output_schema",
            "sections",
            "languages",
            "style",
            "sources",
            "held_out",
        },
    )
    shown: dict[str, Any] = portable(facts)
    return shown


def label_counts(counts: Counts) -> dict[str, dict[str | None, int]]:
    """Rows by label for each split."""
    return {name: counts.of("output", name) for name in SPLITS}


def entity_counts(scan: Mapping[str, Any]) -> dict[str, int]:
    """Findings by entity from the scan's inventory of entity, field and source."""
    counts: dict[str, int] = {}
    for line in scan.get("inventory", []):
        counts[line["entity"]] = counts.get(line["entity"], 0) + int(line["findings"])
    return dict(sorted(counts.items()))


def build_manifest(
    counts: Counts,
    content: Mapping[str, Any],
    task: TaskCard,
    reports: Mapping[str, Mapping[str, Any]],
    params: Mapping[str, Any],
    key_id: str,
) -> dict[str, Any]:
    """The manifest of a version.

    Parameters
    ----------
    counts
        Of the published rows.
    content
        From `curate.publish.digest.content_of`.
    task
        The task card.
    reports
        `report.json` by stage.
    params
        From `effective_params`.
    key_id
        Public name of the key that keyed digests were made with.
    """
    scan, redact = reports["scan"], reports["redact"]
    return {
        "schema": SCHEMA,
        "kind": str(task.kind),
        "task": card_facts(task),
        **content,
        "rows": sum(part["rows"] for part in content["splits"].values()),
        "labels": label_counts(counts) if task.kind is Kind.CLASSIFICATION else {},
        "funnel": [
            {"stage": stage, **reports[stage]["funnel"]} for stage in REPORTING if "funnel" in reports[stage]
        ],
        "held_out": {**content["splits"]["test"], "external": task.held_out is not None},
        "params": dict(params),
        "params_digest": document_digest(params),
        "task_digest": task_digest(task),
        "made_from": {stage: version_of(reports[stage]) for stage in REPORTING},
        "code": {"assay": curate.__version__, "curate_digest": code_digest()},
        "versions": library_versions(),
        "detectors": scan.get("detectors", {}),
        "key_id": key_id,
        "redaction": {"scope": redact.get("scope"), "actions": redact.get("actions", [])},
        "pii": {"entities": entity_counts(scan), "inventory": scan.get("inventory", [])},
        "warnings": dict(reports["validate"].get("warnings", {})),
    }
