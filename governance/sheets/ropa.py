"""The controller's register of processing activities: a section a source, with the fields of UK GDPR Art.
30(1) and those that the ICO's guidance asks to keep beside them.
"""

from __future__ import annotations

from governance.sheets.evidence import CARD, MANIFEST, ROWS, Evidence
from governance.sheets.laws import ICO_DOCUMENTATION, UK_GDPR
from governance.sheets.processing import kept_until, security, special
from governance.sheets.sheet import Fact, Section, Sheet, stated

_PLACE = "Art. 30(1)"
_BESIDE = "ICO guidance"


def ropa(found: Evidence) -> Sheet:
    """The sheet."""
    people = found.processing
    who = [
        stated(f"{_PLACE}(a)", "Role", people.role, CARD),
        stated(f"{_PLACE}(a)", "Controller", people.controller, CARD),
        stated(f"{_PLACE}(a)", "Contact", people.contact, CARD),
        stated(f"{_PLACE}(a)", "Joint controllers", people.joint_controllers, CARD),
        stated(f"{_PLACE}(a)", "Representative", people.representative, CARD),
        stated(f"{_PLACE}(a)", "Data protection officer", people.data_protection_officer, CARD),
        stated(_BESIDE, "Business function: owner", found.task.owner, CARD),
        stated(_BESIDE, "Steward of the data", found.task.steward, CARD),
    ]
    sources = [Section(f"Processing activity: {name}", _activity(found, name)) for name in found.task.sources]
    if not sources:
        sources = [Section("Processing activity", [Fact(f"{_PLACE}(b)", "The task card names no source")])]
    return Sheet(
        "ropa",
        "Record of processing activities",
        found.task.name,
        str(found.manifest["version"]),
        [Section("Who", who), *sources],
        [UK_GDPR, ICO_DOCUMENTATION],
        dict(found.digests),
    )


def _activity(found: Evidence, name: str) -> list[Fact]:
    """One source."""
    source, people = found.task.sources[name], found.processing
    until, until_of = kept_until(found, name)
    measures, measures_of = security(found)
    return [
        stated(f"{_PLACE}(b)", "Purpose", source.purpose, CARD),
        stated(f"{_PLACE}(c)", "Categories of data subjects", people.data_subjects, CARD),
        stated(
            f"{_PLACE}(c)",
            "Categories of personal data: found in its rows before redaction",
            found.entities(name) or ["none found"],
            MANIFEST,
        ),
        stated(f"{_PLACE}(c)", "Special categories, over all sources", special(found), *ROWS),
        stated(f"{_PLACE}(d)", "Categories of recipients", people.recipients, CARD),
        stated(f"{_PLACE}(e)", "Transfers to other countries, with safeguards", people.transfers, CARD),
        stated(f"{_PLACE}(f)", "Time limits for erasure", until, *until_of),
        stated(f"{_PLACE}(g)", "Technical and organisational measures", measures, *measures_of),
        stated(_BESIDE, "Published rows", found.by_source(name), *ROWS),
        stated(_BESIDE, "Where the data come from", source.description, CARD),
        stated(_BESIDE, "Licence", source.licence, CARD),
        stated(_BESIDE, "Lawful basis (Art. 6)", source.lawful_basis, CARD),
        Fact(_BESIDE, "Condition for special-category data (Art. 9; DPA 2018, schedule 1)"),
        Fact(_BESIDE, "Legitimate interests assessment, privacy notice, DPIA: where they are kept"),
    ]
