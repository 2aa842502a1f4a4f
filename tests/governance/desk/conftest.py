"""A project with values and rows that wait, and a browser's worth of requests to its desk."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from httpx import Response

from curate.files import write_folder
from curate.project import Project
from governance.desk.app import Desk
from governance.desk.serve import app_of, make_desk
from governance.triage.reviewer import Reviewer
from tests.governance.desk.chromium import open_page, served  # noqa: F401 (fixtures)
from tests.governance.triage.conftest import examples, findings  # noqa: F401 (fixtures)
from tests.governance.triage.test_rows import CARD, TEXTS

pytest.importorskip("starlette")
HOST = "127.0.0.1:8642"
ORIGIN = f"http://{HOST}"
TODAY = date.today()


# Projects that were written once a run, by name: each test gets a copy, for a dozen files that are synced to
# the disk one by one take longer than most tests.
_WRITTEN: dict[str, Path] = {}


def copy_of(
    name: str, target: Path, folders: pytest.TempPathFactory, write: Callable[[Path], None]
) -> Project:
    """A copy of the project that `write` wrote."""
    if name not in _WRITTEN:
        root = folders.mktemp("written")
        write(root)
        _WRITTEN[name] = root
    shutil.copytree(_WRITTEN[name], target, dirs_exist_ok=True)
    return Project(target)


@pytest.fixture
def project(
    tmp_path: Path,
    tmp_path_factory: pytest.TempPathFactory,
    examples: pl.DataFrame,  # noqa: F811
    findings: pl.DataFrame,  # noqa: F811
) -> Project:
    return copy_of(
        "usual", tmp_path, tmp_path_factory, lambda root: write_project(root, examples, findings, TEXTS)
    )


def write_project(root: Path, given: pl.DataFrame, found: pl.DataFrame, rows: pl.DataFrame) -> None:
    """What the stages left: a scan of `given`, and `rows` after redaction, of which some wait."""
    (root / "task.yaml").write_text(CARD)
    (root / "params.yaml").write_text("scan: {}\n")
    write_folder(root / "data/ingest", {"examples": given}, {})
    write_folder(root / "data/scan", {"findings": found}, {})
    write_folder(root / "data/redact", {"examples": rows}, {})
    against = rows.head(2).select(
        pl.lit("a1").alias("cluster"),
        "example_id",
        pl.lit("output").alias("field"),
        pl.col("output").alias("value"),
        pl.lit("near").alias("alike"),
        pl.lit(True).alias("dropped"),
    )
    write_folder(root / "data/dedup", {"contradictions": against}, {})
    ids = rows["example_id"].to_list()
    warned = pl.DataFrame(
        {"example_id": ids[3:4], "rule": ["template_left"], "evidence": ["input: (1 place)"]}
    )
    write_folder(root / "data/validate", {"warnings": warned}, {})
    suspects = pl.DataFrame(
        {
            "example_id": ids[2:3],
            "given": ["orders"],
            "suggested": ["billing"],
            "score": [0.9],
            "flagged": [True],
        }
    )
    write_folder(root / "reports/evaluation", {"label_suspects": suspects}, {})


def reviewer_of(project: Project, name: str = "Ada") -> Reviewer:
    return Reviewer(name, "", TODAY, None, project.key.key_id)


@dataclass
class Browser:
    """One person's browser at one desk: his cookie, the form's token, and what a form on a page sends."""

    client: Any
    desk: Desk
    token: str
    log: list[str]

    def get(self, path: str, **headers: str) -> Response:
        answer: Response = self.client.get(path, headers=headers)
        return answer

    def post(self, path: str, fields: dict[str, str] | None = None, **headers: str) -> Response:
        sent = {"form_token": self.desk.seat.form_token(), **(fields or {})}
        answer: Response = self.client.post(path, data=sent, headers={"origin": ORIGIN, **headers})
        return answer

    def version(self, path: str) -> str:
        """The version that a page carries."""
        found = re.search(r'name="version" value="(\w+)"', self.get(path).text)
        assert found
        return found[1]

    def decide(self, path: str, word: str, version: str | None = None, **more: str) -> Response:
        """What a click on a button of the page at `path` sends."""
        shown = self.version(path) if version is None else version
        return self.post(path, {"word": word, "version": shown, **more})


Opener = Callable[..., Browser]


@pytest.fixture
def open_desk(project: Project) -> Iterator[Opener]:
    """Opens a desk of the project, as another process would."""
    from starlette.testclient import TestClient

    opened = []

    def opener(name: str = "Ada", *, enter: bool = True, **more: Any) -> Browser:
        tokens: list[str] = []
        log: list[str] = []
        desk = make_desk(Project(project.root), reviewer_of(project, name), tokens.append, **more)
        desk.seat.offer()
        client = TestClient(app_of(desk, [HOST], log.append), base_url=ORIGIN, follow_redirects=False)
        opened.append(client)
        if enter:
            assert client.get(f"/enter?token={tokens[0]}").status_code == 200
        return Browser(client, desk, tokens[0], log)

    yield opener
    for client in opened:
        client.close()


@pytest.fixture
def browser(open_desk: Opener) -> Browser:
    return open_desk()


def links(text: str, form: str) -> list[str]:
    """Addresses on a page, each once, in order."""
    return list(dict.fromkeys(re.findall(form, text)))
