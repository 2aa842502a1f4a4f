"""Where a person stays, whatever an erasure does: told in its plan and its certificate."""

from __future__ import annotations

from curate.project import Project
from curate.text import plural
from curate.versions.revisions import git
from governance.erasure.past import tracked
from governance.erasure.plan import Plan


def unreachable(plan: Plan, project: Project) -> list[tuple[str, str]]:
    """Where the person stays, whatever this erasure does: the place and why."""
    told = list(plan.out_of_reach)
    told += [
        (raw.path, f"raw file to be edited by hand: {raw.why_not}") for raw in plan.raw if raw.edited is None
    ]
    told += [(path, "committed file to be edited by hand") for path in plan.found.by_hand]
    raw = [one.path for one in plan.raw if (project.root / one.path).exists()]
    for path in tracked(project.root, raw):
        commits = len((git(project.root, "log", "--all", "--format=%H", "--", path) or "").split())
        told.append(
            (
                f"git history of {path}",
                f"as it was in {plural(commits, 'commit')}: git filter-repo, in every clone",
            )
        )
    told += [
        (path, f"version {digest[:12]} is neither in DVC's cache nor in a remote, and not looked into")
        for digest, path in sorted(plan.past.absent_raw.items())
    ]
    if plan.absent:
        named = ", ".join(name[:12] for name in plan.absent)
        place = plural(len(plan.absent), "old gold version")
        told.append((place, f"neither in DVC's cache nor in a remote, and not looked into: {named}"))
    if plan.unknown:
        named = ", ".join(name[:12] for name in plan.unknown[:12])
        told.append(
            (
                f"{plural(len(plan.unknown), 'object')} of DVC's cache or remotes",
                "of no version that is known here or can be rewritten, and left: merge or fetch the branch "
                f"that made them, then assay erase --again ({named})",
            )
        )
    told += [(name, "the file could not be read") for name in plan.unread]
    told += [
        ("clones of the repository", "each has a git history and a cache of its own"),
        ("backups and snapshots", "of this machine, of remotes and of the git server"),
    ]
    return told
