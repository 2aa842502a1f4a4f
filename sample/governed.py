"""The walk-through of `docs/governance.md`: the sample project with three gold versions, two of them trained
on, a remote, two people who may approve, and a customer who asks to be erased.

    python -m sample.governed FOLDER           # the project in FOLDER, ready for the page's first command
    python -m sample.governed FOLDER --docs    # and the page's outputs rewritten from it

What differs on every run (times, digests of records and signatures) is compared by its form alone. A minute
or two.
"""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import yaml

from sample.walkthrough import CODE, NEW_TICKETS, ROOT, change, edited, environment, run, walk_on_command_line

PAGE = ROOT / "docs" / "governance.md"
WALK = "## A walk through it\n"
BLOCK = re.compile(r"```console\n(?P<body>\$ .*?)```\n", re.DOTALL)
PEOPLE = {"steward": "ada@example.org", "reviewer": "ben@example.org"}
# Systems that are trained in seconds; whether a model is a large one does not matter here.
SYSTEMS = ["majority", "tfidf_lr", "nearest"]
_CHANGING = (
    (re.compile(r"\b20\d\d-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d)?Z?)?"), "DATE"),
    (re.compile(r"\b[0-9a-f]{7,64}\b"), "DIGEST"),
    (re.compile(r"SHA256:[\w+/=]+"), "KEY"),
    (re.compile(r"\b\d+(?:\.\d+)? (?:s|ms|seconds|kB|MB)\b"), "AMOUNT"),
    (re.compile(r"[─━-]{3,}"), "-"),
    # Where a line of a table breaks hangs on the length of the folder's name, which is then taken out.
    (re.compile(r"\s+"), " "),
)


def make(folder: Path) -> None:
    """The project in `folder`, which must not exist."""
    raw = folder / "data" / "raw" / "tickets.csv"
    raw.parent.mkdir(parents=True)
    (folder / "decisions").mkdir()
    (folder / "decisions" / ".gitkeep").touch()
    for name in ("task.yaml", ".gitignore", ".gitattributes"):
        shutil.copy(ROOT / name, folder / name)
    shutil.copy(ROOT / "data" / "raw" / "tickets.csv", raw)
    _params(folder)
    # What the quick systems reach, so that this gate has no part in the story.
    change(folder / "task.yaml", "target: 0.80}", "target: 0.40}")
    lines = (ROOT / "dvc.yaml").read_text(encoding="utf-8").splitlines(keepends=True)
    (folder / "dvc.yaml").write_text(
        "".join(line for line in lines if not line.lstrip().startswith(CODE)), encoding="utf-8"
    )
    run(folder, "git", "init", "--quiet", "--initial-branch", "main")
    run(folder, "git", "config", "user.name", "Sam")
    run(folder, "git", "config", "user.email", "sam@example.org")
    run(folder, sys.executable, "-m", "dvc", "init", "--quiet")
    run(folder, sys.executable, "-m", "dvc", "remote", "add", "--quiet", "--default", "store", "../store")
    _keys(folder)
    _version(folder, "v1", "The first gold version, and the models that learned from it", "evaluate")
    text = edited(
        raw.read_bytes(),
        "T-000001",
        "I've counted twice.",
        "I've counted three times and looked under the sofa.",
    )
    raw.write_bytes(text)
    _version(folder, "v2", "One ticket completed", "publish")
    raw.write_bytes(text + NEW_TICKETS)
    _version(folder, "v3", "July's tickets, and the models that learned from them", "evaluate")


def _params(folder: Path) -> None:
    """The sample's parameters with quick systems, and who must approve."""
    params = yaml.safe_load((ROOT / "params.yaml").read_text(encoding="utf-8"))
    params["train"] = {**params["train"], "systems": SYSTEMS, "curve": None}
    params["evaluate"] = {**params["evaluate"], "label_suspects": False, "bootstrap": 200}
    params["report"] = {"truth": None}
    params["approvals"] = {
        "roles": {role: [who] for role, who in PEOPLE.items()},
        "require": {"gold": [{"role": role} for role in PEOPLE]},
    }
    (folder / "params.yaml").write_text(yaml.safe_dump(params, sort_keys=False), encoding="utf-8")


def _keys(folder: Path) -> None:
    """A key for each person, outside git, and the list of those who may sign."""
    home = folder.parent / "keys"
    home.mkdir()
    signers = []
    for who in PEOPLE.values():
        key = home / who.split("@")[0]
        run(folder, "ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", who, "-f", str(key))
        kind, value, *_ = key.with_suffix(".pub").read_text(encoding="utf-8").split()
        signers.append(f"{who} {kind} {value}\n")
    (folder / "governance").mkdir()
    (folder / "governance" / "allowed_signers").write_text("".join(signers), encoding="utf-8")


def _version(folder: Path, tag: str, message: str, stage: str) -> None:
    """Run the pipeline as far as `stage`, commit, tag and push."""
    run(folder, sys.executable, "-m", "dvc", "repro", "--quiet", stage)
    run(folder, "git", "add", "--all", ".")
    run(folder, "git", "commit", "--quiet", "--message", message)
    run(folder, "git", "tag", tag)
    run(folder, sys.executable, "-m", "dvc", "push", "--quiet")


def played(page: str, folder: Path) -> str:
    """`page` with what the commands of its walk print in `folder` now, one after another; blocks before the
    walk stay as they are.
    """
    head, walk = page.split(WALK)

    def again(found: re.Match[str]) -> str:
        lines = []
        for line in found["body"].splitlines():
            if not line.startswith("$ "):
                continue
            lines.append(line)
            arguments = shlex.split(line[2:])
            assert arguments[0] in ("assay", "git", "dvc"), f"the page runs {arguments[0]}"
            done = subprocess.run(
                arguments,
                cwd=folder,
                env=environment(),
                check=False,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
            )
            if arguments[0] != "dvc":
                said = done.stdout.replace(f"{folder.resolve()}/", "").strip("\n")
                lines += [line.rstrip() for line in said.splitlines()]
            lines += [f"(exit code {done.returncode})"] if done.returncode else []
        return "\n".join(["```console", *lines, "```"]) + "\n"

    return head + WALK + BLOCK.sub(again, walk)


def form(page: str) -> str:
    """`page` with what differs on every run replaced by what it is."""
    for pattern, word in _CHANGING:
        page = pattern.sub(word, page)
    return page


def main() -> None:
    """Make the project; with `--docs` rewrite the page."""
    walk_on_command_line(__doc__, make, played, PAGE)


if __name__ == "__main__":
    main()
