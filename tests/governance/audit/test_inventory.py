"""Which findings pass, wait or fail, and what is new."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from curate.errors import AssayError
from curate.show.blocks import Heading, Table
from governance.audit.project import audit
from governance.audit.since import BASELINE, compare
from governance.audit.words import tables
from tests.governance.audit.conftest import Found, Small, value

TODAY = date(2026, 6, 15)
KEEP_URLS = "redact: {actions: {URL: keep}}"


def standing(small: Small, **options: Any) -> dict[str, tuple[str, str]]:
    """row -> (standing, why)."""
    found = audit(small.project, TODAY, **options).inventory.findings
    return {row: (how, why) for row, how, why in found.select("example_id", "standing", "why").iter_rows()}


def test_what_policy_takes_out_passes_and_weak_findings_wait(small: Small) -> None:
    small.scan(
        [
            ("UK_NHS", 1, "a", 1.0, True),
            ("URL", 2, "b", 0.9, False),
            ("URL", 3, "c", 0.5, False),
            ("DATE_TIME", 4, "d", 0.4, False),
        ]
    )
    done = audit(small.project, TODAY)
    assert done.inventory.passed
    assert standing(small) == {
        "a": ("settled", ""),
        "b": ("settled", ""),
        "c": ("queued", "uncertain"),
        "d": ("settled", ""),
    }
    assert done.inventory.lines.select("tier", "entity").rows() == [
        ("verified", "UK_NHS"), ("likely", "URL"), ("uncertain", "DATE_TIME"), ("uncertain", "URL"),
    ]  # fmt: skip


def test_block_uncertain_makes_the_weak_ones_fail(small: Small) -> None:
    small.params("audit: {block_uncertain: true}")
    small.scan([("URL", 3, "c", 0.5, False)])
    assert standing(small) == {"c": ("blocks", "uncertain")}


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        (None, ("blocks", "kept_unreviewed")),
        ("unsure", ("blocks", "kept_unreviewed")),
        ("real", ("blocks", "real_but_kept")),
        ("not_personal", ("reviewed", "")),
        ("public", ("reviewed", "")),
    ],
)
def test_what_policy_keeps_wants_a_verdict(small: Small, word: str | None, expected: tuple[str, str]) -> None:
    small.params(KEEP_URLS)
    small.scan([("URL", 1, "a", 0.9, False)])
    if word:
        small.decide(1, word)
    assert standing(small) == {"a": expected}


def test_a_verdict_on_a_redacted_finding(small: Small) -> None:
    small.scan([("URL", 1, "a", 0.5, False), ("URL", 2, "b", 0.5, False), ("URL", 3, "c", 0.9, False)])
    small.decide(1, "real")
    small.decide(2, "public")
    small.decide(3, "unsure")
    assert standing(small) == {"a": ("reviewed", ""), "b": ("reviewed", ""), "c": ("queued", "unsure")}
    assert set(audit(small.project, TODAY).inventory.standing("reviewed")["action"]) == {"keep", "replace"}


def test_an_expired_verdict_on_which_redaction_relies_fails_and_is_reported(small: Small) -> None:
    small.scan([("URL", 1, "a", 0.9, False)])
    small.decide(1, "public", expires="2026-06-15")
    assert standing(small) == {"a": ("blocks", "expired_verdict")}
    assert audit(small.project, TODAY).inventory.reopened["value_id"].to_list() == [value(1)]
    assert audit(small.project, date(2026, 6, 14)).inventory.passed
    small.params(
        "redact: {as_of: 2026-06-15}"
    )  # redaction does not rely on it either: the value is taken out
    assert standing(small) == {"a": ("settled", "")}


def test_stale_verdicts_are_reported_and_harm_nothing(small: Small) -> None:
    small.scan([("URL", 1, "a", 0.9, False)])
    small.decide(7, "public")
    small.decide(1, "public", key_id="ffffffff")
    done = audit(small.project, TODAY)
    assert done.inventory.stale["why"].to_list() == ["other_key", "value_gone"]
    assert standing(small) == {"a": ("settled", "")}


def test_only_new_values_block_once_there_is_a_baseline(small: Small) -> None:
    small.params(KEEP_URLS)
    small.scan([("URL", 1, "a", 0.9, False), ("UK_NHS", 9, "z", 1.0, True)])
    assert not audit(small.project, TODAY).inventory.passed
    done = audit(small.project, TODAY, renew_baseline=True)
    assert done.inventory.passed
    small.scan([("URL", 1, "b", 0.9, False), ("URL", 2, "c", 0.9, False)])
    assert standing(small) == {"b": ("baseline", "kept_unreviewed"), "c": ("blocks", "kept_unreviewed")}
    change = audit(small.project, TODAY).change
    assert change is not None
    assert change.lines.rows() == [("UK_NHS", 0, 1, 0), ("URL", 1, 0, 1)]
    assert change.new == {value(2)}


def test_a_baseline_does_not_excuse_what_policy_took_out_then_and_keeps_now(small: Small) -> None:
    small.scan([("URL", 1, "a", 0.9, False)])
    audit(small.project, TODAY, renew_baseline=True)
    small.params(KEEP_URLS)
    assert standing(small) == {"a": ("blocks", "kept_unreviewed")}


@pytest.mark.parametrize(
    "text",
    [
        "<<<<<<< HEAD",
        "{}",
        "[]",
        '{"schema": "assay.pii-baseline/1", "values": {"URL": ["jo@x.com"]}, "accepted": []}',
    ],
)
def test_a_broken_baseline_is_an_error_and_not_a_pass(small: Small, text: str) -> None:
    small.scan([])
    (small.root / "decisions").mkdir()
    (small.root / BASELINE).write_text(text)
    with pytest.raises(AssayError, match="is not a baseline") as caught:
        audit(small.project, TODAY)
    assert "jo@x.com" not in str(caught.value)


def test_a_baseline_of_another_key_is_an_error(small: Small) -> None:
    small.scan([])
    audit(small.project, TODAY, renew_baseline=True)
    path = small.root / BASELINE
    path.write_text(path.read_text().replace(small.project.key.key_id, "ffffffff"))
    with pytest.raises(AssayError, match="another key"):
        audit(small.project, TODAY)


def test_a_scan_under_another_key_or_none_at_all_is_an_error(small: Small) -> None:
    with pytest.raises(AssayError, match="stage `scan` has not run"):
        audit(small.project, TODAY)
    small.scan([])
    (small.root / "data/scan/report.json").write_text('{"key_id": "ffffffff"}')
    with pytest.raises(AssayError, match="another key"):
        audit(small.project, TODAY)


def test_an_accepted_entity_that_nobody_detects_is_an_error(small: Small) -> None:
    small.params("audit: {accept: [DATE_TIMES]}")
    small.scan([])
    with pytest.raises(AssayError, match="unknown entities: DATE_TIMES"):
        audit(small.project, TODAY)


def test_what_a_verdict_clears_most_of_comes_first_and_each_line_says_why_in_its_own_words(
    small: Small,
) -> None:
    """One value with 57 findings was listed behind dozens with one, each with the same words."""
    many: list[Found] = [("URL", 9, f"r{row:02}", 0.6, False) for row in range(57)]
    few: list[Found] = [("URL", n, f"a{n}", 0.5 + n / 100, False) for n in range(1, 5)]
    small.params("redact: {actions: {URL: keep}}")
    small.scan([*few, *many])
    found = audit(small.project, TODAY)
    assert found.inventory.findings["value_id"][0] == value(9)
    (waiting,) = [
        after
        for title, after in pairwise(tables(found))
        if isinstance(title, Heading) and title.text == "Stands over policy"
    ]
    assert isinstance(waiting, Table)
    assert [row[2] for row in waiting.rows] == ["57", "1", "1", "1", "1"]
    assert waiting.rows[0][-1].endswith("93% of this table")
    whys = [row[-1] for row in waiting.rows]
    assert all(one != other for one, other in pairwise(whys))


def test_an_outdated_redaction_is_noted(small: Small) -> None:
    small.scan([("URL", 1, "a", 0.9, False)])
    *_, note = audit(small.project, TODAY).notes
    assert "Nothing has been redacted yet" in note
    (small.root / "data/redact").mkdir()
    report = small.root / "data/redact/report.json"
    report.write_text(json.dumps({"actions": [{"entity": "URL", "action": "replace", "findings": 1}]}))
    warned = audit(small.project, TODAY).notes
    assert len(warned) == 1  # the project's few rows all change, which is said first
    assert warned[0].startswith("redaction would change")
    small.decide(1, "public")
    *_, note = audit(small.project, TODAY).notes
    assert "another policy, other verdicts" in note


def test_rows_in_languages_the_detectors_do_not_know_are_noted(small: Small) -> None:
    small.scan([])
    report = {"key_id": small.project.key.key_id, "language": {"other_rows": {"de": 2, "fr": 1100}}}
    (small.root / "data/scan/report.json").write_text(json.dumps(report))
    assert (
        audit(small.project, TODAY)
        .notes[0]
        .startswith("1,102 rows are in languages the detectors do not know (de 2, fr 1,100)")
    )


def test_findings_since_a_revision_come_from_its_lock_file_and_the_cache(small: Small) -> None:
    if shutil.which("git") is None:
        pytest.skip("git is not installed")
    env = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull} | {
        f"GIT_{who}_{what}": "t@example.org" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")
    }

    def git(*arguments: str) -> None:
        subprocess.run(["git", *arguments], cwd=small.root, check=True, capture_output=True, env=env)

    def store(content: bytes, suffix: str = "") -> str:
        digest = hashlib.md5(content).hexdigest() + suffix
        path = small.root / ".dvc/cache/files/md5" / digest[:2] / digest[2:]
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        return digest

    git("init", "-q")
    (small.root / ".dvc").mkdir()
    small.scan([("URL", 1, "a", 0.9, False), ("URL", 2, "b", 0.9, False)])
    scan = small.root / "data/scan"
    listing = [
        {"md5": store((scan / name).read_bytes()), "relpath": name}
        for name in ("findings.parquet", "report.json")
    ]
    digest = store(json.dumps(listing).encode(), ".dir")
    (small.root / "dvc.lock").write_text(
        f"schema: '2.0'\nstages:\n  scan:\n    cmd: x\n    outs:\n    - path: data/scan\n      hash: "
        f"md5\n      md5: {digest}\n"
    )
    git("add", "dvc.lock")
    git("commit", "-qm", "one")
    git("tag", "v1")
    small.scan([("URL", 1, "a", 0.9, False), ("UK_NHS", 5, "c", 1.0, True), ("URL", 2, "b", 0.9, False)])
    # the helper numbers findings by place: the second of now is not the second of then
    change = audit(small.project, TODAY, "v1").change
    assert change is not None
    assert (change.unit, change.than) == ("findings", "v1")
    old = pl.read_parquet(scan / "findings.parquet")
    assert change.new <= set(old["finding_id"])
    assert change.totals()["persisting"] >= 1
    with pytest.raises(AssayError, match="not a git revision"):
        audit(small.project, TODAY, "v9")
    (small.root / ".dvc/cache/files/md5" / digest[:2] / digest[2:]).unlink()
    with pytest.raises(AssayError, match="data/scan of v1 is not in DVC's cache"):
        audit(small.project, TODAY, "v1")


_ids = st.lists(st.tuples(st.integers(0, 8), st.just("URL")), max_size=8)


@given(_ids, _ids)
def test_new_gone_and_persisting_are_set_algebra(
    before: list[tuple[int, str]], now: list[tuple[int, str]]
) -> None:
    def frame(pairs: list[tuple[int, str]]) -> pl.DataFrame:
        return pl.DataFrame(
            [(value(n), entity) for n, entity in pairs],
            schema={"value_id": pl.String, "entity": pl.String},
            orient="row",
        )

    change = compare(frame(before), frame(now), "x", "values")
    old, new = set(before), set(now)
    assert change.totals() == {"new": len(new - old), "gone": len(old - new), "persisting": len(new & old)}
    assert change.new == {value(n) for n, _ in new - old}


def test_the_audit_reads_no_text(small: Small, monkeypatch: pytest.MonkeyPatch) -> None:
    small.scan([("URL", 1, "a", 0.9, False)])
    read: list[Any] = []
    real = pl.read_parquet

    def watched(source: Path, **options: Any) -> pl.DataFrame:
        read.append((Path(source).name, options.get("columns")))
        return real(source, **options)

    monkeypatch.setattr(pl, "read_parquet", watched)
    audit(small.project, TODAY)
    assert ("examples.parquet", ["example_id", "source"]) in read
    assert not [
        columns
        for name, columns in read
        if name == "examples.parquet" and columns != ["example_id", "source"]
    ]
