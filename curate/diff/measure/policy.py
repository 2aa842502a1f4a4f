"""Whether the policy was loosened between two versions, by what it would do and not by how it is written.

What a detector finds and what redaction does are judged together on a grid of entity, field, source and
score: a cell that was acted on and is now kept, or was found and is now not looked for, is looser, whichever
knob did it. Lists (accepted entities, skipped gates, values always allowed) are compared as sets, targets as
numbers.

Only versions whose `params.yaml` is known on both sides are compared; a section that cannot be read counts as
unknown, and the command that needs it says so. `check.looser` of the newer side excuses
a knob, for one comparison: an entry that the older side has already excuses nothing new. Cost: some ten
thousand cells.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from curate.errors import AssayError
from curate.files import canonical_json
from curate.params import Section, parse
from curate.pii.detect.catalogue import ENTITIES, NER_ENTITIES
from curate.pii.detect.params import ScanParams
from curate.pii.redact.params import ACT_THRESHOLD, RedactParams
from curate.text import plain, plural
from curate.versions.version import Version

FIELDS = ("input", "output", "rejected")
# Of a source that no rule names.
OTHER = "\x00other"
# What the tagger finds, if it is asked to.
TAGGED = ("PERSON", "LOCATION", "ORGANIZATION")
NAMED = 5


@dataclass(frozen=True)
class Loosened:
    """A knob that lets more pass than before: its dotted name (several, where they act together), and what
    that does.
    """

    knobs: tuple[str, ...]
    words: str

    def __str__(self) -> str:
        return f"policy loosened: {', '.join(self.knobs)}: {self.words}"


def loosened(before: Version, after: Version) -> tuple[Loosened, ...]:
    """Every knob that stands looser in `after`, excused or not."""
    old, new = before.policy, after.policy
    if not old.get("params") or not new.get("params"):
        return ()
    return tuple(_loosened(old, new))


def excused(before: Version, after: Version) -> dict[str, str]:
    """Knob -> why it may stand looser, from the entries of `check.looser` that only `after` has."""
    known = {canonical_json(_safe(entry)) for entry in _looser(before)}
    fresh = [entry for entry in _looser(after) if canonical_json(_safe(entry)) not in known]
    return {
        str(entry["knob"]): f"{plain(str(entry['reason']), 200)} ({plain(str(entry.get('date')), 20)})"
        for entry in fresh
        if entry.get("knob") and str(entry.get("reason") or "").strip() and entry.get("date")
    }


def _looser(version: Version) -> list[Mapping[str, Any]]:
    listed = _section(version.policy, "check").get("looser")
    return [entry for entry in listed if isinstance(entry, Mapping)] if isinstance(listed, list) else []


def _loosened(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Loosened]:
    yield from _acted(old, new)
    for knob in ("scan.recognizers", "scan.deny"):
        gone = _entries(old, knob) - _entries(new, knob)
        if gone:
            yield Loosened((knob,), f"{plural(len(gone), 'entry', 'entries')} of before gone or changed")
    for knob, words in (
        ("scan.allow", "never found now"),
        ("audit.accept", "may stay without a verdict now"),
    ):
        came = _entries(new, knob) - _entries(old, knob)
        if came:
            yield Loosened((knob,), f"{plural(len(came), 'entry', 'entries')} more, {words}")
    gates = _names(new, "check.skip", "gate") - _names(old, "check.skip", "gate")
    if gates:
        yield Loosened(("check.skip",), f"gates no longer judged: {', '.join(sorted(gates))}")
    for knob, at_rest, words in _NUMBERS:
        low, high = (_number(side, knob, at_rest) for side in (old, new))
        if high > low:
            yield Loosened((knob,), f"{words}: {low:g} -> {high:g}")
    for knob, strict, lax in (
        ("scan.unsupported_language", "error", "scan_as_default"),
        ("audit.block_uncertain", True, False),
        ("redact.reviewers", "named", "any"),
        ("ingest.personal_ids", "replace", "keep"),
        ("ingest.personal_ids", "refuse", "keep"),
        ("ingest.personal_names", "refuse", "warn"),
    ):
        was, now = (_leaf(side, knob, _AT_REST.get(knob, strict)) for side in (old, new))
        if was == strict and now == lax:
            yield Loosened((knob,), f"{was} -> {now}")
    if _leaf(old, "redact.as_of", None) and not _leaf(new, "redact.as_of", None):
        yield Loosened(("redact.as_of",), "verdicts that have expired are obeyed again")
    yield from _targets(old, new)
    goal_old, goal_new = (_leaf({"params": side.get("task") or {}}, "metric", {}) for side in (old, new))
    if isinstance(goal_old, Mapping) and isinstance(goal_new, Mapping):
        was, now = (float(goal.get("target") or 0) for goal in (goal_old, goal_new))
        if now < was:
            yield Loosened(("task.metric.target",), f"{was:g} -> {now:g}")
    accepted_old, accepted_new = (set(_accepted(side)) for side in (old, new))
    if more := accepted_new - accepted_old:
        words = f"{plural(len(more), 'value')} more excused from the audit"
        yield Loosened(("decisions/pii-baseline.json",), words)


# Numbers that let more pass the larger they are: knob, default, meaning.
_NUMBERS = (
    ("redact.max_output_share", 0.1, "share of the outputs that redaction may change unseen"),
    ("dedup.threshold", 0.7, "likeness from which rows of two splits are twins"),
    ("audit.review_below", 0.6, "score below which an unverified finding only waits"),
    ("check.held_out_gone.rows", 0, "held-out rows that may be gone"),
)


# What knobs are where nothing is said, if that is not the strict side.
_AT_REST = {"audit.block_uncertain": False, "redact.reviewers": "any", "ingest.personal_ids": "replace"}


def _acted(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Loosened]:
    """What was acted on and is kept now, and what was found and is not looked for now."""
    try:
        sides = [
            (_parse(side, "scan", ScanParams), _parse(side, "redact", RedactParams)) for side in (old, new)
        ]
    except AssayError:
        return
    before, after = sides
    if before == after:
        return
    cells = _grid(sides).with_columns(_rank(*before).alias("before"), _rank(*after).alias("after"))
    lower = cells.filter(pl.col("after") < pl.col("before"))
    for rank, words in ((2, "no longer acted on"), (1, "no longer looked for")):
        entities = sorted(lower.filter(pl.col("before") == rank)["entity"].unique())
        if entities:
            more = f" and {len(entities) - NAMED} more" if len(entities) > NAMED else ""
            yield Loosened(_knobs(old, new), f"{words}: {', '.join(entities[:NAMED])}{more}")


def _grid(sides: list[tuple[ScanParams, RedactParams]]) -> pl.DataFrame:
    """Every entity, field and source, at every score at which either policy may turn, and just below it."""
    entities = {*ENTITIES, *NER_ENTITIES} | {name for scan, _ in sides for name in scan.own_entities}
    rules = [rule for _, redact in sides for rule in redact.policy]
    scores = {0.0, 1.0, *ACT_THRESHOLD.values()}
    for scan, redact in sides:
        scores |= {scan.threshold, *scan.thresholds.values(), *redact.act_threshold.values()}
    scores |= {rule.min_score for rule in rules if rule.min_score is not None}
    scores |= {max(score - 1e-6, 0.0) for score in scores}
    sources = {OTHER, *(rule.source for rule in rules if rule.source)}
    axes: dict[str, Iterable[Any]] = {
        "entity": entities, "field": FIELDS, "source": sources, "score": scores,
    }  # fmt: skip
    grid = pl.DataFrame({"one": [0]})
    for name, values in axes.items():
        grid = grid.join(pl.DataFrame({name: sorted(values)}), how="cross")
    return grid.drop("one")


def _rank(scan: ScanParams, redact: RedactParams) -> pl.Expr:
    """0 not found, 1 found and kept, 2 acted on; over the columns of the grid."""
    entities = sorted({*ENTITIES, *NER_ENTITIES} | scan.own_entities)
    wanted = scan.wanted(set(entities))
    if scan.ner is None:
        wanted -= set(TAGGED)
    elif scan.ner.engine == "bundled":
        wanted -= set(TAGGED) - set(scan.ner.entities)
    thresholds = {name: scan.thresholds.get(name, scan.threshold) for name in entities if name in wanted}
    # 2: a score that nothing reaches.
    needed = pl.col("entity").replace_strict(thresholds, default=2.0, return_dtype=pl.Float64)
    found = (pl.col("score") >= needed) & pl.col("field").is_in(list(scan.fields))
    ruled = pl.coalesce(
        pl.lit(None, pl.String), *(pl.when(rule.fits()).then(pl.lit(rule.action)) for rule in redact.policy)
    )
    by_entity, acts_from = (
        pl.col("entity").replace_strict(
            {name: ask(name) for name in entities}, default=None, return_dtype=dtype
        )
        for ask, dtype in ((redact.action, pl.String), (redact.acts_from, pl.Float64))
    )
    weak = (pl.col("score") < acts_from) & ruled.is_null()
    kept = weak | (pl.coalesce(ruled, by_entity) == "keep")
    return pl.when(~found).then(0).when(kept).then(1).otherwise(2)


def _knobs(old: Mapping[str, Any], new: Mapping[str, Any]) -> tuple[str, ...]:
    """The knobs of finding and acting that differ."""
    names = {
        "scan": ("entities", "threshold", "thresholds", "fields", "ner"),
        "redact": ("default", "actions", "policy", "act_threshold"),
    }
    return tuple(
        f"{section}.{name}"
        for section, knobs in names.items()
        for name in knobs
        if _leaf(old, f"{section}.{name}", None) != _leaf(new, f"{section}.{name}", None)
    )


def _targets(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Loosened]:
    exempt = [
        {
            name
            for name, rule in (_leaf(side, "redact.targets", {}) or {}).items()
            if (rule.get("rule") if isinstance(rule, Mapping) else rule) == "exempt"
        }
        for side in (old, new)
    ]
    if more := sorted(exempt[1] - exempt[0]):
        listed = ", ".join(plain(str(name), 60) for name in more[:NAMED])
        yield Loosened(("redact.targets",), f"values of these fields stay now: {listed}")


def _parse(side: Mapping[str, Any], name: str, model: type[Section]) -> Section:
    return parse(model, _section(side, name), f"params.{name}")


def _section(side: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    params = side.get("params")
    section = params.get(name) if isinstance(params, Mapping) else None
    return section if isinstance(section, Mapping) else {}


def _leaf(side: Mapping[str, Any], knob: str, at_rest: Any) -> Any:
    value: Any = side.get("params") or {}
    for step in knob.split("."):
        value = value.get(step) if isinstance(value, Mapping) else None
    return at_rest if value is None else value


def _number(side: Mapping[str, Any], knob: str, at_rest: float) -> float:
    value = _leaf(side, knob, at_rest)
    return float(value) if _is_number(value) else at_rest


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _entries(side: Mapping[str, Any], knob: str) -> set[str]:
    """The entries of a list, each in canonical form; what an entry says under `values` counts one by one."""
    listed = _leaf(side, knob, ["DATE_TIME", "NRP"] if knob == "audit.accept" else [])
    entries = listed if isinstance(listed, list) else [listed]
    canonical: set[str] = set()
    for entry in entries:
        if isinstance(entry, Mapping) and isinstance(entry.get("values"), list):
            rest = {name: value for name, value in entry.items() if name != "values"}
            canonical |= {canonical_json(_safe({**rest, "value": value})) for value in entry["values"]}
        else:
            canonical.add(canonical_json(_safe(entry)))
    return canonical


def _names(side: Mapping[str, Any], knob: str, field: str) -> set[str]:
    listed = _leaf(side, knob, [])
    entries = listed if isinstance(listed, list) else []
    return {plain(str(one.get(field) if isinstance(one, Mapping) else one), 40) for one in entries}


def _accepted(side: Mapping[str, Any]) -> list[str]:
    baseline = side.get("baseline")
    listed = baseline.get("accepted") if isinstance(baseline, Mapping) else None
    return [str(one) for one in listed] if isinstance(listed, list) else []


def _safe(value: Any) -> Any:
    """YAML as JSON: a bare date is its text."""
    if isinstance(value, Mapping):
        return {str(name): _safe(part) for name, part in value.items()}
    if isinstance(value, list):
        return [_safe(part) for part in value]
    return value if isinstance(value, str | int | float | bool | None) else str(value)
