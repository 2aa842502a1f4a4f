"""A difference as GitHub Actions shows it: a few annotations on the pull request, and the whole as the step's
summary.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from curate.diff.difference import Difference
from curate.diff.show.comment import markdown
from curate.diff.show.document import verdict
from curate.diff.show.privacy import masks
from curate.diff.show.tables import GateRow
from curate.show import github
from curate.show.blocks import Notice
from curate.text import plural


def workflow_commands(difference: Difference, gates: Sequence[GateRow] = ()) -> str:
    """Workflow commands, one a line: what fails as errors, what wants a look as warnings, the outcome as a
    notice.

    A gold version's annotations stand on `dvc.lock`, the file of the pull request that says another version.
    """
    findings = list(_found(difference, gates))
    hidden = masks(notice.text for notice in findings)
    return github.workflow_commands(
        [replace(notice, text=hidden.get(notice.text, notice.text)) for notice in findings],
        about="Dataset diff",
        file="dvc.lock" if difference.after.gold else "",
        rest="in the step's summary",
    )


def step_summary(
    difference: Difference, *, samples: int, show_values: bool, gates: Sequence[GateRow] = ()
) -> Path | None:
    """Write the whole to the file that GitHub names in the environment; None without one, or without room in
    it for 1,000 characters.
    """
    path, room = github.summary_file(), github.summary_room()
    if path is None or room is None or room // 4 < 1_000:
        return None
    text = markdown(
        difference,
        samples=samples,
        show_values=show_values,
        limit=room // 4,  # characters, of at most four bytes each
        gates=gates,
    )
    return path if github.write_summary(text, path) else None


def _found(difference: Difference, gates: Sequence[GateRow]) -> Iterator[Notice]:
    summary = difference.summary
    for name, passed, message in gates:
        if passed is None:
            yield Notice(message, f"assay check: {name} SKIPPED", "warning")
        elif not passed:
            yield Notice(message, f"assay check: {name}", "error")
    for fault in summary.faults:
        yield Notice(fault, "Not as published, or loosened", "error")
    for cause in summary.causes:
        if cause.unexplained:
            seen = cause.evidence or "no record accounts for them"
            yield Notice(f"{cause.changes:,} {cause.change}: {seen}", "Unexplained changes", "error")
    if summary.leaks and summary.leaks.pairs:
        leaks = summary.leaks
        conflict = f", {leaks.conflicting:,} with other labels" if leaks.conflicting else ""
        rows = plural(leaks.held_out_rows, "held-out row has", "held-out rows have")
        text = f"{rows} a twin in training ({plural(leaks.pairs, 'pair')}{conflict})"
        yield Notice(text, "New leaks", "warning")
    for one in summary.finding_changes:
        if one.new:
            text = f"{one.entity}: {one.new:,} new, {one.fixed:,} fixed, {one.persisting:,} persisting"
            yield Notice(text, "New personal data", "warning")
    if summary.duplicate_keys:
        text = f"{plural(summary.duplicate_keys, 'key stands', 'keys stand')} on several rows"
        yield Notice(text, "Duplicate keys", "warning")
    for note in summary.notes:
        yield Notice(note, "Note", "warning")
    for shift in summary.shifts:
        if shift.significant:
            text = (
                f"{shift.column} is distributed otherwise (effect {shift.effect:.3f}, p "
                f"{shift.p_adjusted:.2g} after Holm)"
            )
            yield Notice(text, "Shift", "warning")
    yield Notice(verdict(difference), "Dataset diff")
    for cause in summary.causes:
        if not cause.unexplained:
            because = f" ({cause.because})" if cause.because else ""
            yield Notice(f"{cause.changes:,} {cause.change}: {cause.reason}{because}", "Cause")
