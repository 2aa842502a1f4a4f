"""Check digits of national numbers, against specimens that the issuers or the libraries of record publish."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from curate.pii.detect.languages import checks

# Specimens: BZSt, ICAO 9303 (the sample card), VKVV, INSEE, Ministerio del Interior, decreto
# 23/12/1976, RvIG, Autoridade Tributária, PESEL's act, VIES samples as python-stdnum quotes them.
SPECIMENS = [
    (checks.de_tax_id, "86095742719"),
    (checks.de_tax_id, "47036892816"),
    (checks.de_id_card, "T220001293"),
    (checks.de_social_security, "15070649C103"),
    (checks.de_health_insurance, "A123456780"),
    (checks.fr_nir, "255081416802538"),
    (checks.fr_tax_id, "3023217600053"),
    (checks.es_nif, "12345678Z"),
    (checks.es_nie, "X1234567L"),
    (checks.es_social_security, "281234567840"),
    (checks.it_fiscal_code, "RSSMRA85T10A562S"),
    (checks.nl_bsn, "111222333"),
    (checks.pt_nif, "123456789"),
    (checks.pt_citizen_card, "000000000ZZ4"),
    (checks.pl_pesel, "44051401359"),
    (checks.pl_nip, "1234563218"),
    (checks.pl_id_card, "ABA300000"),
    (checks.pl_passport, "ZS0000177"),
    (checks.vat, "DE136695976"),
    (checks.vat, "FR40303265045"),
    (checks.vat, "ESA58818501"),
    (checks.vat, "IT00743110157"),
    (checks.vat, "NL004495445B01"),
    (checks.vat, "PT501964843"),
    (checks.vat, "PL8567346215"),
    (checks.iban, "DE89370400440532013000"),
    (checks.nhs, "9434765919"),
    (checks.luhn, "4111111111111111"),
    (checks.mod11, "080442957X"),
]


@pytest.mark.parametrize(("check", "number"), SPECIMENS)
def test_a_specimen_passes_and_no_other_last_digit_does(check: Callable[[str], bool], number: str) -> None:
    assert check(number)
    at = max(place for place, sign in enumerate(number) if sign.isdigit())
    others = [f"{number[:at]}{digit}{number[at + 1 :]}" for digit in "0123456789" if digit != number[at]]
    # A Dutch VAT number's last digits count a trader's firms.
    assert sum(map(check, others)) == (0 if number != "NL004495445B01" else 9)


@pytest.mark.parametrize("check", [check for check, _ in SPECIMENS])
def test_what_is_no_number_fails_without_an_error(check: Callable[[str], bool]) -> None:
    for text in ("", "A", "0", "٤١١١١١١١١١١١١١١١", "12 34", "X" * 40, "1" * 40, "ß²½"):
        assert check(text) in (True, False)
    assert not check("٤١١١١١١١١١١١١١١١")
