"""Keys, passwords and personal links; the words and pages beside them are left."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

Found = Callable[[str], list[tuple[str, str]]]


@pytest.mark.parametrize(
    ("text", "entity", "value"),
    [
        ("AKIAIOSFODNN7EXAMPLE is mine", "API_KEY", "AKIAIOSFODNN7EXAMPLE"),
        (
            "use ghp_abcdefghijklmnopqrstuvwxyz0123456789.",
            "API_KEY",
            "ghp_abcdefghijklmnopqrstuvwxyz0123456789",
        ),
        ("api_key=9f8a7b6c5d4e3f2a1b0c", "API_KEY", "9f8a7b6c5d4e3f2a1b0c"),
        ("hf_abcdefghijklmnopqrstuvwxyzABCDEFGH", "API_KEY", "hf_abcdefghijklmnopqrstuvwxyzABCDEFGH"),
        ("-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0B\n-----END PRIVATE KEY-----", "API_KEY", None),
        ("my password is hunter2x, help", "PASSWORD", "hunter2x"),
        ("Password: Tr0ub4dor&3", "PASSWORD", "Tr0ub4dor&3"),
        ("my pin is 4821", "PASSWORD", "4821"),
        ("on https://shop.com/users/jo.smith.", "PERSONAL_URL", "https://shop.com/users/jo.smith"),
        ("linkedin.com/in/jo-smith-12", "PERSONAL_URL", "linkedin.com/in/jo-smith-12"),
        (
            "https://shop.com/o?id=1&email=jo%40x.com",
            "PERSONAL_URL",
            "https://shop.com/o?id=1&email=jo%40x.com",
        ),
        ("https://jo:pw12345@ex.com/x", "PERSONAL_URL", "https://jo:pw12345@ex.com/x"),
    ],
)
def test_finds(found: Found, text: str, entity: str, value: str | None) -> None:
    assert found(text) == [(entity, value or text)]


@pytest.mark.parametrize(
    "text",
    [
        "password: reset please",
        "my password is not working since the update",
        "the password is too short, it wants 8 characters",
        "pin: see the letter",
        "what is an api key and a token",
        "token number 4412",
        "key workers and secret santa tokens",
    ],
)
def test_leaves(found: Found, text: str) -> None:
    assert found(text) == []


@pytest.mark.parametrize(
    "text",
    ["https://shop.com/help/settings", "https://shop.com/users/sign_in", "https://shop.com/account/orders"],
)
def test_a_page_of_everybodys_is_no_personal_link(found: Found, text: str) -> None:
    assert found(text) == []


def test_two_passwords_that_differ_in_case_are_two(detector: Any) -> None:
    from curate.pii.values import normalise

    assert normalise("PASSWORD", "Hunter2") != normalise("PASSWORD", "hunter2")
