"""The labels that context goes by, as data: words that speak for a match, words that say it is another
thing's number.

And `near_label`, the same for the pre-filter: a regex in Rust's syntax for every text in which a label can
raise a match of a form.
"""

from __future__ import annotations

import re
from functools import cache

from curate.pii.detect.context.language import lemma, lemmas

# Supporting phrases in place of Presidio's. Its lists were made for substrings ("us", "check", "save",
# "document", "number").
SUPPORT: dict[str, tuple[str, ...]] = {
    "PHONE_NUMBER": (
        "phone",
        "telephone",
        "tel",
        "mobile",
        "mob",
        "cell",
        "cellphone",
        "landline",
        "whatsapp",
        "fax",
        "call",
        "ring",
        "dial",
        "text",
        "sms",
        "contact number",
        "my number",
        "contact me",
        "reach me",
        "reach",
        "phone number",
        "daytime number",
        "number is",
        "phoned",
        "dialled",
        "answer at",
        "switchboard",
        "helpline",
        "hotline",
        "direct line",
        "voicemail",
    ),
    "CREDIT_CARD": (
        "card",
        "credit",
        "debit",
        "visa",
        "mastercard",
        "amex",
        "maestro",
        "pan",
        "card number",
        "long number",
    ),
    "UK_NHS": ("nhs", "national health service", "patient", "hospital", "surgery", "gp", "health", "medical"),
    "UK_NINO": ("national insurance", "ni number", "ni no", "ni", "nino", "nat ins"),
    "UK_PASSPORT": ("passport", "travel document", "hmpo"),
    "UK_DRIVING_LICENCE": (
        "driving licence",
        "driving license",
        "driver licence",
        "driver license",
        "dvla",
        "licence",
        "license",
        "licence number",
    ),
    "UK_POSTCODE": (
        "postcode",
        "post code",
        "postal code",
        "zip",
        "address",
        "live",
        "live at",
        "deliver",
        "delivery",
        "ship",
        "post",
        "move",
        "moved",
        "lived",
        *("street", "road", "avenue", "lane", "close", "drive", "crescent", "terrace", "house", "flat"),
    ),
    "UK_VEHICLE_REGISTRATION": (
        "vehicle",
        "registration",
        "number plate",
        "licence plate",
        "license plate",
        "plate",
        "reg",
        "vrn",
        "dvla",
        "v5c",
        "logbook",
        "log book",
        "mot",
        "car",
        "van",
    ),
    "US_BANK_NUMBER": (
        "account number",
        "account no",
        "bank account",
        "account",
        "acct",
        "checking account",
        "savings account",
    ),
    "US_DRIVER_LICENSE": (
        "driver license",
        "driver licence",
        "driving licence",
        "driving license",
        "drivers license",
        "license number",
        "dl number",
        "cdl",
    ),
    "US_ITIN": ("itin", "individual taxpayer", "taxpayer", "tax id", "taxid", "tin"),
    "US_PASSPORT": ("passport",),
    "US_SSN": ("ssn", "social security", "ssid"),
    "MEDICAL_LICENSE": ("dea", "prescriber", "medical license", "medical licence", "practitioner"),
    "DATE_OF_BIRTH": ("birth", "date of birth", "dob", "d.o.b", "born", "birthday"),
    "DATE_TIME": ("date", "birthday"),
    "IP_ADDRESS": (
        *(
            "ip",
            "ip address",
            "ipv4",
            "ipv6",
            "host",
            "hostname",
            "server",
            "dns",
            "ping",
            "gateway",
            "router",
        ),
        *(
            "subnet",
            "client",
            "login",
            "logged in",
            "signed in",
            "connect",
            "remote",
            "address",
            "ssh",
            "network",
        ),
    ),
    # A UUID is personal where it is somebody's: of a user, of what they carry, of what they do.
    "UUID": (
        *(
            "user",
            "customer",
            "person",
            "member",
            "account",
            "profile",
            "patient",
            "employee",
            "contact",
            "visitor",
        ),
        *(
            "session",
            "device",
            "cookie",
            "client",
            "subscriber",
            "advertising",
            "idfa",
            "gaid",
            "installation",
        ),
    ),
}

# Supporting words only where nothing but fillers stands between them and the match ("020 7946 0018 - office",
# "Office: 0161 ...").
ADJACENT: dict[str, tuple[str, ...]] = {"PHONE_NUMBER": ("office", "ph")}

# Labels of numbers that name things, not people.
THINGS = (
    "order",
    "purchase",
    "invoice",
    "bill",
    "tracking",
    "track",
    "parcel",
    "consignment",
    "shipment",
    "waybill",
    "sku",
    "item",
    "product",
    "part",
    "model",
    "serial",
    "ref",
    "reference",
    "ticket",
    "case",
    "booking",
    "reservation",
    "transaction",
    "txn",
    "basket",
    "quote",
    "batch",
    "version",
    "release",
    "firmware",
    "timestamp",
    "epoch",
    "sensor",
    "log",
    "ean",
    "gtin",
    "isbn",
    "barcode",
    "asin",
    "upc",
    "po",
    "rma",
    "receipt",
    "voucher",
    "coupon",
    "code",
)
VERSIONS = (
    "version",
    "ver",
    "v",
    "release",
    "firmware",
    "build",
    "section",
    "clause",
    "chapter",
    "software",
    "app",
    "upgrade",
    "upgraded",
    "update",
    "updated",
)
# Labels of other numbers of a person: a bare run of digits after one is not a telephone number, nor a
# telephone number an NHS one.
IDENTITIES = (
    "passport",
    "licence",
    "license",
    "nhs",
    "account",
    "card",
    "utr",
    "vat",
    "chi",
    "insurance",
    "policy",
    "sort",
    "iban",
    "customer",
    "member",
    "membership",
    "company",
)
PHONES = (
    "phone",
    "telephone",
    "tel",
    "mobile",
    "mob",
    "cell",
    "cellphone",
    "landline",
    "whatsapp",
    "fax",
    "call",
    "ring",
    "dial",
    "text",
    "sms",
)

# Entities whose shape a number of another kind can take. (Not those whose own pattern holds their label.)
NUMBER_LIKE = frozenset(
    {
        "PHONE_NUMBER",
        "CREDIT_CARD",
        "UK_NHS",
        "UK_NINO",
        "UK_PASSPORT",
        "UK_DRIVING_LICENCE",
        "UK_VEHICLE_REGISTRATION",
        "UK_POSTCODE",
        "US_BANK_NUMBER",
        "US_DRIVER_LICENSE",
        "US_ITIN",
        "US_PASSPORT",
        "US_SSN",
        "MEDICAL_LICENSE",
        "UUID",
    }
)
# Nobody buys, fits or runs out of a postcode: a code right after one of these, or just before one of those,
# is a thing's.
WANTED = (
    "need",
    "want",
    "stock",
    "sell",
    "buy",
    "bought",
    "buying",
    "order",
    "get",
    "got",
    "have",
    "had",
    "has",
    "replace",
    "replaced",
    "replacing",
    "with",
    "fit",
    "fitted",
    "use",
    "used",
    "using",
    "try",
    "tried",
    "supply",
    "supplied",
    "called",
    "some",
    "another",
    "any",
    "two",
    "three",
    "spare",
)
WANTING = (
    "fit",
    "fits",
    "fitted",
    "left",
    "stock",
    "work",
    "works",
    "broke",
    "broken",
    "faulty",
    "compatible",
    "instead",
    "replacement",
    "spare",
)

# May stand between a label and its number.
FILLERS = frozenset(
    {"number", "no", "nos", "num", "nr", "id", "#", ":", "=", "is", "was", "-", "–", "(", "[", '"', "'", "."}
)
# More of what may stand between "updated the app" and its number, and between "item" and a code.
VERSION_FILLERS = FILLERS | {"to", "from", "installed", "install", "now"}
CODE_FILLERS = FILLERS | {"code"}
# A full stop after these does not end a sentence ("tel. 0121", "acct. no. 123").
ABBREVIATIONS = frozenset(
    {"tel", "no", "nos", "acct", "acc", "ref", "mob", "ph", "num", "reg", "inv", "nr", "ext", "o", "b", "d"}
)


@cache
def contrary(entity: str) -> tuple[str, ...]:
    """The labels (lemmas) that say a match of `entity` is something else."""
    if entity in ("IP_ADDRESS", "DATE_TIME"):
        return tuple(dict.fromkeys(lemma(word) for word in VERSIONS))
    if entity not in NUMBER_LIKE:
        return ()
    others = PHONES if entity == "UK_NHS" else ()
    things = dict.fromkeys(lemma(word) for word in (*THINGS, *others))
    return tuple(thing for thing in things if entity != "UK_POSTCODE" or thing != "code")  # "post code"


def near_label(entity: str, form: str) -> str:
    """A regex (Rust's syntax) for every text in which a supporting phrase of `entity` can raise a match of
    `form` (a regex too).

    The two stand in one sentence, as the windows of `windows.py` see it; nothing but spaces stands between
    the words of a phrase.
    """
    space = r"[\s\x1c-\x1f]*"
    phrases = "|".join(
        sorted(
            {
                space.join(_inflected(stem) for stem in lemmas(phrase).split(" "))
                for phrase in (*SUPPORT[entity], *ADJACENT.get(entity, ()))
            }
        )
    )
    start, label = "(?:^|[^0-9A-Za-z])", rf"(?i:{phrases})(?:\b|[^0-9A-Za-z.!?])"
    short = "(?:" + "|".join(rf"{_inflected(stem)}{space}\." for stem in sorted(ABBREVIATIONS)) + ")"
    between = rf"(?:[^.!?]|[^0-9A-Za-z.!?](?i:{short})+)*"
    # A telephone number may go on with an extension; a form may have taken the one character before the
    # label.
    rest = r"[^A-Za-z!?]*(?:(?i:x|e?xtn?|int)\.[^A-Za-z!?]*)?"
    # A telephone number may begin with a bracket and marks before its first digit.
    lead = r"(?:[(\[（［+＋][^0-9A-Za-z]{0,12})?"
    return rf"{start}{label}{space}\.?{between}{lead}(?:{form})|(?:{form})(?:{rest}{between}{start})?{label}"


def _inflected(stem: str) -> str:
    """A regex for every word that `lemma` brings to `stem`, and some more."""
    if not stem.isalpha():
        return re.escape(stem)
    body = f"{stem[:-1]}(?:y|ies)" if stem.endswith("y") else stem
    return rf"{body}(?:{stem[-1]}?(?:ing|ed))?s?(?:['’]s){{0,2}}"
