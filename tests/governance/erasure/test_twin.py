"""A twin is the version without the person and nothing else: the same whoever makes it, and in whatever order
people are taken out.
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from curate.examples import EDITS, LEDGER, conform
from curate.files import dump_json, write_parquet
from curate.keys import Key
from curate.provenance import file_digest
from curate.publish.digest import LENGTHS, PUBLISHED, content_of, marks, row_digests
from curate.publish.gold import verify_gold
from curate.publish.manifest import SCHEMA, SEALED
from curate.seal import seal
from curate.shards import folder_files, part_name, table_files, table_of
from curate.splits import SPLITS
from governance.erasure.person import person_of, rows_of, without_values
from governance.erasure.twin import Erasing, make_twin
from governance.subjects.wanted import hits

KEY = Key(b"k" * 32, "environment")
JO = ("jo.miller@example.org", "07700 900461", "Jo Miller", "C-9001")
ZOE = ("zoe.quill@example.org", "Zoë Quill")
WRITTEN = {
    "jo": [
        "write to jo.miller@example.org",
        "JO.MILLER@EXAMPLE.ORG!",
        "ring +44 7700 900461 or so",
        "07700-900-461",
        "Miller, Jo",
        "jo a. miller said",
        "case c9001",
        "JO\u00a0MILLER",
    ],
    "zoe": ["zoe.quill@example.org", "Zoë Quill here", "ZOE\u0308 QUILL"],
    "": [
        "where is my parcel",
        "jo@example.org is another",
        "joanna millerson",
        "",
        "07700 900462",
        "naïve ﬁsh",
    ],
}
rows_drawn = st.lists(
    st.tuples(
        st.sampled_from(["jo", "zoe", ""]),
        st.integers(0, 7),
        st.sampled_from(SPLITS),
        st.sampled_from(["jo", "", "", ""]),
    ),
    min_size=1,
    max_size=12,
)


def write_version(folder: Path, drawn: list[tuple[str, int, str, str]]) -> dict[str, Path]:
    """A gold folder of the rows drawn: who is written of, in which way, where, whose row it is."""
    rows = [
        {
            "example_id": f"row-{number:03d}",
            "input": f"{number}: {WRITTEN[who][way % len(WRITTEN[who])]}",
            "output": "a" if number % 2 else "b",
            "subject": KEY.digest("subject", JO[3]) if owner == "jo" else KEY.digest("subject", str(number)),
            "split": split,
        }
        for number, (who, way, split, owner) in enumerate(drawn)
    ]
    table = pl.DataFrame(rows)
    splits = {
        split: conform(table.filter(pl.col("split") == split), PUBLISHED).sort("example_id")
        for split in SPLITS
    }
    every = pl.concat(list(splits.values()))
    prints = marks(splits).join(
        every.select(
            "example_id",
            pl.col("example_id").alias("source_digest"),
            row_digests(every, ("output",)).alias("output_digest"),
            *(pl.col(name).fill_null("").str.len_chars().alias(stated) for name, stated in LENGTHS.items()),
        ),
        on="example_id",
    )
    ledger = conform(
        pl.DataFrame(
            [
                {
                    "example_id": "gone-1",
                    "stage": "dedup",
                    "reason": "near",
                    "evidence": "like row-000, and row-0001",
                    "kept_id": "row-000",
                }
            ]
        ),
        LEDGER,
    )
    frames = {
        **splits,
        "fingerprints": prints.sort("example_id"),
        "ledger": ledger,
        "edits": EDITS.to_frame(),
    }
    for name, frame in frames.items():
        write_parquet(frame, folder / f"{name}.parquet")
    (folder / "README.md").write_text(f"# x\n\n| train | {splits['train'].height} |\n")
    manifest = {
        "schema": SCHEMA,
        **content_of(marks(splits)),
        "rows": every.height,
        "labels": {},
        "funnel": [{"stage": "ingest"}],
        "params": {},
        "task": {},
        "made_from": {},
        "files": {path.name: file_digest(path) for path in sorted(folder.iterdir())},
    }
    (folder / "manifest.json").write_text(dump_json(seal(json.loads(dump_json(manifest)), KEY, SEALED)))
    return {path.name: path for path in folder.iterdir()}


def erasing(files: dict[str, Path], values: tuple[str, ...], *, mentions: bool) -> Erasing:
    person = person_of(values, KEY)
    rows = [rows_of(pl.scan_parquet(files[f"{split}.parquet"]), person) for split in SPLITS]
    own = frozenset().union(*(one.own for one in rows))
    spoken = frozenset().union(*(one.mentions for one in rows)) if mentions else frozenset()
    return Erasing(person, own | spoken)


def twin(files: dict[str, Path], what: Erasing, out: Path) -> dict[str, Path]:
    out.mkdir()
    make_twin(files, what, out)
    return {path.name: path for path in out.iterdir()}


def content(files: dict[str, Path]) -> dict[str, bytes]:
    return {name: path.read_bytes() for name, path in files.items()}


@settings(max_examples=15)
@given(rows_drawn)
def test_other_rows_stay_as_they_were_and_nothing_of_theirs_is_left(
    drawn: list[tuple[str, int, str, str]],
) -> None:
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        (folder / "gold").mkdir()
        files = write_version(folder / "gold", drawn)
        what = erasing(files, JO, mentions=True)
        theirs = {f"row-{n:03d}" for n, (who, *_, owner) in enumerate(drawn) if "jo" in (who, owner)}
        assert what.drop == theirs
        made = twin(files, what, folder / "twin")
        for name in (*SPLITS, "fingerprints"):
            before, after = (pl.read_parquet(one[f"{name}.parquet"]) for one in (files, made))
            assert after.equals(before.filter(~pl.col("example_id").is_in(sorted(theirs))))
        assert verify_gold(folder / "twin", KEY).manifest["erasure"]["rows"] == len(theirs)
        ledger = pl.read_parquet(made["ledger.parquet"])
        assert (ledger["kept_id"][0] is None) == ("row-000" in theirs)
        assert ("(erased)" in ledger["evidence"][0]) == ("row-000" in theirs)
        assert "row-0001" in ledger["evidence"][0]
        # The same bytes again, and again of itself.
        assert content(twin(files, what, folder / "again")) == content(made)
        assert content(twin(made, what, folder / "of itself")) == content(made)


@settings(max_examples=8)
@given(rows_drawn)
def test_two_people_in_either_order_or_at_once_leave_the_same_version(
    drawn: list[tuple[str, int, str, str]],
) -> None:
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        (folder / "gold").mkdir()
        files = write_version(folder / "gold", drawn)
        jo, zoe = (erasing(files, values, mentions=True) for values in (JO, ZOE))
        one = twin(twin(files, jo, folder / "1"), zoe, folder / "12")
        other = twin(twin(files, zoe, folder / "2"), jo, folder / "21")
        both = twin(files, Erasing(person_of((*JO, *ZOE), KEY), jo.drop | zoe.drop), folder / "both")
        assert content(one) == content(other) == content(both)


@settings(max_examples=15)
@given(rows_drawn)
def test_redacted_rows_lose_the_value_alone(drawn: list[tuple[str, int, str, str]]) -> None:
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        (folder / "gold").mkdir()
        files = write_version(folder / "gold", drawn)
        what = erasing(files, JO, mentions=False)
        made = twin(files, what, folder / "twin")
        verify_gold(folder / "twin", KEY)
        spoken = {f"row-{n:03d}" for n, (who, *_, owner) in enumerate(drawn) if who == "jo" and owner != "jo"}
        for split in SPLITS:
            before, after = (pl.read_parquet(one[f"{split}.parquet"]) for one in (files, made))
            left = before.filter(~pl.col("example_id").is_in(sorted(what.drop)))
            assert after["example_id"].to_list() == left["example_id"].to_list()
            assert not after.select(hits(pl.col("input"), what.person.sought).any()).item()
            same = ~pl.col("example_id").is_in(sorted(spoken))
            assert after.filter(same).equals(left.filter(same))


def test_values_give_place_to_their_placeholder_and_the_rest_stays() -> None:
    person = person_of(JO, KEY)
    for text, wanted in (
        ("a Jo.Miller@Example.org b", "a <EMAIL_ADDRESS> b"),
        ("(07700) 900 461 and 07700 900462", "<PHONE_NUMBER> and 07700 900462"),
        ("Dear Miller, Jo: c-9001.", "Dear <PERSON>: <ID>."),
        ("ﬁsh Jo\u00a0Miller ﬁsh", "ﬁsh <PERSON> ﬁsh"),
        ("nobody", "nobody"),
    ):
        assert without_values(text, person) == wanted, text


def in_parts(files: dict[str, Path], folder: Path, rows: int) -> dict[str, Path]:
    """The same version, each table in parts of so many rows."""
    folder.mkdir()
    for name, path in files.items():
        if not name.endswith(".parquet"):
            (folder / name).write_bytes(path.read_bytes())
            continue
        (folder / name).mkdir()
        for number, part in enumerate(pl.read_parquet(path).iter_slices(rows)):
            write_parquet(part, folder / name / part_name(number))
        if not any((folder / name).iterdir()):
            (folder / name / part_name(0)).write_bytes(path.read_bytes())
    made = folder_files(folder)
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["files"] = {name: file_digest(path) for name, path in made.items() if name != "manifest.json"}
    (folder / "manifest.json").write_text(dump_json(seal(manifest, KEY, SEALED)))
    return folder_files(folder)


@settings(max_examples=15)
@given(rows_drawn, st.integers(1, 5))
def test_a_version_in_parts_has_the_twin_of_the_whole_and_other_parts_keep_their_bytes(
    drawn: list[tuple[str, int, str, str]], rows: int
) -> None:
    with tempfile.TemporaryDirectory() as scratch:
        root = Path(scratch)
        (root / "whole").mkdir()
        whole = write_version(root / "whole", drawn)
        parts = in_parts(whole, root / "parts", rows)
        what = erasing(whole, JO, mentions=False)
        (root / "one").mkdir()
        one = make_twin(whole, what, root / "one")
        (root / "other").mkdir()
        assert make_twin(parts, what, root / "other") == one
        verify_gold(root / "other", KEY)
        made = folder_files(root / "other")
        assert set(made) == set(parts)
        for table in (*SPLITS, "fingerprints", "ledger"):
            before = {name: parts[name].read_bytes() for name in parts if table_of(name) == table}
            after = {name: made[name].read_bytes() for name in before}
            expected = pl.read_parquet(root / "one" / f"{table}.parquet")
            assert pl.scan_parquet(table_files(made, table), glob=False).collect().equals(expected)
            for name, content in before.items():
                held = pl.read_parquet(parts[name])
                if held.equals(pl.read_parquet(made[name])):
                    assert after[name] == content
