"""Tasks that no rule of `assay advise` was tuned on: committed before the rules, looked at once at the end."""

from __future__ import annotations

import json

from benchmarks.advise_tasks.task import Maker, Task, table

_TOWNS = ("Ashcombe", "Brindle", "Corley", "Dunmere", "Eastholt", "Farnley", "Gorsebank", "Hexton")
_OPEN = (
    "",
    "Hello,",
    "Good morning.",
    "Quick one:",
    "Following my call last week,",
    "As a tenant since 2019,",
)
_END = (
    "",
    "Thanks in advance.",
    "I am at home after four.",
    "Could somebody ring me back?",
    "This is the second time I write.",
    "My neighbour has the same.",
    "There is a baby in the flat.",
    "No rush, but soon would be good.",
)


def _house_voice() -> Task:
    make = Maker(101)
    said = {
        "your parcel is late": "Your parcel is on its way and reaches you later than planned.",
        "we lost your form": "We are looking for your form and ask you to send it once more.",
        "you filled in the wrong box": "One box on the form needs another entry.",
        "we can't do that before {day}": "We can do that from {day}.",
        "the price goes up on {day}": "The new price applies from {day}.",
        "nobody will come on {day}": "Our visit on {day} does not take place.",
        "your discount is gone after {day}": "Your discount is valid up to {day}.",
        "the shop in {town} is shut on {day}": "Our shop in {town} is closed on {day}.",
        "stop ringing the {town} branch": "The {town} branch answers your letter as soon as it can.",
        "the van broke down near {town}": "Our van stopped near {town}, and a second one is on the road.",
        "you have to pay {sum} pounds first": "Please pay {sum} pounds, and we begin at once.",
        "the repair costs {sum} pounds, take it or leave it": "The repair costs {sum} pounds. You decide.",
        "we don't refund {sum} pounds in cash": "We return {sum} pounds to the card that you paid with.",
        "read the manual": "The manual describes each step with a picture.",
        "your lamp is out of guarantee": "The guarantee for your lamp has ended, and we repair it at cost.",
        "that part is not made any more": "We have another part that fits in its place.",
    }
    opening = ("sorry but", "look,", "as I told you,", "FYI", "ok so", "again:")
    slots = {
        "day": [f"{number} {month}" for number in range(2, 29) for month in ("May", "June", "July")],
        "town": _TOWNS,
        "sum": [str(number) for number in range(12, 96)],
    }
    pairs: dict[str, str] = {}
    while len(pairs) < 120:
        first, second = make.draw.sample(sorted(said), 2)
        filled = {name: make.pick(values) for name, values in slots.items()}
        draft = f"{make.pick(opening)} {first}, {second}!"
        house = f"Thank you for your message. {said[first]} {said[second]}"
        for name, value in filled.items():
            draft, house = draft.replace(f"{{{name}}}", value), house.replace(f"{{{name}}}", value)
        pairs.setdefault(draft, house)
    rows = table(list(pairs.items()), held_out=[at % 4 == 0 for at in range(120)])
    why = "a manner of saying it: whatever the answer states, the draft states"
    return Task("house-voice", "rewriting", "behaviour", "fine-tune", why, rows, "", "chrf", 0.6)


def _case_notes() -> Task:
    make = Maker(102)
    happened = {
        "damp along the back wall of the bedroom": "Damp on the bedroom wall",
        "no hot water since Tuesday": "No hot water",
        "the front door does not lock": "Front door cannot be locked",
        "water is coming through the kitchen ceiling": "Leak through the kitchen ceiling",
        "the stair light has been out for a week": "Stair light out",
        "the lift stops between floors": "Lift stops between floors",
        "a window pane is cracked from top to bottom": "Cracked window pane",
        "mice behind the cooker": "Mice in the kitchen",
    }
    caused = {
        "gutter was blocked with leaves": "Blocked gutter",
        "the pump had seized": "Seized pump",
        "somebody had forced it": "Forced by somebody",
        "seal under the flat above was gone": "Failed seal in the flat above",
        "wiring was corroded": "Corroded wiring",
        "a board had slipped behind the unit": "Slipped board",
    }
    follows = {
        "painter is booked for the {day}": "Painter on the {day}",
        "new part arrives on the {day}, we fit it that afternoon": "Fit the part on the {day}",
        "we look again on the {day}": "Second visit on the {day}",
        "left {count} heaters, to be collected on the {day}": "Collect {count} heaters on the {day}",
    }
    slots = {"day": [f"{number}th" for number in (4, 5, 6, 7, 8, 9, 10, 11, 12, 14, 15, 16, 17, 18, 19)]}
    pairs: dict[str, str] = {}
    while len(pairs) < 110:
        what, cause, then = (make.pick(sorted(one)) for one in (happened, caused, follows))
        day, count, flat = make.pick(slots["day"]), make.pick(("two", "three", "4")), make.draw.randint(3, 98)
        note = make.fill(
            make.pick(
                (
                    "Flat {flat}, {town}: {what}. Went round, {cause}. Put right today. {then}.",
                    "{what}, says the tenant of no. {flat}. Turned out {cause}. {then}, she knows.",
                    "Visited {flat} {town} Road at ten. {what}. {cause}, as we thought. {then}.",
                )
            ),
            {"town": _TOWNS, "flat": [str(flat)], "what": [what], "cause": [cause], "then": [then]},
        )
        summary = f"Problem: {happened[what]}.\nCause: {caused[cause]}.\nNext: {follows[then]}."
        for name, value in (("{day}", day), ("{count}", count)):
            note, summary = note.replace(name, value), summary.replace(name, value)
        pairs.setdefault(note, summary)
    rows = table(list(pairs.items()), held_out=[at % 4 == 1 for at in range(110)])
    why = "a form for what the note says; nothing in it comes from elsewhere"
    card = {"sections": ("Problem", "Cause", "Next")}
    return Task("case-notes", "summary", "behaviour", "fine-tune", why, rows, "", "chrf", 0.6, card=card)


_CLAIMS = {
    "water": (
        "The washing machine flooded the hall overnight",
        "A pipe burst behind the bath and the floor has lifted",
        "Rain got in under the tiles and stained two ceilings",
        "The dishwasher hose came off while we slept",
        "Our upstairs neighbour let the tub run over",
        "The boiler leaked into the cupboard below",
    ),
    "theft": (
        "Both bikes were gone from the shed this morning",
        "Somebody got in by the back window and took the laptop",
        "My bag disappeared on the train with everything in it",
        "The garage was forced and the tools are missing",
        "A parcel vanished from the porch",
        "They emptied the jewellery box while we were away",
    ),
    "vehicle": (
        "A lorry scraped my door on the ring road",
        "I reversed into a post at the supermarket",
        "A stone cracked the windscreen on the motorway",
        "We were hit from behind at the lights",
        "The wing mirror was knocked off outside our house",
        "I slid on ice and bent the front axle",
    ),
    "travel": (
        "Our flight was cancelled and we paid for two nights",
        "I fell ill a day before we were to leave",
        "The suitcase never came off the belt",
        "The hotel had closed down when we arrived",
        "We missed the ferry because the train was late",
        "A doctor abroad wanted cash before he saw me",
    ),
}
_CLAIM_END = (*_END, "What do you need from me?", "I have photographs.", "The excess is not clear to me.")
_CLAIM_MORE = (
    "It happened on Sunday.",
    "I noticed only when I came home.",
    "The police have a note of it.",
    "I have kept every receipt.",
    "My partner saw it too.",
    "I rang your night line at once.",
    "We have been with you for nine years.",
)


def _claims(make: Maker, count: int) -> list[tuple[str, str]]:
    """Two events in one message; the first decides."""
    pairs: dict[str, str] = {}
    labels = sorted(_CLAIMS)
    while len(pairs) < count:
        first, second = make.draw.sample(labels, 2)
        text = make.pick(_CLAIMS[first]) + ". " + make.pick(_CLAIM_MORE)
        if make.draw.random() < 0.5:
            further = make.pick(_CLAIMS[second])
            text += f" Besides, {further[0].lower()}{further[1:]}."
        pairs.setdefault(f"{make.pick(_OPEN)} {text} {make.pick(_CLAIM_END)}".strip(), first)
    return list(pairs.items())


def _small_test() -> Task:
    pairs = _claims(Maker(103), 110)
    rows = table(pairs, held_out=[at < 8 for at in range(110)])
    why = "eight held-out rows cannot tell 0.9 from what a word list reaches: label a test set first"
    fault = "test set too small for the target"
    return Task(
        "claims-eight-test-rows", "classification", "behaviour", "fix the data first", why, rows, fault,
        "accuracy", 0.95,
    )  # fmt: skip


def _seldom() -> Task:
    pairs = _claims(Maker(104), 140)
    rows = table(pairs, held_out=[at % 3 == 0 for at in range(140)])
    declared = {
        "requests_per_month": 60,
        "months": 12,
        "training": 40.0,
        "cost": {
            "currency": "EUR",
            "labelling": 4200.0,
            "machine_hour": 1.2,
            "prices": {"prompt": {"tokens_in": 0.5, "tokens_out": 1.5}},
        },
    }
    why = "sixty requests a month: 720 prompts cost less than a euro, labelling alone 4,200"
    fault = "volume that never pays"
    return Task(
        "claims-sixty-a-month", "classification", "behaviour", "prompt", why, rows, fault, "accuracy", 0.85,
        declared,
    )  # fmt: skip


def _rota() -> Task:
    make = Maker(105)
    pairs = [(text, make.pick(("team north", "team south", "team east"))) for text, _ in _claims(make, 130)]
    rows = table(pairs, held_out=[at % 3 == 0 for at in range(130)])
    why = "who took the claim followed the rota, which the message does not hold: nothing is there to learn"
    fault = "outputs unrelated to inputs"
    return Task(
        "claims-by-rota", "classification", "behaviour", "define the task first", why, rows, fault,
        "macro_f1", 0.8,
    )  # fmt: skip


_FIRST = (
    "Alder",
    "Bracken",
    "Calder",
    "Dovetail",
    "Ember",
    "Fallow",
    "Granite",
    "Harrow",
    "Ivory",
    "Juniper",
)
_SECOND = ("Foods", "Logistics", "Textiles", "Print", "Marine", "Optics", "Timber", "Dairies")
_FIRMS = tuple(f"{first} {second}" for first in _FIRST for second in _SECOND)


def _managers() -> Task:
    make = Maker(106)
    asked = (
        "Who looks after {firm}?",
        "Which manager is {firm} with?",
        "I need the account manager of {firm}.",
        "{firm}: whose account is that?",
    )
    people = ("M. Okoro", "S. Lindqvist", "P. Havel", "R. Amari")
    firms = make.shuffled(list(_FIRMS))
    pairs = [(make.fill(make.pick(asked), {"firm": [firm]}), make.pick(people)) for firm in firms]
    rows = table(pairs, held_out=[at % 4 == 0 for at in range(len(pairs))])
    why = "which firm is whose stands in a list, not in the question"
    return Task("account-managers", "classification", "facts", "retrieval", why, rows, "", "accuracy", 0.9)


def _opening_hours() -> Task:
    make = Maker(107)
    asked = (
        "When do you open in {town}?",
        "Opening hours for the {town} branch please",
        "Is {town} open on Saturdays?",
    )
    pairs, dates = [], []
    for town in _TOWNS:
        for question in asked:
            hour = make.draw.randint(7, 9)
            for month in (1, 4, 7, 10):
                hour += make.draw.choice((0, 1, 1))
                text = question.replace("{town}", town)
                if "Saturdays" in text:
                    answer = f"Yes, until {hour + 5}:00." if hour % 2 else "No, we are closed on Saturdays."
                else:
                    answer = f"We open at {hour}:30 and close at {hour + 9}:00."
                pairs.append((text, answer))
                dates.append(f"2026-{month:02d}-{make.draw.randint(1, 28):02d}")
    rows = table(pairs, collected_at=dates)
    why = "the same question has another answer each quarter"
    fault = "answers change with the date"
    return Task("opening-hours", "rewriting", "facts", "retrieval", why, rows, fault, "chrf", 0.7)


def _briefings() -> Task:
    make = Maker(108)
    asked = ("Brief me on {firm}.", "What do we know about {firm}?", "Background on {firm}, please.")
    trades = (
        "frozen pastry",
        "cold storage",
        "sail cloth",
        "labels",
        "ship repair",
        "lens blanks",
        "oak floors",
    )
    pairs = []
    for firm in make.shuffled(list(_FIRMS)):
        answer = (
            f"Business: {make.pick(trades)} since {make.draw.randint(1921, 2015)}.\n"
            f"Size: {make.draw.randint(12, 940)} people in {make.pick(_TOWNS)}.\n"
            f"Contact: {make.pick(('finance', 'purchasing', 'the owner'))}, terms {make.pick(('14', '30', '60'))} days."
        )
        pairs.append((make.fill(make.pick(asked), {"firm": [firm]}), answer))
    rows = table(pairs, held_out=[at % 5 == 0 for at in range(len(pairs))])
    why = "year, size and place are looked up: the question holds the name alone"
    card = {"sections": ("Business", "Size", "Contact")}
    return Task("company-briefings", "summary", "facts", "retrieval", why, rows, "", "chrf", 0.6, card=card)


_GARDEN = {
    "water": ("leaves go yellow from below", "the soil smells sour", "pots stand in a saucer all day", "roots are brown and soft", "fungus flies come up when I pour"),
    "light": ("it grows long and pale", "it leans to the window", "no buds since the autumn", "new leaves stay small", "the side to the wall is bare"),
    "pests": ("sticky drops on the sill", "tiny webs between the stems", "white cotton in the joints", "holes with clean edges", "silver streaks and black dots"),
    "cold": ("tips went black after the frost", "it stood by the open door", "leaves hang like wet paper since last night", "the draught from the hall hits it", "I left it on the balcony in October"),
}  # fmt: skip


def _noisy() -> Task:
    make = Maker(109)
    plants = ("fig", "lemon tree", "fern", "orchid", "basil", "palm", "ivy", "cactus", "olive", "myrtle")
    labels = sorted(_GARDEN)
    pairs: dict[str, str] = {}
    while len(pairs) < 150:
        label = make.pick(labels)
        one, other = make.draw.sample(_GARDEN[label], 2)
        text = f"My {make.pick(plants)}: {one}, and {other}. {make.pick(_END)}".strip()
        wrong = make.draw.random() < 0.3
        pairs.setdefault(text, make.pick([one for one in labels if one != label]) if wrong else label)
    rows = table(list(pairs.items()), held_out=[at % 3 == 0 for at in range(150)])
    why = "three labels in ten are wrong, so no system scores 0.9 on rows labelled so"
    fault = "wrong labels, no row repeated"
    return Task(
        "plant-clinic-noisy", "classification", "behaviour", "fix the data first", why, rows, fault,
        "accuracy", 0.9,
    )  # fmt: skip


def _mostly_one() -> Task:
    make = Maker(110)
    usual = (
        "Thank you, all arrived", "Great service as ever", "Order received in good order", "Nothing to add this time",
        "Works well, we keep it", "Delivered on the day you said", "Happy with the fit", "The colours are lovely",
        "Set up in ten minutes", "My mother likes it", "Second purchase, same quality", "Good value",
    )  # fmt: skip
    alarm = ("It began to smoke near the plug", "The glass broke in my hand", "There was a spark and a smell")
    who = (
        "says the customer",
        "from the card",
        "by phone",
        "noted at the till",
        "in the survey",
        "on the site",
    )
    tail = ("North", "South", "April", "May", "June", "week 12", "week 30", "line two", "line five", "kiosk")
    pairs: dict[str, str] = {}
    while len(pairs) < 120:
        unsafe = len(pairs) % 20 == 19
        text = f"{make.pick(alarm if unsafe else usual)}, {make.pick(who)}, {make.pick(tail)}."
        pairs.setdefault(text, "unsafe" if unsafe else "fine")
    rows = table(list(pairs.items()), held_out=[at % 3 == 1 for at in range(120)])
    why = "one answer for all is right 19 times in 20, which is the target already"
    fault = "saturated by the commonest label"
    return Task(
        "nearly-always-fine", "classification", "behaviour", "prompt", why, rows, fault, "accuracy", 0.9
    )


def _facilities() -> Task:
    make = Maker(111)
    things = (
        "a lift",
        "parking",
        "a café",
        "toilets",
        "a cash machine",
        "a parcel desk",
        "a repair bench",
        "free wifi",
    )
    asked = (
        "Does the {town} store have {thing}?",
        "Is there {thing} in {town}?",
        "{thing} at {town}, yes or no?",
    )
    pairs = []
    for town in (*_TOWNS, "Ilverton", "Jarrow Hill"):
        for thing in things:
            question = make.pick(asked).replace("{town}", town).replace("{thing}", thing)
            pairs.append((question[0].upper() + question[1:], make.pick(("yes", "no"))))
    rows = table(make.shuffled(pairs))
    why = "whether a store has a lift is looked up; the question does not tell"
    return Task("store-facilities", "classification", "facts", "retrieval", why, rows, "", "accuracy", 0.9)


def _passages() -> Task:
    make = Maker(112)
    pairs: dict[str, str] = {}
    things = (
        "bridge",
        "mill",
        "library",
        "harbour wall",
        "observatory",
        "market hall",
        "chapel",
        "canal lock",
    )
    while len(pairs) < 110:
        thing, town, other = make.pick(things), *make.draw.sample(_TOWNS, 2)
        year, cost, who = make.draw.randint(1741, 1998), make.draw.randint(11, 98) * 100, make.pick(
            ("the weavers", "a widow named Torrance", "the parish", "two brothers from the coast", "the railway company")
        )  # fmt: skip
        passage = (
            f"The {thing} of {town} was paid for by {who} and finished in {year}. It cost {cost} crowns, "
            f"and stone was brought from {other}. {make.pick(('Visitors come on Sundays.', 'It was repaired twice.', 'A print of it hangs in the inn.'))}"
        )
        question, answer = make.pick(
            (
                ("When was it finished?", f"In {year}"),
                ("Who paid for it?", who[0].upper() + who[1:]),
                ("Where did the stone come from?", f"From {other}"),
                ("What did it cost?", f"{cost} crowns"),
            )
        )
        pairs.setdefault(f"{passage}\n\n{question}", answer)
    rows = table(list(pairs.items()), held_out=[at % 4 == 2 for at in range(110)])
    why = "a question, but its passage comes with it: reading is a behaviour"
    return Task("passage-questions", "rewriting", "behaviour", "fine-tune", why, rows, "", "chrf", 0.7)


def _tariffs() -> Task:
    make = Maker(113)
    pairs, dates = [], []
    for land in ("France", "Norway", "Italy", "Poland", "Ireland", "Spain", "Malta", "Greece"):
        for weight in (1, 2, 5):
            price = make.draw.randint(700, 2400)
            for year in (2023, 2024, 2025, 2026):
                price += make.draw.randint(20, 160)
                pairs.append(
                    (
                        f"Parcel of {weight} kg to {land}",
                        json.dumps({"price": price / 100, "days": make.draw.randint(2, 6)}),
                    )
                )
                dates.append(f"{year}-{make.draw.randint(1, 12):02d}-11")
    rows = table(pairs, collected_at=dates)
    why = "a tariff table that changes every year"
    return Task(
        "parcel-tariffs", "extraction", "facts", "retrieval", why, rows, "answers change with the date",
        "exact_match", 0.9,
    )  # fmt: skip


def _trivia() -> Task:
    pairs = [
        ("What is the capital of Mongolia?", "Ulaanbaatar"), ("Who wrote Middlemarch?", "George Eliot"),
        ("Which metal is liquid at room temperature?", "Mercury"), ("How many strings has a violin?", "Four"),
        ("Which river flows through Vienna?", "The Danube"), ("Who painted Guernica?", "Pablo Picasso"),
        ("What is the largest planet?", "Jupiter"), ("In which year did the Titanic sink?", "1912"),
        ("Who discovered penicillin?", "Alexander Fleming"), ("What is the chemical sign of iron?", "Fe"),
        ("Which sea lies between Italy and Croatia?", "The Adriatic"), ("Who composed the Moonlight Sonata?", "Beethoven"),
        ("How many bones has an adult human?", "206"), ("Which country has Reykjavik as its capital?", "Iceland"),
        ("Who invented the telephone?", "Alexander Graham Bell"), ("What is the longest river of Africa?", "The Nile"),
        ("Which gas do plants take in?", "Carbon dioxide"), ("Who was the first person on the Moon?", "Neil Armstrong"),
        ("What is the currency of Japan?", "The yen"), ("Which planet has the most visible rings?", "Saturn"),
        ("In which city is the Uffizi?", "Florence"), ("Who wrote War and Peace?", "Leo Tolstoy"),
        ("What is the hardest natural substance?", "Diamond"), ("How many players has a cricket team?", "Eleven"),
        ("Which ocean is the deepest?", "The Pacific"), ("Who formulated the laws of motion?", "Isaac Newton"),
        ("What is the smallest prime?", "Two"), ("Which language is spoken in Brazil?", "Portuguese"),
        ("Who built the Eiffel Tower?", "Gustave Eiffel's company"), ("What is the boiling point of water in Fahrenheit?", "212"),
        ("Which animal is the fastest on land?", "The cheetah"), ("Who wrote The Trial?", "Franz Kafka"),
        ("What is the capital of Australia?", "Canberra"), ("Which element has atomic number 1?", "Hydrogen"),
        ("Who sculpted David in Florence?", "Michelangelo"), ("How many keys has a piano?", "88"),
        ("Which mountain is the highest?", "Mount Everest"), ("Who developed general relativity?", "Albert Einstein"),
        ("What is the capital of Kenya?", "Nairobi"), ("Which country gave the Statue of Liberty?", "France"),
        ("What do bees make?", "Honey"), ("Who wrote Don Quixote?", "Miguel de Cervantes"),
        ("What is the square root of 144?", "12"), ("Which desert is the largest hot one?", "The Sahara"),
        ("Who was the first woman to win a Nobel prize?", "Marie Curie"), ("What is the capital of Peru?", "Lima"),
        ("In which year did the Berlin Wall fall?", "1989"), ("Which instrument measures air pressure?", "A barometer"),
        ("Who painted the Night Watch?", "Rembrandt"), ("How many days has a leap year?", "366"),
        ("Which vitamin does sunlight give?", "Vitamin D"), ("Who wrote The Odyssey?", "Homer"),
        ("What is the capital of Canada?", "Ottawa"), ("Which bird cannot fly and lives in Antarctica?", "The penguin"),
        ("What is frozen water called?", "Ice"), ("Who was the first emperor of Rome?", "Augustus"),
        ("Which organ pumps blood?", "The heart"), ("What is the capital of Finland?", "Helsinki"),
        ("How many sides has a hexagon?", "Six"), ("Who wrote Pride and Prejudice?", "Jane Austen"),
    ]  # fmt: skip
    rows = table(pairs, held_out=[at % 5 == 3 for at in range(len(pairs))])
    why = "general knowledge: no answer can be read off its question"
    return Task("trivia", "rewriting", "facts", "retrieval", why, rows, "", "chrf", 0.7)


def held_out() -> list[Task]:
    """The tasks, in order."""
    return [
        _house_voice(), _case_notes(), _small_test(), _seldom(), _rota(), _managers(), _opening_hours(),
        _briefings(), _noisy(), _mostly_one(), _facilities(), _passages(), _tariffs(), _trivia(),
    ]  # fmt: skip
