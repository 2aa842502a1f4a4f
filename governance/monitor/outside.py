"""A look at two files where there is no project: a stand-in for one, gone when the look is over.

A project gives a look its gold, the policy by which texts are masked, the key of personal ids and the records
that say what earlier looks spent. Two files have none of these: texts are masked as a project's are that
changed nothing, ids that look personal get digests of a key that nobody keeps, and nothing is recorded.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from curate.errors import AssayError
from curate.keys import write_key
from curate.project import Project

_CARD = """\
assay: 1
name: two-files
kind: rewriting
behaviour: none; two files are compared
metric: {name: chrf, target: 0.5}
owner: nobody
languages: [en]
sources: {file: {}}
"""


@contextmanager
def project_of(against: Path | None, answers: Path | None) -> Iterator[tuple[Project, bool]]:
    """The project here, and whether it is one; else a stand-in, where `against` names what to compare with.

    Raises
    ------
    AssayError
        If there is no project, and what was asked for needs one.
    """
    try:
        found = Project.find()
    except AssayError:
        found = None
    if found is not None:
        yield found, True
        return
    here = Path.cwd()
    if against is None:
        raise AssayError(
            f"{here} is in no assay project, so there is no gold to compare with",
            fix="assay monitor LIVE --against EARLIER_ROWS_OR_GOLD --input COLUMN   (or cd into a project)",
        )
    if answers is not None:
        raise AssayError(
            f"{here} is in no assay project, and answers are compared with a project's evaluation",
            fix="cd into the project whose model answered, or leave out --answers",
        )
    with TemporaryDirectory(prefix="assay-monitor-") as folder:
        root = Path(folder)
        (root / "task.yaml").write_text(_CARD, encoding="utf-8")
        (root / "params.yaml").write_text("{}\n", encoding="utf-8")
        write_key(root)
        yield Project(root), False
