"""Telephone numbers in plain national form, judged from their digits: what libphonenumber would say of them,
mostly without asking it.

To parse a candidate costs it some fifty microseconds a region, and three regions are asked. But of seven to
fifteen digits, with single marks between groups or none, Germany's open plan always makes a possible number,
so such a candidate counts as a whole, for 0.1 at least; a form that scores more is told by its first digits,
and at times by whether the number is one that exists. Everything else (a `+`, a leading 00, brackets, an
extension, long groups) is left to libphonenumber. A property test holds this against
`PlausiblePhoneRecognizer` without it (`tests/curate/pii/test_national.py`).
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from itertools import repeat

import phonenumbers

# Ofcom's numbers for drama use (07700 900xxx, 01632 960xxx): libphonenumber holds them invalid, people write
# them in examples.
_DRAMA = re.compile(r"7700900\d{3}|1632960\d{3}")
_PLAIN = re.compile(r"[0-9]+(?:[-. ]{1,4}[0-9]+)*")
SEPARATED_US = re.compile(r"\d{3}(?:\)|[-. ])[-. ]{0,2}\d{3}[-. ]\d{4}")
# The hour of a time stamp, which libphonenumber passes over where minutes follow.
_HOUR = re.compile(r" \d\d$")
_GB, _US = 44, 1
# The longest numbers there are (ITU-T E.164), and those of the UK without and with their leading 0.
LONGEST, _UK = 15, 10


def plain_score(candidate: str) -> float | None:
    """The score by form of a whole candidate, 0 if it is not a number; None if libphonenumber must say."""
    if _PLAIN.fullmatch(candidate) is None or _HOUR.search(candidate):
        return None
    bare = candidate.isdigit()
    digits = candidate if bare else re.sub("[-. ]", "", candidate)
    zero = digits[0] == "0"
    if bare and digits.startswith("00") and dials_nobody(digits[2:5], len(digits) - 2):
        return 0.0
    if len(digits) < 7 or (not bare and len(digits) > _UK + zero):  # a part of it may be one
        return None
    if zero and (digits.startswith(("00", "0800", "011")) or not candidate[1].isdigit()):
        return None
    if len(digits) > LONGEST:
        return 0.0
    if not zero:
        if not SEPARATED_US.search(candidate) or _exists(_GB, digits):
            return 0.1
        return 0.5 if _exists(_US, digits) else 0.1
    if len(digits) in (_UK, _UK + 1):
        mobile = len(digits) == _UK + 1 and candidate.startswith("07")
        if (
            mobile
            or (not bare and candidate[1] in "12389")
            or ((not bare or len(digits) > _UK) and _exists(_GB, digits[1:]))
        ):
            return 0.6
    return 0.1


@lru_cache(maxsize=65_536)
def dials_nobody(first: str, count: int) -> bool:
    """Whether no number abroad begins with these digits (three, behind the 00) and has so many: counters with
    leading zeros. Nor has the US one, where 00 dials nothing and no number begins with 0.
    """
    for length in range(1, min(len(first), count) + 1):
        code = int(first[:length])
        if first[0] != "0" and code in phonenumbers.COUNTRY_CODE_TO_REGION_CODE:
            least = min(map(_shortest, phonenumbers.COUNTRY_CODE_TO_REGION_CODE[code], repeat(code)))
            # A trunk prefix may stand before the number, so a longer one is left to be parsed.
            if count - length >= least:
                return False
    return True


@cache
def _shortest(region: str, code: int) -> int:
    """The fewest digits of a number of a region, without its country's code; 0 where it may be completed."""
    found = phonenumbers.PhoneMetadata.metadata_for_region_or_calling_code(code, region)
    if found is None or found.general_desc is None or found.national_prefix_transform_rule:
        return 0
    return min((length for length in found.general_desc.possible_length if length > 0), default=0)


def _exists(country: int, digits: str) -> bool:
    return exists(phonenumbers.PhoneNumber(country_code=country, national_number=int(digits)))


def exists(number: phonenumbers.PhoneNumber) -> bool:
    """Whether libphonenumber knows such a number, or Ofcom keeps it for drama."""
    return phonenumbers.is_valid_number(number) or (
        number.country_code == _GB and _DRAMA.fullmatch(str(number.national_number)) is not None
    )
