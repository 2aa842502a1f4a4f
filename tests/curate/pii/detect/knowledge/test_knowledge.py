"""A steward's own recognizers, deny list and allow list: found always, never, nowhere shown."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from curate.errors import AssayError
from curate.keys import Key
from curate.params import parse
from curate.pii.detect.detector import Detector
from curate.pii.detect.knowledge.values import Values, fold
from curate.pii.detect.params import ScanParams
from curate.pii.scan.rows import languages, search_rows
from curate.pii.scan.search import search


def _params(**scan: Any) -> ScanParams:
    return parse(ScanParams, {"ner": None, **scan}, "params.scan")


def _found(text: str, **scan: Any) -> list[tuple[str, str, float, bool]]:
    return [
        (hit.entity, text[hit.start : hit.end], hit.score, hit.verified)
        for hit in Detector(_params(**scan)).find(text)
    ]


STAFF = {"entity": "EMPLOYEE_ID", "pattern": r"E-\d{6}"}


def test_an_own_pattern_is_a_finding_at_word_borders() -> None:
    text = "ask E-123456 or XE-123456 or E-1234567"
    assert _found(text, recognizers=[STAFF]) == [("EMPLOYEE_ID", "E-123456", 0.6, False)]
    assert len(_found(text, recognizers=[{**STAFF, "words": False}])) == 3


def test_case_is_exact_unless_said() -> None:
    assert _found("e-123456", recognizers=[STAFF]) == []
    assert _found("e-123456", recognizers=[{**STAFF, "case": "ignore"}]) != []


def test_a_group_called_value_is_the_finding() -> None:
    own = {"entity": "BADGE", "patterns": [r"badge (?P<value>\d{4})"], "score": 0.9}
    assert _found("my badge 1234", recognizers=[own]) == [("BADGE", "1234", 0.9, False)]


def test_context_lifts_a_weak_pattern_as_elsewhere() -> None:
    own = {"entity": "BADGE", "pattern": r"\d{4}", "score": 0.1, "context": ["badge"]}
    assert _found("room 1234", recognizers=[own]) == []
    assert _found("badge 1234", recognizers=[own]) == [("BADGE", "1234", 0.45, False)]


def test_a_validator_decides_and_verifies() -> None:
    own = {"entity": "MEMBER", "pattern": r"\d{4} \d{4}", "validator": "luhn"}
    assert _found("7992 7391, 7992 7398", recognizers=[own]) == [("MEMBER", "7992 7398", 0.6, True)]


@pytest.mark.parametrize(
    ("scan", "message"),
    [
        ({"recognizers": [{"entity": "X", "pattern": "(a"}]}, r"recognizers.0.*patterns.0: is not a regular"),
        ({"recognizers": [{"entity": "X", "pattern": "a*"}]}, "matches the empty text"),
        ({"recognizers": [{"entity": "X", "pattern": "(a|aa)+$"}]}, r"recognizers.0.*takes more than 1 s"),
        ({"recognizers": [{"entity": "X", "pattern": "(x+x+)+y", "words": False}]}, "takes more than 1 s"),
        ({"recognizers": [{"entity": "X", "pattern": "a", "validator": "lun"}]}, r"validator.*mean luhn"),
        ({"recognizers": [{"entity": "x y", "pattern": "a"}]}, "capitals"),
        ({"recognizers": [{"entity": "X"}]}, "patterns"),
        ({"recognizers": [{"entity": "X", "pattern": "a", "scores": 1}]}, "scores"),
        ({"deny": [{"values": ["a"], "file": "b"}]}, "one of them"),
        ({"deny": [{"entity": "X"}]}, "one of them"),
        ({"deny": [17]}, "in quotes"),
        ({"deny": "names.txt"}, "give a list"),
        ({"deny": [" "]}, "is empty"),
        ({"allow": [{"values": ["a"], "case": "none"}]}, "case"),
    ],
)
def test_a_fault_is_an_error_that_names_its_key(scan: dict[str, Any], message: str) -> None:
    with pytest.raises(AssayError, match=message):
        _params(**scan)


@pytest.mark.parametrize(
    ("scan", "message"),
    [
        ({"recognizers": [{"entity": "PHONE_NUMER", "pattern": "a"}]}, "nearly PHONE_NUMBER"),
        ({"deny": [{"values": ["a"], "entity": "PERSN"}]}, "nearly PERSON"),
        ({"allow": [{"values": ["a"], "entity": "NOBODY"}]}, r"scan.allow.0.entities.*NOBODY"),
        ({"entities": {"add": ["DE_TAXID"]}}, "DE_TAX_ID"),
        ({"deny": [{"file": "absent.txt"}]}, r"scan.deny.0.file.*absent.txt does not exist"),
    ],
)
def test_a_name_or_file_that_nobody_knows_is_an_error(scan: dict[str, Any], message: str) -> None:
    with pytest.raises(AssayError, match=message):
        Detector(_params(**scan))


def test_a_denied_value_is_found_whatever_stands_there() -> None:
    deny = ["Project  Falcon", "quill"]
    assert _found("The PROJECT\u00a0falcon file", deny=deny) == [("DENIED", "PROJECT\u00a0falcon", 1.0, True)]
    assert _found("Projects Falconer", deny=deny) == []
    # Around it, what is left of another finding stands.
    found = _found("write to tessa.quill@example.com", deny=deny)
    assert ("DENIED", "quill", 1.0, True) in found
    assert {entity for entity, *_ in found} == {"DENIED", "EMAIL_ADDRESS"}


def test_an_allowed_value_is_never_found_and_denying_goes_over_it() -> None:
    text = "ring 020 7946 0018 or 020 7946 0019"
    allowed = {"allow": [{"values": ["020 7946 0018"], "entity": "PHONE_NUMBER"}]}
    assert [value for _, value, *_ in _found(text, **allowed)] == ["020 7946 0019"]
    assert len(_found(text, allow=[{"values": ["020 7946 0018"], "entity": "URL"}])) == 2
    assert _found("Acme", allow=["acme"], deny=["Acme"]) == [("DENIED", "Acme", 1.0, True)]


def test_an_allowed_name_is_let_go_with_its_possessive() -> None:
    detector = Detector(parse(ScanParams, {"allow": ["Sarah Whitmore"]}, "params.scan"))
    assert [
        hit for hit in detector.find("Sarah Whitmore's card and Ann Baker") if hit.entity == "PERSON"
    ] != []
    assert all(
        "Sarah" not in "Sarah Whitmore's card"[hit.start : hit.end]
        for hit in detector.find("Sarah Whitmore's card")
    )


def test_values_may_lie_in_a_file(tmp_path: Path) -> None:
    (tmp_path / "names.txt").write_text("# staff\nTessa Quill\n\nOmar Haddadi\n", encoding="utf-8")
    params = _params(deny=[{"file": "names.txt", "entity": "PERSON"}])
    detector = Detector(params, root=tmp_path)
    assert [hit.entity for hit in detector.find("omar haddadi")] == ["PERSON"]
    (tmp_path / "names.txt").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(AssayError, match="cannot be read"):
        Detector(params, root=tmp_path)


def test_no_dump_repr_or_description_shows_a_value() -> None:
    params = _params(deny=["canary-one"], allow=[{"values": ["canary-two"]}])
    detector = Detector(params)
    shown = repr(params) + params.model_dump_json() + json.dumps(detector.describe(Key(b"k" * 32, "demo")))
    assert "canary" not in shown


def test_another_list_is_another_fingerprint_and_record() -> None:
    key = Key(b"k" * 32, "demo")
    one, two = (_params(deny=[value]) for value in ("a b", "a c"))
    assert Detector(one).describe(key)["fingerprint"] != Detector(two).describe(key)["fingerprint"]
    assert one.recorded(Path(), key) != two.recorded(Path(), key)
    assert one.recorded(Path(), None) == {} == _params().recorded(Path(), key)


FRAME = pl.DataFrame(
    {
        "row": ["1", "2"],
        "input": ["Acme rang", "Acme rang"],
        "output": ["Acme", "jo@example.com"],
        "source": ["web", "mail"],
        "language": ["en", "en"],
    }
)


@pytest.mark.parametrize(
    ("scope", "places"),
    [
        ({}, {("1", "input"), ("1", "output"), ("2", "input")}),
        ({"fields": ["input"]}, {("1", "input"), ("2", "input")}),
        ({"sources": ["web"]}, {("1", "input"), ("1", "output")}),
        ({"fields": "input", "sources": "mail"}, {("2", "input")}),
    ],
)
def test_an_entry_holds_in_its_fields_and_sources(
    scope: dict[str, Any], places: set[tuple[str, str]]
) -> None:
    detector = Detector(_params(deny=[{"values": ["acme"], **scope}]))
    spoken = languages(FRAME, ["input", "output"], detector.params)
    found = search_rows(FRAME, ["input", "output"], spoken.of, detector)
    assert set(found.filter(pl.col("entity") == "DENIED").select("row", "field").iter_rows()) == places
    assert found.filter(pl.col("entity") == "EMAIL_ADDRESS").height == 1


def test_a_misspelt_field_or_source_is_an_error() -> None:
    detector = Detector(_params(deny=[{"values": ["acme"], "fields": "inputs"}]))
    with pytest.raises(AssayError, match="inputs; there are input, output"):
        detector.own.check(["input", "output"], [])


def test_entities_are_added_and_removed() -> None:
    usual = set(Detector(_params()).names)
    changed = set(Detector(_params(entities={"add": ["DE_TAX_ID"], "remove": ["URL"]})).names)
    assert changed == usual - {"URL"} | {"DE_TAX_ID"}
    assert set(Detector(_params(entities=["URL"])).names) == {"URL"}
    with pytest.raises(AssayError, match="under `add` and under `remove`"):
        _params(entities={"add": ["URL"], "remove": ["URL"]})


WORDS = st.lists(
    st.sampled_from(["Acme", "acme", "AG", "Ag-", "x", "İ", "Σας", "ß", "_a", "1", " ", "\n", ".", "  "]),
    max_size=12,
)


def _oracle(value: str, text: str, *, exact: bool, words: bool) -> set[tuple[int, int]]:
    """Every place of a value by trying all spans."""

    def plain(one: str) -> str:
        return " ".join((one if exact else fold(one)).split())

    def is_word(sign: str) -> bool:
        return sign.isalnum() or sign == "_"

    spans = set()
    wanted = plain(value)
    for start in range(len(text)):
        for end in range(start + 1, len(text) + 1):
            part = text[start:end]
            if part != part.strip() or plain(part) != wanted:
                continue
            inside = (is_word(part[0]) and is_word(text[start - 1 : start] or " ")) or (
                is_word(part[-1]) and is_word(text[end : end + 1] or " ")
            )
            if not (words and inside):
                spans.add((start, end))
    return spans


@given(value=WORDS, text=WORDS, exact=st.booleans(), words=st.booleans())
@example(value=["acme"], text=["acme", " ", "x", "acme"], exact=False, words=True)
@example(value=["acme"], text=["acme", " ", "acme", "x"], exact=False, words=True)
@settings(max_examples=400, deadline=None)
def test_values_are_found_where_a_slow_search_finds_them(
    value: list[str], text: list[str], exact: bool, words: bool
) -> None:
    wanted, read = "".join(value).strip(), "".join(text)
    if not wanted:
        return
    found = set(Values([wanted], exact=exact, words=words).find(read))
    every = _oracle(wanted, read, exact=exact, words=words)
    assert found <= every
    # Matches of one value do not overlap: each that is left out touches one that is found.
    assert all(any(a < end and start < b for a, b in found) for start, end in every)


@given(
    texts=st.lists(
        st.sampled_from(["Acme", "no", "ring E-123456", "tessa.quill@example.com", "", "ACME ltd E-1"]),
        max_size=6,
    )
)
@settings(max_examples=30, deadline=None)
def test_no_filter_hides_a_stewards_knowledge(texts: list[str]) -> None:
    detector = _whole()
    frame = pl.DataFrame(
        {"row": [str(at) for at in range(len(texts))], "t": texts}, schema={"row": pl.String, "t": pl.String}
    )
    found = search(frame, ["t"], detector)
    for at, text in enumerate(texts):
        rows = found.filter(pl.col("row") == str(at))
        assert list(rows.select("start", "end", "entity").iter_rows()) == [
            (hit.start, hit.end, hit.entity) for hit in detector.find(text)
        ]


_KEPT: list[Detector] = []


def _whole() -> Detector:
    if not _KEPT:
        _KEPT.append(Detector(_params(recognizers=[STAFF], deny=["acme"], allow=["tessa.quill@example.com"])))
    return _KEPT[0]
