"""Invented values for the slots of the sample tickets: personal data and its look-alikes.

Every value is valid in form (check digits included) and belongs to nobody where a reserved range exists:
Ofcom's drama numbers, the example domains of RFC 2606, documentation networks of RFC 5737 and 3849, NHS
numbers from the never-issued 999 block, and test ranges of the card schemes. Look-alikes (order numbers,
serials) carry no check digit on purpose; about one ten-digit order number in eleven passes the NHS check all
the same, as in life.
"""

# ruff: noqa: SIM905 - lists of words read best as words

from __future__ import annotations

import random
import unicodedata
from dataclasses import dataclass

#: Slot in a ticket -> entity, named as Presidio names it.
ENTITIES = {
    "email": "EMAIL_ADDRESS",
    "phone": "PHONE_NUMBER",
    "name": "PERSON",
    "postcode": "UK_POSTCODE",
    "card": "CREDIT_CARD",
    "iban": "IBAN_CODE",
    "nino": "UK_NINO",
    "nhs": "UK_NHS",
    "ip": "IP_ADDRESS",
    "address": "STREET_ADDRESS",
    "vrm": "UK_VEHICLE_REGISTRATION",
    "sortcode_account": "UK_BANK_ACCOUNT",
    "dob": "DATE_OF_BIRTH",
}
#: Slot -> kind of hard negative: looks like personal data and is not.
HARD_NEGATIVES = {
    "order": "ORDER",
    "invoice": "INVOICE",
    "sku": "SKU",
    "tracking": "TRACKING",
    "serial": "SERIAL",
}

GIVEN = """
    Aisha Alasdair Amara Anneliese Arjun Beatriz Bronwen Callum Chidi Chloe Dafydd Dilys Ebony Eilidh
    Ewa Farah Fergus Gareth Grażyna Guillermo Hamza Hannah Harpreet Imogen Ivan Jasmine Jörg Kavita
    Keisha Kwame Leila Lorcan Małgorzata Maeve Marcus Mei Moira Mohammed Nadia Ngozi Nia Oluwaseun
    Oonagh Parveen Pauline Priya Rafael Rashid Rhiannon Rosalind Saoirse Sean Siobhan Svetlana Tariq
    Thandiwe Tomasz Trevor Wei Winifred Xin Yasmin Yusuf Zoë
""".split()
FAMILY = """
    Abebe Adeyemi Ahmed Ashworth Bains Begum Blackwood Boateng Bowen Brennan Campbell Chaudhry Chen
    Cholmondeley Cohen Costa Davies Desai Dlamini Douglas Evans Fernández Fitzgerald Fraser Gallagher
    Gill Griffiths Grimshaw Haddad Hussain Ibrahim Iqbal Jankowska Jones Kaur Kelly Khan Kowalski
    Lewandowski MacLeod Mbeki McAllister Mensah Müller Murphy Nguyen Nowak O'Connor Okafor Okonkwo Osei
    Oyelaran Papadopoulos Patel Pemberton Popescu Quinn Rahman Robertson Rossi Sandhu Silva Singh
    Thistlethwaite Thompson Walsh Wang Whittaker Williams Wójcik Yilmaz Zhang
""".split()
STREETS = """Alder Close|Barnfield Road|Beech Avenue|Castle Street|Chapel Lane|Church Walk|Cobbler's Row|Dene Terrace|Ferry Road|
Glebe Gardens|Grange Crescent|Hawthorn Drive|High Street|Jubilee Court|Kiln Lane|Lower Mill Lane|Marsh View|Meadow Way|
Northgate|Old Forge Road|Orchard Place|Park Lane|Priory Road|Quarry Hill|Rectory Lane|Sandringham Avenue|Station Road|
St Mary's Terrace|The Maltings|Tower Street|Victoria Square|Wharf Street|Windmill Hill|Ynys Terrace""".replace(  # noqa: E501
    "\n", ""
).split("|")
TOWNS = """Leeds Norwich Cardiff Glasgow Derby Hull Bath Preston Truro Dundee Swansea Belfast Ipswich Hereford Oldham
Croydon Stockport Kendal Whitby Ludlow""".split()  # noqa: E501
#: Area and district pairs that exist, so that the form is right; the inward part is drawn.
OUTWARD = """
    AB10 B15 BA2 BN3 BS6 BT9 CB1 CF10 CT5 CV4 DD2 DE1 DH1 E17 EC1A EH6 EX4 G12 GL50 HR4 HU5 IP4 KT2 KY16
    L8 LA9 LE2 LL57 LS6 M20 ME4 N1 NE6 NG7 NR2 NW5 OX4 PE2 PL4 PO5 PR1 RG1 S10 SA1 SE15 SK4 SN1 SO17
    SW1A SW9 SY8 TR1 W1T WA4 YO24
""".split()
#: Ofcom's numbers for drama use: prefix and how many digits remain; grouped the way people write them.
PHONES = [
    ("020 7946 0", 3),
    ("0113 496 0", 3),
    ("0114 496 0", 3),
    ("0117 496 0", 3),
    ("0121 496 0", 3),
    ("0131 496 0", 3),
    ("0141 496 0", 3),
    ("0161 496 0", 3),
    ("0191 498 0", 3),
    ("028 9649 6", 3),
    ("029 2018 0", 3),
    ("01632 960", 3),
]
MOBILE = ("07700 900", 3)
DOMAINS = [
    "example.com",
    "example.com",
    "example.org",
    "example.net",
    "example.co.uk",
    "example.co.uk",
    "mail.example.com",
    "post.example.org",
    "hartley-joinery.example.co.uk",
    "uni.example.ac.uk",
]


def digits(rng: random.Random, n: int) -> str:
    """Give `n` random decimal digits."""
    return "".join(rng.choice("0123456789") for _ in range(n))


def luhn_digit(body: str) -> str:
    """Give the digit that makes `body` plus it pass the Luhn check (ISO/IEC 7812-1)."""
    total = 0
    for place, char in enumerate(reversed(body)):
        n = int(char) * (2 if place % 2 == 0 else 1)
        total += n - 9 if n > 9 else n
    return str(-total % 10)


def iban(country: str, bban: str) -> str:
    """Give the IBAN of a basic account number, with its mod-97 check digits (ISO 13616)."""
    return f"{country}{98 - int(''.join(str(int(c, 36)) for c in bban + country + '00')) % 97:02d}{bban}"


def nhs_number(rng: random.Random) -> str:
    """Give a number that passes the NHS mod-11 check, from the 999 block that is never issued."""
    while True:
        body = "999" + digits(rng, 6)
        check = -sum(int(c) * w for c, w in zip(body, range(10, 1, -1), strict=True)) % 11
        if check < 10:
            number = f"{body}{check}"
            return f"{number[:3]} {number[3:6]} {number[6:]}" if rng.random() < 0.7 else number


@dataclass(frozen=True)
class Persona:
    """What one customer would write about themselves."""

    name: str
    email: str
    phone: str
    postcode: str
    address: str


def persona(rng: random.Random) -> Persona:
    """Draw a customer; the e-mail is made from the name, as most are."""
    given, family = rng.choice(GIVEN), rng.choice(FAMILY)
    plain = [
        unicodedata.normalize("NFKD", part.replace("ł", "l")).encode("ascii", "ignore").decode()
        for part in (given, family)
    ]
    first, last = (part.lower().replace("'", "") for part in plain)
    local = rng.choice(
        [
            f"{first}.{last}",
            f"{first}{last}{digits(rng, 2)}",
            f"{first[0]}.{last}",
            f"{first}_{last}",
            f"{last}.{first}",
        ]
    )
    local += rng.choice(["", "", "", "+larkfield"])
    return Persona(
        name=f"{given} {family}"
        if rng.random() < 0.85
        else rng.choice([f"Mrs {family}", f"Dr {family}", given, f"{given[0]}. {family}"]),
        email=f"{local}@{rng.choice(DOMAINS)}",
        phone=phone(rng),
        postcode=postcode(rng),
        address=address(rng),
    )


def phone(rng: random.Random) -> str:
    """Give a drama number, spaced, run together, bracketed or international."""
    prefix, n = MOBILE if rng.random() < 0.6 else rng.choice(PHONES)
    number = prefix + digits(rng, n)
    style = rng.random()
    if style < 0.35:
        return number.replace(" ", "")
    if style < 0.5:
        return "+44 " + number[1:]
    if style < 0.58:
        area, rest = number.split(" ", 1)
        return f"({area}) {rest}"
    return number


def postcode(rng: random.Random) -> str:
    """Give a postcode of valid form; the inward letters leave out C I K M O V as Royal Mail does."""
    code = (
        f"{rng.choice(OUTWARD)} "
        f"{digits(rng, 1)}{''.join(rng.choice('ABDEFGHJLNPQRSTUWXYZ') for _ in range(2))}"
    )
    style = rng.random()
    return code.lower() if style < 0.15 else code.replace(" ", "") if style < 0.25 else code


def address(rng: random.Random) -> str:
    """Give a street address, with or without flat and town."""
    house = f"{rng.randint(1, 180)}{rng.choice(['', '', '', '', 'a', 'b'])} {rng.choice(STREETS)}"
    flat = f"Flat {rng.randint(1, 40)}, " if rng.random() < 0.25 else ""
    return flat + house + (f", {rng.choice(TOWNS)}" if rng.random() < 0.5 else "")


def card(rng: random.Random) -> str:
    """Give a card number in a scheme's test range that passes Luhn."""
    body = rng.choice(["400000", "424242", "555555", "520082"]) + digits(rng, 9)
    number = body + luhn_digit(body)
    return " ".join(number[i : i + 4] for i in range(0, 16, 4)) if rng.random() < 0.6 else number


def bank_account(rng: random.Random) -> str:
    """Give a sort code (from 00- and 99-, which no bank holds) with an account number, as customers write
    them.
    """
    sort = f"{rng.choice(['00', '99'])}-{digits(rng, 2)}-{digits(rng, 2)}"
    return rng.choice(
        [
            f"{sort} {digits(rng, 8)}",
            f"sort code {sort}, account {digits(rng, 8)}",
            f"{sort} / {digits(rng, 8)}",
        ]
    )


def british_iban(rng: random.Random) -> str:
    """Give a British or a German IBAN of an invented bank."""
    number = (
        iban("GB", "MERS" + "00" + digits(rng, 12))
        if rng.random() < 0.5
        else iban("DE", "99" + digits(rng, 16))
    )
    return " ".join(number[i : i + 4] for i in range(0, len(number), 4)) if rng.random() < 0.6 else number


def nino(rng: random.Random) -> str:
    """Give a National Insurance number with an allowed prefix (HMRC manual NIM39110)."""
    while True:
        prefix = rng.choice("ABCEGHJKLMNOPRSTWXYZ") + rng.choice("ABCEGHJKLMNPRSTWXYZ")
        if prefix not in {"BG", "GB", "NK", "KN", "TN", "NT", "ZZ"}:
            break
    n = digits(rng, 6)
    suffix = rng.choice("ABCD")
    return f"{prefix} {n[:2]} {n[2:4]} {n[4:]} {suffix}" if rng.random() < 0.5 else f"{prefix}{n}{suffix}"


def ip(rng: random.Random) -> str:
    """Give an address of a documentation network, or now and then an ordinary private or IPv6 one."""
    last = str(rng.randint(2, 250))
    return (
        rng.choice(
            ["192.0.2.", "198.51.100.", "203.0.113.", "192.168.1.", "10.0.14.", "2001:db8:85a3::8a2e:370:"]
        )
        + last
    )


def registration(rng: random.Random) -> str:
    """Give a vehicle registration in the format in use since 2001."""
    letters = "ABCDEFGHJKLMNOPRSTUVWXY"
    mark = (
        rng.choice("ABCEGHLMNPSVWY")
        + rng.choice(letters)
        + f"{rng.choice([*range(10, 26), *range(60, 76)]):02d}"
    )
    return mark + rng.choice([" ", " ", ""]) + "".join(rng.choice(letters) for _ in range(3))


def birth_date(rng: random.Random) -> str:
    """Give a date of birth between 1940 and 2015 in one of the common British spellings."""
    day, month, year = rng.randint(1, 28), rng.randint(1, 12), rng.randint(1940, 2015)
    name = "January February March April May June July August September October November December".split()[
        month - 1
    ]
    return rng.choice(
        [
            f"{day:02d}/{month:02d}/{year}",
            f"{day} {name} {year}",
            f"{day:02d}.{month:02d}.{year}",
            f"{day:02d}-{month:02d}-{year}",
        ]
    )


def hard_negative(slot: str, rng: random.Random) -> str:
    """Give a shop identifier that a careless detector takes for personal data."""
    if slot == "order":
        return rng.choice("234567") + digits(rng, 9)
    if slot == "invoice":
        return f"INV-2026-{digits(rng, 6)}" if rng.random() < 0.6 else f"INV-{digits(rng, 8)}"
    if slot == "sku":
        return f"LH-{''.join(rng.choice('ABCDEFGHKLMNPRSTW') for _ in range(3))}-{digits(rng, 4)}"
    if slot == "tracking":
        return rng.choice(
            [f"JD{digits(rng, 16)}", f"1550{digits(rng, 10)}", f"H{digits(rng, 15)}", f"TT{digits(rng, 9)}GB"]
        )
    if slot == "serial":
        return (
            f"SN{digits(rng, 4)}-{digits(rng, 4)}-{digits(rng, 4)}"
            if rng.random() < 0.5
            else f"LM{digits(rng, 12)}"
        )
    raise KeyError(slot)


FRESH = {
    "name": lambda rng: persona(rng).name,
    "email": lambda rng: persona(rng).email,
    "phone": phone,
    "postcode": postcode,
    "address": address,
    "card": card,
    "iban": british_iban,
    "nino": nino,
    "nhs": nhs_number,
    "ip": ip,
    "vrm": registration,
    "sortcode_account": bank_account,
    "dob": birth_date,
}


def value(slot: str, writer: Persona, again: bool, rng: random.Random) -> str:
    """Fill one slot: with the writer's own detail, or with another's when the slot has come `again` in the
    ticket.
    """
    if slot in HARD_NEGATIVES:
        return hard_negative(slot, rng)
    own = getattr(writer, slot, None)
    return own if own is not None and not again else FRESH[slot](rng)
