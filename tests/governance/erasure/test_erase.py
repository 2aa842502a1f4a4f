"""A person is taken out of three versions, two systems and a remote: nothing of them is left, and every other
row of every version is as it was.
"""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from curate.diff import compare, open_both
from curate.errors import AssayError, GateFailed
from curate.files import only_one
from curate.project import Project
from curate.publish.gold import verify_gold
from curate.splits import SPLITS
from curate.suppress import digests_of, read
from curate.versions.revisions import gold_files, revision
from curate.versions.twins import read_erasures
from governance.cli.main import main
from governance.erasure import steps
from governance.erasure.bytes import scan_bytes
from governance.erasure.certificate import certificate
from governance.erasure.erase import Request, execute, plan_of, resume
from governance.erasure.journal import PLAN, pending
from governance.erasure.plan import FOLDER, Plan
from governance.erasure.retrain import all_that_must
from governance.lineage.versions import checkout, versions
from governance.record_gates import retrain
from governance.records import events
from governance.records.kinds import Erasure, Suppression
from governance.records.ledger import verify
from governance.records.store import read_journal
from governance.standing import model_standing
from tests.governance.erasure.tiny import JO, MENTIONS, SYSTEMS, THEIRS, VALUES, files_of, git

GONE = {*THEIRS, MENTIONS}


def plan(project: Project, *values: str) -> Plan:
    return plan_of(project, Request(values or VALUES))


def erase(project: Project, *values: str) -> None:
    execute(project, plan(project, *values))


def rows_at(project: Project, tag: str) -> dict[str, pl.DataFrame]:
    at = revision(project.root, tag)
    assert at is not None
    files = gold_files(project.root, at)
    return {name: pl.read_parquet(files[f"{name}.parquet"]) for name in SPLITS}


def state(project: Project) -> dict[str, bytes]:
    """Work tree, cache and remote, but for what differs with the hour: records, suppression."""
    base = project.root.parent
    return {
        name: content
        for name, content in files_of(base).items()
        if not name.startswith(("project/records/", "project/.dvc/tmp", "project/.git/", "project/.assay/"))
        and name != "project/decisions/suppressed.jsonl"
    }


def assay(*arguments: str) -> int:
    with pytest.raises(SystemExit) as stop:
        main(list(arguments))
    return int(stop.value.code or 0)


def test_the_plan_says_all_and_changes_nothing(tiny: Project, capsys: pytest.CaptureFixture[str]) -> None:
    before = state(tiny)
    assert assay("erase", *VALUES, "--format", "json") == 1
    told = json.loads(capsys.readouterr().out)
    assert set(told["rows"]) == GONE and len(told["versions"]) == 3
    assert all(sum(version["dropped"].values()) == 4 for version in told["versions"])
    assert {name.split("@")[0] for name in told["models"]} == set(SYSTEMS) and len(told["models"]) == 6
    assert told["raw"] == [{"path": "data/raw/tickets.csv", "dropped": 4, "redacted": 0, "by_hand": ""}]
    assert "models/probe" in told["files"] and "reports/evaluation" in told["files"]
    assert any("git history" in place for place, _ in told["not_reached"])
    assert JO not in json.dumps(told) and "Miller" not in json.dumps(told)
    assert state(tiny) == before
    assert assay("erase", "nobody.here@example.org") == 0


def test_nothing_is_left_and_every_other_row_is_as_it_was(tiny: Project) -> None:
    before = {tag: rows_at(tiny, tag) for tag in ("v1", "v2", "v3")}
    digests = {tag: version.digest for tag, version in zip(("v3", "v2", "v1"), versions(tiny), strict=True)}
    raw = (tiny.root / "data" / "raw" / "tickets.csv").read_bytes().split(b"\n")
    erase(tiny)

    # Every version, by its tag, without them and else the same; its seal and digests are true.
    for tag, tables in before.items():
        after = rows_at(tiny, tag)
        for split, table in tables.items():
            left = table.filter(~pl.col("example_id").is_in(sorted(GONE)))
            assert after[split].equals(left), (tag, split)
        folder = tiny.root.parent / f"out-{tag}"
        checkout(tiny, tag, folder)
        manifest = verify_gold(folder, tiny.key).manifest
        assert manifest["erasure"] == {"of": digests[tag], "rows": 4}
    assert {version.before for version in versions(tiny)} == {(digest,) for digest in digests.values()}
    assert verify_gold(tiny.gold, tiny.key).manifest["erasure"]["of"] == digests["v3"]

    # No byte of theirs where the tool writes; git's history is named.
    hits = scan_bytes(tiny.root, [*VALUES])
    assert {hit.place for hit in hits} <= {"git objects"}
    lines = [line for line in raw if not any(row.encode() in line for row in GONE)]
    assert (tiny.root / "data" / "raw" / "tickets.csv").read_bytes().split(b"\n") == lines
    for name in ("data/ingest", "data/redact", "models/probe", "reports/evaluation", "reports/index.html"):
        assert not (tiny.root / name).exists(), name
    assert not (tiny.root / FOLDER).exists()

    # The certificate says what was done; the journal is whole.
    record = certificate(tiny.root)
    said = record.predicate
    assert isinstance(said, Erasure) and verify(tiny.root, project="tiny-desk").sound
    assert {version.version_digest for version in said.versions} == set(digests.values())
    assert set(said.removed) >= {"cache", "remote shelf"}
    assert said.removed["cache"] == said.removed["remote shelf"]
    assert any("git history" in place for place, _ in said.unreachable) and len(said.models) == 6
    assert JO.encode() not in record.content and b"Miller" not in record.content

    # Done again, nothing happens.
    done = state(tiny)
    assert not plan(tiny).anything and state(tiny) == done


def test_models_must_be_trained_again_until_they_are(tiny: Project) -> None:
    assert retrain(tiny)[0]
    erase(tiny)
    assert all_that_must(tiny) == ["lora"]  # probe kept their rows as text, and is gone
    passed, words, fix = retrain(tiny)
    assert not passed and "lora" in words and "dvc repro" in fix
    codes = [objection.code for objection in model_standing(tiny, "lora").objections]
    assert "must_retrain" in codes
    assert assay("export", "lora", "out") == 1
    card = tiny.models / "lora" / "model.json"
    twin = json.loads((tiny.gold / "manifest.json").read_text())["content_digest"]
    card.write_text(json.dumps({**json.loads(card.read_text()), "gold": twin}))
    assert retrain(tiny)[0] and not all_that_must(tiny)


def test_a_diff_across_the_erasure_names_it_as_the_cause(tiny: Project) -> None:
    checkout(tiny, "v3", tiny.root.parent / "copy")
    erase(tiny)
    found = compare(*open_both(str(tiny.root.parent / "copy"), "v3"))
    table = found.table
    assert set(table["row"]) == GONE and set(table["cause"]) == {"erasure"}
    assert set(table["change"]) == {"removed"}
    between = compare(*open_both("v2..v3"))
    assert set(between.table["row"]) == {"K-0005"}


def test_split_lock_loses_their_digests_and_keeps_a_true_seal(tiny: Project) -> None:
    from curate.seal import Standing
    from curate.split.lock import held_out_digests, read_lock

    erase(tiny)
    lock = read_lock(tiny.root)
    assert lock is not None and lock.standing(tiny.key) is Standing.TRUE
    assert not set(lock.held_out) & set(held_out_digests(sorted(GONE), tiny.key)) and lock.held_out


def test_mentions_are_redacted_where_params_say_so(tiny: Project) -> None:
    params = tiny.root / "params.yaml"
    params.write_text(params.read_text() + "erasure: {mentions: redact}\n")
    git(tiny.root, "commit", "-am", "redact")
    before = rows_at(tiny, "v2")
    erase(tiny)
    raw = (tiny.root / "data" / "raw" / "tickets.csv").read_text()
    line = next(line for line in raw.split("\n") if line.startswith(MENTIONS))
    assert "<EMAIL_ADDRESS> took it in" in line and JO not in raw and THEIRS[0] not in raw
    after = rows_at(tiny, "v2")
    ids = [row for table in after.values() for row in table["example_id"]]
    assert MENTIONS in ids and not set(THEIRS) & set(ids)
    assert sum(table.height for table in before.values()) - len(ids) == len(THEIRS)
    assert {hit.place for hit in scan_bytes(tiny.root, [*VALUES])} <= {"git objects"}


@pytest.mark.parametrize("step", [*steps.STEPS][:6])
def test_a_run_that_is_killed_goes_on_to_the_same_end(
    tiny: Project, step: str, monkeypatch: pytest.MonkeyPatch, tiny_after: dict[str, bytes]
) -> None:
    """Killed when the step's work is done and its line in the plan is not written: the worst moment."""
    real = steps.STEPS[step]

    def killed(project: Project, journal: Any) -> None:
        real(project, journal)
        raise KeyboardInterrupt

    monkeypatch.setitem(steps.STEPS, step, killed)
    with pytest.raises(KeyboardInterrupt):
        erase(tiny)
    plan_file = (tiny.root / FOLDER / PLAN).read_text()
    assert JO not in plan_file and "Miller" not in plan_file
    with pytest.raises(AssayError, match="was begun here"):
        plan(tiny)
    monkeypatch.setitem(steps.STEPS, step, real)
    resume(tiny)
    assert state(tiny) == tiny_after and pending(tiny.root) is None
    assert len(read_journal(tiny.root).of(Erasure)) == 1


@pytest.fixture(scope="module")
def tiny_after(tiny_once: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """What an erasure that nobody disturbs leaves."""
    import shutil

    from tests.governance.erasure.tiny import KEY

    base = tmp_path_factory.mktemp("after") / "tiny"
    shutil.copytree(tiny_once, base, symlinks=True)
    patch = pytest.MonkeyPatch()
    patch.setenv("ASSAY_KEY", KEY)
    erase(Project(base / "project"))
    patch.undo()
    return state(Project(base / "project"))


def test_what_stands_in_the_way_is_named(tiny: Project, capsys: pytest.CaptureFixture[str]) -> None:
    before = state(tiny)
    with pytest.raises(AssayError, match="no erasure was begun"):
        resume(tiny)
    with pytest.raises(AssayError, match="nobody is named"):
        plan_of(tiny, Request())
    with pytest.raises(AssayError, match="three erasures"):
        plan_of(tiny, Request(("a.b@example.org",), expired=True))
    with pytest.raises(AssayError, match="too short"):
        plan(tiny, "Al")
    with only_one(tiny.lock):
        assert assay("erase", *VALUES, "--yes") == 2
    assert "another assay run" in capsys.readouterr().err
    (tiny.root / "params.yaml").write_text((tiny.root / "params.yaml").read_text() + "# a note\n")
    with pytest.raises(AssayError, match=r"params\.yaml") as caught:
        erase(tiny)
    assert "git commit" in caught.value.fix
    git(tiny.root, "checkout", "params.yaml")
    assert state(tiny) == before


def test_a_remote_that_fails_half_way_is_said_and_gone_on_from(
    tiny: Project, monkeypatch: pytest.MonkeyPatch, tiny_after: dict[str, bytes]
) -> None:
    from governance.erasure.objects import NotAllRemoved
    from governance.erasure.where import Removed

    def failing(*_: Any, **__: Any) -> None:
        raise NotAllRemoved("remote shelf failed after 3 objects were removed: no route", Removed((), ()))

    with monkeypatch.context() as patch:
        patch.setattr(steps, "remove_objects", failing)
        with pytest.raises(AssayError, match="remote shelf failed") as caught:
            erase(tiny)
        assert "--resume" in caught.value.fix
    resume(tiny)
    assert state(tiny) == tiny_after


def test_the_policy_asks_for_two_people(tiny: Project, tmp_path: Path) -> None:
    from governance.records.approvals import approve

    keys = {}
    for name in ("ann", "bob"):
        keys[name] = tmp_path / name
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(keys[name])], check=True)
    signers = "".join(
        f"{name}@example.org {path.with_suffix('.pub').read_text()}" for name, path in keys.items()
    )
    (tiny.root / "governance").mkdir()
    (tiny.root / "governance" / "allowed_signers").write_text(signers)
    params = tiny.root / "params.yaml"
    params.write_text(
        params.read_text()
        + "approvals:\n  roles: {dpo: [ann@example.org], steward: [bob@example.org]}\n"
        + "  require: {erasure: [{role: dpo}, {role: steward}]}\n"
    )
    git(tiny.root, "add", "-A", ".")
    git(tiny.root, "commit", "-m", "policy")
    made = plan(tiny)
    with pytest.raises(GateFailed, match="1 by role dpo, 0 given") as caught:
        execute(tiny, made)
    assert made.digest in caught.value.fix
    for name in ("ann", "bob"):
        approve(tiny, "erasure", key=keys[name], plan=made.digest)
    with pytest.raises(GateFailed):  # another person's erasure is not approved by it
        execute(tiny, plan(tiny, "K-0001"))
    execute(tiny, made, signer=str(keys["ann"]))
    record = certificate(tiny.root)
    assert (
        isinstance(record.predicate, Erasure) and len(record.predicate.approvals) == 2 and record.signatures
    )


def test_two_branches_that_erase_the_same_person_merge(tiny: Project) -> None:
    git(tiny.root, "checkout", "-q", "-b", "other")
    other = tiny.root.parent / "other"
    subprocess.run(["cp", "-r", str(tiny.root), str(other)], check=True)
    git(tiny.root, "checkout", "-q", "main")
    for root, branch in ((tiny.root, "main"), (other, "other")):
        erase(Project(root))
        git(root, "add", "-A", ".")
        git(root, "commit", "-m", f"erased on {branch}")
    git(tiny.root, "fetch", "-q", str(other), "other")
    (tiny.root / ".gitattributes").write_text("decisions/*.jsonl merge=union\n")
    git(tiny.root, "add", ".gitattributes")
    git(tiny.root, "commit", "-qm", "union")
    git(tiny.root, "merge", "-q", "-m", "both", "FETCH_HEAD")
    assert len(read_erasures(tiny.root).names) == 1 and not read_erasures(tiny.root).parted
    assert len(read_journal(tiny.root).of(Erasure)) == 2 and verify(tiny.root).sound
    assert sum(table.height for table in rows_at(tiny, "v1").values()) == 16


def test_two_branches_that_erase_two_people_are_made_one(tiny: Project) -> None:
    other = tiny.root.parent / "other"
    subprocess.run(["cp", "-r", str(tiny.root), str(other)], check=True)
    erase(tiny)
    git(tiny.root, "add", "-A", ".")
    git(tiny.root, "commit", "-m", "one")
    erase(Project(other), "K-0007")
    theirs = other / "decisions" / "erasures"
    for path in theirs.glob("*.json"):
        (tiny.root / "decisions" / "erasures" / path.name).write_bytes(path.read_bytes())
    passed, _, fix = retrain(tiny)
    assert not passed and "--again" in fix
    git(tiny.root, "add", "-A", ".")
    git(tiny.root, "commit", "-m", "merged")
    execute(tiny, plan_of(tiny, Request(again=True)))
    assert not read_erasures(tiny.root).parted
    for tag, rows in (("v1", 15), ("v2", 21), ("v3", 21)):
        tables = rows_at(tiny, tag)
        ids = {row for table in tables.values() for row in table["example_id"]}
        assert len(ids) == rows and not ids & {*GONE, "K-0007"}


def test_the_person_is_refused_when_they_come_again_and_that_is_recorded(
    tiny: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed between list and record, it is recorded all the same, and once."""
    real = events.suppressed

    def killed(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(events, "suppressed", killed)
    with pytest.raises(KeyboardInterrupt):
        erase(tiny)
    monkeypatch.setattr(events, "suppressed", real)
    resume(tiny)
    ((line,), ((_, record),)) = read(tiny.root), read_journal(tiny.root).of(Suppression)
    assert set(line.digests) == set(digests_of(VALUES, tiny.key)) and JO not in str(line)
    said = record.predicate
    assert isinstance(said, Suppression) and said.digests == len(line.digests)
    assert said.reason == line.reason == "erased on request" and said.by == line.by
    assert verify(tiny.root).sound


def test_rows_past_their_retention_are_planned(tiny: Project) -> None:
    from datetime import date

    nothing = plan_of(tiny, Request(expired=True, today=date(2027, 1, 1)))
    assert not nothing.anything
    made = plan_of(tiny, Request(expired=True, today=date(2028, 1, 12)))
    assert made.rows == {"K-0009", "K-0018"} and made.why == "retention"
    (raw,) = made.raw
    assert raw.edited is not None and raw.edited.dropped == 2
    execute(tiny, made)
    assert sum(table.height for table in rows_at(tiny, "v1").values()) == 18
    assert not plan_of(tiny, Request(expired=True, today=date(2028, 1, 12))).anything


@pytest.mark.parametrize("said", ["ask", "outside"])
def test_a_raw_file_that_is_not_edited_is_named(
    tiny: Project, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    params = tiny.root / "params.yaml"
    if said == "ask":
        params.write_text(params.read_text() + "erasure: {raw: ask}\n")
    else:
        place = tiny.root.parent / "outside.csv"
        (tiny.root / "data" / "raw" / "tickets.csv").rename(place)
        params.write_text(params.read_text().replace("data/raw/tickets.csv", str(place)))
        monkeypatch.setenv("ASSAY_OUTSIDE", str(place.parent))
    git(tiny.root, "commit", "-aqm", "raw")
    made = plan(tiny)
    (raw,) = made.raw
    assert raw.edited is None and raw.why_not
    execute(tiny, made)
    unreachable = certificate(tiny.root).predicate.model_dump()["unreachable"]
    assert any(place == raw.path and "by hand" in why for place, why in unreachable)
