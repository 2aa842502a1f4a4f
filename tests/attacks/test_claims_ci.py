"""The workflow of `docs/ci.md`, step by step in a clone: each false claim of a contributor without the key is
red there, and the project as its owner left it is green.
"""

from __future__ import annotations

import importlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path

import polars as pl
import pytest
import yaml

from curate.project import Project
from governance.cli.main import main
from tests.attacks.project import SECRET, STAGES, commit, edit_yaml, git, rows, write_rows
from tests.attacks.test_claims_gold import recompute

pytestmark = pytest.mark.slow
pytest.importorskip("dvc")

# As `docs/ci.md` has them; training is left out, as that page says how.
STEPS = (
    ("dvc", "repro", "--pull", "publish"),
    ("git", "diff", "--exit-code", "dvc.lock", "split.lock"),
    ("assay", "check", "--format", "github"),
    ("assay", "diff", "origin/main", "--fetch", "--format", "github"),
)
CODE = "import sys\nfrom governance.cli.main import main\nmain(sys.argv[1:])"


def run(root: Path, *command: str) -> subprocess.CompletedProcess[str]:
    """One step, with the key as CI has it; `assay` is this working copy's."""
    bin_ = root.parent / "bin"
    bin_.mkdir(exist_ok=True)
    script = bin_ / "assay"
    script.write_text(f"#!{sys.executable}\n{CODE}\n")
    script.chmod(0o755)
    path = f"{bin_}{os.pathsep}{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    source = str(Path(__file__).resolve().parents[2])
    env = {**os.environ, "ASSAY_KEY": SECRET, "PATH": path, "PYTHONPATH": source}
    return subprocess.run(command, cwd=root, env=env, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def origin(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The owner's repository, made with `assay init`, published, its data pushed to a DVC remote."""
    home = tmp_path_factory.mktemp("ci")
    write_rows(home, rows())
    root = home / "origin"
    options = {
        "--kind": "classification", "--data": str(home / "raw.jsonl"), "--input": "text", "--output": "queue",
        "--id": "id", "--track": "git", "--language": "en", "--target": "0.5",
    }  # fmt: skip
    with pytest.raises(SystemExit) as stopped:
        main(["init", str(root), *[word for pair in options.items() for word in pair]])
    assert not stopped.value.code
    (root / ".assay" / "key").write_text(SECRET + "\n")
    card = yaml.safe_load((root / "task.yaml").read_text())
    blank = dict.fromkeys(("alternative", "owner", "steward"), "named")
    sources = {name: dict.fromkeys(source, "named") for name, source in card["sources"].items()}
    edit_yaml(
        root / "task.yaml", **blank, sources=sources, reviewers=["steward"], review={"next": "2099-01-01"}
    )
    skip = [{"gate": "target", "reason": "trained elsewhere", "date": date.today().isoformat()}]
    edit_yaml(root / "params.yaml", check={"skip": skip}, dedup={"max_dropped": 1.0, "threshold": 1.0})
    for module in STAGES:
        importlib.import_module(module).run(Project(root))
    for command in (
        ("remote", "add", "-d", "store", str(home / "store")),
        ("commit", "-f", "publish", "--with-deps"),
        ("push", "publish", "--with-deps"),
    ):
        done = run(root, "dvc", *command)
        assert done.returncode == 0, done.stderr
    commit(root, "publish")
    git(root, "branch", "-M", "main")
    return root


@pytest.fixture
def clone(origin: Path, tmp_path: Path) -> Path:
    """A clone, as CI makes one of a pull request."""
    root = tmp_path / "clone"
    git(origin, "clone", "-q", str(origin), str(root))
    return root


def lowered_threshold(root: Path) -> None:
    lock = json.loads((root / "split.lock").read_text())
    for limits in lock["strata"].values():
        limits["test"] = 0.02
    (root / "split.lock").write_text(json.dumps(lock))


def addresses_as_ids(root: Path) -> None:
    edit_yaml(root / "params.yaml", ingest={**_section(root, "ingest"), "personal_ids": "keep"})
    raw = next((root / "data" / "raw").glob("*.jsonl"))
    made = [json.loads(line) for line in raw.read_text().splitlines()]
    changed = [{**row, "id": f"who{at}@mail.example.org"} for at, row in enumerate(made)]
    raw.write_text("".join(json.dumps(row) + "\n" for row in changed))


def loosened_policy(root: Path) -> None:
    edit_yaml(root / "params.yaml", redact={**_section(root, "redact"), "default": "keep"})


def verdict_of_2999(root: Path) -> None:
    line = {
        "value_id": "a" * 24, "entity": "EMAIL_ADDRESS", "verdict": "public", "reviewer": "steward",
        "reason": "x", "date": "2999-01-01", "expires": None, "finding_id": None, "key_id": "0" * 8,
    }  # fmt: skip
    with (root / "decisions" / "pii.jsonl").open("a") as file:
        file.write(json.dumps(line) + "\n")


def planted_row(root: Path) -> None:
    """In gold, with `dvc.lock` and the objects of the remote to match."""
    assert run(root, "dvc", "pull", "publish", "--with-deps").returncode == 0
    locked = yaml.safe_load((root / "dvc.lock").read_text())
    gold = root / "gold"
    for path in gold.iterdir():
        shutil.copy(path, path.with_suffix(".copy"))
        path.with_suffix(".copy").replace(path)
        path.chmod(0o644)
    train = pl.read_parquet(gold / "train.parquet")
    planted = train[:1].with_columns(example_id=pl.lit("t999"), input=pl.lit("call Tessa on 07911 123456"))
    pl.concat([train, planted]).sort("example_id").write_parquet(gold / "train.parquet")
    recompute(root)
    (root / "dvc.lock").write_text(yaml.safe_dump(locked))
    assert run(root, "dvc", "commit", "-f", "publish").returncode == 0
    assert run(root, "dvc", "push", "publish").returncode == 0


def every_gate_skipped(root: Path) -> None:
    from governance.gate import GATES

    skip = [{"gate": name, "reason": "x", "date": "2026-01-31"} for name in GATES]
    edit_yaml(root / "params.yaml", check={"skip": skip})


def _section(root: Path, name: str) -> dict[str, object]:
    return dict(yaml.safe_load((root / "params.yaml").read_text()).get(name) or {})


def steps(root: Path) -> dict[str, int]:
    """The exit code of each step of the workflow; the later ones run whatever the earlier ones said."""
    told = {}
    for step in STEPS:
        done = run(root, *step)
        told[" ".join(step)] = done.returncode
        print(" ".join(step), done.returncode, done.stdout[-1500:], done.stderr[-1500:])
    return told


def test_the_project_as_its_owner_left_it_is_green(clone: Path) -> None:
    assert set(steps(clone).values()) == {0}


ATTACKS = (
    lowered_threshold, addresses_as_ids, loosened_policy, verdict_of_2999, planted_row, every_gate_skipped,
)  # fmt: skip


@pytest.mark.parametrize("attack", ATTACKS, ids=[attack.__name__ for attack in ATTACKS])
def test_a_false_claim_is_red(clone: Path, attack: Callable[[Path], None]) -> None:
    attack(clone)
    commit(clone, "an innocent change")
    told = steps(clone)
    assert any(told.values()), told


def test_without_the_secret_the_check_is_red(clone: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.attacks.test_claims_ci.SECRET", "")
    assert run(clone, "dvc", "pull", "publish", "--with-deps").returncode == 0
    done = run(clone, "assay", "check", "--format", "json")
    assert done.returncode == 1 and '"passed": false' in done.stdout
