"""Seven languages: recall and precision of structured values by the whole scan, and of names by the tagger.

    python -m benchmarks.pii_languages          # a table of each, on stdout

Numbers are made at random until their issuer's check holds, written bare, spaced or dashed, in sentences with
a label, three a language and entity. Sentences and recognizers are of one hand: the figures say that forms,
checks and labels work together, not what text of another hand holds. Negatives are numbers of things and
plain numbers, at random, so that some pass a check. Names: the judged part of `benchmarks/pii/languages`.
"""

from __future__ import annotations

import random
from collections.abc import Callable

from benchmarks.pii.languages import LANGUAGES, sentences
from benchmarks.pii.score import Found, counts, score
from curate.pii.detect.detector import Detector
from curate.pii.detect.languages import checks
from curate.pii.detect.params import ScanParams

# language -> entity -> check, shape (# a digit, @ a letter), label
NUMBERS: dict[str, dict[str, tuple[Callable[[str], bool], tuple[str, ...], str]]] = {
    "de": {
        "DE_TAX_ID": (checks.de_tax_id, ("###########", "## ### ### ###"), "Steuer-ID"),
        "DE_SOCIAL_SECURITY": (
            checks.de_social_security,
            ("########@###", "## ###### @ ###"),
            "Rentenversicherungsnummer",
        ),
        "EU_VAT": (checks.vat, ("DE#########", "DE ### ### ###"), "USt-IdNr."),
    },
    "fr": {
        "FR_NIR": (checks.fr_nir, ("1##############", "2 ## 0# 7# ### ### ##"), "numéro de sécurité sociale"),
        "EU_VAT": (checks.vat, ("FR###########", "FR ## ### ### ###"), "numéro de TVA"),
    },
    "es": {
        "ES_NIF": (checks.es_nif, ("########@", "########-@", "##.###.###-@"), "DNI"),
        "ES_NIE": (checks.es_nie, ("X#######@", "Y-#######-@"), "NIE"),
    },
    "it": {
        "IT_FISCAL_CODE": (
            checks.it_fiscal_code,
            ("@@@@@@##A##@###@", "@@@ @@@ ##H## @###@"),
            "codice fiscale",
        )
    },
    "nl": {"NL_BSN": (checks.nl_bsn, ("#########", "### ### ###"), "BSN")},
    "pt": {"PT_NIF": (checks.pt_nif, ("2########", "1## ### ###"), "NIF")},
    "pl": {
        "PL_PESEL": (checks.pl_pesel, ("###########",), "PESEL"),
        "PL_NIP": (checks.pl_nip, ("##########", "###-###-##-##"), "NIP"),
    },
}
SAID = {
    "de": (
        "{label}: {value}",
        "Meine {label} lautet {value}.",
        "Bitte notieren Sie {label} {value} für den Vertrag.",
    ),
    "fr": (
        "{label} : {value}",
        "Mon {label} est {value}.",
        "Veuillez noter le {label} {value} pour le contrat.",
    ),
    "es": (
        "{label}: {value}",
        "Mi {label} es {value}.",
        "Anote por favor el {label} {value} en el contrato.",
    ),
    "it": ("{label}: {value}", "Il mio {label} è {value}.", "Segnate il {label} {value} nel contratto."),
    "nl": ("{label}: {value}", "Mijn {label} is {value}.", "Noteer {label} {value} voor het contract."),
    "pt": ("{label}: {value}", "O meu {label} é {value}.", "Anote o {label} {value} no contrato."),
    "pl": ("{label}: {value}", "Mój {label} to {value}.", "Proszę zapisać {label} {value} w umowie."),
}
THINGS = {
    "de": ("Bestellnummer {n}", "Ihre Rechnung {n} ist offen.", "Artikel {n} fehlt.", "Es waren {n} Klicks."),
    "fr": (
        "commande n° {n}",
        "Votre facture {n} est ouverte.",
        "L'article {n} manque.",
        "Il y a eu {n} clics.",
    ),
    "es": ("pedido {n}", "Su factura {n} está abierta.", "Falta el artículo {n}.", "Hubo {n} clics."),
    "it": ("ordine {n}", "La fattura {n} è aperta.", "Manca l'articolo {n}.", "Ci sono stati {n} clic."),
    "nl": ("bestelnummer {n}", "Uw factuur {n} staat open.", "Artikel {n} ontbreekt.", "Er waren {n} kliks."),
    "pt": ("encomenda {n}", "A sua fatura {n} está aberta.", "Falta o artigo {n}.", "Houve {n} cliques."),
    "pl": ("zamówienie {n}", "Faktura {n} jest otwarta.", "Brakuje artykułu {n}.", "Było {n} kliknięć."),
}


def _drawn(sign: str, rng: random.Random) -> str:
    """A digit for `#`, a capital for `@`, any other sign as it is."""
    if sign == "#":
        return rng.choice("0123456789")
    return rng.choice("ABCDEFGHIJKLMNOPQRSTUVWXYZ") if sign == "@" else sign


def _made(check: Callable[[str], bool], shape: str, rng: random.Random) -> str:
    while True:
        value = "".join(_drawn(sign, rng) for sign in shape)
        if check("".join(sign for sign in value if sign.isalnum())):
            return value


def main() -> None:
    """Print the tables."""
    rng = random.Random(0)
    detector = Detector(ScanParams(language="auto", ner=None))
    print("| language | values | recall | precision | numbers of things flagged |\n|---|---:|---|---|---|")
    for language in LANGUAGES:
        one = detector.of(language)
        texts, wanted = [], []
        for entity, (check, shapes, label) in NUMBERS[language].items():
            for shape in shapes:
                for said in SAID[language] * 10:
                    value = _made(check, shape, rng)
                    text = said.format(label=label, value=value)
                    at = text.index(value)
                    texts.append(text)
                    wanted.append(Found(at, at + len(value), entity))
        found = [[Found(hit.start, hit.end, hit.entity) for hit in one.find(text)] for text in texts]
        right = sum(
            any(hit.start <= want.start and want.end <= hit.end and hit.entity == want.entity for hit in hits)
            for want, hits in zip(wanted, found, strict=True)
        )
        findings = sum(map(len, found))
        things = [
            said.format(n="".join(rng.choice("123456789") for _ in range(rng.randint(8, 13))))
            for said in THINGS[language] * 100
        ]
        flagged = sum(bool(one.find(text)) for text in things)
        print(
            f"| {language} | {len(texts)} | {right / len(texts):.3f} | {right / max(findings, 1):.3f} "
            f"| {flagged} of {len(things)} |"
        )
    print("\n| language | persons | recall | precision |\n|---|---:|---|---|")
    names = Detector(ScanParams(language="auto", entities=("PERSON",)))
    for language in LANGUAGES:
        rows = sentences(language)["judged"]
        got = [
            [Found(hit.start, hit.end, "PERSON") for hit in names.of(language).find(text)] for text, _ in rows
        ]
        marked = [[Found(start, end, "PERSON") for start, end in spans] for _, spans in rows]
        result = score(
            [counts(text, *each, "PERSON") for (text, _), *each in zip(rows, marked, got, strict=True)],
            "PERSON",
        )
        assert result.recall_interval and result.precision_interval and result.recall and result.precision
        print(
            f"| {language} | {result.values} | {result.recall:.3f} [{result.recall_interval[0]:.3f}, "
            f"{result.recall_interval[1]:.3f}] | {result.precision:.3f} [{result.precision_interval[0]:.3f}, "
            f"{result.precision_interval[1]:.3f}] |"
        )


if __name__ == "__main__":
    main()
