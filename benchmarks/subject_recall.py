"""How often a person is found by the way in which a text names them, on planted rows.

    python -m benchmarks.subject_recall

Sixteen invented people, each asked for by full name, e-mail address, telephone number and customer number,
as a request would give them. Each is planted once in every way of `MENTIONS`; beside them stand rows of other
people who share a name, a number but for one digit, or a longer address. Both ways of searching are asked:
the texts themselves and the index.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import polars as pl
from rich.console import Console
from rich.table import Table

from curate.keys import Key
from governance.subjects.index import Index
from governance.subjects.places import rows_in
from governance.subjects.wanted import wanted

KEY = Key(b"k" * 32, "demo")


@dataclass(frozen=True)
class Person:
    """An invented person: what a request gives of them, and how else people write of them."""

    first: str
    last: str
    nick: str
    wrong: str
    mail: str
    phone: str
    number: str

    @property
    def name(self) -> str:
        """As they write it."""
        return f"{self.first} {self.last}"


PEOPLE = [
    Person(
        "Jürgen", "Müller", "Jürg", "Jürgen Müler", "j.mueller@mailbox.example", "+44 7700 900101", "CU-20411"
    ),
    Person(
        "Siobhán",
        "O'Brien",
        "Shiv",
        "Siobhan OBrian",
        "siobhan.ob@post.example",
        "+44 7700 900112",
        "CU-20422",
    ),
    Person(
        "Tomasz",
        "Wójcik",
        "Tomek",
        "Tomasz Wojick",
        "t.wojcik@mailbox.example",
        "+44 7700 900123",
        "CU-20433",
    ),
    Person(
        "Priya",
        "Raghunathan",
        "Pri",
        "Priya Ragunathan",
        "priya_r@post.example",
        "+44 7700 900134",
        "CU-20444",
    ),
    Person(
        "Margaret",
        "Ashworth",
        "Maggie",
        "Margret Ashworth",
        "m.ashworth@mailbox.example",
        "+44 7700 900145",
        "CU-20455",
    ),
    Person(
        "Chukwuemeka",
        "Obi",
        "Emeka",
        "Chukwemeka Obi",
        "emeka.obi@post.example",
        "+44 7700 900156",
        "CU-20466",
    ),
    Person(
        "José", "Núñez", "Pepe", "Jose Nunes", "jose.nunez@mailbox.example", "+44 7700 900167", "CU-20477"
    ),
    Person(
        "Ingrid",
        "Sjöström",
        "Inga",
        "Ingrid Sjostrøm-",
        "i.sjostrom@post.example",
        "+44 7700 900178",
        "CU-20488",
    ),
    Person(
        "William", "Young", "Bill", "Wiliam Young", "w.young@mailbox.example", "+44 7700 900189", "CU-20499"
    ),
    Person("Mei", "Zhang", "May", "Mei Zhan", "mei.zhang@post.example", "+44 7700 900190", "CU-20510"),
    Person(
        "Aoife",
        "Ní Dhomhnaill",
        "Eva",
        "Aoife Ni Donhnaill",
        "aoife@post.example",
        "+44 7700 900201",
        "CU-20521",
    ),
    Person(
        "Robert",
        "Macdonald",
        "Bob",
        "Robert McDonald",
        "bob.mac@mailbox.example",
        "+44 7700 900212",
        "CU-20532",
    ),
    Person(
        "Zainab",
        "al-Rashid",
        "Zee",
        "Zeinab Al Rasheed",
        "zainab.ar@post.example",
        "+44 7700 900223",
        "CU-20543",
    ),
    Person(
        "Elżbieta",
        "Kowalska",
        "Ela",
        "Elzbeta Kowalska",
        "ekowalska@mailbox.example",
        "+44 7700 900234",
        "CU-20554",
    ),
    Person(
        "Giulia",
        "De Luca",
        "Giugi",
        "Guilia De Luca",
        "giulia.deluca@post.example",
        "+44 7700 900245",
        "CU-20565",
    ),
    Person(
        "Thomas",
        "Weißmann",
        "Tom",
        "Thomas Weissman",
        "t.weissmann@mailbox.example",
        "+44 7700 900256",
        "CU-20576",
    ),
]


def _plain(text: str) -> str:
    """As somebody types it who has no key for the accents."""
    out = {
        "ü": "ue",
        "ö": "oe",
        "ß": "ss",
        "á": "a",
        "é": "e",
        "ú": "u",
        "ñ": "n",
        "ó": "o",
        "í": "i",
        "ż": "z",
    }
    return "".join(out.get(letter, letter) for letter in text)


def _digits(person: Person) -> str:
    return "0" + person.phone.removeprefix("+44").replace(" ", "")


MENTIONS: dict[str, Callable[[Person], str]] = {
    "full name": lambda one: f"{one.name} rang about the lamp",
    "full name, lower case": lambda one: f"this is {one.name.lower()}, no lamp yet",
    "last name first": lambda one: f"account of {one.last}, {one.first}, overdue",
    "with a middle initial": lambda one: f"signed {one.first} K. {one.last}",
    "accents spelt out or left out": lambda one: f"regards {_plain(one.name)}",
    "e-mail address in other case": lambda one: f"reply to {one.mail.upper()}.",
    "telephone number as 07700...": lambda one: f"ring {_digits(one)} after six",
    "telephone number in groups": lambda one: (
        f"ring ({_digits(one)[:5]}) {_digits(one)[5:8]}-{_digits(one)[8:]}"
    ),
    "customer number without its dash": lambda one: (
        f"order for {one.number.lower().replace('-', ' ')} please"
    ),
    "initial and last name": lambda one: f"Mx {one.first[0]}. {one.last} called",
    "nickname and last name": lambda one: f"{one.nick} {one.last} called",
    "misspelt name": lambda one: f"{one.wrong} called",
    "first name only": lambda one: f"{one.first} called again",
    "description": lambda one: f"the lady from number {one.number[-2:]} with the two lamps called",
}
OTHERS: list[Callable[[Person], str]] = [
    lambda one: f"{one.first} Hargreaves rang",
    lambda one: f"Bernadette {one.last} rang",
    lambda one: f"{one.first}a {one.last}s rang",
    lambda one: f"write to x{one.mail}",
    lambda one: f"write to {one.mail}.uk",
    lambda one: f"ring {_digits(one)[:-1]}{(int(one.phone[-1]) + 1) % 10}",
    lambda one: f"order for {one.number[:-1]}{(int(one.number[-1]) + 1) % 10}",
    lambda one: f"{one.first} sat down. A day later {one.last} rang",
]


def table() -> pl.DataFrame:
    """Rows of people and of others: `example_id, input, mention, person`; others have no person."""
    rows = [(said, at, words(one)) for at, one in enumerate(PEOPLE) for said, words in MENTIONS.items()]
    rows += [("another person", None, words(one)) for one in PEOPLE for words in OTHERS]
    frame = pl.DataFrame(
        rows, schema={"mention": pl.String, "person": pl.Int64, "input": pl.String}, orient="row"
    )
    return frame.with_row_index("row").with_columns(pl.format("row-{}", "row").alias("example_id"))


def measure() -> pl.DataFrame:
    """By mention, how many rows there are and in how many the person is found, by reading and by index; for
    other people how many are taken for somebody.
    """
    rows = table()
    found: dict[str, set[tuple[int, str]]] = {"read": set(), "index": set()}
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch) / "rows.parquet"
        rows.select("example_id", "input").write_parquet(path)
        index = Index(Path(scratch), KEY)
        index.add({"rows": path})
        for at, one in enumerate(PEOPLE):
            sought = wanted([one.name, one.mail, one.phone, one.number], KEY)
            found["read"] |= {(at, row) for row in rows_in(path, sought)}
            answer = index.ask([known for each in sought for known in each.known], ["rows"])
            assert not answer.unanswered
            names = index.names("rows", path, answer.rows.get("rows"), {})
            found["index"] |= {(at, row) for row in names}
    theirs = {
        way: rows.with_columns(
            pl.struct("person", "example_id")
            .map_elements(
                lambda row, pairs=pairs: (
                    (row["person"], row["example_id"]) in pairs
                    if row["person"] is not None
                    else any(name == row["example_id"] for _, name in pairs)
                ),
                return_dtype=pl.Boolean,
            )
            .alias(way)
        )[way]
        for way, pairs in found.items()
    }
    return (
        rows.with_columns(**theirs)
        .group_by("mention", maintain_order=True)
        .agg(pl.len().alias("rows"), pl.col("read").sum(), pl.col("index").sum())
    )


def main() -> None:
    """Print the table."""
    shown = Table("the text holds", "rows", "found by reading", "found by the index")
    for mention, rows, read, index in measure().iter_rows():
        shown.add_row(mention, str(rows), str(read), str(index))
    Console().print(shown)


if __name__ == "__main__":
    main()
