"""Commands on plain files as people write them: nothing is lost in silence, and every fix named works."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import polars as pl
import pytest

from governance.cli.main import main


class Run(NamedTuple):
    code: int
    out: str
    err: str


Call = Callable[..., Run]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Call:
    def call(*arguments: object) -> Run:
        with pytest.raises(SystemExit) as stopped:
            main([str(argument) for argument in arguments])
        shown = capsys.readouterr()
        return Run(int(stopped.value.code or 0), shown.out, shown.err)

    return call


@pytest.fixture(autouse=True)
def judge_by_length(monkeypatch: pytest.MonkeyPatch) -> None:
    """`assay labels` without its encoder: what is judged matters here, not how well."""
    import numpy as np

    monkeypatch.setattr(
        "train.labels._embed",
        lambda texts, encoder: np.array([[len(t), sum(map(ord, t)) % 97] for t in texts]),
    )


RAGGED = "id,text,label\n1,one word,x\n2,two, words,y\n3,one  word,x\n4,four more words,y\n5,five,y\n"

# Each command on the file F, with what makes it read the columns of RAGGED.
COMMANDS = {
    "scan": ("scan", "F"),
    "dedup": ("dedup", "F", "--field", "text"),
    "leaks": ("leaks", "F", "F", "--field", "text"),
    "labels": ("labels", "F", "--input", "text", "--output", "label"),
    "rules": ("rules", "F", "--input", "text", "--output", "label"),
    "diff": ("diff", "F", "F", "--key", "id"),
}


def on(name: str, path: Path, *more: object) -> list[object]:
    return [path if word == "F" else word for word in COMMANDS[name]] + list(more)


@pytest.mark.parametrize("name", COMMANDS)
def test_unreadable_rows_are_named_on_stderr_and_fail_with_strict(
    run: Call, tmp_path: Path, name: str
) -> None:
    path = tmp_path / "ragged.csv"
    path.write_text(RAGGED)
    told = run(*on(name, path))
    assert told.code in (0, 1)
    assert "ragged.csv: 1 row could not be read: line 3 (too many fields)" in told.err
    strict = run(*on(name, path, "--strict"))
    assert strict.code == 1
    assert "line 3" in strict.err and "Traceback" not in strict.err
    path.write_text(RAGGED.replace("two, words", "two words"))
    assert "could not be read" not in run(*on(name, path, "--strict")).err


@pytest.mark.parametrize("name", ["scan", "dedup", "rules", "labels"])
def test_the_headline_counts_unreadable_rows_too(run: Call, tmp_path: Path, name: str) -> None:
    path = tmp_path / "ragged.csv"
    path.write_text(RAGGED)
    shown = run(*on(name, path)).out
    assert "1 row could not be read" in shown or "unreadable" in shown
    assert json.loads(run(*on(name, path, "--format", "json")).out)["unreadable"] == 1


def test_rows_are_named_by_their_record_number_in_the_file(run: Call, tmp_path: Path) -> None:
    path, out = tmp_path / "f.csv", tmp_path / "o.parquet"
    path.write_text(
        "id,text,label\n1,hello,x\n2,bad, row,x\n3,mail jo.smith@example.org,x\n4,hello,y\n5,??,x\n"
    )
    run("scan", path, "-o", out)
    assert pl.read_parquet(out)["row"].to_list() == [2]
    run("dedup", path, "--field", "text", "-o", out)
    assert pl.read_parquet(out).select("left", "right").rows() == [(0, 3)]
    run("leaks", path, path, "--field", "text", "-o", out)
    assert set(pl.read_parquet(out)["test_row"]) == {0, 2, 3, 4}
    run("rules", path, "--input", "text", "--output", "label", "-o", out)
    assert set(pl.read_parquet(out)["row"]) == {4}
    run("labels", path, "--input", "text", "--output", "label", "-o", out)
    assert set(pl.read_parquet(out)["row"]) == {0, 2, 3, 4}
    run("diff", path, path.with_name("g.csv"), "-o", out)
    (tmp_path / "g.csv").write_text("id,text,label\n9,other words,x\n")
    run("diff", path, tmp_path / "g.csv", "-o", out)
    assert set(pl.read_parquet(out).filter(change="removed")["row"]) == {"0", "2", "3", "4"}


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_takes_encoding_delimiter_and_format(run: Call, tmp_path: Path, name: str) -> None:
    rows = "id;text;label\n1;café, please;x\n2;tea, please;y\n3;thé;x\n4;some tea;y\n"
    path = tmp_path / "export.txt"
    path.write_bytes(rows.encode("utf-16"))
    named = ("--format-in", "csv", "--encoding", "utf-16", "--delimiter", ";")
    told = run(*on(name, path, *named))
    assert told.code in (0, 1), told.err
    assert "could not be read" not in told.err
    for wrong, words in (
        (named[2:], "--format-in"),
        (("--format-in", "csv"), "--encoding utf-16 "),
        ((*named[:2], "--encoding", "utf-99"), "unknown encoding"),
        ((*named[:4], "--delimiter", "ab"), "--delimiter"),
    ):
        refused = run(*on(name, path, *wrong))
        assert refused.code == 2
        assert words in refused.err and "params.yaml)" in refused.err + "params.yaml)"


def test_options_of_reading_need_a_file_where_a_stage_could_run(run: Call) -> None:
    for command in ("scan", "dedup"):
        assert run(command, "--encoding", "latin-1").code == 2


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("dedup", "f.csv", "--field", "text", "--threshold", "1.5"), "--threshold"),
        (("dedup", "f.csv", "--field", "text", "--n", "99"), "--n"),
        (("dedup", "f.csv", "--field", "nope"), "with --field"),
        (("leaks", "f.csv", "f.csv", "--field", "text", "--label", "nope"), "with --label"),
        (("rules", "f.csv", "--input", "nope", "--output", "text"), "with --input"),
        (("labels", "f.csv", "--input", "text", "--output", "nope"), "with --output"),
        (("scan", "f.csv", "--field", "nope"), "with --field"),
        (("scan", "f.csv", "--id", "nope"), "with --id"),
        (("dedup", "f.csv", "--field", "text", "--id", "text"), "--id"),
    ],
)
def test_errors_name_options_as_they_are_typed(
    run: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], words: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("f.csv").write_text("text\na\na\n")
    refused = run(*arguments)
    assert refused.code == 2
    assert words in refused.err


HANDS: dict[str, bytes] = {
    "semicolons.csv": b"text;label\nred card, lost;a\nblue card;b\nred card, lost;a\n",
    "pipes.csv": b"text|label\nred card, lost|a\nblue card|b\nred card, lost|a\n",
    "tabs.csv": b"text\tlabel\nred card, lost\ta\nblue card\tb\nred card, lost\ta\n",
    "sep.csv": b"sep=;\r\ntext;label\r\nred card, lost;a\r\nblue card;b\r\nred card, lost;a\r\n",
    "mac.csv": b'text,label\r"red card, lost",a\r"blue\ncard",b\r"red card, lost",a\r',
    "bom.csv": '\ufefftext,label\n"red card, lost",a\nblue card,b\n"red card, lost",a\n'.encode(),
    "quoted.csv": b'"text","label"\n"red ""card"", lost",a\nblue card,b\n"red ""card"", lost",a\n',
    "header.csv": b'"a, b";text;label\n1;red card;a\n2;blue card;b\n3;red card;a\n',
    "array.jsonl": b'[{"text": "red card", "label": "a"}, {"text": "blue card", "label": "b"},'
    b' {"text": "red card", "label": "a"}]',
    "wide.csv": ("text,label\n" + "x" * 1_000_000 + ",a\nblue card,b\n" + "x" * 1_000_000 + ",a\n").encode(),
}


@pytest.mark.parametrize("name", HANDS)
def test_files_of_many_hands_are_read_whole(run: Call, tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(HANDS[name])
    shown = run("dedup", path, "--field", "text", "--format", "json")
    facts = json.loads(shown.out)
    assert (facts["rows"], facts["exact_pairs"]) == (3, 1)
    assert "warning" not in shown.err


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("empty.csv", b"", "is empty"),
        ("double.csv", b"text,text\na,b\n", "more than one column text"),
        ("latin.csv", "text\ncafé\nnaïve\n".encode("latin-1"), "--encoding cp1252"),
        ("sixteen.csv", "text\ncafé\n".encode("utf-16-le"), "--encoding utf-16-le"),
        ("open.csv", b'"text,label\na,b\n', "line 1"),
        ("noise.csv", bytes(range(256)) * 40, "binary"),
    ],
)
def test_what_cannot_be_read_says_why_and_what_to_do(
    run: Any, tmp_path: Path, name: str, content: bytes, words: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    for command in (("scan", path), ("dedup", path, "--field", "text")):
        refused = run(*command)
        assert refused.code == 2
        assert words in refused.err and "fix:" in refused.err
        assert "Traceback" not in refused.err


def test_labels_that_cannot_be_judged_are_not_called_clean(run: Call, tmp_path: Path) -> None:
    path = tmp_path / "f.csv"
    for rows, why in (
        ([f"text {n},label {n}" for n in range(30)], "each stands on one text only"),
        ([f"text {n},same" for n in range(30)], "all have one label"),
        (["hello,x"], "all have one label"),
        ([" ,x", "hello,"], "no row has both"),
    ):
        path.write_text("\n".join(["text,label", *rows, ""]))
        refused = run(*on("labels", path))
        assert refused.code == 2
        assert "cannot be judged" in refused.err and why in refused.err
        assert "RuntimeWarning" not in refused.err and "look" not in refused.out


def test_spellings_of_one_label_are_told_and_not_taken_for_wrong_labels(run: Call, tmp_path: Path) -> None:
    path = tmp_path / "f.csv"
    spelt = ["billing", "billing ", "BILLING"]
    rows = [f"charged twice on bill {n} please,{spelt[n % 3]}" for n in range(30)]
    rows += [f"where is my parcel number {n},parcel" for n in range(30)]
    path.write_text("\n".join(["text,label", *rows, ""]))
    judged = run(*on("labels", path))
    assert (
        "one label is spelt 3 ways: 'billing' (10 rows), 'BILLING' (10 rows), 'billing␣' (10 rows)"
        in judged.out
    )
    assert "0 with a label that looks wrong" in judged.out and judged.code == 0
    ruled = run(*on("rules", path))
    assert "one label is spelt 3 ways" in ruled.out and ruled.code == 1
    assert json.loads(run(*on("rules", path, "--format", "json")).out)["rules"] == {"label_variant": 20}


def test_empty_texts_are_twins_of_nothing(run: Call, tmp_path: Path) -> None:
    train, test = tmp_path / "a.csv", tmp_path / "b.csv"
    train.write_text('text,n\n,1\n"  ",2\nhello there,3\n')
    test.write_text('text,n\n,1\n"",2\n')
    clean = run("leaks", train, test, "--field", "text")
    assert clean.code == 0
    assert "test rows without text   2" in clean.out
    assert json.loads(run("dedup", train, "--field", "text", "--format", "json").out)["exact_pairs"] == 0


def test_pairs_are_printed_neutralised_and_texts_only_when_asked(run: Call, tmp_path: Path) -> None:
    path = tmp_path / "f.csv"
    text = "my card \x1b[31m 4111 1111 is lost, write jo@example.org"
    path.write_text(f'text,label\n"{text}",a\n"{text}!",b\n')
    for command in (on("dedup", path), [*on("leaks", path), "--label", "label"]):
        shown = run(*command)
        assert "near 1.000  0 ~ 1" in shown.out
        assert "my card" not in shown.out
        texts = run(*command, "--show-texts").out
        assert "my card" in texts
        assert "4111" not in texts and "jo@" not in texts and "\x1b" not in texts
    assert "another label" in run(*on("leaks", path), "--label", "label").out


def test_diff_tells_white_space_empty_and_missing_apart(run: Call, tmp_path: Path) -> None:
    old, new = tmp_path / "old.csv", tmp_path / "new.csv"
    old.write_text("id,text,n\nA,same,1.0\nB,,2\nC,x,0.1\n")
    new.write_text('id,text,n\n"A ",same,1\nB,"",2\nC,x,0.10000000001\n')
    shown = run("diff", old, new, "--key", "id", "--show-values")
    assert "A␣" in shown.out
    assert "null" in shown.out and "empty" in shown.out
    counts = json.loads(run("diff", old, new, "--key", "id", "--format", "json").out)
    assert counts["changes_total"] == 4
    close = run("diff", old, new, "--key", "id", "--format", "json", "--tolerance", "1e-6")
    assert json.loads(close.out)["changes_total"] == 3


def test_an_unreadable_row_is_not_gone(run: Call, tmp_path: Path) -> None:
    old, new, out = tmp_path / "old.csv", tmp_path / "new.csv", tmp_path / "o.parquet"
    old.write_text("id,text\n1,a\n2,b\n3,c\n")
    new.write_text("id,text\n1,a\n2,b, b\n")
    run("diff", old, new, "--key", "id", "-o", out)
    causes = dict(pl.read_parquet(out).select("row", "cause").iter_rows())
    assert causes == {"2": f"unreadable in {new}", "3": "gone from source"}
    run("diff", new, old, "--key", "id", "-o", out)
    causes = dict(pl.read_parquet(out).select("row", "cause").iter_rows())
    assert causes == {"2": f"unreadable in {new}", "3": "new in source"}


def test_whole_numbers_name_rows_alike_as_integers_and_as_floats(run: Call, tmp_path: Path) -> None:
    whole, floats = tmp_path / "i.parquet", tmp_path / "f.parquet"
    pl.DataFrame({"id": [1001, 1002], "text": ["a", "b"]}).write_parquet(whole)
    pl.DataFrame({"id": [1001.0, 1002.0], "text": ["a", "b"]}).write_parquet(floats)
    assert json.loads(run("diff", whole, floats, "--key", "id", "--format", "json").out)["changes_total"] == 0
    run("rules", floats, "--input", "text", "--output", "id", "--id", "id", "-o", tmp_path / "o.parquet")
    run("dedup", floats, "--field", "text", "--id", "id", "-o", tmp_path / "o.parquet")
    pl.DataFrame({"id": [1001.0, 1002.5], "text": ["a", "a"]}).write_parquet(floats)
    run("dedup", floats, "--field", "text", "--id", "id", "-o", tmp_path / "o.parquet")
    assert pl.read_parquet(tmp_path / "o.parquet").select("left", "right").rows() == [("1001", "1002.5")]


def test_every_rule_is_listed_without_a_file(run: Call) -> None:
    listed = run("rules", "--list")
    assert listed.code == 0
    for word in ("mojibake", "quarantine", "warn", "label_variant", "required"):
        assert word in listed.out


@pytest.mark.parametrize("name", COMMANDS)
def test_one_of_a_thing_is_not_a_plural(run: Call, tmp_path: Path, name: str) -> None:
    path = tmp_path / "f.csv"
    path.write_text("id,text,label\n1,mail jo@example.org,x\n")
    shown = run(*on(name, path, "-o", tmp_path / "o.parquet"))
    for wrong in ("1 rows", "1 findings", "1 pairs", "1 changes", "1 labels", "1 breaches"):
        assert wrong not in shown.out + shown.err


def test_a_project_is_made_from_a_file_that_only_options_explain(run: Call, tmp_path: Path) -> None:
    rows = [f"refund {n}, please|refund" if n % 2 else f"parcel {n}; late|delivery" for n in range(40)]
    path = tmp_path / "export.txt"
    path.write_bytes("\n".join(["text|label", *rows, ""]).encode("utf-16"))
    given = ("--kind", "classification", "--data", path, "--input", "text", "--output", "label")
    named = ("--format-in", "csv", "--encoding", "utf-16", "--delimiter", "|", "--track", "none")
    made = run("init", tmp_path / "task", *given, *named)
    assert made.code == 0, made.err
    assert "delimiter: '|'" in (tmp_path / "task" / "params.yaml").read_text()
    path.with_suffix(".csv").write_text("\n".join(["text|label", *rows, ""]))
    renamed = [path.with_suffix(".csv") if word == path else word for word in given]
    seen = run("init", tmp_path / "other", *renamed, "--track", "none")
    assert "its header is divided by '|'" in seen.err


@pytest.mark.parametrize("name", ["scan", "dedup", "leaks", "labels", "rules"])
def test_the_folder_of_the_output_is_made(name: str, run: Call, tmp_path: Path) -> None:
    source, out = tmp_path / "in.csv", tmp_path / "new" / "deep" / "out.parquet"
    source.write_text("id,text,label\n1,one word,x\n2,two words,y\n3,one  word,x\n4,four more words,y\n")
    made = run(*on(name, source, "-o", out))
    assert out.is_file(), made.err


def test_an_output_under_a_file_is_refused_before_the_work(run: Call, tmp_path: Path) -> None:
    source = tmp_path / "in.csv"
    source.write_text("id,text\n1,one word\n")
    made = run("scan", source, "-o", source / "out.parquet")
    assert made.code == 2 and "is a file" in made.err and "fix:" in made.err


def test_a_repeated_id_is_named_by_its_records_in_the_file(run: Call, tmp_path: Path) -> None:
    path = tmp_path / "f.csv"
    path.write_text("id,text,label\na,one,x\nb,two, more,x\nc,three,x\nd,four,y\nc,five,y\n")
    for name in ("scan", "dedup", "leaks"):
        refused = run(*on(name, path, "--id", "id"))
        assert refused.code == 2
        assert "row 2 has the value of row 4" in refused.err


@pytest.mark.parametrize("name", ["dedup", "leaks", "labels", "rules"])
def test_dotted_paths_reach_into_nested_columns(run: Call, tmp_path: Path, name: str) -> None:
    rows: list[dict[str, Any]] = [
        {"user": {"text": text}, "turns": [{"content": text}, {"content": "yes"}], "label": label}
        for text, label in (("one word", "x"), ("One word", "x"), ("a third", "y"), ("b fourth", "y"))
    ]
    lines, parquet = tmp_path / "n.jsonl", tmp_path / "n.parquet"
    lines.write_text("".join(json.dumps(row) + "\n" for row in rows))
    pl.DataFrame(rows).write_parquet(parquet)
    for path in (lines, parquet):
        shown = []
        for field in ("user.text", "turns.content", "turns.0.content"):
            words = [field if word == "text" else word for word in on(name, path, "--format", "json")]
            told = run(*words)
            assert told.code in (0, 1), told.err
            shown.append(json.loads(told.out) | {"field": ""})
        assert shown[0] == shown[2]
        assert name != "dedup" or shown[0]["exact_pairs"] == shown[1]["exact_pairs"] == 1
        lost = run(*on(name, path))
        assert lost.code == 2 and "user.text" in lost.err
    words = ["turns" if word == "text" else word for word in on(name, parquet)]
    whole = run(*words)
    assert whole.code == 2 and "turns.content" in whole.err


def test_what_could_not_be_read_stands_in_the_headline_of_a_diff(run: Call, tmp_path: Path) -> None:
    old, new = tmp_path / "old.csv", tmp_path / "new.csv"
    old.write_text("id,text,label\n1,a,x\n2,b,x\n3,c,y\n")
    new.write_text("id,text,label\n1,a,x\n2,b, b,x\n4,d,y\n")
    headline = {}
    for arguments in (("--key", "id"), ()):
        told = run("diff", old, new, *arguments)
        headline[arguments] = told.out.splitlines()[0]
        assert "all explained" not in told.out
        assert f"1 row of {new} could not be read" in headline[arguments]
        assert told.code == 0
        found = json.loads(run("diff", old, new, *arguments, "--format", "json").out)
        assert f"{found['summary']['unsure']} unsure" in headline[arguments]
        assert found["summary"]["unsure"] >= 1 and found["summary"]["unread"] == [0, 1]
        assert "could not be read" in found["verdict"]
    assert "; 1 unsure" in headline[("--key", "id")]
    assert "✅" not in run("diff", old, new, "--key", "id", "--format", "markdown").out
    alone = tmp_path / "alone.csv"
    alone.write_text("id,text,label\n7,z,x\n8,b, b,x\n")
    assert f"1 row of {alone} could not be read" in run("diff", old, alone, "--key", "id").out
    assert "all explained" not in run("diff", alone, alone, "--key", "id").out
    two = tmp_path / "two.csv"
    two.write_text(old.read_text().replace("b,x", "b, b,x"))
    assert "1 removed; 1 unsure" in run("diff", old, two, "--key", "id", "--key", "label").out


def test_the_first_row_of_a_file_without_a_header_is_never_shown_whole(run: Call, tmp_path: Path) -> None:
    bare, other = tmp_path / "bare.csv", tmp_path / "other.csv"
    bare.write_text("T0,mail jo.canary@example.org,billing\nT1,ring me,billing\n")
    other.write_text("id,text,label\nT0,mail,billing\n")
    for arguments in (
        ("scan", bare),
        ("scan", bare, "--format", "json"),
        ("diff", other, bare),
        ("diff", bare, other, "--format", "json", "--show-values"),
        ("diff", bare, other, "--format", "html", "--show-values"),
        ("diff", bare, other, "--key", "nope"),
        ("dedup", bare, "--field", "nope"),
    ):
        told = run(*arguments)
        assert "canary" not in told.out + told.err
        assert "is the header line missing" in told.err
    assert "header" not in run("scan", other).err


def test_scan_says_in_which_columns(run: Call, tmp_path: Path) -> None:
    path = tmp_path / "f.csv"
    path.write_text("text,reply\nmail jo@example.org,or al@example.org\nhello,or bo@example.org\n")
    assert "reply 2, text 1" in run("scan", path).out
    found = json.loads(run("scan", path, "--format", "json").out)["inventory"]
    assert found[0]["columns"] == {"reply": 2, "text": 1}


def test_a_stray_zero_byte_costs_no_file_and_binary_is_called_so(run: Call, tmp_path: Path) -> None:
    stray, binary, wide = (tmp_path / f"{name}.csv" for name in ("stray", "binary", "wide"))
    stray.write_bytes(b"text\na\x00b\nmail jo@example.org\n")
    binary.write_bytes(b"\x01" + random.Random(1).randbytes(9000))
    chinese = tmp_path / "chinese.csv"
    chinese.write_bytes(("文本\n" + "我的卡丢了，请帮忙\n" * 50).encode("utf-16-le"))
    assert "--encoding utf-16-le " in run("scan", chinese).err
    assert "EMAIL_ADDRESS" in run("scan", stray).out
    assert "is binary, not text" in run("scan", binary).err
    for encoding in ("utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"):
        wide.write_bytes("text\nmail jo@example.org\n".encode(encoding))
        refused = run("scan", wide)
        assert refused.code == 2 and f"--encoding {encoding} " in refused.err
        assert "EMAIL_ADDRESS" in run("scan", wide, "--encoding", encoding).out


def test_rows_in_another_encoding_are_named_with_what_to_try(run: Call, tmp_path: Path) -> None:
    path = tmp_path / "f.csv"
    path.write_bytes(b"text\n" + b"plain words\n" * 20 + "café\n".encode("cp1252"))
    assert "line 22 (invalid utf8)" in (said := run("scan", path).err)
    assert "--encoding cp1252" in said


def test_a_project_in_conflict_names_the_way_around_it(
    run: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "task.yaml").write_text("assay: 1\n")
    (tmp_path / "params.yaml").write_text(
        "<<<<<<< HEAD\nscan: {}\n=======\nscan: {ner: null}\n>>>>>>> other\n"
    )
    (tmp_path / "f.csv").write_text("text\nmail jo@example.org\n")
    monkeypatch.chdir(tmp_path)
    refused = run("scan", "f.csv")
    assert refused.code == 2 and "conflict" in refused.err and "--no-project" in refused.err
    assert "EMAIL_ADDRESS" in run("scan", "f.csv", "--no-project").out
