"""Which raw files gave the `data/ingest` that stands there, and whether they were edited since.

Their digests follow the order of the rows, and the stage's output must not; so they are kept beside the
project in `.assay/raw.json`, by the version of `data/ingest` that they gave. In a clone that never ran
`ingest`, `dvc.lock` says what DVC read.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from curate.files import write_json
from curate.ingest.columns import shown_path
from curate.ingest.params import IngestParams
from curate.outside import inside
from curate.project import Project
from curate.provenance import file_digest, short_digest, version_of
from curate.read.address import is_remote
from curate.read.shards import files_of

RAW_FILE = ".assay/raw.json"
# Versions of `data/ingest` whose raw files are remembered: enough for the branches somebody switches between.
REMEMBERED = 50


def raw_paths(project: Project) -> dict[str, Path]:
    """The raw files, folders and globs that `ingest` reads, by the path in `params.yaml` or `task.yaml`; what
    lies on a hub or at an address is left out.
    """
    named = [file.path for file in project.params("ingest", IngestParams).raw_files()]
    if project.task.held_out is not None:
        named.append(project.task.held_out.path)
    return {
        name: inside(project.root, name, by="a path of params.yaml or task.yaml")
        for name in named
        if not is_remote(name)
    }


def _raw_digest(path: Path) -> str:
    if path.is_file():
        return file_digest(path)
    return short_digest({name: file_digest(file) for name, file in files_of(path).items()})


def remember(project: Project, report: Mapping[str, Any]) -> None:
    """Note which raw files gave the `data/ingest` of this report."""
    path = project.root / RAW_FILE
    known = _remembered(path)
    known.pop(version_of(report), None)
    known[version_of(report)] = {
        short_digest(name): _raw_digest(file) for name, file in raw_paths(project).items() if files_of(file)
    }
    write_json(path, {"versions": [[name, files] for name, files in list(known.items())[-REMEMBERED:]]})


def _remembered(path: Path) -> dict[str, dict[str, str]]:
    try:
        return dict(json.loads(path.read_text(encoding="utf-8"))["versions"])
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return {}


def edited(project: Project, report: Mapping[str, Any]) -> list[str]:
    """Raw files that are not those the report's `data/ingest` was made from; one that is absent is not
    judged, nor one of which nothing is known (`ingest` ran on another machine, without DVC).
    """
    known = _remembered(project.root / RAW_FILE).get(version_of(report))
    paths = {name: path for name, path in raw_paths(project).items() if files_of(path)}
    if known is None:
        from curate.versions.locked import changed_since_lock

        return [
            shown_path(name)
            for name in changed_since_lock(project.root, "ingest", project.stage("ingest"), paths)
        ]
    return [
        shown_path(name) for name, path in paths.items() if known.get(short_digest(name)) != _raw_digest(path)
    ]
