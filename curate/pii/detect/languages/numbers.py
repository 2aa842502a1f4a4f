"""Numbers of papers in Germany, France, Spain, Italy, the Netherlands, Portugal and Poland, spaced and dashed
too.

One table: the forms of each number with what each is worth alone, and its check. A check digit that one
number in ten or eleven has says little of a bare run of digits, so such a form scores 0.1 and needs its
label; a form with a date, letters or two check digits inside stands alone. Forms are regexes that both
`regex` and Rust know but for look-aheads, which `needs` leaves out.
"""

# ruff: noqa: E501 (regexes read better whole)

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

from curate.pii.detect.languages import checks

# One sign that may stand between groups.
_S = r"[ ./-]?"


class Number(NamedTuple):
    """One kind of number.

    Parameters
    ----------
    forms
        Regex and what a match is worth without a label.
    check
        Whether a number without separators is one; None where its issuer gives no check digit.
    alone
        Whether a number that passes its check needs no label.
    unchecked
        Whether a form without its check digit is a match too (worth what its form says).
    """

    forms: tuple[tuple[str, float], ...]
    check: Callable[[str], bool] | None = None
    alone: bool = False
    unchecked: Callable[[str], bool] | None = None


_DE_PAPER = "[CFGHJKLMNPRTVWXYZ]"
_DE_SIGN = "[CFGHJKLMNPRTVWXYZ0-9]"
_IT_MONTH = "[A-EHLMPRST]"
_IT_DIGIT = "[0-9LMNP-V]"

NUMBERS: dict[str, Number] = {
    "DE_TAX_ID": Number(
        ((rf"[1-9]\d{_S}\d{{3}}{_S}\d{{3}}{_S}\d{{3}}", 0.45),),
        checks.de_tax_id,
    ),
    "DE_TAX_NUMBER": Number(
        ((r"\d{2,3}/\d{3,4}/\d{4,5}", 0.3), (r"\d{2,3} \d{3,4} \d{4,5}|\d{10,11}|\d{13}", 0.05))
    ),
    "DE_ID_CARD": Number(
        (
            (rf"(?-i:{_DE_PAPER}{_DE_SIGN}{{3}} ?{_DE_SIGN}{{4}} ?{_DE_SIGN} ?\d)(?:[ ]?D)?", 0.4),
            (
                rf"(?=[A-Z0-9 ]*\d){_DE_PAPER}{_DE_SIGN}{{3}} ?{_DE_SIGN}{{4}} ?{_DE_SIGN}(?: ?\d)?(?:[ ]?D)?",
                0.1,
            ),
        ),
        lambda number: checks.de_id_card(number.removesuffix("D") if len(number) > 10 else number),
        unchecked=lambda number: len(number) == 9,
    ),
    "DE_SOCIAL_SECURITY": Number(
        (
            (rf"\d{{2}}{_S}\d{{6}}{_S}[A-Z]{_S}\d{{3}}", 0.5),
            (rf"\d{{2}}{_S}\d{{2}}{_S}\d{{2}}{_S}\d{{2}}{_S}[A-Z]{_S}\d{{2}}{_S}\d", 0.5),
        ),
        checks.de_social_security,
        alone=True,
    ),
    "DE_HEALTH_INSURANCE": Number(
        ((rf"[A-Z]{_S}\d{{3}}{_S}\d{{3}}{_S}\d{{3}}", 0.4),), checks.de_health_insurance
    ),
    "FR_NIR": Number(
        (
            (rf"[1-478]{_S}\d{{2}}{_S}\d{{2}}{_S}(?:\d{{2}}|2[AB]){_S}\d{{3}}{_S}\d{{3}}{_S}\d{{2}}", 0.5),
            (rf"[1-478]{_S}\d{{2}}{_S}(?:0[1-9]|1[0-2]){_S}(?:\d{{2}}|2[AB]){_S}\d{{3}}{_S}\d{{3}}", 0.1),
        ),
        checks.fr_nir,
        alone=True,
        unchecked=lambda number: len(number) == 13,
    ),
    "FR_TAX_ID": Number(((rf"[0-3]\d{_S}\d{{2}}{_S}\d{{3}}{_S}\d{{3}}{_S}\d{{3}}", 0.4),), checks.fr_tax_id),
    "FR_ID_CARD": Number(
        ((r"\d{12}", 0.05), (r"(?=[A-Z0-9]*\d)[A-Z0-9]{9}", 0.05), (r"\d{4} ?\d{4} ?\d{4}", 0.05))
    ),
    "FR_PASSPORT": Number(((rf"\d{{2}}{_S}[A-Z]{{2}}{_S}\d{{5}}", 0.1),)),
    "ES_NIF": Number(
        (
            (rf"\d{{2}}{_S}\d{{3}}{_S}\d{{3}} ?-? ?[A-Z]", 0.5),
            (rf"\d{{7}}{_S}[A-Z]|\d{_S}\d{{3}}{_S}\d{{3}}{_S}[A-Z]", 0.1),
            (rf"[KLM]{_S}\d{{7}}{_S}[A-Z]", 0.4),
        ),
        checks.es_nif,
        alone=True,
    ),
    "ES_NIE": Number(
        ((rf"[XYZ]{_S}0?\d{{7}}{_S}[A-Z]|[XYZ]{_S}\d{_S}\d{{3}}{_S}\d{{3}}{_S}[A-Z]", 0.5),),
        checks.es_nie,
        alone=True,
    ),
    "ES_PASSPORT": Number(((r"[A-Z]{3} ?\d{6}", 0.1), (r"[A-Z]{2} ?\d{6,7}", 0.05))),
    "ES_SOCIAL_SECURITY": Number(
        ((rf"\d{{2}}{_S}\d{{8}}{_S}\d{{2}}|\d{{2}}{_S}\d{{4}}{_S}\d{{4}}{_S}\d{{2}}", 0.3),),
        checks.es_social_security,
    ),
    "IT_FISCAL_CODE": Number(
        (
            (
                rf"[A-Z]{{3}}{_S}[A-Z]{{3}}{_S}{_IT_DIGIT}{{2}}{_S}{_IT_MONTH}{_S}{_IT_DIGIT}{{2}}{_S}[A-Z]{_S}{_IT_DIGIT}{{3}}{_S}[A-Z]",
                0.5,
            ),
        ),
        checks.it_fiscal_code,
        alone=True,
    ),
    "IT_IDENTITY_CARD": Number(((r"[A-Z]{2} ?\d{5} ?[A-Z]{2}", 0.3), (r"[A-Z]{2} ?\d{7}", 0.1))),
    "IT_PASSPORT": Number(((r"[A-Z]{2} ?\d{7}", 0.1),)),
    "NL_BSN": Number(
        ((rf"\d{{3}}{_S}\d{{3}}{_S}\d{{3}}|\d{{4}}\.\d{{2}}\.\d{{3}}|\d{{4}}{_S}\d{{5}}", 0.1),),
        checks.nl_bsn,
    ),
    "NL_ID_CARD": Number(((r"[A-NP-Z]{2}[A-NP-Z0-9]{6}\d", 0.1), (r"\d{10}", 0.05))),
    "PT_NIF": Number(((rf"[1235689]\d{{2}}{_S}\d{{3}}{_S}\d{{3}}", 0.1),), checks.pt_nif),
    "PT_CITIZEN_CARD": Number(
        ((rf"\d{{8}}{_S}\d{_S}[A-Z0-9]{{2}}{_S}\d", 0.4), (rf"\d{{8}}{_S}\d", 0.05)),
        checks.pt_citizen_card,
        alone=False,
        unchecked=lambda number: len(number) == 9,
    ),
    "PT_NISS": Number(
        ((rf"[12]\d{{2}}{_S}\d{{4}}{_S}\d{{4}}|[12]\d{{2}}{_S}\d{{3}}{_S}\d{{3}}{_S}\d{{2}}", 0.1),),
        checks.pt_niss,
    ),
    "PL_PESEL": Number(
        ((rf"\d{{6}}{_S}\d{{5}}|\d{{2}}{_S}\d{{2}}{_S}\d{{2}}{_S}\d{{5}}|\d{{3}} \d{{4}} \d{{4}}", 0.45),),
        checks.pl_pesel,
    ),
    "PL_NIP": Number(
        (
            (r"\d{3}-\d{3}-\d{2}-\d{2}|\d{3}-\d{2}-\d{2}-\d{3}", 0.45),
            (r"\d{10}|\d{3} \d{3} \d{2} \d{2}|\d{3} \d{2} \d{2} \d{3}", 0.1),
        ),
        checks.pl_nip,
    ),
    "PL_ID_CARD": Number(((r"[A-Z]{3}[ -]?\d{6}", 0.4), (r"[A-Z]{3} \d{3} \d{3}", 0.4)), checks.pl_id_card),
    "PL_PASSPORT": Number(((r"[A-Z]{2} ?\d{7}", 0.1),), checks.pl_passport),
    "EU_VAT": Number(
        (
            (
                rf"(?-i:(?:DE|PT)){_S}\d{{3}}{_S}\d{{3}}{_S}\d{{3}}|(?-i:FR){_S}\d{{2}}{_S}\d{{3}}{_S}\d{{3}}{_S}\d{{3}}"
                rf"|(?-i:ES){_S}(?:[A-Z]{_S}\d{{7}}{_S}[A-Z0-9]|\d{{8}}{_S}[A-Z])|(?-i:IT){_S}\d{{11}}|(?-i:NL){_S}\d{{4}}{_S}\d{{2}}{_S}\d{{3}}{_S}B{_S}\d{{2}}"
                rf"|(?-i:PL){_S}(?:\d{{10}}|\d{{3}}{_S}\d{{3}}{_S}\d{{2}}{_S}\d{{2}})",
                0.5,
            ),
            (r"\d{11}|\d{9}|[A-Z]-?\d{7}-?[A-Z0-9]|\d{9}B\d{2}|\d{4}\.\d{2}\.\d{3}\.B\.\d{2}", 0.1),
        ),
        checks.vat,
        alone=True,
        # Without its prefix, behind its label ("partita IVA 00743110157"): checked as any of the seven.
        unchecked=lambda number: any(check(number) for check in checks.VAT.values()),
    ),
    "EU_POSTCODE": Number(
        (
            (r"(?-i:[1-9]\d{3} [A-Z]{2})(?= [A-Z])", 0.4),
            (r"\d{4}-\d{3}(?= [A-Z])|\d{2}-\d{3}(?= [A-Z])", 0.4),
            (r"[1-9]\d{3} ?[A-Z]{2}|\d{4}-\d{3}|\d{2}-\d{3}|\d{5}", 0.1),
        )
    ),
}


_LOOK_AHEAD = re.compile(r"\(\?=[^()]*\)")


def needs(entity: str) -> str:
    """What a text must hold for a number of `entity` to stand in it, in Rust's syntax."""
    return "(?i)" + "|".join(f"(?:{_LOOK_AHEAD.sub('', form)})" for form, _ in NUMBERS[entity].forms)
