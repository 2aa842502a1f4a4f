"""What the dedup stage drops, why, and what it never drops."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curate.dedup.leaks import leak_counts, leaks
from curate.dedup.params import DedupParams, Similarity
from curate.dedup.stage import dedup
from curate.errors import AssayError
from curate.examples import EXAMPLES, conform
from curate.params import parse
from curate.stage import StageResult, check_conservation
from curate.task import Kind
from tests.curate.dedup.conftest import oracle_pairs

LATE = "my parcel has not arrived and it is a week late now"


def table(rows: list[dict[str, Any]]) -> pl.DataFrame:
    wide = [
        {"example_id": f"r{i}", "output": "delivery", "held_out": False, "language": "en"} | row
        for i, row in enumerate(rows)
    ]
    return conform(pl.DataFrame(wide, infer_schema_length=None), EXAMPLES)


def reasons(result: StageResult) -> dict[str, tuple[str, str | None]]:
    return {
        row["example_id"]: (row["reason"], row["kept_id"]) for row in result.dropped.iter_rows(named=True)
    }


def test_exact_and_near_copies_go_and_the_longest_stays() -> None:
    rows = table(
        [
            {"input": LATE},
            {"input": f"  {LATE.upper()}"},
            {"input": LATE + "!"},
            {"input": "I was charged twice"},
        ]
    )
    result = dedup(rows, Kind.CLASSIFICATION)
    # r1 is as long as r2 and a character more than r0 before folding.
    assert reasons(result) == {"r0": ("exact_duplicate", "r1"), "r2": ("near_duplicate", "r1")}
    assert result.dropped["score"].to_list() == [1.0, 1.0]
    assert result.tables["clusters"].rows() == [
        ("r0", "r1", False),
        ("r1", "r1", True),
        ("r2", "r1", False),
        ("r3", "r3", True),
    ]
    assert result.tables["pairs"].rows() == [
        ("r0", "r1", "exact", 1.0),
        ("r0", "r2", "near", 1.0),
        ("r1", "r2", "near", 1.0),
    ]


def test_a_held_out_row_is_never_dropped_and_its_twins_are_leaks() -> None:
    rows = table(
        [
            {"input": LATE + " please"},
            {"input": LATE, "held_out": True},
            {"input": LATE + ".", "held_out": True},
            {"input": LATE, "output": "billing"},
        ]
    )
    result = dedup(rows, Kind.CLASSIFICATION)
    # r3 has the very text of r1, and r0 is nearest in priority to r2, the longer of the two.
    assert reasons(result) == {"r0": ("leak", "r2"), "r3": ("leak", "r1")}
    assert result.report["leaks"] == {
        "rows_dropped": 2,
        "pairs": 4,
        "conflicting_pairs": 2,
        "held_out_rows": 2,
        "held_out_rows_conflicting": 2,
    }
    assert result.report["held_out_pairs"] == {"pairs": 1, "conflicting": 0}


@pytest.mark.parametrize(
    ("policy", "gone", "listed"),
    [("review", {"r0", "r1"}, 2), ("drop", {"r0", "r1"}, 0), ("keeper", {"r1"}, 0)],
)
def test_a_cluster_that_disagrees_on_its_label_leaves_by_policy(
    policy: Any, gone: set[str], listed: int
) -> None:
    rows = table(
        [
            {"input": LATE + " today"},
            {"input": LATE, "output": "billing"},
            {"input": "something else altogether"},
        ]
    )
    result = dedup(rows, Kind.CLASSIFICATION, DedupParams(on_conflict=policy))
    assert set(reasons(result)) == gone
    assert {reason for reason, _ in reasons(result).values()} == (
        {"near_duplicate"} if policy == "keeper" else {"label_conflict"}
    )
    assert result.tables["conflicts"].height == listed
    assert result.report["conflicts"]["clusters"] == 1


def test_a_conflict_within_the_held_out_set_is_reported_only() -> None:
    rows = table([{"input": LATE, "held_out": True}, {"input": LATE, "held_out": True, "output": "billing"}])
    result = dedup(rows, Kind.CLASSIFICATION)
    assert result.kept.height == 2 and result.report["held_out_pairs"] == {"pairs": 1, "conflicting": 1}


def test_a_chain_does_not_drop_its_far_end() -> None:
    words = [f"word{i:02d}" for i in range(24)]
    chain = [
        " ".join(words[i * 4 : i * 4 + 12]) for i in range(4)
    ]  # each like the next, not like the one after
    rows = table([{"input": text} for text in chain])
    result = dedup(rows, Kind.CLASSIFICATION, DedupParams(unit="word", n=1, threshold=0.5))
    assert reasons(result) == {"r1": ("near_duplicate", "r0"), "r3": ("near_duplicate", "r2")}


def test_another_language_is_another_rewriting_and_another_answer_another_preference() -> None:
    twice = [
        {"input": LATE, "language": "en"},
        {"input": LATE, "language": "de"},
        {"input": LATE, "language": "de", "output": "x"},
    ]
    keeper = DedupParams(on_conflict="keeper")
    assert set(reasons(dedup(table(twice), Kind.REWRITING, keeper))) == {"r2"}
    assert set(reasons(dedup(table(twice), Kind.REWRITING))) == set()
    asked = [
        {"input": LATE, "output": "a", "rejected": "b"},
        {"input": LATE, "output": "b", "rejected": "a"},
        {"input": LATE + "?", "output": "a", "rejected": "b"},
    ]
    assert set(reasons(dedup(table(asked), Kind.PREFERENCE))) == {"r0"}
    assert set(reasons(dedup(table(twice), Kind.SUMMARY, keeper))) == {"r1", "r2"}
    assert set(reasons(dedup(table(twice), Kind.SUMMARY))) == {"r1"}


def test_equal_texts_with_different_objects_conflict_and_their_near_copies_find_another_keeper() -> None:
    rows = table(
        [
            {"input": LATE + "!!", "output": '{"a":1}'},
            {"input": LATE + "!!", "output": '{"a":2}'},
            {"input": LATE, "output": '{"a":1}'},
            {"input": LATE + ".", "output": '{"a":1}'},
        ]
    )
    assert reasons(dedup(rows, Kind.EXTRACTION)) == {
        "r0": ("label_conflict", None),
        "r1": ("label_conflict", None),
        "r2": ("near_duplicate", "r3"),
    }


words = st.sampled_from(["pay", "card", "the", "my", "late", "not", "top-up", "!"])
rows_drawn = st.lists(
    st.tuples(st.lists(words, max_size=8).map(" ".join), st.sampled_from("ab"), st.booleans()),
    min_size=1,
    max_size=20,
)


@pytest.mark.slow
@settings(deadline=None, max_examples=80)
@given(rows_drawn, st.sampled_from(list(Kind)), st.randoms(use_true_random=False))
def test_every_drop_has_a_kept_verified_twin_nothing_is_lost_and_order_does_not_matter(
    drawn: list[tuple[str, str, bool]], kind: Kind, chance: Any
) -> None:
    rows = table([{"input": text, "output": label, "held_out": held} for text, label, held in drawn])
    params = DedupParams(threshold=0.6)
    result = dedup(rows, kind, params)
    check_conservation(result, rows["example_id"])
    assert set(rows.filter("held_out")["example_id"]) <= set(result.kept["example_id"])
    texts = dict(rows.select("example_id", "input").iter_rows())
    kept = set(result.kept["example_id"])
    for row in result.dropped.iter_rows(named=True):
        if row["reason"] != "label_conflict":
            assert row["kept_id"] in kept
            near = oracle_pairs(
                [texts[row["example_id"]], texts[row["kept_id"]]], params.unit, params.n, params.threshold
            )
            assert near.get(
                (0, 1), 1.0 if row["reason"] in ("exact_duplicate", "leak") else 0
            ) == pytest.approx(row["score"])
    order = list(range(rows.height))
    chance.shuffle(order)
    again = dedup(rows[order], kind, params)
    assert (
        again.kept.equals(result.kept)
        and again.dropped.equals(result.dropped)
        and again.report == result.report
    )
    assert all(again.tables[name].equals(frame) for name, frame in result.tables.items())


def test_many_equal_rows_are_one_document_and_listed_against_their_keeper() -> None:
    same = pl.select(
        pl.format("r{}", pl.int_range(200_000)).alias("example_id"),
        input=pl.lit(LATE),
        output=pl.lit("a"),
        held_out=pl.lit(False),
    )
    result = dedup(conform(same, EXAMPLES), Kind.CLASSIFICATION)
    assert result.kept["example_id"].to_list() == ["r0"]
    assert result.report["pairs"]["listed"] == "representatives"
    assert result.tables["pairs"].height == 199_999


def test_an_empty_table_passes() -> None:
    assert dedup(EXAMPLES.to_frame(), Kind.CLASSIFICATION).kept.height == 0


def test_all_published_leaks_of_banking77_are_found(shared_data: Any) -> None:
    sides = []
    for name in ("train", "test"):
        raw = pl.read_csv(shared_data / "banking77" / f"{name}.csv")
        ids = pl.format(name + "{}", pl.int_range(pl.len()).cast(pl.String).str.zfill(5)).alias("example_id")
        sides.append(raw.select(ids, pl.col("text").alias("input"), pl.col("category").alias("output")))
    found = leaks(*sides, Kind.CLASSIFICATION, Similarity())  # type: ignore[misc]
    assert leak_counts(found) == {
        "pairs": 226,
        "conflicting_pairs": 14,
        "held_out_rows": 191,
        "held_out_rows_conflicting": 12,
    }


@pytest.mark.parametrize(
    "bad",
    [
        {"threshold": 0},
        {"threshold": 1.2},
        {"n": 0},
        {"unit": "byte"},
        {"on_conflict": "ask"},
        {"treshold": 0.7},
    ],
)
def test_bad_params_are_named(bad: dict[str, Any]) -> None:
    with pytest.raises(AssayError, match=f"params.dedup.{next(iter(bad))}"):
        parse(DedupParams, bad, "params.dedup")


def test_leaks_of_other_kinds_have_no_label_conflict() -> None:
    one, other = table([{"input": LATE}]), table([{"input": LATE, "output": "x"}])
    assert leaks(one, other, Kind.SUMMARY, Similarity()).rows() == [("r0", "r0", "exact", 1.0, None)]


def test_callers_see_progress() -> None:
    seen: list[tuple[int, int]] = []
    watch: Callable[[int, int], None] = lambda done, total: seen.append((done, total))
    dedup(table([{"input": LATE}]), Kind.CLASSIFICATION, progress=watch)
    assert seen == [(1, 1)]


def names(kept: StageResult) -> set[str]:
    return set(kept.kept["example_id"])


def test_twins_are_what_people_wrote_and_not_what_redaction_left() -> None:
    written = table(
        [
            {"input": "you can call me brandon", "output": "change_name"},
            {"input": "you can call me stevie", "output": "change_name"},
            {"input": "please write to anna@example.org about it", "output": "change_name"},
            {"input": "please write to zachary.quill@example.net about it", "output": "change_mail"},
            {"input": "you can call me Brandon!", "output": "change_name"},
            {"input": "where is my parcel", "output": "other"},
        ]
    )
    redacted = written.with_columns(
        input=pl.col("input")
        .str.replace("(?i)brandon|stevie", "<PERSON_1>")
        .str.replace(r"\S+@\S+", "<EMAIL_ADDRESS_1>")
    )
    result = dedup(redacted, Kind.CLASSIFICATION, written=written)
    assert reasons(result) == {"r0": ("near_duplicate", "r4")}
    assert result.kept["input"].str.contains("(?i)brandon").sum() == 0
    assert result.report["after_redaction"] == {
        "policy": "keep",
        "rows": 2,
        "families": 1,
        "rows_in_families_of_several_outputs": 2,
        "rows_equal_to_held_out_rows": 0,
    }
    assert "2 rows have an input that only redaction made equal" in result.report["notes"][0]
    # "<PERSON_1>" and "<PERSON_1>!" are not equal, so r1 and r4 are not counted.
    dropped = dedup(redacted, Kind.CLASSIFICATION, DedupParams(after_redaction="drop"), written=written)
    assert reasons(dropped) == {"r0": ("near_duplicate", "r4")}
    # What was there before: four of six rows gone, none of whose twins anybody wrote.
    assert set(reasons(dedup(redacted, Kind.CLASSIFICATION))) == {"r0", "r1", "r2", "r3"}


def test_rows_that_redaction_made_equal_leave_by_their_own_reason_if_asked() -> None:
    written = table(
        [
            {"input": f"my name is {name}", "output": output, "held_out": held}
            for name, output, held in (
                ("Tessa Quill", "a", False),
                ("Omar Haddadi", "a", False),
                ("Jo", "b", False),
                ("Anneliese Featherstone", "a", True),
            )
        ]
    )
    redacted = written.with_columns(input=pl.lit("my name is <PERSON_1>"))
    kept = dedup(redacted, Kind.CLASSIFICATION, written=written)
    assert kept.dropped.height == 0 and kept.report["after_redaction"]["rows_equal_to_held_out_rows"] == 3
    dropped = dedup(redacted, Kind.CLASSIFICATION, DedupParams(after_redaction="drop"), written=written)
    assert reasons(dropped) == {
        "r0": ("equal_after_redaction", "r3"),
        "r1": ("equal_after_redaction", "r3"),
    }
    assert dropped.dropped["evidence"].unique().to_list() == ["one of 4 rows that redaction made equal"]


def test_tables_and_reports_hold_no_raw_value() -> None:
    written = table(
        [{"input": "call 07700 900123 now please", "output": output} for output in ("a 07700", "b")]
    )
    redacted = written.with_columns(
        pl.col("input", "output").str.replace_all(r"07700( 900123)?", "<PHONE_NUMBER_1>")
    )
    result = dedup(redacted, Kind.CLASSIFICATION, written=written)
    assert set(reasons(result)) == {"r0", "r1"} and result.tables["conflicts"].height == 2
    everything = str(result.report) + "".join(str(frame.rows()) for frame in result.tables.values())
    assert "07700" not in everything + str(result.dropped.rows())


RECEIPT = (
    "TAN WOON YANN BOOK STORE, 81100 JOHOR BAHRU, invoice date {}, total {} ringgit, thank you, come again"
)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (
            "a table for two on the 17th of september please",
            "a table for two on the 27th of september please",
        ),
        (
            "a table for two people at seven o'clock this friday",
            "a table for six people at seven o'clock this friday",
        ),
        (
            "a table for two people at half past six on monday",
            "a table for two people at half past six on friday",
        ),
        (RECEIPT.format("12/01/2019", "31.00"), RECEIPT.format("15/01/2019", "32.00")),
        (
            "we do want the window seat in the corner again",
            "we do not want the window seat in the corner again",
        ),
        (
            "you can collect the parcel at the depot in town",
            "you can't collect the parcel at the depot in town",
        ),
        (
            "wir möchten den Tisch am Fenster in der Ecke haben",
            "wir möchten den Tisch am Fenster nicht in der Ecke haben",
        ),
    ],
)
def test_a_number_a_date_or_a_negation_weighs_more_than_letters(one: str, other: str) -> None:
    rows = table([{"input": one}, {"input": other}])
    letters = DedupParams(threshold=0.7, weigh="never", on_conflict="review")
    for kind in (Kind.EXTRACTION, Kind.REWRITING, Kind.SUMMARY, Kind.PREFERENCE):
        result = dedup(rows, kind, DedupParams(threshold=0.7))
        assert reasons(result) == {} and result.report["weighed"]["pairs_spared"] == 1
        assert len(reasons(dedup(rows, kind, letters))) == 1
    assert len(reasons(dedup(rows, Kind.CLASSIFICATION, DedupParams(threshold=0.7)))) == 1
    assert reasons(dedup(rows, Kind.CLASSIFICATION, DedupParams(threshold=0.7, weigh="always"))) == {}
    # Nor is the one a leak of the other.
    assert leaks(rows[:1], rows[1:], Kind.EXTRACTION, DedupParams(threshold=0.7)).height == 0
    assert leaks(rows[:1], rows[1:], Kind.CLASSIFICATION, DedupParams(threshold=0.7)).height == 1


def test_where_the_output_is_read_off_the_text_another_output_is_another_example() -> None:
    rows = table(
        [
            {"input": "we are under the name of millington tonight", "output": '{"name":"millington"}'},
            {"input": "we are under the name of wellington tonight", "output": '{"name":"wellington"}'},
            {"input": "we are under the name of Wellington tonight!", "output": '{"name":"Wellington"}'},
        ]
    )
    assert reasons(dedup(rows, Kind.EXTRACTION, DedupParams(threshold=0.6))) == {
        "r1": ("near_duplicate", "r2")
    }
    assert len(reasons(dedup(rows, Kind.EXTRACTION, DedupParams(threshold=0.6, weigh="never")))) == 2


def test_answers_that_differ_in_case_and_white_space_only_are_one_answer() -> None:
    outputs = ('{"address":"NO.12, JALAN SS4C/5"}', '{"address":"no.12,JALAN SS4C/5"}', '{"address":"NO.13"}')
    rows = table([{"input": LATE, "output": output} for output in outputs[:2]])
    assert reasons(dedup(rows, Kind.EXTRACTION)) == {"r1": ("exact_duplicate", "r0")}
    rows = table([{"input": LATE, "output": output} for output in outputs])
    assert set(reasons(dedup(rows, Kind.EXTRACTION))) == {"r0", "r1", "r2"}


def test_labels_of_a_text_and_its_denial_do_not_conflict() -> None:
    rows = table(
        [
            {"input": "my card is working in the shop round the corner", "output": "praise"},
            {"input": "my card is not working in the shop round the corner", "output": "card_not_working"},
            {"input": "my card isn't working in the shop round the corner", "output": "card_not_working"},
        ]
    )
    params = DedupParams(threshold=0.7)
    assert reasons(dedup(rows, Kind.CLASSIFICATION, params)) == {"r2": ("near_duplicate", "r1")}
    never = DedupParams(threshold=0.7, weigh="never")
    assert {reason for reason, _ in reasons(dedup(rows, Kind.CLASSIFICATION, never)).values()} == {
        "label_conflict"
    }


@pytest.mark.parametrize("kind", [Kind.REWRITING, Kind.SUMMARY])
@pytest.mark.parametrize(
    ("policy", "gone"),
    [
        ("auto", {"r3": ("exact_duplicate", "r1"), "r4": ("near_duplicate", "r0")}),
        ("keep", {"r3": ("exact_duplicate", "r1"), "r4": ("near_duplicate", "r0")}),
        (
            "keeper",
            dict.fromkeys(("r1", "r3"), ("exact_duplicate", "r0")) | {"r4": ("near_duplicate", "r0")},
        ),
        ("drop", dict.fromkeys(("r0", "r1", "r3"), ("output_conflict", None))),
        ("review", dict.fromkeys(("r0", "r1", "r3"), ("output_conflict", None))),
    ],
)
def test_on_conflict_holds_for_every_kind(kind: Kind, policy: Any, gone: dict[str, Any]) -> None:
    rows = table(
        [
            {"input": LATE + "!!", "output": "We are sorry."},
            {"input": LATE + "!!", "output": "Your parcel is late; we are on it."},
            {"input": "something else", "output": "We are sorry."},
            {"input": LATE + "!!", "output": "your parcel is late; we are on it. "},
            {"input": LATE, "output": "Sorry!"},
        ]
    )
    result = dedup(rows, kind, DedupParams(on_conflict=policy))
    found = reasons(result)
    if policy in ("drop", "review"):  # r4 has lost its keeper
        assert found.pop("r4", ("near_duplicate", "r0")) == ("near_duplicate", "r0")
    assert found == gone
    assert result.tables["conflicts"].height == (3 if policy == "review" else 0)


SYSTEM = (
    "You are the assistant of Larkfield Home, a shop for lamps, rugs and garden chairs. Answer in "
    "one short sentence "
    "and in plain words; never promise a refund, name no colleague, and send whoever is angry to the "
    "desk. Prices are "
    "in pounds, dates are British, and whatever concerns health or law is none of our business: say "
    "so kindly. If you "
    "do not know, say that you will ask, and give the ticket's number, so that nobody has to tell us twice."
)
QUESTIONS = [
    "How do I reset my router?",
    "Which plants like shade?",
    "Write a haiku about rain.",
    "Is 97 a prime number?",
    "How long do eggs keep?",
]


OTHERS = [
    "Do you sell garden hoses?",
    "Where was this lamp made?",
    "Can I pay in three parts?",
    "My rug has a hole in it.",
    "Who won the cup in 1966?",
]


@pytest.mark.parametrize("length", [177, 400])
@pytest.mark.parametrize(
    "form",
    [
        "system: {system}\n\nuser: {question}",
        "system: {system}\n\nuser: Hello\n\nassistant: Hi! How can I help?\n\nuser: {question}",
        "{system}\n\n### Question:\n{question}",
        "{question} Answer as follows, and in no other way. {system}",
    ],
)
def test_unrelated_questions_behind_one_prompt_all_stay(length: int, form: str) -> None:
    system = SYSTEM[:length].strip()
    rows = table([{"input": form.format(system=system, question=question)} for question in QUESTIONS])
    assert reasons(dedup(rows, Kind.REWRITING)) == {}
    whole = dedup(rows, Kind.REWRITING, DedupParams(parts="whole", weigh="never"))
    assert length == 177 or len(reasons(whole)) >= 3
    # Nor are they leaks of a held-out file with the same prompt, and a copy among them is one.
    held = rows.with_columns(
        example_id=pl.format("h{}", pl.int_range(pl.len())),
        input=pl.col("input").str.replace_many(QUESTIONS, OTHERS),
        held_out=pl.lit(True),
    )
    copy = rows[2:3].with_columns(example_id=pl.lit("copy"), held_out=pl.lit(True))
    result = dedup(pl.concat([rows, held, copy]), Kind.REWRITING)
    assert reasons(result) == {"r2": ("leak", "copy")}


def test_the_same_question_under_another_prompt_is_another_example_and_under_nearly_the_same_one_a_copy() -> (
    None
):
    form = "system: {}\n\nuser: How do I reset my router?"
    prompts = [
        SYSTEM + "It is Monday.",
        SYSTEM + "It is Friday.",
        "Talk like a pirate who has lost his parrot at sea.",
    ]
    rows = table([{"input": form.format(prompt)} for prompt in prompts])
    assert reasons(dedup(rows, Kind.REWRITING)) == {"r1": ("near_duplicate", "r0")}


def test_only_the_last_turn_counts_if_asked() -> None:
    talk = "user: My parcel is late.\n\nassistant: I am sorry. May I have its number, please?\n\nuser: {}"
    rows = table([{"input": talk.format(word)} for word in ("It is 12", "Never mind, bye")])
    assert reasons(dedup(rows, Kind.CLASSIFICATION, DedupParams(parts="last_turn"))) == {}
    assert len(reasons(dedup(rows, Kind.CLASSIFICATION, DedupParams(threshold=0.6)))) == 1


def test_copies_with_other_ends_are_copies_and_no_template() -> None:
    ends = ["", "!", " thanks", " please", " now", " then"]
    rows = table(
        [{"input": f"{LATE}, so where is it and when will it come to us at last{end}"} for end in ends]
    )
    assert len(reasons(dedup(rows, Kind.CLASSIFICATION))) == 5


def test_an_apostrophe_is_not_a_word_break() -> None:
    rows = table(
        [
            {"input": text}
            for text in (
                "what's wrong",
                "whats wrong",
                "what’s wrong",
                "what s wrong",
                "5'10 tall",
                "510 tall",
            )
        ]
    )
    assert reasons(dedup(rows, Kind.CLASSIFICATION)) == {
        "r1": ("exact_duplicate", "r0"),
        "r2": ("exact_duplicate", "r0"),
    }
