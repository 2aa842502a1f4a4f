"""Dates of birth, street addresses and passwords as seven languages write them, as regexes.

`NEEDS` holds what a text must hold for each (Rust's syntax); the regexes themselves are for `regex`, without
regard to case unless they say so.
"""

# ruff: noqa: E501 (regexes read better whole)

from __future__ import annotations

_MONTHS = (
    "januar|jänner|februar|feber|märz|maerz|april|mai|juni|juli|august|september|oktober|november|dezember"
    "|janvier|février|fevrier|mars|avril|mai|juin|juillet|août|aout|septembre|octobre|novembre|décembre|decembre"
    "|enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|setiembre|octubre|noviembre|diciembre"
    "|gennaio|febbraio|aprile|maggio|giugno|luglio|settembre|ottobre|dicembre"
    "|januari|februari|maart|mei|augustus"
    "|janeiro|fevereiro|março|marco|maio|junho|julho|setembro|outubro|novembro|dezembro"
    "|stycznia|lutego|marca|kwietnia|maja|czerwca|lipca|sierpnia|września|wrzesnia|października|pazdziernika"
    "|listopada|grudnia"
    # Shortened; English ones stand in texts of forms.
    "|jan|feb|febr|mär|mrz|mar|apr|jun|jul|aug|sep|sept|okt|oct|nov|dez|dec"
    "|janv|févr|fév|avr|juil|déc|ene|abr|ago|dic|gen|mag|giu|lug|set|ott|out|fev"
)
_DAY = r"(?:0?[1-9]|[12]\d|3[01])"
_YEAR = r"(?:19|20)\d{2}"
DATE = (
    rf"(?:{_DAY} ?[./ -] ?(?:0?[1-9]|1[0-2]) ?[./ -] ?(?:{_YEAR}|\d{{2}})"
    rf"|{_YEAR}[./-](?:0?[1-9]|1[0-2])[./-]{_DAY}"
    rf"|{_DAY}(?:er|º|°|\.)?[ -](?:de |d[’'])?(?:{_MONTHS})\.?,?[ -](?:de |del |di )?{_YEAR})"
)
BIRTH = (
    r"(?:geburtsdatum|geburtstag|geb\.?-?\s?datum|\bgeboren\b|\bgeb\b\.?|geboortedatum|geboortedag"
    r"|date\s+de\s+naissance|\bnaissance\b|\bnée?(?:\(e\))?\s|\bddn\b"
    r"|fecha\s+de\s+nacimiento|f\.?\s?nac(?:imiento)?\b\.?|\bnacimiento\b|\bnacid[oa](?:/a)?\b|\bnací\b|\bnació\b"
    r"|data\s+di\s+nascita|\bnascita\b|\bnat[oa](?:/a)?\b"
    r"|data\s+de\s+nascimento|\bnascimento\b|\bnascid[oa](?:\(a\)|/a)?\b|\bnasci\b|\bnasceu\b"
    r"|data\s+urodzenia|\burodzenia\b|\burodzon[yaą]\b|\burodził(?:am|em|a)?\b|\bur\b\.?|\burodzin\b"
    r"|\bdate\s+of\s+birth\b|\bborn\b|\bd\.?o\.?b\b)"
)

# Streets whose kind ends the word (German, Dutch), whose kind begins the name, and Polish abbreviations.
_NAME = r"(?-i:[A-ZÀ-ŽŁ0-9])[\wÀ-ž’'.-]*"
_SMALL = (
    r"(?:de|del|della|dei|delle|degli|di|du|des|d[eo]s?|la|las|los|le|les|do|das?|van|van "
    r"der|den|der|el|e|y|i|von|zur|zum|am)"
)
_NAMES = rf"(?:(?:{_SMALL}\s|l[’']|d[’'])*{_NAME})(?:\s(?:{_SMALL}\s|l[’']|d[’'])*{_NAME}){{0,4}}"
_HOUSE = r"\d{1,4}(?:\s?(?:bis|ter|[a-z]))?(?:\s?[-/]\s?\d{1,4}[a-z]?)?\b"
_TOWN = rf"(?-i:[A-ZÀ-ŽŁ])[\wÀ-ž’'-]+(?:(?:\s|-)(?:{_SMALL}\s)?(?-i:[A-ZÀ-ŽŁ])[\wÀ-ž’'-]+){{0,3}}"
_POSTCODE = r"(?:\d{4}\s?[A-Z]{2}|\d{4}-\d{3}|\d{2}-\d{3}|(?:D-|F-|E-|I-)?\d{5})"
_PART = (
    r"(?:,?\s(?:m\.|lok\.|nr "
    r"lok\.|mieszk\.|app(?:t|artement)?\.?|apt\.?|bât(?:iment)?\.?|esc(?:alera)?\.?|int(?:erno)?\.?"
    r"|scala|piso|puerta|pta\.?|bus|r/c|whg\.?)\s?[\wº.]{1,4}|,?\s\d{1,2}\s?(?:º|°|\.º|ª|o)\s?(?:[A-Za-z]{1,4}\.?)?"
    r"|,\s\d{1,2}-?[A-Z]\b){0,3}"
)
_BEHIND = rf"(?:{_PART}(?:\s*[,\n–-]\s*|\s+)(?-i:{_POSTCODE})(?:\s{_TOWN})?|{_PART})"
_STEM = r"(?:stra(?:ß|ss)e|str\.|gasse|allee|platz|damm|ufer|chaussee|promenade|steig|weg|ring|straat|laan|gracht|kade|plein|singel|dijk|steeg|hof|markt|dreef|kamp|brink|twiete)"
STREETS = (
    # Goethestraße 12a, Am Alten Markt 3, Unter den Linden 7
    rf"\b(?:(?-i:[A-ZÄÖÜ])[\wäöüß.-]*?{_STEM}|(?:(?-i:[A-ZÄÖÜ])[\wäöüß.-]+[\s-]){{1,3}}{_STEM}"
    r"|(?-i:Am|An der|An den|Auf der|Auf dem|Im|In der|Unter den|Zum|Zur|Hinter der|Vor "
    r"dem)\s(?-i:[A-ZÄÖÜ])[\wäöüß-]+"
    rf"(?:\s(?-i:[A-ZÄÖÜ])[\wäöüß-]+)?)\s{_HOUSE}{_BEHIND}",
    # 12 bis, rue de la Paix, 75002 Paris
    r"\b\d{1,4}(?:\s?(?:bis|ter|[A-D]))?,?\s(?:rue|avenue|av\.|boulevard|bd\.?|bld|place|chemin|impasse|allée|allee|quai"
    rf"|route|cours|square|passage|sentier|villa|résidence|faubourg)\s{_NAMES}(?:{_BEHIND})?",
    # Calle de Alcalá, 45, 3º B, 28014 Madrid; Via Roma 10; Rua Augusta, n.º 5
    r"\b(?:calle|c/|c\.|avenida|avda\.?|av\.|plaza|pza\.?|plza\.?|paseo|p\.º|pº|camino|cmno\.?|ronda|travesía|carretera|ctra\.?"
    r"|carrer|rúa|via|v\.le|viale|corso|c\.so|piazza|p\.zza|piazzale|vicolo|largo|strada|lungomare|rua|r\.|travessa|tv\."
    r"|praça|pç\.?|estrada|alameda|beco)"
    rf"\s?{_NAMES}(?:,?\s(?:n\.?\s?[º°o]?\.?\s?|nº\s?|núm\.?\s?|num\.?\s?|número\s|numero\s|nr\.?\s?)?|,\s){_HOUSE}(?:{_BEHIND})?",
    # Keizersgracht 12-II; Wilhelminalaan 4b, 3512 AB Utrecht (several words before the kind stand above)
    # ul. Marszałkowska 10/12 m. 5, 00-590 Warszawa
    r"\b(?:ul\.|ulica|ulicy|ulicę|al\.|aleja|alei|aleje|pl\.|plac|placu|os\.|osiedle|osiedlu|rondo)"
    rf"\s?{_NAMES}\s{_HOUSE}(?:{_BEHIND})?",
)

PASSWORD = (
    r"\b(?:passwort|kennwort|mot\s+de\s+passe|mdp|contraseña|contrasena|wachtwoord|palavra-?\s?passe|senha|hasło|haslo"
    r"|clave|password|passwd|parola\s+chiave|codice\s+di\s+accesso)\b"
)
PIN = r"\b(?:pin|geheimzahl|pincode|pin-code|code\s+pin|código\s+pin|codice\s+pin|kod\s+pin)\b"
IS = r"(?:ist|lautet|war|est|es|era|è|is|was|é|to|jest|brzmi)"

NEEDS = {
    "DATE_OF_BIRTH": r"(?i)gebo|geb|naissance|n[ée]e?\b|n[ée]\(|ddn|nac|nasc|nat[oa]|ur\.|urodz|birth|born|d\.?o\.?b",
    "STREET_ADDRESS": r"\d",
    "PASSWORD": r"(?i)pass|kennwort|mdp|contrase|wachtwoord|senha|has[łl]o|clave|parola|codice|pwd|p/w|pw|pin|geheimzahl",
}
# A text that holds nothing of any entity holds none of these.
ANY = r"(?i)passwort|kennwort|mot\s+de\s+passe|mdp|contrase|wachtwoord|palavra|senha|has[łl]o|clave|parola|codice"
