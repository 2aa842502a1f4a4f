"""The stages that have no plain-file form: each is a thin shell over its `run`."""

from __future__ import annotations

import click

from governance.cli.rim import run_stage


def _stage(name: str, text: str) -> click.Command:
    @click.command(
        name=name, help=f"{text}\n\n\b\nExample:\n  assay {name}          # same as: dvc repro -s {name}"
    )
    def command() -> None:
        run_stage(name)

    return command


ingest = _stage(
    "ingest",
    "Read the raw files of params.yaml into the Examples table; unreadable rows go to the drop ledger.",
)
validate = _stage(
    "validate", "Quarantine rows that break the kind's schema or a quality rule, with every reason."
)
publish = _stage("publish", "Write gold/: Parquet splits, manifest, ledger, lineage and dataset card.")
train = _stage("train", "Train every system of params.yaml on the gold training rows.")
evaluate = _stage("evaluate", "Judge every system on the same held-out rows and give the verdict.")


@click.command()
@click.option(
    "--refreeze",
    is_flag=True,
    help="Draw the split anew: rows change side, and earlier scores no longer compare.",
)
def split(refreeze: bool) -> None:
    """Assign each row to train, validation or test by hash: a row never changes side when data grows.

    The thresholds are kept in split.lock, which belongs in git.

    \b
    Examples:
      assay split             # same as: dvc repro -s split
      assay split --refreeze  # after changing shares or seed in params.yaml
    """
    run_stage("split", refreeze=refreeze)
