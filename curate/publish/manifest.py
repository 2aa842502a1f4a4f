"""`manifest.json`: what a gold version holds and what it was made with; no times, host facts or absolute
paths.
"""

from __future__ import annotations

import hashlib
import importlib
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any

import polars as pl

import curate
from curate.params import Params
from curate.project import Project
from curate.publish.digest import SPLITS, document_digest
from curate.publish.upstream import REPORTING
from curate.task import Kind, TaskCard

SCHEMA = "assay.manifest/1"

# Libraries whose version can change which rows a version holds or what is in them.
LIBRARIES = ("jsonschema", "pandera", "phonenumbers", "polars", "presidio-analyzer", "tldextract")

# section of params.yaml -> module and model that read it
SECTIONS = {
    "ingest": ("curate.ingest.params", "IngestParams"),
    "scan": ("curate.pii.detect.params", "ScanParams"),
    "redact": ("curate.pii.redact.stage", "RedactParams"),
    "dedup": ("curate.dedup.params", "DedupParams"),
    "validate": ("curate.validate.params", "ValidateParams"),
    "split": ("curate.split.params", "SplitParams"),
}

# Sources and data files of the curate package that can change results.
_SOURCES = (".py", ".txt", ".json", ".yaml", ".csv", ".tsv")


def effective_params(project: Project) -> dict[str, Any]:
    """Every curation section of `params.yaml` with its defaults filled in."""
    sections: dict[str, Any] = {}
    for name, (module, model) in SECTIONS.items():
        kind: type[Params] = getattr(importlib.import_module(module), model)
        sections[name] = _portable(project.params(name, kind).model_dump(mode="json"))
    return sections


def _portable(value: Any) -> Any:
    """`value` with absolute paths cut to their last part: where a file lies on one machine is no part of a
    version.
    """
    if isinstance(value, Mapping):
        return {name: _portable(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [_portable(part) for part in value]
    if isinstance(value, str) and (
        PurePosixPath(value).is_absolute() or PureWindowsPath(value).is_absolute() or value.startswith("~")
    ):
        return PureWindowsPath(value).name if "\\" in value else PurePosixPath(value).name
    return value


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
    found = {}
    for name in LIBRARIES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def task_digest(task: TaskCard) -> str:
    """Digest of the task card's content: comments and order of keys do not count."""
    return document_digest(task.model_dump(mode="json"))


def card_facts(task: TaskCard) -> dict[str, Any]:
    """The part of the task card that decides what a version holds; names of staff stay out of what is
    published.
    """
    facts = task.model_dump(
        mode="json",
        include={"name", "kind", "labels", "output_schema", "sections", "languages", "sources", "held_out"},
    )
    portable: dict[str, Any] = _portable(facts)
    return portable


def label_counts(splits: Mapping[str, pl.DataFrame]) -> dict[str, dict[str, int]]:
    """Rows by label for each split."""
    return {name: dict(splits[name].group_by("output").len().sort("output").iter_rows()) for name in SPLITS}


def file_digests(folder: Path) -> dict[str, str]:
    """BLAKE2b digest (32 bytes, hex) of each Parquet file in `folder` by name: whether a version is as
    published, without reading rows.
    """
    digests = {}
    for path in sorted(folder.glob("*.parquet")):
        with path.open("rb") as file:
            digests[path.name] = hashlib.file_digest(
                file, lambda: hashlib.blake2b(digest_size=32)
            ).hexdigest()
    return digests


def entity_counts(scan: Mapping[str, Any]) -> dict[str, int]:
    """Findings by entity from the scan's inventory of entity, field and source."""
    counts: dict[str, int] = {}
    for line in scan.get("inventory", []):
        counts[line["entity"]] = counts.get(line["entity"], 0) + int(line["findings"])
    return dict(sorted(counts.items()))


def build_manifest(
    splits: Mapping[str, pl.DataFrame],
    content: Mapping[str, Any],
    task: TaskCard,
    reports: Mapping[str, Mapping[str, Any]],
    params: Mapping[str, Any],
    key_id: str,
) -> dict[str, Any]:
    """The manifest of a version.

    Parameters
    ----------
    splits
        Published rows by split, schema `PUBLISHED`.
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
        "labels": label_counts(splits) if task.kind is Kind.CLASSIFICATION else {},
        "funnel": [
            {"stage": stage, **reports[stage]["funnel"]} for stage in REPORTING if "funnel" in reports[stage]
        ],
        "held_out": {**content["splits"]["test"], "external": task.held_out is not None},
        "params": dict(params),
        "params_digest": document_digest(params),
        "task_digest": task_digest(task),
        "code": {"assay": curate.__version__, "curate_digest": code_digest()},
        "versions": library_versions(),
        "detectors": scan.get("detectors", {}),
        "key_id": key_id,
        "redaction": {"scope": redact.get("scope"), "actions": redact.get("actions", [])},
        "pii": {"entities": entity_counts(scan), "inventory": scan.get("inventory", [])},
        "warnings": dict(reports["validate"].get("warnings", {})),
    }
