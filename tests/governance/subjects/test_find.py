"""A person is found however they are written, in every place, and nobody else is."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curate.errors import AssayError
from curate.keys import Key, find_key
from curate.pii.values import normalise, value_id
from curate.project import Project
from governance.cli.main import main
from governance.subjects.places import rows_in
from governance.subjects.wanted import hits, may_hold, wanted
from tests.curate.pii.test_known import PIECES
from tests.governance.versioned import TRAIN

KNOWN = ("jo.miller@example.org", "+44 7700 900123", "Jo Miller", "C-10425", "QQ 12 34 56 C")
HOLD = [
    "write to Jo.Miller@Example.org please",
    "JO.MILLER@EXAMPLE.ORG",
    "mail (jo.miller@example.org)",
    "call 07700 900123",
    "call 07700-900-123 or (07700) 900 123",
    "tel +447700900123",
    "tel 0044 7700 900 123 today",
    "Jo Miller here",
    "J\u00f3 M\u00edller",
    "from JO  MILLER,",
    "Miller, Jo",
    "jo a. miller",
    "Jo\u00a0Miller",
    "Jo\nMiller",
    "customer C-10425",
    "customer c10425",
    "my NI number is QQ123456C",
    "qq 12 34 56 c",
]
HOLD_NOT = [
    "Jo and his Miller",  # two words between
    "Joanna Miller",
    "Jo Millers",
    "mojo miller's",
    "j.miller@example.com",
    "07700 900124",
    "C-10426",
    "QQ 12 34 56 D",
    "",
    None,
]


def held(texts: list[str | None], values: tuple[str, ...] = KNOWN) -> list[bool]:
    sought = wanted(values, None)
    return (
        pl.DataFrame({"t": texts}, schema={"t": pl.String}).select(hits(pl.col("t"), sought))["t"].to_list()
    )


def test_a_person_is_found_however_they_are_written_and_nobody_else_is() -> None:
    assert [text for text, found in zip(HOLD, held(list(HOLD)), strict=True) if not found] == []
    assert [text for text, found in zip(HOLD_NOT, held(HOLD_NOT), strict=True) if found] == []


@pytest.mark.parametrize(
    ("value", "texts", "others"),
    [
        (
            "J\u00fcrgen M\u00fcller",
            ["juergen mueller", "Jurgen Muller", "M\u00dcLLER, J\u00fcrgen"],
            ["J\u00fcrgen Mull"],
        ),
        ("Juergen Mueller", ["J\u00fcrgen M\u00fcller", "Jurgen Mueller"], ["Jorgen Mueller"]),
        ("Jos\u00e9 Nu\u00f1ez", ["Jose Nunez", "JOSE N\u00fa\u00f1ez"], ["Joe Nunez", "Josee Nunez"]),
        ("Ina Wei\u00df", ["ina weiss", "Ina Wei\u00df"], ["Ina Weis"]),
        (
            "Giulia De Luca",
            ["De Luca, Giulia", "luca, giulia de", "Giulia M. De Luca"],
            ["De Luca and Giulia"],
        ),
        ("Sue Queen", ["Sue Queen"], ["Su Queen", "Sue Qun"]),
    ],
)
def test_a_name_is_found_in_every_spelling_and_order(
    value: str, texts: list[str | None], others: list[str | None]
) -> None:
    assert held(texts, (value,)) == [True] * len(texts)
    assert held(others, (value,)) == [False] * len(others)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.lists(PIECES, max_size=9).map("".join), min_size=1, max_size=5))
def test_what_is_not_worth_asking_holds_nobody(texts: list[str]) -> None:
    sought = wanted(["Jo Miller", "M\u00fcller Jo", "jo@x.org", "07700 900123", "C-10425"], None)
    frame = pl.DataFrame({"t": texts}, schema={"t": pl.String})
    found = frame.select(held=hits(pl.col("t"), sought), near=may_hold(pl.col("t"), sought))
    assert found.filter(pl.col("held") & ~pl.col("near")).is_empty()


@pytest.mark.parametrize("values", [(), ("",), ("Al",), ("12",)])
def test_what_singles_nobody_out_is_refused(values: tuple[str, ...]) -> None:
    with pytest.raises(AssayError) as caught:
        wanted(values, None)
    assert caught.value.fix


@pytest.mark.parametrize("ending", ["csv", "jsonl", "csv.gz", "jsonl.zst", "parquet", "arrow", "utf16.csv"])
def test_every_form_of_file_is_searched(tmp_path: Path, ending: str) -> None:
    frame = pl.DataFrame({"id": ["a", "b"], "text": ["nothing", "Jo Miller wrote"], "nested": [["x"], ["y"]]})
    path = tmp_path / f"file.{ending}"
    if ending == "parquet":
        frame.write_parquet(path)
    elif ending == "arrow":
        frame.write_ipc(path)
    else:
        text = "id,text\na,nothing\nb,Jo Miller wrote\n" if "csv" in ending else frame.write_ndjson()
        data = text.encode("utf-16" if "utf16" in ending else "utf-8")
        if ending.endswith("gz"):
            import gzip

            data = gzip.compress(data)
        elif ending.endswith("zst"):
            import zstandard

            data = zstandard.compress(data)
        path.write_bytes(data)
    assert len(rows_in(path, wanted(["Jo Miller"], None))) == 1
    assert rows_in(path, wanted(["Zoe Quill"], None)) == []


def test_nested_cells_are_searched(tmp_path: Path) -> None:
    turns = [[{"role": "user", "content": "I am Jo Miller"}], [{"role": "user", "content": "hello"}]]
    pl.DataFrame({"example_id": ["r1", "r2"], "messages": turns}).write_parquet(tmp_path / "x.parquet")
    assert rows_in(tmp_path / "x.parquet", wanted(["Jo Miller"], None)) == ["r1"]


def told(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, dict[str, Any]]:
    with pytest.raises(SystemExit) as stop:
        main(["subject", "find", *arguments, "--format", "json"])
    shown = capsys.readouterr().out
    return int(stop.value.code or 0), json.loads(shown)


def test_old_versions_models_and_keyed_digests_are_searched(
    versioned: Project,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("ASSAY_KEY", "0123456789abcdef" * 4)
    key = find_key(versioned.root)
    (versioned.root / "decisions").mkdir()
    digest = value_id(key, "EMAIL_ADDRESS", normalise("EMAIL_ADDRESS", "jo.miller@example.org"))
    (versioned.root / "decisions" / "pii.jsonl").write_text(json.dumps({"value_id": digest}) + "\n")
    code, document = told(capsys, "stays", "jo.miller@example.org")
    assert code == 1 and document["keyed_digests_sought"]
    places = {(place["kind"], place["path"].split("/")[-1], place["split"]) for place in document["places"]}
    assert ("version", "train.parquet", "train") in places and ("record", "pii.jsonl", "") in places
    assert len([place for place in document["places"] if place["kind"] == "version"]) == 2
    assert sorted(name.split("@")[0] for name in document["models"]) == ["lora", "probe"]
    assert "jo.miller" not in json.dumps(document)
    assert TRAIN["v1"][0] == "gone"
    code, document = told(capsys, "gone")
    assert code == 1 and not document["models"]  # no model is known to have learned from that version


def test_nobody_is_found_and_what_was_not_seen_is_said(
    versioned: Project,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    names = tmp_path / "names.txt"
    names.write_text("Zoe Quill\nzoe@example.org\n")
    code, document = told(capsys, "--from", str(names))
    assert code == 0 and not document["found"] and len(document["not_seen"]) == 2
    with pytest.raises(SystemExit) as stop:
        main(["subject", "find", "Zoe Quill"])
    assert not stop.value.code
    said = capsys.readouterr().out
    assert "Found nowhere" in said and "Not looked into" in said and "Quill" not in said


CODES = ("C-777", "QQ 12 34 56 C", "A10425 12", "jmiller", "AB12-9")
# What may stand beside a code: of it a run of letters and digits is made longer, or not.
BESIDE = st.text(alphabet="aZ9\u00e9\u0663-_ .,;:#()\"'/<>=\n\t\u00a0", max_size=6)


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(CODES), BESIDE, BESIDE)
def test_a_code_is_never_found_inside_a_longer_run(code: str, before: str, after: str) -> None:
    text = f"{before}{code}{after}"
    glued = before[-1:].isalnum() or after[:1].isalnum()
    assert held([text], (code,)) == [not glued], text


@pytest.mark.parametrize(
    ("text", "found"),
    [
        *(
            (text, True)
            for text in ("C 777", "c-777", "(C-777)", "c777.", "C_777", "ref:C-777,", "\u201eC-777\u201c")
        ),
        *(
            (text, False)
            for text in ("#c77700", "abc777", "c7770", "0f3ac777d1", "C-7771", "XC-777", "C-77 8")
        ),
    ],
)
def test_a_code_is_found_as_people_write_it(text: str, found: bool) -> None:
    assert held([text], ("C-777",)) == [found]


def test_signs_that_json_escapes_part_a_code_from_others(tmp_path: Path) -> None:
    for ascii_only in (True, False):
        line = json.dumps({"text": "first line\nC-777\u00bb and Zo\u00eb Quill"}, ensure_ascii=ascii_only)
        (tmp_path / "a.jsonl").write_text(line)
        for value in ("C-777", "Zoe Quill"):
            assert rows_in(tmp_path / "a.jsonl", wanted([value], None)) == ["1"]


def test_styles_scripts_and_drawings_of_a_page_name_nobody(tmp_path: Path) -> None:
    page = (
        "<!doctype html><style>.a{c:777}</style>\n<svg><path d='M1 2 C 777 3'/></svg>\n"
        "<p title='of C-777'>x</p>\n<p>of\n<b>C-777</b></p><script>a(c,777)</script>\n"
        '<script type=\'application/json\'>\n{"id": "C-777"}</script>'
    )
    (tmp_path / "page.html").write_text(page)
    assert rows_in(tmp_path / "page.html", wanted(["C-777"], None)) == ["3", "5", "7"]


@pytest.mark.parametrize("value", ["2027-12-01", "01/12/2027", "1.12.2027", "2027-12-01 09:30"])
def test_a_date_is_not_a_telephone_number(value: str) -> None:
    [sought] = wanted([value], None)
    assert sought.form == "code" and {known.form for known in sought.known} == {"code"}
    assert held([f"on {value}, then"], (value,)) == [True]


@pytest.mark.parametrize("value", ["2027-13-41", "0207 946 0018", "9999-99-99"])
def test_a_number_that_is_no_date_is_a_telephone_number(value: str) -> None:
    assert wanted([value], None)[0].form == "phone"


KEY = Key(b"k" * 32, "environment")


@pytest.mark.parametrize(
    ("asked", "written"),
    [
        ("Zo\u00eb Brandvold", ["Zoe Brandvold", "ZOE BRANDVOLD", "Brandvold, Zo\u00eb", "brandvold zoe"]),
        ("Zoe Brandvold", ["Zo\u00eb Brandvold", "Brandvold Zo\u00eb", "zo\u00eb brandvold"]),
        ("Juergen Mueller", ["Jurgen Muller", "J\u00fcrgen M\u00fcller"]),
        ("J\u00fcrgen M\u00fcller", ["Juergen Mueller", "Jurgen Muller"]),
        ("C-777", ["c-777", "C 777", "c777", "C777"]),
        ("+44 7700 900123", ["07700900123", "+447700900123"]),
        ("jo@x.org", ["JO@X.ORG"]),
    ],
)
def test_digests_of_every_spelling_are_sought(asked: str, written: list[str]) -> None:
    [sought] = wanted([asked], KEY)
    for text in written:
        assert text in sought.own, text
        assert KEY.digest("subject", text) in sought.own and KEY.digest("group", text) in sought.own
        if sought.form == "name":
            assert value_id(KEY, "PERSON", normalise("PERSON", text)) in sought.digests


def test_nobody_elses_digest_is_sought() -> None:
    [sought] = wanted(["Zoe Brandvold"], KEY)
    for other in ("Joe Brandvold", "Zoe", "Brandvold", "Zoe Brandwold"):
        assert KEY.digest("subject", other) not in sought.own
        assert value_id(KEY, "PERSON", normalise("PERSON", other)) not in sought.digests


def test_words_of_the_tool_are_not_searched(tmp_path: Path) -> None:
    row = {"example_id": ["r1"], "source": ["Jo Miller"], "split": ["Jo Miller"], "text": ["none"]}
    pl.DataFrame(row).write_parquet(tmp_path / "ours.parquet")
    pl.DataFrame(row).drop("example_id").write_parquet(tmp_path / "raw.parquet")
    assert rows_in(tmp_path / "ours.parquet", wanted(["Jo Miller"], None)) == []
    assert rows_in(tmp_path / "raw.parquet", wanted(["Jo Miller"], None)) == ["0"]
