"""Make ready all that takes the place of what holds a person, before anything is changed: twins, raw files
and the `.dvc` files that name them, locks, verdicts; then write
the plan down. A run that is killed before that has changed nothing.
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from curate.errors import AssayError
from curate.files import dump_json, write_text
from curate.project import Project
from curate.split.lock import LOCK_FILE, held_out_digests, read_lock
from curate.stage import Progress
from curate.versions.locked import LOCK, file_md5, folder_md5
from curate.versions.twins import document_of, row_digests_of
from governance.erasure.journal import Journal, encipher, pending, ready
from governance.erasure.plan import FOLDER, Plan
from governance.erasure.pointers import make_ready, repointed
from governance.erasure.reach import unreachable
from governance.erasure.relock import relock
from governance.erasure.twin import Erasing, Twin, make_twin
from governance.erasure.worktree import journal_without

# Texts of the person's rows that the proof looks for beside the values.
_TEXTS = 1000


def prepare(
    project: Project,
    plan: Plan,
    approvals: Sequence[str] = (),
    signer: str = "",
    progress: Progress | None = None,
    earlier: Journal | None = None,
) -> Journal:
    """Make ready, and write the plan.

    Parameters
    ----------
    earlier
        The round before, after which the proof found the person: what it did is done.

    Raises
    ------
    AssayError
        If another erasure was begun and is not done.
    """
    root, key = project.root, plan.person.key
    if earlier is None:
        if pending(root) is not None:
            raise AssayError("an erasure was begun here and is not done", fix="assay erase --resume")
        shutil.rmtree(root / FOLDER, ignore_errors=True)
    folder = ready(root)
    shutil.rmtree(folder, ignore_errors=True)  # a run that is killed here plans once more
    (folder / "twins").mkdir(parents=True)
    erasing = Erasing(plan.person, plan.rows)
    twins: dict[str, dict[str, Any]] = {}
    made: dict[str, Twin] = {}
    for number, version in enumerate(plan.versions):
        if progress:
            progress(number, len(plan.versions))
        name = version.stored or "here"
        out = folder / "twins" / name
        out.mkdir()
        made[name] = make_twin(version.files, erasing, out)
        if version.stored:
            twins[name] = {"twin": folder_md5(out), "of": made[name].of, "content": made[name].content}
    replace = _replace(project, plan, folder, twins)
    tracked = _tracked(root, plan, folder, replace)
    learned = sorted({made[version.stored or "here"].of for version in plan.versions if version.learned})
    digests = row_digests_of(sorted(plan.rows), key)
    erasure = ""
    same = _lost_twins(plan, twins)
    if twins or same or not set(digests) <= plan.erasures.rows:
        erasure, content = document_of(
            {stored: twin["twin"] for stored, twin in twins.items()} | same,
            {one.of: one.content for one in made.values() if one.of and one.of != one.content},
            filter(None, learned),
            digests,
            row_digests_of(sorted(frozenset().union(*(one.changed for one in made.values()))), key),
        )
        (folder / "erasure.json").write_bytes(content)
    (folder / "adopted").mkdir()
    for name, content in plan.adopted.items():
        (folder / "adopted" / name).write_bytes(content)
    # A file that the twin has as it was is needed, whatever else lists it.
    fresh = [folder / "twins", *(folder / name for name, _, _ in tracked)]
    needed = {file_md5(path) for one in fresh for path in (one, *one.rglob("*")) if path.is_file()}
    raw = [[one.path, one.edited.dropped, one.edited.redacted] for one in plan.raw if one.edited]
    journal = Journal(
        digest=plan.digest,
        why=plan.why,
        names=list(plan.person.names),
        sealed=encipher([*plan.person.values], key),
        texts=encipher(sorted(plan.traces.texts)[:_TEXTS], key),
        rows=encipher(sorted(plan.rows), key),
        twins=twins,
        erasure=erasure,
        objects=[oid for oid in plan.objects if oid not in needed],
        remove=list(plan.found.remove),
        outside=list(plan.found.outside),
        replace=replace,
        raw=raw,
        models=list(plan.models),
        unreachable=[list(one) for one in unreachable(plan, project)],
        approvals=sorted(approvals),
        signer=signer,
        files=sorted({*plan.found.remove, *plan.found.outside, *(target for _, target in replace)}),
        kept=list(plan.kept),
        versions=_versions(plan, twins),
        tracked=tracked,
    )
    if earlier is not None:
        _join(journal, earlier, needed)
    journal.write(root)
    return journal


def _join(journal: Journal, earlier: Journal, needed: set[str]) -> None:
    """Have a journal tell of what the round before did as well."""
    journal.digest, journal.names = earlier.digest, earlier.names
    journal.sealed, journal.texts, journal.rows = earlier.sealed, earlier.texts, earlier.rows
    journal.approvals, journal.signer, journal.fresh = earlier.approvals, earlier.signer, earlier.fresh
    journal.erasures = sorted({*earlier.erasures, *([earlier.erasure] if earlier.erasure else [])})
    journal.versions = [*earlier.versions, *journal.versions]
    journal.removed = earlier.removed
    journal.objects = sorted({*earlier.objects, *journal.objects} - needed)
    journal.files = sorted({*earlier.files, *journal.files})
    counts = {str(path): [dropped, redacted] for path, dropped, redacted in earlier.raw}
    for path, dropped, redacted in journal.raw:
        before = counts.get(str(path), [0, 0])
        counts[str(path)] = [before[0] + dropped, before[1] + redacted]
    journal.raw = [[path, *both] for path, both in sorted(counts.items())]
    journal.models = sorted({*earlier.models, *journal.models})


def _lost_twins(plan: Plan, twins: dict[str, dict[str, Any]]) -> dict[str, str]:
    """Of versions that branches rewrote apart: a twin that is nowhere -> what stands for them all now."""
    found: dict[str, str] = {}
    for stored in plan.erasures.parted if plan.why == "again" else ():
        ends = plan.erasures.ends(stored)
        left = [end for end in ends if end in plan.past.gold]
        fresh = {str(twins[end]["twin"]) if end in twins else end for end in left}
        if len(fresh) == 1:
            (one,) = fresh
            found.update({end: one for end in ends if end not in left})
    return found


def _versions(plan: Plan, twins: dict[str, dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        {
            "stored": version.stored,
            "twin": twins[version.stored]["twin"],
            "version_digest": twins[version.stored]["of"],
            "twin_digest": twins[version.stored]["content"],
            "rows": {split: rows for split, rows in version.dropped.items() if rows},
            "mentions": {split: rows for split, rows in version.mentions.items() if rows},
            "commits": version.commits,
        }
        for version in plan.versions
        if version.stored
    ]


def _tracked(root: Path, plan: Plan, folder: Path, replace: list[list[str]]) -> list[list[str]]:
    """Lay out what `.dvc` files are to keep, and write these anew, among what is replaced."""
    edits = {target: folder / name for name, target in replace}
    tracked: list[list[str]] = []
    texts: dict[str, str] = {}
    for number, (pointer, files) in enumerate(plan.pointers):
        name = f"tracked-{number}"
        digest = make_ready(root, pointer, files, edits, folder / name)
        text = texts.get(pointer.file) or (root / pointer.file).read_text(encoding="utf-8")
        texts[pointer.file] = repointed(text, pointer, digest, folder / name)
        tracked.append([name, pointer.digest, digest])
    for number, (file, text) in enumerate(texts.items()):
        write_text(folder / f"pointer-{number}", text)
        replace.append([f"pointer-{number}", file])
    return tracked


def _replace(project: Project, plan: Plan, folder: Path, twins: dict[str, dict[str, Any]]) -> list[list[str]]:
    """What is made ready for the work tree: its name there, and whose place it takes."""
    root, found = project.root, plan.found
    replace: list[list[str]] = []
    gold = None
    if found.gold:
        stored = folder_md5(project.gold)
        name = f"twins/{stored if stored in twins else 'here'}"
        replace.append([name, project.gold.relative_to(root).as_posix()])
        gold = folder / name
    for number, one in enumerate(raw for raw in plan.raw if raw.edited):
        assert one.edited is not None
        name = f"raw-{number}"
        (folder / name).write_bytes(one.edited.content)
        replace.append([name, one.path])
    for number, journal in enumerate(found.decisions):
        write_text(folder / f"decisions-{number}", journal_without(root / journal, plan.traces))
        replace.append([f"decisions-{number}", journal])
    if found.lock:
        lock = read_lock(root)
        assert lock is not None
        gone = set(held_out_digests(sorted(plan.rows), plan.person.key))
        left = tuple(digest for digest in lock.held_out if digest not in gone)
        sealed = lock.model_copy(update={"held_out": left}).sealed(plan.person.key)
        write_text(folder / LOCK_FILE, dump_json(sealed.model_dump(mode="json")))
        replace.append([LOCK_FILE, LOCK_FILE])
    if (root / LOCK).exists():
        before = (root / LOCK).read_text(encoding="utf-8")
        after = relock(before, gold, found.remove)
        if after != before:
            write_text(folder / LOCK, after)
            replace.append([LOCK, LOCK])
    return replace
