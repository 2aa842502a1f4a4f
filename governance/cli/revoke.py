"""`assay revoke`: a trained system may not answer any more."""

from __future__ import annotations

import click


@click.command()
@click.argument("system")
@click.option("--reason", required=True, metavar="WHY", help="For whoever reads the record.")
def revoke(system: str, reason: str) -> None:
    """Write a record that trained SYSTEM may not answer any more: `assay predict` refuses it from then on.

    It speaks of the model as it is now; one that is trained to other bytes is not revoked. Commit records/.

    \b
    Example:
      assay revoke lora --reason "routes privacy requests to billing since the new product line"
    """
    from curate.project import Project
    from governance.cli.rim import stdout
    from governance.standing import revoke as write

    record = write(Project.find(), system, reason)
    stdout().print(f"{system} is revoked: record {record.id[:12]}; commit records/")
