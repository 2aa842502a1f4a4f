"""Facts for a data-protection impact assessment, UK GDPR Art. 35(7): what is done and on how much, why, which
risks were measured, what was done about each, and what is left.

How likely and how severe a risk is, whether what is left is accepted, and whether an assessment is due at all
are judgements, and stay blank.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from curate.splits import SPLITS
from curate.text import plural
from governance.records.kinds import Approval, Incident, Review
from governance.sheets.evidence import CARD, COMPARISON, MANIFEST, RECORDS, ROWS, Evidence
from governance.sheets.laws import ICO_ANONYMISATION, UK_GDPR
from governance.sheets.processing import actions, identifiable, kept_until, last_test, of_sources, special
from governance.sheets.sheet import Fact, Risk, Section, Sheet, stated


def dpia(found: Evidence) -> Sheet:
    """The sheet."""
    return Sheet(
        "dpia",
        "Data protection impact assessment: the facts",
        found.task.name,
        str(found.manifest["version"]),
        [
            Section("The processing: flows", _flows(found)),
            Section("The processing: volume and sensitivity", _scope(found)),
            Section("Necessity and proportionality", _necessity(found)),
            Section("Consultation and decisions", _decisions(found)),
        ],
        [UK_GDPR, ICO_ANONYMISATION],
        dict(found.digests),
        risks(found),
    )


def _flows(found: Evidence) -> list[Fact]:
    place = "Art. 35(7)(a)"
    steps = [
        f"{step['stage']}: {step['in']:,} in, {step['kept']:,} kept, {step['dropped']:,} dropped"
        for step in found.manifest["funnel"]
    ]
    splits = found.manifest["splits"]
    gold = f"gold {found.manifest['version']}: " + ", ".join(f"{splits[s]['rows']:,} {s}" for s in SPLITS)
    trained = [
        f"{card['name']}: learned from {plural(card['rows']['train'], 'row')}"
        for card in found.models.values()
    ]
    return [
        stated(place, "Purposes", of_sources(found, "purpose"), CARD),
        stated(place, "Where the data come from", of_sources(found, "description"), CARD),
        stated(place, "Steps", steps, MANIFEST),
        stated(place, "What is published", gold, MANIFEST),
        stated(place, "Models trained on it", trained or ["none"], *(found.models or (MANIFEST,))),
        stated(place, "Recipients", found.processing.recipients, CARD),
        stated(place, "Transfers to other countries", found.processing.transfers, CARD),
        Fact(place, "Context: relation to the people, what they expect, children or vulnerable people"),
    ]


def _scope(found: Evidence) -> list[Fact]:
    place = "Art. 35(7)(a)"
    period = [f"collected from {found.period[0]} to {found.period[1]}"] if found.period else []
    return [
        stated(place, "Published rows", found.rows.height, *ROWS),
        stated(place, "People whom they are about (subjects, else groups, else rows)", found.people, *ROWS),
        stated(place, "Categories of data subjects", found.processing.data_subjects, CARD),
        stated(place, "Period", period, *ROWS),
        stated(place, "Personal data found before redaction", found.entities() or ["none found"], MANIFEST),
        stated(place, "Special categories", special(found), *ROWS),
    ]


def _necessity(found: Evidence) -> list[Fact]:
    place, until = "Art. 35(7)(b)", []
    for name in found.task.sources:
        said, _ = kept_until(found, name)
        until += [f"{name}: {'; '.join(said)}"] if said else []
    first, last = found.manifest["funnel"][0], found.manifest["funnel"][-1]
    minimised = f"{first['in'] - last['kept']:,} of {first['in']:,} rows not published"
    return [
        stated(place, "Lawful basis", of_sources(found, "lawful_basis"), CARD),
        stated(place, "Why the processing is necessary for the purpose", found.processing.necessity, CARD),
        stated(place, "Simplest acceptable alternative", found.task.alternative, CARD),
        *(
            [stated(place, "Was fine-tuning needed?", found.comparison["verdict"]["headline"], COMPARISON)]
            if found.comparison
            else [Fact(place, "Was fine-tuning needed? (no evaluation of this version: assay evaluate)")]
        ),
        stated(place, "Data minimisation", [minimised, *actions(found)], MANIFEST),
        stated(place, "How long rows are kept", until, CARD, *ROWS),
        Fact(place, "How people are told, and how they exercise their rights"),
    ]


def _decisions(found: Evidence) -> list[Fact]:
    said = []
    for _, record in found.approvals:
        assert isinstance(record.predicate, Approval)
        said.append(f"{record.predicate.of} by role {record.predicate.role}, {record.predicate.at[:10]}")
    paths = [found.record_path(name) for name, _ in found.approvals]
    review = [found.task.review.next.isoformat()] if found.task.review else []
    happened = [f"{one.at[:10]}: {one.what}, severity {one.severity}" for one in found.told(Incident)]
    looked = [f"{one.at[:10]}: {one.of}, {one.outcome}" for one in found.told(Review)]
    return [
        stated(
            "Art. 35(9)", "Views of data subjects or their representatives", found.processing.consulted, CARD
        ),
        Fact("Art. 35(2)", "Advice of the data protection officer"),
        stated("sign-off", "Approvals of this version on record", said or ["none"], *(paths or [RECORDS])),
        Fact("Art. 36(1)", "Is a high risk left, so that the ICO is to be consulted?"),
        stated("review", "Reviews on record", looked or ["none"], RECORDS),
        stated("review", "Incidents on record", happened or ["none"], RECORDS),
        stated("review", "Next review", review, CARD),
    ]


def risks(found: Evidence) -> list[Risk]:
    """Risks that something was measured of, each with what was done and what is left."""
    easy, easy_of = identifiable(found)
    test, test_of = last_test(found)
    done = found.manifest["redaction"]["actions"]
    left = sum(int(line["findings"]) for line in done if line["action"] == "keep")
    gone = sum(int(line["findings"]) for line in done if line["action"] != "keep")
    looked_for = found.manifest["detectors"].get("entities", [])
    seen = found.risk["special_categories"]["rows"]
    return [
        Risk(
            "A published row is tied to a person",
            easy,
            f"{plural(gone, 'value')} redacted",
            test,
            (*easy_of, *test_of),
        ),
        Risk(
            "Personal data is missed",
            f"{gone + left:,} values found; looked for: {len(looked_for)} kinds",
            "stewards' verdicts, and a policy by entity",
            f"{plural(left, 'finding')} kept by policy or verdict; what no detector finds is not counted",
            (MANIFEST,),
        ),
        Risk(
            "A row reveals special-category or criminal data",
            f"{plural(seen, 'row')} that a lexicon took for it",
            "listed by assay risk; never redacted by itself",
            "; ".join(special(found)),
            ROWS,
        ),
        _memory(found),
        _late(found),
        _changed(found),
        _unfair(found),
    ]


def _memory(found: Evidence) -> Risk:
    """That a model gives training rows away."""
    name = "A model repeats what it learned, or shows who was among its rows"
    told: Mapping[str, Any] = (found.comparison or {}).get("memorisation") or {}
    lines = []
    for system, one in sorted(told.items()):
        if auc := (one.get("membership") or {}).get("auc"):
            lines.append(f"{system}: membership told with AUC {auc['point']:.2f} (0.5 is chance)")
    measured = "; ".join(lines) or "not measured"
    left = "all of what was measured: it is of the trained model"
    guard = "rows were redacted before training; near-duplicates are in one split"
    return Risk(
        name,
        measured,
        guard,
        left,
        (COMPARISON,) if lines else (MANIFEST,),
    )


def _late(found: Evidence) -> Risk:
    """That rows are kept too long."""
    days = [f"{term.source} from {term.next}" for term in found.terms if term.next]
    open_ended = [name for name in found.task.sources if all(term.source != name for term in found.terms)]
    measured = f"rows go: {', '.join(days)}" if days else "no day on which rows go can be counted"
    left = f"no date or duration: {', '.join(open_ended)}" if open_ended else "every source has a term"
    guard = "gate retention of assay check: warns 30 days ahead, fails after"
    return Risk("Rows are kept longer than allowed", measured, guard, left, (CARD, *ROWS))


def _changed(found: Evidence) -> Risk:
    """That data or models are changed unseen."""
    count = len(found.journal.records)
    guard = "sealed manifests, assay verify, assay ledger verify, approvals by signature"
    looks = plural(len(found.openings), "look")
    left = f"{plural(len(found.approvals), 'approval')} of this version, {looks} at its test rows"
    files = (
        f"{len(found.manifest['files'])} published files, all as the manifest says; {plural(count, 'record')}"
    )
    return Risk("Data or models are changed unseen", files, guard, left, (MANIFEST, RECORDS))


def _unfair(found: Evidence) -> Risk:
    """That the model serves some people worse."""
    slices: Mapping[str, Any] = (found.comparison or {}).get("slices") or {}
    if not slices:
        return Risk("The model serves some groups worse", "not measured", "none", "unknown", (MANIFEST,))
    measured = (
        f"{slices['judged']:,} parts of the held-out rows judged apart, {slices['too_small']:,} too small"
    )
    worst = [
        f"{system}: {one.get('slice', one.get('name', 'see slices.csv'))}"
        for system, one in sorted((slices.get("worst") or {}).items())
        if isinstance(one, Mapping)
    ]
    guard = "report: Worst parts"
    return Risk(
        "The model serves some groups worse", measured, guard, "; ".join(worst) or "none shown", (COMPARISON,)
    )
