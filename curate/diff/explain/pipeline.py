"""What differs between the pipelines that made two versions: parameters, code and detectors, as their
manifests tell it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from curate.files import canonical_json
from curate.text import plain
from curate.versions.version import Version, flatten

# A cause names this many parameters of a stage; the rest are counted.
NAMED_PARAMETERS = 3
ABSENT = "unset"
# Fields of the task card that a stage depends on, as dvc.yaml has it, but for those that ingest copies into
# columns.
CARD = {
    "ingest": ("kind",),
    "validate": ("kind", "labels", "output_schema", "sections", "languages", "style"),
}


@dataclass(frozen=True)
class ParameterChange:
    """A knob that stands differently: dotted name, and values as JSON (`unset` where a side has none)."""

    name: str
    before: str
    after: str

    def __str__(self) -> str:
        return f"{self.name} {plain(self.before, 40)} → {plain(self.after, 40)}"


def parameter_changes(before: Version, after: Version) -> tuple[ParameterChange, ...]:
    """Leaves of the manifests' `params` and `task` that differ, by dotted name."""
    old, new = (_knobs(side) for side in (before, after))
    names = sorted(old.keys() | new.keys())
    return tuple(
        ParameterChange(name, old.get(name, ABSENT), new.get(name, ABSENT))
        for name in names
        if old.get(name) != new.get(name)
    )


def knob_changes(before: Version, after: Version, *prefixes: str) -> str:
    """The changed knobs under any of `prefixes` ("params.dedup", "task.sources"), in words; "" if there are
    none.
    """
    changed = parameter_changes(before, after)
    mine = [
        change for change in changed if any(f"{change.name}.".startswith(f"{prefix}.") for prefix in prefixes)
    ]
    more = f", and {len(mine) - NAMED_PARAMETERS} more" if len(mine) > NAMED_PARAMETERS else ""
    return ", ".join(map(str, mine[:NAMED_PARAMETERS])) + more


def stage_changes(before: Version, after: Version, *stages: str) -> str:
    """The changed knobs that the given stages depend on: their parameters and their part of the task card."""
    return knob_changes(
        before,
        after,
        *(f"params.{stage}" for stage in stages),
        *(f"task.{name}" for stage in stages for name in CARD.get(stage, ())),
    )


def lock_change(before: Version, after: Version) -> str:
    """How `split.lock` was drawn otherwise, in words: seed, shares, key, or thresholds of a stratum that both
    have; "" if it was not.

    A stratum that only one side has moves no row: rows of new strata are new, or carry a new label or group.
    """
    if not before.lock or not after.lock:
        return ""
    drawn = ("seed", "shares", "key_id", "external_held_out", "strata")
    names = sorted(
        name
        for name in before.lock.keys() & after.lock.keys()
        if name.split(".", 1)[0] in drawn
        and not name.endswith(".units")
        and before.lock[name] != after.lock[name]
    )
    changes = [
        str(
            ParameterChange(
                f"split.lock {name}", *(canonical_json(side.lock[name]) for side in (before, after))
            )
        )
        for name in names
    ]
    more = f", and {len(changes) - NAMED_PARAMETERS} more" if len(changes) > NAMED_PARAMETERS else ""
    return ", ".join(changes[:NAMED_PARAMETERS]) + more


def code_change(before: Version, after: Version) -> str:
    """What of the tool itself differs: code digest, versions of libraries and detectors; "" if nothing
    does.
    """
    old, new = (_code(side) for side in (before, after))
    changed = sorted(name for name in old.keys() | new.keys() if old.get(name) != new.get(name))
    return f"code changed: {', '.join(changed[:NAMED_PARAMETERS])}" if changed else ""


def _knobs(version: Version) -> dict[str, str]:
    both = {part: version.manifest[part] for part in ("params", "task") if part in version.manifest}
    return {name: canonical_json(value) for name, value in flatten(both).items()}


def _code(version: Version) -> dict[str, Any]:
    return flatten(
        {
            part: version.manifest[part]
            for part in ("code", "versions", "detectors")
            if part in version.manifest
        }
    )
