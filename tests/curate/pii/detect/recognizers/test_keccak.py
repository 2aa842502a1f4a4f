"""Keccak-256 and EIP-55, held to published vectors; what the checksum makes of an address."""

from __future__ import annotations

from typing import Any

import pytest

from curate.pii.detect.recognizers.keccak import checksummed, keccak256

# EIP-55's own test cases.
_EIP55 = (
    "0x52908400098527886E0F7030069857D2E4169EE7",
    "0x8617E340B3D01FA5F11F306F4090FD50E238070D",
    "0xde709f2102306220921060314715629080e2fb77",
    "0x27b1fdb04752bbc536007a920d24acb045561c26",
    "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
    "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359",
    "0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB",
    "0xD1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDb",
)


@pytest.mark.parametrize(
    ("message", "digest"),
    [
        (
            b"",
            "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470",
        ),  # Ethereum yellow paper, KEC of nothing
        (b"abc", "4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45"),
        (
            b"transfer(address,uint256)",
            "a9059cbb2ab09eb219583f4a59a5d0623ade346d962bcd4e46b11da047c9049b",
        ),  # the selector of ERC-20
    ],
)
def test_published_digests(message: bytes, digest: str) -> None:
    assert keccak256(message).hex() == digest


@pytest.mark.parametrize("address", _EIP55)
def test_published_addresses(address: str) -> None:
    assert checksummed(address.lower()) == checksummed(address) == address


def _tier(detector: Any, address: str) -> tuple[str, bool, float]:
    hit = next(hit for hit in detector.find(f"send it to {address} today"))
    return hit.entity, hit.verified, hit.score


@pytest.mark.parametrize("address", _EIP55[4:])
def test_a_right_checksum_is_verified_and_a_wrong_one_still_found(detector: Any, address: str) -> None:
    assert _tier(detector, address) == ("CRYPTO", True, 1.0)
    at = next(at for at, letter in enumerate(address[2:], 2) if letter.isalpha())
    assert _tier(detector, address[:at] + address[at].swapcase() + address[at + 1 :]) == (
        "CRYPTO",
        False,
        0.45,
    )


@pytest.mark.parametrize("address", [_EIP55[2], _EIP55[5].lower(), "0x" + _EIP55[5][2:].upper()])
def test_an_address_in_one_case_has_no_checksum(detector: Any, address: str) -> None:
    assert _tier(detector, address) == ("CRYPTO", False, 0.6)
