"""One value has one placeholder and one surrogate, however it is written."""

from __future__ import annotations

import re
from itertools import permutations

import pytest

from curate.pii.redact.dates import readings, write_like
from curate.pii.redact.identity import identities
from tests.curate.pii.redact.test_repeats import redacted


def _one(entity: str, *values: str) -> set[tuple[str, str]]:
    return set(identities((entity, value) for value in values).values())


@pytest.mark.parametrize(
    ("entity", "values", "distinct"),
    [
        (
            "PERSON",
            ("Tessa Quill", "Tessa", "Ms Quill", "T. Quill", "Quill, Tessa", "TESSA QUILL", "tquill"),
            1,
        ),
        ("PERSON", ("Dr Omar Haddadi", "Omar Haddadi", "Mr Haddadi"), 1),
        ("PERSON", ("Omar Haddadi", "Mr Cooper"), 2),
        ("PERSON", ("Tessa Quill", "Omar Quill", "Ms Quill"), 3),
        ("PERSON", ("Tessa Quill", "Omar Quill", "Tessa"), 2),
        ("PERSON", ("Anne-Marie Rao", "Anne Marie Rao", "Anne-Marie"), 1),
        ("PERSON", ("José Núñez", "Jose Nunez"), 1),
        ("STREET_ADDRESS", ("12 Park Lane.", "12 park ln", "12 Park Lane, Leeds"), 1),
        ("STREET_ADDRESS", ("12 Park Lane", "12 Park Lane, Leeds", "12 Park Lane, York"), 3),
        ("STREET_ADDRESS", ("12 Park Lane", "1 Park Lane"), 2),
        ("DATE_OF_BIRTH", ("07/10/1984", "7 October 1984", "1984-10-07", "07.10.84"), 1),
        ("PHONE_NUMBER", ("07911 123456", "+44 7911 123456"), 1),
    ],
)
def test_spellings_of_one_value_share_an_identity(
    entity: str, values: tuple[str, ...], distinct: int
) -> None:
    for order in list(permutations(values))[:24]:
        assert len(_one(entity, *order)) == distinct


def test_one_person_one_number_across_fields() -> None:
    text = "Complaint by Dr Omar Haddadi about Mr Cooper."
    made = redacted(
        text,
        {"about": "Cooper", "complainant": "Omar Haddadi"},
        ("PERSON", "Dr Omar Haddadi"),
        ("PERSON", "Mr Cooper"),
    )
    assert made == (
        "Complaint by <PERSON_1> about <PERSON_2>.",
        {"about": "<PERSON_2>", "complainant": "<PERSON_1>"},
    )


def test_a_full_stop_goes_back_to_the_sentence() -> None:
    text = "Deliver to 12 Park Lane. I live at 12 Park Lane now"
    made = redacted(text, "x", ("STREET_ADDRESS", "12 Park Lane."))[0]
    assert made == "Deliver to <STREET_ADDRESS_1>. I live at <STREET_ADDRESS_1> now"


def test_one_person_has_one_stand_in_part_by_part() -> None:
    text = "Tessa Quill / T. Quill / Ms Quill / tquill / TESSA"
    found = [("PERSON", value) for value in ("Tessa Quill", "T. Quill", "Ms Quill")]
    made = redacted(text, {"first": "Tessa", "last": "Quill"}, *found, default="pseudonymise")
    full, short, titled, login, shout = made[0].split(" / ")
    first, last = full.split()
    assert (short, titled, login, shout) == (
        f"{first[0]}. {last}", f"Ms {last}", f"{first[0]}{last}".lower(), first.upper(),
    )  # fmt: skip
    assert made[1] == {"first": first, "last": last}


def test_stand_ins_are_values_of_their_kind() -> None:
    text = "DOB 07/10/1984 (7 October 1984); 12 Park Lane. 12 Park Lane; LS1 4AP; host 192.168.1.7"
    found = [
        ("DATE_OF_BIRTH", "07/10/1984"), ("STREET_ADDRESS", "12 Park Lane."), ("UK_POSTCODE", "LS1 4AP"),
        ("IP_ADDRESS", "192.168.1.7"),
    ]  # fmt: skip
    made = redacted(text, "x", *found, default="pseudonymise")[0]
    match = re.fullmatch(
        r"DOB (\S+) \(([^)]+)\); (\d\d [A-Z][a-z]+ Lane)\. (\d\d [A-Z][a-z]+ Lane); [A-Z]{2}\d \d[A-Z]{2};"
        r" host 10(\.\d+){3}",
        made,
    )
    assert match
    assert readings(match[1])[0] == readings(match[2])[0]
    assert abs(readings(match[1])[0].year - 1984) <= 3
    assert match[3] == match[4] != "12 Park Lane"


@pytest.mark.parametrize(
    ("text", "after"),
    [
        ("07/10/1984", "02/03/1981"),
        ("7.10.84", "2.3.81"),
        ("12/25/1984", "03/02/1981"),
        ("1984-10-07", "1981-03-02"),
        ("7 October 1984", "2 March 1981"),
        ("7th of OCT 84", "2nd of MAR 81"),
        ("Oct 7, 1984", "Mar 2, 1981"),
        ("19841007", "19810302"),
    ],
)
def test_a_date_is_written_in_the_form_that_was_there(text: str, after: str) -> None:
    from datetime import date

    assert write_like(text, date(1981, 3, 2)) == after


@pytest.mark.parametrize(
    ("names", "same"),
    [
        (["Müllers", "Anna Müller"], True),
        (["Frau Anna Müller", "Müllers"], True),
        (["Müllers", "Anna Müller", "Omar Müller"], False),  # either
        (["Annas", "Anna Müller"], False),
        (["Müllers", "Anna Müller", "Jan Müllers"], False),
    ],
)
def test_a_surname_with_a_genitive_s_is_its_full_name(names: list[str], same: bool) -> None:
    made = identities([("PERSON", name) for name in names])
    mention = next(name for name in names if " " not in name)
    full = next(name for name in names if name.endswith("Anna Müller"))
    assert (made["PERSON", mention] == made["PERSON", full]) is same
