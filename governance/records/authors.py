"""Who wrote a change: git's authors of the commits that change something beside the records in `records/`.

A commit of records alone is how an approval reaches the repository, so it makes nobody an author. Nor does a
merge that git would make again by itself; one that differs from that (a conflict resolved, or a file changed
under cover of the merge) counts for whoever made it.

Addresses are what commits say of themselves, which git does not check. Costs a process for each commit looked
at, and a commit is looked at only while somebody who is asked about may have written it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from curate.versions.revisions import Revision, git
from governance.records.store import is_record_path


@dataclass(frozen=True)
class Commit:
    """A commit: its id, its parents, and whom it names, in lower case."""

    id: str
    parents: tuple[str, ...]
    author: str
    committer: str

    @property
    def people(self) -> tuple[str, ...]:
        """Whom it counts for: the author; of a merge also who made it."""
        return (self.author, self.committer) if len(self.parents) > 1 else (self.author,)


def authors(root: Path, base: Revision | None, asked: Collection[str]) -> Mapping[str, str]:
    """The newest commit by which each of `asked` (addresses, in lower case) is an author of the change, for
    those who are. The change is what came since `base`; without one the last commit that changed something.
    """
    if not asked:
        return {}
    found: dict[str, str] = {}
    for commit in _commits(root, base):
        concerned = [who for who in commit.people if who in asked and who not in found]
        if (concerned or base is None) and _changes_something(root, commit):
            found |= dict.fromkeys(concerned, commit.id)
            if base is None:
                break
    return found


def _commits(root: Path, base: Revision | None) -> Iterator[Commit]:
    """Newest first. Fields end in NUL, which no address and no id can hold."""
    span = f"{base.commit}..HEAD" if base else "HEAD"
    told = git(root, "log", "-z", "--no-show-signature", "--format=tformat:%H%x00%P%x00%ae%x00%ce", span)
    fields = (told or "").split("\0")
    for at in range(0, len(fields) - 3, 4):
        commit, parents, author, committer = (one.strip() for one in fields[at : at + 4])
        yield Commit(commit, tuple(parents.split()), author.casefold(), committer.casefold())


def _changes_something(root: Path, commit: Commit) -> bool:
    """Whether a commit changes a file that is not a record; what cannot be told counts as a change."""
    if len(commit.parents) > 2:
        return True  # git merges only two sides again
    told = git(
        root,
        "-c",
        "log.showRoot=true",
        "show",
        # What git would have merged by itself, against what the merge holds.
        *(["--remerge-diff"] if len(commit.parents) > 1 else []),
        # A file that is moved into records/ is also one that is gone elsewhere.
        *("--format=", "--name-only", "-z", "--no-renames", "--no-relative", "--no-show-signature"),
        *("--ignore-submodules=none", "--no-notes"),
        commit.id,
    )
    prefix = git(root, "rev-parse", "--show-prefix")
    if told is None or prefix is None:
        return True
    home = prefix.removesuffix("\n")
    names = [name for name in told.split("\0") if name.strip("\n")]
    return not all(name.startswith(home) and is_record_path(name.removeprefix(home)) for name in names)
