"""A project on disk: where its files lie, and its card, key and parameters."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from curate.errors import AssayError
from curate.keys import Key, find_key

if TYPE_CHECKING:  # pydantic takes 0.15 s to load, and finding files needs none of it
    from curate.params import Section
    from curate.task import TaskCard


@dataclass(frozen=True)
class Project:
    """A folder with a task card."""

    root: Path

    @classmethod
    def find(cls, start: Path | None = None) -> Project:
        """The project that `start` (default: the working folder) lies in.

        Raises
        ------
        AssayError
            If no folder from there up holds a `task.yaml`.
        """
        here = (start or Path.cwd()).resolve()
        for folder in (here, *here.parents):
            if (folder / "task.yaml").exists():
                return cls(folder)
        raise AssayError(
            f"{here} is in no assay project: no task.yaml here or above",
            fix="assay init DIR --kind KIND --data FILE --input COLUMN --output COLUMN   (or cd into a "
            "project)",
        )

    @cached_property
    def task(self) -> TaskCard:
        """The task card."""
        from curate.task import read_task

        return read_task(self.root)

    @cached_property
    def key(self) -> Key:
        """The secret key; an error if there is none."""
        return find_key(self.root, self.task.demo_key)

    def params(self, section: str, model: type[Section]) -> Section:
        """One section of `params.yaml`."""
        from curate.params import read_section

        return read_section(self.root, section, model)

    def stage(self, name: str) -> Path:
        """The folder of a curation stage's output, `data/<stage>`."""
        return self.root / "data" / name

    @property
    def gold(self) -> Path:
        """The published version."""
        return self.root / "gold"

    @property
    def models(self) -> Path:
        """One folder per trained system."""
        return self.root / "models"

    @property
    def reports(self) -> Path:
        """What a person opens."""
        return self.root / "reports"

    @property
    def lock(self) -> Path:
        """Held by whichever run is writing."""
        return self.root / ".assay" / "lock"
