"""A month is nobody, and somebody called May is not a month."""

from __future__ import annotations

import pytest

from curate.pii.detect.names.months import in_a_date


def _there(text: str) -> bool:
    start, end = text.index("["), text.index("]") - 1
    return in_a_date(text.replace("[", "").replace("]", ""), start, end)


@pytest.mark.parametrize(
    "text",
    [
        "I ordered it in [May] and it is now late.",
        "from [April] to June",
        "from April to [June]",
        "The [Autumn] catalogue",
        "by [August] please",
        "see you on [Sunday]",
        "[April] 2024",
        "the 3rd of [June]",
        "14 [Jan]",
        "mid-[June]",
        "from [May] onwards",
        "end of [May]",
        "every [summer]",
        "[May] or June",
        "in [MAY]",
    ],
)
def test_a_month_among_the_words_of_a_date(text: str) -> None:
    assert _there(text)


@pytest.mark.parametrize(
    "text",
    [
        "Please ask [May] about it",
        "in [May]'s office",
        "in [May]’s office",
        "signed by [April]",
        "spoken to by [June]",
        "a friend of [April]",
        "[April] called",
        "Hi [June], it is late",
        "it was given by [May]",
        "in [Mae]",
        "[May]",
        "message from [April] about the order",
    ],
)
def test_somebody_of_that_name(text: str) -> None:
    assert not _there(text)


@pytest.mark.parametrize(
    "text",
    ["ab dem 20. [März]", "le 1er [avril]", "el 3 de [julio]", "il 9 di [maggio]", "dès le 4 [mars] à Brest"],
)
def test_a_month_of_another_language_behind_the_number_of_a_day(text: str) -> None:
    assert _there(text)


@pytest.mark.parametrize("text", ["[Julio] llama a las 3", "para [Mai] y Ana", "flat 12. [April] rang"])
def test_a_name_that_is_a_month_elsewhere_stays_a_name_without_a_day(text: str) -> None:
    assert not _there(text)
