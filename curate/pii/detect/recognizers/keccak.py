"""Keccak-256 and the checksum it gives an Ethereum address (EIP-55). Pure Python, half a millisecond an
address.

Ethereum's hash is Keccak as first submitted, with the padding 0x01; hashlib's SHA3-256 (FIPS 202) pads with
0x06, which gives another digest. No dependency here has it.
"""

from __future__ import annotations

_LANES, _RATE, _MASK = 25, 136, (1 << 64) - 1


def _round_constants() -> list[int]:
    """The 24 constants of step iota, from the linear feedback shift register of the Keccak reference (section
    1.2).
    """
    constants, register = [], 1
    for _ in range(24):
        constant = 0
        for power in range(7):
            if register & 1:
                constant |= 1 << ((1 << power) - 1)
            register = register << 1 ^ (0x171 if register & 0x80 else 0)
        constants.append(constant)
    return constants


def _rotations() -> list[tuple[int, int]]:
    """For each lane in the order of rho and pi: where it goes, and by how many bits it is turned."""
    x, y, moves = 1, 0, []
    for step in range(24):
        x, y = y, (2 * x + 3 * y) % 5
        moves.append((x + 5 * y, (step + 1) * (step + 2) // 2 % 64))
    return moves


_CONSTANTS, _MOVES = _round_constants(), _rotations()


def _turned(lane: int, bits: int) -> int:
    return (lane << bits | lane >> (64 - bits)) & _MASK


def _permuted(lanes: list[int]) -> list[int]:
    """Keccak-f[1600] of 25 lanes of 64 bits."""
    for constant in _CONSTANTS:
        parity = [lanes[x] ^ lanes[x + 5] ^ lanes[x + 10] ^ lanes[x + 15] ^ lanes[x + 20] for x in range(5)]
        lanes = [
            lane ^ parity[at % 5 - 1] ^ _turned(parity[(at + 1) % 5], 1) for at, lane in enumerate(lanes)
        ]
        moved, carried = lanes[1], lanes.copy()
        for to, bits in _MOVES:
            carried[to], moved = _turned(moved, bits), lanes[to]
        lanes = [
            carried[at] ^ (~carried[at // 5 * 5 + (at + 1) % 5] & carried[at // 5 * 5 + (at + 2) % 5]) & _MASK
            for at in range(_LANES)
        ]
        lanes[0] ^= constant
    return lanes


def keccak256(message: bytes) -> bytes:
    """The 32 bytes of Keccak-256."""
    padded = bytearray(message + b"\x01" + bytes(-(len(message) + 1) % _RATE))
    padded[-1] |= 0x80
    lanes = [0] * _LANES
    for start in range(0, len(padded), _RATE):
        for at in range(_RATE // 8):
            lanes[at] ^= int.from_bytes(padded[start + 8 * at : start + 8 * at + 8], "little")
        lanes = _permuted(lanes)
    return b"".join(lane.to_bytes(8, "little") for lane in lanes[:4])


def checksummed(address: str) -> str:
    """An Ethereum address (`0x` and 40 hexadecimal digits) in the mixed case of EIP-55: capital where the
    hash's digit is 8 or more.
    """
    digits = address[2:].lower()
    return "0x" + "".join(
        letter.upper() if digit in "89abcdef" else letter
        for letter, digit in zip(digits, keccak256(digits.encode()).hex(), strict=False)
    )
