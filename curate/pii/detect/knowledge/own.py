"""A steward's own recognizers, deny list and allow list, ready to read texts as they came.

They read every text: no pre-filter knows what they look for, and the view in which other recognizers read a
text (`view.py`) would change what a pattern was written for. A value of the deny list is a finding whatever
else stands there, and other findings are cut around it; a finding within a value of the allow list is let go.
A pattern that takes too long on a text is an error that names it, never a text passed as clean.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from curate.errors import AssayError
from curate.outside import inside
from curate.pii.detect import catalogue as names
from curate.pii.detect.catalogue import ENTITIES, NER_ENTITIES
from curate.pii.detect.knowledge.params import (
    VALIDATORS,
    Allow,
    Deny,
    Listed,
    OwnRecognizer,
    Scope,
    compile_pattern,
)
from curate.pii.detect.knowledge.values import Values
from curate.pii.detect.overlap import Hit, beside, resolve

if TYPE_CHECKING:
    from curate.keys import Key
    from curate.pii.detect.params import ScanParams

# Seconds for one pattern on one text.
TIMEOUT = 20
DENY_LIST = "DenyList"
# Signs around a name that a finding may hold and an allowed value does not ("Acme's", "Acme,").
_EDGES = " \t\r\n.,;:!?()[]{}\"'’“”«»"


@dataclass(frozen=True)
class Own:
    """What a steward knows, for texts of one field and source.

    Parameters
    ----------
    recognizers, deny, allow
        Entries with their place in `params.yaml`.
    lists
        The values of each list, by its place.
    """

    recognizers: tuple[tuple[int, OwnRecognizer], ...] = ()
    deny: tuple[tuple[int, Deny], ...] = ()
    allow: tuple[tuple[int, Allow], ...] = ()
    lists: dict[str, tuple[str, ...]] | None = None

    def __bool__(self) -> bool:
        return bool(self.recognizers or self.deny or self.allow)

    @property
    def entities(self) -> set[str]:
        """What its own findings are called."""
        return {one.entity for _, one in self.recognizers} | {one.entity for _, one in self.deny}

    @property
    def scoped(self) -> bool:
        """Whether an entry holds in some fields or sources only."""
        return any(one.fields is not None or one.sources is not None for one in self._entries())

    def _entries(self) -> list[Scope]:
        return [one for part in (self.recognizers, self.deny, self.allow) for _, one in part]

    def at(self, field: str, source: str | None) -> Own:
        """The entries that hold in a field of rows of a source."""
        return Own(
            tuple((at, one) for at, one in self.recognizers if _holds(one, field, source)),
            tuple((at, one) for at, one in self.deny if _holds(one, field, source)),
            tuple((at, one) for at, one in self.allow if _holds(one, field, source)),
            self.lists,
        )

    @property
    def places(self) -> tuple[str, ...]:
        """Which entries these are and where they hold: two of the same params with equal places find the same
        in a text.
        """
        parts = (("recognizers", self.recognizers), ("deny", self.deny), ("allow", self.allow))
        return tuple(f"{kind}.{at} {one.fields} {one.sources}" for kind, part in parts for at, one in part)

    def fitted(self, columns: Iterable[str]) -> Own:
        """For a table that is not the project's: an entry for fields that it does not have holds in all
        columns, or, of the allow list, in none.
        """
        there = set(columns)

        def fit(one: Any) -> Any:
            fits = one.fields is None or there.intersection(one.fields)
            return one if fits else one.model_copy(update={"fields": None})

        return Own(
            tuple((at, fit(one)) for at, one in self.recognizers),
            tuple((at, fit(one)) for at, one in self.deny),
            tuple((at, one) for at, one in self.allow if fit(one) is one),
            self.lists,
        )

    def check(self, fields: Iterable[str], sources: Iterable[str]) -> None:
        """Fail on a field or source that does not exist: a misspelt one would be a silent hole.

        Parameters
        ----------
        sources
            Names of the task card's sources; empty where it names none.
        """
        for kind, known in (("fields", sorted(fields)), ("sources", sorted(sources))):
            for one in self._entries():
                unknown = sorted(set(getattr(one, kind) or ()) - set(known))
                if unknown and known:
                    raise AssayError(
                        f"`scan` restricts an own recognizer or list to {kind} that do not exist: "
                        f"{', '.join(unknown)}; there are {', '.join(known)}",
                        fix=f"correct its `{kind}` in params.yaml",
                    )

    def digest(self, key: Key) -> str:
        """A keyed digest of the values of all lists."""
        return key.digest(
            "scan-lists",
            *(f"{place}\x1e" + "\x1e".join(values) for place, values in sorted((self.lists or {}).items())),
        )

    def counts(self) -> dict[str, int]:
        """How many values each list holds, by its place in `params.yaml`."""
        return {place: len(values) for place, values in sorted((self.lists or {}).items())}

    @cached_property
    def _patterns(self) -> list[tuple[str, OwnRecognizer, Any]]:
        return [
            (f"scan.recognizers.{at}.patterns.{number}", one, compile_pattern(pattern, one.case, one.words))
            for at, one in self.recognizers
            for number, pattern in enumerate(one.patterns)
        ]

    def _values(self, kind: str, at: int, one: Listed) -> Values:
        return Values((self.lists or {})[f"{kind}.{at}"], exact=one.case == "exact", words=one.words)

    @cached_property
    def _denied(self) -> list[tuple[str, Values]]:
        return [(one.entity, self._values("deny", at, one)) for at, one in self.deny]

    @cached_property
    def _allowed(self) -> list[tuple[frozenset[str] | None, Values]]:
        return [
            (None if one.entities is None else frozenset(one.entities), self._values("allow", at, one))
            for at, one in self.allow
        ]

    def found(self, text: str, language: str, threshold: Any) -> tuple[list[Hit], list[Hit]]:
        """Matches of own recognizers, and values of the deny list, in `text`; each without overlaps."""
        denied = resolve(
            Hit(start, end, entity, 1.0, DENY_LIST, True)
            for entity, values in self._denied
            for start, end in values.find(text)
        )
        return resolve(self._matches(text, language, threshold)), denied

    def _matches(self, text: str, language: str, threshold: Any) -> Iterable[Hit]:
        from curate.pii.detect.context.language import LightArtifacts
        from curate.pii.detect.context.nearest import lemmatised, weigh
        from curate.pii.detect.presidio.lean import Match

        artifacts = None
        for place, one, compiled in self._patterns:
            check = VALIDATORS[one.validator]
            try:
                spans = [
                    found.span("value") if "value" in compiled.groupindex else found.span()
                    for found in compiled.finditer(text, timeout=TIMEOUT)
                ]
            except TimeoutError:
                raise AssayError(
                    f"`{place}` took more than {TIMEOUT} s on a text of {len(text):,} characters; "
                    f"nothing was written",
                    fix=f"make the pattern simpler: bound its repeats, or make them possessive (a++), "
                    f"and edit `{place}` "
                    "in params.yaml",
                ) from None
            for start, end in spans:
                if end <= start or (check is not None and not check(_bare(text[start:end]))):
                    continue
                score = one.score
                if one.context:
                    artifacts = artifacts or LightArtifacts(text, language)
                    match = Match(one.entity, start, end, score, None, {})
                    weigh(text, match, artifacts, lemmatised(one.context))
                    score = match.score
                if score >= threshold(one.entity):
                    yield Hit(start, end, one.entity, round(score, 4), f"own:{one.entity}", check is not None)

    def settle(self, text: str, hits: Sequence[Hit], own: Sequence[Hit], denied: Sequence[Hit]) -> list[Hit]:
        """All findings of a text: patterns' and own ones resolved, allowed ones gone, denied ones as they
        are.
        """
        kept = self.let_go(text, resolve([*hits, *own]) if own else list(hits))
        return beside(list(denied), kept, text) if denied else kept

    def let_go(self, text: str, hits: list[Hit]) -> list[Hit]:
        """`hits` without those within an allowed value."""
        if not hits or not self._allowed:
            return hits
        spans = [
            (start, end, entities) for entities, values in self._allowed for start, end in values.find(text)
        ]
        return [hit for hit in hits if not any(_within(text, hit, *span) for span in spans)]


def _holds(one: Scope, field: str, source: str | None) -> bool:
    """Whether an entry holds there. Where a row's source is not known, recognizers and the deny list hold and
    the allow list does not.
    """
    if one.fields is not None and field not in one.fields:
        return False
    if one.sources is None:
        return True
    return source in one.sources if source is not None else not isinstance(one, Allow)


def _within(text: str, hit: Hit, start: int, end: int, entities: frozenset[str] | None) -> bool:
    if entities is not None and hit.entity not in entities:
        return False
    value = text[hit.start : hit.end]
    first = hit.start + len(value) - len(value.lstrip(_EDGES))
    value = value.strip(_EDGES).removesuffix("'s").removesuffix("’s").rstrip(_EDGES)
    return start <= first and first + len(value) <= end


def _bare(value: str) -> str:
    return "".join(sign for sign in value if not sign.isspace() and sign not in ".-/").upper()


def load(params: ScanParams, root: Path | None = None) -> Own:
    """What `params` say, with the values of their files.

    Parameters
    ----------
    root
        The folder that files are relative to; default: the working folder.

    Raises
    ------
    AssayError
        If a file is missing or is not UTF-8. No value is shown.
    """
    lists = {}
    for kind, entries in (("deny", params.deny), ("allow", params.allow)):
        for at, one in enumerate(entries):
            if one.file is None:
                lists[f"{kind}.{at}"] = tuple(value.get_secret_value() for value in one.values)
            else:
                lists[f"{kind}.{at}"] = _read(root or Path(), one.file, f"scan.{kind}.{at}.file")
    return Own(
        tuple(enumerate(params.recognizers)),
        tuple(enumerate(params.deny)),
        tuple(enumerate(params.allow)),
        lists,
    )


def _read(root: Path, file: str, place: str) -> tuple[str, ...]:
    path = inside(root, file, by=f"`{place}` of params.yaml")
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise AssayError(
            f"`{place}`: {file} does not exist",
            fix=f"ask the project's steward for it, or correct `{place}` in params.yaml",
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise AssayError(
            f"`{place}`: {file} cannot be read ({type(error).__name__})",
            fix="save it as UTF-8, a value a line",
        ) from None
    lines = [line.strip() for line in text.splitlines()]
    return tuple(line for line in lines if line and not line.startswith("#"))


def fingerprint(own: Own, key: Key | None) -> dict[str, Any]:
    """What the lists of `own` hold, without a value (patterns stand in the params)."""
    return {"counts": own.counts(), **({"values": own.digest(key)} if key else {})} if own.counts() else {}


def check_names(params: ScanParams, offered: set[str]) -> None:
    """Fail where an entry names an entity that nothing finds, or one that looks like a known one misspelt.

    Parameters
    ----------
    offered
        What the name tagger or a model finds.
    """
    known = {*ENTITIES, *NER_ENTITIES, *offered}
    declared: set[str] = set()
    named = [(f"recognizers.{at}", one.entity) for at, one in enumerate(params.recognizers)] + [
        (f"deny.{at}", one.entity) for at, one in enumerate(params.deny)
    ]
    for place, name in named:
        near = difflib.get_close_matches(name, known | declared, 1, 0.86)
        if name not in known | declared and near:
            raise AssayError(
                f"`scan.{place}.entity` is {name}, which is unknown and nearly {near[0]}",
                fix=f"write {near[0]}, or choose a name of your own that is less like it",
            )
        declared.add(name)
    for at, entry in enumerate(params.allow):
        names.check_names(
            set(entry.entities or ()), f"scan.allow.{at}.entities", {*NER_ENTITIES, *offered, *declared}
        )
