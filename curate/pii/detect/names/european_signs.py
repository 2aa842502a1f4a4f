"""What says in German, French, Spanish, Italian, Dutch, Portuguese and Polish that the capitalised word behind it
is a person's name, and what says that a name is a firm's.
"""

# ruff: noqa: E501, SIM905 (a long list in a regex is read in a row)

from __future__ import annotations

import re

_NAME = r"(?P<name>[^\W\d_a-zäöüßàâçéèêëîïôûùñáíóúãõąćęłńśźż][\w'’-]+(?: (?:(?:de|da|do|dos|del|della|di|van|von|der|den|la|le|ten|ter|el|y) )*[^\W\d_a-zäöüßàâçéèêëîïôûùñáíóúãõąćęłńśźż][\w'’-]+){0,3})"
# Before a surname, and before nothing else but an office ("Frau Doktor").
_HONORIFIC = (
    r"(?:frau|herrn?|hr\.|fr\.|mme|mlle|m\.|madame|monsieur|mademoiselle|maître|señora?|señorita|sr\.|sra\.|srta\.|doña|don"
    r"|signora?|signorina|sig\.(?:ra)?|sig\.na|dott\.(?:ssa)?|dottor|dottoressa|avv\.|ing\.|dhr\.?|mevr\.?|mw\.?|mevrouw|meneer"
    r"|(?:de|geachte|beste) heer|senhora?|dona|exm[oa]\.|pani?|pana|panu|panem|panią|państwo|dr\.?|dra\.|prof\.)"
)
# Who belongs to the writer.
_RELATION = (
    r"(?:sohn|tochter|mann|frau|bruder|schwester|mutter|vater|kolleg(?:e|in|en)|chef(?:in)?|nachbar(?:in)?|freund(?:in)?|vertretung"
    r"|fils|fille|mari|femme|frère|soeur|sœur|mère|père|collègue|voisine?|amie?|remplaçante?"
    r"|hij[oa]|marido|mujer|espos[oa]|herman[oa]|madre|padre|compañer[oa]|colega|jef[ea]|vecin[oa]|amig[oa]|sustitut[oa]"
    r"|figli[oa]|marito|moglie|fratello|sorella|collega|vicin[oa]|amic[oa]|capo"
    r"|zoon|dochter|broer|zus|moeder|vader|buurvrouw|buurman|vriendin?|vervanger"
    r"|filh[oa]|mulher|irmão|irmã|mãe|pai|chefe|vizinh[oa]"
    r"|syn|synem|syna|córka|córki|córkę|mąż|męża|żona|żony|brat|brata|siostra|siostry|koleg[aęi]|koleżank[aęi]|szef)"
)
_MINE = r"(?:mein(?:e[mnr]?)?|unser(?:e[mnr]?)?|mon|ma|notre|mi|nuestr[oa]|mi[oa]|nostr[oa]|mijn|onze|ons|meu|minha|noss[oa]|mój|moja|moje[jm]?|moją|nasz[ae]?)"
_CALLED = (
    r"(?:ich heiße|mein name ist|ich bin die|ich bin der|je m['’]appelle|mon nom est|me llamo|mi nombre es|mi chiamo|il mio nome è"
    r"|mijn naam is|ik heet|op naam van|au nom de|a nombre de|intestato a|em nome de|na nazwisko|auf den namen|namens|chamo-me|o meu nome é|meu nome é|nazywam się|mam na imię)"
)
TITLED = re.compile(rf"(?<![\w.])(?i:{_HONORIFIC}) {_NAME}")
RELATED = re.compile(
    rf"(?<!\w)(?i:(?:{_MINE}) (?:\w+ )?{_RELATION}(?: (?:ist|heißt|est|es|sera|será|is|é|to))?) {_NAME}"
)
CALLED = re.compile(rf"(?<!\w)(?i:{_CALLED}) {_NAME}")
# A letter's or a note's end, and who signs it; a Dutch caller's greeting.
SIGNED = re.compile(
    r"(?:^|\s)(?i:gruß|gruss|grüße|grüßen|lg|mfg|vg|cordialement|bises|bisous|à bientôt|salutations|saludos?|abrazo|besos|atentamente"
    rf"|groet|groeten|groetjes|gr|salut[oi]|abraço|abraços|cumprimentos|beijinhos|pozdrawiam|z poważaniem|pozdrowienia)[,.!]?\s+{_NAME}"
    r"(?=\s*(?:\n|$))"
)
GREETED = re.compile(
    rf"(?:^|(?<=\n))(?i:(?:hallo|hoi|dag|goede(?:morgen|middag|navond|dag))?,? ?met) {_NAME}(?=[,.]|$)"
)
# Words of an enumeration, and what stands between them.
CHAIN = re.compile(
    r"(?<![\w.])[^\W\d_a-zà-ÿ][\w’'-]+(?:(?:, |,? (?:und|oder|et|ou|y|o|e|en|of|i|lub|-|/) )[^\W\d_a-zà-ÿ][\w’'-]+){1,6}"
)
LINK = re.compile(r"(?:, |,? (?:und|oder|et|ou|y|o|e|en|of|i|lub|-|/) )")
# Offices that follow a title, folded.
OFFICES = frozenset(
    "abteilung alcalde burgemeester bürgermeister client cliente directeur director directora directrice direktor direktorin diretor diretora direttore direttrice docteur doctor doctora doktor dyrektor euer ihr ihre il juez juge klant kollege kollegin kunde kundendienst kundenservice kundin maire mecenas minister ministerin ministra ministre ministro nachbar notre nuestro pfarrer presidente prezes profesor professor professorin präsident präsidentin président présidente richter richterin service seu sindaco su support team unser uw votre".split()
)
# "Müller & Söhne", "Dupont et Fils", "Hermanos García".
FIRM_BEHIND = re.compile(
    r"\s*(?:&|\+|\b(?:und|et|y|e|en|i)\b)\s+(?:Söhne|Sohn|Co|Partner|Fils|Frères|Associés|Hijos|Hermanos|Asociados|Figli|Fratelli"
    r"|Soci|Zonen|Zoon|Filhos|Irmãos|Synowie|Wspólnicy|Cie)\b|\s+(?:GmbH|AG|KG|OHG|SARL|SAS|SA|S\.A\.|SL|S\.L\.|SRL|S\.r\.l\.|SpA|BV|B\.V\.|NV|Lda"
    r"|Sp\. z o\.o\.)(?!\w)"
)
FIRM_BEFORE = re.compile(
    r"\b(?:firma|firmy|société|entreprise|empresa|compañía|ditta|bedrijf|Gebrüder|Fratelli|Hermanos|Haus|Raum|Saal|Zimmer|salle|sala|zaal|aula"
    r"|Projekt|projet|proyecto|progetto|project|projeto|projekt|Stadtwerke|Kaufhaus|Filiale|le Petit|Werkstatt|garage|taller|talleres|officina|oficina|warsztacie|warsztat|Ordner|dossier|carpeta|map|cartella|pasta|teczka|teczce|Marke|marque|marca|merk)\s+$",
    re.IGNORECASE,
)
