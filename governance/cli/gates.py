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
    import textwrap
    from datetime import date

    from curate.errors import AssayError
    from curate.project import Project
    from curate.show.terminal import CELL
    from curate.versions.revisions import revision
    from curate.versions.sources import WORK_TREE
    from governance.gate import judge

    if after != WORK_TREE:
        raise AssayError(
            "--gates judges the work tree, and B is another version", fix="leave B out: assay diff A --gates"
        )
    project, rows = Project.find(), []
    for gate in judge(project, date.today(), revision(project.root, before.removesuffix("..."))):
        # A table's cell would cut a longer message within a word.
        message = textwrap.shorten(gate.message, CELL - 1, placeholder=" (and more: assay check)")
        rows.append((gate.name, None if gate.skipped else gate.passed, message))
    return tuple(rows)
