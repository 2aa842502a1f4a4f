"""`assay erase`: take a person out, of every version and store."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from governance.cli.person import person_options, values_given
from governance.cli.rim import format_option


@click.command()
@person_options
@click.option("--yes", is_flag=True, help="Carry the plan out.")
@click.option("--force", is_flag=True, help="With --yes: though a value is hardly a person's.")
@click.option("--resume", "go_on", is_flag=True, help="Go on with an erasure that was begun and stopped.")
@click.option("--expired", is_flag=True, help="Rows past the retention of their source, instead of a person.")
@click.option("--again", is_flag=True, help="Earlier erasures, on what has come since: merges, remotes.")
@click.option(
    "--certificate", "shown", is_flag=True, help="Show the newest certificate; VALUES names a record."
)
@click.option("--base", metavar="REV", help="Revision whose policy says who must approve.")
@click.option("--key", metavar="PATH", help="Sign the certificate with this SSH key (`git`: git's own).")
@format_option
def erase(
    values: tuple[str, ...],
    source: Path | None,
    yes: bool,
    force: bool,
    go_on: bool,
    expired: bool,
    again: bool,
    shown: bool,
    base: str | None,
    key: str | None,
    shape: str,
) -> None:
    """Take a person out of every gold version, object, model file, report and cache, with proof.

    VALUES are what they are known by, as for `assay subject find`. First the plan is shown and nothing is
    changed: exit code 1 when there is something to take out, 0 when not. --yes carries it out: every version
    that holds them is rewritten as a twin without their rows, which readers follow; objects are removed from
    DVC's cache and remotes; raw files lose their records; they are refused when they come again; models that
    learned from them must be trained again; every byte is read for what is left, and a certificate joins the
    records. A value that is hardly a person's (a label, the name of a source or a split, a word of many rows)
    is refused without --force.

    A run that was killed goes on with --resume. Where the policy asks for approvals of `erasure`, --yes waits
    for them: assay approve --of erasure --plan DIGEST.

    \b
    Examples:
      assay erase jo@example.org '+44 7700 900123' 'Jo Miller'
      assay erase --from request.txt --yes --key git
      assay erase --resume
      assay erase --expired
      assay erase --certificate
    """
    from curate.errors import AssayError
    from curate.files import only_one
    from curate.project import Project
    from curate.show.terminal import draw
    from curate.text import plain
    from curate.versions.revisions import revision
    from governance.cli.rim import emit_json, progress_bar, say, stdout
    from governance.erasure.certificate import blocks_of as certificate_blocks
    from governance.erasure.certificate import certificate
    from governance.erasure.erase import Request, execute, plan_of, refuse_doubtful, resume
    from governance.erasure.show import blocks_of, document_of
    from governance.records.read import Entry

    project = Project.find()
    root = project.root

    def show_certificate(name: str) -> None:
        record = certificate(root, name)
        if shape == "json":
            emit_json({"schema": "assay.erasure-certificate/1", **Entry(record.id, record).document()})
        else:
            draw(certificate_blocks(record), stdout())

    if shown:
        show_certificate(values[0] if values else "")
        return
    if go_on:
        with only_one(project.lock):
            done = resume(project, tell=lambda step: say(f"erase: {_STEPS[step]}"))
        show_certificate(done.record)
        say(_NEXT)
        return
    at = revision(root, base) if base else None
    if base and at is None:
        raise AssayError(f"git knows no revision {plain(base)}", fix="git branch -a   lists what there is")
    request = Request(values_given(values, source), expired, again)
    if not yes:
        with progress_bar("looking") as progress:
            plan = plan_of(project, request, progress)
        if shape == "json":
            emit_json(document_of(plan, project))
        else:
            draw(blocks_of(plan, project), stdout())
        sys.exit(1 if plan.anything else 0)
    with only_one(project.lock):
        with progress_bar("looking") as progress:
            plan = plan_of(project, request, progress)
        if not plan.anything:
            say("erase: nothing here holds them: nothing was changed")
            return
        if not force:
            refuse_doubtful(project, plan)
        with progress_bar("rewriting") as progress:
            done = execute(
                project,
                plan,
                base=at,
                signer=key or "",
                progress=progress,
                tell=lambda step: say(f"erase: {_STEPS[step]}"),
            )
    show_certificate(done.record)
    say(_NEXT)


_STEPS = {
    "twins": "putting the rewritten versions into DVC's cache and remotes",
    "map": "saying which version stands for which",
    "placed": "putting gold, locks and raw files into their new form",
    "suppressed": "having them refused when they come again",
    "cleared": "removing stages, reports and caches that hold them",
    "removed": "removing objects from DVC's cache and remotes",
    "proven": "reading every byte for what is left",
    "certified": "writing the certificate",
}
_NEXT = "erase: done. Commit what changed (git add -A), then: dvc repro && dvc push"
