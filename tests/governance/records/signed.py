"""A project whose policy asks for signed approvals, for tests."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import yaml

from curate.versions.revisions import Revision, revision
from governance.records.approvals import Approvals

ROLES = {"steward": ["ann@example.org"], "reviewer": ["bob@example.org", "cat@example.org"]}
REQUIRE: dict[str, Any] = {
    "gold": [{"role": "steward"}, {"role": "reviewer", "count": 1}],
    "policy": [{"role": "steward"}],
}


def git(root: Path, *arguments: str) -> None:
    subprocess.run(["git", *arguments], cwd=root, check=True, capture_output=True)


def line(keys: dict[str, Path], name: str, options: str = "") -> str:
    public = keys[name].with_suffix(".pub").read_text().rsplit(" ", 1)[0]
    return f"{name}@example.org {options}{public}\n"


def write_policy(root: Path, allowed: str, **changes: Any) -> None:
    section = {"roles": ROLES, "require": REQUIRE, **changes}
    (root / "params.yaml").write_text(yaml.safe_dump({"approvals": section}))
    (root / "governance").mkdir(exist_ok=True)
    (root / "governance" / "allowed_signers").write_bytes(allowed.encode())


def commit(root: Path, who: str = "dan") -> Revision:
    git(root, "add", "-A")
    git(
        root,
        "-c",
        f"user.name={who}",
        "-c",
        f"user.email={who}@example.org",
        "commit",
        "-qm",
        "x",
        "--allow-empty",
    )
    at = revision(root, "HEAD")
    assert at is not None
    return at


def missing(found: Approvals) -> set[tuple[str, str]]:
    return {(want.of, want.needed.role) for want in found.wants if not want.met}
