"""Check digits of national numbers, each after the rule that its issuer publishes.

Every function takes the number without separators, letters in capitals, and says whether its check holds. A
number of the wrong length or with a digit that is not ASCII fails.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date

_DIGITS = re.compile(r"[0-9]+")


def luhn(number: str) -> bool:
    """The Luhn sum of a run of digits (ISO/IEC 7812-1, annex B)."""
    if not _DIGITS.fullmatch(number):
        return False
    doubled = [2 * int(digit) for digit in number[-2::-2]]
    return (sum(map(int, number[-1::-2])) + sum(one - 9 * (one > 9) for one in doubled)) % 10 == 0


def mod11_10(number: str) -> bool:
    """ISO 7064, mod 11,10, over a run of digits."""
    if not _DIGITS.fullmatch(number):
        return False
    product = 10
    for digit in number[:-1]:
        total = (int(digit) + product) % 10 or 10
        product = 2 * total % 11
    return (11 - product) % 10 == int(number[-1])


def mod97(number: str) -> bool:
    """ISO 7064, mod 97,10: letters count from 10 on and the whole leaves 1."""
    return (
        number.isascii() and number.isalnum() and int("".join(str(int(one, 36)) for one in number)) % 97 == 1
    )


def iban(number: str) -> bool:
    """ISO 13616: the country and its check digits moved behind the rest, mod 97,10."""
    return re.fullmatch(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}", number) is not None and mod97(
        number[4:] + number[:4]
    )


def mod11(number: str) -> bool:
    """Weights that rise by one from the right, starting with the check digit at 1; the sum is a multiple of
    11.

    A final X counts ten (ISBN-10, ISSN, many national numbers).
    """
    if not re.fullmatch(r"[0-9]+[0-9X]", number):
        return False
    values = [10 if one == "X" else int(one) for one in reversed(number)]
    return sum(weight * value for weight, value in enumerate(values, 1)) % 11 == 0


def nhs(number: str) -> bool:
    """NHS Data Dictionary: ten digits, weights 10 to 2, modulus 11."""
    return len(number) == 10 and mod11(number) and number.isdigit()


def _weighted(number: str, weights: Sequence[int]) -> int:
    return sum(weight * int(digit) for weight, digit in zip(weights, number, strict=False))


def _of_digits(count: int) -> Callable[[Callable[[str], bool]], Callable[[str], bool]]:
    """Only numbers of `count` ASCII digits go to the check."""

    def only(check: Callable[[str], bool]) -> Callable[[str], bool]:
        def checked(number: str) -> bool:
            return len(number) == count and _DIGITS.fullmatch(number) is not None and check(number)

        checked.__doc__ = check.__doc__
        return checked

    return only


def _icao(body: str) -> int:
    """The check digit of ICAO Doc 9303: weights 7, 3, 1, letters from 10 on."""
    return sum(int(one, 36) * (7, 3, 1)[at % 3] for at, one in enumerate(body)) % 10


@_of_digits(11)
def de_tax_id(number: str) -> bool:
    """Steuer-ID: mod 11,10; of the first ten digits one stands two or three times (BZSt)."""
    most = Counter(number[:10]).most_common(2)
    return number[0] != "0" and most[0][1] in (2, 3) and most[1][1] == 1 and mod11_10(number)


def de_id_card(number: str) -> bool:
    """Personalausweis and Reisepass: nine signs, and, where it stands, the check digit of ICAO Doc 9303."""
    return len(number) == 10 and number[9].isdigit() and _icao(number[:9]) == int(number[9])


def de_social_security(number: str) -> bool:
    """Rentenversicherungsnummer (VKVV, section 4): area, date of birth, initial, serial number, check
    digit.
    """
    if not re.fullmatch(r"[0-9]{8}[A-Z][0-9]{3}", number):
        return False
    day, month = int(number[2:4]), int(number[4:6])
    if not (1 <= day <= 31 or 51 <= day <= 81) or not 1 <= month <= 12:
        return False
    digits = f"{number[:8]}{ord(number[8]) - 64:02d}{number[9:11]}"
    products = [
        int(digit) * weight
        for digit, weight in zip(digits, (2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1), strict=True)
    ]
    return sum(one // 10 + one % 10 for one in products) % 10 == int(number[11])


def de_health_insurance(number: str) -> bool:
    """Krankenversichertennummer (section 290 SGB V): a letter, eight digits, check digit."""
    if not re.fullmatch(r"[A-Z][0-9]{9}", number):
        return False
    products = [
        int(digit) * weight
        for digit, weight in zip(f"{ord(number[0]) - 64:02d}{number[1:9]}", (1, 2) * 5, strict=True)
    ]
    return sum(one // 10 + one % 10 for one in products) % 10 == int(number[9])


def fr_nir(number: str) -> bool:
    """Numéro de sécurité sociale (INSEE): sex, year, month, department (2A, 2B), commune, order, key mod
    97.
    """
    found = re.fullmatch(
        r"([1-478][0-9]{2}(?:0[1-9]|1[0-2]|[2-9][0-9])(?:[0-9]{2}|2[AB])[0-9]{6})([0-9]{2})", number
    )
    if not found:
        return False
    # Corsica's letters count as 19 and 18 (INSEE).
    body = found[1].replace("2A", "19").replace("2B", "18")
    return 97 - int(body) % 97 == int(found[2])


@_of_digits(13)
def fr_tax_id(number: str) -> bool:
    """Numéro fiscal (DGFiP): ten digits and their remainder by 511."""
    return number[0] in "0123" and int(number[:10]) % 511 == int(number[10:])


_NIF_LETTERS = "TRWAGMYFPDXBNJZSQVHLCKE"


def es_nif(number: str) -> bool:
    """DNI with its letter (Ministerio del Interior): the number modulo 23; K, L and M as for those without
    one.
    """
    found = re.fullmatch(r"([0-9]{7,8}|[KLM][0-9]{7})([A-Z])", number)
    return found is not None and _NIF_LETTERS[int(found[1].lstrip("KLM")) % 23] == found[2]


def es_nie(number: str) -> bool:
    """NIE: X, Y or Z in place of 0, 1 or 2, then as a DNI."""
    found = re.fullmatch(r"([XYZ])0?([0-9]{7})([A-Z])", number)
    return found is not None and _NIF_LETTERS[int(f"{'XYZ'.index(found[1])}{found[2]}") % 23] == found[3]


def es_cif(number: str) -> bool:
    """A company's CIF: a letter, seven digits, a check digit or letter."""
    found = re.fullmatch(r"[A-HJNPQRSUVW]([0-9]{7})([0-9A-J])", number)
    if not found:
        return False
    odd = [2 * int(digit) for digit in found[1][::2]]
    check = -(sum(one // 10 + one % 10 for one in odd) + sum(map(int, found[1][1::2]))) % 10
    return found[2] in (str(check), "JABCDEFGHI"[check])


@_of_digits(12)
def es_social_security(number: str) -> bool:
    """Número de afiliación (Seguridad Social): province, number, and both modulo 97."""
    serial = int(number[2:10])
    whole = int(number[:2]) * 10**7 + serial if serial < 10**7 else int(number[:10])
    return 1 <= int(number[:2]) <= 66 and whole % 97 == int(number[10:])


_ODD_VALUES = (1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23)
# A digit may be replaced by a letter where two people would have one code (omocodia).
_FISCAL = re.compile(r"[A-Z]{6}[0-9LMNP-V]{2}[A-EHLMPRST][0-9LMNP-V]{2}[A-Z][0-9LMNP-V]{3}[A-Z]")


def it_fiscal_code(number: str) -> bool:
    """Codice fiscale (decreto 23/12/1976): sixteen signs, the last a check letter."""
    if not _FISCAL.fullmatch(number):
        return False
    values = [int(one) if one.isdigit() else ord(one) - 65 for one in number[:15]]
    total = sum(_ODD_VALUES[value] for value in values[::2]) + sum(values[1::2])
    return chr(65 + total % 26) == number[15]


@_of_digits(9)
def nl_bsn(number: str) -> bool:
    """Burgerservicenummer: weights 9 to 2 and -1, a multiple of 11 (Rijksdienst voor Identiteitsgegevens)."""
    return number.strip("0") != "" and _weighted(number, (9, 8, 7, 6, 5, 4, 3, 2, -1)) % 11 == 0


@_of_digits(9)
def pt_nif(number: str) -> bool:
    """NIF (Autoridade Tributária): weights 9 to 2, mod 11; persons and firms begin with the digits in use."""
    left = 11 - _weighted(number, range(9, 1, -1)) % 11
    return number[0] in "1235689" and (0 if left > 9 else left) == int(number[8])


def pt_citizen_card(number: str) -> bool:
    """Cartão de cidadão: eight digits, a check digit, two signs of the version, a check digit (Luhn, base
    36).
    """
    if not re.fullmatch(r"[0-9]{9}[A-Z0-9]{2}[0-9]", number):
        return False
    values = [int(one, 36) for one in number]
    doubled = [2 * value - 9 * (2 * value >= 10) for value in values[-2::-2]]
    return (sum(values[-1::-2]) + sum(doubled)) % 10 == 0


@_of_digits(11)
def pt_niss(number: str) -> bool:
    """NISS (Segurança Social): ten digits weighed by primes, nine less the remainder by ten."""
    return number[0] in "12" and 9 - _weighted(number, (29, 23, 19, 17, 13, 11, 7, 5, 3, 2)) % 10 == int(
        number[10]
    )


@_of_digits(11)
def pl_pesel(number: str) -> bool:
    """PESEL: a day that exists, with the century in the month, and the weights 1, 3, 7, 9 (ustawa o
    ewidencji).
    """
    century, month = divmod(int(number[2:4]), 20)
    try:
        date((1900, 2000, 2100, 2200, 1800)[century] + int(number[:2]), month, int(number[4:6]))
    except ValueError:
        return False
    return -_weighted(number, (1, 3, 7, 9, 1, 3, 7, 9, 1, 3)) % 10 == int(number[10])


@_of_digits(10)
def pl_nip(number: str) -> bool:
    """NIP: weights 6, 5, 7, 2, 3, 4, 5, 6, 7, mod 11 (Ministerstwo Finansów)."""
    return number[:3] != "000" and _weighted(number, (6, 5, 7, 2, 3, 4, 5, 6, 7)) % 11 == int(number[9])


def pl_id_card(number: str) -> bool:
    """Dowód osobisty: three letters, a check digit, five digits; weights 7, 3, 1 with the check digit left
    out.
    """
    if not re.fullmatch(r"[A-Z]{3}[0-9]{6}", number):
        return False
    return _icao_apart(number, 3)


def pl_passport(number: str) -> bool:
    """Polish passport: two letters, a check digit, six digits; weights 7, 3, 1 with the check digit left
    out.
    """
    return re.fullmatch(r"[A-Z]{2}[0-9]{7}", number) is not None and _icao_apart(number, 2)


def _icao_apart(number: str, at: int) -> bool:
    return _icao(number[:at] + number[at + 1 :]) == int(number[at])


def _de_vat(number: str) -> bool:
    return len(number) == 9 and number[0] != "0" and mod11_10(number)


def _fr_vat(number: str) -> bool:
    found = re.fullmatch(r"([0-9]{2})([0-9]{9})", number)
    return found is not None and (12 + 3 * (int(found[2]) % 97)) % 97 == int(found[1])


def _nl_vat(number: str) -> bool:
    found = re.fullmatch(r"([0-9]{9})B[0-9]{2}", number)
    # Since 2020 sole traders have a number without the BSN in it, checked by mod 97,10 with "NL" before it.
    return found is not None and (nl_bsn(found[1]) or mod97(f"NL{number}"))


# By country: the number behind its prefix (VIES).
VAT: dict[str, Callable[[str], bool]] = {
    "DE": _de_vat,
    "FR": _fr_vat,
    "ES": lambda number: es_nif(number) or es_nie(number) or es_cif(number),
    "IT": lambda number: len(number) == 11 and number[:7] != "0000000" and luhn(number),
    "NL": _nl_vat,
    "PT": pt_nif,
    "PL": pl_nip,
}


def vat(number: str) -> bool:
    """A VAT number with its country's prefix, one of the seven."""
    check = VAT.get(number[:2])
    return check is not None and check(number[2:])
