"""What a comparison finds and fails on, the loudest first: values left in the text, a loosened policy, rows
that left the held-out set, versions that are not as published.

A legitimate change of each kind has its own word: `check.looser` for the policy (knob `detectors` for values
that are found no longer though no knob moved), `assay split --refreeze --reason` for the held-out set.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from curate.diff.measure.authentic import faults
from curate.diff.measure.policy import excused, loosened
from curate.diff.measure.summary import Summary
from curate.splits import TEST
from curate.text import plural
from curate.versions.version import Version

# The name under which `check.looser` excuses values that the detectors find no longer.
DETECTORS = "detectors"


def with_faults(summary: Summary, before: Version, after: Version) -> Summary:
    """`summary` with what fails it, and with a note for each loosened knob that somebody decided."""
    if not after.gold:
        return summary
    why, found = excused(before, after), loosened(before, after)
    open_knobs = [one for one in found if not set(one.knobs) <= why.keys()]
    notes = [
        f"{one}; decided: {'; '.join(dict.fromkeys(why[knob] for knob in one.knobs))}"
        for one in found
        if one not in open_knobs
    ]
    left = sum(one.no_longer for one in summary.finding_changes)
    values = plural(left, "personal value that stands", "personal values that stand")
    words = f"no longer acted on: {values} in the text now"
    decided = (found and not open_knobs) or (not found and DETECTORS in why)
    failing = [
        *([words] if left and not decided else []),
        *map(str, open_knobs),
        *_held_out(summary, before, after),
        *faults(before, after),
    ]
    if left and decided:
        notes.insert(0, words)
    return replace(summary, faults=tuple(failing), notes=(*notes, *summary.notes))


def _held_out(summary: Summary, before: Version, after: Version) -> Iterator[str]:
    rows = sum(count for left, right, count in summary.moves if left == TEST != right)
    if not rows:
        return
    known = before.lock.get("refrozen") or []
    fresh = [entry for entry in after.lock.get("refrozen") or [] if entry not in known]
    if not fresh:
        yield f"{plural(rows, 'row')} left the held-out set"
