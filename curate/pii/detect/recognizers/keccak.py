"""The checksum that Keccak-256 gives an Ethereum address (EIP-55).

Ethereum's hash is Keccak as first submitted, with the padding 0x01; hashlib's SHA3-256 (FIPS 202) pads with
0x06, which gives another digest. pycryptodome has it: 0.01 ms an address. The pure Python of earlier versions
took 0.9 ms, which is 20 s for a megabyte of addresses.
"""

from __future__ import annotations


def keccak256(message: bytes) -> bytes:
    """The 32 bytes of Keccak-256."""
    from Crypto.Hash import keccak  # 0.3 s to load, and few texts hold an address

    return keccak.new(digest_bits=256, data=message).digest()


def checksummed(address: str) -> str:
    """An Ethereum address (`0x` and 40 hexadecimal digits) in the mixed case of EIP-55: capital where the
    hash's digit is 8 or more.
    """
    digits = address[2:].lower()
    letters = [
        letter.upper() if digit in "89abcdef" else letter
        for letter, digit in zip(digits, keccak256(digits.encode()).hex(), strict=False)
    ]
    return "0x" + "".join(letters)
