"""What was found of a person, in words: values masked, rows by id."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from curate.show.blocks import Block, Heading, Item, Listing, Paragraph, Table
from curate.text import plain, plural
from governance.subjects.find import UNSEEN, Found
from governance.subjects.places import Place

SCHEMA = "assay.subject/1"
_SHOWN = 5


def document_of(found: Found) -> dict[str, Any]:
    """JSON-safe; no value stands in it."""
    return {
        "schema": SCHEMA,
        "found": found.anything,
        "sought": [{"shown": one.shown, "form": one.form} for one in found.sought],
        "doubts": [vars(doubt) for doubt in found.doubts],
        "places": [vars(place) for place in found.search.places],
        "models": list(found.models),
        "not_read": list(found.search.unread),
        "versions_not_in_cache": found.search.versions_absent,
        "objects_not_in_cache": found.search.objects_absent,
        "objects_in_a_remote_folder": found.search.objects_in_remote,
        "tables_answered_from_the_index": found.search.indexed,
        "read_in_the_tables_themselves": list(found.search.read_for),
        "keyed_digests_sought": found.keyed,
        "not_seen": list(UNSEEN),
    }


def blocks_of(found: Found) -> Sequence[Block]:
    """What a terminal shows."""
    sought = ", ".join(f"{one.shown} ({one.form})" for one in found.sought)
    blocks: list[Block] = [
        Paragraph(f"Sought: {sought}, in {plural(found.search.files, 'file')}.{_how(found)}")
    ]
    if found.doubts:
        blocks += [
            Heading("Hardly a person's"),
            Listing([Item(plain(str(one), 200)) for one in found.doubts]),
        ]
    if found.anything:
        rows = [(place.kind, place.path, str(len(place.rows)), _rows(place)) for place in found.search.places]
        blocks.append(Table(("", "where", "rows", "ids or lines"), rows, numeric=frozenset({2})))
    else:
        blocks.append(Paragraph("Found nowhere."))
    if found.models:
        blocks += [
            Heading("Models that learned from these rows"),
            Listing([Item(name) for name in found.models]),
        ]
    unseen = list(UNSEEN)
    if found.search.versions_absent:
        unseen.insert(
            0,
            f"{plural(found.search.versions_absent, 'old version')} not in DVC's cache: dvc "
            f"fetch --all-commits",
        )
    if found.search.objects_absent:
        unseen.insert(
            0,
            f"{plural(found.search.objects_absent, 'other object')} that commits name and DVC's cache lacks, "
            f"{found.search.objects_in_remote} of them in a remote folder of this machine (other remotes are "
            "not asked): dvc fetch --all-commits",
        )
    if not found.keyed:
        unseen.insert(0, "keyed digests of the person: there is no secret key here")
    unseen += [f"a file that could not be read: {name}" for name in found.search.unread]
    blocks += [Heading("Not looked into"), Listing([Item(words) for words in unseen])]
    return blocks


def _how(found: Found) -> str:
    """How large tables were answered."""
    if not found.search.indexed:
        return ""
    read = f", but read for {', '.join(found.search.read_for)}" if found.search.read_for else ""
    return f" {plural(found.search.indexed, 'large table')} looked up in the index{read}."


def _rows(place: Place) -> str:
    more = f" and {len(place.rows) - _SHOWN} more" if len(place.rows) > _SHOWN else ""
    return ", ".join(place.rows[:_SHOWN]) + more
