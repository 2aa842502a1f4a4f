"""What an erasure takes out of the work tree beside rows: people's decisions on them, and caches."""

from __future__ import annotations

import json

import polars as pl
import pytest

from curate.diff.comments import Comment, append_comments, read_comments
from curate.files import write_parquet
from curate.pii.decisions import FOLDER
from curate.project import Project
from curate.verdicts.journal import FILE, RowVerdict, append_rows, read_rows, row_digest
from governance.compare.items import FILE as ITEMS_FILE
from governance.compare.journal import Preference, append_preferences, read_preferences
from governance.erasure.certificate import certificate
from governance.erasure.erase import Request, execute, plan_of
from tests.governance.erasure.tiny import JO, THEIRS, VALUES, git


def verdict(project: Project, row: str, text: str = "") -> RowVerdict:
    key = project.key
    return RowVerdict(
        row=row_digest(key, row),
        content="5f" * 12,
        verdict="edit" if text else "keep",
        reviewer="Ada",
        reason="read",
        date="2026-05-04",
        key_id=key.key_id,
        changes={"input": text} if text else {},
    )


def test_decisions_on_their_rows_and_values_go_and_others_stay(tiny: Project) -> None:
    root = tiny.root
    stays = [verdict(tiny, "K-0001"), verdict(tiny, "K-0002", "the parcel of a neighbour came")]
    theirs = [verdict(tiny, THEIRS[0]), verdict(tiny, THEIRS[1], "an edited text of <PERSON>")]
    spoken = verdict(tiny, "K-0004", "a name that no detector knows: Jo Miller")
    append_rows(root, [stays[0], *theirs, stays[1], spoken])
    values = root / FOLDER / "pii.jsonl"
    of_theirs = min(plan_of(tiny, Request(VALUES)).person.value_ids)
    lines = [json.dumps({"value_id": one, "verdict": "real"}) for one in (of_theirs, "ab" * 12)]
    values.write_text("\n".join(lines) + "\n")
    git(root, "add", "-A", ".")
    git(root, "commit", "-qm", "decided")
    execute(tiny, plan_of(tiny, Request(VALUES)))
    assert read_rows(root) == stays
    assert values.read_text() == lines[1] + "\n"
    assert {FILE.as_posix(), f"{FOLDER}/pii.jsonl"} <= set(certificate(root).predicate.model_dump()["files"])


def test_what_was_said_of_their_answers_and_changes_goes_with_the_answers(tiny: Project) -> None:
    root, key = tiny.root, tiny.key
    day = {"reviewer": "Ada", "date": "2026-05-04", "key_id": key.key_id}
    rows = {name: row_digest(key, name) for name in ("K-0001", THEIRS[0])}
    preferences = [
        Preference(
            f"{at}a" * 12, row, "few_shot", "lm_lora", "first", "first", False, "5f" * 8, reason="", **day
        )
        for at, row in enumerate(rows.values())
    ]
    comments = [
        Comment(row, "5f" * 12, "6f" * 12, "7f" * 12, "the guideline says otherwise", **day)
        for row in rows.values()
    ]
    append_preferences(root, preferences)
    append_comments(root, comments)
    write_parquet(pl.DataFrame({"row": ["x"], "input": [f"a letter from {JO}"]}), root / ITEMS_FILE)
    git(root, "add", "-A", ".")
    git(root, "commit", "-qm", "judged")
    execute(tiny, plan_of(tiny, Request(VALUES)))
    assert read_preferences(root) == preferences[:1]
    assert read_comments(root) == comments[:1]
    assert not (root / ITEMS_FILE).exists()


def test_caches_go_whether_or_not_the_person_can_be_found_in_them(
    tiny: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = tiny.root
    export = root / "data" / "raw" / "export"
    home = root.parent / "hub"
    monkeypatch.setenv("HF_DATASETS_CACHE", str(home))
    ours, others = (home / "csv" / "default" / "0.0.0" / name for name in ("ours", "others"))
    for folder in (export, ours, others, root / ".models.work" / "lora", root / ".assay" / "cache"):
        folder.mkdir(parents=True, exist_ok=True)
    (export / "state.json").write_text("{}")
    table = pl.DataFrame({"text": ["nobody", f"from {JO}"]})
    table.write_ipc(export / "cache-0a1b.arrow")
    pl.DataFrame({"text": ["nobody"]}).write_ipc(export / "data-00000-of-00001.arrow")
    (root / ".models.work" / "lora" / "weights.safetensors").write_bytes(b"numbers")
    (root / ".assay" / "cache" / "texts.parquet").write_bytes(b"digests")
    for folder, project in ((ours, root), (others, root.parent / "another")):
        (folder / "dataset_info.json").write_text(
            json.dumps({"download_checksums": {str(project / "x.csv"): {}}})
        )
        table.write_ipc(folder / "csv-train.arrow")
    plan = plan_of(tiny, Request(VALUES))
    assert "data/raw/export/cache-0a1b.arrow" in plan.found.remove
    assert not [one for one in plan.raw if one.edited is None]
    execute(tiny, plan)
    left = {path.name for path in export.iterdir()}
    assert left == {"state.json", "data-00000-of-00001.arrow"}
    assert not (root / ".models.work").exists() and not (root / ".assay" / "cache").exists()
    assert not ours.exists() and others.exists()
    assert ".models.work" in str(certificate(root).predicate.model_dump()["removed"]["caches"])
