"""Values of personal data, made up by a seeded generator, in two halves that share none.

Names, domains, streets and towns come from pools split between the halves. A random number or code belongs to
the half that a digest of it names and is drawn again until it falls into the half asked for: so no value of
one half stands in the other, by construction. Check digits are computed here, apart from the code under test,
from the published rules (Luhn, ISO 7064, NHS Data Dictionary, HMRC, BIP 13, BIP 173). No value is taken from
a real record.
"""

from __future__ import annotations

import hashlib
import string
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from random import Random
from typing import Literal

import phonenumbers

Half = Literal["tuning", "test"]

# ruff: noqa: SIM905 (word lists read better as words)
_FIRST = """
    amelia george isla arthur ava noah ivy muhammad freya leo lily oscar florence harry mia archie
    willow jack rosie charlie sofia henry isabella theo grace alfie priya rohan aisha yusuf agnieszka
    tomasz siobhan declan morag ewan cerys rhys chiamaka kwame mei wei elena marco ingrid lars fatima
    hassan olena dmytro
""".split()
_LAST = """
    smith jones taylor brown williams wilson johnson davies patel robinson wright thompson evans walker
    white roberts green hall wood jackson clarke hughes edwards turner khan lewis murphy okafor nowak
    kowalski macdonald campbell griffiths oconnor singh begum chen ivanov rossi larsen ahmed mensah
    fernandez dubois keller
""".split()
_MAIL = """
    gmail.com outlook.com hotmail.co.uk yahoo.co.uk btinternet.com icloud.com sky.com talktalk.net
    virginmedia.com proton.me live.co.uk aol.com fastmail.com zoho.eu gmx.de web.de example.org
    mail.example.com leeds-tools.co.uk oakridge.school northfield.ac.uk corp.local harbour-dental.nhs.uk
    zephyr.io
""".split()
_HOSTS = """
    shop.brightpans.co.uk www.cragline.com portal.ferncroft.org app.tilebay.io account.moorlight.net
    my.quillbank.co.uk www.dovecote.eu store.pinecone.co.uk community.lathe.com forum.rowantree.org
    login.saltmarsh.co.uk www.kestrelparts.com
""".split()
_STREETS = """
    Albert Victoria Church Mill Station Park Queen King Castle Elm Oakfield Beech Chapel Manor Windsor
    Grange School Springfield Alexandra York Garden Chestnut Meadow Stanley Cromwell Harcourt
    Marlborough Trinity Wellington Clarence Tennyson Ashfield
""".split()
_TYPES = "Road Street Avenue Lane Close Drive Crescent Terrace Gardens Grove Court Place Way Hill".split()
_TOWNS = """
    Leeds Bristol Cardiff Glasgow Norwich Exeter Derby Swansea Ipswich Reading Dundee Lincoln Preston
    Bolton Bath Oxford Durham Truro Kendal Whitby Ludlow Perth Newport Hereford
""".split()
_US_STREETS = (
    "Main Maple Washington Lincoln Jefferson Sunset Lakeview Cedar Pine Walnut Franklin "
    "Highland Jackson Madison Adams Monroe"
).split()
_US_TYPES = "St Ave Rd Blvd Dr Ln Ct Street Avenue Boulevard Drive Lane".split()
_US_TOWNS = [
    ("Springfield", "IL", "627"),
    ("Austin", "TX", "787"),
    ("Portland", "OR", "972"),
    ("Denver", "CO", "802"),
    ("Salt Lake City", "UT", "841"),
    ("Boise", "ID", "837"),
    ("San Diego", "CA", "921"),
    ("Tampa", "FL", "336"),
    ("Albany", "NY", "122"),
    ("Fort Worth", "TX", "761"),
    ("Omaha", "NE", "681"),
    ("Santa Fe", "NM", "875"),
]
# Geographic area codes in use, with the length of the subscriber's number (Ofcom, National Telephone
# Numbering Plan).
_AREAS = [
    ("020", 8),
    ("0161", 7),
    ("0113", 7),
    ("0131", 7),
    ("0117", 7),
    ("01223", 6),
    ("01865", 6),
    ("01904", 6),
    ("01273", 6),
    ("01603", 6),
    ("029", 8),
    ("0141", 7),
]
_POSTCODE_AREAS = (
    "CB LS BS M G EH CF L B SW SE NW E N W YO BN OX NR RG SA DE PR BL BA DH TR LA YO1 HR".split()
)
_MONTHS = "January February March April May June July August September October November December".split()


def half_of(value: str) -> Half:
    """The half that a value belongs to, by its letters and digits alone: another spelling stays in the same
    half.
    """
    plain = "".join(character for character in value.casefold() if character.isalnum())
    return "test" if hashlib.blake2b(plain.encode(), digest_size=1).digest()[0] % 2 else "tuning"


def pool(words: Sequence[str], half: Half) -> list[str]:
    """This half's share of a pool: every second word."""
    return list(words[0 if half == "tuning" else 1 :: 2])


def of_half(make: Callable[[Random], str], random: Random, half: Half) -> str:
    """A value made by `make` that belongs to `half`."""
    return next(value for value in iter(lambda: make(random), None) if half_of(value) == half)


def digits(random: Random, count: int) -> str:
    return "".join(random.choices(string.digits, k=count))


def luhn(body: str) -> str:
    """`body` with its Luhn check digit (ISO/IEC 7812-1)."""
    digits = [int(digit) for digit in reversed(body)]
    total = sum(sum(divmod(2 * digit, 10)) for digit in digits[::2]) + sum(digits[1::2])
    return body + str(-total % 10)


def _grouped(value: str, *sizes: int, mark: str = " ") -> str:
    parts, at = [], 0
    for size in sizes:
        parts.append(value[at : at + size])
        at += size
    return mark.join(parts)


def email(random: Random, half: Half) -> str:
    first, last = random.choice(pool(_FIRST, half)), random.choice(pool(_LAST, half))
    year = str(random.randint(50, 99))
    local = random.choice(
        [
            f"{first}.{last}",
            f"{first}{last}{year}",
            f"{first[0]}{last}",
            f"{last}_{first}",
            f"{first}-{last}{year[0]}",
            f"{first}.{last}+orders",
            f"{first}{year}",
            f"{first[0]}.{last}.{year}",
        ]
    )
    address = f"{local}@{random.choice(pool(_MAIL, half))}"
    return random.choice(
        [address, address, address, address.title() if "+" not in local else address, address.upper()]
    )


def phone(random: Random, half: Half) -> str:
    def mobile(random: Random) -> str:
        while True:
            number = "07" + random.choice("345789") + digits(random, 8)
            if phonenumbers.is_valid_number(phonenumbers.parse(number, "GB")):
                return number

    def landline(random: Random) -> tuple[str, str]:
        while True:
            area, length = random.choice(_AREAS)
            local = random.choice("2345678") + digits(random, length - 1)
            if phonenumbers.is_valid_number(phonenumbers.parse(area + local, "GB")):
                return area, local

    def abroad(random: Random) -> str:
        while True:
            country, body = random.choice(
                [
                    ("+1", f" {random.randint(201, 989)}-{random.randint(200, 999)}-{digits(random, 4)}"),
                    ("+353", f" 8{random.choice('35679')} {digits(random, 3)} {digits(random, 4)}"),
                    ("+33", " 6 " + " ".join(digits(random, 2) for _ in range(4))),
                    ("+49", f" 151 {digits(random, 8)}"),
                ]
            )
            if phonenumbers.is_valid_number(phonenumbers.parse(country + body, None)):
                return country + body

    def american(random: Random) -> str:
        while True:
            area, exchange, line = (
                str(random.randint(201, 989)),
                str(random.randint(200, 999)),
                digits(random, 4),
            )
            if phonenumbers.is_valid_number(phonenumbers.parse(f"+1{area}{exchange}{line}", None)):
                return random.choice(
                    [f"({area}) {exchange}-{line}", f"{area}-{exchange}-{line}", f"{area}.{exchange}.{line}"]
                )

    def make(random: Random) -> str:
        form = random.randrange(10)
        if form < 4:
            number = mobile(random)
            return random.choice(
                [
                    number,
                    f"{number[:5]} {number[5:]}",
                    f"{number[:5]} {number[5:8]} {number[8:]}",
                    f"{number[:4]} {number[4:7]} {number[7:]}",
                    f"{number[:5]}-{number[5:]}",
                ]
            )
        if form < 6:
            number = mobile(random)[1:]
            return random.choice(
                [
                    f"+44 {number[:4]} {number[4:]}",
                    f"+44{number}",
                    f"0044 {number[:4]} {number[4:]}",
                    f"+44 (0){number[:4]} {number[4:]}",
                ]
            )
        if form < 8:
            area, local = landline(random)
            middle = len(local) // 2
            return random.choice(
                [
                    f"{area} {local[:middle]} {local[middle:]}",
                    f"({area}) {local}",
                    f"{area}-{local}",
                    f"{area}{local}",
                ]
            )
        return abroad(random) if form == 8 else american(random)

    return of_half(make, random, half)


def card(random: Random, half: Half) -> str:
    def make(random: Random) -> str:
        prefix, length = random.choice(
            [
                ("4", 16),
                ("4", 16),
                ("51", 16),
                ("55", 16),
                ("2221", 16),
                ("2720", 16),
                ("37", 15),
                ("34", 15),
                ("6011", 16),
                ("3528", 16),
                ("36", 14),
            ]
        )
        number = luhn(prefix + digits(random, length - 1 - len(prefix)))
        if length == 15:
            return random.choice([number, _grouped(number, 4, 6, 5)])
        if length == 14:
            return random.choice([number, _grouped(number, 4, 6, 4)])
        return random.choice([number, _grouped(number, 4, 4, 4, 4), _grouped(number, 4, 4, 4, 4, mark="-")])

    return of_half(make, random, half)


def iban(random: Random, half: Half) -> str:
    def make(random: Random) -> str:
        country, body = random.choice(
            [
                ("GB", "".join(random.choices(string.ascii_uppercase, k=4)) + digits(random, 14)),
                ("GB", random.choice(["NWBK", "BARC", "LOYD", "MIDL"]) + digits(random, 14)),
                ("DE", digits(random, 18)),
                ("FR", digits(random, 23)),
                ("IE", "AIBK" + digits(random, 14)),
                ("ES", digits(random, 20)),
                ("NL", "INGB" + digits(random, 10)),
            ]
        )
        turned = "".join(str(int(character, 36)) for character in f"{body}{country}00")
        whole = f"{country}{98 - int(turned) % 97:02d}{body}"
        return random.choice(
            [whole, _grouped(whole, *[4] * (len(whole) // 4 + (len(whole) % 4 > 0))), whole.lower()]
        )

    return of_half(make, random, half)


def ip(random: Random, half: Half) -> str:
    def make(random: Random) -> str:
        if random.random() < 0.7:
            return ".".join(
                str(random.randint(low, high)) for low, high in ((11, 223), (0, 255), (0, 255), (1, 254))
            )
        groups = [f"{random.randint(1, 0xFFFF):x}" for _ in range(8)]
        return random.choice(
            [":".join(groups), f"2001:db8:{groups[0]}::{groups[1]}", f"fe80::{':'.join(groups[:4])}"]
        )

    return of_half(make, random, half)


def mac(random: Random, half: Half) -> str:
    def make(random: Random) -> str:
        pairs = [f"{random.randrange(256):02x}" for _ in range(6)]
        form = random.choice(
            [":".join(pairs), "-".join(pairs), ".".join("".join(pairs[at : at + 2]) for at in (0, 2, 4))]
        )
        return random.choice([form, form.upper()])

    return of_half(make, random, half)


def personal_url(random: Random, half: Half) -> str:
    first, last = random.choice(pool(_FIRST, half)), random.choice(pool(_LAST, half))
    host, number = random.choice(pool(_HOSTS, half)), digits(random, 6)
    network = random.choice(
        pool(
            ["linkedin.com/in", "www.facebook.com", "instagram.com", "github.com", "x.com", "www.tiktok.com"],
            half,
        )
    )
    handle = (
        f"@{first}{last}"
        if "tiktok" in network
        else f"{first}.{last}"
        if "git" not in network
        else f"{first}{last}"
    )
    return random.choice(
        [
            f"https://{host}/users/{first}.{last}",
            f"https://{host}/profile/{first}-{last}",
            f"http://{host}/reset?email={first}.{last}%40{random.choice(pool(_MAIL, half))}",
            f"https://{host}/orders?customer_id={number}&page=2",
            f"https://{first}:{last}{number[:3]}@{host}/inbox",
            f"https://{network}/{handle}",
            f"{host}/u/{first}{last}{number[:2]}",
            f"https://{host}/account?phone=07{digits(random, 9)}",
            f"https://{host}/login?token={of_half(lambda r: digits(r, 12), random, half)}&lang=en",
            f"https://{host}/~{last}",
        ]
    )


_BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_BECH32 = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"


def _base58(payload: bytes) -> str:
    whole = payload + hashlib.sha256(hashlib.sha256(payload).digest()).digest()[:4]
    number, text = int.from_bytes(whole, "big"), ""
    while number:
        number, rest = divmod(number, 58)
        text = _BASE58[rest] + text
    return "1" * (len(whole) - len(whole.lstrip(b"\0"))) + text


def _polymod(values: Sequence[int]) -> int:
    check = 1
    for value in values:
        top, check = check >> 25, (check & 0x1FFFFFF) << 5 ^ value
        for at, term in enumerate((0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)):
            check ^= term if top >> at & 1 else 0
    return check


def _segwit(version: int, program: bytes) -> str:
    bits = "".join(f"{byte:08b}" for byte in program)
    data = [version, *(int(bits[at : at + 5].ljust(5, "0"), 2) for at in range(0, len(bits), 5))]
    lead = [ord(character) >> 5 for character in "bc"] + [0] + [ord(character) & 31 for character in "bc"]
    check = _polymod([*lead, *data, 0, 0, 0, 0, 0, 0]) ^ (0x2BC830A3 if version else 1)
    return "bc1" + "".join(
        _BECH32[value] for value in [*data, *(check >> 5 * (5 - at) & 31 for at in range(6))]
    )


def wallet(random: Random, half: Half) -> str:
    def make(random: Random) -> str:
        form = random.randrange(5)
        if form < 2:
            return _base58(bytes([(0, 5)[form]]) + random.randbytes(20))
        return (
            _segwit(0, random.randbytes(20))
            if form == 2
            else _segwit(1, random.randbytes(32))
            if form == 3
            else "0x" + random.randbytes(20).hex()
        )

    return of_half(make, random, half)


def _mod11(body: str) -> str | None:
    check = 11 - sum(weight * int(digit) for weight, digit in zip(range(10, 1, -1), body, strict=True)) % 11
    return None if check == 10 else body + str(check % 11)


def nhs(random: Random, half: Half) -> str:
    def make(random: Random) -> str:
        while (number := _mod11(random.choice("4679") + digits(random, 8))) is None:
            pass
        return random.choice(
            [
                number,
                _grouped(number, 3, 3, 4),
                _grouped(number, 3, 3, 4),
                _grouped(number, 3, 3, 4, mark="-"),
            ]
        )

    return of_half(make, random, half)


def nino(random: Random, half: Half) -> str:
    def make(random: Random) -> str:
        letters = random.choice("ABCEHJLMPRSTWXY") + random.choice("ABCEHJLMPRSTWXYZ")
        number = digits(random, 6)
        form = random.choice(
            [
                f"{letters}{number}",
                f"{letters} {number[:2]} {number[2:4]} {number[4:]} ",
                f"{letters} {number} ",
            ]
        ) + random.choice("ABCD")
        return (
            random.choice([form, form, form.lower()])
            if letters not in ("GB", "NK", "TN", "ZZ")
            else make(random)
        )

    return of_half(make, random, half)


def utr(random: Random, half: Half) -> str:
    def make(random: Random) -> str:
        body = digits(random, 9)
        check = "21987654321"[
            sum(weight * int(digit) for weight, digit in zip((6, 7, 8, 9, 10, 5, 4, 3, 2), body, strict=True))
            % 11
        ]
        return random.choice([check + body, f"{check}{body[:4]} {body[4:]}"])

    return of_half(make, random, half)


def sort_and_account(random: Random, half: Half) -> str:
    def make(random: Random) -> str:
        sort, account = digits(random, 6), digits(random, 8)
        return f"{_grouped(sort, 2, 2, 2, mark='-')} {account}"

    return of_half(make, random, half)


def vat(random: Random, half: Half) -> str:
    def make(random: Random) -> str:
        body = digits(random, 7)
        total = sum(
            weight * int(digit) for weight, digit in zip((8, 7, 6, 5, 4, 3, 2), body, strict=True)
        ) + random.choice([0, 55])
        check = 97 - total % 97
        number = f"{body}{check:02d}"
        return random.choice(
            [number, _grouped(number, 3, 4, 2), f"GB{number}", f"GB {_grouped(number, 3, 4, 2)}"]
        )

    return of_half(make, random, half)


def _born(random: Random) -> date:
    return date(1930, 1, 1) + timedelta(days=random.randrange(29_000))


def chi(random: Random, half: Half) -> str:
    def make(random: Random) -> str:
        while (number := _mod11(f"{_born(random):%d%m%y}" + digits(random, 3))) is None:
            pass
        return random.choice([number, f"{number[:6]} {number[6:]}"])

    return of_half(make, random, half)


def driving_licence(random: Random, half: Half) -> str:
    def make(random: Random) -> str:
        born, woman = _born(random), random.random() < 0.5
        surname = random.choice(pool(_LAST, half)).upper()[:5].ljust(5, "9")
        middle = f"{born.year % 100 // 10}{born.month + 50 * woman:02d}{born.day:02d}{born.year % 10}"
        tail = (
            random.choice(string.ascii_uppercase)
            + random.choice("9" + string.ascii_uppercase)
            + "9"
            + "".join(random.choices(string.ascii_uppercase, k=2))
        )
        return random.choice(
            [surname + middle + tail, f"{surname} {middle} {tail}", (surname + middle + tail).lower()]
        )

    return of_half(make, random, half)


def passport(random: Random, half: Half) -> str:
    return of_half(
        lambda r: r.choice(
            [digits(r, 9), digits(r, 9), "".join(r.choices(string.ascii_uppercase, k=2)) + digits(r, 7)]
        ),
        random,
        half,
    )


_PLATE = "ABCDEFGHJKLMNPRSTUVWXY"


def plate(random: Random, half: Half) -> str:
    def make(random: Random) -> str:
        three = "".join(random.choices(_PLATE, k=3))
        age = random.choice([f"{random.randint(2, 24):02d}", str(random.randint(51, 74))])
        mark = random.choice([" ", " ", ""])
        form = random.choice(
            ["".join(random.choices(_PLATE, k=2)) + age + mark + three] * 5
            + [
                random.choice("ABCDEFGHJKLMNPRSTVWXY") + str(random.randint(1, 999)) + mark + three,
                three + mark + str(random.randint(1, 999)) + random.choice("ABCDEFGHJKLMNPRSTVWXY"),
            ]
        )
        return random.choice([form, form, form, form.lower()])

    return of_half(make, random, half)


def _postcode(random: Random) -> str:
    area = random.choice(_POSTCODE_AREAS).rstrip("1")
    return (
        f"{area}{random.randint(1, 20)} "
        f"{random.randint(0, 9)}{''.join(random.choices('ABDEFGHJLNPQRSTUWXYZ', k=2))}"
    )


def postcode(random: Random, half: Half) -> str:
    def make(random: Random) -> str:
        code = _postcode(random)
        return random.choice([code, code, code.replace(" ", ""), code.lower(), code.lower().replace(" ", "")])

    return of_half(make, random, half)


def uk_address(random: Random, half: Half) -> str:
    unit = random.choice(["", "", "", f"Flat {random.randint(1, 40)}, "])
    number = f"{random.randint(1, 240)}{random.choice(['', '', '', 'A', 'b'])}"
    street = f"{random.choice(pool(_STREETS, half))} {random.choice(_TYPES)}"
    return f"{unit}{number} {street}, {random.choice(pool(_TOWNS, half))}"


def us_address(random: Random, half: Half) -> str:
    town, state, area = random.choice(_US_TOWNS[0 if half == "tuning" else 1 :: 2])
    direction, unit = (
        random.choice(["", "", "N ", "SW "]),
        random.choice(["", "", f" Apt {random.randint(1, 99)}", f" #{random.randint(1, 99)}"]),
    )
    return (
        f"{random.randint(10, 9999)} {direction}{random.choice(pool(_US_STREETS, half))} "
        f"{random.choice(_US_TYPES)}{unit}, {town}, {state} {area}{digits(random, 2)}"
    )


def written(day: date, random: Random) -> str:
    """A day as people write it."""
    month = _MONTHS[day.month - 1]
    return random.choice(
        [
            f"{day:%d/%m/%Y}",
            f"{day:%d/%m/%Y}",
            f"{day:%d.%m.%Y}",
            f"{day:%d-%m-%Y}",
            f"{day:%Y-%m-%d}",
            f"{day.day} {month} {day.year}",
            f"{day.day} {month[:3]} {day.year}",
            f"{month} {day.day}, {day.year}",
            f"{day:%d/%m/%y}",
            f"{day.day}th of {month} {day.year}"
            if day.day in range(4, 21)
            else f"{day.day} {month} {day.year}",
        ]
    )


def birth(random: Random, half: Half) -> str:
    return of_half(lambda r: written(_born(r), r), random, half)


def api_key(random: Random, half: Half) -> str:
    alnum, hexes = string.ascii_letters + string.digits, "0123456789abcdef"

    def run(r: Random, letters: str, count: int) -> str:
        return "".join(r.choices(letters, k=count))

    makers: list[Callable[[Random], str]] = [
        lambda r: "AKIA" + run(r, string.ascii_uppercase + string.digits, 16),
        lambda r: "ghp_" + run(r, alnum, 36),
        lambda r: "sk_live_" + run(r, alnum, 24),
        lambda r: "xoxb-" + digits(r, 12) + "-" + run(r, alnum, 24),
        lambda r: "AIza" + run(r, alnum, 35),
        lambda r: f"SG.{run(r, alnum, 22)}.{run(r, alnum, 43)}",
        lambda r: "glpat-" + run(r, alnum, 20),
        lambda r: "npm_" + run(r, alnum, 36),
        lambda r: "hf_" + run(r, alnum, 34),
        lambda r: "sk-proj-" + run(r, alnum, 48),
        lambda r: f"eyJ{run(r, alnum, 33)}.eyJ{run(r, alnum, 60)}.{run(r, alnum, 43)}",
        lambda r: "dop_v1_" + run(r, hexes, 64),
    ]
    return of_half(random.choice(makers), random, half)


def labelled_key(random: Random, half: Half) -> str:
    """A key that only its label makes one."""
    return of_half(
        lambda r: "".join(r.choices(string.ascii_lowercase + string.digits, k=r.choice([24, 32, 40]))) + "7k",
        random,
        half,
    )


def password(random: Random, half: Half) -> str:
    word = random.choice(
        pool(
            "Sunshine Dragon Welcome Monkey Arsenal Biscuit Summer Rover Tiger Pepper Violet Falcon".split(),
            half,
        )
    )
    return of_half(
        lambda r: r.choice(
            [
                f"{word}{r.randint(10, 9999)}!",
                f"{word.lower()}_{r.randint(10, 999)}",
                f"{word[0]}{r.randint(1, 9)}{word[2:]}#{r.randint(10, 999)}",
                "".join(r.choices(string.ascii_letters, k=7)) + str(r.randint(0, 99)) + r.choice("!$%&*"),
            ]
        ),
        random,
        half,
    )


def pin(random: Random, half: Half) -> str:
    return of_half(lambda r: digits(r, r.choice([4, 4, 6])), random, half)
