"""Files under `records/` and lists of signers that somebody made in bad faith, or by a bad tool: each ends in
words, at once, and nothing is built on it.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import shutil
import time
import tracemalloc
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import rfc8785

from curate.errors import AssayError
from curate.project import Project
from governance.records.approvals import standing
from governance.records.kinds import Incident
from governance.records.ledger import verify
from governance.records.reviews import add_incident
from governance.records.statement import PAYLOAD, Record, Signature
from governance.records.store import append, path_of, read_journal

from .signed import commit, line, write_policy

NOW = datetime(2026, 11, 29, 7, 30, tzinfo=UTC)
SAID = {"what": "a disk was lost", "severity": "low"}


def note(root: Path, at: datetime = NOW) -> Record:
    return append(root, Incident, {}, SAID, project="desk", by="Ann", at=at)


def put(root: Path, content: bytes) -> Path:
    """A file that is named by its digest, whatever it holds."""
    path = path_of(root, hashlib.sha256(content).hexdigest())
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def told(root: Path, now: datetime = NOW) -> list[str]:
    return [fault.what for fault in verify(root, project="desk", now=now).faults]


def envelope(statement: bytes, **changes: Any) -> bytes:
    signature = {"keyid": "SHA256:x", "sig": base64.b64encode(b"sig").decode()}
    whole: dict[str, Any] = {
        "payload": base64.b64encode(statement).decode(),
        "payloadType": PAYLOAD,
        "signatures": [signature],
    }
    return rfc8785.dumps({**whole, **changes})


def statement(root: Path) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(note(root).content)
    return document


SIG = base64.b64encode(b"sig").decode()
CONTENTS: dict[str, tuple[Callable[[dict[str, Any]], bytes], str]] = {
    "not canonical": (lambda said: json.dumps(said, indent=1).encode(), "is not canonical JSON"),
    "a space too many": (lambda said: b" " + rfc8785.dumps(said), "is not canonical JSON"),
    "of an unknown kind": (
        lambda said: rfc8785.dumps({**said, "predicateType": "urn:assay:record:amnesty:v1"}),
        "is of a kind or version that this assay does not know",
    ),
    "of a later version": (
        lambda said: rfc8785.dumps({**said, "predicateType": said["predicateType"].replace("v1", "v9")}),
        "is of a kind or version that this assay does not know",
    ),
    "a field more": (
        lambda said: rfc8785.dumps({**said, "predicate": {**said["predicate"], "urgent": True}}),
        "is not a valid incident record: urgent",
    ),
    "a number that JSON cannot hold": (
        lambda said: rfc8785.dumps(said).replace(b'"low"', b"1e999"),
        "is not JSON",
    ),
    "a lone surrogate": (
        lambda said: rfc8785.dumps(said).replace(b"a disk", b"\\ud800"),
        "is not JSON",
    ),
    "empty": (lambda said: b"", "is not JSON"),
    "an envelope in an envelope": (
        lambda said: envelope(envelope(rfc8785.dumps(said))),
        "is not an in-toto Statement v1",
    ),
    "an envelope of another type": (
        lambda said: envelope(rfc8785.dumps(said), payloadType="text/plain"),
        "is not a DSSE envelope",
    ),
    "an envelope with more beside": (
        lambda said: envelope(rfc8785.dumps(said), trusted=True),
        "is not a DSSE envelope",
    ),
    "an envelope of what is not canonical": (
        lambda said: envelope(json.dumps(said).encode()),
        "is not canonical JSON",
    ),
    "an envelope without signatures": (
        lambda said: envelope(rfc8785.dumps(said), signatures=[]),
        "is an envelope without signatures",
    ),
    "a signature twice": (
        lambda said: envelope(rfc8785.dumps(said), signatures=[{"keyid": "x", "sig": SIG}] * 2),
        "is not a DSSE envelope",
    ),
    "a signature that is not base64": (
        lambda said: envelope(rfc8785.dumps(said), signatures=[{"keyid": "x", "sig": "???"}]),
        "is not a DSSE envelope",
    ),
    "signatures of another form": (
        lambda said: envelope(rfc8785.dumps(said), signatures={"x": "y"}),
        "is not a DSSE envelope",
    ),
    "a payload that is a number": (
        lambda said: envelope(rfc8785.dumps(said), payload=5),
        "is not a DSSE envelope",
    ),
}


@pytest.mark.parametrize("what", CONTENTS)
def test_a_file_that_is_named_rightly_and_is_not_a_record_is_told(tmp_path: Path, what: str) -> None:
    make, words = CONTENTS[what]
    put(tmp_path, make(statement(tmp_path)))
    (fault,) = told(tmp_path)
    assert fault.startswith(words)
    with pytest.raises(AssayError) as caught:
        note(tmp_path)
    assert caught.value.fix and len(read_journal(tmp_path).records) == 1


def test_a_record_of_a_hundred_megabytes_is_refused_at_once(tmp_path: Path) -> None:
    note(tmp_path)
    path = path_of(tmp_path, "ab" * 32)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        file.truncate(100 * 2**20)
    tracemalloc.start()
    start = time.process_time()
    assert told(tmp_path) == ["is larger than a record may be (1,048,576 bytes)"]
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert time.process_time() - start < 2 and peak < 20 * 2**20


@pytest.mark.parametrize("what", ["record", "shard", "folder"])
def test_links_are_not_followed(tmp_path: Path, what: str) -> None:
    root = tmp_path / "project"
    root.mkdir()
    record = note(root)
    place = {
        "record": path_of(root, record.id),
        "shard": path_of(root, record.id).parent,
        "folder": root / "records",
    }[what]
    place.rename(tmp_path / "elsewhere")
    place.symlink_to(tmp_path / "elsewhere")
    (fault,) = told(root)
    assert "is a link" in fault
    with pytest.raises(AssayError, match="is a link"):
        note(root)


def test_a_folder_or_a_pipe_in_the_place_of_a_record_is_told(tmp_path: Path) -> None:
    note(tmp_path)
    (tmp_path / "records" / "aa").mkdir()
    (tmp_path / "records" / "aa" / f"{'b' * 62}.json").mkdir()
    os.mkfifo(tmp_path / "records" / "aa" / f"{'c' * 62}.json")
    assert told(tmp_path) == ["is not named by a digest, as records are"] * 2


@pytest.mark.parametrize(
    ("hours", "sound"), [(0, True), (23, True), (24, True), (25, False), (24 * 400, False)]
)
def test_clocks_may_differ_by_a_day(tmp_path: Path, hours: int, sound: bool) -> None:
    """A record from a clock that goes ahead, and one after it from a clock that goes behind."""
    note(tmp_path, NOW + timedelta(hours=hours))
    assert (told(tmp_path) == []) == sound
    later = NOW + timedelta(hours=hours)
    note(tmp_path, NOW)
    assert (told(tmp_path, later) == []) == sound
    if not sound:
        assert "over a day before record" in told(tmp_path, later)[0]


LOOK_ALIKES = {
    "Cyrillic": "\u0430nn@example.org",
    "full width": "\uff41nn@example.org",
    "a zero-width joiner": "a\u200dnn@example.org",
    "written from the right": "\u202eann@example.org",
    "a soft hyphen": "an\u00adn@example.org",
    "a combining accent": "ann\u0301@example.org",
    "a no-break space": "ann@example.org\u00a0",
    "a Kelvin sign": "\u212aate@example.org",
}


@pytest.mark.skipif(not shutil.which("ssh-keygen"), reason="needs OpenSSH")
@pytest.mark.parametrize("what", LOOK_ALIKES)
def test_a_name_that_looks_like_another_is_refused_among_signers_and_roles(
    project: Project, keys: dict[str, Path], what: str
) -> None:
    name = LOOK_ALIKES[what]
    good = "".join(line(keys, one) for one in ("ann", "bob", "cat"))
    public = line(keys, "eve").split(" ", 1)[1]
    write_policy(project.root, f"{good}{name} {public}")
    with pytest.raises(AssayError, match="plain ASCII") as caught:
        standing(project, commit(project.root))
    assert str(caught.value).isascii()
    write_policy(project.root, good, roles={"steward": [name], "reviewer": ["bob@example.org"]})
    with pytest.raises(AssayError, match="does not name") as caught:
        standing(project, commit(project.root))
    assert caught.value.fix and str(caught.value).isascii()


@pytest.mark.skipif(not shutil.which("ssh-keygen"), reason="needs OpenSSH")
def test_a_signature_of_other_bytes_or_of_another_tool_does_not_count(
    project: Project, keys: dict[str, Path]
) -> None:
    from governance.records.approvals import judging_policy
    from governance.records.signing import signer_of
    from governance.records.ssh import NotSigned

    record = add_incident(project, "a disk was lost", "low", key=keys["ann"])
    policy = judging_policy(project.root, None)
    assert signer_of(record, policy) == "ann@example.org"
    mine = record.signatures[0].sig
    for sig in (b"", b"\x00" * 100, mine[:-60], mine.replace(b"U1NI", b"U1NJ"), b"-" * 10**6):
        with pytest.raises(NotSigned):
            signer_of(Record(record.predicate, record.subjects, (Signature("SHA256:x", sig),)), policy)
    with pytest.raises(NotSigned, match="no signature"):
        signer_of(Record(record.predicate, record.subjects), policy)
