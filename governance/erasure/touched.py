"""Gold versions that hold a person, and how many rows of each go."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from curate.project import Project
from curate.shards import folder_files, table_files
from curate.splits import SPLITS
from curate.versions.locked import folder_md5
from governance.erasure.params import ErasureParams
from governance.erasure.past import Past, content_digest_of
from governance.erasure.person import rows_of
from governance.erasure.places import Answers


@dataclass(frozen=True)
class Touched:
    """A gold version that holds the person.

    Parameters
    ----------
    stored
        What DVC calls it; empty for a gold folder that no commit names.
    name
        Its short content digest, else DVC's.
    content
        Its content digest.
    files
        Name -> path of each of its files.
    commits
        How many commits name it.
    dropped, mentions
        Rows by split: those that go, and those that stay without the value.
    """

    stored: str
    name: str
    content: str
    files: Mapping[str, Path]
    commits: int
    dropped: Mapping[str, int]
    mentions: Mapping[str, int]

    @property
    def learned(self) -> bool:
        """Whether a system that was trained on it has seen the person."""
        return any(part.get(split) for part in (self.dropped, self.mentions) for split in SPLITS[:2])


def touched(project: Project, past: Past, answers: Answers, params: ErasureParams) -> Iterator[Touched]:
    """Versions of git's history, newest first, then the gold folder here if no commit names it."""
    for stored, (commits, files) in past.gold.items():
        version = _version(stored, commits, files, answers, params)
        if version is not None:
            yield version
    if project.gold.is_dir() and folder_md5(project.gold) not in past.gold:
        version = _version("", 0, folder_files(project.gold), answers, params)
        if version is not None:
            yield version


def _version(
    stored: str, commits: int, files: Mapping[str, Path], answers: Answers, params: ErasureParams
) -> Touched | None:
    if not any(answers.of(path) for path in files.values()):
        return None
    traces = answers.traces
    dropped, mentions = {}, {}
    for split in SPLITS:
        paths = table_files(files, split)
        if not paths:
            continue
        table = pl.scan_parquet(paths, glob=False)
        gone = table.filter(pl.col("example_id").is_in(sorted(traces.rows))).select(pl.len()).collect().item()
        dropped[split] = int(gone)
        if params.mentions == "redact":
            mentions[split] = len(rows_of(table, traces.person).mentions - traces.rows)
    content = content_digest_of(files)
    return Touched(stored, (content or stored)[:12], content, files, commits, dropped, mentions)


def is_here(project: Project, versions: Sequence[Touched]) -> bool:
    """Whether the gold folder of the work tree is one of `versions`."""
    return project.gold.is_dir() and folder_md5(project.gold) in {version.stored for version in versions}
