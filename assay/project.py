"""A project on disk, from Python: run its stages, read what they wrote, ask why and whether it passes."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from curate.files import read_stage_frame
from curate.plain.gold import Gold, open_gold
from curate.project import Project as Folder
from curate.text import plain

if TYPE_CHECKING:
    from curate.task import TaskCard
    from governance.gate import Gate
    from governance.life import Event


class Project:
    """The project that `path` lies in.

    Parameters
    ----------
    path
        Its folder, or one inside it.

    Raises
    ------
    AssayError
        If no folder from there up holds a task card.

    Examples
    --------
    >>> project = Project("my-task")  # doctest: +SKIP
    >>> project.run("ingest")["funnel"]["kept"]  # doctest: +SKIP
    4831
    """

    def __init__(self, path: str | Path = ".") -> None:
        self._folder = Folder.find(Path(path))

    @property
    def root(self) -> Path:
        """Its folder."""
        return self._folder.root

    @property
    def task(self) -> TaskCard:
        """The task card."""
        return self._folder.task

    def run(self, stage: str) -> dict[str, Any]:
        """Run one stage, such as `ingest`, under the project's lock; returns its report."""
        from curate.errors import AssayError
        from curate.files import only_one
        from curate.stages import NAMES
        from curate.stages import stage as stage_named

        if stage not in NAMES:
            raise AssayError(f"{plain(stage, 40)!r} is not a stage", fix=f"choose one of {', '.join(NAMES)}")
        with only_one(self._folder.lock):
            report: dict[str, Any] = stage_named(stage).runner().run(self._folder)
        return report

    def examples(self, stage: str = "ingest") -> pl.DataFrame:
        """The Examples table as `ingest`, `redact`, `dedup` or `validate` left it."""
        return read_stage_frame(self._folder.stage(stage) / "examples.parquet", made_by=stage)

    def findings(self) -> pl.DataFrame:
        """What stage `scan` found: places and entities, no values."""
        return read_stage_frame(self._folder.stage("scan") / "findings.parquet", made_by="scan")

    def gold(self) -> Gold:
        """The published version."""
        return open_gold(self._folder.gold)

    def why(self, row: str) -> list[Event]:
        """Everything that happened to a row, named by its example id or the beginning of one."""
        from governance.life import life, resolve

        return life(self._folder, resolve(self._folder, row))

    def check(self) -> list[Gate]:
        """Every gate of the task card and policy, judged today."""
        from governance.gate import judge

        return judge(self._folder, date.today())

    def __repr__(self) -> str:
        return f"<Project {self.task.name} at {self.root}>"
