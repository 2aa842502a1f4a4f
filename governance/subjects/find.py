"""Who learned from a person: the places of a search, the models that were trained on them, and what was
not looked into.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from curate.project import Project
from curate.seal import key_here
from curate.stage import Progress
from governance.lineage.versions import versions
from governance.subjects.doubts import Doubt, doubts
from governance.subjects.places import Search, search
from governance.subjects.wanted import Wanted, wanted

# What no search of this project can see.
UNSEEN = (
    "a row that speaks of the person without any of the values given; the person under another spelling, "
    "or a name that "
    "is parted by more than one other word",
    "git's history beside raw files and what DVC tracks, clones, backups, and versions that an object store "
    "keeps",
)


@dataclass(frozen=True)
class Found:
    """What is known of a person here.

    Parameters
    ----------
    sought
        What was looked for.
    models
        Systems with the version they learned the person's rows from: `lora@c970cd0f99ee`.
    keyed
        Whether the project's key was here, so that keyed digests were sought too.
    doubts
        Values that are hardly a person's.
    """

    sought: tuple[Wanted, ...]
    search: Search
    models: tuple[str, ...]
    keyed: bool
    doubts: tuple[Doubt, ...] = ()

    @property
    def anything(self) -> bool:
        """Whether the person was found anywhere."""
        return bool(self.search.places)


def find(project: Project, values: Iterable[str], progress: Progress | None = None) -> Found:
    """Look for a person by anything they are known by."""
    key, values = key_here(project), list(values)
    sought = wanted(values, key)
    done = search(project, sought, progress, key=key)
    learned = {place.version for place in done.places if place.version and place.split == "train"}
    models = [
        f"{system}@{version.name}"
        for version in (versions(project) if learned else [])
        if version.name in learned
        for system in version.systems
    ]
    if any(place.kind == "gold" and place.split == "train" for place in done.places):
        # Further seeds under models/seeds/ learned from the same rows.
        folders = [path.parent for path in sorted(project.models.rglob("model.json"))]
        models += [f"{folder.relative_to(project.models).as_posix()}@here" for folder in folders]
    doubted = tuple(doubts(project, values, sought))
    return Found(tuple(sought), done, tuple(dict.fromkeys(models)), key is not None, doubted)
