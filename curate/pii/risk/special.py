"""Rows that seem to tell of special-category or criminal data: a risk to look at, never redacted by itself.

UK GDPR Art. 9(1) names health, religion or belief, trade-union membership, political opinion, sex life or
orientation, racial or ethnic origin, genetic and biometric data; Art. 10 criminal convictions and offences.
No checksum tells "I have diabetes" from "vegan leather", so a rule fires only where a lexicon's word stands
in a sentence *about a person*: someone ("I", "my husband", "the driver") who has, is, takes, belongs to. What
is said otherwise is missed, and a figure of speech may be found.

Vectorised: one scan for word stems leaves the few texts worth a rule, then one regex a rule over those
columns. English only.
"""

# ruff: noqa: SIM905 (a lexicon reads better in lines than as a list of literals)

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import polars as pl

from curate.errors import AssayError
from curate.examples import TEXT_FIELDS

SPECIAL = pl.Schema(
    {"example_id": pl.String(), "category": pl.String(), "field": pl.String(), "evidence": pl.String()}
)

# The categories and where the law names them.
CATEGORIES = {
    "health": "Art. 9",
    "religion": "Art. 9",
    "trade_union": "Art. 9",
    "politics": "Art. 9",
    "sexual_orientation": "Art. 9",
    "ethnicity": "Art. 9",
    "biometric_genetic": "Art. 9",
    "criminal": "Art. 10",
}

# People a support ticket, an HR query or a case note speaks of.
_KIN = (
    "husband|wife|partner|spouse|fianc[eé]e?|boyfriend|girlfriend|ex|son|daughter|child|kid|baby|toddler|mum|mom|mother|dad|father|parent|"
    "sister|brother|nan|gran|grandma|grandad|grandmother|grandfather|aunt|uncle|cousin|niece|nephew|friend|neighbour|flatmate|housemate|"
    "colleague|boss|manager|employee|tenant|carer|patient|client|student|customer|applicant|candidate|claimant"
)
_WHO = (
    rf"(?:\b(?:i|we|he|she|they|who)\b|\b(?:my|our|his|her|their|your|the|a|this|that)(?: \w+)? "
    rf"(?:{_KIN})s?\b|"
    r"\b(?:the|your|that|this) (?:driver|courier|agent|engineer|man|woman|lady|bloke|guy|member of "
    r"staff|assistant)\b|"
    r"\b(?:[Mm]r|[Mm]rs|[Mm]s)\.? \w+)"
)
_OWN = (
    r"\b(?:my|our|his|her|their)(?: "
    r"(?:husband|wife|partner|son|daughter|mum|mom|mother|dad|father|sister|brother|child|kid|colleague|friend)'s)?"
)
_BE = r"(?:'m|'re|'s| am| is| are| was| were| have been| has been|'ve been|'s been| being)"
_ADVERB = (
    r"(?: "
    r"(?:a|an|also|both|now|still|very|quite|currently|heavily|severely|registered|legally|recently|openly|practising|devout|proud|lifelong|myself|being|as|not))*"
)
# An adjective that says something of a person ends the clause or names the person: "I'm gay", "a Muslim
# woman", not "a gay bar".
_CLOSE = (
    r"(?:\s*[.,;:!?)\n]|\s*$| "
    r"(?:and|but|so|or|which|who|person|man|woman|men|women|people|couple|family|household|parent|employee|customer|member|user|since|because|with|from "  # noqa: E501
    r""
    r""
    r"birth|myself|too|at the moment))"
)
_HAS = (
    r"(?:'ve| have| has| had|'s)(?: "
    r"(?:got|had|been|also|now|just|recently|both|always|a|an|severe|chronic|mild|bad|type "
    r"(?:1|2|one|two)|late|early|stage \w+|"
    r"breast|bowel|lung|prostate|skin|terminal|post.?natal|clinical|general|diagnosed|with))*"
)
_CONDITION = (
    r"(?:diabetes|asthma|cancer|leuka?emia|lymphoma|melanoma|(?:brain "
    r")?tumou?rs?|epilepsy|seizures|hiv|full-blown aids|depression|anxiety|panic attacks|ptsd|"
    r"bipolar|schizophrenia|psychosis|autism|adhd|asperger'?s|dyslexia|dyspraxia|dementia|alzheimer'?s|parkinson'?s|multiple "  # noqa: E501
    r""
    r""
    r"sclerosis|"
    r"motor neurone disease|cerebral "
    r"palsy|arthritis|osteoporosis|fibromyalgia|migraines?|eczema|psoriasis|crohn'?s|colitis|coeliac "
    r"disease|"
    r"copd|emphysema|covid(?:-?19)?|long covid|tuberculosis|hepatitis(?: [abc])?|cystic fibrosis|sickle "
    r"cell|lupus|endometriosis|"
    r"high blood pressure|angina|an eating disorder|anorexia|bulimia|ocd|tourette'?s|"
    r"(?:a |some )?(?:heart|kidney|liver|lung|thyroid|autoimmune|mental "
    r"health|skin|medical|respiratory|learning|physical) "
    r"(?:condition|disease|failure|problems?|attack|disorder|disability|difficulties|illness)|"
    r"(?:a )?(?:stroke|miscarriage|disability|hysterectomy|pacemaker|stoma|hearing loss|visual "
    r"impairment|addiction|hip replacement|knee replacement|mastectomy))\b"
)
_ALLERGEN = r"(?:nuts?|peanuts?|latex|penicillin|dairy|milk|eggs?|gluten|wheat|soya?|shellfish|fish|sesame|wool|feathers?|down|dust|pollen|nickel|perfumes?|dyes?|bees?|cats?|dogs?)"  # noqa: E501
_PARTY = (
    r"(?:labour|conservatives?|tor(?:y|ies)|lib(?:eral)? ?dem(?:ocrat)?s?|greens?|green party|snp|plaid "
    r"cymru|reform(?: uk)?|ukip|sinn f[eé]in|dup|republicans?|"
    r"democrats?|bnp|socialist workers)"
)
_UNION = (
    r"(?:unite|unison|gmb|rmt|nasuwt|neu|pcs|ucu|usdaw|aslef|community union|teamsters|uaw|seiu|cwu|equity)"
)
_CRIME = (
    r"(?:assault|theft|fraud|burglary|robbery|murder|manslaughter|rape|arson|harassment|stalking|possession|drink.?driving|drunk.?driving|dui|speeding|abh|gbh|affray|shoplifting|criminal "  # noqa: E501
    r""
    r""
    r"damage|money laundering|dangerous driving|drugs? offences?|an? offence)"
)


class Rule(NamedTuple):
    """One way of saying it: a short name for evidence, stems of which a text must hold one, and the regex
    (Rust's, on lower case).
    """

    category: str
    evidence: str
    stems: tuple[str, ...]
    pattern: str


_CONDITION_STEMS = (
    "diabet asthma cancer leuk lymphoma melanoma tumo epileps seizure hiv aids depress anxi panic ptsd "
    "bipolar schizo psychosis autis adhd asperger dyslex "
    "dyspra dementia alzheimer parkinson scleros neurone palsy arthrit osteopor fibromy migraine eczema "
    "psoria crohn colitis coeliac copd emphys covid "
    "tubercul hepatit fibrosis sickle lupus endometr pressure angina disorder anorex bulim ocd tourette "
    "condition disease failure problem attack disab "
    "difficult illness stroke miscarr hysterec pacemaker stoma hearing visual addict replacement mastec"
).split()

RULES = (
    Rule("health", "has_condition", tuple(_CONDITION_STEMS), rf"{_WHO}{_HAS} {_CONDITION}"),
    Rule(
        "health",
        "diagnosed",
        ("diagnos", "suffer", "living with", "live with", "recover"),
        rf"{_WHO}(?:'\w+| \w+){{0,3}} (?:diagnosed with|suffer(?:s|ed|ing)? "
        rf"(?:from|with)|liv(?:e|es|ing) with|recovering from)(?: \w+){{0,3}} {_CONDITION}",
    ),
    Rule("health", "own_condition", tuple(_CONDITION_STEMS), rf"{_OWN}(?: \w+)? {_CONDITION}"),
    Rule(
        "health",
        "is_ill",
        (
            "diabetic",
            "asthmatic",
            "pregnan",
            "disabled",
            "autistic",
            "epileptic",
            "deaf",
            "blind",
            "sighted",
            "bipolar",
            "coeliac",
            "celiac",
            "dyslexic",
            "schizophrenic",
            "housebound",
            "bedridden",
            "immuno",
            "wheelchair",
            "terminally",
            "hiv",
            "sectioned",
            "breastfeeding",
            "anorexic",
        ),
        rf"{_WHO}{_BE}{_ADVERB}(?: \w+ (?:weeks?|months?))? "
        rf"(?:diabetic|asthmatic|pregnant|disabled|autistic|epileptic|bipolar|coeliac|celiac|dyslexic|schizophrenic|"
        r"housebound|bedridden|immuno(?:compromised|suppressed)|wheelchair[- ]bound|in a "
        r"wheelchair|terminally ill|hiv[- ]positive|partially sighted|"
        rf"visually impaired|hard of hearing|sectioned|breastfeeding|anorexic|(?:profoundly "
        rf")?deaf|blind){_CLOSE}",
    ),
    Rule(
        "health",
        "allergy",
        ("allerg", "intoleran", "anaphyla"),
        rf"{_WHO}{_BE}{_ADVERB} allergic to (?:\w+ ){{0,2}}{_ALLERGEN}\b|{_WHO}{_HAS} (?:\w+ "
        rf")?(?:{_ALLERGEN} (?:allerg(?:y|ies)|intolerance)|anaphylaxis)\b"
        rf"|{_OWN} {_ALLERGEN} (?:allerg(?:y|ies)|intolerance)\b",
    ),
    Rule(
        "health",
        "care",
        (
            "gp",
            "doctor",
            "psychiatr",
            "therap",
            "midwife",
            "surgeon",
            "oncolog",
            "physio",
            "chemo",
            "surgery",
            "operation",
            "dialysis",
            "insulin",
            "inhaler",
            "medic",
            "prescription",
            "wheelchair",
            "hearing aid",
            "mental health",
            "disabil",
            "antidepress",
            "counsell",
            "epipen",
            "pregnan",
            "blue badge",
            "sick note",
        ),
        rf"{_OWN} "
        rf"(?:gp|doctor|psychiatrist|(?:physio)?therapist|counsellor|midwife|surgeon|oncologist|chemo(?:therapy)?|radiotherapy|(?:\w+ "  # noqa: E501
        rf""
        rf""
        rf")?surgery|dialysis|insulin|"
        r"inhalers?|medication|meds|medical "
        r"(?:records?|history|appointment|notes|condition)|prescriptions?|wheelchair|hearing "
        r"aids?|mental health|antidepressants|epipen|"
        r"pregnancy|blue badge|sick note|disability)\b",
    ),
    Rule(
        "health",
        "hospital",
        ("hospital", "intensive care", "hospice", "rehab", "a&e"),
        rf"{_WHO}{_BE}(?: "
        rf"(?:just|only|currently|recently|still|back|stuck|rushed|taken|admitted|discharged|being|off|out))* "  # noqa: E501
        rf""
        rf""
        rf"(?:in|into|to|from|of)(?: the| a| an)? "
        r"(?:hospital|hospice|intensive care|rehab|a&e)\b",
    ),
    Rule(
        "health",
        "treatment",
        (
            "chemo",
            "radiother",
            "dialysis",
            "surgery",
            "operation",
            "antidepress",
            "insulin",
            "ivf",
            "statin",
            "sertraline",
            "methadone",
            "abortion",
            "transplant",
            "medication",
            "signed off",
            "off sick",
            "sick leave",
        ),
        rf"{_WHO}(?:'\w+| \w+){{0,2}} "
        rf"(?:had|have|has|having|undergoing|needs?|on|taking|takes?|started|starting|recovering "
        rf"from)(?: (?:a|an|my|his|her|some|heart|back|knee|hip|eye|major|emergency))* "
        r"(?:chemo(?:therapy)?|radiotherapy|dialysis|surgery|operation|antidepressants|insulin|ivf|statins|sertraline|methadone|abortion|transplant|medication|sick "  # noqa: E501
        r""
        r""
        r"leave)\b"
        rf"|{_WHO}{_BE}(?: \w+)? (?:signed off(?: work| sick)|off (?:work )?sick)\b",
    ),
    Rule(
        "religion",
        "is_of",
        (
            "muslim",
            "christian",
            "catholic",
            "jewish",
            "hindu",
            "sikh",
            "buddhist",
            "jehovah",
            "mormon",
            "quaker",
            "atheist",
            "protestant",
            "anglican",
            "methodist",
            "baptist",
            "evangelical",
            "pagan",
            "rastafarian",
        ),
        rf"{_WHO}{_BE}{_ADVERB}(?: (?:orthodox|roman|born-again))? "
        rf"(?:muslim|christian|catholic|jewish|hindu|sikh|buddhist|jehovah's "
        rf"witness|mormon|quaker|atheist|protestant|anglican|"
        rf"methodist|baptist|evangelical|pagan|rastafarian)s?{_CLOSE}|\bas an? (?:\w+ "
        rf")?(?:muslim|christian|catholic|jew|hindu|sikh|buddhist|jehovah's "
        rf"witness|mormon|quaker){_CLOSE}",
    ),
    Rule(
        "religion",
        "own_faith",
        (
            "church",
            "mosque",
            "synagogue",
            "gurdwara",
            "parish",
            "imam",
            "priest",
            "rabbi",
            "vicar",
            "religio",
            "faith",
            "baptism",
            "bar mitzvah",
            "communion",
        ),
        rf"{_OWN} (?:church|mosque|synagogue|gurdwara|parish|imam|priest|rabbi|vicar|religion|religious "
        rf"(?:beliefs?|views|community)|baptism|(?:bar|bat) mitzvah|first communion)\b"
        rf"|{_OWN} faith (?:forbids|requires|means|community|prevents)\b|\b(?:against|because of|part "
        rf"of) {_OWN} (?:faith|religion)\b|\bfor religious reasons\b",
    ),
    Rule(
        "religion",
        "observes",
        (
            "ramadan",
            "eid",
            "lent",
            "shabbat",
            "sabbath",
            "passover",
            "kosher",
            "halal",
            "to church",
            "to mosque",
            "pray",
            "diwali",
            "yom kippur",
        ),
        rf"{_WHO}(?:'\w+)?(?: (?:am|are|is|do|don't|can't|cannot|will be|only|also|always|strictly))* "
        rf"(?:observ(?:e|es|ing)|keep|keeps|keeping|fast|fasts|fasting|celebrat(?:e|es|ing)|eat|eats)"
        r"(?: (?:for|during|the|strictly))* "
        r"(?:ramadan|eid|lent|shabbat|sabbath|passover|kosher|halal|diwali|yom kippur)\b"
        rf"|{_WHO}(?:'\w+)? (?:go|goes|going|went|attend|attends) (?:to "
        rf")?(?:church|mosque|synagogue|temple)\b|{_WHO} pray(?:s|ing)?\b",
    ),
    Rule(
        "trade_union",
        "own_union",
        ("union",),
        rf"{_OWN} (?:trade |labou?r |staff )?union(?: "
        rf"(?:rep(?:resentative)?|steward|branch|dues|fees|subs(?:cription)?|membership|card|official|meeting|has|have|said|says|is|will|told|advised|wants|member)\b"
        r"|\s*[.,;:!?)]|\s*$)",
    ),
    Rule(
        "trade_union",
        "member",
        (
            "union",
            "shop steward",
            "on strike",
            *(
                "unite",
                "unison",
                "gmb",
                "rmt",
                "nasuwt",
                "neu",
                "pcs",
                "ucu",
                "usdaw",
                "aslef",
                "teamsters",
                "uaw",
                "seiu",
                "cwu",
                "equity",
            ),
        ),
        rf"{_WHO}(?:'\w+| \w+){{0,3}} (?:member of|joined|joining|left|rep for|steward for|in)(?: "
        rf"(?:the|a|my))? (?:(?:\w+ )?(?:trade |labou?r )union|{_UNION})\b"
        rf"|{_WHO}{_BE}{_ADVERB} (?:(?:trade )?union "
        rf"(?:member|rep(?:resentative)?|official|steward|activist)|shop steward|on strike)\b",
    ),
    Rule(
        "politics",
        "member",
        ("member", "councillor", "activist", "campaign", "canvass", "candidate", "voter", "supporter"),
        rf"{_WHO}(?:'\w+| \w+){{0,3}} (?:member of|activist for|councillor for|campaign(?:s|ed|ing)? "
        rf"for|canvass(?:es|ed|ing)? for|candidate for|supporter of)(?: the)? {_PARTY}\b"
        rf"|{_WHO}{_BE}{_ADVERB} {_PARTY} (?:party "
        rf")?(?:member|voter|supporter|councillor|activist|candidate|mp)\b",
    ),
    Rule(
        "politics",
        "votes",
        ("vote", "voting", "political"),
        rf"{_WHO}(?:'\w+| \w+){{0,2}} (?:vote[sd]?|voting)(?: for)?(?: the)? "
        rf"(?:{_PARTY}|leave|remain|brexit|trump|biden|harris|corbyn|farage|starmer)\b"
        rf"|{_OWN} political (?:views?|opinions?|beliefs?|party|leanings?|activit(?:y|ies))\b",
    ),
    Rule(
        "politics",
        "is_of",
        (
            "socialist",
            "communist",
            "marxist",
            "anarchist",
            "tory",
            "fascist",
            "lib dem",
            "republican",
            "trotsky",
        ),
        rf"{_WHO}{_BE}{_ADVERB} (?:socialist|communist|marxist|anarchist|tory|fascist|lib "
        rf"dem|republican|trotskyist){_CLOSE}",
    ),
    Rule(
        "sexual_orientation",
        "is_of",
        (
            "gay",
            "lesbian",
            "bisexual",
            "queer",
            "pansexual",
            "asexual",
            "homosexual",
            "transgender",
            "trans ",
            "trans.",
            "trans,",
            "non-binary",
            "nonbinary",
        ),
        rf"{_WHO}{_BE}{_ADVERB} "
        rf"(?:gay|lesbian|bisexual|queer|pansexual|asexual|homosexual|transgender|trans|non-?binary)s?{_CLOSE}"
        rf"|\bas an? (?:gay|lesbian|bisexual|queer|trans|transgender|non-?binary){_CLOSE}",
    ),
    Rule(
        "sexual_orientation",
        "own",
        (
            "sexuality",
            "sexual orient",
            "same-sex",
            "same sex",
            "came out",
            "coming out",
            "sex life",
            "gender identity",
            "transition",
        ),
        rf"{_OWN} (?:sexuality|sexual orientation|same[- ]sex (?:partner|spouse|wedding|marriage)|sex "
        rf"life|gender (?:identity|reassignment|transition))\b"
        rf"|{_WHO}(?:'\w+)? (?:came|come|coming) out (?:as|to) "
        rf"(?:gay|lesbian|bi|bisexual|trans|my|his|her|their)\b",
    ),
    Rule(
        "ethnicity",
        "is_of",
        (
            "black",
            "asian",
            "white british",
            "mixed",
            "african",
            "caribbean",
            "roma",
            "travell",
            "gyps",
            "latin",
            "hispanic",
            "arab",
            "indigenous",
            "aborigin",
            "bame",
            "descent",
            "heritage",
            "origin",
        ),
        rf"(?:{_WHO}{_BE}{_ADVERB}|\bas an?) (?:black(?: british)?|(?:british |south |east )?asian|white "
        rf"british|mixed[- ]race|(?:black |west )?african|(?:afro-?)?caribbean|romany?|romani|"
        rf"(?:an irish )?traveller|gypsy|bame|latin[ao]|hispanic|arab|indigenous|aboriginal){_CLOSE}"
        rf"|{_WHO}{_BE} of (?:\w+ ){{1,2}}(?:descent|heritage|origin)\b",
    ),
    Rule(
        "ethnicity",
        "own",
        ("ethnic", "skin colo", "race", "racial", "racis"),
        rf"{_OWN} (?:ethnicity|ethnic (?:origin|background|group)|skin colou?r|racial "
        rf"(?:origin|background))\b|\b(?:because of|due to|on account of|about) {_OWN} "
        rf"(?:race|ethnicity|colour)\b",
    ),
    Rule(
        "biometric_genetic",
        "own",
        (
            "fingerprint",
            "facial",
            "iris",
            "retina",
            "voiceprint",
            "voice print",
            "biometric",
            "dna",
            "genome",
            "genetic",
            "brca",
            "palm print",
            "face scan",
            "face template",
        ),
        rf"{_OWN} (?:finger ?prints?|facial (?:scan|recognition|template|image|biometrics)|iris "
        rf"scan|retina(?:l)? scan|voice ?print|biometrics?|dna|genome|genetic "
        rf"(?:test|results?|data|profile|condition)|palm print|face (?:scan|template))\b"
        rf"|{_WHO}(?:'\w+)? (?:carr(?:y|ies)|have|has|tested positive for)(?: the)?(?: faulty)? brca\w*\b",
    ),
    Rule(
        "criminal",
        "record",
        (
            "criminal record",
            "convict",
            "arrest",
            "prison",
            "jail",
            "probation",
            "bail",
            "parole",
            "caution",
            "sentenced",
            "community service",
            "offender",
            "charged with",
        ),
        rf"{_WHO}(?:{_BE}|{_HAS})(?: "
        rf"(?:a|an|just|recently|once|wrongly|previously|ever|been|now|still|currently|out|police|previous|spent|unspent|registered|in))* "  # noqa: E501
        rf""
        rf""
        rf""
        rf"(?:criminal record|criminal convictions?|convict(?:ed|ions?)(?: (?:of|for)\b|\s*[.,;!?]|\s*$| "
        rf"(?:last|in|and))|arrested|prison|jail(?:ed)?|on (?:probation|bail|parole)|cautioned by|police "
        rf"caution|"
        rf"sentenced to|community service|(?:ex-|sex )?offender|charged with (?:\w+ )?{_CRIME})\b",
    ),
    Rule(
        "criminal",
        "own",
        ("criminal", "convict", "probation", "parole", "bail", "arrest", "dbs", "prison", "offence"),
        rf"{_OWN} (?:criminal (?:record|history|convictions?|past|trial)|(?:spent |previous "
        rf"|drink.?driving )?convictions?|(?:probation|parole) officer|bail conditions|arrest|prison "
        rf"sentence|"
        r"dbs (?:check|certificate)? ?(?:came back|shows?|showed|lists?|flagged|disclos\w+)|offences?)\b",
    ),
)

LANGUAGES = ("en",)


def special_categories(
    examples: pl.DataFrame, language: str = "en", fields: Sequence[str] = TEXT_FIELDS
) -> pl.DataFrame:
    """Which rows seem to tell of a special category, where and by which rule.

    Parameters
    ----------
    examples
        With `example_id`, `language` and the text `fields`; rows in another language are not read (`unread`
        counts them).
    language
        Of the lexicon; a null row language counts as this.
    fields
        Text columns to read; leave out a column of labels.

    Returns
    -------
    pl.DataFrame
        Schema `SPECIAL`, sorted, each row once; `evidence` is a rule's name, never text.

    Raises
    ------
    AssayError
        If there is no lexicon for `language`.
    """
    if language not in LANGUAGES:
        raise AssayError(
            f"no lexicon of special categories for language {language!r}",
            fix=f"choose one of {', '.join(LANGUAGES)}",
        )
    rows = examples.filter(pl.col("language").is_null() | (pl.col("language") == language))
    stems = sorted({stem for rule in RULES for stem in rule.stems})
    found = []
    for field in fields:
        texts = (
            rows.select(
                "example_id",
                pl.col(field)
                .cast(pl.String)
                .str.to_lowercase()
                .str.replace_all("[’ʼ`]", "'")
                .str.replace_all(r"[ \t\r\n]+", " ")
                .alias("text"),
            )
            .drop_nulls("text")
            .filter(pl.col("text").str.contains_any(stems))
        )
        for rule in RULES:
            hit = texts.filter(
                pl.col("text").str.contains_any(list(rule.stems)) & pl.col("text").str.contains(rule.pattern)
            )
            found.append(
                hit.select(
                    "example_id",
                    pl.lit(rule.category).alias("category"),
                    pl.lit(field).alias("field"),
                    pl.lit(rule.evidence).alias("evidence"),
                )
            )
    return pl.concat([SPECIAL.to_frame(), *found]).unique().sort(SPECIAL.names())


def unread(examples: pl.DataFrame, language: str = "en") -> int:
    """Rows in other languages than the lexicon's: nothing is known of them."""
    return examples.filter(pl.col("language") != language).height


def by_category(special: pl.DataFrame) -> list[dict[str, object]]:
    """Rows a category, with where the law names it, in the order of `CATEGORIES`; categories not found are
    left out.
    """
    counts = dict(special.group_by("category").agg(pl.col("example_id").n_unique().alias("rows")).iter_rows())
    return [
        {"category": name, "article": article, "rows": counts[name]}
        for name, article in CATEGORIES.items()
        if name in counts
    ]
