"""Support and user text with spans, from the templates in `text/` and the name lists: seeded, no row twice
the same way.

`[a|b|]` chooses, `{slot}` fills; a slot that stands for an entity carries its span. Casing, greetings,
sign-offs and typing slips are laid over afterwards. The templates are hand-written for this; no judged set
was copied into them.
"""

from __future__ import annotations

import random
import re
from bisect import bisect
from pathlib import Path

from recipes.name_tagger.lists import Lists, collect
from recipes.name_tagger.rows import Piece, Row, cased, join, spaced, typed
from recipes.name_tagger.words import words

TEXT = Path(__file__).parent / "text"


_CHOICE = re.compile(r"\[([^\[\]]*)\]")
_SLOT = re.compile(r"\{(\w+)\}")
# Where the shares of people, stories, social, nobody and places end.
_SHARES = (0.32, 0.46, 0.59, 0.84)

MONTHS = words("months")
DAYS = words("days")
NATO = words("nato")
DIGITS = words("digits")
BRANDS = words("brands")
PRODUCTS = words("products")
THINGS = words("things")
ROLES = words("roles")
TOPICS = words("topics")
STREET = words("street")
STREET_WORDS = words("street_words")
FOREIGN_STREETS = words("foreign_streets")
WORDS = words("words")
TAILS = words("tails")
SUFFIXES = words("suffixes")
PLACE_KINDS = words("place_kinds")
TITLES = words("titles")
UNITS = words("units")
EATERIES = words("eateries")
EXCLAMATIONS = words("exclamations")
DISHES = words("dishes")
HONORIFICS = words("honorifics")
FIGURES = words("figures")
STAGE = words("stage")
WARES = words("wares")
UI = words("ui")
VERBS = words("verbs")
PAY = words("pay")
# First names and surnames that are words as well; they get names' places often enough that context decides.
WORDY_FIRST = words("wordy_first")
WORDY_LAST = words("wordy_last")


def _templates(name: str) -> list[str]:
    return [
        line.replace("\\n", "\n")
        for line in (TEXT / f"{name}.txt").read_text(encoding="utf-8").splitlines()
        if line
    ]


class Maker:
    """Fills templates. One seeded generator; the name lists come from `collect`."""

    def __init__(self, rng: random.Random, lists: Lists | None = None) -> None:
        self.rng, self.lists = rng, lists or collect()
        (
            self.people,
            self.nobody,
            self.issues,
            self.places,
            self.social,
            self.stories,
            self.forms,
            self.comments,
            self.replies,
        ) = (
            _templates(name)
            for name in (
                "people",
                "nobody",
                "issues",
                "places",
                "social",
                "stories",
                "forms",
                "comments",
                "replies",
            )
        )
        groups = [
            one for one in self.lists.first if one in self.lists.last and one not in ("us_common", "us_rare")
        ]
        self.cultures = [*groups, "us_common", "us_rare"]
        self.weights = [
            {"us_common": 5, "us_rare": 5, "english": 4, "extra": 4, "other_script": 0.35}.get(one, 1.2)
            for one in self.cultures
        ]

    # People.

    def first(self, culture: str) -> str:
        """A first name of the culture, sometimes a word that is a name as well, or two joined."""
        roll = self.rng.random()
        if roll < 0.05:
            return self.rng.choice(WORDY_FIRST)
        name = self.rng.choice(self.lists.first[culture])
        return f"{name}-{self.rng.choice(self.lists.first[culture])}" if roll > 0.985 else name

    def last(self, culture: str) -> str:
        """A surname of the culture, sometimes a word, doubled or with a particle."""
        roll = self.rng.random()
        if roll < 0.06:
            return self.rng.choice(WORDY_LAST)
        name = self.rng.choice(self.lists.last[culture])
        if roll < 0.09:
            return f"{name}{self.rng.choice(['-', '-', ' '])}{self.rng.choice(self.lists.last[culture])}"
        if roll < 0.10:
            return (
                self.rng.choice(
                    [
                        "O'",
                        "Mc",
                        "Mac",
                        "St. ",
                        "de ",
                        "van ",
                        "van der ",
                        "von ",
                        "al-",
                        "bin ",
                        "El ",
                        "D'",
                        "Di ",
                        "Le ",
                    ]
                )
                + name
            )
        return name

    def _culture(self) -> str:
        return self.rng.choices(self.cultures, self.weights)[0]

    def full(self, culture: str | None = None) -> str:
        """Given name and surname, sometimes with a second name, an initial, or from two cultures."""
        first, last = culture or self._culture(), culture or self._culture()
        if self.rng.random() < 0.75:
            last = first
        roll, name = self.rng.random(), f"{self.first(first)}"
        if roll < 0.06:
            name += f" {self.first(first)}"
        elif roll < 0.12:
            name += f" {self.letter()}{self.rng.choice(['.', ''])}"
        elif roll < 0.16:
            name = f"{self.letter()}{self.rng.choice(['.', '', '. ' + self.letter() + '.'])}"
        return f"{name} {self.last(last)}"

    def letter(self) -> str:
        """An initial."""
        return self.rng.choice("ABCDEFGHIJKLMNOPRSTVWYZ")

    def name(self) -> str:
        """A person as mentioned in running text."""
        roll, culture = self.rng.random(), self._culture()
        if roll < 0.46:
            return self.full(culture)
        if roll < 0.82:
            return self.first(culture)
        if roll < 0.92:
            return (
                f"{self.rng.choice(HONORIFICS)} {self.last(culture) if roll < 0.89 else self.full(culture)}"
            )
        return self.last(culture)

    def figure(self) -> str:
        """Somebody as comments name them: a public figure, a name alone, a short form, a stage name."""
        roll, rng, culture = self.rng.random(), self.rng, self._culture()
        if roll < 0.25:
            return rng.choice(FIGURES)
        if roll < 0.65:
            return self.first(culture)
        if roll < 0.75:
            return self.last(culture)
        if roll < 0.82:
            return f"{rng.choice(STAGE)} {self.first(culture) if rng.random() < 0.6 else rng.choice(WORDS)}"
        if roll < 0.88:
            return self.first("us_common")[: rng.randint(3, 5)]
        return self.full(culture)

    # Places and organisations.

    def city(self) -> str:
        """A town, or now and then a country."""
        return self.rng.choice(self.lists.cities if self.rng.random() < 0.9 else self.lists.countries)

    def street(self) -> str:
        """A street's name, a third of them not British."""
        roll = self.rng.random()
        stem = (
            self.rng.choice(STREET_WORDS)
            if roll < 0.45
            else self.last(self._culture())
            if roll < 0.85
            else self.first("us_common")
        )
        if self.rng.random() < 0.33:
            return self.rng.choice(FOREIGN_STREETS).replace("{x}", stem)
        return f"{stem} {self.rng.choice(STREET)}"

    def addr(self) -> str:
        """A street with its number before or behind it, a village with a number, and a flat now and then."""
        rng, roll = self.rng, self.rng.random()
        number = rng.choice(
            [
                str(rng.randint(1, 240)),
                str(rng.randint(1, 9_999)),
                f"{rng.randint(1, 99)}{rng.choice('ABCab')}",
            ]
        )
        if roll < 0.2:
            line = f"{self.street()}{rng.choice([' ', ' ', ', '])}{number}{rng.choice(['', '', '.'])}"
        elif roll < 0.26:
            line = f"{self.city()} {number}"
        else:
            line = f"{number} {self.street()}"
        if rng.random() < 0.25:
            unit = (
                f"{rng.choice(UNITS)} "
                f"{rng.choice([str(rng.randint(1, 999)), rng.choice('ABCDEF'), f'{rng.randint(1, 9):03d}'])}"
            )
            return rng.choice(
                [f"{unit}, {line}", f"{unit} {line}", f"{line}, {unit}", f"{line} {unit}", f"{line}\n {unit}"]
            )
        return line

    def org(self) -> str:
        """A brand, a made-up company, a partnership, an institution of a town, or a shop with a person's
        name.
        """
        roll, last = self.rng.random(), self.last(self._culture())
        if roll < 0.42:
            return (
                self.rng.choice(BRANDS).replace("-", " ")
                if self.rng.random() < 0.9
                else self.rng.choice(BRANDS)
            )
        if roll < 0.57:
            return (
                self.rng.choice(WORDS)
                + (self.rng.choice(TAILS) if self.rng.random() < 0.6 else " " + self.rng.choice(WORDS))
                + self.rng.choice(["", "", " " + self.rng.choice(SUFFIXES)])
            )
        if roll < 0.75:
            return f"{last} {self.rng.choice(SUFFIXES)}"
        if roll < 0.83:
            other, third = self.last(self._culture()), self.last(self._culture())
            partners = [
                f"{last} & {other}",
                f"{last} and {other}",
                f"{last}, {other}",
                f"{last}-{other}",
                f"{last}, {other} and {third}",
            ]
            return f"{self.rng.choice(partners)}{self.rng.choice(['', '', ' LLP', ' Ltd', ' Inc', ' PLC', ' Group'])}"  # noqa: E501
        if roll < 0.93:
            return self.rng.choice(
                [
                    "University of {}",
                    "{} University",
                    "{} City Council",
                    "{} College",
                    "Bank of {}",
                    "{} United",
                    "{} Council",
                    "{} FC",
                    "{} Water",
                    "{} Police",
                    "The {} Times",
                    "{} Airport Ltd",
                    "{} General Hospital",
                ]
            ).format(self.city())
        return self.rng.choice(
            [
                "St. {} School",
                "{}'s",
                "{}'s Pizza",
                "The {} Arms",
                "{} Academy",
                "{}'s Bakery",
                "Saint {} Hospital",
            ]
        ).format(self.first("us_common"))

    def place(self) -> str:
        """A named place: a station, a school, a park."""
        stem = self.rng.choice(
            [
                self.city(),
                self.last("us_common"),
                self.rng.choice(STREET_WORDS),
                "St " + self.first("us_common"),
            ]
        )
        return f"{stem} {self.rng.choice(PLACE_KINDS)}"

    def eatery(self) -> str:
        """A restaurant, a third of them with a person's name."""
        roll, rng = self.rng.random(), self.rng
        owner = self.first(self._culture()) if roll < 0.2 else self.last(self._culture())
        stem = (
            owner
            if roll < 0.3
            else rng.choice(STREET_WORDS)
            if roll < 0.5
            else f"{rng.choice(['The ', '', 'Little '])}{rng.choice(WORDS)}"
        )
        if roll < 0.12:
            return f"{owner}'s{rng.choice(['', ' ' + rng.choice(EATERIES), ' of ' + self.city()])}"
        return f"{stem}{rng.choice([' ', ' ', ' ' + rng.choice(WORDS) + ' '])}{rng.choice(EATERIES)}{rng.choice(['', '', ' ' + self.city()])}"  # noqa: E501

    # Everything else.

    def spelt(self) -> str:
        """A code said aloud, as a speech recogniser writes it: letters, figures, spelling words, in any
        order.
        """
        rng = self.rng
        kinds = [
            lambda: self.letter(),
            lambda: self.letter().lower(),
            lambda: rng.choice(DIGITS),
            lambda: str(rng.randint(0, 99)),
            lambda: rng.choice(NATO),
            lambda: rng.choice(NATO).capitalize(),
            lambda: f"{self.letter()}{rng.randint(0, 9)}",
            lambda: rng.choice(
                [
                    "for",
                    "and",
                    "&",
                    "space",
                    "double",
                    "as in",
                    "you",
                    "are",
                    "see",
                    "why",
                    "tea",
                    "pea",
                    "bee",
                    "oh",
                    "ate",
                    "won",
                    "to",
                ]
            ),
        ]
        picked = rng.sample(kinds, rng.randint(2, 5))
        return " ".join(rng.choice(picked)() for _ in range(rng.randint(2, 9)))

    def email(self) -> str:
        """An address, most with a name before the @."""
        first, last = self.first("us_common").lower(), self.last("us_common").lower()
        local = self.rng.choice(
            [
                f"{first}.{last}",
                f"{first[0]}{last}",
                f"{first}{self.rng.randint(1, 99)}",
                f"{last}{first[0]}",
                f"{first}_{last}",
                "info",
                "support",
            ]
        )
        return f"{local}@{self.rng.choice(['gmail.com', 'example.com', 'outlook.co.uk', 'yahoo.com', 'btinternet.com', 'corp.local'])}".replace(  # noqa: E501
            " ", ""
        )

    def slot(self, name: str) -> list[Piece]:
        """Pieces for a slot; entities carry their type."""
        rng = self.rng
        match name:
            case "name":
                return [(self.name(), "PER")]
            case "first":
                return [(self.first(self._culture()), "PER")]
            case "last":
                return [(self.last(self._culture()), "PER")]
            case "full":
                return [(self.full(), "PER")]
            case "figure":
                return [(rng.choice(FIGURES), "PER")]
            case "any":  # what a comment is about is now and then a game or a car
                return [(rng.choice(WARES), None)] if rng.random() < 0.1 else [(self.figure(), "PER")]
            case "ware":
                return [(rng.choice(WARES), None)]
            case "ui":
                return [(rng.choice(UI), None)]
            case "verb":
                return [(rng.choice(VERBS), None)]
            case "uverb":
                return [(rng.choice(VERBS).lower(), None)]
            case "pay":
                return [(rng.choice(PAY), None)]
            case "titled":
                return [
                    (
                        f"{rng.choice(HONORIFICS)} "
                        f"{self.last(self._culture()) if rng.random() < 0.7 else self.full()}",
                        "PER",
                    )
                ]
            case "city":
                return [(self.city(), "LOC")]
            case "country":
                return [(rng.choice(self.lists.countries), "LOC")]
            case "place":
                return [(self.place(), "LOC")]
            case "street":
                return [(self.street(), "LOC")]
            case "org":
                return [(self.org(), "ORG")]
            case "eatery":
                return [(self.eatery(), "ORG")]
            case "addr":
                return [(self.addr(), "ADR")]
            case "letter":
                return [(self.letter() + rng.choice(["", "."]), "PER")]
            case "issue":
                return self.expand(rng.choice(self.issues))
            case "topic":
                return self.expand(rng.choice(TOPICS))
            case _:
                return [(self._value(name), None)]

    def _value(self, name: str) -> str:
        rng = self.rng
        match name:
            case "month":
                return rng.choice(MONTHS) if rng.random() < 0.8 else rng.choice(MONTHS)[:3]
            case "day":
                return rng.choice(DAYS) if rng.random() < 0.8 else rng.choice(DAYS)[:3]
            case "nato":
                return rng.choice(NATO).capitalize() if rng.random() < 0.5 else rng.choice(NATO)
            case "digits":
                return rng.choice(DIGITS) if rng.random() < 0.5 else str(rng.randint(0, 9))
            case "num":
                return str(rng.randint(1, 31))
            case "money":
                return (
                    rng.choice(["£", "$", "€", ""])
                    + f"{rng.randint(1, 900)}{rng.choice(['', '.99', ' pounds'])}"
                )
            case "phone":
                return rng.choice(["07{:09d}", "+44 7{:09d}", "(0){:09d}", "555-{:07d}"]).format(
                    rng.randint(0, 9_999_999)
                )
            case "order":
                return rng.choice(["#{}", "{}", "AB-{}", "{}X"]).format(rng.randint(10_000, 99_999_999))
            case "date":
                return rng.choice(
                    [
                        f"{rng.randint(1, 28)}/{rng.randint(1, 12)}/20{rng.randint(10, 26)}",
                        f"{rng.randint(1, 28)} {rng.choice(MONTHS)}",
                        f"{rng.choice(MONTHS)} {rng.randint(1, 28)}, 2019",
                    ]
                )
            case "postcode":
                return (
                    f"{self.letter()}{self.letter()}{rng.randint(1, 20)} "
                    f"{rng.randint(1, 9)}{self.letter()}{self.letter()}"
                )
            case "code":
                return f"{self.letter()}{self.letter()}{rng.randint(1, 20)}".lower()
            case "email":
                return self.email()
            case "handle":
                return rng.choice(
                    [
                        self.first("us_common") + self.last("us_common"),
                        self.first("us_common").lower() + str(rng.randint(1, 99)),
                        self.last("us_common") + "_x",
                    ]
                ).replace(" ", "")
            case "product":
                return rng.choice(PRODUCTS).replace("-", " ")
            case "thing":
                return rng.choice(THINGS).replace("-", " ")
            case "role":
                return rng.choice(ROLES).replace("-", " ")
            case "title":
                return rng.choice(TITLES)
            case "spelt":
                return self.spelt()
            case "exclamation":
                return rng.choice(EXCLAMATIONS)
            case "dish":
                return rng.choice(DISHES)
        raise ValueError(f"unknown slot {name}")

    def expand(self, template: str) -> list[Piece]:
        """Pieces of a template."""
        while match := _CHOICE.search(template):
            template = (
                template[: match.start()]
                + self.rng.choice(match.group(1).split("|"))
                + template[match.end() :]
            )
        template = template.replace(",?", self.rng.choice([",", ""]))
        pieces: list[Piece] = []
        at = 0
        for match in _SLOT.finditer(template):
            pieces += [(template[at : match.start()], None), *self.slot(match.group(1))]
            at = match.end()
        return [*pieces, (template[at:], None)]

    def row(self, forms: bool = False) -> Row:
        """One row: a sentence or a few, cased as people type; with `forms`, a third of them forms, a tenth
        comments, a tenth replies.
        """
        rng, roll = self.rng, self.rng.random()
        sources = (self.people, self.stories, self.social, self.nobody, self.places)
        source = sources[bisect(_SHARES, roll)]
        if forms and (other := rng.random()) < 0.55:
            source = self.forms if other < 0.35 else self.comments if other < 0.45 else self.replies
        pieces = self.expand(rng.choice(source))
        if rng.random() < 0.3:
            more = self.expand(
                rng.choice(rng.choice([self.issues, self.issues, self.nobody, self.places, self.people]))
            )
            joint: Piece = (rng.choice([". ", " ", "\n", ", ", "! ", " - ", "? "]), None)
            pieces = [*pieces, joint, *more] if rng.random() < 0.5 else [*more, joint, *pieces]
        row = cased(typed(join(pieces), rng), rng)
        return spaced(row) if source is self.comments and rng.random() < 0.5 else row


def generate(count: int, seed: int, forms: bool = False) -> list[Row]:
    """`count` distinct rows; see `Maker.row`."""
    maker = Maker(random.Random(seed))
    seen: set[str] = set()
    rows: list[Row] = []
    while len(rows) < count:
        row = maker.row(forms)
        if row.text and row.text not in seen:
            seen.add(row.text)
            rows.append(row)
    return rows
