"""Stewards' verdicts on findings: `decisions/pii.jsonl`, committed, and what they say of the findings of
today.

One JSON object a line, sorted keys, only ever appended; `.gitattributes` merges the file by union, so two
people who decide at once never meet a conflict. The later line speaks, whatever dates the lines carry: a date
is what a writer says of himself, a place in the file is what git keeps. A date in the future is refused (a
day of tolerance, for clocks on two sides of midnight). A verdict names its value by the keyed id alone, so it
outlives reorder, re-split, re-scan and upgrade, and tells nobody what the value was. A verdict on a value
clears all its repeats; one on a single finding goes before it, whichever is newer.

Expiry. A verdict with `expires` holds until that day comes. What is in force *today* is the business of the
audit and of the queue; the stage `redact` must give the same bytes tomorrow, so it asks for the verdicts in
force on `redact.as_of`, a date in the params, or (no date) for all, expired or not. The audit reports an
expired verdict on which `redact` relied.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, cast, get_args

import polars as pl

from curate.journal import InvalidRecord, append_records, fit_to_keep, read_journal
from curate.text import plain

if TYPE_CHECKING:
    from curate.project import Project

FOLDER = "decisions"
FILE = Path(FOLDER) / "pii.jsonl"

Word = Literal["real", "not_personal", "public", "unsure"]
# What each word does to a finding: these two say that nothing need be taken out; the others leave it to the
# policy.
CLEARING: tuple[Word, ...] = ("not_personal", "public")

# The columns of a frame of verdicts.
VERDICTS = pl.Schema(
    {
        "value_id": pl.String(),
        "entity": pl.String(),
        "verdict": pl.String(),
        "reviewer": pl.String(),
        "reason": pl.String(),
        "date": pl.String(),
        "expires": pl.String(),
        "finding_id": pl.String(),
        "key_id": pl.String(),
    }
)

_ID = re.compile(r"[0-9a-f]{24}")  # Key.digest: 12 bytes
_KEY_ID = re.compile(r"[0-9a-f]{8}")
_ENTITY = re.compile(r"[A-Z][A-Z0-9_]*")
_REASON_CHARACTERS = 500
# Clocks of two machines may stand on two sides of midnight.
TOLERANCE = timedelta(days=1)


@dataclass(frozen=True)
class Verdict:
    """What a person found of a value, or (with `finding_id`) of one finding.

    Parameters
    ----------
    value_id
        Keyed id of the value: 24 hex digits.
    entity
        What the detector took it for.
    verdict
        `real` personal data; `not_personal` (a part number); `public` (a public figure or a business);
        `unsure`.
    reviewer, reason
        Who decided and why, in words that hold no personal value.
    date
        ISO 8601 day (or date and time) of the decision.
    expires
        ISO 8601 day from which it no longer holds; None: it holds until another is given.
    finding_id
        None: the verdict is on the value and clears all its repeats.
    key_id
        Of the project's key, under which the ids were made.
    """

    value_id: str
    entity: str
    verdict: Word
    reviewer: str
    reason: str
    date: str
    expires: str | None
    finding_id: str | None
    key_id: str


_FIELDS = tuple(field.name for field in fields(Verdict))
_OPTIONAL = ("expires", "finding_id")


def read_verdicts(root: Path) -> list[Verdict]:
    """The verdicts of the project at `root`, each once, in the order of the file; none if there is no file.

    Raises
    ------
    AssayError
        Naming the file and line of the first bad one.
    """
    verdicts = read_journal(root, FILE, _parse)
    # The last of two equal lines counts, as it does for two different ones.
    return list(dict.fromkeys(reversed(verdicts)))[::-1]


def project_verdicts(project: Project) -> list[Verdict]:
    """The verdicts of a project that count: all, or with `redact.reviewers: named` those of the people whom
    the task card names.
    """
    from curate.pii.redact.params import RedactParams

    verdicts = read_verdicts(project.root)
    if project.params("redact", RedactParams).reviewers == "any":
        return verdicts
    return [verdict for verdict in verdicts if verdict.reviewer in project.task.people]


def append_verdicts(root: Path, verdicts: Sequence[Verdict], check: Callable[[], None] | None = None) -> None:
    """Add verdicts to the project's file, unless `check` raises under its lock; either all are there
    afterwards or none.

    Raises
    ------
    AssayError
        If one is not valid, or its reason seems to hold a personal value; the reason is not shown.
    """
    append_records(root, FILE, [_fit_to_keep(verdict) for verdict in verdicts], check)


def _fit_to_keep(verdict: Verdict) -> dict[str, Any]:
    given = asdict(verdict) | {
        "reason": plain(verdict.reason, _REASON_CHARACTERS),
        "reviewer": plain(verdict.reviewer),
    }
    name = verdict.value_id if _ID.fullmatch(str(verdict.value_id)) else "?"
    return fit_to_keep(
        given,
        _check,
        named=f"the verdict on value {name}",
        words=given["reason"],
        names_words=f"the reason for value {name}",
        fix="assay triage --help",
        instead="say why without the value itself, for example: a part number of the 2024 catalogue",
    )


def in_force(verdicts: Sequence[Verdict], today: date | None) -> pl.DataFrame:
    """The verdicts that hold on a day: the last on each value and on each finding, unless it has expired.

    An older verdict does not come back when a newer one expires: the finding is open again.

    Parameters
    ----------
    verdicts
        As `read_verdicts` gives them; the later one speaks.
    today
        The day; None: expiry is not looked at (see the module's docstring).

    Returns
    -------
    pl.DataFrame
        Schema `VERDICTS`, one row for each `value_id` and `finding_id` (null: on the value), sorted by them.
    """
    latest = _latest(verdicts)
    return latest if today is None else latest.filter(~_expired(today))


def expired(verdicts: Sequence[Verdict], today: date) -> pl.DataFrame:
    """The latest verdicts whose day has come: their findings are open again. Schema `VERDICTS`."""
    return _latest(verdicts).filter(_expired(today))


def judged(findings: pl.DataFrame, verdicts: pl.DataFrame) -> pl.DataFrame:
    """`findings` with what was decided of each: columns `verdict`, `reviewer`, `decided_on`, null where
    nothing was.

    Parameters
    ----------
    findings
        Any frame with `value_id` and `finding_id`, such as schema `FINDINGS`.
    verdicts
        From `in_force`.

    Returns
    -------
    pl.DataFrame
        The rows and order of `findings`. A verdict on the finding goes before one on its value.
    """
    said = verdicts.select(
        "value_id",
        "finding_id",
        pl.struct("verdict", "reviewer", pl.col("date").alias("decided_on")).alias("said"),
    )
    on_value = said.filter(pl.col("finding_id").is_null()).select("value_id", pl.col("said").alias("_value"))
    on_finding = said.filter(pl.col("finding_id").is_not_null()).select(
        "finding_id", pl.col("said").alias("_finding")
    )
    return (
        findings.join(on_value, on="value_id", how="left", maintain_order="left")
        .join(
            on_finding.unique("finding_id", keep="last", maintain_order=True),
            on="finding_id",
            how="left",
            maintain_order="left",
        )
        .with_columns(pl.coalesce("_finding", "_value").alias("_said"))
        .with_columns(
            pl.col("_said").struct.field(name).alias(name) for name in ("verdict", "reviewer", "decided_on")
        )
        .drop("_value", "_finding", "_said")
    )


def stale(verdicts: Sequence[Verdict], findings: pl.DataFrame, key_id: str | None = None) -> pl.DataFrame:
    """The latest verdicts that speak of nothing in `findings`, with column `why`.

    `other_key`: made under another key than `key_id`, so its ids can match nothing; `value_gone` and
    `finding_gone`: what it judged is no longer found. They do no harm, and come back into force if the value
    does.
    """
    latest = _latest(verdicts)
    other = pl.col("key_id") != key_id if key_id else pl.lit(False)
    return (
        latest.with_columns(
            pl.when(other)
            .then(pl.lit("other_key"))
            .when(
                pl.col("finding_id").is_null()
                & ~pl.col("value_id").is_in(findings["value_id"].unique().implode())
            )
            .then(pl.lit("value_gone"))
            .when(
                pl.col("finding_id").is_not_null()
                & ~pl.col("finding_id").is_in(findings["finding_id"].unique().implode())
            )
            .then(pl.lit("finding_gone"))
            .alias("why")
        )
        .filter(pl.col("why").is_not_null())
        .sort("why", "entity", "value_id", "finding_id", nulls_last=True)
    )


def latest(said: pl.DataFrame) -> pl.DataFrame:
    """The last word on each value and on each finding, of a frame of verdicts in the order of their file.
    Sorted by `value_id` and `finding_id`.
    """
    return (
        said.group_by("value_id", "finding_id", maintain_order=True)
        .last()
        .select(said.columns)
        .sort("value_id", "finding_id", nulls_last=False)
    )


def _latest(verdicts: Sequence[Verdict]) -> pl.DataFrame:
    return latest(pl.DataFrame([asdict(verdict) for verdict in verdicts], schema=VERDICTS))


def standing(text: str, today: date | None = None) -> pl.DataFrame:
    """The verdicts in force of a file's text as it once stood, for whoever explains the past: lines that
    cannot be read explain nothing and are passed over.

    Returns
    -------
    pl.DataFrame
        Schema `VERDICTS`, as `in_force` gives it.
    """
    rows = []
    for line in text.splitlines():
        try:
            given = json.loads(line)
        except (ValueError, RecursionError):
            continue
        if isinstance(given, dict) and all(
            isinstance(given.get(name), str) for name in ("value_id", "verdict")
        ):
            row = {name: given[name] if isinstance(given.get(name), str) else None for name in VERDICTS}
            rows.append(row)
    last = latest(pl.DataFrame(rows, schema=VERDICTS))
    return last if today is None else last.filter(~_expired(today))


def _expired(today: date) -> pl.Expr:
    return pl.col("expires").str.slice(0, 10).str.to_date("%Y-%m-%d").le(today).fill_null(False)


def _parse(given: dict[str, Any]) -> Verdict:
    _check(given)
    return Verdict(**{name: given.get(name) for name in _FIELDS})  # type: ignore[arg-type]  # checked field by field


def _check(given: dict[str, Any]) -> None:
    """Fail on a field that is absent, unknown or of the wrong form; what it holds is not shown."""
    lacking = [name for name in _FIELDS if name not in _OPTIONAL and not isinstance(given.get(name), str)]
    if lacking:
        raise InvalidRecord(f"has no {' and no '.join(lacking)}")
    if unknown := given.keys() - set(_FIELDS):
        raise InvalidRecord(f"has {len(unknown)} fields that a verdict does not have")
    for name, form in (("value_id", _ID), ("finding_id", _ID), ("key_id", _KEY_ID), ("entity", _ENTITY)):
        if given.get(name) is not None and not (isinstance(given[name], str) and form.fullmatch(given[name])):
            raise InvalidRecord(f"has an invalid {name}")
    if given["verdict"] not in get_args(Word):
        raise InvalidRecord(f"has a verdict other than {', '.join(get_args(Word))}")
    check_dates(given)
    if not given["reviewer"].strip():
        raise InvalidRecord("names no reviewer")


def check_dates(given: Mapping[str, Any]) -> None:
    """Fail on a `date` or `expires` of a decision that is not an ISO date, or a `date` in the future."""
    for name in ("date", "expires"):
        absent = given.get(name) is None and name == "expires"
        if not absent and not _is_date(given.get(name)):
            raise InvalidRecord(f"has a {name} that is not an ISO date such as 2026-01-31")
    if date.fromisoformat(given["date"][:10]) > date.today() + TOLERANCE:
        raise InvalidRecord("is dated in the future")


def _is_date(value: Any) -> bool:
    try:
        return re.match(r"\d{4}-\d{2}-\d{2}", cast(str, value)) is not None and bool(
            datetime.fromisoformat(value)
        )
    except (TypeError, ValueError):
        return False
