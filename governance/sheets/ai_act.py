"""Facts for data governance under EU AI Act Art. 10(2) to (5). Whether the system is a high-risk one, and so
whether the article applies, is a judgement, and stays blank.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from curate.splits import SPLITS
from curate.task import BLANK
from governance.sheets.evidence import CARD, COMPARISON, MANIFEST, PARAMS, ROWS, Evidence
from governance.sheets.laws import AI_ACT
from governance.sheets.processing import of_sources, special
from governance.sheets.sheet import Fact, Section, Sheet, stated


def ai_act(found: Evidence) -> Sheet:
    """The sheet."""
    return Sheet(
        "ai-act",
        "EU AI Act Art. 10: data and data governance",
        found.task.name,
        str(found.manifest["version"]),
        [
            Section("Does the article apply?", [Fact("Art. 6", "High-risk AI system, and why")]),
            Section("Data governance and management practices", _practices(found)),
            Section("Quality of the data sets", _quality(found)),
            Section("Setting of use, and special categories", _setting(found)),
        ],
        [AI_ACT],
        dict(found.digests),
    )


def _practices(found: Evidence) -> list[Fact]:
    place, manifest, comparison = "Art. 10(2)", found.manifest, found.comparison
    metric = f"{found.task.metric.name}, target {found.task.target_said()}"
    design = [f"kind {found.task.kind}", f"judged by {metric}", f"alternative: {found.task.alternative}"]
    period = [f"collected from {found.period[0]} to {found.period[1]}"] if found.period else []
    steps = [
        f"{step['stage']}: {step['in']:,} in, {step['kept']:,} kept" + _reasons(step["reasons"])
        for step in manifest["funnel"]
    ]
    power: Mapping[str, Any] = (comparison or {}).get("power") or {}
    suitable = [comparison["verdict"]["headline"]] if comparison else []
    if power.get("detectable") is not None:
        suitable.append(f"these held-out rows could show a difference of {power['detectable']:.3f} or more")
    return [
        stated(f"{place}(a)", "Design choices", design, CARD),
        stated(f"{place}(b)", "Collection: origin", of_sources(found, "description"), CARD),
        stated(f"{place}(b)", "Collection: original purpose", of_sources(found, "purpose"), CARD),
        stated(f"{place}(b)", "Collection: period", period, *ROWS),
        stated(f"{place}(c)", "Preparation: cleaning, redaction, deduplication", steps, MANIFEST),
        Fact(f"{place}(c)", "Preparation: who labelled, by which guide"),
        stated(f"{place}(d)", "What the data are meant to represent", found.task.behaviour, CARD),
        stated(f"{place}(d)", "Labels and when each applies", _labels(found), CARD),
        stated(f"{place}(e)", "Quantity", _quantity(manifest), MANIFEST),
        stated(f"{place}(e)", "Suitability, as measured", suitable, COMPARISON),
        stated(f"{place}(f)", "Examined for bias: rows by label", _balance(manifest), MANIFEST),
        stated(
            f"{place}(f)", "Examined for bias: parts of the held-out rows", _parts(comparison), COMPARISON
        ),
        Fact(f"{place}(f)", "Biases likely to affect health, safety, rights, or to discriminate"),
        Fact(f"{place}(g)", "Measures to detect, prevent and mitigate those biases"),
        stated(f"{place}(h)", "Gaps and shortcomings found", _gaps(found), MANIFEST, CARD),
        Fact(f"{place}(h)", "How those gaps are addressed"),
    ]


def _quality(found: Evidence) -> list[Fact]:
    languages = found.rows["language"].fill_null("not stated").value_counts().sort("language").rows()
    flagged = (found.comparison or {}).get("labels_flagged", BLANK)
    place = "Art. 10(3)"
    return [
        Fact(place, "Relevant and sufficiently representative of the persons concerned"),
        stated(place, "Rows by language", [f"{tag} {rows:,}" for tag, rows in languages], *ROWS),
        stated(place, "Errors: rows whose label looks wrong", flagged, COMPARISON),
        stated(place, "Errors: rows dropped before publication", _dropped(found.manifest), MANIFEST),
        Fact(place, "Complete in view of the purpose"),
    ]


def _setting(found: Evidence) -> list[Fact]:
    return [
        Fact("Art. 10(4)", "Geographical, contextual, behavioural or functional setting of use"),
        stated("Art. 10(5)", "Special categories in the rows", special(found), *ROWS),
        Fact("Art. 10(5)", "Processed strictly to detect and correct bias, under which conditions"),
        stated("Art. 10(6)", "Held-out rows", _held_out(found), MANIFEST, PARAMS),
    ]


def _reasons(reasons: Mapping[str, int]) -> str:
    said = ", ".join(f"{code} {rows:,}" for code, rows in sorted(reasons.items()))
    return f" ({said})" if said else ""


def _labels(found: Evidence) -> list[str]:
    return [f"{label}: {when or BLANK}" for label, when in found.task.labels.items()]


def _quantity(manifest: Mapping[str, Any]) -> list[str]:
    return [f"{manifest['splits'][split]['rows']:,} rows {split}" for split in SPLITS]


def _balance(manifest: Mapping[str, Any]) -> list[str]:
    counts: Mapping[str, int] = manifest["labels"].get("train", {})
    return [f"{label} {rows:,}" for label, rows in sorted(counts.items())]


def _parts(comparison: Mapping[str, Any] | None) -> list[str]:
    slices: Mapping[str, Any] = (comparison or {}).get("slices") or {}
    if not slices:
        return []
    return [f"{slices['judged']:,} parts judged apart, {slices['too_small']:,} too small to judge"]


def _gaps(found: Evidence) -> list[str]:
    warnings = [
        f"quality warning {code}: {rows:,} rows" for code, rows in sorted(found.manifest["warnings"].items())
    ]
    blanks = found.task.blanks()
    return warnings + ([f"the task card leaves open: {', '.join(blanks)}"] if blanks else [])


def _dropped(manifest: Mapping[str, Any]) -> list[str]:
    return [
        f"{step['stage']}: {step['dropped']:,}{_reasons(step['reasons'])}"
        for step in manifest["funnel"]
        if step["dropped"]
    ] or ["none"]


def _held_out(found: Evidence) -> str:
    looks = len(found.openings)
    rows = found.manifest["held_out"]["rows"]
    return f"{rows:,} rows never trained on; {looks} recorded looks at them by an evaluation"
