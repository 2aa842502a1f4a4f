"""The steps of an erasure, each of which may be done twice: what is gone stays gone, what is there stays.

Twins come before anything is removed, so that at no time a version is neither here nor there. The order is
that of `STEPS`; `run` writes down each that is behind it.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable
from pathlib import Path

from curate.errors import AssayError, GateFailed
from curate.files import replacing_file, replacing_folder
from curate.project import Project
from curate.versions.twins import FOLDER as ERASURES
from governance.erasure.caches import remove_caches
from governance.erasure.certificate import certify
from governance.erasure.everywhere import all_erasures, erasures_elsewhere
from governance.erasure.folders import push_objects, put
from governance.erasure.journal import Journal, decipher, finish, ready
from governance.erasure.objects import NotAllRemoved, remove_objects
from governance.erasure.plan import FOLDER
from governance.erasure.stores import Store, dvc_held, open_stores
from governance.erasure.where import Where
from governance.lineage.history import stored_files
from governance.subjects import index
from train.shards import forget

Step = Callable[[Project, Journal], None]
_AGAIN = "assay erase --resume"


def twins(project: Project, journal: Journal) -> None:
    """Put the twins into DVC's cache, its default remote, and each other that has what they stand for; raw
    data that DVC keeps into its cache and the remotes that had it.
    """
    for stored, twin in journal.twins.items():
        made = put(project.root, ready(project.root) / "twins" / stored)
        if made != twin["twin"]:
            raise AssayError(
                f"the twin of {stored[:12]} is not what was planned", fix=f"rm -r {FOLDER}; begin again"
            )
    for name, _, fresh in journal.tracked:
        if put(project.root, ready(project.root) / name) != fresh:
            raise AssayError("raw data is not what was planned", fix=f"rm -r {FOLDER}; begin again")
    for remote, wanted in _wanted(project.root, journal).items():
        push_objects(project.root, wanted, [remote])


def _wanted(root: Path, journal: Journal) -> dict[str, list[str]]:
    """Which remotes are to have which new objects. The default one has all twins: another clone may have
    taken the old versions out of it already. Raw data goes only where it was: a remote may not be for it.
    """
    # Twins of earlier erasures for remotes that were away then.
    erasures = all_erasures(root, erasures_elsewhere(root))
    earlier = [
        (stored, end)
        for stored in erasures.twins
        for end in erasures.ends(stored)
        if end not in journal.twins and stored_files(root, end, twin=False) is not None
    ]
    with open_stores(root) as stores:
        default = stores.repo.config["core"].get("remote")
        found = {}
        for store in stores.remotes:
            name = store.place.removeprefix("remote ")
            found[name] = [
                twin["twin"]
                for stored, twin in journal.twins.items()
                if name == default or _has(store, stored)
            ]
            found[name] += [end for stored, end in earlier if _has(store, stored)]
            found[name] += [fresh for _, old, fresh in journal.tracked if _has(store, old)]
    return {remote: wanted for remote, wanted in found.items() if wanted}


def _has(store: Store, digest: str) -> bool:
    return any(store.fs.exists(path) for path in store.paths(digest))


def mapped(project: Project, journal: Journal) -> None:
    """Say which version stands for which: from here on readers follow."""
    for path in sorted((ready(project.root) / "adopted").glob("*.json")):
        (project.root / ERASURES).mkdir(parents=True, exist_ok=True)
        _placed(path, project.root / ERASURES / path.name)
    if not journal.erasure:
        return
    _placed(ready(project.root) / "erasure.json", project.root / ERASURES / f"{journal.erasure}.json")


def placed(project: Project, journal: Journal) -> None:
    """Gold, dvc.lock, split.lock, verdicts, raw files and `.dvc` files take their new form."""
    with dvc_held(project.root):
        for name, target in journal.replace:
            source, place = ready(project.root) / name, project.root / target
            if source.is_dir():
                with replacing_folder(place) as fresh:
                    shutil.copytree(source, fresh, dirs_exist_ok=True)
            else:
                _placed(source, place)


def _placed(source: Path, place: Path) -> None:
    mode = place.stat().st_mode if place.exists() else None
    with replacing_file(place) as fresh:
        shutil.copyfile(source, fresh)
    if mode is not None:
        place.chmod(mode | 0o200)


def suppressed(project: Project, journal: Journal) -> None:
    """Have the person refused when they come again."""
    from governance.erasure.suppression import suppress

    suppress(project, decipher(journal.sealed, project.key), journal)


def cleared(project: Project, journal: Journal) -> None:
    """Remove what the tool wrote into the work tree, what training left beside its models, and caches."""
    with dvc_held(project.root):
        forget(project, decipher(journal.rows, project.key))
        index.forget(project.root, journal.objects)
        _note(journal, remove_caches(project.root))
        for place in [*(project.root / name for name in journal.remove), *map(Path, journal.outside)]:
            if place.is_dir() and not place.is_symlink():
                shutil.rmtree(place)
            else:
                place.unlink(missing_ok=True)


def removed(project: Project, journal: Journal) -> None:
    """Remove objects from DVC's cache, run cache and remotes, and experiments from git."""
    try:
        done = remove_objects(project.root, journal.objects)
    except NotAllRemoved as error:
        _note(journal, error.done.removed)
        journal.write(project.root)
        raise AssayError(error.problem, fix=f"when it answers again: {_AGAIN}") from error
    _note(journal, done.removed)
    known = {place for place, _ in journal.unreachable}
    lost = [(place, why) for place, why in done.unreachable if place not in known]
    if lost:
        place, why = lost[0]
        raise AssayError(
            f"{place} was reached when the erasure was planned and is not now: {why}",
            fix=f"when it answers again: {_AGAIN}   (or take it out of .dvc/config)",
        )


def _note(journal: Journal, found: Iterable[Where]) -> None:
    known = {tuple(one) for one in journal.removed}
    for where in found:
        line = (where.place, where.oid, where.path)
        if line not in known:
            journal.removed.append(list(line))
    journal.removed.sort()


def proven(project: Project, journal: Journal) -> None:
    """Look at every byte that the tool wrote: nothing of the person is left. What is found in remotes alone,
    in objects that commits here name, is removed and looked for again.
    """
    from governance.erasure.proof import prove

    sought = [*decipher(journal.sealed, project.key), *decipher(journal.texts, project.key)]
    left = prove(project, sought, journal)
    if left.remote:
        journal.objects = sorted({*journal.objects, *left.remote})
        removed(project, journal)
        left = prove(project, sought, journal)
    if left.ours:
        place, path, _ = left.ours[0]
        more = f" (and {len(left.ours) - 1} more)" if len(left.ours) > 1 else ""
        journal.failed = True
        journal.write(project.root)
        raise GateFailed(
            f"the person still stands in {place} {path}{more}",
            fix=f"see what wrote it there and stop it; then: {_AGAIN}   (cleans it too)",
        )
    journal.hits = [list(one) for one in left.others]


STEPS: dict[str, Step] = {
    "twins": twins,
    "map": mapped,
    "placed": placed,
    "suppressed": suppressed,
    "cleared": cleared,
    "removed": removed,
    "proven": proven,
    "certified": certify,
}


def run(project: Project, journal: Journal, tell: Callable[[str], None] = lambda step: None) -> Journal:
    """Do what is not done yet; at the end the journal is gone and the record is there."""
    for name, step in STEPS.items():
        if name in journal.done:
            continue
        tell(name)
        step(project, journal)
        journal.done.append(name)
        journal.write(project.root)
    finish(project.root)
    return journal
