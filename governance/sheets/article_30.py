"""UK GDPR Art. 30, letter by letter: paragraph 1 for a controller, paragraph 2 for a processor, paragraph 5
on who need not keep records.
"""

from __future__ import annotations

from curate.task import BLANK
from governance.sheets.evidence import CARD, MANIFEST, ROWS, Evidence
from governance.sheets.laws import UK_GDPR
from governance.sheets.processing import kept_until, of_sources, security, special
from governance.sheets.sheet import Fact, Section, Sheet, stated


def article_30(found: Evidence) -> Sheet:
    """The sheet."""
    return Sheet(
        "art-30",
        "UK GDPR Art. 30: records of processing activities",
        found.task.name,
        str(found.manifest["version"]),
        [
            Section("Paragraph 1: the controller", _controller(found)),
            Section("Paragraph 2: the processor", _processor(found)),
            Section("Paragraph 5: who need not keep records", _exempt(found)),
        ],
        [UK_GDPR],
        dict(found.digests),
    )


def _controller(found: Evidence) -> list[Fact]:
    place, people, sources = "Art. 30(1)", found.processing, found.task.sources
    measures, measures_of = security(found)
    until = [f"{name}: {'; '.join(said)}" for name in sources if (said := kept_until(found, name)[0])]
    return [
        stated(f"{place}(a)", "Controller and contact", _pair(people.controller, people.contact), CARD),
        stated(f"{place}(a)", "Joint controllers", people.joint_controllers, CARD),
        stated(f"{place}(a)", "Representative", people.representative, CARD),
        stated(f"{place}(a)", "Data protection officer", people.data_protection_officer, CARD),
        stated(f"{place}(b)", "Purposes", of_sources(found, "purpose"), CARD),
        stated(f"{place}(c)", "Categories of data subjects", people.data_subjects, CARD),
        stated(f"{place}(c)", "People whom the published rows are about", found.people, *ROWS),
        stated(
            f"{place}(c)", "Categories of personal data found", found.entities() or ["none found"], MANIFEST
        ),
        stated(f"{place}(c)", "Special categories", special(found), *ROWS),
        stated(f"{place}(d)", "Categories of recipients", people.recipients, CARD),
        stated(f"{place}(e)", "Transfers and safeguards", people.transfers, CARD),
        stated(f"{place}(f)", "Envisaged time limits for erasure", until, CARD, *ROWS),
        stated(f"{place}(g)", "Security measures (Art. 32(1))", measures, *measures_of),
    ]


def _processor(found: Evidence) -> list[Fact]:
    place, people = "Art. 30(2)", found.processing
    measures, measures_of = security(found)
    mine = people.controller if people.role == "processor" else BLANK
    return [
        stated(f"{place}(a)", "Processor and contact", _pair(mine, people.contact), CARD),
        stated(f"{place}(a)", "Controllers on whose behalf", people.on_behalf_of, CARD),
        stated(f"{place}(a)", "Data protection officer", people.data_protection_officer, CARD),
        stated(
            f"{place}(b)",
            "Categories of processing",
            [
                f"{step['stage']}: {step['in']:,} rows in, {step['kept']:,} kept"
                for step in found.manifest["funnel"]
            ],
            MANIFEST,
        ),
        stated(f"{place}(c)", "Transfers and safeguards", people.transfers, CARD),
        stated(f"{place}(d)", "Security measures (Art. 32(1))", measures, *measures_of),
    ]


def _exempt(found: Evidence) -> list[Fact]:
    place = "Art. 30(5)"
    return [
        Fact(place, "Fewer than 250 persons employed"),
        Fact(place, "Likely to result in a risk to rights and freedoms"),
        Fact(place, "Occasional"),
        stated(place, "Special-category or criminal data", special(found), *ROWS),
    ]


def _pair(name: str, contact: str) -> list[str]:
    return [part for part in (name, contact) if part != BLANK]
