"""An erasure waits for DVC, is said to be pending by the gate, and after a failed proof goes on to a
certificate that covers all of it.
"""

from __future__ import annotations

import json
import os
from typing import Any

import pytest

from curate.errors import AssayError, GateFailed
from curate.project import Project
from governance.erasure import steps
from governance.erasure.bytes import scan_bytes
from governance.erasure.certificate import _each_once, certificate
from governance.erasure.erase import resume
from governance.erasure.journal import pending
from governance.erasure.stores import open_stores
from governance.record_gates import retrain
from governance.records.kinds import Erasure
from governance.records.store import read_journal
from tests.governance.erasure.test_erase import erase, state
from tests.governance.erasure.tiny import JO, VALUES


def test_it_is_refused_while_dvc_is_at_work(tiny: Project) -> None:
    before = state(tiny)
    with (
        open_stores(tiny.root, (), lock=True),
        pytest.raises(AssayError, match="another DVC command runs") as caught,
    ):
        erase(tiny)
    assert "wait" in caught.value.fix
    # While a stage of `dvc repro` runs, DVC holds no lock but this note.
    noted = tiny.root / ".dvc" / "tmp" / "rwlock"
    noted.parent.mkdir(exist_ok=True)
    noted.write_text(json.dumps({"write": {"/x/gold": {"pid": os.getpid(), "cmd": "dvc repro"}}, "read": {}}))
    with pytest.raises(AssayError, match="another DVC command runs"):
        erase(tiny)
    assert pending(tiny.root) is None and state(tiny) == before
    noted.write_text(json.dumps({"write": {"/x/gold": {"pid": 2**22 + 1, "cmd": "dvc repro"}}, "read": {}}))
    erase(tiny)  # who wrote that is dead


def test_after_a_failed_proof_it_cleans_what_came_back_and_certifies_all(
    tiny: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    raw = (tiny.root / "data" / "raw" / "tickets.csv").read_bytes()
    real = steps.STEPS["proven"]

    def disturbed(project: Project, journal: Any) -> None:
        if not journal.failed:
            (project.root / "data" / "ingest").mkdir()
            (project.root / "data" / "ingest" / "note.txt").write_text(f"{JO} came back\n")
            (project.root / "data" / "raw" / "tickets.csv").write_bytes(raw)
        real(project, journal)

    monkeypatch.setitem(steps.STEPS, "proven", disturbed)
    with pytest.raises(GateFailed, match="still stands in work tree") as caught:
        erase(tiny)
    assert "--resume" in caught.value.fix and "rm -r" not in caught.value.fix
    passed, words, fix = retrain(tiny)
    assert not passed and "begun" in words and fix == "assay erase --resume"
    monkeypatch.setitem(steps.STEPS, "proven", real)
    resume(tiny)
    assert {hit.place for hit in scan_bytes(tiny.root, [*VALUES])} <= {"git objects"}
    assert pending(tiny.root) is None and len(read_journal(tiny.root).of(Erasure)) == 1
    record = certificate(tiny.root)
    said = record.predicate
    assert isinstance(said, Erasure)
    assert len(said.versions) == 3 and set(said.removed) >= {"cache", "remote shelf"}
    assert {"gold", "models/probe", "data/ingest"} <= set(said.files)
    assert said.raw["data/raw/tickets.csv"]["dropped"] == 8
    assert any(subject.name.startswith("decisions/erasures/") for subject in record.subjects)


def test_the_certificate_lists_a_version_once() -> None:
    one = {"stored": "a.dir", "twin": "b.dir", "version_digest": "v", "twin_digest": "t", "commits": 2}
    assert _each_once([one, {**one, "stored": "c.dir", "commits": 3}]) == [{**one, "commits": 5}]


def test_what_it_removed_is_not_said_to_be_lacking(tiny: Project) -> None:
    from governance.subjects.past import objects

    erase(tiny)
    found = objects(tiny.root)
    assert (found.absent, found.in_remote) == (0, 0)
