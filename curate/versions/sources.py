"""What the two arguments of `assay diff` mean: revisions, gold folders or plain files.

In two steps: the files of both sides are found first, and the digests of gold files begun; only then are they
opened, for which polars and the rest of the tool are loaded, in the functions that need them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from curate.errors import AssayError
from curate.project import Project
from curate.seal import key_here, standing
from curate.shards import folder_files
from curate.splits import SPLITS
from curate.text import plain, plural
from curate.versions.published import changed_since
from curate.versions.revisions import Revision, gold_files, merge_base, revision, text_at
from curate.versions.twins import Gone, read_erasures

if TYPE_CHECKING:
    import polars as pl

    from curate.keys import Key
    from curate.read import Records
    from curate.versions.version import Version

Opening = Callable[[], "Version"]
Reader = Callable[[Path], "Records"]
WORK_TREE = "work tree"
# Columns that name a row without being told: what this tool itself writes.
OWN_KEY = "example_id"


def open_both(
    before: str,
    after: str | None = None,
    *,
    keys: Sequence[str] = (),
    label: str | None = None,
    fetch: bool = False,
    read: Reader | None = None,
) -> tuple[Version, Version]:
    """The two versions that the arguments name.

    Parameters
    ----------
    before
        A path, a revision, `A..B`, or `A...B` (from where B's history left A's).
    after
        A path or a revision; None means the work tree's gold version.
    keys, label
        Key and label columns of plain files.
    fetch
        Whether old versions that DVC's cache lacks are brought from the remote.
    read
        How plain files are read; by default as their suffix says.

    Raises
    ------
    AssayError
        If an argument names nothing that can be compared, with what to do.
    """
    if after is None and ".." in before and not Path(before).exists():
        dots = "..." if "..." in before else ".."
        left, right = before.split(dots, 1)
        left, right = left or "HEAD", right or "HEAD"
        if dots == "...":
            root = Project.find().root
            parted = merge_base(root, _revision(root, left), _revision(root, right))
            versions = _at(root, parted, fetch), _at(root, _revision(root, right), fetch)
        else:
            versions = _find(left, fetch=fetch), _find(right, fetch=fetch)
        return versions[0](), versions[1]()
    if after is None and Path(before).is_file():
        raise AssayError(
            f"{plain(before)} is a plain file: there is nothing to compare it with",
            fix=f"assay diff {plain(before)} OTHER_FILE --key COLUMN",
        )
    versions = (
        _find(before, keys=keys, label=label, fetch=fetch, read=read),
        _find(after, keys=keys, label=label, fetch=fetch, read=read) if after is not None else _work_tree(),
    )
    first, second = versions[0](), versions[1]()
    if (keys or label) and first.gold and second.gold:
        raise AssayError(
            "--key and --label are for plain files; gold versions bring their own", fix="leave them out"
        )
    return first, second


def _find(
    name: str,
    *,
    keys: Sequence[str] = (),
    label: str | None = None,
    fetch: bool = False,
    read: Reader | None = None,
) -> Opening:
    """How to open what one argument names; a path that exists goes before a revision of the same name."""
    path = Path(name)
    if path.is_dir() and (path / "dataset_info.json").exists():
        return lambda: _file(name, path, keys, label, read)  # what `datasets` writes with save_to_disk
    if path.is_dir():
        return _folder(name, path)
    if path.is_file():
        return lambda: _file(name, path, keys, label, read)
    try:
        root = Project.find().root
    except AssayError:
        raise AssayError(
            f"{plain(name)} is not a file or folder, and there is no project here to look for a revision in",
            fix="check the path, or run inside a project: assay -C PROJECT diff ...",
        ) from None
    return _at(root, _revision(root, name), fetch)


def _work_tree() -> Opening:
    project = Project.find()
    if not project.gold.is_dir():
        raise AssayError(
            f"{project.gold} does not exist: no gold version is published in the work tree",
            fix="dvc repro publish   (or: dvc checkout gold)",
        )
    opening, fault = _folder(WORK_TREE, project.gold), _lock_fault(project)

    def opened() -> Version:
        version, said = opening(), fault()
        return replace(version, notes=(*version.notes, said)) if said else version

    return opened


def _lock_fault(project: Project) -> Callable[[], str | None]:
    """Begin to ask whether `gold/` is the version that `dvc.lock` names; call for the answer.

    Raises
    ------
    AssayError
        At once, if `dvc.lock` holds a merge conflict or cannot be read.
    """
    from concurrent.futures import ThreadPoolExecutor

    from curate.versions.locked import gold_fault, read_lock

    read_lock(project.root)
    thread = ThreadPoolExecutor(1)
    begun = thread.submit(gold_fault, project.root, project.gold)
    thread.shutdown(wait=False)
    return begun.result


def _folder(name: str, folder: Path) -> Opening:
    splits = [f"{split}.parquet" for split in SPLITS]
    if not any((folder / split).exists() for split in splits) and any(
        (folder / "gold" / split).exists() for split in splits
    ):
        folder = folder / "gold"  # a project folder
    root = folder.parent

    def read(path: str) -> str | None:
        try:
            return (root / path).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError):
            return None

    known = (root / "task.yaml").exists()
    key = key_here(Project(root)) if known else None
    return _gold(name, folder_files(folder), read, known=known, key=key, root=root)


def _at(root: Path, at: Revision, fetch: bool) -> Opening:
    return _gold(
        at.name,
        gold_files(root, at, fetch=fetch),
        lambda path: text_at(root, at, path),
        known=True,
        key=key_here(Project(root)),
        root=root,
    )


def _gold(
    name: str,
    files: Mapping[str, Path],
    read: Callable[[str], str | None],
    *,
    known: bool,
    key: Key | None,
    root: Path,
) -> Opening:
    changed = changed_since(files)
    gone = Gone(read_erasures(root), key)

    def opening() -> Version:
        from curate.versions.gold import gold_version
        from curate.versions.records import beside

        version = gold_version(name, files, lambda: changed() == (), beside(read, known=known))
        sealed = standing(version.manifest, key, "gold")
        notes = (*version.notes, *_erased(version.manifest))
        return replace(version, changed=changed, seal=sealed, gone=gone, notes=notes)

    return opening


def _erased(manifest: Mapping[str, Any]) -> tuple[str, ...]:
    """Says of a twin that it is one."""
    said = manifest.get("erasure")
    rows = said.get("rows") if isinstance(said, Mapping) else None
    if not isinstance(rows, int):
        return ()
    return (f"{plural(rows, 'row')} of this version {'was' if rows == 1 else 'were'} taken out by erasure",)


def _revision(root: Path, name: str) -> Revision:
    at = revision(root, name)
    if at is None:
        raise AssayError(
            f"{plain(name)} is not a file, folder or git revision",
            fix="git tag; git branch -a; git log --oneline -- dvc.lock",
        )
    return at


def _file(name: str, path: Path, keys: Sequence[str], label: str | None, read: Reader | None) -> Version:
    from curate.versions.gold import scan
    from curate.versions.table import Part, Table
    from curate.versions.version import Version

    records = None
    if _is_parquet(path):
        rows = scan([path], name)
    else:
        from curate.read import read_records

        records = (read or read_records)(path)
        rows = records.frame.lazy()
    columns = rows.collect_schema().names()
    chosen = tuple(keys) or ((OWN_KEY,) if OWN_KEY in columns else ())
    version = Version(name, Table((Part(None, rows),)), keys=chosen, label=label)
    if records is None or not records.rejects.height:
        return version
    return replace(
        version,
        unread=records.rejects.height,
        unread_words=_words(records.rejects["raw"]),
        numbers=records.numbers,
    )


def _words(raw: pl.Series) -> frozenset[str]:
    """What stands between the separators of CSV and JSON in rows that could not be read."""
    texts = (line.decode("utf-8", "replace") for line in raw.to_list())
    return frozenset(word.strip(" \"'\r\n") for text in texts for word in re.split(r"[,;|\t:{}\[\]]", text))


def _is_parquet(path: Path) -> bool:
    """Whether `path` is a file that begins as Parquet does."""
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return file.read(4) == b"PAR1"
