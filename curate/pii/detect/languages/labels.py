"""Labels in the seven languages beside English, as data: what speaks for a number, and what says that it
names a thing.

A row that is not English is read with the labels of all seven and of English: German staff write "phone", a
Belgian file holds two languages, and a language that was guessed wrong must not hide a number. Phrases are
brought to stems by the same rule as English ones (`context/language.py`), which needs only to treat a label
and a text alike.
"""

# ruff: noqa: SIM905 (lists of words read better as words)

from __future__ import annotations

import re
from functools import cache

from curate.pii.detect.context.labels import FILLERS as ENGLISH_FILLERS
from curate.pii.detect.context.labels import PHONES, SUPPORT, THINGS
from curate.pii.detect.context.lemmas import lemma


def _phrases(lines: str) -> tuple[str, ...]:
    """Phrases that are parted by commas or line breaks."""
    return tuple(
        phrase.strip() for line in lines.splitlines() for phrase in line.split(",") if phrase.strip()
    )


# entity -> phrases; in the order German, French, Spanish, Italian, Dutch, Portuguese, Polish where it has
# them all.
PHRASES: dict[str, tuple[str, ...]] = {
    "PHONE_NUMBER": _phrases(
        """telefon, telefonnummer, telefonnr, telefonisch, tel, handy, handynummer, handynr, mobil
        mobilnummer, mobilnr
        mobiltelefon, mobilfunknummer, rufnummer, festnetz, festnetznummer, durchwahl, anrufen, anruf
        ruf, rufen, rufe
        erreichbar, erreichen, erreichst, rückruf, rückrufnummer, zurückrufen, meine nummer, telefax
        faxnummer
        téléphone, telephone, tél, téléphonique, portable, fixe, gsm, appel, appeler, appelez, appelle
        appelé, rappeler
        rappelez, rappelle, joindre, joignable, contacter, contactez, mon numéro, numéro de tel, télécopie
        teléfono, telefono, tlf, tfno, tlfn, telf, móvil, movil, celular, cel, fijo, llamar, llama
        llame, llamen, llámame
        llámeme, llámenos, llamadme, localizar, contactar, mi número, telefónico
        cellulare, cell, telefonare, telefonico, fisso, chiamare, chiama, chiamami, chiamatemi
        chiamarmi, richiamare
        richiami, richiamatemi, richiamarmi, contattare, contattatemi, contattarmi, recapito
        mio numero, numero di tel
        telefoon, telefoonnummer, telefoonnr, mobiel, mobiele, mobielnummer, bellen, bel, belt, gebeld
        terugbellen
        bereikbaar, bereiken, mijn nummer, vaste nummer, appen, telefonisch
        telefone, telemóvel, telemovel, telef, tlm, fixo, ligar, ligue, liga, ligou, ligarem, contacto
        contactar, contato
        contatar, meu número, telefónico, telefônico
        telefonu, telefoniczny, telefoniczne, telefonicznie, komórka, komórkowy, kom, zadzwonić
        zadzwoń, dzwonić, dzwonię
        numer kontaktowy, kontakt, kontaktowy, mój numer, pod numerem, stacjonarny, nr tel"""
    ),
    "CREDIT_CARD": _phrases(
        """kreditkarte, kreditkartennummer, kartennummer, karte, carte, carte bancaire, carte bleue
        numéro de carte, cb
        tarjeta, tarjeta de crédito, número de tarjeta, carta di credito, numero carta, carta
        creditcard, creditcardnummer
        kaartnummer, kaart, bankpas, cartão, cartão de crédito, karta, karty, kartą, numer karty
        karta kredytowa"""
    ),
    "DATE_TIME": _phrases("datum, date, fecha, data, dato, termin"),
    "IP_ADDRESS": _phrases(
        "ip-adresse, adresse ip, dirección ip, indirizzo ip, ip-adres, endereço ip, adres ip, serveur"
    ),
    "DE_TAX_ID": _phrases(
        """steuer-id, steuerid, steuer id, steuer-identifikationsnummer, steueridentifikationsnummer
        steuer-idnr, idnr
        steuerliche identifikationsnummer, identifikationsnummer, tin, steuer-ident, steuernummer
        steuernr, steuer"""
    ),
    "DE_TAX_NUMBER": _phrases("steuernummer, steuer-nr, steuernr, st.-nr, finanzamt, steuer nr"),
    "DE_ID_CARD": _phrases(
        """personalausweis, personalausweisnummer, personalausweisnr, perso, ausweis, ausweisnummer
        ausweisnr, ausweis-nr
        reisepass, reisepassnummer, passnummer, pass-nr, passnr, pass, dokumentennummer, seriennummer
        npa"""
    ),
    "DE_SOCIAL_SECURITY": _phrases(
        """rentenversicherungsnummer, sozialversicherungsnummer, versicherungsnummer, rvnr, svnr
        sv-nummer, sv-nr
        rentenversicherung, sozialversicherung, sozialversicherungsausweis, rv-nummer"""
    ),
    "DE_HEALTH_INSURANCE": _phrases(
        """krankenversicherungsnummer, krankenversichertennummer, versichertennummer, versicherten-nr
        kvnr, krankenkasse
        krankenversicherung, gesundheitskarte, versichertenkarte, kv-nummer, aok, barmer, dak, tk"""
    ),
    "FR_NIR": _phrases(
        """sécurité sociale, securite sociale, sécu, numéro de sécu, nir, numéro insee, insee
        immatriculation, carte vitale
        n° ss, nss, assuré social, numéro d'assuré"""
    ),
    "FR_TAX_ID": _phrases(
        "numéro fiscal, n° fiscal, identifiant fiscal, spi, référence fiscale, fiscal, impôts"
    ),
    "FR_ID_CARD": _phrases(
        """carte d'identité, carte nationale d'identité, cni, cnie, pièce d'identité
        numéro d'identité, n° d'identité
        carte d identité, titre d'identité"""
    ),
    "FR_PASSPORT": _phrases("passeport, passeports, n° de passeport"),
    "ES_NIF": _phrases(
        """dni, nif, d.n.i, n.i.f, documento nacional, documento de identidad, identidad, documento
        carnet, carné"""
    ),
    "ES_NIE": _phrases(
        "nie, n.i.e, número de extranjero, identidad de extranjero, extranjero, tarjeta de residencia, tie"
    ),
    "ES_PASSPORT": _phrases("pasaporte, nº de pasaporte"),
    "ES_SOCIAL_SECURITY": _phrases(
        """seguridad social, nuss, naf, número de afiliación, afiliación, nº ss, n.º ss, ss, s.s
        afiliado"""
    ),
    "IT_FISCAL_CODE": _phrases("codice fiscale, cod. fisc, cod fisc, c.f, cf, codfisc, fiscale"),
    "IT_IDENTITY_CARD": _phrases(
        """carta d'identità, carta di identità, carta d'identita, carta identità, cie, documento
        documento d'identità, c.i
        numero documento"""
    ),
    "IT_PASSPORT": _phrases("passaporto, passaporto n"),
    "NL_BSN": _phrases(
        "bsn, burgerservicenummer, burger service nummer, sofinummer, sofi-nummer, bsn-nummer, bsnnummer"
    ),
    "NL_ID_CARD": _phrases(
        """paspoort, paspoortnummer, identiteitskaart, id-kaart, documentnummer, identiteitsbewijs
        legitimatie
        rijbewijs, rijbewijsnummer, legitimatiebewijs"""
    ),
    "PT_NIF": _phrases(
        """nif, n.i.f, contribuinte, número de contribuinte, nº contribuinte, contribuinte fiscal, fiscal
        número fiscal, identificação fiscal, nipc"""
    ),
    "PT_CITIZEN_CARD": _phrases(
        "cartão de cidadão, cartão do cidadão, cc, cidadão, identificação civil, bi, documento"
    ),
    "PT_NISS": _phrases("niss, segurança social, seg. social, n.º de segurança social, ss"),
    "PL_PESEL": _phrases("pesel, numer pesel, pesel-u, peselu, nr pesel, peselem"),
    "PL_NIP": _phrases("nip, numer identyfikacji podatkowej, nr nip, podatnik, podatnika, nip-u"),
    "PL_ID_CARD": _phrases(
        """dowód, dowodu, dowodem, dowód osobisty, dowodu osobistego, dowodem osobistym, seria
        numer dowodu, legitymuje
        legitymujący, legitymująca, legitymuję"""
    ),
    "PL_PASSPORT": _phrases("paszport, paszportu, paszportem, numer paszportu"),
    "EU_VAT": _phrases(
        """ust-idnr, ust-id, ustidnr, ust-id-nr, umsatzsteuer-identifikationsnummer, umsatzsteuer-id
        uid, mwst-nr, vat
        umsatzsteueridentifikationsnummer, tva, tva intracommunautaire, n° tva, numéro de tva, iva
        nif-iva, nif, cif
        partita iva, p.iva, p. iva, p.i, piva, p iva, btw, btw-nummer, btw-id, btw-nr, btw nummer
        btw-identificatienummer
        contribuinte, vat ue, vat-ue, nip, nip ue"""
    ),
    "EU_POSTCODE": _phrases(
        """plz, postleitzahl, code postal, cp, c.p, código postal, codigo postal, cap, c.a.p, postcode
        kod pocztowy
        cód. postal, codice di avviamento"""
    ),
}

# Labels of numbers that name things, and words after which a number is a version.
_THINGS = _phrases(
    """bestellung, bestellnummer, bestellnr, bestell-nr, auftrag, auftragsnummer, auftragsnr, rechnung
        rechnungsnummer
    rechnungsnr, rechnungs-nr, sendung, sendungsnummer, paket, paketnummer, artikel, artikelnummer
        artikelnr, art-nr
    seriennummer, serie, vorgang, vorgangsnummer, ticketnummer, aktenzeichen, buchung, buchungsnummer
        reservierung
    reservierungsnummer, referenz, referenznummer, gutschein, gutscheinnummer, modell, lieferschein
        lieferscheinnummer
    beleg, belegnummer, fall, fallnummer, charge, chargennummer, angebot, angebotsnummer, produkt
        produktnummer
    commande, facture, colis, suivi, référence, réf, réservation, article, série, devis, produit
        modèle, lot, bon
    dossier, expédition, transaction, panier, bordereau
    pedido, factura, envío, seguimiento, referencia, reserva, artículo, albarán, presupuesto
        expediente, producto
    modelo, lote, paquete, rastreo, transacción
    ordine, fattura, spedizione, riferimento, rif, prenotazione, articolo, preventivo, pratica
        prodotto, modello, lotto
    pacco, bolla, scontrino, transazione
    bestelling, bestelnummer, ordernummer, factuur, factuurnummer, pakket, zending, zendingnummer
        artikelnummer
    referentie, referentienummer, reservering, reserveringsnummer, boeking, boekingsnummer, offerte
        offertenummer
    serienummer, productnummer, dossiernummer, zaaknummer, zaak, kenmerk, track en trace
    encomenda, fatura, nota fiscal, envio, rastreio, referência, artigo, orçamento, processo, produto
        remessa, recibo
    zamówienie, zamówienia, faktura, faktury, faktury, przesyłka, przesyłki, paczka, paczki
        referencja, rezerwacja
    rezerwacji, artykuł, oferta, oferty, sprawa, sprawy, zgłoszenie, zgłoszenia, produkt, produktu
        partia, paragon"""
)
# English ones that are not common words in another language ("case" are houses, "part" and "bon" are on the
# way).
_ENGLISH_THINGS = frozenset(THINGS) - frozenset("part case code item po bill quote".split())

# May stand between a label and its number.
FILLERS = ENGLISH_FILLERS | frozenset(
    "nummer nr num núm número numero numéro numer n nº n° º ° o ist lautet war est es el la le les de du "
    "des del della di "
    "è é e jest to is van der die das den meine mein mon ma mes mi mio mia mijn minha meu mój moja een "
    "il lo do da a : =".split()
)


@cache
def support(entity: str) -> tuple[str, ...]:
    """Phrases that speak for a match of `entity` in a row that is not English."""
    return tuple(dict.fromkeys((*PHRASES.get(entity, ()), *SUPPORT.get(entity, ()))))


@cache
def contrary(entity: str) -> tuple[str, ...]:
    """Labels (lemmas) that say that a match of `entity` is something else, in a row that is not English."""
    if entity not in NUMBER_LIKE:
        return ()
    phones = () if entity == "PHONE_NUMBER" else tuple(PHONES)
    own = {lemma(word) for phrase in PHRASES.get(entity, ()) for word in phrase.split()}
    words = (*_THINGS, *sorted(_ENGLISH_THINGS), *phones)
    return tuple(thing for word in words if (thing := lemma(word)) not in own and " " not in thing)


# Entities whose form a number of another kind can take.
NUMBER_LIKE = frozenset(
    entity
    for entity in PHRASES
    # Those with a date, letters and a check inside are met by no other number.
    if entity
    not in ("DATE_TIME", "IP_ADDRESS", "EU_POSTCODE", "FR_NIR", "IT_FISCAL_CODE", "DE_SOCIAL_SECURITY")
) | frozenset(
    {"US_BANK_NUMBER", "US_SSN", "US_PASSPORT", "UK_NHS", "UK_PASSPORT", "US_ITIN", "MEDICAL_LICENSE"}
)


# A full stop in one of these ends no sentence: it is read as a space, so that places stay.
_ABBREVIATED = re.compile(
    r"(?i)\b(?:[cdnps]\.\s?[afis]\.(?:[fip]\.)?|p\.\s?iva\b|c\.a\.p\.|n\.\s?[º°o]\b|st\.-nr\.|steuer-nr\.|ust\.-id"
    r"|(?:tél|tel|fax|tlf|tfno|tlfn|telf|telef|cel|cell|mob|kom|[a-zäöü]*-?nr|n[uú]m|n|nº|no|cod|fisc|soc|seg|geb|ur|rif|réf|ref"
    r"|art|best|rech|kd|idnr|p)\.(?!\w))"
)


def undotted(text: str) -> str:
    """`text` with the full stops of abbreviated labels ("C.F.:", "Steuer-Nr. 12") as spaces."""
    return _ABBREVIATED.sub(lambda found: found.group().replace(".", " "), text) if "." in text else text
