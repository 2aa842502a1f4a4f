"""Records as bytes: the form is RFC 8785's, what is read is what was written, and nothing else is read."""

from __future__ import annotations

import json
from typing import Any

import orjson
import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from governance.records.kinds import Incident, Publication
from governance.records.statement import (
    NotARecord,
    Record,
    Signature,
    is_canonical,
    pae,
    read_record,
    read_said,
    subjects_of,
)

WHO = {"project": "p", "at": "2026-11-29T07:30:00Z", "by": "Ann", "parents": []}
A, B = "a" * 64, "b" * 64


def incident(**changes: Any) -> Record:
    said = {**WHO, "what": "a motivated intruder's test", "severity": "none", **changes}
    return Record(Incident(**said), subjects_of({"gold": A, "a": B}))


@given(st.text(max_size=50), st.text(min_size=1, max_size=50))
def test_what_is_written_is_read_back(note: str, by: str) -> None:
    record = incident(note=note, by=by)
    assert read_record(record.content) == record
    signed = Record(record.predicate, record.subjects, (Signature("SHA256:x", b"\x00sig"),))
    assert read_record(signed.content) == signed and signed.id != record.id


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4),
    max_leaves=12,
)


@given(VALUES)
def test_the_canonical_form_is_that_of_rfc_8785_and_no_other(value: Any) -> None:
    content = rfc8785.dumps(value)
    assert is_canonical(content, value)
    for other in (
        orjson.dumps(value),
        json.dumps(value).encode(),
        content + b"\n",
        json.dumps(value, indent=1).encode(),
    ):
        assert is_canonical(other, value) == (other == content)


def test_a_signature_is_made_over_the_envelopes_own_encoding() -> None:
    assert pae(b"{}") == b"DSSEv1 28 application/vnd.in-toto+json 2 {}"  # by the DSSE specification


def changed(**changes: Any) -> bytes:
    return rfc8785.dumps({**json.loads(incident().content), **changes})


def with_predicate(**changes: Any) -> bytes:
    document = json.loads(incident().content)
    document["predicate"].update(changes)
    return rfc8785.dumps(document)


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"", "not JSON"),
        (b"\xff\xfe", "not JSON"),
        (b"[" * 100_000, "not JSON"),
        (b"[]", "not a JSON object"),
        (b" " + incident().content, "not canonical"),
        (incident().content + b"\n", "not canonical"),
        (b'{"a":1,"a":1}', "not canonical"),
        (b'"' + b"x" * 2**20 + b'"', "larger"),
        (changed(_type="https://in-toto.io/Statement/v0.1"), "not an in-toto Statement"),
        (changed(more=1), "not an in-toto Statement"),
        (changed(predicateType="urn:assay:record:incident:v2"), "kind or version"),
        (changed(predicateType=["x"]), "kind or version"),
        (changed(subject={}), "no list of subjects"),
        (changed(subject=[{"name": "x", "digest": {"sha256": "short"}}]), "SHA-256"),
        (changed(subject=[{"name": "x"}]), "without a name and a digest"),
        (with_predicate(severity="terrible"), "severity"),
        (with_predicate(at="2026-02-30T07:30:00Z"), "at"),
        (with_predicate(at="yesterday"), "at"),
        (with_predicate(parents=[B, A]), "not sorted"),
        (with_predicate(parents=[A, A]), "stands twice"),
        (with_predicate(extra=1), "extra"),
        (with_predicate(by=""), "by"),
        (rfc8785.dumps({"payload": "!", "payloadType": "x", "signatures": []}), "DSSE"),
        (
            rfc8785.dumps(
                {"payload": "e30=", "payloadType": "application/vnd.in-toto+json", "signatures": []}
            ),
            "without signatures",
        ),
    ],
)
def test_bytes_that_are_no_record_are_refused(content: bytes, what: str) -> None:
    with pytest.raises(NotARecord, match=what):
        read_record(content)
    with pytest.raises(NotARecord, match=what):
        read_said(content)


@given(st.integers(0, 10**6), st.binary(min_size=1, max_size=3), st.booleans())
def test_the_quick_reader_is_as_strict_as_the_whole_one(place: int, put: bytes, signed: bool) -> None:
    signature = (Signature("SHA256:x", b"sig"),) if signed else ()
    content = Record(incident().predicate, incident().subjects, signature).content
    at = place % len(content)
    for changed_bytes in (content, content[:at] + put + content[at + len(put) :]):
        try:
            whole = read_record(changed_bytes)
        except NotARecord as error:
            with pytest.raises(NotARecord) as caught:
                read_said(changed_bytes)
            assert str(caught.value) == str(error)
        else:
            assert read_said(changed_bytes) == (whole.predicate, bool(whole.signatures))


def test_no_value_of_a_bad_field_is_shown() -> None:
    with pytest.raises(NotARecord) as caught:
        read_record(with_predicate(severity="jo.miller@example.org"))
    assert "jo.miller" not in str(caught.value)


def test_counts_and_versions_are_strict() -> None:
    good = Publication(**WHO, version_digest=B, rows={"train": 5}, previous=A)
    content = Record(good, ()).content
    for wrong in (b'"train":5.5', b'"train":"5"', b'"train":-1', b'"train":9007199254740992'):
        with pytest.raises(NotARecord):
            read_record(content.replace(b'"train":5', wrong))
