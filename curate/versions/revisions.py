"""Old gold versions without a checkout: `dvc.lock` as git has it at a revision, and the objects of DVC's
cache.

DVC itself is not imported (that alone takes a second). Its layout is stable and documented: a lock file lists
each stage's outputs with a digest; a folder's digest ends in `.dir` and names a JSON list of `{md5,
relpath}`; the object with digest `abcd...` is the file `files/md5/ab/cd...` of the cache (`ab/cd...` for
outputs of DVC 2). See https://dvc.org/doc/user-guide/project-structure/internal-files.
"""

from __future__ import annotations

import configparser
import json
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from curate.conflicts import conflict_line
from curate.errors import AssayError
from curate.strict_yaml import NotYaml, parse_yaml
from curate.text import plain, shell_word
from curate.versions.twins import read_erasures, standing_for

STAGE, OUTPUT = "publish", "gold"
# An MD5 as DVC writes it; anything else in its place could name a file outside the cache.
_DIGEST = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True)
class Revision:
    """A commit: the name it was asked for by, and its full hash."""

    name: str
    commit: str


def git(root: Path, *arguments: str) -> str | None:
    """Standard output of a git command in `root`, None if it failed."""
    try:
        done = subprocess.run(["git", *arguments], cwd=root, capture_output=True, check=False)
    except FileNotFoundError as error:
        raise AssayError(
            "git is not installed, and a revision was asked for", fix="install git, or name two gold folders"
        ) from error
    return done.stdout.decode("utf-8", "replace") if done.returncode == 0 else None


def revision(root: Path, name: str) -> Revision | None:
    """The commit that `name` means in the repository of `root`; None if it means none."""
    commit = git(root, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}")
    return Revision(name, commit.strip()) if commit else None


def merge_base(root: Path, left: Revision, right: Revision) -> Revision:
    """The commit where two lines of history part, for `A...B`."""
    commit = git(root, "merge-base", left.commit, right.commit)
    if not commit:
        raise AssayError(
            f"{plain(left.name)} and {plain(right.name)} have no common ancestor",
            fix="compare them directly: assay diff A..B",
        )
    return Revision(f"{left.name}...", commit.strip())


def gold_files(root: Path, at: Revision, *, fetch: bool = False) -> dict[str, Path]:
    """The gold folder's files at a revision; with `fetch` what the cache lacks comes from the remote. See
    `output_files`.
    """
    try:
        return output_files(root, at, OUTPUT, STAGE)
    except NotInCache:
        if not fetch:
            raise
        from curate.versions.fetch import fetch_output, fetch_stored

        digest = str(_locked_output(root, at, OUTPUT, STAGE).get("md5", ""))
        twins = [end for end in read_erasures(root).ends(digest) if end != digest]
        if twins:
            fetch_stored(root, twins[0])
        else:
            fetch_output(root, at.commit, OUTPUT)
    try:
        return output_files(root, at, OUTPUT, STAGE)
    except NotInCache as error:
        raise AssayError(
            f"the gold version of {plain(at.name)} is neither in DVC's cache nor in its remote",
            fix=f"where it was made: git checkout {shell_word(at.name)} && dvc checkout gold && "
            f"dvc push gold   (a commit older than the remote "
            "does not know it: name it in .dvc/config.local, dvc remote add --local -d NAME URL)",
        ) from error


class NotInCache(AssayError):
    """The cache lacks an object that a lock file names."""


def output_files(root: Path, at: Revision, path: str, stage: str) -> dict[str, Path]:
    """Files of a stage's output folder at a revision: name -> object in DVC's cache. Of a gold version out of
    which somebody was taken they are those of its twin (`curate.versions.twins`).

    Raises
    ------
    AssayError
        If the revision has no lock file or no such output, or the cache lacks an object (`NotInCache`) or
        holds a damaged list of them.
    """
    output = _locked_output(root, at, path, stage)
    digest = str(output.get("md5", ""))
    cache = cache_folder(root)
    # DVC 2 wrote no `hash` and kept objects at the top of the cache.
    store = cache / "files" / "md5" if output.get("hash") == "md5" else cache
    if not digest.endswith(".dir"):
        raise AssayError(
            f"{path} at {plain(at.name)} is not a folder in dvc.lock",
            fix=f"git show {at.commit[:10]}:dvc.lock",
        )
    if not _DIGEST.fullmatch(digest.removesuffix(".dir")):
        raise AssayError(
            f"dvc.lock at {plain(at.name)} gives {path} what is not a digest: DVC did not write it",
            fix=f"do not use this revision; see who wrote it: git log -p {at.commit[:10]} -- dvc.lock",
        )
    if path == OUTPUT and (twin := standing_for(root, digest, store)) != digest:
        digest, store = twin, cache / "files" / "md5"
    listing = _object(root, store, digest, at, path)
    try:
        entries = {
            str(entry["relpath"]): str(entry["md5"])
            for entry in json.loads(listing.read_text(encoding="utf-8"))
        }
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise AssayError(
            f"the list of files of {path} at {plain(at.name)} is damaged in DVC's cache ({listing})",
            fix=f"mv {shell_word(listing)} {shell_word(listing)}.damaged; then {_bring(root, at, path)}",
        ) from error
    if not all(_lies_inside(name) and _DIGEST.fullmatch(md5) for name, md5 in entries.items()):
        raise AssayError(
            f"the list of files of {path} at {plain(at.name)} names a place outside {path}, or what is not a "
            f"digest: DVC did not write it",
            fix="do not use this revision or this cache; find out who wrote them",
        )
    return {name: _object(root, store, md5, at, path) for name, md5 in entries.items()}


def _lies_inside(relpath: str) -> bool:
    """Whether a relative path stays in its folder on every system."""
    parts = re.split(r"[/\\]", relpath)
    return (
        bool(relpath)
        and not any(part in ("", ".", "..") for part in parts)
        and not re.search("[:\x00-\x1f]", relpath)
    )


def text_at(root: Path, at: Revision, path: str) -> str | None:
    """A file of the project as git has it at a revision; None if it has none."""
    return git(root, "show", f"{at.commit}:./{path}")


def cache_folder(root: Path) -> Path:
    """DVC's cache: `cache.dir` of `.dvc/config.local` or `.dvc/config` (relative to that file), else
    `.dvc/cache`.
    """
    home = next((folder / ".dvc" for folder in (root, *root.parents) if (folder / ".dvc").is_dir()), None)
    if home is None:
        raise AssayError(
            f"{root} is in no DVC repository", fix="dvc init, then dvc repro; or name two gold folders"
        )
    for name in ("config.local", "config"):
        config = configparser.ConfigParser(interpolation=None, strict=False)
        try:
            config.read(home / name, encoding="utf-8")
        except configparser.Error as error:
            raise AssayError(
                f"{home / name} cannot be read as DVC configuration", fix="dvc config --list"
            ) from error
        if config.has_option("cache", "dir"):
            return (home / config.get("cache", "dir").strip("\"'")).resolve()
    return home / "cache"


def _locked_output(root: Path, at: Revision, path: str, stage: str) -> dict[str, Any]:
    shown = plain(at.name)
    text = git(root, "show", f"{at.commit}:./dvc.lock")
    if text is None:
        raise AssayError(
            f"{shown} has no dvc.lock: no {_named(path)} was committed there",
            fix="dvc repro && git add dvc.lock && git commit; or choose another revision: "
            "git log -- dvc.lock",
        )
    show = f"git show {at.commit[:10]}:./dvc.lock"
    if (line := conflict_line(text)) is not None:
        raise AssayError(
            f"dvc.lock at {shown} was committed with an unresolved merge conflict, from line {line} on",
            fix=f"choose a commit where it is resolved: git log -- dvc.lock   ({show})",
        )
    stages = lock_stages(text, f"dvc.lock at {shown}", show)
    for name in sorted(stages, key=lambda name: name != stage):
        for output in stages[name]["outs"]:
            if output.get("path") == path and output.get("md5"):
                return dict(output)
    raise AssayError(
        f"dvc.lock at {shown} names no output `{path}`: stage `{stage}` had not run",
        fix="dvc repro && git add dvc.lock && git commit",
    )


def lock_stages(text: str, where: str, fix: str) -> dict[str, dict[str, list[dict[str, Any]]]]:
    """The stages of a lock file's text, each with its `deps` and `outs`; entries of another form are left
    out.

    Raises
    ------
    AssayError
        If it is not a lock file.
    """
    try:
        given = parse_yaml(text)
    except NotYaml:
        given = None
    stages = given.get("stages") if isinstance(given, dict) else None
    if not isinstance(stages, dict):
        raise AssayError(f"{where} cannot be read", fix=fix)
    return {
        str(name): {side: _entries(stage.get(side)) for side in ("deps", "outs")}
        for name, stage in stages.items()
        if isinstance(stage, dict)
    }


def _entries(given: Any) -> list[dict[str, Any]]:
    return [entry for entry in given if isinstance(entry, dict)] if isinstance(given, list) else []


def _named(path: str) -> str:
    return "gold version" if path == OUTPUT else path


def _object(root: Path, store: Path, digest: str, at: Revision, output: str) -> Path:
    path = store / digest[:2] / digest[2:]
    if not path.exists():
        raise NotInCache(
            f"the {_named(output)} of {plain(at.name)} is not in DVC's cache ({digest[:10]}... is "
            f"missing from {store})",
            fix=_bring(root, at, output),
        )
    return path


def _bring(root: Path, at: Revision, output: str) -> str:
    """What brings an output into the cache. DVC itself asks the remotes that the old commit's own
    configuration names, if any.
    """
    by_dvc = f"dvc fetch {_reach(root, at)} {output}"
    return (
        f"the same command with --fetch   (or {by_dvc})"
        if output == OUTPUT
        else f"{by_dvc}   (then the same command again)"
    )


def _reach(root: Path, at: Revision) -> str:
    """The option of `dvc fetch` that covers a revision: tags, branches, else every commit."""
    if git(root, "show-ref", "--verify", "--quiet", f"refs/tags/{at.name}") is not None:
        return "--all-tags"
    if git(root, "show-ref", "--verify", "--quiet", f"refs/heads/{at.name}") is not None:
        return "--all-branches"
    return "--all-commits"
