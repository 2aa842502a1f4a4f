"""Cards, policies, lock files and records from an enemy: refused in words, without their text, in no time."""

from __future__ import annotations

import json
import os
import subprocess
import time
from itertools import pairwise
from pathlib import Path

import polars as pl
import pytest

from curate.documents import load_json, load_parquet
from curate.errors import AssayError
from curate.journal import read_journal
from curate.params import read_yaml
from curate.strict_json import NotJson, parse_json
from curate.versions.revisions import Revision, output_files

CANARY = "Zebedee Quokka"
LEVELS = "".join(f"{made}: &{made} [{','.join(['*' + of] * 9)}]\n" for of, made in pairwise("abcdefghi"))
YAML = {
    "aliases of aliases": f"a: &a [x,x,x,x,x,x,x,x,x]\n{LEVELS}",
    "a list in itself": "a: &a [*a]",
    "nesting": "a: " + "[" * 100_000,
    "closed nesting": "a: " + "[" * 5_000 + "]" * 5_000,
    "an impossible date": "a: 2025-02-30",
    "an impossible zone": "a: 2001-12-14t21:59:43.10-99:00",
    "5,000 digits": f"a: {'9' * 5_000}",
    "a lone surrogate": 'a: "\\ud800"',
    "an infinite number": "a: 1.0e+999",
    "not a number": "a: .nan",
    "a tag": f"a: !!python/object/apply:{CANARY.replace(' ', '_')} [x]",
    "a list as a name": "? [a]\n: 1",
    "an object as a name": "? {a: 1}\n: 2",
    "a name twice": "a: 1\na: 2",
    "a control character": "a: \x00",
}


@pytest.mark.parametrize("what", YAML)
def test_yaml_is_plain_data_of_the_size_that_it_shows(what: str, tmp_path: Path) -> None:
    path = tmp_path / "task.yaml"
    path.write_text(f"name: {CANARY}\n{YAML[what]}\n", encoding="utf-8")
    begun = time.perf_counter()
    with pytest.raises(AssayError, match="is not valid YAML") as error:
        read_yaml(path)
    assert time.perf_counter() - begun < 5
    assert "Quokka" not in str(error.value)


def test_yaml_may_share_values_by_aliases(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("a: &a {x: 1}\nb: *a\nc: {<<: *a, y: 2}\n")
    assert read_yaml(tmp_path / "a.yaml") == {"a": {"x": 1}, "b": {"x": 1}, "c": {"x": 1, "y": 2}}


JSON = [
    "[" * 100_000,
    "9" * 5_000,
    "1e999",
    "NaN",
    '{"a": 1, "a": 2}',
    '{"a": ' * 5_000,
    "",
    "\x00",
    '"\\ud800',
]


@pytest.mark.parametrize("text", JSON)
def test_json_is_one_finite_value_for_each_name(text: str, tmp_path: Path) -> None:
    with pytest.raises(NotJson):
        parse_json(text)
    path = tmp_path / "x.json"
    path.write_text(text)
    with pytest.raises(AssayError, match=r"x\.json"):
        load_json(path, fix="x")


@pytest.mark.parametrize("value", ['"\\ud800"', "1e999", "[" * 5_000, "9" * 5_000])
def test_a_record_of_an_enemy_is_named_by_its_line(value: str, tmp_path: Path) -> None:
    (tmp_path / "r.jsonl").write_text(f'{{"a": 1}}\n{{"a": {value}}}\n')
    with pytest.raises(AssayError, match=r"r\.jsonl line 2"):
        read_journal(tmp_path, Path("r.jsonl"), lambda given: given)


def test_a_damaged_parquet_file_is_refused_in_words(tmp_path: Path) -> None:
    import polars as pl

    path = tmp_path / "x.parquet"
    pl.DataFrame({"a": [CANARY] * 100}).write_parquet(path)
    whole = path.read_bytes()
    for at in range(0, len(whole), 3):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 0xFF]) + whole[at + 1 :])
        try:
            load_parquet(path)
        except AssayError as error:
            assert "Quokka" not in str(error)


GIT = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
GIT |= {f"GIT_{who}_{what}": "t@example.org" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
DIGEST = "0123456789abcdef0123456789abcdef"


def locked(root: Path, md5: str, listing: str = "[]") -> Revision:
    """A commit whose dvc.lock gives gold this digest, with a listing in the cache."""
    cache = root / ".dvc" / "cache" / "files" / "md5" / DIGEST[:2]
    cache.mkdir(parents=True)
    (cache / f"{DIGEST[2:]}.dir").write_text(listing)
    (root / "dvc.lock").write_text(
        "stages:\n  publish:\n    outs:\n    - path: gold\n      hash: md5\n      md5: "
        + json.dumps(md5)
        + "\n"
    )
    for arguments in (["init", "-q"], ["add", "-f", "dvc.lock"], ["commit", "-qm", "x"]):
        subprocess.run(["git", *arguments], cwd=root, check=True, env=GIT)
    head = subprocess.run(["git", "rev-parse", "HEAD"], cwd=root, capture_output=True, text=True, check=True)
    return Revision("$(touch pwned)", head.stdout.strip())


@pytest.mark.parametrize(
    "md5",
    [
        "./../../evil/l.dir",
        "/etc/passwd.dir",
        "aa/../../x.dir",
        "$(touch pwned).dir",
        f"{DIGEST}\n.dir",
        ".dir",
        "ab.dir",
    ],
)
def test_a_digest_of_a_lock_file_is_a_digest(md5: str, tmp_path: Path) -> None:
    evil = tmp_path / "evil"
    evil.mkdir()
    (evil / "l.dir").write_text("[}")
    root = tmp_path / "project"
    root.mkdir()
    with pytest.raises(AssayError, match="not a digest") as error:
        output_files(root, locked(root, md5), "gold", "publish")
    assert "rm " not in str(error.value)


@pytest.mark.parametrize(
    "relpath", ["../x", "/etc/passwd", "a/../../x", "a\\..\\x", "C:x", "", "./x", "a\x00"]
)
def test_a_listing_names_files_inside_its_folder(relpath: str, tmp_path: Path) -> None:
    at = locked(tmp_path, f"{DIGEST}.dir", json.dumps([{"relpath": relpath, "md5": DIGEST}]))
    with pytest.raises(AssayError, match="names a place outside"):
        output_files(tmp_path, at, "gold", "publish")


def test_a_listing_gives_digests(tmp_path: Path) -> None:
    at = locked(tmp_path, f"{DIGEST}.dir", json.dumps([{"relpath": "x", "md5": "../../../etc/passwd"}]))
    with pytest.raises(AssayError, match="not a digest"):
        output_files(tmp_path, at, "gold", "publish")


@pytest.mark.parametrize("listing", ["[}", "{}x", '[{"md5": 1}]', "[" * 100_000])
def test_no_command_that_is_suggested_removes_or_runs_anything(listing: str, tmp_path: Path) -> None:
    root = tmp_path / "a $(touch pwned); b"
    root.mkdir()
    at = locked(root, f"{DIGEST}.dir", listing)
    with pytest.raises(AssayError, match="is damaged") as error:
        output_files(root, at, "gold", "publish")
    assert "rm " not in error.value.fix
    assert "'" + str(root) in error.value.fix, "the path is quoted"


@pytest.mark.parametrize(
    "text", ["stages: 1", "stages: {publish: 1}", "stages: {publish: {outs: 1}}", "[", "x"]
)
@pytest.mark.parametrize("side", ["outs"])
def test_a_lock_file_of_another_form_is_refused(text: str, side: str, tmp_path: Path) -> None:
    from curate.versions.locked import locked_digest, read_lock

    (tmp_path / "dvc.lock").write_text(text)
    try:
        assert locked_digest(read_lock(tmp_path) or {}, side, "gold") is None
    except AssayError as error:
        assert "cannot be read" in str(error)


@pytest.mark.parametrize(
    "text", ['{"a": "\\ud83d\\ude00 call jane@example.org"}', '"\\ud800 jane@example.org"']
)
def test_an_escaped_emoji_and_half_of_one_are_scanned(text: str) -> None:
    import polars as pl

    from curate.plain.scan import scan

    found = scan(pl.DataFrame({"t": [text]}), fields=["t"]).findings
    assert "EMAIL_ADDRESS" in found["entity"].to_list()


def test_an_arrow_file_whose_reading_would_end_the_process_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from curate.read import columnar

    path = tmp_path / "d.arrow"
    pl.DataFrame({"text": ["a"]}).write_ipc(path)
    assert columnar.read_columnar(path, format="arrow").frame.height == 1
    monkeypatch.setattr(columnar, "_PROBE", "import os; os.abort()")
    with pytest.raises(AssayError, match="not a readable Arrow IPC file"):
        columnar.read_columnar(path, format="arrow")
