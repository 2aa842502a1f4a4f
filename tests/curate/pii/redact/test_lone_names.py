"""A lone name is the part that its field asks for, in the input and in the target alike."""

# ruff: noqa: E501 (a case a line)

from __future__ import annotations

import json
import re
from typing import Any

import polars as pl
import pytest

from curate.examples import EXAMPLES, conform
from curate.pii.redact.name_fields import part_of_field, questions
from curate.pii.redact.offsets import SpanPath
from curate.pii.redact.params import RedactParams
from curate.pii.redact.stage import redact
from curate.placeholders import PLACEHOLDER
from curate.task import Kind
from tests.curate.pii.redact.test_redact import KEY, findings
from tests.curate.pii.redact.test_repeats import redacted

F, L = "<PERSON_1_FIRST>", "<PERSON_1_LAST>"


@pytest.mark.parametrize(
    ("text", "names", "output", "given", "made"),
    [
        ("Quill here", ["Quill"], {"last_name": "Quill"}, f"{L} here", {"last_name": L}),
        ("Tessa here", ["Tessa"], {"first_name": "Tessa"}, f"{F} here", {"first_name": F}),
        ("tessa, for two", ["tessa"], {"firstName": "Tessa"}, f"{F}, for two", {"firstName": F}),
        ("Frau Quill ruft an", ["Frau Quill"], {"Nachname": "Quill"}, f"Frau {L} ruft an", {"Nachname": L}),
        ("Ms Quill rang", ["Ms Quill"], {"surname": "Quill"}, f"Ms {L} rang", {"surname": L}),
        ("van der Berg", ["van der Berg"], {"achternaam": "van der Berg"}, L, {"achternaam": L}),
        ("It is Mary Ann", ["Mary Ann"], {"given": "Mary Ann"}, f"It is {F}", {"given": F}),
        ("Nom : Quill", ["Quill"], {"nom": "Quill", "prénom": None}, "Nom : <PERSON_1>", None),
        (
            "Nom : Quill, prénom : Tessa",
            ["Quill", "Tessa"],
            {"nom": "Quill", "prénom": "Tessa"},
            f"Nom : {L}, prénom : {F}",
            {"nom": L, "prénom": F},
        ),
        (
            "first name Ann, and Bell is the surname",
            ["Ann", "Bell"],
            {"who": {"first": "Ann", "last": "Bell"}},
            f"first name {F}, and {L} is the surname",
            {"who": {"first": F, "last": L}},
        ),
        (
            "Ann for Bell",
            ["Ann", "Bell"],
            [{"first_name": "Ann"}, {"last_name": "Bell"}],
            "<PERSON_1_FIRST> for <PERSON_1_LAST>",
            [{"first_name": "<PERSON_1_FIRST>"}, {"last_name": "<PERSON_1_LAST>"}],
        ),
        (
            "Ann and Bea",
            ["Ann", "Bea"],
            [{"first_name": "Ann"}, {"first_name": "Bea"}],
            "<PERSON_1_FIRST> and <PERSON_2_FIRST>",
            [{"first_name": "<PERSON_1_FIRST>"}, {"first_name": "<PERSON_2_FIRST>"}],
        ),
        # One value that both ask for is one question.
        ("Ann", ["Ann"], {"first": "Ann", "last": "Ann"}, "<PERSON_1>", {"first": "<PERSON_1>", "last": "<PERSON_1>"}),
        ("Quill here", ["Quill"], {"name": "Quill"}, "<PERSON_1> here", {"name": "<PERSON_1>"}),
        (
            "Kim Min-ji called",
            ["Kim Min-ji"],
            {"first_name": "Min-ji", "last_name": "Kim"},
            f"{L} {F} called",
            {"first_name": F, "last_name": L},
        ),
        ("Kim Minji called", ["Kim Minji"], {"surname": "Kim"}, f"{L} {F} called", {"surname": L}),
        (
            "Ana García López",
            ["Ana García López"],
            {"nombre": "Ana", "apellido": "García", "segundo_apellido": "López"},
            "<PERSON_1_FIRST> <PERSON_1_MIDDLE> <PERSON_1_LAST>",
            {"nombre": F, "apellido": "<PERSON_1_MIDDLE>", "segundo_apellido": L},
        ),
        (
            "Quill rang. Quill was cross.",
            ["Quill"],
            {"customer_surname": "Quill"},
            f"{L} rang. {L} was cross.",
            {"customer_surname": L},
        ),
        (
            "it's Quill",
            ["Quill"],
            [{"slot": "last_name", "value": "Quill"}],
            f"it's {L}",
            [{"slot": "last_name", "value": L}],
        ),
        ("it's Quill", ["Quill"], {"last_name": {"value": "Quill"}}, f"it's {L}", {"last_name": {"value": L}}),
        ("it's Quill", ["Quill"], {"last_name": ["Quill"]}, f"it's {L}", {"last_name": [L]}),
    ],
)  # fmt: skip
def test_a_lone_name_has_the_part_that_its_field_asks_for(
    text: str, names: list[str], output: Any, given: str, made: Any
) -> None:
    after, target = redacted(text, output, *(("PERSON", name) for name in names))
    assert after == given
    assert target == (
        made if made is not None else json.loads(json.dumps(output).replace("Quill", "<PERSON_1>"))
    )
    taken = re.findall(PLACEHOLDER, json.dumps(target))
    assert set(taken) <= set(re.findall(PLACEHOLDER, after))


def test_a_span_without_a_value_is_asked_for_by_its_slot() -> None:
    target = [{"slot": "last_name", "valueSpan": {"startIndex": 5, "endIndex": 10}}]
    row = {"example_id": "r0", "input": "it's Quill", "output": json.dumps(target), "held_out": False}
    rows = conform(pl.DataFrame([row]), EXAMPLES)
    found = findings(rows, ("r0", "input", "PERSON", "Quill"))
    spans = (SpanPath(start="[].valueSpan.startIndex", end="[].valueSpan.endIndex"),)
    kept = redact(rows, found, RedactParams(spans=spans), KEY, Kind.EXTRACTION).kept
    assert kept["input"][0] == f"it's {L}"
    made = json.loads(kept["output"][0])[0]["valueSpan"]
    assert kept["input"][0][made["startIndex"] : made["endIndex"]] == L


def test_a_lone_name_that_stands_in_the_target_alone_has_its_part_too() -> None:
    row = {"example_id": "r0", "input": "I come at 7", "output": '{"last_name": "Quill"}', "held_out": False}
    rows = conform(pl.DataFrame([row]), EXAMPLES)
    found = findings(rows, ("r0", "output", "PERSON", "Quill"))
    kept = redact(rows, found, RedactParams(), KEY, Kind.EXTRACTION).kept
    assert json.loads(kept["output"][0]) == {"last_name": L}


def test_other_scopes_and_actions_keep_their_ways() -> None:
    given, made = redacted("Quill here", {"last_name": "Quill"}, ("PERSON", "Quill"), scope="dataset")
    assert re.fullmatch(r"<PERSON_[0-9a-f]{6}_LAST> here", given)
    assert made["last_name"] in given
    for action in ("mask", "pseudonymise"):
        given, made = redacted("Quill here", {"last_name": "Quill"}, ("PERSON", "Quill"), default=action)
        assert "<" not in given
        assert made["last_name"] in given


@pytest.mark.parametrize(
    ("name", "part"),
    [
        *((name, "FIRST") for name in (
            "first_name", "FirstName", "first-name", "First name", "given_name", "forename", "Vorname", "prénom",
            "voornaam", "imię", "primer_nombre", "guest_first_name", "first_name_2", "patientVorname", "first",
        )),
        *((name, "LAST") for name in (
            "last_name", "lastName", "last", "surname", "family_name", "Nachname", "Familienname", "apellidos",
            "cognome", "sobrenome", "achternaam", "nazwisko", "nom_de_famille", "customer_surname", "SURNAME",
        )),
        *((name, "") for name in ("blast", "at_last", "firstly", "full_name", "name", "title", "last_order", "family_size")),
    ],
)  # fmt: skip
def test_a_field_s_name_says_which_part_it_asks_for(name: str, part: str) -> None:
    assert part_of_field(name) == part


def test_no_leaf_asks_where_none_is_called_so() -> None:
    from curate.pii.redact.leaves import leaves

    assert questions(leaves('{"a": "x", "slot": "city", "value": "y", "z": [1, "q"]}') or [], ()) == {}
