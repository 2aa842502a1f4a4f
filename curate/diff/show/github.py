"""A difference as GitHub Actions shows it: a few annotations on the pull request, and the whole as the step's
summary.

GitHub shows 10 errors, 10 warnings and 10 notices of a step and drops the rest without a word, and it takes a
summary of at most 1 MiB a step (docs.github.com, "Workflow commands for GitHub Actions"; limits:
actions/toolkit `problem-matchers.md`). So annotations are counts, never one a row, and say when some were
left out.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from curate.diff.difference import Difference
from curate.diff.show.comment import markdown
from curate.diff.show.privacy import masks
from curate.diff.show.sections import GateLine, verdict
from curate.text import plain

# Of each level, for one step.
MOST = 10
# Bytes of one annotation with its title: GitHub cuts longer ones; 4 KB in all is safely below.
LONGEST = 4_000
# Bytes of a step's summary, over everything that the step writes to it.
SUMMARY_LIMIT = 1024 * 1024
VARIABLE = "GITHUB_STEP_SUMMARY"

Annotation = tuple[str, str, str]  # level, title, message


def workflow_commands(difference: Difference, gates: Sequence[GateLine] = ()) -> str:
    """Workflow commands, one a line: what fails as errors, what wants a look as warnings, the outcome as a
    notice.

    A gold version's annotations stand on `dvc.lock`, the file of the pull request that says another version.
    """
    found = list(_found(difference, gates))
    hidden = masks(message for _, _, message in found)
    file = "file=dvc.lock,line=1," if difference.after.gold else ""
    lines = []
    for level in ("error", "warning", "notice"):
        mine = [(title, hidden.get(message, message)) for one, title, message in found if one == level]
        if len(mine) > MOST:
            left_out = len(mine) - MOST + 1
            mine = [*mine[: MOST - 1], ("Dataset diff", f"{left_out:,} more are in the step's summary")]
        lines += [f"::{level} {file}title={_property(title)}::{_message(message)}" for title, message in mine]
    return "\n".join(lines) + "\n"


def write_summary(text: str, path: Path) -> bool:
    """Add a Markdown text to the step's summary if it fits beside what stands there; whether it did."""
    standing = path.stat().st_size if path.exists() else 0
    added = text.encode()
    if standing + len(added) > SUMMARY_LIMIT:
        return False
    with path.open("ab") as file:
        file.write(added)
    return True


def step_summary(
    difference: Difference, *, samples: int, show_values: bool, gates: Sequence[GateLine] = ()
) -> Path | None:
    """Write the whole to the file that GitHub names in the environment; None without one, or without room in
    it for 1,000 characters.
    """
    name = os.environ.get(VARIABLE)
    if not name:
        return None
    path = Path(name)
    standing = path.stat().st_size if path.exists() else 0
    characters = (SUMMARY_LIMIT - standing) // 4  # of at most four bytes each
    if characters < 1_000:
        return None
    return (
        path
        if write_summary(
            markdown(difference, samples=samples, show_values=show_values, limit=characters, gates=gates),
            path,
        )
        else None
    )


def _found(difference: Difference, gates: Sequence[GateLine]) -> Iterator[Annotation]:
    summary = difference.summary
    for gate in gates:
        if not gate.passed:
            yield "error", f"assay check: {gate.name}", gate.message
    for cause in summary.causes:
        if cause.unexplained:
            yield (
                "error",
                "Unexplained changes",
                f"{cause.changes:,} {cause.change}: {cause.evidence or 'no record accounts for them'}",
            )
    if summary.leaks and summary.leaks.pairs:
        leaks = summary.leaks
        conflict = f", {leaks.conflicting:,} with other labels" if leaks.conflicting else ""
        yield (
            "warning",
            "New leaks",
            f"{leaks.held_out_rows:,} held-out rows have a twin in training ({leaks.pairs:,} pairs{conflict})",  # noqa: E501
        )
    for one in summary.finding_changes:
        if one.new:
            yield (
                "warning",
                "New personal data",
                f"{one.entity}: {one.new:,} new, {one.fixed:,} fixed, {one.persisting:,} persisting",
            )
    if summary.duplicate_keys:
        yield "warning", "Duplicate keys", f"{summary.duplicate_keys:,} keys stand on several rows"
    for note in summary.notes:
        yield "warning", "Note", note
    for shift in summary.shifts:
        if shift.significant:
            yield (
                "warning",
                "Shift",
                f"{shift.column} is distributed otherwise (effect {shift.effect:.3f}, p "
                f"{shift.p_adjusted:.2g} after Holm)",
            )
    yield "notice", "Dataset diff", verdict(difference)
    for cause in summary.causes:
        if not cause.unexplained:
            because = f" ({cause.because})" if cause.because else ""
            yield "notice", "Cause", f"{cause.changes:,} {cause.change}: {cause.reason}{because}"


def _message(text: str) -> str:
    """One line, with what GitHub decodes encoded, cut to `LONGEST` bytes."""
    shown = plain(text, 1_000).replace("%", "%25")
    while len(shown.encode()) > LONGEST - 400:
        shown = re.sub(r"%2?$", "", shown[: len(shown) // 2]) + "…"
    return shown


def _property(text: str) -> str:
    """A property's value: `:` and `,` would end it."""
    return plain(text, 80).replace("%", "%25").replace(":", "%3A").replace(",", "%2C")
