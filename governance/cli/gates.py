"""The gates of `assay check` as rows, for the commands that show a difference beside them."""

from __future__ import annotations


def judged(before: str, after: str) -> tuple[tuple[str, bool | None, str], ...]:
    """Name, outcome (None: skipped) and message of each gate, which judges the work tree; approvals by the
    policy of `before`, where that is a revision.

    Raises
    ------
    AssayError
        If `after`, the newer version, is not the work tree.
    """
    from datetime import date

    from curate.errors import AssayError
    from curate.project import Project
    from curate.versions.revisions import revision
    from curate.versions.sources import WORK_TREE
    from governance.gate import judge

    if after != WORK_TREE:
        raise AssayError(
            "--gates judges the work tree, and B is another version", fix="leave B out: assay diff A --gates"
        )
    project, rows = Project.find(), []
    for gate in judge(project, date.today(), revision(project.root, before.removesuffix("..."))):
        rows.append((gate.name, None if gate.skipped else gate.passed, gate.message))
    return tuple(rows)
