"""The stages that have no plain-file form: each is a thin shell over its `run`."""

from __future__ import annotations

from typing import Any

import click

from governance.cli.rim import engine_option, run_stage, say


def _stage(name: str, text: str, **options: Any) -> click.Command:
    @click.command(
        name=name, help=f"{text}\n\n\b\nExample:\n  assay {name}          # same as: dvc repro -s {name}"
    )
    def command(engine: str | None = None) -> None:
        run_stage(name, engine=engine, **options)

    return command if name in ("train", "evaluate") else engine_option(command)


ingest = _stage(
    "ingest",
    "Read the raw files of params.yaml into the Examples table; unreadable rows go to the drop ledger.",
)
validate = _stage(
    "validate", "Quarantine rows that break the kind's schema or a quality rule, with every reason."
)
publish = _stage("publish", "Write gold/: Parquet splits, manifest, ledger, lineage and dataset card.")
train = _stage("train", "Train every system of params.yaml on the gold training rows.", tell=say)
evaluate = _stage("evaluate", "Judge every system on the same held-out rows and give the verdict.")


@click.command()
@click.option(
    "--refreeze",
    is_flag=True,
    help="Draw the split anew: rows change side, and earlier scores no longer compare; wants --reason.",
)
@click.option(
    "--reason", metavar="WHY", help="Why the split is drawn anew: kept in split.lock for reviewers."
)
@click.option(
    "--migrate",
    is_flag=True,
    help="Take over the thresholds of a split.lock of the old form, which carries no seal, and seal them.",
)
@engine_option
def split(refreeze: bool, reason: str | None, migrate: bool, engine: str | None) -> None:
    """Assign each row to train, validation or test by hash: a row never changes side when data grows.

    The thresholds and the held-out rows are kept in split.lock, which belongs in git and is sealed with the
    project's key: edited by hand it is refused.

    \b
    Examples:
      assay split                                        # same as: dvc repro -s split
      assay split --refreeze --reason "30 % held out"    # after changing shares or seed in params.yaml
      assay split --migrate                              # once, where split.lock is of the old form
    """
    if refreeze != bool((reason or "").strip()):
        raise click.UsageError(
            "--refreeze and --reason go together: whoever reads an old score wants to know why the held-out "
            "rows changed"
        )
    run_stage("split", engine=engine, refreeze=reason, migrate=migrate)
