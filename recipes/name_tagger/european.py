"""Text of support and personnel work in seven languages with spans, for the second tagger: seeded.

Templates stand in `text_europe/`, written for this; `[a|b|]` chooses, `{slot}` fills. Names come from faker's
lists for the language's countries, and three in ten from the lists of all cultures. Sentences without names
are also taken from the translations that packages under permissive licences ship (`translations`): nobody
stands in them, and a German noun is seen in the place where it is written.
"""

from __future__ import annotations

import gettext
import random
import re
from functools import cache
from pathlib import Path

from recipes.name_tagger.lists import Lists, collect, faker_names
from recipes.name_tagger.rows import Piece, Row, join, typed
from recipes.name_tagger.words import words

TEXT = Path(__file__).parent / "text_europe"
LOCALES = {
    "de": ("de_DE", "de_AT", "de_CH"),
    "fr": ("fr_FR", "fr_BE", "fr_CH"),
    "es": ("es_ES", "es_MX", "es_AR"),
    "it": ("it_IT",),
    "nl": ("nl_NL", "nl_BE"),
    "pt": ("pt_PT", "pt_BR"),
    "pl": ("pl_PL",),
}
# Packages with translations of sentences, all BSD or MIT.
PACKAGES = ("django", "oscar", "wagtail", "allauth", "rest_framework", "cms", "jupyterlab_language_pack")

_CHOICE = re.compile(r"\[([^\[\]]*)\]")
_SLOT = re.compile(r"\{(\w+)\}")
_ORDER = ("de", "fr", "es", "it", "nl", "pt", "pl")


def _table(name: str) -> dict[str, list[str]]:
    """Words by language from `words_europe.yaml`."""
    return _tables()[name]


@cache
def _tables() -> dict[str, dict[str, list[str]]]:
    import yaml

    path = Path(__file__).parent / "words_europe.yaml"
    loaded = yaml.safe_load(path.read_text(encoding="utf-8"))
    return {
        name: {language: [word.strip() for word in line.split(",")] for language, line in table.items()}
        for name, table in loaded.items()
    }


def _templates(language: str) -> dict[str, list[str]]:
    """The templates of a language by part: people, nobody, issue."""
    parts: dict[str, list[str]] = {}
    for line in (TEXT / f"{language}.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("# "):
            part = parts.setdefault(line[2:], [])
        elif line:
            part.append(line.replace("\\n", "\n"))
    for listed in ("issue", "verbs", "preps"):
        parts[listed] = parts[listed][0].split("|")
    return parts


class Maker:
    """Fills the templates of one language."""

    def __init__(self, language: str, rng: random.Random, lists: Lists | None = None) -> None:
        self.language, self.rng, self.lists = language, rng, lists or collect()
        self.parts = _templates(language)
        known = faker_names()
        self.own = [known[locale] for locale in LOCALES[language] if locale in known]
        self.cultures = [one for one in self.lists.first if one in self.lists.last and one != "other_script"]

    def first(self) -> str:
        """A first name; one in fifteen is two."""
        rng = self.rng
        if rng.random() < 0.12:
            return rng.choice(_table("short")[self.language])
        if rng.random() < 0.72:
            name = rng.choice(rng.choice(self.own)[0])
        else:
            name = rng.choice(self.lists.first[rng.choice(self.cultures)])
        roll = rng.random()
        if roll < 0.04:
            return f"{name}-{rng.choice(rng.choice(self.own)[0])}"
        return f"{name} {rng.choice(rng.choice(self.own)[0])}" if roll < 0.06 else name

    def last(self) -> str:
        """A surname, with its particle, or two."""
        rng = self.rng
        if rng.random() < 0.1:
            return rng.choice(_table("wordy")[self.language])
        if rng.random() < 0.72:
            name = rng.choice(rng.choice(self.own)[1])
        else:
            name = rng.choice(self.lists.last[rng.choice(self.cultures)])
        roll, particle = rng.random(), rng.choice(_table("particles")[self.language])
        doubled = {"es": 0.4, "pt": 0.3}.get(self.language, 0.05)
        if roll < {"nl": 0.3, "de": 0.05}.get(self.language, 0.08) and name[:1].isupper() and " " not in name:
            return f"{particle}{name}" if particle.endswith("'") else f"{particle} {name}"
        if roll > 1 - doubled:
            other = rng.choice(rng.choice(self.own)[1])
            return f"{name}{' ' if self.language in ('es', 'pt') else '-'}{other}"
        return name

    def full(self) -> str:
        """First name, at times an initial, and surname."""
        roll = self.rng.random()
        letter = self.rng.choice("ABCDEFGHIJKLMNOPRSTVWZ")
        if roll < 0.06:
            return f"{letter}. {self.last()}"
        if roll < 0.1:
            return f"{self.first()} {letter}."
        return f"{self.first()} {self.last()}"

    def name(self) -> list[Piece]:
        """A person as a text names one; a title before it is not part of the name."""
        roll = self.rng.random()
        if roll < 0.55:
            return [(self.full(), "PER")]
        if roll < 0.78:
            return [(self.first(), "PER")]
        title = self.rng.choice(_table("titles")[self.language])
        return [(f"{title} ", None), (self.last() if roll < 0.93 else self.full(), "PER")]

    def oblique(self) -> list[Piece]:
        """A name in another case than the nominative, as Polish has them; the endings are rough."""
        rng = self.rng
        short = rng.random() < 0.2
        first = rng.choice(_table("short")["pl"] if short else self.own[0][0])
        last = rng.choice(_table("wordy")["pl"] if rng.random() < 0.1 else self.own[0][1])
        female = first.endswith("a")
        case = rng.choice(("gen", "ins", "dat"))
        if female:
            first = first[:-1] + {"gen": rng.choice(("y", "i")), "ins": "ą", "dat": "ie"}[case]
            if last.endswith(("ski", "cki", "dzki")):
                last = last[:-1] + "a"
            if last.endswith("a"):
                last = (
                    last[:-1] + {"gen": "iej" if rng.random() < 0.2 else "ej", "ins": "ą", "dat": "ej"}[case]
                )
        else:
            # Marek, Tomek: the e before the k goes.
            stem = f"{first[:-2]}k" if first.endswith("ek") else first
            first = (
                stem + {"gen": "a", "ins": "iem" if stem.endswith(("k", "g")) else "em", "dat": "owi"}[case]
            )
            if last.endswith(("ski", "cki", "dzki")):
                last = last + {"gen": "ego", "ins": "m", "dat": "emu"}[case]
            elif last.endswith("a"):
                last = last[:-1] + {"gen": "y", "ins": "ą", "dat": "ie"}[case]
            elif last[-1:].isalpha() and last[-1:] not in "ioey":
                last = last + {"gen": "a", "ins": "em", "dat": "owi"}[case]
        roll = rng.random()
        return [(f"{first} {last}" if roll < 0.6 else first if roll < 0.8 else last, "PER")]

    def org(self) -> str:
        """A brand, or a firm with a surname in it."""
        rng = self.rng
        if rng.random() < 0.6:
            return (
                rng.choice(_table("orgs")[self.language])
                if rng.random() < 0.6
                else rng.choice(words("brands"))
            )
        return rng.choice(_table("firms")[self.language]).replace("{x}", rng.choice(rng.choice(self.own)[1]))

    def street(self) -> list[Piece]:
        """A street with its number."""
        rng = self.rng
        stem = rng.choice(rng.choice(self.own)[1]) if rng.random() < 0.7 else rng.choice(self.lists.cities)
        line = rng.choice(_table("streets")[self.language]).replace("{x}", stem)
        return [(line.replace("{n}", str(rng.randint(1, 240))), "ADR")]

    def fill(self, template: str, depth: int = 0) -> list[Piece]:
        """The pieces of a template."""
        rng = self.rng
        template = template.replace(",?", rng.choice((",", "", ",")))
        while found := _CHOICE.search(template):
            template = template[: found.start()] + rng.choice(found[1].split("|")) + template[found.end() :]
        pieces: list[Piece] = []
        at = 0
        for found in _SLOT.finditer(template):
            pieces.append((template[at : found.start()], None))
            pieces += self._slot(found[1], depth)
            at = found.end()
        return [*pieces, (template[at:], None)]

    def _slot(self, slot: str, depth: int) -> list[Piece]:
        rng = self.rng
        if slot in ("name", "oblique", "street"):
            made: list[Piece] = getattr(self, slot)()
            return made
        if slot in ("first", "last", "full"):
            return [(getattr(self, slot)(), "PER")]
        if slot == "issue":
            return self.fill(rng.choice(self.parts["issue"]), depth + 1) if depth < 2 else []
        if slot == "city":
            own = _table("cities")[self.language]
            return [(rng.choice(own if rng.random() < 0.7 else self.lists.cities), "LOC")]
        if slot == "org":
            return [(self.org(), "ORG")]
        if slot == "brand":
            return [(rng.choice(words("brands")), "ORG")]
        if slot in ("month", "day", "thing", "role"):
            return [(rng.choice(_table(f"{slot}s")[self.language]), None)]
        if slot == "colon":
            return [(rng.choice((" :", ":", " :")), None)]
        if slot == "year":
            return [(str(rng.randint(1985, 2026)), None)]
        if slot == "date":
            day, year = rng.randint(1, 28), rng.randint(1950, 2026)
            month = rng.choice(_table("months")[self.language])
            return [
                (
                    rng.choice(
                        (
                            f"{day}.{rng.randint(1, 12)}.{year}",
                            f"{day}/{rng.randint(1, 12)}/{year}",
                            f"{day} {month} {year}",
                        )
                    ),
                    None,
                )
            ]
        if slot == "phone":
            return [(f"0{rng.randint(10, 999)} {rng.randint(100000, 9999999)}", None)]
        if slot == "email":
            return [(f"{rng.choice('abcdefgklmnprst')}{rng.randint(1, 99)}@example.com", None)]
        raise KeyError(slot)

    def _said(self) -> list[Piece]:
        """A person with any verb or preposition: what stands around a name varies without end."""
        rng, parts = self.rng, self.parts
        case = "oblique" if self.language == "pl" else "name"
        verb, prep, thing = rng.choice(parts["verbs"]), rng.choice(parts["preps"]), rng.choice(parts["issue"])
        lead = rng.choice(parts["issue"]) if rng.random() < 0.3 else ""
        forms = (
            f"{lead} {{name}} {verb}",
            f"{{name}} {verb}. {thing}",
            f"{thing} {prep} {{{case}}}",
            f"{prep} {{{case}}} {verb}",
            f"{verb} {prep} {{{case}}}",
            f"{lead} {prep} {{{case}}}, {thing}",
            f"{{first}} {verb}",
            f"{{last}} {verb}",
            f"{thing} ({{name}})",
            f"{{name}}: {thing}",
        )
        return self.fill(rng.choice(forms))

    def row(self) -> Row:
        """One row of people or, two times in five, of nobody."""
        roll = self.rng.random()
        if roll < (0.34 if self.language == "pl" else 0.22):
            pieces = self._said()
        else:
            pieces = self.fill(self.rng.choice(self.parts["people" if roll < 0.66 else "nobody"]))
        if self.rng.random() < 0.15:
            pieces += [
                (self.rng.choice((". ", " ", ", ", "\n")), None),
                *self.fill(self.rng.choice(self.parts[self.rng.choice(("people", "nobody"))])),
            ]
        return cased(typed(join(pieces), self.rng), self.rng)


def cased(row: Row, rng: random.Random) -> Row:
    """One in seven in lower case, a few in capitals, most with a capital where the text begins."""
    roll, text = rng.random(), row.text
    if roll < 0.14:
        changed = text.lower()
    elif roll < 0.18:
        changed = text.upper()
    elif roll < 0.9:
        changed = text[:1].upper() + text[1:]
    else:
        changed = text
    return Row(changed if len(changed) == len(text) else text, row.spans)


_MARKUP = re.compile(r"<[^>]*>|%\(\w+\)[sdr]|%[sdr]|\{\{?[^{}]*\}\}?|&\w+;")


def translations(folder: Path, language: str) -> list[str]:
    """Sentences of the packages' translations into `language` that lie under `folder`, sorted."""
    found: set[str] = set()
    for path in sorted(folder.rglob("LC_MESSAGES/*.mo")):
        if not re.fullmatch(rf"{language}(?:[_-](?:DE|FR|ES|IT|NL|PT|BR|PL))?", path.parts[-3]):
            continue
        if not any(name in part for part in path.parts for name in PACKAGES):
            continue
        with path.open("rb") as file:
            catalogue = gettext.GNUTranslations(file)._catalog  # type: ignore[attr-defined]
        for value in catalogue.values():
            text = " ".join(_MARKUP.sub(" ", value).split())
            if 12 <= len(text) <= 300 and "Project-Id" not in text and "@" not in text:
                found.add(text)
    return sorted(found)


def generate(count: int, seed: int, texts: Path | None = None) -> list[Row]:
    """`count` rows a language, and as many translated sentences as there are, up to half of `count`."""
    rows: list[Row] = []
    for at, language in enumerate(_ORDER):
        rng = random.Random(f"{seed}-{at}")
        maker = Maker(language, rng)
        rows += [maker.row() for _ in range(count)]
        if texts is not None:
            plain = translations(texts, language)
            rng.shuffle(plain)
            rows += [cased(Row(text, []), rng) for text in plain[: count // 2]]
    random.Random(seed).shuffle(rows)
    return rows
