"""What looks like somebody's value and is a machine's, a file's or a version's; and what stands beside it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from curate.pii.detect.params import EntityChanges, ScanParams

Found = Callable[[str], list[tuple[str, str]]]
_UUID = "7c9e6679-7425-40de-944b-e07fc1f90ae7"


@pytest.mark.parametrize(
    "text",
    [
        "the scanner driver 5.1.0.22 will not install",
        "| toolkit | 2.8.11.4 | toolkit.jar |",
        "## [3.14.0.1] - 2025-04-11",
        "6.2.0.9",
        "listen on 0.0.0.0 and 127.0.0.1, mask 255.255.255.0",
        "Shape::Circle::area and fee:: and ::1",
        "fingerprint 9c:0d:4e:71:b2:38:5f:aa:10:c4:6e:83:d7:29:f0:1b",
        "dump 9c-0d-4e-71-b2-38-5f-aa",
        "logo_32x32@3x.jpeg and banner@2x.svg",
        "npm install react@18.3.1 left-pad@1.3.0",
        "see README.md, ASP.NET, node.js and socket.io in my.module.run",
        "read https://www.example.org/guide/returns?step=2",
        f"request {_UUID} failed",
        f"https://www.example.org/f?topic={_UUID}",
        "The phone gateway logs 1699999200 1699999260",
        "call trace 1699999200123 ended",
        f"token: {_UUID}",
        "nextPageToken: CAoQAA9f8a7b6c5d4e3f2a1b",
        "apiKey: settings.PAYMENTS_KEY_V3",
        "API_KEY=your-api-key-goes-here-123",
        '{"password": "required"}',
        "password: ********",
        'PASSWORD="${DB_PASSWORD}"',
        "in 12, Harrogate and 4, Margate",
        "ID 4532147788.209169",
    ],
)
def test_is_left(found: Found, text: str) -> None:
    assert found(text) == []


@pytest.mark.parametrize(
    ("text", "entity", "value"),
    [
        ("login from IP 5.1.0.22", "IP_ADDRESS", "5.1.0.22"),
        ("signed in from 84.17.60.12 at noon", "IP_ADDRESS", "84.17.60.12"),
        ("via fe80::1ff:fe23:4567:890a", "IP_ADDRESS", "fe80::1ff:fe23:4567:890a"),
        ("her laptop is 9c:0d:4e:71:b2:38.", "MAC_ADDRESS", "9c:0d:4e:71:b2:38"),
        ("mail ann@2x.example.org", "EMAIL_ADDRESS", "ann@2x.example.org"),
        ("admin@corp.local wrote", "EMAIL_ADDRESS", "admin@corp.local"),
        ("cc=ann@example.org|bob", "EMAIL_ADDRESS", "ann@example.org"),
        ('write to "ann lee"@example.org', "EMAIL_ADDRESS", '"ann lee"@example.org'),
        (f'{{"userId": "{_UUID}"}}', "UUID", _UUID),
        (f"session {_UUID} of hers", "UUID", _UUID),
        (
            "https://x.example/u?to=ann@example.org&y=1",
            "PERSONAL_URL",
            "https://x.example/u?to=ann@example.org&y=1",
        ),
        ("my phone is 1699999200", "PHONE_NUMBER", "1699999200"),
        ("card5241138062719402end", "CREDIT_CARD", "5241138062719402"),
        ("cc_5241138062719402", "CREDIT_CARD", "5241138062719402"),
        ("Ref 1234 5241 1380 6271 9402", "CREDIT_CARD", "5241 1380 6271 9402"),
        ("Visa 4929 1386 1112 7702 004", "CREDIT_CARD", "4929 1386 1112 7702 004"),
        ("PO Box 88, Leeds", "STREET_ADDRESS", "PO Box 88"),
        ("Authorization: Basic YW5uOldyZW40MSE=", "API_KEY", "YW5uOldyZW40MSE="),
        ("amqp://svc:Wren!41@mq.example:5672/x", "PASSWORD", "Wren!41"),
        ("Server=db;User Id=sa;Password=Wren!4117;Encrypt=true", "PASSWORD", "Wren!4117"),
        ('{"password": "autumnwren"}', "PASSWORD", "autumnwren"),
        ("curl -u ann:Wren!41x https://x.example/", "PASSWORD", "Wren!41x"),
        ("dob 03111961", "DATE_OF_BIRTH", "03111961"),
        ('"dob": "1961-11-03T00:00:00Z"', "DATE_OF_BIRTH", "1961-11-03T00:00:00Z"),
        ("born 3 / 11 / 1961", "DATE_OF_BIRTH", "3 / 11 / 1961"),
    ],
)
def test_is_found(found: Found, text: str, entity: str, value: str) -> None:
    assert (entity, value) in found(text)


def test_links_and_ids_are_found_where_params_name_them() -> None:
    from curate.pii.detect.detector import Detector

    text = f"see https://x.example.org/a and {_UUID}"
    named = Detector(ScanParams(ner=None, entities=EntityChanges(add=("URL", "UUID"))))
    assert [hit.entity for hit in named.find(text)] == ["URL", "UUID"]
    lower = Detector(ScanParams(ner=None, thresholds={"URL": 0.3}))
    assert [hit.entity for hit in lower.find(text)] == ["URL"]
