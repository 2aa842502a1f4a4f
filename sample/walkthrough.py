"""Three real versions of the sample project's gold set, and the reviewer's walk-through of them in
`docs/review.md`.

    python -m sample.walkthrough FOLDER           # a git repository with DVC in FOLDER, its versions tagged v1, v2 and v3
    python -m sample.walkthrough FOLDER --docs    # and the outputs in docs/review.md rewritten from it

Each version is a commit: files are edited, `dvc repro publish` runs, `dvc.lock` is committed. The page's
blocks that begin with `$ assay` are run in FOLDER, and what they print is put below; the test suite holds the
page to it. About half a minute.
"""  # noqa: E501

from __future__ import annotations

import argparse
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import polars as pl

from curate.pii.decisions import Verdict, append_verdicts

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "review.md"
# Dependencies of a stage that are this repository's code.
CODE = ("- curate/", "- train/", "- governance/")
BLOCK = re.compile(r"```console\n\$ (?P<command>[^\n]+)\n.*?```\n", re.DOTALL)

NEW_TICKETS = b"""\
T-000701,"The rug I ordered on Sunday shows as out of stock now. Is mine still coming out of the warehouse? Reach me on 0117 496 0212.",orders,2026-07-01,chat,C1401
T-000702,Can I have the receipt for my last three instalments in one document please? The accountant wants them together.,billing,2026-07-01,email,C1402
T-000703,"The courier's photo shows a blue door. Ours is red, and no parcel anywhere.",delivery,2026-07-02,form,C1403
T-000704,My Lumo lamp drops off the network every evening at about nine and comes back by itself in the morning.,technical,2026-07-02,chat,C1404
T-000705,"Please send everything you hold on me, I'd like a copy within the month. ruth.okafor@example.org",privacy,2026-07-03,email,C1405
"""  # noqa: E501


def make(folder: Path) -> None:
    """The project in `folder`, which must not exist, with three tagged versions."""
    folder.mkdir(parents=True)
    raw = folder / "data" / "raw" / "tickets.csv"
    raw.parent.mkdir(parents=True)
    (folder / "decisions").mkdir()
    (folder / "decisions" / ".gitkeep").touch()
    for name in ("task.yaml", "params.yaml", ".gitignore", ".gitattributes"):
        shutil.copy(ROOT / name, folder / name)
    shutil.copy(ROOT / "data" / "raw" / "tickets.csv", raw)
    # The same pipeline, without its dependence on this repository's code.
    lines = (ROOT / "dvc.yaml").read_text(encoding="utf-8").splitlines(keepends=True)
    pipeline = "".join(line for line in lines if not line.lstrip().startswith(CODE))
    (folder / "dvc.yaml").write_text(pipeline, encoding="utf-8")
    run(folder, "git", "init", "--quiet", "--initial-branch", "main")
    run(folder, sys.executable, "-m", "dvc", "init", "--quiet")
    commit(folder, "v1", "The first gold version")

    truth = json.loads((ROOT / "sample" / "truth.json").read_text(encoding="utf-8"))
    text = raw.read_bytes()
    for ticket, said in list(truth["wrong_labels"].items())[:3]:
        text = edited(text, ticket, f",{said['queue']},", f",{said['true_queue']},")
    text = edited(
        text, "T-000001", "I've counted twice.", "I've counted three times and looked under the sofa."
    )
    text = re.sub(rb"(?m)^T-000697,.*\n", b"", text)
    raw.write_bytes(text + NEW_TICKETS)
    commit(
        folder,
        "v2",
        "July's tickets; three labels put right by the house rules, one ticket completed, one withdrawn",
    )

    change(folder / "params.yaml", "min_chars: 4,", "min_chars: 30,")
    change(folder / "params.yaml", "scope: record ", "actions: {EMAIL_ADDRESS: mask}\n  scope: record ")
    long = pl.read_parquet(folder / "gold" / "train.parquet").filter(pl.col("input").str.len_chars() >= 30)
    numbers = pl.read_parquet(folder / "gold" / "edits.parquet").filter(pl.col("entity") == "PHONE_NUMBER")
    value = numbers.join(long, on="example_id", how="semi").sort("example_id")["value_id"][0]
    key_id = json.loads((folder / "gold" / "manifest.json").read_text(encoding="utf-8"))["key_id"]
    append_verdicts(
        folder,
        [
            Verdict(
                value,
                "PHONE_NUMBER",
                "public",
                "Sam",
                "the courier's switchboard",
                "2026-07-06",
                None,
                None,
                key_id,
            )
        ],
    )
    commit(folder, "v3", "Drop very short tickets, mask e-mail addresses, keep the courier's number")

    # And what nobody published: a label changed by hand in a copy of the gold folder.
    shutil.copytree(folder / "gold", folder / "by-hand")
    test = folder / "by-hand" / "test.parquet"
    test.chmod(0o644)
    first = pl.int_range(pl.len()) == 0
    pl.read_parquet(test).with_columns(
        pl.when(first).then(pl.lit("orders")).otherwise("output").alias("output")
    ).write_parquet(test)


def edited(text: bytes, ticket: str, old: str, new: str) -> bytes:
    """`text` with `old` replaced in one ticket's record."""
    start = text.index(f"{ticket},".encode())
    stop = text.index(b"\nT-", start)
    assert old.encode() in text[start:stop], (
        f"{ticket} does not hold {old!r}: data/raw/tickets.csv was rebuilt"
    )
    return text[:start] + text[start:stop].replace(old.encode(), new.encode(), 1) + text[stop:]


def change(path: Path, old: str, new: str) -> None:
    """Replace the one place in a text file."""
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1, f"{path.name} holds {old!r} {text.count(old)} times"
    path.write_text(text.replace(old, new), encoding="utf-8")


def commit(folder: Path, tag: str, message: str) -> None:
    """Publish what stands in the folder, commit it and tag it."""
    run(folder, sys.executable, "-m", "dvc", "repro", "--quiet", "publish")
    run(folder, "git", "add", "--all", ".")
    run(folder, "git", "commit", "--quiet", "--message", message)
    run(folder, "git", "tag", tag)


def environment() -> dict[str, str]:
    """Variables with `assay` on the path and nobody's own git configuration."""
    who = {
        f"GIT_{role}_{part}": value
        for role in ("AUTHOR", "COMMITTER")
        for part, value in (("NAME", "Sam"), ("EMAIL", "sam@example.org"))
    }
    variables = {
        **os.environ,
        **who,
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        "DVC_NO_ANALYTICS": "1",
        "COLUMNS": "160",
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
    }
    variables.pop("ASSAY_KEY", None)
    return variables


def run(folder: Path, *command: str, check: bool = True) -> subprocess.CompletedProcess[str]:
    """A command in the folder."""
    return subprocess.run(
        command, cwd=folder, env=environment(), check=check, stdout=subprocess.PIPE, stderr=None, text=True
    )


def played(page: str, folder: Path) -> str:
    """`page` with what its commands print in `folder` now; a last line `…` cuts nothing: outputs stand
    whole.
    """

    def again(found: re.Match[str]) -> str:
        command = found["command"]
        arguments = shlex.split(command)
        assert arguments[0] in ("assay", "git"), f"the page runs {arguments[0]}"
        done = run(folder, *arguments, check=False)
        lines = [line.rstrip() for line in done.stdout.strip("\n").splitlines()]
        status = [f"(exit code {done.returncode})"] if done.returncode else []
        return "\n".join(["```console", f"$ {command}", *lines, *status, "```"]) + "\n"

    return BLOCK.sub(again, page)


def main() -> None:
    """Make the versions; with `--docs` rewrite the page."""
    walk_on_command_line(__doc__, make, played, PAGE)


def walk_on_command_line(
    told: str | None, make: Callable[[Path], None], played: Callable[[str, Path], str], page: Path
) -> None:
    """`FOLDER [--docs]`: make what a page walks through; with `--docs` rewrite the page's outputs from it."""
    options = argparse.ArgumentParser(description=told, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("folder", type=Path)
    options.add_argument("--docs", action="store_true", help=f"rewrite the outputs in docs/{page.name}")
    chosen = options.parse_args()
    make(chosen.folder)
    if chosen.docs:
        page.write_text(played(page.read_text(encoding="utf-8"), chosen.folder), encoding="utf-8")


if __name__ == "__main__":
    main()
