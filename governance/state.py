"""What is wrong with a working copy as it stands: merge conflicts, data of another commit, stages that are
stale.

`assay status`, `check`, `doctor` and `diff` all ask here, so that none says "ok" of what another refuses.
"""

from __future__ import annotations

from dataclasses import dataclass

from curate.conflicts import conflicts
from curate.errors import AssayError
from curate.project import Project
from curate.provenance import find_stale, locked, read_report, version_of
from curate.seal import key_here
from curate.stages import CURATION, REPORTING
from curate.text import plain
from curate.versions.locked import changed_outputs, gold_fault


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong: its name, what was seen, and the command that fixes it."""

    name: str
    problem: str
    fix: str


def faults(project: Project) -> list[Fault]:
    """What is wrong, the first to fix first: nothing can be said beyond a conflict, nor from data of another
    commit.
    """
    if found := conflict_faults(project):
        return found
    if moved := checkout_faults(project):
        return moved
    return stale_faults(project)


def conflict_faults(project: Project) -> list[Fault]:
    """Files of the project that hold an unresolved merge conflict."""
    return [Fault("merge conflict", error.problem, error.fix) for error in conflicts(project.root)]


def checkout_faults(project: Project) -> list[Fault]:
    """Whether gold is of another commit than `dvc.lock`, as after `git checkout` without `dvc checkout`."""
    try:
        problem = gold_fault(project.root, project.gold)
    except AssayError as error:
        return [Fault("dvc.lock", error.problem, error.fix)]
    if problem is None:
        return []
    return [
        Fault(
            "checkout",
            problem,
            "dvc checkout   (the version of this commit; to keep what stands here: dvc repro)",
        )
    ]


def lock_faults(project: Project) -> list[Fault]:
    """Outputs of any stage that are not those that `dvc.lock` names: one of the two was changed. Where it
    names what gold is made from, it has to name gold.
    """
    curated = any(stage.output and locked(project, stage.output) for stage in CURATION)
    changed = changed_outputs(project.root, (project.gold.name,) if curated else ())
    if not changed:
        return []
    listed = ", ".join(plain(path) for path in changed)
    words = f"{listed} {'is' if len(changed) == 1 else 'are'} not what dvc.lock names"
    fix = "git checkout -- dvc.lock && dvc checkout   (to keep what is here: dvc repro)"
    return [Fault("dvc.lock", words, fix)]


def cache_faults(project: Project) -> list[Fault]:
    """Scan caches that the project's key did not seal as they stand."""
    from curate.pii.scan.cache import changed_caches

    if (key := key_here(project)) is None or not (changed := changed_caches(project.root, key)):
        return []
    words = f"{changed[0].relative_to(project.root)} is not what this project's key sealed: it was changed"
    fix = "rm -r .assay/cache/scan   (the next scan reads every text again)"
    return [Fault("scan cache", words, fix)]


def stale_faults(project: Project) -> list[Fault]:
    """Stages whose output was made from something else than what stands there now, gold included; none where
    no stage has run or the data is not here.
    """
    if not any((project.stage(name) / "report.json").exists() for name in REPORTING):
        return []
    try:
        found = [
            Fault("stale", stale.problem, f"dvc repro   (or by hand, from: assay {stale.stage})")
            for stale in find_stale(project)
        ]
        return found or _stale_gold(project)
    except AssayError as error:
        return [Fault("stale", error.problem, error.fix)]


def _stale_gold(project: Project) -> list[Fault]:
    """Whether gold was published from the stages' outputs as they are now."""
    from curate.publish.gold import load_manifest

    if not (project.gold / "manifest.json").exists():
        return []
    made_from = load_manifest(project.gold).get("made_from", {})
    changed = [name for name in REPORTING if made_from.get(name) != version_of(read_report(project, name))]
    if not changed:
        return []
    folders = ", ".join(f"data/{name}" for name in changed)
    return [
        Fault(
            "stale",
            f"gold/ was published from other data than stands in {folders}",
            "dvc repro   (or: assay publish)",
        )
    ]
