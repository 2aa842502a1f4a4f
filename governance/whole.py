"""Is what lies here what was made? Gold, models, the evaluation, the split and the journal, file by file."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from curate.errors import AssayError
from curate.project import Project
from curate.seal import key_here


@dataclass(frozen=True)
class Part:
    """A part of a project: what it is, whether it is whole, the first file that differs in words, and the
    fix.
    """

    name: str
    whole: bool
    words: str
    fix: str = ""


def verify_parts(project: Project, names: tuple[str, ...]) -> list[Part]:
    """Look at the parts that `names` lists (`gold`, `models`, `records`); all of them if it is empty."""
    return [part for name in names or tuple(PARTS) for part in PARTS[name](project)]


def _gold(project: Project) -> Iterator[Part]:
    from curate.publish.gold import verify_gold
    from curate.split.lock import read_lock
    from governance.state import checkout_faults

    if faults := checkout_faults(project):
        yield Part("gold", False, faults[0].problem, faults[0].fix)
        return
    try:
        gold = verify_gold(project.gold, key_here(project))
    except AssayError as error:
        yield Part("gold", False, error.problem, error.fix)
        return
    files = len(gold.manifest["files"])
    yield Part(
        "gold", True, f"version {gold.manifest['version']}: its {files} files are those of the manifest"
    )
    try:
        read_lock(project.root)
    except AssayError as error:
        yield Part("split.lock", False, error.problem, error.fix)
    else:
        yield Part("split.lock", True, "sound")


def _models(project: Project) -> Iterator[Part]:
    from curate.sealed_folder import folder_problem

    key = key_here(project)
    for name, folder, kind in (
        ("models", project.models, "models"),
        ("evaluation", project.reports / "evaluation", "evaluation"),
    ):
        if not folder.exists():
            yield Part(name, False, f"{folder.name}/ is not here", "dvc checkout   (or: dvc repro)")
        elif words := folder_problem(folder, key, kind):
            yield Part(name, False, words, f"dvc checkout --force {folder.relative_to(project.root)}")
        else:
            yield Part(
                name, True, "every file is the one that was sealed" if key else "every file is the one named"
            )
    if project.models.exists():
        yield from _chain(project)


def _chain(project: Project) -> Iterator[Part]:
    """What models were made from: base, gold, params, adapter, link by link."""
    from train.chain import LINKS, bases_not_here, broken_links, chains

    links = " -> ".join(LINKS)
    if not (found := chains(project)):
        yield Part("chain", True, f"no chain {links} is sealed: an older assay trained; dvc repro writes one")
        return
    broken = list(broken_links(project))
    for name, words in broken:
        yield Part("chain", False, f"{name}: {words}", "dvc repro   (or take back what differs)")
    if not broken:
        absent = bases_not_here(project)
        beside = f"; not here to compare: {', '.join(absent)}" if absent else ""
        yield Part("chain", True, f"{links} of {', '.join(found)}: each link is what lies here{beside}")


def _records(project: Project) -> Iterator[Part]:
    from governance.records.ledger import verify

    found = verify(project.root, project=project.task.name)
    if found.sound:
        yield Part("records", True, f"{found.records} records, none damaged, missing or forged")
    for fault in found.faults:
        yield Part("records", False, f"records/{fault.path} {fault.what}", "assay ledger verify")


PARTS: dict[str, Callable[[Project], Iterator[Part]]] = {
    "gold": _gold,
    "models": _models,
    "records": _records,
}
