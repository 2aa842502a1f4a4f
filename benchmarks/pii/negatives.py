"""Hard negatives: numbers, codes and phrases that look like personal data and are not.

`benign` names what may rightly be found there (a date is a date); anything else found is a false alarm. `run`
marks bare runs of digits and codes, of which at most 0.5 % may be flagged. Values are disjoint between the
halves as in `values`. Some tempt on purpose: "I called about order ...", "my card was charged for ...". Check
digits fall as they do in real order numbers: one ten-digit number in eleven passes mod 11, one long number in
ten passes Luhn; EAN-13 is made to be right.
"""

from __future__ import annotations

import string
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from benchmarks.pii import values as v


@dataclass(frozen=True)
class Negative:
    """One kind of hard negative."""

    name: str
    make: Callable[[Random], str]
    tuning: str
    test: str
    run: bool = False
    benign: frozenset[str] = frozenset()

    def phrases(self, half: v.Half) -> list[str]:
        """The sentences of one half."""
        return [line.strip() for line in getattr(self, half).strip().splitlines()]


def _letters(random: Random, count: int) -> str:
    return "".join(random.choices(string.ascii_uppercase, k=count))


def _part(random: Random) -> str:
    return random.choice(
        [
            f"{_letters(random, 2)}-{v.digits(random, 4)}-{_letters(random, 1)}",
            f"{_letters(random, 3)}{v.digits(random, 5)}",
            f"{v.digits(random, 3)}-{v.digits(random, 5)}",
            f"{_letters(random, 1)}{v.digits(random, 7)}",
            f"{_letters(random, 2)}{v.digits(random, 7)}",
            f"{v.digits(random, 4)}.{v.digits(random, 3)}.{v.digits(random, 2)}",
            f"{_letters(random, 2)}{v.digits(random, 2)}{_letters(random, 2)}",
            f"{v.digits(random, 2)}-{v.digits(random, 2)}-{v.digits(random, 3)}",
            v.digits(random, 9),
        ]
    )


def _version(random: Random) -> str:
    numbers = [random.randint(0, 30) for _ in range(random.choice([3, 4, 4]))]
    return ".".join(map(str, numbers)) + random.choice(["", "", "-rc1", "b2"])


def _tracking(random: Random) -> str:
    return random.choice(
        [
            f"{_letters(random, 2)}{v.digits(random, 9)}GB",
            f"1Z{_letters(random, 3)}{v.digits(random, 13)}",
            v.digits(random, 10),
            f"JD{v.digits(random, 16)}",
            v.digits(random, 14),
            f"{v.digits(random, 4)} {v.digits(random, 4)} {v.digits(random, 4)}",
        ]
    )


def _invoice(random: Random) -> str:
    return random.choice(
        [
            f"INV-{v.digits(random, 6)}",
            f"{v.digits(random, 5)}/{v.digits(random, 2)}",
            v.digits(random, 8),
            f"INV{v.digits(random, 10)}",
            f"2024-{v.digits(random, 6)}",
            f"#{v.digits(random, 5)}",
            v.digits(random, 15),
        ]
    )


def _hash(random: Random) -> str:
    size = random.choice([7, 12, 32, 40, 64])
    return "".join(random.choices("0123456789abcdef", k=size))


def _ean(random: Random) -> str:
    body = "50" + v.digits(random, 10)
    return body + str(-sum(int(digit) * weight for digit, weight in zip(body, (1, 3) * 6, strict=True)) % 10)


def _price(random: Random) -> str:
    return random.choice(
        ["£{0:,}.{1:02d}", "${0:,}.{1:02d}", "{0}.{1:02d} GBP", "€{0}", "{0}.{1:02d}"]
    ).format(random.randint(1, 25_000), random.randint(0, 99))


def _measure(random: Random) -> str:
    a, b, c = (random.randint(1, 2500) for _ in range(3))
    return random.choice(
        [
            f"{a} x {b} x {c} mm",
            f"{a}x{b}",
            f"{a} kg",
            f"{a}.{b % 100} litres",
            f"{a}-{a + b} mm",
            f"{a} pcs in {b} days",
            f"{a % 100}%",
            f"M{a % 20 + 1} bolt",
            f"{a}V {b}Hz",
            f"{a}GB",
        ]
    )


def _day(random: Random) -> date:
    return date(2015, 1, 1) + timedelta(days=random.randrange(4_000))


_NAMES = [
    "brightpans",
    "cragline",
    "ferncroft",
    "tilebay",
    "moorlight",
    "quillbank",
    "dovecote",
    "pinecone",
    "rowantree",
    "saltmarsh",
]


def _company_url(random: Random) -> str:
    name = random.choice(_NAMES) + str(random.randint(1, 99))
    return random.choice(
        [
            f"https://www.{name}.co.uk/help/returns",
            f"www.{name}.com",
            f"{name}.co.uk/terms",
            f"https://{name}.io/products/{random.randint(100, 9999)}",
            f"https://docs.{name}.org/v{random.randint(1, 9)}/install",
            f"https://{name}.com/search?q=kettle&page={random.randint(1, 9)}",
            f"https://{name}.com/category/{random.randint(1, 99)}?sort=price",
            f"http://{name}.net/login",
            f"https://github.com/{name}/{name}/issues/{random.randint(1, 999)}",
        ]
    )


def _phrase(random: Random) -> str:
    count = random.randint(2, 900)
    return random.choice(
        [
            f"I waited {count} days on the road to Leeds",
            f"it is {count} miles down Station Road",
            f"reset my password within {count} hours",
            f"the api key page shows error {count}",
            f"std::vector<int> of size {count}",
            f"row {count} of the table at 3:15 pm",
            f"step {count}: open the settings::general tab",
            f"they were born to win by {count} points",
            f"Windows {count % 12} and Office {2010 + count % 14}",
            f"the M{count % 60 + 1} and the A{count} were closed",
            f"I have {count} items in my basket and 2 in the way",
            f"pick up {count} at Gate {count % 40}, see you there",
            f"password: forgotten {count} times",
            f"my card was declined {count} times",
            f"phone has been dead for {count} hours",
            f"between {count} and {count + 500} people at the place",
            f"call me maybe, track {count}",
            f"@support please answer, {count} mins",
            f"temperature {count % 40}.5 at 10:{count % 60:02d}:07",
        ]
    )


DATES = frozenset({"DATE_TIME"})
NEGATIVE = (
    Negative(
        "order number",
        lambda r: (
            v.digits(r, 10).replace("0", "4", 1)
            if r.random() < 0.5
            else r.choice("123456789") + v.digits(r, 9)
        ),
        """
            order {}
            where is my order {}?
            I called about order {} yesterday
            order number {} has not arrived
            {} has not been dispatched
            my card was charged twice for order {}
            Order #{} is late
            cancel {} please
            status of {}
            purchase {} is missing
            can you check order no. {} for me
            the phone I bought (order {}) is broken
            Order ID: {}
            {} still says processing
            please change the address on order number {}
            I want to return {}
            still waiting for {} to arrive
            paid by card for order {} on Friday
            """,
        """
            I ordered last week, {}, nothing yet
            order: {}
            my order ({}) came without the charger
            when will {} be delivered
            please ring the bell for order {}
            Purchase order {} approved
            {} is wrong, I asked for blue
            the mobile case in order {} does not fit
            refund {} to my card
            """,
        True,
    ),
    Negative(
        "epoch",
        lambda r: str(r.randint(1_500_000_000, 1_760_000_000)) + r.choice(["", "", v.digits(r, 3)]),
        """
            timestamp={}
            created_at: {}
            event at {} failed
            {} ERROR timeout
            expires {}
            ts {} level=warn
            "updated": {},
            logged at {}
            [{}] worker started
            last seen {}
            """,
        """
            "time": {}
            {} INFO started
            now={}
            token expires at {}
            since epoch {}
            """,
        True,
    ),
    Negative(
        "part code",
        _part,
        """
            part {}
            I need {} for my boiler
            SKU {}
            the model is {}
            do you stock {}?
            item code {}
            part number {} please
            Is {} in stock?
            product {} came broken
            serial no {}
            replace it with {}
            the label says {}
            """,
        """
            have you got {} left?
            {} does not fit my washing machine
            spare part no. {}
            model number {}
            batch {} is faulty
            I bought {} by mistake
            """,
        True,
    ),
    Negative(
        "version",
        _version,
        """
            version {}
            v{}
            firmware {} broke the wifi
            I updated the app to {}
            running release {}
            app version: {}
            since build {} it crashes
            software v{} installed
            upgrade from {} failed
            ver {}
            """,
        """
            on version {} now
            upgraded to {} yesterday
            release {} notes
            the {} build hangs
            Firmware: {}
            """,
        True,
    ),
    Negative(
        "invoice id",
        _invoice,
        """
            invoice {}
            I need a copy of invoice {}
            bill {} is wrong
            Invoice no: {}
            invoice number {} please
            receipt {} shows the wrong amount
            pay invoice {} by Friday
            Inv. {}
            """,
        """
            Invoice #{}
            my invoice ({}) is missing VAT
            credit note for invoice {}
            quote {} was cheaper than the bill
            """,
        True,
    ),
    Negative(
        "tracking",
        _tracking,
        """
            tracking number {}
            parcel {} is stuck
            track {}
            my tracking says {}
            tracking: {}
            consignment {} not delivered
            courier ref {}
            shipment {} left the depot
            """,
        """
            my parcel's tracking number is {}
            Tracking ID {}
            no scan for {} since Monday
            waybill {}
            """,
        True,
    ),
    Negative(
        "case reference",
        lambda r: r.choice(
            [
                f"CAS-{v.digits(r, 7)}",
                v.digits(r, 9),
                f"REQ{v.digits(r, 7)}",
                f"{_letters(r, 2)}{v.digits(r, 6)}",
            ]
        ),
        """
            case {}
            ticket {} is still open
            my reference is {}
            ticket number {}
            ref: {}
            complaint case {} closed
            """,
        """
            about case number {}
            reference {} please
            Ticket #{}
            """,
        True,
    ),
    Negative(
        "plain date",
        lambda r: v.written(_day(r), r),
        """
            ordered on {}
            delivery due {}
            the invoice is dated {}
            meeting on {} at ten
            since {} it does not work
            bought on {}
            arrives {}
            it was posted on {} from Leeds
            my subscription ends {}
            Date: {}
            """,
        """
            it arrived on {}, broken
            from {} until further notice
            I paid on {}
            the sale starts {}
            due date {}
            """,
        benign=DATES,
    ),
    Negative(
        "price",
        _price,
        """
            it costs {}
            I was charged {}
            refund of {}
            total: {}
            you took {} from my account
            the price went up to {}
            pay {} now
            fee {}
            """,
        """
            that is {} too much
            only {} left on the voucher
            deposit {} please
            how is it {}?
            """,
    ),
    Negative(
        "measure",
        _measure,
        """
            size {}
            it is {}
            rated {}
            dimensions {}
            I ordered {}
            needs {}
            """,
        """
            mine measures {}
            about {} I think
            specs: {}
            """,
    ),
    Negative(
        "hash",
        _hash,
        """
            commit {}
            checksum {}
            md5 {}
            sha256: {}
            digest={}
            at revision {}
            """,
        """
            etag {}
            file hash {}
            build {} passed
            """,
    ),
    Negative(
        "uuid",
        lambda r: str(uuid.UUID(int=r.getrandbits(128))),
        """
            request id {}
            error {}
            correlation_id={}
            session {} expired
            """,
        """
            trace {}
            id: {}
            """,
        benign=frozenset({"UUID"}),
    ),
    Negative(
        "barcode",
        _ean,
        """
            EAN {}
            barcode {}
            GTIN: {}
            the bar code is {}
            """,
        """
            scan code {}
            the EAN is {}
            """,
        True,
    ),
    Negative(
        "company number",
        lambda r: r.choice(["SC", "0", "1", "NI"]) + v.digits(r, 6 + r.randrange(2)),
        """
            company number {}
            registered in England no. {}
            Companies House {}
            company no {}
            """,
        """
            Company registration {}
            incorporated under {}
            """,
    ),
    Negative(
        "company link",
        _company_url,
        """
            see {}
            I read {} already
            {} is down
            your page {} is broken
            as stated on {}
            found it at {}
            """,
        """
            {} returns 404
            the guide at {} is outdated
            go to {} and look
            """,
        benign=frozenset({"URL"}),
    ),
    Negative(
        "phrase",
        _phrase,
        """
            {}
            {}, honestly
            so {}
            well, {}
            {} again
            and {} as well
            """,
        """
            I think {}
            {}, please
            hm, {}
            """,
        benign=DATES | {"URL"},
    ),
)

# How often each kind stands in the corpus, in the order of NEGATIVE.
WEIGHTS = (20, 10, 12, 10, 8, 8, 5, 6, 4, 4, 4, 2, 3, 2, 4, 4)
