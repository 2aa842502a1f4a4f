"""Raw data that DVC keeps by `.dvc` files, as `assay init` has it: the files name what was edited, DVC finds
nothing amiss, and no store has a version with the person.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import yaml

from curate.project import Project
from curate.versions.locked import file_md5, folder_md5
from governance.erasure import steps
from governance.erasure.bytes import scan_bytes
from governance.erasure.certificate import certificate
from governance.erasure.erase import Request, execute, plan_of, resume
from governance.erasure.pointers import pointers
from tests.chain import ROOT
from tests.governance.erasure.conftest import anywhere, dvc
from tests.governance.erasure.tiny import JO, KEY, THEIRS, VALUES, git, raw_rows

RAW = "data/raw/tickets.csv"


def tracked(project: Project, what: str) -> list[str]:
    """Give raw data to DVC, in two versions, pushed; the first stays in the remote alone. Returns the digests
    of both.
    """
    root = project.root
    git(root, "rm", "-rq", "--cached", "data/raw")
    with (root / ".gitignore").open("a") as file:
        file.write("!/data/raw.dvc\n!/data/.gitignore\n")
    (root / "data" / "raw" / "notes.txt").write_text("nobody stands here\n")
    digests = []
    for number in range(2):
        with (root / RAW).open("a") as file:
            file.write(f"K-9{number:03d},The weather of day {number} was fine,delivery,2026-02-11,C-77\n")
        dvc(root, "add", "-q", what)
        dvc(root, "push", "-q", f"{what}.dvc")
        git(root, "add", "-A", ".")
        git(root, "commit", "-qm", f"raw {number}")
        digests.append(pointers(root)[0].digest)
    for digest in (file_md5_of(digests[0], root), digests[0]):
        (root / ".dvc" / "cache" / "files" / "md5" / digest[:2] / digest[2:]).unlink(missing_ok=True)
    return digests


def file_md5_of(digest: str, root: Path) -> str:
    """The digest of the tickets in what DVC keeps by `digest`."""
    if not digest.endswith(".dir"):
        return digest
    listing = json.loads((root / ".dvc" / "cache" / "files" / "md5" / digest[:2] / digest[2:]).read_text())
    return str(next(one["md5"] for one in listing if one["relpath"] == "tickets.csv"))


def stores(root: Path) -> list[Path]:
    return [root / ".dvc" / "cache", root.parent / "remote"]


@pytest.mark.parametrize("what", [RAW, "data/raw"])
def test_the_dvc_file_names_what_was_edited(tiny: Project, what: str) -> None:
    root = tiny.root
    old = tracked(tiny, what)
    before = (root / RAW).read_text().splitlines()
    execute(tiny, plan_of(tiny, Request(VALUES)))

    (pointer,) = pointers(root)
    standing = root / what
    assert pointer.digest == (folder_md5(standing) if standing.is_dir() else file_md5(standing))
    (said,) = yaml.safe_load((root / f"{what}.dvc").read_text())["outs"]
    files = [path for path in standing.rglob("*") if path.is_file()] if standing.is_dir() else [standing]
    assert said["size"] == sum(path.stat().st_size for path in files)
    assert (
        JO not in (root / RAW).read_text() and len((root / RAW).read_text().splitlines()) == len(before) - 4
    )
    for store in stores(root):
        assert not anywhere(store, JO)
        assert (store / "files" / "md5" / pointer.digest[:2] / pointer.digest[2:]).exists()
        for digest in old:
            assert not (store / "files" / "md5" / digest[:2] / digest[2:]).exists()
    assert json.loads(dvc(root, "status", "--json", f"{what}.dvc")) == {}
    # It can be had again from the remote alone, as a clone has it.
    git(root, "add", "-A", ".")
    git(root, "commit", "-qm", "Erasure")
    edited = (root / RAW).read_bytes()
    (root / RAW).unlink()
    subprocess.run(["rm", "-r", str(root / ".dvc" / "cache")], check=True)
    dvc(root, "pull", "-q", f"{what}.dvc")
    assert (root / RAW).read_bytes() == edited
    assert f"{what}.dvc" in certificate(root).predicate.model_dump()["files"]
    assert not plan_of(tiny, Request(VALUES)).anything


@pytest.mark.parametrize("step", ["twins", "placed", "removed"])
def test_a_run_that_is_killed_goes_on(tiny: Project, step: str, monkeypatch: pytest.MonkeyPatch) -> None:
    tracked(tiny, RAW)
    real = steps.STEPS[step]

    def killed(project: Project, journal: Any) -> None:
        real(project, journal)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setitem(steps.STEPS, step, killed)
        with pytest.raises(KeyboardInterrupt):
            execute(tiny, plan_of(tiny, Request(VALUES)))
    resume(tiny)
    (pointer,) = pointers(tiny.root)
    assert pointer.digest == file_md5(tiny.root / RAW)
    for store in stores(tiny.root):
        assert not anywhere(store, JO)
        assert (store / "files" / "md5" / pointer.digest[:2] / pointer.digest[2:]).exists()


def test_comments_and_fields_of_a_dvc_file_stay(tiny: Project) -> None:
    tracked(tiny, RAW)
    file = tiny.root / f"{RAW}.dvc"
    file.write_text("# asked for in ticket 7\n" + file.read_text() + "meta:\n  origin: desk  # the old one\n")
    git(tiny.root, "commit", "-aqm", "words")
    execute(tiny, plan_of(tiny, Request(VALUES)))
    text = file.read_text()
    assert text.startswith("# asked for in ticket 7\n") and "origin: desk  # the old one" in text
    assert file_md5(tiny.root / RAW) in text


@pytest.mark.parametrize(
    ("how", "said"),
    [("absent", "dvc checkout"), ("unread", "ingest does not read"), ("imported", "dvc update")],
)
def test_what_cannot_be_edited_is_named_and_keeps_its_object(tiny: Project, how: str, said: str) -> None:
    root = tiny.root
    tracked(tiny, RAW)
    path, file = RAW, root / f"{RAW}.dvc"
    if how == "unread":
        path = "data/raw/letter.txt"
        (root / path).write_text(f"From {JO}\n")
        dvc(root, "add", "-q", path)
    elif how == "absent":
        (root / RAW).unlink()
    else:
        file.write_text("deps:\n- path: https://example.org/tickets.csv\n" + file.read_text())
    git(root, "add", "-A", ".")
    git(root, "commit", "-qm", how, "--allow-empty")
    digest = next(one.digest for one in pointers(root) if one.out == path)
    plan = plan_of(tiny, Request(VALUES))
    assert any(one.path == path and said in one.why_not for one in plan.raw)
    execute(tiny, plan)
    assert (root / ".dvc" / "cache" / "files" / "md5" / digest[:2] / digest[2:]).exists()
    assert digest in (root / f"{path}.dvc").read_text()
    unreachable = certificate(root).predicate.model_dump()["unreachable"]
    assert any(place == path and said in why for place, why in unreachable)


def test_what_somebody_edited_by_hand_is_told_to_dvc(tiny: Project) -> None:
    root = tiny.root
    tracked(tiny, RAW)
    lines = (root / RAW).read_text().splitlines(keepends=True)
    (root / RAW).write_text("".join(line for line in lines if JO not in line))
    execute(tiny, plan_of(tiny, Request(VALUES)))
    (pointer,) = pointers(root)
    assert pointer.digest == file_md5(root / RAW) and not anywhere(root / ".dvc" / "cache", JO)


def assay(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    code = f"from governance.cli.main import main\nmain({list(arguments)!r})"
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run([sys.executable, "-c", code], cwd=root, env=env, capture_output=True, text=True)


@pytest.mark.slow
def test_a_project_of_init_is_erased_run_again_and_refuses_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the commands alone, as a person gives them."""
    monkeypatch.setenv("ASSAY_KEY", KEY)
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.setenv("DVC_SITE_CACHE_DIR", str(tmp_path / "site"))
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    columns = ["ticket", "text", "queue", "received", "customer"]
    pl.DataFrame(raw_rows(60), schema=columns, orient="row").write_csv(tmp_path / "tickets.csv")
    named = "--kind classification --data tickets.csv --input text --output queue --id ticket"
    more = "--subject customer --language en --source desk"
    made = assay(tmp_path, "init", "desk", *named.split(), *more.split())
    assert made.returncode == 0, made.stderr
    root = tmp_path / "desk"
    params = root / "params.yaml"
    params.write_text(params.read_text().replace("systems: [] ", "systems: [majority, tfidf_lr] ", 1))
    (tmp_path / "remote").mkdir()
    dvc(root, "remote", "add", "-q", "-d", "shelf", "../remote")
    git(root, "add", "-A", ".")
    git(root, "commit", "-qm", "start")
    dvc(root, "repro", "-q")
    dvc(root, "push", "-q", "--run-cache")
    git(root, "add", "-A", ".")
    git(root, "commit", "-qm", "first")
    theirs = [line for line in (root / RAW).read_text().splitlines() if line.startswith(THEIRS)]

    done = assay(root, "erase", *VALUES, "--yes")
    assert done.returncode == 0, done.stderr
    assert {hit.place for hit in scan_bytes(root, VALUES)} <= {"git objects"}
    assert json.loads(dvc(root, "status", "--json", f"{RAW}.dvc")) == {}
    git(root, "add", "-A", ".")
    git(root, "commit", "-qm", "Erasure")
    dvc(root, "repro", "-q")
    gates = json.loads(assay(root, "check", "--format", "json").stdout)
    (gate,) = (one for one in gates["gates"] if one["name"] == "retrain")
    assert gate["state"] == "pass", gate
    assert not anywhere(root / ".dvc", JO) and not anywhere(root / "data", JO)

    # They come again.
    with (root / RAW).open("a") as file:
        file.write("\n".join(line.replace("K-00", "K-70") for line in theirs) + "\n")
    dvc(root, "add", "-q", RAW)
    dvc(root, "repro", "-q", "ingest")
    ledger = pl.read_parquet(root / "data" / "ingest" / "drops.parquet")
    assert ledger.filter(pl.col("reason") == "suppressed").height == len(theirs)
