"""Tasks that were looked at while the rules of `assay advise` were written."""

from __future__ import annotations

import json

import polars as pl

from benchmarks.advise_tasks.task import Maker, Task, table

_OPEN = (
    "",
    "Hi,",
    "Good afternoon.",
    "Second attempt:",
    "To whom it may concern,",
    "Hi team,",
    "Hello again.",
)
_END = (
    "",
    "Thanks!",
    "Please answer by e-mail.",
    "I am travelling until Friday.",
    "My order is {order}.",
    "Order {order}, in case you need it.",
    "I have tried the chat already.",
    "Sent from my phone.",
    "A colleague told me to write to you.",
)
# First asks, many to a label; the first one in a message decides.
_ASKS = {
    "billing": (
        "You took the money twice", "The invoice shows the wrong company", "Where do I enter the voucher",
        "My card was declined although it is fine", "Please send the VAT receipt once more",
        "I was charged for the express option that I did not choose", "Can I pay in two parts",
        "The price on the invoice is not the one on the page", "A reminder came though I paid weeks ago",
        "What is the fee of four pounds for", "The direct debit went out too early", "I want to pay by transfer instead",
    ),
    "delivery": (
        "The tracking has not moved since Monday", "The driver left the box in the rain",
        "It says delivered and nothing is here", "Can the courier come after six",
        "Half of the shipment arrived", "The parcel went to the house next door and they deny it",
        "Which carrier do you use for islands", "The depot wants a code that I do not have",
        "The sofa would not fit up the stairs and went back", "Two attempts were noted but nobody rang",
        "I need it by Thursday or not at all", "The box was open when it came",
    ),
    "returns": (
        "The blue is not the blue of the picture", "I would like to send the lamp back",
        "How long may I try the mattress", "The label for sending it back does not print",
        "One leg is shorter than the others", "May I swap it for the larger one",
        "Do I have to keep the carton", "The collection man never came for the old one",
        "It was a present and she has it already", "I changed my mind about the desk",
        "The handle came off on the second day", "When do I see my money for the chair I sent you",
    ),
    "account": (
        "The reset link has expired before I get it", "My points are gone", "Please merge my two profiles",
        "I cannot change the address in my profile", "Somebody signed in from another country",
        "The code by text never comes", "Close my profile, please", "My name is spelt wrong everywhere",
        "The birthday voucher did not show up", "I no longer have the phone with the app for codes",
        "Why am I asked to sign in again each time", "The newsletter comes though I said no",
    ),
}  # fmt: skip
_ORDER = {"order": [f"L{number}" for number in range(20411, 20977, 7)]}


def _desk(make: Maker, count: int) -> list[tuple[str, str]]:
    labels = sorted(_ASKS)
    pairs: dict[str, str] = {}
    while len(pairs) < count:
        first, second = make.draw.sample(labels, 2)
        text = make.pick(_ASKS[first])
        if make.draw.random() < 0.6:
            further = make.pick(_ASKS[second])
            text += f", and {further[0].lower()}{further[1:]}"
        pairs.setdefault(f"{make.pick(_OPEN)} {text}. {make.fill(make.pick(_END), _ORDER)}".strip(), first)
    return list(pairs.items())


def _test_third(rows: int) -> list[bool]:
    return [at % 3 == 0 for at in range(rows)]


def _routing() -> Task:
    rows = table(_desk(Maker(1), 150), held_out=_test_third(150))
    declared = {
        "requests_per_month": 400_000,
        "months": 12,
        "training": 60.0,
        "cost": {
            "currency": "EUR",
            "labelling": 450.0,
            "machine_hour": 1.2,
            "prices": {"prompt": {"tokens_in": 2.5, "tokens_out": 10.0}},
        },
    }
    why = "the first ask decides, which a word list does not see; enough rows and volume"
    return Task(
        "desk-routing", "classification", "behaviour", "fine-tune", why, rows, "", "accuracy", 0.9, declared
    )


def _forms() -> Task:
    make = Maker(2)
    shops = (
        "Marlow Paper",
        "Teesdale Dairy",
        "Orchard Tools",
        "Quill & Co",
        "Riverside Ink",
        "Stanhope Bakery",
    )
    pairs: dict[str, str] = {}
    while len(pairs) < 100:
        shop, day, month = make.pick(shops), make.draw.randint(1, 28), make.draw.randint(1, 9)
        pounds, pence, due = make.draw.randint(20, 1900), make.draw.randint(0, 99), make.pick(("14", "30"))
        number = f"{make.pick('ABKRT')}-{make.draw.randint(1000, 9999)}"
        named = ("January", "February", "March", "April", "May", "June", "July", "August", "September")[
            month - 1
        ]
        late = make.draw.random() < 0.3
        text = make.pick(
            (
                f"Dear all, please find our invoice {number} of {day} {named} 2026 over £{pounds}.{pence:02d}, payable within {due} days. {shop}",
                f"{shop} here. {number}, £{pounds}.{pence:02d}, dated {day} {named} 2026, {due} days net.",
                f"Our ref {number}: £{pounds}.{pence:02d} since {day} {named} 2026 ({due} days). Regards, {shop}",
            )
        )
        text += (
            " This is our last reminder."
            if late
            else make.pick(("", " Thank you for your custom.", " Bank as before."))
        )
        form = {
            "supplier": shop, "invoice_no": number, "pence": pounds * 100 + pence,
            "date": f"2026-{month:02d}-{day:02d}", "due_days": int(due), "priority": 1 if late else 3,
        }  # fmt: skip
        pairs.setdefault(text, json.dumps(form))
    rows = table(list(pairs.items()), held_out=[at % 3 == 1 for at in range(100)])
    why = "every value is read off the e-mail or reckoned from it"
    return Task("supplier-forms", "extraction", "behaviour", "fine-tune", why, rows, "", "field_f1", 0.85)


def _contradictory() -> Task:
    make = Maker(3)
    pairs = _desk(make, 90)
    labels = sorted(_ASKS)
    again = [(text, make.pick([one for one in labels if one != label])) for text, label in pairs[:40]]
    rows = table(make.shuffled([*pairs, *again]))
    why = "forty messages stand there twice with two labels: nothing scores 0.9 on that"
    fault = "contradictory labels"
    return Task(
        "desk-two-minds",
        "classification",
        "behaviour",
        "fix the data first",
        why,
        rows,
        fault,
        "accuracy",
        0.9,
    )


def _keyword() -> Task:
    make = Maker(4)
    bodies = (
        "the {thing} I bought last week", "a {thing} that came on {day}", "my {thing}", "the {thing} for my son",
        "two {thing}s", "the small {thing}", "the {thing} in oak", "your {thing} from the summer page",
    )  # fmt: skip
    wants = {
        "refund": ("I want a refund for {body}.", "Refund, please: {body}.", "Will I get a refund on {body}?", "No refund yet for {body}!"),
        "question": ("Is there a cover for {body}?", "How do I clean {body}?", "Does oil hurt {body}?", "What height has {body}?"),
    }  # fmt: skip
    slots = {
        "thing": ("lamp", "chair", "shelf", "desk", "stool", "mirror", "rug", "bench"),
        "day": ("Monday", "Tuesday", "Friday", "Sunday"),
    }
    pairs: dict[str, str] = {}
    while len(pairs) < 120:
        label = make.pick(sorted(wants))
        text = make.pick(wants[label]).replace("{body}", make.fill(make.pick(bodies), slots))
        pairs.setdefault(f"{make.pick(_OPEN)} {text}".strip(), label)
    rows = table(list(pairs.items()), held_out=_test_third(120))
    why = "one word decides: a rule or a prompt does it"
    fault = "saturated by a keyword"
    return Task(
        "refund-or-question", "classification", "behaviour", "prompt", why, rows, fault, "accuracy", 0.9
    )


_GOODS = tuple(
    f"{name} {thing}"
    for name in ("Halden", "Brisa", "Corvo", "Delta", "Ermine", "Fjord", "Gala", "Holm", "Istria", "Juno")
    for thing in ("lamp", "chair", "shelf", "heater", "scale", "kettle", "drill", "tent")
)


def _catalogue(make: Maker) -> list[tuple[str, str]]:
    asked = {
        "How heavy is the {good}?": "The {good} weighs {#}.{#} kg.",
        "What does the {good} cost?": "It costs {#}{#}.{#}0 pounds.",
        "Who makes the {good}?": "It is made by {maker} in {land}.",
        "How long is the guarantee of the {good}?": "{#}{#} months, through {maker}.",
        "Which bulb or battery goes into the {good}?": "Type {letter}{#}{#}{#}.",
    }
    slots = {
        "maker": ("Ostwald", "Petrelli", "Nørgaard", "Vanter", "Ruiz Hermanos", "Kaldor"),
        "land": ("Portugal", "Denmark", "Slovakia", "Turkey", "Estonia"),
        "letter": ("A", "C", "E", "G", "L"),
    }
    pairs = {}
    for good in _GOODS:
        question = make.pick(sorted(asked))
        pairs[question.replace("{good}", good)] = make.fill(asked[question].replace("{good}", good), slots)
    return list(pairs.items())


def _answers() -> Task:
    rows = table(_catalogue(Maker(6)), held_out=[at % 4 == 0 for at in range(80)])
    why = "weights, prices and makers are looked up: the question names the article alone"
    return Task("catalogue-answers", "rewriting", "facts", "retrieval", why, rows, "", "chrf", 0.7)


def _no_metric() -> Task:
    rows = table(_catalogue(Maker(5)))
    why = "nobody said how an answer is scored or what is good enough"
    return Task(
        "catalogue-no-metric",
        "rewriting",
        "facts",
        "define the task first",
        why,
        rows,
        "no metric, no target",
    )


def _stock() -> Task:
    make = Maker(7)
    pairs, dates = [], []
    asked = ("Is the {good} in stock?", "Can I get the {good} today?", "How many of the {good} are left?")
    states = ("in stock", "few left", "sold out")
    for good in _GOODS[:24]:
        question, at = make.pick(asked).replace("{good}", good), make.draw.randint(0, 2)
        for month in (1, 3, 5, 7, 9):
            at = (at + make.draw.choice((0, 1, 1, 2))) % 3
            pairs.append((question, states[at]))
            dates.append(f"2026-{month:02d}-{make.draw.randint(1, 28):02d}")
    rows = table(pairs, collected_at=dates)
    why = "the same question has another answer two months later"
    fault = "answers change with the date"
    return Task("stock-states", "classification", "facts", "retrieval", why, rows, fault, "accuracy", 0.9)


def _directory() -> Task:
    make = Maker(8)
    first = ("Abbot", "Birch", "Cole", "Drake", "Elder", "Finch", "Grove", "Hale", "Inman", "Joyce")
    second = ("Metals", "Farm", "Couriers", "Glass", "Seeds", "Paints", "Rope")
    towns = ("Leigh", "Norton", "Marsh End", "Oakley", "Penrith", "Ripley")
    pairs = []
    for one in first:
        for other in second:
            form = {
                "town": make.pick(towns), "vat": f"GB{make.draw.randint(10**8, 10**9 - 1)}",
                "founded": make.draw.randint(1890, 2019), "terms": make.pick((14, 30, 60)),
            }  # fmt: skip
            pairs.append(
                (
                    make.pick(("Fill in the record of {}", "Supplier {}", "Details for {} please")).format(
                        f"{one} {other}"
                    ),
                    json.dumps(form),
                )
            )
    rows = table(make.shuffled(pairs), held_out=[at % 4 == 0 for at in range(70)])
    why = "town, VAT number and year stand in a register, not in the name"
    return Task("supplier-directory", "extraction", "facts", "retrieval", why, rows, "", "field_f1", 0.9)


def _leaky() -> Task:
    make = Maker(9)
    pairs = _desk(make, 110)
    test = [*pairs[:24], *pairs[100:110]]
    seen = [
        (text.replace(".", "!") if at % 2 else text.lower(), label)
        for at, (text, label) in enumerate(test[:24])
    ]
    rows = pl.concat(
        [
            table(pairs[24:100]).with_columns(held_out=pl.lit(False)),
            table(seen).with_columns(held_out=pl.lit(False)),
            table(test).with_columns(held_out=pl.lit(True)),
        ]
    )
    why = "two thirds of the held-out rows stand among the training rows: any score on them is memory"
    fault = "held-out rows seen in training"
    return Task(
        "desk-leaky", "classification", "behaviour", "fix the data first", why, rows, fault, "accuracy", 0.9
    )


def _mixed() -> Task:
    make = Maker(10)
    nouns = (
        "harbour",
        "orchard",
        "violin",
        "glacier",
        "market",
        "bicycle",
        "letter",
        "tram",
        "lantern",
        "bridge",
    )
    numbers = [str(number) for number in range(3, 60)]
    made: list[tuple[str, str]] = []
    for at in range(90):
        noun, other, one, two = (
            make.pick(nouns),
            make.pick(nouns),
            int(make.pick(numbers)),
            int(make.pick(numbers)),
        )
        made.append(
            (
                (f"Add {one} and {two}.", str(one + two)),
                (f"Write a line of verse about a {noun}.", f"The {noun} keeps the evening, slow and bright."),
                (f"Translate into German: the {noun} is old.", "Das ist alt."),
                (f"Classify as animal or thing: {noun}", "thing"),
                (f"Make JSON of: {noun}, {one}", json.dumps({"name": noun, "count": one})),
                (f"Give three words that go with {noun} and {other}.", f"1. {noun}y\n2. {other}s\n3. old"),
                (
                    f"Write a Python function named {noun} that returns {two}.",
                    f"def {noun}():\n    return {two}",
                ),
            )[at % 7]
        )
    rows = table(list(dict(make.shuffled(made)).items()))
    why = "seven tasks in one file, with one metric for all of them"
    return Task(
        "seven-in-one",
        "rewriting",
        "behaviour",
        "define the task first",
        why,
        rows,
        "several tasks",
        "chrf",
        0.6,
    )


def _replies() -> Task:
    make = Maker(11)
    points = {
        "no stock of {thing} till {day}": "The {thing} is available again from {day}.",
        "{thing} ships {day}": "Your {thing} leaves us on {day}.",
        "fee for the {thing} waived": "There is no fee for the {thing}.",
        "needs photo of the {thing}": "Please send us a photograph of the {thing}.",
        "refund for {thing} sent {day}": "Your money for the {thing} was returned on {day}.",
        "wrong size {thing}, swap ok": "We gladly exchange the {thing} for the right size.",
        "{thing} repaired, pick up {day}": "Your {thing} is repaired and ready for you on {day}.",
        "guarantee on {thing} still runs": "Your guarantee covers the {thing}.",
        "cannot reach driver re {thing}": "We are in touch with the driver about your {thing}.",
    }
    slots = {
        "thing": ("lamp", "sofa", "desk", "mirror", "rug", "shelf", "stool", "bench", "wardrobe"),
        "day": [f"{number} {month}" for number in range(1, 29) for month in ("March", "April")],
    }
    pairs: dict[str, str] = {}
    while len(pairs) < 120:
        filled = {name: make.pick(values) for name, values in slots.items()}
        one, other = make.draw.sample(sorted(points), 2)
        notes, reply = f"{one}; {other}", f"{points[one]} {points[other]}"
        for name, value in filled.items():
            notes, reply = notes.replace(f"{{{name}}}", value), reply.replace(f"{{{name}}}", value)
        pairs.setdefault(
            f"{make.pick(('cust', 'tel', 'mail', 'VIP'))}: {notes}",
            f"Thank you for writing to Larkhill. {reply} You reach us on 0117 496 0155, Monday to Saturday.\nYour Larkhill team",
        )
    rows = table(list(pairs.items()), held_out=_test_third(120))
    why = "notes to a reply in the house's manner; number and hours are the same in each, so they are manner too"
    return Task("larkhill-replies", "rewriting", "behaviour", "fine-tune", why, rows, "", "chrf", 0.7)


def _bin_days() -> Task:
    make = Maker(12)
    names = (
        "Ash",
        "Beech",
        "Castle",
        "Dock",
        "Elm",
        "Foundry",
        "Grange",
        "Hill",
        "Ivy",
        "Jubilee",
        "King",
        "Lime",
    )
    kinds = ("Street", "Road", "Lane", "Close", "Way", "Court", "Mews")
    asked = ("Which day are the bins emptied in {}?", "Bin day for {}?", "When is rubbish collected, {}?")
    streets = [f"{name} {kind}" for name in names for kind in kinds]
    days = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday")
    pairs = [(make.pick(asked).format(street), make.pick(days)) for street in make.shuffled(streets)]
    rows = table(pairs, held_out=[at % 4 == 0 for at in range(len(pairs))])
    why = "the day of a street is looked up"
    return Task("bin-days", "classification", "facts", "retrieval", why, rows, "", "accuracy", 0.9)


def _noisy() -> Task:
    make = Maker(13)
    labels = sorted(_ASKS)
    pairs = []
    for text, label in _desk(make, 140):
        wrong = make.draw.random() < 0.3
        pairs.append((text, make.pick([one for one in labels if one != label]) if wrong else label))
    rows = table(pairs, held_out=_test_third(140))
    why = "three labels in ten are wrong"
    fault = "wrong labels, no row repeated"
    return Task(
        "desk-noisy", "classification", "behaviour", "fix the data first", why, rows, fault, "accuracy", 0.9
    )


def _tiny_test() -> Task:
    rows = table(_desk(Maker(14), 120), held_out=[at < 9 for at in range(120)])
    why = "nine held-out rows cannot show the gain that is wanted"
    fault = "test set too small for the target"
    return Task(
        "desk-nine-test-rows",
        "classification",
        "behaviour",
        "fix the data first",
        why,
        rows,
        fault,
        "accuracy",
        0.9,
    )


def _seldom() -> Task:
    rows = table(_desk(Maker(15), 140), held_out=_test_third(140))
    declared = {
        "requests_per_month": 90,
        "months": 24,
        "training": 25.0,
        "cost": {
            "currency": "EUR",
            "labelling": 1800.0,
            "machine_hour": 1.2,
            "prices": {"prompt": {"tokens_in": 0.5, "tokens_out": 1.5}},
        },
    }
    why = "ninety requests a month cost cents by prompt; labels and training cost 1,825"
    return Task(
        "desk-ninety-a-month", "classification", "behaviour", "prompt", why, rows, "volume that never pays",
        "accuracy", 0.9, declared,
    )  # fmt: skip


def _majority() -> Task:
    make = Maker(16)
    spam = ("You have won a {thing}", "Cheap loans today", "Your {thing} awaits, click here")
    fine = (
        "Can you send the {thing} to my office", "The {thing} came, thank you", "Which {thing} fits a small room",
        "I moved, here is the new address for the {thing}", "Do you still make the {thing}", "The {thing} squeaks",
    )  # fmt: skip
    slots = {"thing": ("lamp", "chair", "shelf", "desk", "stool", "mirror", "rug", "bench", "prize", "bed")}
    pairs: dict[str, str] = {}
    while len(pairs) < 110:
        bad = len(pairs) % 14 == 9
        text = make.said(
            (_OPEN, [f"{one}." for one in (spam if bad else fine)], ("", "Thanks!", "Sent today.")), slots
        )
        pairs.setdefault(text, "spam" if bad else "mail")
    rows = table(list(pairs.items()), held_out=_test_third(110))
    why = "saying mail each time is right 13 times in 14, above the target"
    fault = "saturated by the commonest label"
    return Task("mostly-mail", "classification", "behaviour", "prompt", why, rows, fault, "accuracy", 0.85)


def tuning() -> list[Task]:
    """The tasks, in order."""
    return [
        _routing(), _forms(), _contradictory(), _keyword(), _no_metric(), _answers(), _stock(), _directory(),
        _leaky(), _mixed(), _replies(), _bin_days(), _noisy(), _tiny_test(), _seldom(), _majority(),
    ]  # fmt: skip
