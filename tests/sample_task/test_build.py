"""The sample task is what its truth says it is."""

from __future__ import annotations

import csv
import io
import itertools
import json
import os
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from sample.build import SLOT, build, read_tickets
from sample.copies import jaccard, shingles
from sample.values import ENTITIES, FAMILY, GIVEN, HARD_NEGATIVES

ROOT = Path(__file__).resolve().parents[2]

QUEUES = {"billing", "delivery", "returns", "orders", "account", "technical", "product", "privacy"}


@pytest.fixture(scope="module")
def built() -> tuple[bytes, dict[str, Any]]:
    return build()


@pytest.fixture(scope="module")
def rows(built: tuple[bytes, dict[str, Any]]) -> dict[str, list[str]]:
    """Every row of the export by its id, undecodable bytes replaced."""
    text = built[0].decode("utf-8", "replace")
    return {row[0]: row for row in list(csv.reader(io.StringIO(text, newline="")))[1:]}


def _luhn(number: str) -> bool:
    doubled = [int(c) * (1 + i % 2) for i, c in enumerate(reversed(number))]
    return sum(n - 9 * (n > 9) for n in doubled) % 10 == 0


def _mod97(number: str) -> bool:
    return int("".join(str(int(c, 36)) for c in number[4:] + number[:4])) % 97 == 1


def _mod11(number: str) -> bool:
    return sum(int(c) * (10 - i) for i, c in enumerate(number)) % 11 == 0


def _plain(value: str) -> str:
    return re.sub(r"[ ()-]", "", value).upper()


DRAMA = r"(2079460|11[3478]4960|1[2-6]14960|1914980|2896496|2920180|1632960|7700900)"
VALID = {
    "EMAIL_ADDRESS": lambda v: re.fullmatch(
        r"[\w.+]+@([\w-]+\.)*example\.(com|org|net|co\.uk|ac\.uk)", v.lower()
    ),
    "PHONE_NUMBER": lambda v: re.fullmatch(rf"(0|\+44){DRAMA}\d{{3}}", _plain(v)),
    "PERSON": lambda v: any(word.upper() in {n.upper() for n in GIVEN + FAMILY} for word in v.split()),
    "UK_POSTCODE": lambda v: re.fullmatch(r"[A-Z]{1,2}\d[A-Z\d]?\d[ABD-HJLNP-UW-Z]{2}", _plain(v)),
    "CREDIT_CARD": lambda v: re.fullmatch(r"\d{16}", _plain(v)) and _luhn(_plain(v)),
    "IBAN_CODE": lambda v: _mod97(_plain(v)),
    "UK_NINO": lambda v: re.fullmatch(
        r"(?!BG|GB|NK|KN|TN|NT|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z]\d{6}[A-D]", _plain(v)
    ),
    "UK_NHS": lambda v: re.fullmatch(r"999\d{7}", _plain(v)) and _mod11(_plain(v)),
    "IP_ADDRESS": lambda v: re.fullmatch(r"(\d{1,3}\.){3}\d{1,3}|2001:db8:[\da-f:]+", v.lower()),
    "STREET_ADDRESS": lambda v: re.match(r"(flat \d+, )?\d+[ab]? \w", v.lower()),
    "UK_VEHICLE_REGISTRATION": lambda v: re.fullmatch(r"[A-Z]{2}\d\d[A-Z]{3}", _plain(v)),
    "UK_BANK_ACCOUNT": lambda v: re.search(r"\b(00|99)-\d\d-\d\d\b.*\b\d{8}$", v),
    "DATE_OF_BIRTH": lambda v: re.fullmatch(r"\d\d?[ ./-](\d\d|[A-Za-z]+)[ ./-](19|20)\d\d", v),
    "ORDER": lambda v: re.fullmatch(r"\d{10}", v),
    "INVOICE": lambda v: re.fullmatch(r"inv-[\d-]{8,11}", v.lower()),
    "SKU": lambda v: re.fullmatch(r"lh-[a-z]{3}-\d{4}", v.lower()),
    "TRACKING": lambda v: re.fullmatch(r"(jd|tt|h|1550)\d{9,16}(gb)?", v.lower()),
    "SERIAL": lambda v: re.fullmatch(r"sn[\d-]{14}|lm\d{12}", v.lower()),
}


def _planted(truth: dict[str, Any]) -> list[tuple[str, str, int, int]]:
    return [
        (key, span[label], span["start"], span["end"])
        for section, label in (("entities", "entity"), ("hard_negatives", "kind"))
        for key, found in truth[section].items()
        for span in found
    ]


@pytest.mark.parametrize("hash_seed", ["0", "4711"])
def test_build_writes_the_committed_bytes_whatever_the_hash_seed(tmp_path: Path, hash_seed: str) -> None:
    command = [sys.executable, "-m", "sample.build", "--out", str(tmp_path)]
    subprocess.run(
        command, cwd=ROOT, check=True, capture_output=True, env={**os.environ, "PYTHONHASHSEED": hash_seed}
    )
    for path in ("data/raw/tickets.csv", "sample/truth.json"):
        assert (tmp_path / path).read_bytes() == (ROOT / path).read_bytes(), (
            f"{path} is stale: run `python -m sample.build`"
        )


def test_every_planted_span_covers_a_valid_value(
    built: tuple[bytes, dict[str, Any]], rows: dict[str, list[str]]
) -> None:
    for key, kind, start, end in _planted(built[1]):
        value = rows[key][1][start:end]
        assert VALID[kind](value), (key, kind, value)


def test_every_kind_of_slot_is_planted(built: tuple[bytes, dict[str, Any]]) -> None:
    assert {kind for _, kind, _, _ in _planted(built[1])} == {*ENTITIES.values(), *HARD_NEGATIVES.values()}


def test_no_address_or_long_number_lies_outside_the_truth(
    built: tuple[bytes, dict[str, Any]], rows: dict[str, list[str]]
) -> None:
    covered: dict[str, set[int]] = {}
    for key, _, start, end in _planted(built[1]):
        covered.setdefault(key, set()).update(range(start, end))
    for key, row in rows.items():
        for found in re.finditer(r"\S+@\S+|\d{6,}", row[1]):
            assert set(range(*found.span())) & covered.get(key, set()), (key, found[0])
        assert not SLOT.search(row[1]), key


def test_truth_holds_no_value(built: tuple[bytes, dict[str, Any]], rows: dict[str, list[str]]) -> None:
    truth = json.dumps(built[1], ensure_ascii=False)
    for key, kind, start, end in _planted(built[1]):
        if kind != "PERSON":  # a bare first name may be part of any word
            assert rows[key][1][start:end] not in truth


def test_exact_duplicates_differ_in_case_and_white_space_only(
    built: tuple[bytes, dict[str, Any]], rows: dict[str, list[str]]
) -> None:
    pairs = built[1]["exact_duplicates"]
    assert {pair["change"] for pair in pairs.values()} == {"verbatim", "case", "whitespace"}
    for key, pair in pairs.items():
        one, other = rows[key], rows[pair["of"]]
        assert one[1].casefold().split() == other[1].casefold().split()
        assert (one[1] == other[1]) == (pair["change"] == "verbatim")
        assert one[2] == other[2]


def test_near_duplicates_are_near_and_some_conflict(
    built: tuple[bytes, dict[str, Any]], rows: dict[str, list[str]]
) -> None:
    pairs = built[1]["near_duplicates"]
    assert sum(pair["conflict"] for pair in pairs.values()) == 8
    for key, pair in pairs.items():
        assert round(jaccard(rows[key][1], rows[pair["of"]][1]), 4) == pair["jaccard"]
        assert 0.72 <= pair["jaccard"] <= 0.97
        assert (rows[key][2] != rows[pair["of"]][2]) == pair["conflict"]
        assert rows[pair["of"]][2] == pair["true_queue"]


def test_only_the_wrong_labels_differ_from_the_folder_of_the_ticket(
    built: tuple[bytes, dict[str, Any]], rows: dict[str, list[str]]
) -> None:
    written = [
        (queue, SLOT.split(text)[0]) for queue, text in read_tickets() if len(SLOT.split(text)[0]) > 25
    ]
    wrong = {key: entry["true_queue"] for key, entry in built[1]["wrong_labels"].items()}
    copies = {*built[1]["exact_duplicates"], *built[1]["near_duplicates"]}
    for queue, opening in written:
        for key, row in rows.items():
            if row[1].startswith(opening) and key not in copies:
                assert wrong.get(key, row[2]) == queue


def test_malformed_rows_lie_where_the_truth_says(built: tuple[bytes, dict[str, Any]]) -> None:
    data, truth = built
    lines = data.split(b"\n")
    assert sum(truth["counts"]["malformed"].values()) == len(truth["malformed"]) == 12
    for row in truth["malformed"]:
        assert lines[row["line"] - 1].startswith(row["ticket_id"].encode())


def test_all_but_the_malformed_rows_are_whole(built: tuple[bytes, dict[str, Any]]) -> None:
    broken = {row["ticket_id"]: row["kind"] for row in built[1]["malformed"]}
    parsed = list(csv.reader(io.StringIO(built[0].decode("utf-8", "replace"), newline=""), strict=True))[1:]
    assert [row[0] for row in parsed] == [f"T-{n:06d}" for n in range(1, len(parsed) + 1)]
    for row in parsed:
        if row[0] in broken:
            continue
        assert len(row) == 6 and row[2] in QUEUES and row[4] in {"email", "chat", "form"}
        assert len(row[1].strip()) > 3 and "�" not in row[1]
        assert row[3].startswith("2026-")
    assert {len(row) for row in parsed if broken.get(row[0], "").startswith("too_")} == {2, 9}


def test_every_queue_has_sixty_independent_tickets() -> None:
    assert min(Counter(queue for queue, _ in read_tickets()).values()) >= 60
    assert {queue for queue, _ in read_tickets()} == QUEUES


def test_no_two_hand_written_tickets_are_alike() -> None:
    written = [(text, shingles(text)) for _, text in read_tickets()]
    for (one, left), (other, right) in itertools.combinations(written, 2):
        assert len(left & right) < 0.5 * len(left | right), (one, other)


def test_the_sample_stays_under_a_megabyte() -> None:
    paths = [
        ROOT / "data/raw/tickets.csv",
        *(p for p in (ROOT / "sample").rglob("*") if "__pycache__" not in p.parts and p.is_file()),
    ]
    assert sum(path.stat().st_size for path in paths) < 1_000_000
