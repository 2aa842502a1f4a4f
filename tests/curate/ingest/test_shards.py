"""Raw rows in shards, here or at an address, give the project that one file gives."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from curate.errors import AssayError
from curate.ingest import run
from curate.ingest.raw import edited
from curate.read import read_records
from governance.cli.main import main
from tests.chain import outputs, run_stages, sample_project
from tests.curate.ingest.conftest import project

pytestmark = pytest.mark.usefixtures("key")
COLUMNS = {"input": "text", "output": "label"}
LINES = [
    f'{{"text":"{word}","label":"{label}"}}'
    for word, label in (("one", "a"), ("two", "b"), ("three", "a"), ("four", "b"))
]


def written(root: Path, lines: list[list[str]], **ingest: object) -> dict[str, bytes]:
    """What ingest writes of shards of `lines`."""
    raw = root / "data" / "raw"
    raw.mkdir(parents=True, exist_ok=True)
    for old in raw.iterdir():
        old.unlink()
    for number, some in enumerate(lines):
        (raw / f"part-{number}.jsonl").write_text("\n".join(some))
    made = project(root, {"path": "data/raw", "columns": COLUMNS, **ingest})
    run(made)
    return {path.name: path.read_bytes() for path in made.stage("ingest").iterdir()}


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=15)
@given(st.permutations([*LINES, LINES[0], LINES[1], "{", '{"text":"","label":"a"}']), st.data())
def test_outputs_do_not_depend_on_how_rows_are_parted(
    tmp_path: Path, lines: list[str], data: st.DataObject
) -> None:
    cuts = sorted(data.draw(st.lists(st.integers(0, len(lines)), max_size=3)))
    shards = [lines[start:end] for start, end in zip([0, *cuts], [*cuts, len(lines)], strict=True)]
    whole = written(tmp_path, [[*LINES, "{", LINES[1], '{"text":"","label":"a"}', LINES[0]]], max_dropped=0.9)
    assert written(tmp_path, shards, max_dropped=0.9) == whole


def test_rejects_name_the_shard_and_its_line(tmp_path: Path) -> None:
    written(tmp_path, [LINES[:2], [LINES[2], "{", LINES[3]]])
    places = pl.read_parquet(tmp_path / ".assay" / "rejects.parquet")
    assert places.select("file", "unit", "line").rows() == [("data/raw/part-1.jsonl", "line", 2)]


def test_an_edited_shard_is_seen(tmp_path: Path) -> None:
    written(tmp_path, [LINES[:2], LINES[2:]])
    made = project(tmp_path, {"path": "data/raw/*.jsonl", "columns": COLUMNS})
    report = run(made)
    assert edited(made, report) == []
    (tmp_path / "data" / "raw" / "part-9.jsonl").write_text(LINES[0])
    assert edited(made, report) == ["data/raw/*.jsonl"]


def test_a_shard_that_is_a_link_out_of_the_project_is_refused(tmp_path: Path) -> None:
    (tmp_path / "private.jsonl").write_text(LINES[0])
    root = tmp_path / "p"
    (root / "data" / "raw").mkdir(parents=True)
    (root / "data" / "raw" / "1.jsonl").symlink_to(tmp_path / "private.jsonl")
    for path in ("data/raw", "data/raw/*.jsonl"):
        with pytest.raises(AssayError, match="leads out of the project"):
            run(project(root, {"path": path, "columns": COLUMNS}))
    with pytest.raises(AssayError, match="leads out of the project"):
        run(project(root, {"path": "../*.jsonl", "columns": COLUMNS}))


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[object]:
    """A bucket `box` on a server of this machine, with credentials in the environment."""
    pytest.importorskip("s3fs")
    pytest.importorskip("moto.server")
    import boto3
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    for name, value in {
        "AWS_ACCESS_KEY_ID": "none",
        "AWS_SECRET_ACCESS_KEY": "none",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ENDPOINT_URL": f"http://{host}:{port}",
    }.items():
        monkeypatch.setenv(name, value)
    client = boto3.client("s3")
    client.create_bucket(Bucket="box")
    yield client
    client.close()
    server.stop()


@pytest.mark.slow
def test_shards_in_a_bucket(tmp_path: Path, bucket: object, capsys: pytest.CaptureFixture[str]) -> None:
    local = written(tmp_path / "local", [LINES[:3], LINES[3:]])
    for number, lines in enumerate((LINES[:3], LINES[3:])):
        body = "\n".join(lines).encode()
        bucket.put_object(Bucket="box", Key=f"raw/part-{number}.jsonl", Body=body)  # type: ignore[attr-defined]
    remote = project(tmp_path / "remote", {"path": "s3://box/raw", "columns": COLUMNS})
    run(remote)
    here = {path.name: path.read_bytes() for path in remote.stage("ingest").iterdir()}
    assert here["examples.parquet"] == local["examples.parquet"]
    assert edited(remote, json.loads(here["report.json"])) == []
    with pytest.raises(SystemExit) as stop:
        main(["dedup", "s3://box/raw/*.jsonl", "--field", "text", "--format", "json"])
    assert stop.value.code == 0
    assert json.loads(capsys.readouterr().out)["rows"] == 4
    with pytest.raises(AssayError, match="s3://box/nowhere does not exist"):
        run(project(tmp_path / "remote", {"path": "s3://box/nowhere", "columns": COLUMNS}))


@pytest.mark.slow
def test_the_sample_in_shards_gives_the_same_gold(tmp_path: Path) -> None:
    one, many = sample_project(tmp_path / "one"), sample_project(tmp_path / "many")
    raw = many / "data" / "raw" / "tickets.csv"
    records = read_records(raw)
    starts = sorted([*records.lines, *records.rejects["line"]])
    header, *lines = raw.read_bytes().split(b"\n")
    raw.unlink()
    cuts = [starts[0] - 2, starts[3] - 2, starts[70] - 2, len(lines)]
    for number, (start, end) in enumerate([(cuts[2], cuts[3]), (cuts[0], cuts[1]), (cuts[1], cuts[2])]):
        shard = b"\n".join([header, *lines[start:end]])
        (many / "data" / "raw" / f"tickets-{number}.csv").write_bytes(shard)
    params = many / "params.yaml"
    params.write_text(params.read_text().replace("data/raw/tickets.csv", "data/raw/tickets-*.csv"))
    for root in (one, many):
        run_stages(root, ASSAY_KEY="ab" * 32)
    made, parted = outputs(one), outputs(many)
    names = [name for name in made if name.endswith(".parquet")]
    assert len(names) > 10
    assert {name: parted[name] == made[name] for name in names} == dict.fromkeys(names, True)
    digests = [json.loads(files["gold/manifest.json"])["content_digest"] for files in (made, parted)]
    assert digests[0] == digests[1]
