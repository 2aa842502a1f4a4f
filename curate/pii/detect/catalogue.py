"""The entities Assay knows, as data: who finds each, what a text must hold to be worth a look, what counts as
proof.

Nothing here imports Presidio (that costs seconds), so that params are checked at once and the pre-filter is
plain polars. `tests/curate/pii/test_catalogue.py` holds the table to what the installed Presidio really
ships.

Each entity's `needs` is a regex in the syntax of Rust's `regex` (which polars uses: linear time, no
look-around) that matches every text in which its recognizer can match. It may match more; a text it does not
match is never sent to that recognizer. `None` sends every text.
"""

# ruff: noqa: SIM905 (a table reads better in columns than as a list of literals)

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from curate.errors import AssayError
from curate.pii.detect.languages.numbers import NUMBERS, Number, needs

# alone: the form and its check cannot be met by chance. with_context: a check digit, but one random number in
# ten or so has it, so a context word must agree too. never: a shape with nothing to check.
Proof = Literal["never", "with_context", "alone"]

# Words that end a street's name; `STREET_TYPES_STRONG` are not also common English words in lower case.
STREET_TYPES_STRONG = (
    "street",
    "road",
    "avenue",
    "lane",
    "crescent",
    "terrace",
    "boulevard",
    "mews",
    "rd",
    "ave",
    "blvd",
)
STREET_TYPES = (
    *STREET_TYPES_STRONG,
    "st",
    "ln",
    "drive",
    "dr",
    "close",
    "cl",
    "court",
    "ct",
    "place",
    "pl",
    "gardens",
    "gdns",
    "square",
    "sq",
    "way",
    "grove",
    "hill",
    "park",
    "walk",
    "row",
    "rise",
    "view",
    "parade",
    "green",
    "highway",
    "quay",
    "wharf",
    "yard",
    "circle",
    "cir",
    "parkway",
    "pkwy",
    "trail",
    "trl",
    "loop",
    "plaza",
    "pike",
)
# Of a house with a name and no number, of a unit on an estate, and of other countries' streets, whose kind
# says in any language that they are streets (Rust's syntax). In the case in which they are written: without
# regard to it the search takes twice as long.
_STREETS_ELSEWHERE = (
    r"(?-i:(?:Cottage|House|Rectory|Farm|Lodge|Barn|Vicarage|Villa|Manor|Bungalow|Grange),[ \t][A-Z])"
    r"|unit[ \t]\w{1,4},?[ \t][a-z]"
    r"|(?-i:(?:[Ss]tra(?:ß|ss)e|[Ss]tr\.|weg|gasse|platz|allee|damm|straat|gracht|laan|plein|singel)[ \t]\d)"
    r"|(?-i:\d[a-z]?[ \t]\S+(?:stra(?:ß|ss)e|straat|gracht))"
    r"|(?-i:\d(?:[ \t]?(?:bis|ter))?,?[ \t](?:rue|impasse|chemin|quai|allée|avenue|boulevard|place|cours|route)[ \t])"  # noqa: E501
    r"|(?-i:(?:Calle|C/|Avenida|Avda|Paseo|Carrer|Viale|Piazza|Corso|Rua|Travessa|Praça|ul\.)[ \t.]?[^\d\n]+\d)"  # noqa: E501
    r"|(?-i:Via[ \t][^\d\n]+\d{1,4},?[ \t]\d{5})"
)
# Nothing of a word on one side of a number or a code: what `\b` demands there, for ASCII alone, so that it
# asks for no more.
_B, _E = "(?:^|[^0-9A-Za-z_])", "(?:$|[^0-9A-Za-z_])"
# A space, whether a regex engine counts the four ASCII separators among them or not.
_S = r"[\s\x1c-\x1f]"

# Seven digits with at most four marks between two of them: fewer are not a valid number anywhere.
# (Its marks may be another script's digits here: a negated class without them asks for less, and compiles in
# a third of the time.)
PHONE_ENDS = r"\d[^a-zA-Z0-9]{0,4}"
PHONE_CANDIDATE = f"(?:{PHONE_ENDS}){{7}}"
# A country code; a leading 0 of ten digits or more, unless it is 00 or 0800 (libphonenumber reads on after 20
# digits); a US number's groups.
PHONE_FORM = (
    r"[+＋][^a-zA-Z\d]{0,10}(?:\d[^a-zA-Z\d]{0,4}){7}"
    r"|(?:^|\D|\d{20})0(?:0|800|[^a-zA-Z\d]{0,4}(?:\d[^a-zA-Z\d]{0,4}){9})|\d{3}(?:\)|[-. "
    r"])[-. ]{0,2}\d{3}[-. ]\d{4}"
)
# Length and first digits that some issuer uses; a bare run may touch letters ("cc4111111111111111x").
CARD_FORM = (
    _B
    + r"(?:4\d|5[1-5]|2[2-7]|3[04-8]|6[0-57])\d{2}[- ]?\d{3,4}[- ]?\d{3,4}[- ]?\d{3,5}(?:[- ]?\d{3})?"
    + _E
    + r"|(?:^|[^\d.])(?:4\d|5[1-5]|2[2-7]|3[47]|6[0-57])\d{13,14}(?:$|[^\d])"
    + r"|(?:^|[^\d.])[2-6]\d{3}\.\d{4}\.\d{4}\.\d{4}(?:$|[^\d])"
)
# Countries in the SWIFT registry of IBANs, as Presidio lists them.
_IBAN_COUNTRIES = "A[DELTZ]|B[AEGHRY]|C[HRYZ]|D[EKO]|E[EGS]|F[IOR]|G[BEILRT]|H[RU]|I[ELQST]|JO|K[WZ]|L[BCITUVY]|M[CDEKRTU]|N[LO]|P[KLST]|QA|R[OS]|S[ACEIKM]|T[LNR]|UA|V[AG]|XK"  # noqa: E501
_MONTH = "(?i:JAN|FEB|MAR|APR|MAY|JUN|JUL|AUG|SEP|OCT|NOV|DEC)"
_D, _M = "(?:0?[1-9]|[12][0-9]|3[01])", "(?:0?[1-9]|1[0-2])"
# A whole date; month and year alone are weak.
DATE_FORM = (
    rf"{_B}(?:{_D}/{_D}/(?:\d{{4}}|\d{{2}}){_E}|\d{{4}}/{_M}/{_D}{_E}|{_D}-{_D}-\d{{4}}{_E}|\d{{4}}-{_M}-{_D}(?:(?i:T)|{_E})|{_D}\.{_M}\.(?:\d{{4}}|\d{{2}}){_E}"
    rf"|{_D}-{_MONTH}|{_MONTH}-\d{{2}})"
)
# A label and room for a key, or the prefix that an issuer gives its keys.
KEY_CANDIDATE = (
    r"(?i:(?:key(?:[ _-]?id)?|token|secret|bearer|authorization)"
    + rf"[\"'`\])]{{0,2}}{_S}*(?:[:=>-]{{1,2}}|is)?{_S}*[\"'`]?"
    + rf"(?:(?:basic|bearer|token|apikey){_S}+\S{{8}}|\S{{16}}))"
    r"|(?:AKIA|ASIA)[A-Z0-9]{4}|gh[opsur]_|github_pat_|glpat-|[prs]k_(?:live|test)_|sk-|xox[abprs]-|AIza|SG\.|npm_|hf_|eyJ|dop_v1_|(?i:-----BEGIN "  # noqa: E501
    r")"
)
# A label with a mark, a verb or a word with a digit after it; a connection string; curl's log-in.
PASSWORD_CANDIDATE = (
    rf"(?i)(?:pass(?:{_S}?words?|wd|{_S}?code|{_S}?phrase)?|pwd|p/w|pw)(?:['’]s)?(?:[\"'`\])]{{0,2}}{_S}*(?:[:=>]|->)|{_S}+(?:is|was)|{_S}+[a-z]\S*\d)"
    rf"|pin(?:{_S}+(?:code|number|no\.?))?[\"']?{_S}*(?::|=|is|was){_S}*[\"']?\d{{4}}"
    r"|://[^\s/:@\"'<>]{0,64}:[^\s/\"'<>]{1,64}@|\bcurl\b.*(?:-u|-user)|mysql.*\s-p\S"
)
# A sort code and an account together, or either one with its label.
ACCOUNT_CANDIDATE = (
    rf"(?i)\d{{2}}-\d{{2}}-\d{{2}}\D*\d{{8}}|(?:sort{_S}*code|s/c)\D*\d{{2}}[- "
    rf"]?\d{{2}}[- ]?\d{{2}}|(?:acc|a/c)\D*\d{{4}}[ -]?\d{{4}}"
)
# Every `needs` of DEFAULT demands one of these.
ANY_CANDIDATE = (
    r"(?i)[@\d]|::|\.[a-z]{2}|[a-f]{2}[:-][a-f]{2}[:-]|[a-f]{4}\.|[a-f]{8}-|"
    + f"(?-i:{KEY_CANDIDATE})|{PASSWORD_CANDIDATE}"
)
# Found by default only where a label says that they are somebody's (a UUID), or not at all (a plain link; one
# that leads to a person is a PERSONAL_URL). Where params name one, its every form is found: they score this.
UNSURE, UNSURE_SCORE = frozenset({"URL", "UUID"}), 0.3


@dataclass(frozen=True)
class Entity:
    """One kind of personal data.

    Parameters
    ----------
    name
        Presidio's name for it, or ours where Presidio has none.
    recognizer
        Class name, in one of the modules that `curate.pii.detect.recognizers.build` names if it is there,
        else in `presidio_analyzer.predefined_recognizers`.
    needs
        A necessary condition, see the module's docstring.
    elsewhere
        Another form, where either will do: two short regexes read a text faster than their union, whose
        automaton outgrows the engine's memory.
    within
        A form that every text with `needs` holds and other entities share: asked once for all of them, so
        that only texts with it are asked for `needs`.
    ends
        What every match of `needs` begins with and ends with, where that is a shorter regex: a label near the
        one is near the other.
    proof
        When a finding is `verified`.
    unlabelled
        The highest score without a word of context, forms that speak for themselves apart. Where the
        threshold is higher, a text without such a word is not read.
    speaks
        The form (Rust regex) of every match that scores more than `unlabelled` without a word of context,
        where there are such.
    """

    name: str
    recognizer: str
    needs: str | None = None
    proof: Proof = "never"
    unlabelled: float = 1.0
    speaks: str | None = None
    elsewhere: str | None = None
    within: str | None = None
    ends: str | None = None

    @property
    def forms(self) -> tuple[str, ...]:
        """`needs` and `elsewhere`: a text holds one of them; empty where any text will do."""
        return tuple(form for form in (self.needs, self.elsewhere) if form is not None)


# Generic recognizers, all of the UK's (Presidio disables five of the six), the US ones Presidio enables, and
# our own.
DEFAULT = (
    Entity("EMAIL_ADDRESS", "OfflineEmailRecognizer", "@", "alone"),
    Entity(
        "PHONE_NUMBER",
        "PlausiblePhoneRecognizer",
        PHONE_CANDIDATE,
        unlabelled=0.1,
        speaks=PHONE_FORM.replace(r"[^a-zA-Z\d]", "[^a-zA-Z0-9]").replace(r"\D", "[^0-9]"),
        within=PHONE_CANDIDATE,
        ends=PHONE_ENDS,
    ),
    Entity(
        "CREDIT_CARD",
        "IssuedCardRecognizer",
        _B
        + r"[1-6]\d{3}[- ]?\d{3,4}[- ]?\d{3,4}[- ]?\d{3,5}(?:[- ]?\d{3})?"
        + _E
        + r"|(?:^|[^\d.])[2-6](?:\d{14,15}|\d{3}\.\d{4}\.\d{4}\.\d{4})(?:$|[^\d])",
        "with_context",
        0.3,
        CARD_FORM,
        within=PHONE_CANDIDATE,
    ),
    Entity(
        "IBAN_CODE",
        "AnyCaseIbanRecognizer",
        "(?:^|[^0-9A-Za-z])(?i:(?:" + _IBAN_COUNTRIES + r")\d{2}(?:[ -]?[a-z0-9]){11})",
        "alone",
    ),
    Entity("CRYPTO", "WalletRecognizer", r"(?i)(?:bc1|[13])[a-z0-9]{25}|0x[0-9a-f]{40}", "alone"),
    Entity("IP_ADDRESS", "LocatedIpRecognizer", r"(?i)\d\.\d{1,3}\.\d{1,3}\.\d|::|(?:[0-9a-f]{1,4}:){6}"),
    Entity(
        "MAC_ADDRESS",
        "WholeMacRecognizer",
        r"(?i)(?:[0-9a-f]{2}[:-]){5}[0-9a-f]{2}|[0-9a-f]{4}\.[0-9a-f]{4}\.[0-9a-f]{4}",
    ),
    Entity(
        "UUID",
        "PersonsUuidRecognizer",
        r"(?i)[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}",
        unlabelled=0.3,
    ),
    Entity("URL", "BoundedUrlRecognizer", r"(?i)\.[a-z]{2}"),
    Entity(
        "DATE_TIME",
        "WholeDateRecognizer",
        f"{DATE_FORM}|{_B}{_M}/" + r"\d{2}",
        unlabelled=0.2,
        speaks=DATE_FORM,
    ),
    Entity("DATE_OF_BIRTH", "BirthDateRecognizer", r"(?i)birth|born|d\.?o\.?b"),
    Entity(
        "STREET_ADDRESS",
        "StreetAddressRecognizer",
        r"(?i)\d[a-z]?,?[ \t](?:(?:\S+[ \t]){1,4}?(?:"
        + "|".join(STREET_TYPES)
        + r")(?:[^a-zA-Z]|$)|[a-z]+gate|the[ \t])|\bp\.?[ \t]?o\.?[ \t]box[ \t]\d",
        elsewhere=f"(?i){_STREETS_ELSEWHERE}",
    ),
    Entity(
        "UK_NHS",
        "FormedNhsRecognizer",
        _B + r"\d{3}[- ]?\d{3}[- ]?\d{4}" + _E,
        "with_context",
        0.1,
        _B + r"\d{3}[- ]\d{3}[- ]\d{4}" + _E,
        within=PHONE_CANDIDATE,
    ),
    Entity("UK_NINO", "GroupedNinoRecognizer", r"(?i)[a-z]{2}[ -]?\d{2}[ -]?\d{2}[ -]?\d{2}[ -]?[a-d]"),
    Entity(
        "UK_PASSPORT",
        "EveryUkPassportRecognizer",
        r"(?i)[a-z]{2}\d{7}|\d{3} ?\d{3} ?\d{3}",
        unlabelled=0.1,
        within=PHONE_CANDIDATE,
    ),
    Entity(
        "UK_DRIVING_LICENCE",
        "SpacedUkDrivingLicenceRecognizer",
        r"(?i)[a-z9]{5} ?\d(?:0[1-9]|1[0-2]|5[1-9]|6[0-2])(?:0[1-9]|[12]\d|3[01])\d ?[a-z9]{2}[a-z0-9] "
        r"?[a-z]{2}",
    ),
    Entity("UK_UTR", "UtrRecognizer", r"(?i)utr|tax", "alone"),
    Entity("UK_VAT", "UkVatRecognizer", r"(?i)vat|(?:gb|xi) ?\d{3}", "alone"),
    Entity("UK_CHI", "ChiRecognizer", r"(?i)chi\b|health index", "alone"),
    Entity("API_KEY", "ApiKeyRecognizer", KEY_CANDIDATE),
    Entity("PASSWORD", "PasswordRecognizer", PASSWORD_CANDIDATE),
    Entity("PERSONAL_URL", "PersonalUrlRecognizer", r"(?i)[a-z]/|://|/[@~]|\?[^\s\"'<>()]*="),
    Entity(
        "UK_POSTCODE",
        "AreaPostcodeRecognizer",
        rf"{_B}(?i:[a-z]{{1,2}}\d[a-z\d]?{_S}?\d[a-z]{{2}}|GIR{_S}?0AA){_E}",
    ),
    Entity(
        "UK_VEHICLE_REGISTRATION",
        "CasedVehicleRecognizer",
        _B + r"(?i:[a-z]{2}\d{2}[- ]?[a-z]{3}|[a-z]\d{1,3}[- ]?[a-z]{3}|[a-z]{3}[- ]?\d{1,3}[- ]?[a-z])" + _E,
        unlabelled=0.3,
        # with the Kelvin sign, a capital k to any regex
        speaks=r"[A-Z\x{212a}]{2}\d{2}[- ]?[A-Z\x{212a}]{3}",
    ),
    Entity("UK_BANK_ACCOUNT", "UkBankAccountRecognizer", ACCOUNT_CANDIDATE),
    Entity(
        "US_BANK_NUMBER", "UsBankRecognizer", _B + r"\d{8,17}" + _E, unlabelled=0.05, within=PHONE_CANDIDATE
    ),
    Entity("US_DRIVER_LICENSE", "UsLicenseRecognizer", r"(?i)[a-z\]]\d|\d{6}", unlabelled=0.3),
    Entity(
        "US_ITIN",
        "UsItinRecognizer",
        _B + r"9\d{2}[- ]?[5-9]\d[- ]?\d{4}" + _E,
        unlabelled=0.3,
        speaks=r"9\d{2}[- ]\d{2}[- ]\d{4}",
        within=PHONE_CANDIDATE,
    ),
    Entity(
        "US_PASSPORT",
        "UsPassportRecognizer",
        r"(?i)[a-z\d]\d{8}",
        unlabelled=0.1,
        within=PHONE_CANDIDATE,
    ),
    Entity(
        "US_SSN",
        "UsSsnRecognizer",
        _B + r"\d{3}[- .]?\d{2}[- .]?\d{4}" + _E,
        unlabelled=0.05,
        speaks=_B + r"\d{3}(?:-\d{2}-|\.\d{2}\.| \d{2} )\d{4}" + _E,
        within=PHONE_CANDIDATE,
    ),
    Entity(
        "MEDICAL_LICENSE",
        "LabelledMedicalLicenseRecognizer",
        r"(?i)[a-z9]\d{7}",
        "with_context",
        unlabelled=0.1,
        within=PHONE_CANDIDATE,
    ),
)

# Presidio's other countries and US health papers: off unless named in `scan.entities`; run on every text.
OPTIONAL = tuple(
    Entity(*pair.split(":"))  # type: ignore[arg-type]
    for pair in """
    ABA_ROUTING_NUMBER:AbaRoutingRecognizer AU_ABN:AuAbnRecognizer AU_ACN:AuAcnRecognizer
    AU_MEDICARE:AuMedicareRecognizer AU_TFN:AuTfnRecognizer CA_POSTAL_CODE:CaPostalCodeRecognizer
    CA_SIN:CaSinRecognizer DE_BSNR:DeBsnrRecognizer DE_FUEHRERSCHEIN:DeFuehrerscheinRecognizer
    DE_HANDELSREGISTER:DeHandelsregisterRecognizer DE_KFZ:DeKfzRecognizer DE_LANR:DeLanrRecognizer
    DE_PASSPORT:DePassportRecognizer DE_PLZ:DePlzRecognizer DE_VAT_ID:DeVatIdRecognizer
    FI_PERSONAL_IDENTITY_CODE:FiPersonalIdentityCodeRecognizer IN_AADHAAR:InAadhaarRecognizer
    IN_GSTIN:InGstinRecognizer IN_PAN:InPanRecognizer IN_PASSPORT:InPassportRecognizer
    IN_VEHICLE_REGISTRATION:InVehicleRegistrationRecognizer IN_VOTER:InVoterRecognizer
    IT_DRIVER_LICENSE:ItDriverLicenseRecognizer IT_VAT_CODE:ItVatCodeRecognizer KR_BRN:KrBrnRecognizer
    KR_DRIVER_LICENSE:KrDriverLicenseRecognizer KR_FRN:KrFrnRecognizer KR_PASSPORT:KrPassportRecognizer
    KR_RRN:KrRrnRecognizer NG_NIN:NgNinRecognizer NG_VEHICLE_REGISTRATION:NgVehicleRegistrationRecognizer
    PH_PASSPORT:PhPassportRecognizer PH_TIN:PhTinRecognizer PH_UMID:PhUmidRecognizer
    SE_ORGANISATIONSNUMMER:SeOrganisationsnummerRecognizer SE_PERSONNUMMER:SePersonnummerRecognizer
    SG_NRIC_FIN:SgFinRecognizer SG_UEN:SgUenRecognizer TH_TNIN:ThTninRecognizer
    TR_LICENSE_PLATE:TrLicensePlateRecognizer TR_NATIONAL_ID:TrNationalIdRecognizer
    US_CLAIM_NUMBER:UsClaimNumberRecognizer US_HEALTH_INSURANCE_MEMBER_ID:UsHealthInsuranceMemberIdRecognizer
    US_MBI:UsMbiRecognizer US_NPI:UsNpiRecognizer US_PRESCRIPTION_NUMBER:UsPrescriptionNumberRecognizer
    US_PRIOR_AUTHORIZATION_NUMBER:UsPriorAuthorizationNumberRecognizer
    US_PROVIDER_TAX_ID:UsProviderTaxIdRecognizer US_REFERRAL_NUMBER:UsReferralNumberRecognizer
    ZA_COMPANY_REGISTRATION:ZaCompanyRegistrationRecognizer ZA_DRIVER_LICENSE:ZaDriverLicenseRecognizer
    ZA_ID_NUMBER:ZaIdNumberRecognizer ZA_INCOME_TAX_NUMBER:ZaIncomeTaxNumberRecognizer
    ZA_LICENSE_PLATE:ZaLicensePlateRecognizer ZA_PASSPORT:ZaPassportRecognizer
    ZA_TRAFFIC_REGISTER_NUMBER:ZaTrafficRegisterNumberRecognizer ZA_VAT_NUMBER:ZaVatNumberRecognizer
    """.split()
)


def _of_number(name: str, number: Number) -> Entity:
    proof: Proof = "never"
    if number.check is not None:
        proof = "alone" if number.alone else "with_context"
    return Entity(name, f"{name}_NUMBER", needs(name), proof)


# Papers of seven European countries: on in rows of those languages; in English ones where they are named.
EUROPEAN = tuple(_of_number(name, number) for name, number in NUMBERS.items())

ENTITIES = {entity.name: entity for entity in (*DEFAULT, *EUROPEAN, *OPTIONAL)}

# What the name tagger or a named-entity model may add; findings carry these as `scan.ner` says.
NER_ENTITIES = ("PERSON", "LOCATION", "ORGANIZATION", "NRP", "DATE_TIME")


def check_names(names: set[str], where: str, extra: set[str] | None = None) -> None:
    """Fail on an entity nobody detects: a misspelt name in a policy would else be a silent hole in it.

    Raises
    ------
    AssayError
        Naming the unknown entities and the nearest known ones.
    """
    known = ENTITIES.keys() | (extra or set())
    unknown = sorted(names - known)
    if unknown:
        import difflib

        near = [match for name in unknown for match in difflib.get_close_matches(name.upper(), known, 1, 0.5)]
        raise AssayError(
            f"`{where}` names unknown entities: {', '.join(unknown)}"
            + (f" (did you mean {', '.join(near)}?)" if near else ""),
            fix=f"edit `{where}` in params.yaml; the names are in curate/pii/detect/catalogue.py "
            f"(PERSON, LOCATION and the like need `scan.ner`)",
        )
