"""A record as bytes, and bytes as a record.

Unsigned, the file is an in-toto Statement v1; signed, it is a DSSE envelope (v1.0, by securesystemslib) whose
payload is that Statement. Both are canonical JSON (RFC 8785) without a line break at the end, and one SHA-256
names both.

https://github.com/in-toto/attestation/blob/main/spec/v1/statement.md
https://github.com/secure-systems-lab/dsse/blob/master/envelope.md
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import orjson
from pydantic import ValidationError

from governance.records.kinds import BY_TYPE, Predicate, fields_of, type_of

if TYPE_CHECKING:
    from securesystemslib.dsse import Envelope

STATEMENT = "https://in-toto.io/Statement/v1"
PAYLOAD = "application/vnd.in-toto+json"
# A record of a thousand versions is 150 kB; whatever is larger is not one.
LARGEST = 2**20
_STATEMENT = frozenset({"_type", "predicate", "predicateType", "subject"})
_SUBJECT = frozenset({"name", "digest"})


class NotARecord(ValueError):
    """What is wrong with bytes that should be a record, in words that follow its name: "is not JSON"."""


@dataclass(frozen=True)
class Subject:
    """What a record speaks of: a name, and the SHA-256 that it had."""

    name: str
    sha256: str


@dataclass(frozen=True)
class Signature:
    """A signature of an envelope: who is said to have made it, and its bytes."""

    keyid: str
    sig: bytes


@dataclass(frozen=True)
class Record:
    """A record that was read or is about to be written.

    Parameters
    ----------
    predicate
        What it says.
    subjects
        What it speaks of, by name.
    signatures
        None for a bare Statement.
    """

    predicate: Predicate
    subjects: tuple[Subject, ...]
    signatures: tuple[Signature, ...] = ()

    @cached_property
    def statement(self) -> bytes:
        """The Statement, canonical."""
        return canonical(
            {
                "_type": STATEMENT,
                "predicate": fields_of(self.predicate),
                "predicateType": type_of(type(self.predicate)),
                "subject": [{"name": one.name, "digest": {"sha256": one.sha256}} for one in self.subjects],
            }
        )

    @cached_property
    def content(self) -> bytes:
        """The file's bytes."""
        if not self.signatures:
            return self.statement
        return canonical(_envelope(self.statement, self.signatures).to_dict())

    @cached_property
    def id(self) -> str:
        """SHA-256 of the file."""
        return hashlib.sha256(self.content).hexdigest()

    def digest_of(self, name: str) -> str | None:
        """SHA-256 of the subject called `name`."""
        return next((one.sha256 for one in self.subjects if one.name == name), None)


def canonical(value: Any) -> bytes:
    """Canonical JSON by RFC 8785."""
    import rfc8785

    return rfc8785.dumps(value)


def is_canonical(content: bytes, value: Any) -> bool:
    """Whether `content` is the canonical form of `value`, which was parsed from it.

    Where all is ASCII, orjson with sorted keys writes that form ten times faster; fractions alone it writes
    in another way, and no record has any. A property test holds one against the other.
    """
    try:
        if content.isascii() and orjson.dumps(value, option=orjson.OPT_SORT_KEYS) == content:
            return True
        return canonical(value) == content
    except (ValueError, TypeError, RecursionError):
        return False


def pae(statement: bytes) -> bytes:
    """What a signature of an envelope is made over (DSSE's pre-authentication encoding)."""
    return _envelope(statement, ()).pae()


def _envelope(statement: bytes, signatures: Sequence[Signature]) -> Envelope:
    from securesystemslib.dsse import Envelope
    from securesystemslib.signer import Signature as Signed  # type: ignore[attr-defined]  # not in __all__

    signed = {one.keyid: Signed(one.keyid, one.sig.hex()) for one in signatures}
    return Envelope(statement, PAYLOAD, signed)


def read_record(content: bytes) -> Record:
    """The record in a file's bytes.

    Raises
    ------
    NotARecord
        If it is too large, not canonical JSON, of an unknown form, kind or version, or a field is not what
        its kind says.
    """
    document, signatures = _opened(content)
    subjects = tuple(Subject(one["name"], one["digest"]["sha256"]) for one in _subjects(document["subject"]))
    return Record(_predicate(document), subjects, signatures)


def read_said(content: bytes) -> tuple[Predicate, bool]:
    """What the record in a file's bytes says, and whether it is signed.

    As strict as `read_record`, at half its cost: nothing is kept of the subjects and signatures.
    """
    document, signatures = _opened(content)
    _subjects(document["subject"])
    return _predicate(document), bool(signatures)


def _opened(content: bytes) -> tuple[dict[str, Any], tuple[Signature, ...]]:
    """The Statement in a file's bytes, its outer form checked, and the signatures that travel with it."""
    document = _document(content)
    signatures: tuple[Signature, ...] = ()
    if "payloadType" in document:
        payload, signatures = _unwrapped(document, content)
        document = _document(payload)
    if document.keys() != _STATEMENT or document["_type"] != STATEMENT:
        raise NotARecord("is not an in-toto Statement v1")
    return document, signatures


def _document(content: bytes) -> dict[str, Any]:
    if len(content) > LARGEST:
        raise NotARecord(f"is larger than a record may be ({LARGEST:,} bytes)")
    try:
        document = orjson.loads(content)
    except ValueError:
        raise NotARecord("is not JSON") from None
    if not is_canonical(content, document):
        raise NotARecord("is not canonical JSON (RFC 8785): it was written or edited by something else")
    if not isinstance(document, dict):
        raise NotARecord("is not a JSON object")
    return document


def _unwrapped(document: dict[str, Any], content: bytes) -> tuple[bytes, tuple[Signature, ...]]:
    """Payload and signatures of an envelope, which has nothing beside them."""
    from securesystemslib.dsse import Envelope
    from securesystemslib.exceptions import FormatError

    try:
        envelope = Envelope.from_dict(document)
        whole = canonical(envelope.to_dict()) == content and envelope.payload_type == PAYLOAD
    except (FormatError, KeyError, TypeError, ValueError, AttributeError):
        whole = False
    if not whole:
        raise NotARecord("is not a DSSE envelope of an in-toto Statement")
    if not envelope.signatures:
        raise NotARecord("is an envelope without signatures")
    signatures = [Signature(one.keyid, bytes.fromhex(one.signature)) for one in envelope.signatures.values()]
    return envelope.payload, tuple(signatures)


def _predicate(document: Mapping[str, Any]) -> Predicate:
    model = BY_TYPE.get(document["predicateType"]) if isinstance(document["predicateType"], str) else None
    if model is None:
        raise NotARecord("is of a kind or version that this assay does not know")
    try:
        # Pydantic's own validator of the model: `model_validate` around it costs as much again.
        said: Predicate = model.__pydantic_validator__.validate_python(document["predicate"])
        return said
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(map(str, first["loc"])) or "predicate"
        raise NotARecord(f"is not a valid {model.kind} record: {where}: {first['msg']}") from None


def _subjects(found: Any) -> list[dict[str, Any]]:
    if not isinstance(found, list):
        raise NotARecord("names no list of subjects")
    for one in found:
        if not isinstance(one, dict) or one.keys() != _SUBJECT or not isinstance(one["name"], str):
            raise NotARecord("names a subject without a name and a digest")
        digest = one["digest"].get("sha256") if isinstance(one["digest"], dict) else None
        if not isinstance(digest, str) or len(digest) != 64 or len(one["digest"]) != 1:
            raise NotARecord("names a subject without a SHA-256")
    return found


def subjects_of(digests: Mapping[str, str]) -> tuple[Subject, ...]:
    """Subjects in the order of their names."""
    return tuple(Subject(name, digests[name]) for name in sorted(digests))
