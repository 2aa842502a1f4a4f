"""Contract 9: nothing touches the network unless the user names something remote."""

from pathlib import Path

import pytest

from tests.chain import assay, run_stages, sample_project


@pytest.mark.slow
def test_curation_makes_no_network_call(tmp_path: Path) -> None:
    project = sample_project(tmp_path)
    run_stages(project, offline=True)
    assert (project / "gold" / "manifest.json").exists()


@pytest.mark.slow
def test_scanning_a_plain_file_makes_no_network_call(tmp_path: Path) -> None:
    (tmp_path / "export.csv").write_text("text\nwrite to jo@example.co.uk or see https://example.com/a?b=c\n")
    done = assay(tmp_path, "scan", "export.csv", offline=True)
    assert "EMAIL_ADDRESS" in done.stdout
