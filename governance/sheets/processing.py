"""Facts that several sheets tell."""

from __future__ import annotations

from curate.task import BLANK
from curate.text import plural
from governance.records.kinds import IntruderTest
from governance.sheets.evidence import CARD, MANIFEST, PARAMS, ROWS, Evidence


def of_sources(found: Evidence, field: str) -> list[str]:
    """A field of the card for every source that states it."""
    said = {name: getattr(source, field) for name, source in found.task.sources.items()}
    return [f"{name}: {value}" for name, value in said.items() if value not in (BLANK, "")]


def special(found: Evidence) -> list[str]:
    """Special categories and criminal data that a lexicon took rows for, with counts; or that none was."""
    seen = found.risk["special_categories"]
    lines = [
        f"{one['category'].replace('_', ' ')} ({one['article']}): {plural(one['rows'], 'row')} to look at"
        for one in seen["categories"]
    ]
    unread = (
        [f"not read, in other languages: {plural(seen['unread_rows'], 'row')}"] if seen["unread_rows"] else []
    )
    return [*(lines or ["none found by the lexicon"]), *unread]


def actions(found: Evidence) -> list[str]:
    """What was done about each kind of personal data."""
    return [
        f"{line['entity']}: {plural(line['findings'], 'finding')} in {plural(line['rows'], 'row')}, "
        f"{line['action']}"
        for line in found.manifest["redaction"]["actions"]
    ]


def security(found: Evidence) -> tuple[list[str], tuple[str, ...]]:
    """Measures that the project itself shows, then those that the card states."""
    replaced = [line for line in found.manifest["redaction"]["actions"] if line["action"] != "keep"]
    count = sum(int(line["findings"]) for line in replaced)
    kinds = len({line["entity"] for line in replaced})
    measures = [
        f"{plural(count, 'value')} of {plural(kinds, 'kind')} redacted before publication",
        f"groups and data subjects named by keyed digests (HMAC, key {found.manifest['key_id']})",
        "published files named by digest in a sealed manifest; the journal of records verified by digest",
        *found.processing.security,
    ]
    return measures, (MANIFEST, *([CARD] if found.processing.security else []))


def kept_until(found: Evidence, source: str) -> tuple[list[str], tuple[str, ...]]:
    """What the card says of a source's retention, and the first day on which its rows go."""
    said = found.task.sources[source].retention
    term = next((term for term in found.terms if term.source == source), None)
    if term is None:
        return [said] if said != BLANK else [], (CARD,)
    day = f"the first rows go after {term.next}" if term.next else "no row has a date to count from"
    undated = [f"{plural(term.undated, 'row')} without a date"] if term.undated and term.next else []
    return [said, day, *undated], (CARD, *ROWS)


def last_test(found: Evidence) -> tuple[str, tuple[str, ...]]:
    """The last motivated-intruder test in words, and whether it was of this version."""
    if not found.tests:
        return "no motivated-intruder test is recorded", ()
    name, record = found.tests[-1]
    said = record.predicate
    assert isinstance(said, IntruderTest)
    of_this = said.version_digest == found.manifest["content_digest"]
    version = "this version" if of_this else f"version {said.version_digest[:12]}, not this one"
    return (
        f"motivated-intruder test of {said.at[:10]} by {said.by}: {said.outcome.replace('-', ' ')}, "
        f"{plural(said.tried, 'row')} tried, of {version}"
    ), (found.record_path(name),)


def identifiable(found: Evidence) -> tuple[str, tuple[str, ...]]:
    """How easily a published row is tied to a person."""
    group, words = found.risk["k_anonymity"], found.risk["free_text"]
    known = (
        f"smallest group k = {group['smallest_k']}, {group['unique']:,} of {found.rows.height:,} rows unique "
        f"over {', '.join(group['quasi_identifiers'])}"
        if group["smallest_k"] is not None
        else "k-anonymity not computed: no row holds a declared quasi-identifier"
    )
    drawn = (
        f"; {words['words']} words drawn at random single out {words['random']:.1%} of rows"
        if words["rows"]
        else ""
    )
    return known + drawn, (*ROWS, PARAMS)
