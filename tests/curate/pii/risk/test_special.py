"""Special categories: sentences about a person are flagged, product words and figures of speech are not."""

from __future__ import annotations

from collections.abc import Callable

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from curate.errors import AssayError
from curate.pii.risk.lexicon import CATEGORIES, rules_of
from curate.pii.risk.special import SPECIAL, by_category, special_categories, unread

POSITIVE = {
    "health": [
        "I have diabetes and need the parcel before Friday",
        "My wife has type 2 diabetes so the delay matters",
        "I've got asthma and the fumes from the sofa are bad",
        "He was diagnosed with bowel cancer in March",
        "My son is autistic and cannot cope with the doorbell",
        "I’m pregnant, please don't leave it on the step",
        "she's seven months pregnant and can't lift it",
        "I'm registered blind and your site does not work with my reader",
        "I am allergic to latex, what is the mattress made of?",
        "my daughter has a nut allergy",
        "my GP told me to get a firmer bed",
        "I was in hospital when the driver called",
        "My husband is in hospital",
        "I missed it because I was having chemo",
        "I'm on antidepressants and this is making it worse",
        "my mental health has suffered",
        "I've been signed off sick",
        "The driver has epilepsy, he told me",
        "we live with my mother, who has dementia",
    ],
    "religion": [
        "I'm a practising Muslim and cannot open on Friday afternoons",
        "We are Jewish, so no deliveries on Saturday please",
        "as a Catholic, I found the advert offensive",
        "it is against my religion",
        "I am fasting for Ramadan",
        "we keep kosher at home",
        "it was meant for my church",
        "we go to church on Sundays",
    ],
    "trade_union": [
        "I will be speaking to my union rep about it",
        "I've raised it with my union.",
        "I am a member of a trade union",
        "I joined Unison last year",
        "I'm a shop steward at the depot",
    ],
    "politics": [
        "I'm a member of the Labour Party",
        "I always voted Conservative until now",
        "my political views are none of your business",
        "I am a socialist and proud of it",
    ],
    "sexual_orientation": [
        "I'm gay and the card was addressed to Mr and Mrs",
        "My son is transgender, please change the name",
        "it is a gift for my same-sex partner",
        "I came out as gay at work",
    ],
    "ethnicity": [
        "I am a black woman and was followed round the shop",
        "I'm mixed race and none of the shades fit",
        "he treated me so because of my race",
        "I am of Pakistani descent",
        "please delete my ethnicity from the form",
    ],
    "biometric_genetic": [
        "who said you could store my fingerprint?",
        "delete my DNA results",
        "your till kept my facial scan",
    ],
    "criminal": [
        "I have a criminal record and want to know whether I can apply",
        "he was arrested last week",
        "I'm on probation and cannot move house",
        "my ex was convicted of assault",
        "my conviction is spent",
        "I was charged with theft",
    ],
}
HARD_NEGATIVE = [
    "is this vegan leather or real leather?",
    "I'm sick of waiting for the courier",
    "the party lights do not switch off",
    "I was charged twice for one lamp",
    "I was charged with delivery although I collected it",
    "charged £20 with no reason",
    "can I pay by Western Union or through my credit union account?",
    "the union jack cushion is out of stock",
    "I am a student union customer",
    "my roller blind came without the chain",
    "the blackout blind is too short and I am cross",
    "I'm after a black sofa and a white lamp",
    "the label is Christian Dior",
    "I spoke to Christian in your call centre",
    "I have faith in you, my faith is fading",
    "the labour charge on my invoice is wrong",
    "I'd like the green one, I am a green fan",
    "I have a problem with my order",
    "I've had a heart-shaped cushion delivered",
    "my disk has failed and I have a technical problem",
    "we have issues with the operation of the lamp",
    "the hospital bed frame is listed twice, is it in stock?",
    "I work at a church supplies shop and need an invoice",
    "the bulb is dead and the app crashed",
    "I'm dying to see it, you are killing me",
    "it drives me mad, I'm going crazy",
    "the race is on, my race bike has not arrived",
    "fingerprints on the glass table",
    "I vote for a refund",
    "gay pride flag in the sale?",
    "your site arrested my attention, the price is a steal",
    "a straight answer please",
    "the Lent Avenue shop",
    "does the cancer charity cushion still exist?",
    "trans-pennine delivery",
    "I live with my parcel being late",
    "a friendly asian style rug",
    "I am in the party planning business",
    "I'm disappointed, depressed prices though",
    "Is the doctor who mug in stock",
    "the driver is a joke",
    "the Temple lamp and the Priest stool",
    "I have an Aids to Living catalogue",
]


def _examples(texts: list[str], languages: list[str | None] | None = None) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "example_id": [f"r{at:03}" for at in range(len(texts))],
            "input": texts,
            "language": languages or [None] * len(texts),
        },
        schema_overrides={"language": pl.String},
    )


def _found(*texts: str) -> list[set[str]]:
    special = special_categories(_examples(list(texts)), fields=["input"])
    return [set(special.filter(example_id=f"r{at:03}")["category"]) for at in range(len(texts))]


@pytest.mark.parametrize("category", CATEGORIES)
def test_what_a_person_says_of_a_person_is_flagged(category: str) -> None:
    said = POSITIVE[category]
    missed = [text for text, found in zip(said, _found(*said), strict=True) if category not in found]
    assert missed == []


def test_product_words_and_figures_of_speech_are_not_flagged() -> None:
    flagged = [
        (text, found) for text, found in zip(HARD_NEGATIVE, _found(*HARD_NEGATIVE), strict=True) if found
    ]
    assert flagged == []


@pytest.mark.parametrize("category", CATEGORIES)
def test_a_sentence_of_one_category_is_not_flagged_for_the_others(category: str) -> None:
    assert [found for found in _found(*POSITIVE[category]) if found != {category}] == []


_words = st.sampled_from(
    [word for texts in POSITIVE.values() for text in texts for word in text.split()]
    + [word for text in HARD_NEGATIVE for word in text.split()]
)


@given(st.lists(_words, min_size=1, max_size=14).map(" ".join))
def test_stems_never_hide_what_a_rule_would_find(text: str) -> None:
    lowered = pl.Series([text.lower().replace("’", "'")])
    alone = {
        (rule.category, rule.evidence) for rule in rules_of("en") if lowered.str.contains(rule.pattern)[0]
    }
    special = special_categories(_examples([text]), fields=["input"])
    assert set(special.select("category", "evidence").iter_rows()) == alone


def test_table_is_the_schemas_sorted_and_free_of_row_order() -> None:
    texts = [text for said in POSITIVE.values() for text in said]
    examples = _examples(texts)
    special = special_categories(examples, fields=["input"])
    assert special.schema == SPECIAL
    assert special.equals(
        special_categories(examples.sample(fraction=1, shuffle=True, seed=3), fields=["input"])
    )
    assert special.equals(special.unique().sort(SPECIAL.names()))


def test_no_text_is_in_the_table() -> None:
    special = special_categories(_examples(["I have diabetes, zanzibar"]), fields=["input"])
    assert special.rows() == [("r000", "health", "input", "has_condition")]


def test_rows_in_other_languages_are_counted_as_unread_not_as_clean() -> None:
    examples = _examples(["I have diabetes", "ich habe Diabetes", "I have asthma"], [None, "de", "en"])
    assert special_categories(examples, fields=["input"])["example_id"].to_list() == ["r000", "r002"]
    assert unread(examples) == 1


def test_a_language_without_a_lexicon_is_an_error() -> None:
    with pytest.raises(AssayError, match="no lexicon"):
        special_categories(_examples(["x"]), language="cy", fields=["input"])


def test_counts_name_the_article_and_count_rows_once(examples: Callable[..., pl.DataFrame]) -> None:
    rows = examples(
        {"input": "I have diabetes. My GP says so. I was arrested."},
        {"input": "I am pregnant", "output": "I have asthma"},
        {"input": "fine"},
    )
    assert by_category(special_categories(rows)) == [
        {"category": "health", "article": "Art. 9", "rows": 2},
        {"category": "criminal", "article": "Art. 10", "rows": 1},
    ]
