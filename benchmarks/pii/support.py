"""Rows as a support desk gets them: a few sentences each, of which a given share holds a planted value and 30
% a hard negative.

Sentences around the values are made of slots, with no digit and no address in them. All rows of one call are
distinct, so nothing is gained by reading equal texts once. A function of its arguments alone.
"""

from __future__ import annotations

import math
from random import Random

from benchmarks.pii.corpus import Row, corpus
from benchmarks.pii.phrases import CLOSINGS, OPENINGS, POSITIVE

# Of 4,514 rows of bitext 14 % hold a number or an id; support mail holds dates, prices and part codes too.
HARD = 0.3

_SLOTS = {
    "thing": "kettle, lamp, rug, blender, desk, jacket, pair of boots, keyboard, heater, tent, mirror, "
"pram, drill, bookcase, coffee machine, bike light, duvet, suitcase, radio, bench",
    "fault": "stopped working, arrived broken, makes a strange noise, is the wrong colour, does not fit, "
"smells of smoke, has a scratch on the side, will not switch on, came without the screws, "
"leaks",
    "when": "yesterday, last week, on Monday, this morning, two days ago, in March, over the weekend, "
"before the holidays, last night, at the end of the month",
    "want": "a refund, a replacement, an answer, my money back, a new label, to speak to a manager, to "
"cancel the whole thing, a discount, a repair, somebody to look into this",
    "who": "my sister, the driver, your colleague, a neighbour, the shop, my manager, the courier, your "
"web page, the app, a friend of mine",
    "mood": "disappointed, happy, confused, annoyed, worried, surprised, pleased, fed up",
    "did": "told me to wait, never answered, left it in the rain, said it was sold out, promised to ring "
"back, sent the wrong one, asked for a photo, closed the case, charged me twice, lost the "
"parcel",
    "where": "in the kitchen, at work, on the landing, by the back door, in the shed, in the office, "
"behind the bins, at reception, in the hall, on the balcony",
}  # fmt: skip
_CHOICES = {name: words.split(", ") for name, words in _SLOTS.items()}
_SENTENCES = """
The {thing} I bought {when} {fault}.
I would like {want} because the {thing} {fault}.
{who} {did} and now I am rather {mood}.
Could you tell me when the {thing} will be sent?
I have been a customer for years and I am {mood}.
It was left {where} {when}, which is not what I asked for.
Please let me know how I can get {want}.
We keep it {where} and it {fault} {when}.
When I phoned, {who} {did}.
The box was open and the {thing} {fault}.
Do you sell a smaller {thing}, and is it in stock?
I am {mood} with the {thing}, it looks lovely {where}.
My account page says delivered, but {who} {did}.
Is the {thing} covered by the warranty if it {fault}?
The e-mail I got {when} says that it is on its way.
I tried to change the delivery address {when}, and the page froze.
Nobody has been in touch since {who} {did}.
I don't need the {thing} any more, can I send it back for {want}?
The discount code did not work {when}, so I paid the full price by card.
Your chat {did}, then {who} {did}.
I reset my password {when} but I still cannot log in.
This is the second time that the {thing} {fault}!
All I want is {want}, nothing else.
Why does the {thing} cost more {when} than in the shop?
The manual does not say what to do when it {fault}...
I already sent a picture of the {thing} {when}; {who} {did}.
""".strip().splitlines()


def _sentence(random: Random) -> str:
    text = random.choice(_SENTENCES)
    while "{" in text:
        name = text[text.index("{") + 1 : text.index("}")]
        text = text.replace(f"{{{name}}}", random.choice(_CHOICES[name]), 1)
    return text[0].upper() + text[1:]


def _around(random: Random, phrase: str | None) -> str:
    """`phrase` with sentences before and after, 100 to 300 characters for most."""
    sentences = [_sentence(random) for _ in range(random.randint(2, 4) - bool(phrase))]
    if phrase is not None:
        sentences.insert(random.randint(0, len(sentences)), phrase)
    opening = [random.choice(OPENINGS)] if random.random() < 0.5 else []
    closing = [random.choice(CLOSINGS)] if random.random() < 0.5 else []
    return random.choice([" ", " ", " ", "\n"]).join([*opening, *sentences, *closing])


def support_rows(rows: int, density: float, seed: int = 0) -> list[str]:
    """`rows` distinct texts, shuffled; `density` of them with a value of each kind of the test half in turn,
    `HARD` with a hard negative.
    """
    random = Random(f"support {seed} {density}")
    held, hard = round(rows * density), round(rows * HARD * (1 - density))
    made = corpus("test", math.ceil(held / len(POSITIVE)), hard, seed)
    values = [row for row in made if row.spans]
    planted: list[Row] = [*random.sample(values, held), *(row for row in made if not row.spans)]
    texts: dict[str, None] = {}
    for row in planted:
        text = _around(random, row.text)
        while text in texts:
            text = _around(random, row.text)
        texts[text] = None
    while len(texts) < rows:
        texts[_around(random, None)] = None
    shuffled = list(texts)
    random.shuffle(shuffled)
    return shuffled
