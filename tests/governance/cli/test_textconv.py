"""`assay textconv` as git's diff driver for Parquet, in a real repository."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

from curate.diff.show.textconv import text_lines
from governance.cli.main import main


def rows(**changed: str) -> pl.DataFrame:
    texts = {f"r{number}": f"text {number}" for number in range(5)} | changed
    return pl.DataFrame({"example_id": list(texts), "input": list(texts.values())})


@pytest.mark.slow
def test_git_diff_shows_the_changed_row_masked_and_nothing_for_another_order(tmp_path: Path) -> None:
    def git(*arguments: str) -> str:
        return subprocess.run(
            ["git", *arguments], cwd=tmp_path, capture_output=True, text=True, check=True
        ).stdout

    git("init", "-q")
    command = "from governance.cli.main import main; import sys; main(['textconv', sys.argv[1]])"
    git("config", "diff.assay.textconv", f'"{sys.executable}" -c "{command}"')
    (tmp_path / ".gitattributes").write_text("*.parquet diff=assay\n")
    file = tmp_path / "train.parquet"
    rows().write_parquet(file)
    git("add", ".")
    rows(r3="mail zq.canary77@wexford-mail.co.uk").write_parquet(file)
    shown = git("diff", "train.parquet")
    assert (
        "-  input: text 3" in shown
        and "+  input: mail z" in shown
        and "canary77" not in shown
        and "text 4" not in shown.split("@@")[0]
    )
    rows().sample(fraction=1, shuffle=True, seed=3).write_parquet(file, compression="gzip")
    assert "input" not in git("diff", "train.parquet")


def test_no_text_makes_a_second_line(tmp_path: Path) -> None:
    rows(r3="a\nrow r9\n\x1b[31m").write_parquet(tmp_path / "x.parquet")
    lines = list(text_lines(tmp_path / "x.parquet"))
    assert len(lines) == 2 + 2 * 5 and not any("\x1b" in line or "\n" in line for line in lines)


def test_what_is_no_parquet_is_an_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "x.parquet").write_text("no")
    with pytest.raises(SystemExit) as stop:
        main(["textconv", str(tmp_path / "x.parquet")])
    assert stop.value.code == 2 and "not a readable Parquet file" in capsys.readouterr().err
