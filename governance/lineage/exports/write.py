"""An export by the name of its format, as text."""

from __future__ import annotations

from typing import Literal, get_args

from curate.documents import load_json
from curate.errors import AssayError
from curate.project import Project
from curate.publish.manifest import task_digest
from curate.show.jsontext import json_text
from curate.text import plain
from governance.lineage.exports.version import Version, find_version

Format = Literal["openlineage", "croissant", "cyclonedx"]
FORMATS: tuple[Format, ...] = get_args(Format)


def export(project: Project, name: str, form: Format) -> str:
    """What hangs on `name` in a format.

    Parameters
    ----------
    name
        `gold` (the version here) or another version for `croissant`; a trained system for `cyclonedx`; either
        for `openlineage`, where a system means the version that the model here was trained on.

    Raises
    ------
    AssayError
        If nothing is called so, or the format does not tell of such a thing.
    GateFailed
        If what would be told of was changed since it was written.
    """
    if form == "cyclonedx":
        from governance.lineage.exports.cyclonedx import cyclonedx

        return json_text(cyclonedx(project, name))
    if form == "croissant":
        from governance.lineage.exports.croissant import croissant

        version = find_version(project, name)
        return json_text(croissant(version, project.task, current=_made_by_card(project, version)))
    from governance.lineage.exports.openlineage import as_lines, events

    if (project.models / name / "model.json").is_file():
        return as_lines(events(find_version(project, _trained_on(project, name)), only=name))
    return as_lines(events(find_version(project, name)))


def _made_by_card(project: Project, version: Version) -> bool:
    return bool(version.manifest.get("task_digest") == task_digest(project.task))


def _trained_on(project: Project, system: str) -> str:
    """The version that the model here was trained on."""
    digest = str(load_json(project.models / system / "model.json", needs=("gold",))["gold"])
    if not digest:
        raise AssayError(
            f"models/{plain(system)} does not say on which version it was trained",
            fix="assay train   (or: dvc repro train)",
        )
    return digest
