from pathlib import Path

import polars as pl
import pytest

from curate.errors import AssayError
from curate.examples import LEDGER
from governance.report.planted import bad_rows, duplicates, personal_data
from governance.report.truth import read_truth


def drops(*rows: tuple[str, str, str]) -> pl.DataFrame:
    return pl.DataFrame([(i, "ingest", r, e, None, None) for i, r, e in rows], schema=LEDGER, orient="row")


def test_a_malformed_row_is_found_by_id_or_by_the_reason_of_an_unreadable_one() -> None:
    planted = [
        {"ticket_id": "T-1", "kind": "empty_text"},
        {"ticket_id": "T-2", "kind": "invalid_utf8"},
        {"ticket_id": "T-3", "kind": "too_few_fields"},
    ]
    (score,) = bad_rows(
        planted,
        drops(
            ("T-1", "empty_input", ""),
            ("unreadable-1", "unreadable", "invalid_utf8"),
            ("T-9", "too_long", ""),
        ),
    )
    assert (score.planted, score.found, score.missed, score.wrongly) == (3, 2, 1, 1)


def test_personal_data_counts_found_missed_and_false_alarms() -> None:
    entities = {
        "T-1": [
            {"entity": "EMAIL_ADDRESS", "start": 5, "end": 20},
            {"entity": "PERSON", "start": 30, "end": 35},
        ]
    }
    negatives = {
        "T-2": [{"kind": "ORDER", "start": 0, "end": 10}],
        "T-3": [{"kind": "ORDER", "start": 0, "end": 10}],
    }
    findings = pl.DataFrame(
        {
            "example_id": ["T-1", "T-2", "T-4"],
            "start": [6, 2, 0],
            "end": [20, 9, 4],
            "entity": ["EMAIL_ADDRESS", "PHONE_NUMBER", "EMAIL_ADDRESS"],
        }
    )
    scores = {score.what: score for score in personal_data(entities, negatives, findings)}
    assert (scores["EMAIL_ADDRESS"].found, scores["EMAIL_ADDRESS"].wrongly) == (1, 1)
    assert scores["PERSON"].missed == 1
    assert scores["PHONE_NUMBER"].wrongly == 1
    assert (scores["look-alikes left alone"].planted, scores["look-alikes left alone"].found) == (2, 1)


def test_duplicates_are_found_when_both_rows_stand_in_one_cluster() -> None:
    truth = {"exact_duplicates": {"b": {"of": "a"}}, "near_duplicates": {"d": {"of": "c"}, "f": {"of": "e"}}}
    clusters = pl.DataFrame(
        {"example_id": ["a", "b", "c", "d", "x", "y"], "cluster": ["a", "a", "c", "d", "x", "x"]}
    )
    exact, near = duplicates(truth, clusters)
    assert (exact.found, exact.planted) == (1, 1)
    assert (near.found, near.missed) == (0, 2)
    assert near.wrongly == 1, "the cluster of x and y holds nothing planted"


def test_leaks_and_contradictions_are_told_and_explain_their_clusters() -> None:
    """Each counted as a cluster of nothing planted."""
    truth = {
        "exact_duplicates": {},
        "near_duplicates": {},
        "leaks": {"b": {"of": "h"}},
        "contradictions": {"d": {"with": "c"}, "f": {"with": "e"}},
    }
    clusters = pl.DataFrame({"example_id": ["b", "h", "c", "d", "e"], "cluster": ["h", "h", "c", "c", "e"]})
    told = {score.what: (score.planted, score.found, score.wrongly) for score in duplicates(truth, clusters)}
    assert told == {
        "exact duplicates": (0, 0, None),
        "near-duplicates": (0, 0, 0),
        "held-out rows among those to learn from": (1, 1, None),
        "one text with two answers": (2, 1, None),
    }


def test_without_look_alikes_there_is_no_line_of_them() -> None:
    none = pl.DataFrame(schema={"example_id": str, "start": int, "end": int, "entity": str})
    assert personal_data({}, {}, none) == []


def test_a_truth_file_may_leave_out_what_has_a_default_and_is_refused_in_words_otherwise(
    tmp_path: Path,
) -> None:
    path = tmp_path / "truth.json"
    path.write_text('{"near_duplicates": {"b": {"of": "a"}}, "outcomes": {"b": "train"}}')
    truth = read_truth(path)
    assert truth["near_duplicates"] == {"b": {"of": "a", "conflict": False}}
    assert truth["wrong_labels"] == {} and truth["malformed"] == [] and "leaks" not in truth
    for text, place in (
        ('{"leaks": {"b": {}}}', "leaks.b.of"),
        ('{"entities": {"b": [{"start": 1}]}}', "entities.b.0.end"),
    ):
        path.write_text(text)
        with pytest.raises(AssayError, match=place):
            read_truth(path)
    with pytest.raises(AssayError, match="does not exist"):
        read_truth(tmp_path / "none.json")
