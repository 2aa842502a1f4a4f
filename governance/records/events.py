"""Records that stages and stewards leave: a version published, systems trained, the held-out rows looked at,
verdicts on personal data.

Each is written once for what it speaks of: a stage that runs again with the same outcome, in this clone or
another, leaves the tree as it was.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from curate.digests import sha256_of
from curate.project import Project
from curate.suppress import FILE
from governance.records.kinds import (
    Opening,
    Predicate,
    Publication,
    Suppression,
    Training,
    VerdictBatch,
)
from governance.records.statement import Record
from governance.records.store import append, read_journal

SPLITS = ("train", "validation", "test")


def digests_of(project: Project, *paths: Path) -> dict[str, str]:
    """SHA-256 of files by their path in the project."""
    return {path.relative_to(project.root).as_posix(): sha256_of(path) for path in paths}


def gold_digests(project: Project) -> dict[str, str]:
    """SHA-256 of the three splits."""
    return digests_of(project, *(project.gold / f"{split}.parquet" for split in SPLITS))


def model_digests(project: Project) -> dict[str, str]:
    """SHA-256 of every system's card, which names the digest of each of its files."""
    return digests_of(project, *sorted(project.models.glob("*/model.json")))


def published(project: Project) -> Record:
    """A gold version was published."""
    manifest = _manifest(project)
    earlier = read_journal(project.root).of(Publication)
    before = [
        record.predicate.version_digest for _, record in earlier if isinstance(record.predicate, Publication)
    ]
    content = manifest["content_digest"]
    previous = next((one for one in reversed(before) if one != content), None)
    fields = {
        "version_digest": content,
        "rows": {split: int(manifest["splits"][split]["rows"]) for split in SPLITS},
        "previous": previous,
    }
    return _append(project, Publication, gold_digests(project), fields)


def trained(project: Project) -> Record:
    """Systems were trained on the gold version."""
    manifest = _manifest(project)
    systems = [path.parent.name for path in sorted(project.models.glob("*/model.json"))]
    fields = {
        "version_digest": manifest["content_digest"],
        "rows": int(manifest["splits"]["train"]["rows"]),
        "systems": systems,
    }
    subjects = {**digests_of(project, project.gold / "train.parquet"), **model_digests(project)}
    return _append(project, Training, subjects, fields)


def opened(project: Project) -> Record:
    """The held-out rows were looked at."""
    comparison = json.loads((project.reports / "evaluation" / "comparison.json").read_text(encoding="utf-8"))
    fields = {
        "version_digest": _manifest(project)["content_digest"],
        "systems": [path.parent.name for path in sorted(project.models.glob("*/model.json"))],
        "metric": project.task.metric.name,
        "outcome": str(comparison["verdict"]["outcome"]),
    }
    test = digests_of(project, project.gold / "test.parquet")
    return _append(project, Opening, {**test, **model_digests(project)}, fields)


def decided(project: Project, by: str | None = None) -> Record | None:
    """Stewards have given verdicts, or taken over a baseline (`by`, whom git names by default); None where
    there are no decisions.
    """
    from curate.pii.decisions import FOLDER, read_verdicts

    files = [path for path in sorted((project.root / FOLDER).glob("*")) if path.is_file()]
    if not files:
        return None
    verdicts = read_verdicts(project.root)
    last = {(one.value_id, one.entity, one.finding_id): one.verdict for one in verdicts}
    fields = {
        "key_id": project.key.key_id,
        "lines": len(verdicts),
        "values": dict(sorted(Counter(last.values()).items())),
    }
    return append(
        project.root, VerdictBatch, digests_of(project, *files), fields, project=project.task.name, by=by
    )


def suppressed(project: Project, fresh: int, *, by: str, reason: str) -> Record:
    """A person was put on the list of `curate.suppress`, by so many digests that it did not hold before."""
    fields = {"digests": fresh, "key_id": project.key.key_id, "reason": reason}
    subjects = digests_of(project, project.root / FILE)
    return append(project.root, Suppression, subjects, fields, project=project.task.name, by=by)


# Stages that leave a record.
AFTER: dict[str, Callable[[Project], Record]] = {
    "publish": published,
    "train": trained,
    "evaluate": opened,
}


def _manifest(project: Project) -> dict[str, Any]:
    manifest: dict[str, Any] = json.loads((project.gold / "manifest.json").read_text(encoding="utf-8"))
    return manifest


def _append(
    project: Project, kind: type[Predicate], subjects: dict[str, str], fields: dict[str, Any]
) -> Record:
    return append(project.root, kind, subjects, fields, project=project.task.name)
