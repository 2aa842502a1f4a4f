"""Every change names the record that accounts for it, and what no record accounts for is said to be
unexplained.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import polars as pl
import pytest

from curate.diff.difference import compare

ROW = {
    "example_id": "r",
    "input": "hi <PHONE>",
    "raw": "hi 123",
    "output": "a",
    "split": "train",
    "licence": "x",
    "group": "g",
}
CODE = {"code": {"curate_digest": "1"}}


def causes(before: Any, after: Any) -> list[tuple[str, str]]:
    return compare(before, after).changes.select("change", "cause").rows()


def dropped(reason: str, stage: str = "dedup", kept: str | None = None) -> dict[str, Any]:
    return {
        "example_id": "r",
        "stage": stage,
        "reason": reason,
        "evidence": "jaccard 0.75",
        "kept_id": kept,
        "score": 0.75,
    }


def test_a_row_dropped_by_a_moved_threshold_names_stage_reason_evidence_and_parameter(make_gold: Any) -> None:
    before = make_gold(
        [ROW, {**ROW, "example_id": "t"}],
        manifest={"params": {"dedup": {"threshold": 0.8}, "split": {"seed": 1}}},
    )
    after = make_gold(
        [{**ROW, "example_id": "t"}],
        ledger=[dropped("near_duplicate", kept="t")],
        manifest={"params": {"dedup": {"threshold": 0.7}, "split": {"seed": 1}}},
    )
    assert causes(before, after) == [
        ("removed", "dropped: dedup/near_duplicate (jaccard 0.75; kept t; params.dedup.threshold 0.8 → 0.7)")
    ]
    assert causes(after, before) == [
        ("added", "no longer dropped: dedup/near_duplicate (jaccard 0.75; params.dedup.threshold 0.7 → 0.8)")
    ]


def test_a_kept_twin_that_is_new_is_named_as_what_is_new(make_gold: Any) -> None:
    after = make_gold([{**ROW, "example_id": "t"}], ledger=[dropped("exact_duplicate", kept="t")])
    assert (
        "removed",
        "dropped: dedup/exact_duplicate (jaccard 0.75; kept t, which is new in source)",
    ) in causes(make_gold([ROW]), after)


def test_the_first_stage_that_dropped_a_row_is_the_cause_and_further_reasons_are_counted(
    make_gold: Any,
) -> None:
    after = make_gold([], ledger=[dropped("too_short", "validate"), dropped("near_duplicate", "dedup")])
    assert causes(make_gold([ROW]), after) == [
        ("removed", "dropped: dedup/near_duplicate (jaccard 0.75 and 1 more)")
    ]


def test_an_erasure_that_the_ledger_records_is_the_cause_and_not_what_a_later_stage_says(
    make_gold: Any,
) -> None:
    after = make_gold(
        [],
        ledger=[
            dropped("near_duplicate", "dedup"),
            {**dropped("erased", "ingest"), "evidence": "record 7", "score": None},
        ],
    )
    assert causes(make_gold([ROW]), after) == [("removed", "dropped: ingest/erased (record 7 and 1 more)")]


def test_without_a_ledger_a_row_that_is_gone_is_unexplained(make_gold: Any) -> None:
    found = compare(make_gold([ROW]), replace(make_gold([]), ledger=None))
    assert found.changes["cause"].to_list() == ["unexplained"] and found.summary.unexplained == 1
    assert any("no ledger" in note for note in found.summary.notes)


def test_another_redaction_of_the_same_source_names_entities_and_the_policy(make_gold: Any) -> None:
    edit = {"example_id": "r", "field": "input", "entity": "PHONE", "value_id": "v", "action": "replace"}
    before = make_gold(
        [{**ROW, "input": "hi 123"}], manifest={"params": {"redact": {"actions": {"PHONE": "keep"}}}}
    )
    after = make_gold([ROW], edits=[edit], manifest={"params": {"redact": {"actions": {"PHONE": "replace"}}}})
    assert causes(before, after) == [
        (
            "edited",
            'redaction changed (nothing → PHONE replace; params.redact.actions.PHONE "keep" → "replace")',
        )
    ]


def test_placeholders_renumbered_by_what_was_kept_in_another_field_are_explained_by_it(
    make_gold: Any,
) -> None:
    edit = {"example_id": "r", "entity": "PERSON", "action": "replace"}
    ada, bob = ({**edit, "value_id": value} for value in "ab")
    first, second, answer = {**ada, "field": "input"}, {**bob, "field": "input"}, {**bob, "field": "output"}
    raw = {**ROW, "raw": "Ada met Bob", "raw_output": "Bob met someone"}
    before = make_gold(
        [{**raw, "input": "<PERSON_1> met <PERSON_2>", "output": "<PERSON_2> met someone"}],
        edits=[first, second, answer],
    )
    after = make_gold(
        [{**raw, "input": "Ada met <PERSON_1>", "output": "<PERSON_1> met someone"}],
        edits=[{**first, "action": "keep"}, second, answer],
    )
    schema = {"value_id": pl.String, "verdict": pl.String, "date": pl.String}
    said_of_ada = pl.DataFrame([("a", "not_personal", "2026-02-01")], schema=schema, orient="row")
    judged = replace(before, verdicts=said_of_ada.clear()), replace(after, verdicts=said_of_ada)
    said = "PERSON replace → PERSON keep, PERSON replace; verdict none → not_personal of 2026-02-01"
    assert dict(causes(*judged)) == {
        "edited": f"redaction changed by a verdict ({said})",
        "relabelled": f"placeholders renumbered (input: {said})",
    }
    assert compare(*judged).summary.unexplained == 0


@pytest.mark.parametrize("output", ["<PERSON_1> met nobody", "<PHONE_1> met someone", "Bob met someone"])
def test_another_change_beside_a_renumbering_stays_unexplained(make_gold: Any, output: str) -> None:
    edit = {"example_id": "r", "entity": "PERSON", "action": "replace", "field": "input", "value_id": "a"}
    raw = {**ROW, "raw": "x", "raw_output": "Bob met someone"}
    before = make_gold([{**raw, "output": "<PERSON_2> met someone"}], edits=[edit])
    after = make_gold([{**raw, "output": output}], edits=[{**edit, "action": "keep"}])
    assert ("relabelled", "unexplained") in causes(before, after)
    alone = make_gold([{**raw, "output": "<PERSON_1> met someone"}], edits=[edit])
    assert causes(before, alone) == [("relabelled", "unexplained")], "no redaction changed in the row"


def test_the_source_is_the_cause_before_redaction_is(make_gold: Any) -> None:
    edit = {"example_id": "r", "field": "input", "entity": "PHONE", "value_id": "v", "action": "replace"}
    assert causes(make_gold([{**ROW, "raw": "other", "input": "other"}]), make_gold([ROW], edits=[edit])) == [
        ("edited", "edited in source")
    ]


@pytest.mark.parametrize(
    ("old", "new", "cause"),
    [
        (
            {"params": {"ingest": {"unicode": "NFC"}}},
            {"params": {"ingest": {"unicode": "NFKC"}}},
            'read otherwise (params.ingest.unicode "NFC" → "NFKC")',
        ),
        (CODE, {"code": {"curate_digest": "2"}}, "made by other code (code changed: code.curate_digest)"),
        (CODE, CODE, "unexplained"),
    ],
)
def test_an_edit_of_the_same_source_is_explained_by_parameters_then_code_else_not_at_all(
    make_gold: Any, old: Any, new: Any, cause: str
) -> None:
    assert causes(make_gold([{**ROW, "input": "Hi"}], manifest=old), make_gold([ROW], manifest=new)) == [
        ("edited", cause)
    ]


@pytest.mark.parametrize(
    ("row", "old", "new", "cause"),
    [
        (
            {},
            {"params": {"split": {"seed": 1}}},
            {"params": {"split": {"seed": 2}}},
            "the split was set otherwise (params.split.seed 1 → 2)",
        ),
        ({"group": "other"}, {}, {}, "moved with its new group"),
        ({"output": "b"}, {}, {}, "moved with its new label"),
        (
            {},
            {"task": {"held_out": None}},
            {"task": {"held_out": {"path": "t.csv"}}},
            "the held-out rows were set otherwise (task.held_out null → unset, task.held_out.path unset "
            '→ "t.csv")',
        ),
        ({}, {}, {}, "unexplained"),
    ],
)
def test_a_moved_row_names_what_moved_it(make_gold: Any, row: Any, old: Any, new: Any, cause: str) -> None:
    before, after = make_gold([ROW], manifest=old), make_gold([{**ROW, **row, "split": "test"}], manifest=new)
    assert ("moved", cause) in causes(before, after)


def test_provenance_comes_from_the_source_or_the_task_card(make_gold: Any) -> None:
    assert causes(make_gold([ROW]), make_gold([{**ROW, "licence": "y"}])) == [("edited", "edited in source")]
    card = [
        make_gold([{**ROW, "licence": licence}], manifest={"task": {"sources": {"s": {"licence": licence}}}})
        for licence in "xy"
    ]
    assert causes(*card) == [("edited", 'edited in source or task card (task.sources.s.licence "x" → "y")')]


def test_another_secret_key_explains_content_ids_and_keyed_columns(make_gold: Any) -> None:
    before = make_gold([{**ROW, "example_id": "b1-aa"}, ROW])
    after = make_gold([{**ROW, "example_id": "b1-bb"}, {**ROW, "group": "h"}], manifest={"key_id": "k2"})
    found = compare(before, after)
    assert found.summary.unexplained == 0 and any("secret keys" in note for note in found.summary.notes)
    assert set(found.changes["reason"]) == {
        "the secret key changed, and ids made from content with it",
        "the secret key changed, and digests made with it",
    }


@pytest.mark.parametrize("tampered", ["edit", "add", "remove", "move"])
def test_what_was_done_by_hand_after_publishing_is_unexplained_whatever_the_records_say(
    make_gold: Any, tampered: str
) -> None:
    other = {**ROW, "example_id": "s", "output": "b"}
    # Parameters and code differ too, which would explain everything.
    before = make_gold([ROW, other], manifest={"params": {"split": {"seed": 1}, "redact": {"x": 1}}})
    published = make_gold([ROW, other], manifest={"params": {"split": {"seed": 2}, "redact": {"x": 2}}})
    rows = {
        "edit": [ROW, {**other, "input": "by hand"}],
        "add": [ROW, other, {**ROW, "example_id": "new"}],
        "remove": [ROW],
        "move": [ROW, {**other, "split": "test"}],
    }
    after = replace(published, table=make_gold(rows[tampered]).table)
    found = compare(before, after)
    assert found.summary.unexplained == found.changes.height == 1
    assert found.changes["evidence"][0].startswith("v: the row ")


def test_counts_by_cause_add_up_to_the_changes(make_gold: Any) -> None:
    before = make_gold([{**ROW, "example_id": f"r{number}"} for number in range(5)])
    found = compare(before, make_gold([{**ROW, "example_id": "r0", "output": "b"}]))
    assert sum(cause.changes for cause in found.summary.causes) == found.changes.height == 5
    assert isinstance(found.changes, pl.DataFrame)


def test_a_row_moved_because_the_lock_was_drawn_anew_names_what_differs_in_it(make_gold: Any) -> None:
    lock = {
        "seed": 7,
        "strata.groups.test": 0.29,
        "strata.groups.units": 311,
        "frozen_test.digest": "a",
        "strata.new.test": 0.3,
    }
    before = replace(make_gold([ROW]), lock=lock)
    after = make_gold([{**ROW, "split": "test"}])
    drawn = {"seed": 7, "strata.groups.test": 0.31, "strata.groups.units": 400, "frozen_test.digest": "b"}
    assert causes(before, replace(after, lock=drawn)) == [
        ("moved", "the split was drawn anew (split.lock strata.groups.test 0.29 → 0.31)")
    ]
    # Counts, digests and strata of one side alone move no row.
    grown = {**lock, "strata.groups.units": 400, "frozen_test.digest": "b", "strata.other.test": 0.1}
    assert causes(before, replace(after, lock=grown)) == [("moved", "unexplained")]


def test_a_new_language_moves_a_row_only_where_the_split_is_stratified_by_it(make_gold: Any) -> None:
    before, after = (
        make_gold([{**ROW, "language": "en"}]),
        make_gold([{**ROW, "language": "fr", "split": "test"}]),
    )
    assert ("moved", "unexplained") in causes(before, after)
    assert ("moved", "moved with its new language") in causes(
        replace(before, label=None), replace(after, label=None)
    )


@pytest.mark.parametrize(
    ("old", "new", "word"),
    [
        ([], [("v", "not_personal", "2026-05-01T10:00")], "; verdict none → not_personal of 2026-05-01"),
        (
            [("v", "real", "2026-01-01")],
            [("v", "public", "2026-05-01")],
            "; verdict real → public of 2026-05-01",
        ),
        ([("v", "real", "2026-01-01")], [("v", "real", "2026-01-01")], ""),
        ([], [("other", "not_personal", "2026-05-01")], ""),
    ],
)
def test_a_redaction_undone_by_a_verdict_names_the_verdict(
    make_gold: Any, old: Any, new: Any, word: str
) -> None:
    edit = {"example_id": "r", "field": "input", "entity": "PHONE", "value_id": "v", "action": "replace"}
    schema = {"value_id": pl.String, "verdict": pl.String, "date": pl.String}
    before = replace(make_gold([ROW], edits=[edit]), verdicts=pl.DataFrame(old, schema=schema, orient="row"))
    after = replace(
        make_gold([{**ROW, "input": "hi 123"}]), verdicts=pl.DataFrame(new, schema=schema, orient="row")
    )
    by = " by a verdict" if word else ""
    assert causes(before, after) == [("edited", f"redaction changed{by} (PHONE replace → nothing{word})")]


def test_a_verdict_on_one_finding_is_told_where_it_stands_and_nowhere_else(make_gold: Any) -> None:
    """The value is judged real; one later finding of it is judged not personal: only that place changed."""
    edit = {"field": "input", "entity": "PHONE", "value_id": "v", "action": "replace", "verdict": "real"}
    was = [{**edit, "example_id": "r"}, {**edit, "example_id": "s"}]
    now = [{**edit, "example_id": "r", "action": "keep", "verdict": "not_personal"}, was[1]]
    both = [(None, "real", "2026-01-01"), ("f", "not_personal", "2026-05-01")]
    schema = {"value_id": pl.String, "finding_id": pl.String, "verdict": pl.String, "date": pl.String}
    said = pl.DataFrame([("v", *line) for line in both], schema=schema, orient="row")
    rows = [ROW, {**ROW, "example_id": "s"}]
    before = replace(make_gold(rows, edits=was), verdicts=said.head(1))
    after = replace(make_gold([{**ROW, "input": "hi 123"}, rows[1]], edits=now), verdicts=said)
    words = "PHONE replace → PHONE keep; verdict real → not_personal of 2026-05-01"
    assert causes(before, after) == [("edited", f"redaction changed by a verdict ({words})")]


def test_a_redaction_that_verdicts_explain_in_part_names_the_parameters_too(make_gold: Any) -> None:
    edits = [
        {"example_id": "r", "field": "input", "entity": entity, "value_id": entity, "action": "replace"}
        for entity in ("EMAIL", "PHONE")
    ]
    schema = {"value_id": pl.String, "verdict": pl.String, "date": pl.String}
    sides = [
        make_gold([ROW], edits=edits, manifest={"params": {"redact": {"actions": {"EMAIL": "replace"}}}}),
        make_gold(
            [{**ROW, "input": "hi 123"}], manifest={"params": {"redact": {"actions": {"EMAIL": "keep"}}}}
        ),
    ]
    said = pl.DataFrame([("PHONE", "public", "2026-05-01")], schema=schema, orient="row")
    before, after = replace(sides[0], verdicts=said.clear()), replace(sides[1], verdicts=said)
    told = "EMAIL replace, PHONE replace → nothing; verdict none → public of 2026-05-01"
    assert causes(before, after) == [
        ("edited", f'redaction changed ({told}; params.redact.actions.EMAIL "replace" → "keep")')
    ]


def test_a_row_whose_kept_twin_is_gone_says_so(make_gold: Any) -> None:
    before = make_gold([{**ROW, "example_id": "t"}], ledger=[dropped("exact_duplicate", kept="t")])
    assert (
        "added",
        "no longer dropped: dedup/exact_duplicate (jaccard 0.75; its kept twin t is gone)",
    ) in causes(before, make_gold([ROW]))
