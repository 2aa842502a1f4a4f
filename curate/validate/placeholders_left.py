"""Stand-ins that a person was to fill, and words for "nothing here", in eight languages: what `null_markers`
counts as surely nobody's text.

`[your answer here]`, `*** to be completed ***`, `(sin contenido)`, `<no prompt given>`. Each is made of three small
lists (a word for nothing, a word for the field, a word for whether it was given), so that they combine as people
combine them.
"""

# ruff: noqa: E501 (a long list in a regex is read in a row)

from __future__ import annotations

_NONE = (
    r"(?:no|without|zero|kein(?:e[rnms]?)?|ohne|sans|pas de|pas d['’]|aucune?|sin|ning[uú]na?|senza|nessun[ao']?|sem|nenhuma?|geen|zonder|brak|bez|"
    r"empty|blank|missing|leere?[rsn]?|fehlende[rsn]?|vide|vac[ií][oa]|vuot[oa]|vazi[oa]|leeg|lege|pust[yae])"
)
# What a row is made of, and nothing that a person would ask for.
_FIELD = (
    r"(?:inputs?|outputs?|prompts?|contexts?|completions?|responses?|instructions?|assistant|reply|replies|body|strings?|fields?|rows?|cells?|"
    r"eingaben?|ausgaben?|inhalt(?:e|s)?|antwort(?:en)?|kontext|feld(?:er)?|zelle|entrée|sortie|contenu|réponse|contexte|champ|saisie|"
    r"entrada|salida|contenido|respuesta|contexto|campo|contenuto|risposta|contesto|ingresso|conteúdo|resposta|saída|"
    r"inhoud|antwoord|invoer|uitvoer|veld|treści|treść|odpowiedzi|odpowiedź|wejścia|wyjścia|pole|danych|content)"
)
# May be what was asked for, so alone these are judged by the prompt.
_THING = (
    r"(?:text|texte|texto|testo|tekst(?:u)?|data|daten|données|datos|dati|dados|gegevens|message|messages|nachricht|mensaje|messaggio|mensagem|bericht|"
    r"comments?|kommentar|commentaire|comentario|answers?|results?|values?|wert|valeur|valor|valore|waarde|wartości|information|informationen|info|angaben?|"
    r"description|beschreibung|title|subject|betreff|notes?|details?)"
)
_GIVEN = (
    r"(?: (?:is |was |were |are |has been |ist |wurde |est |fue |è |was )?(?:not )?(?:given|provided|available|found|entered|supplied|specified|generated|returned|received|present|here|yet|needed|"
    r"required|necessary|recorded|submitted|applicable|vorhanden|angegeben|verfügbar|erforderlich|nötig|gegeben|hinterlegt|fournie?|disponible|requise?|nécessaire|renseignée?|saisie?|"
    r"proporcionad[oa]|disponible|necesari[oa]|indicad[oa]|fornit[oa]|disponibile|necessari[oa]|inserit[oa]|fornecid[oa]|disponível|necessári[oa]|informad[oa]|"
    r"gegeven|beschikbaar|nodig|opgegeven|ingevuld|dostępn[eya]|podan[oeay]))?"
)
_SURELY_GIVEN = _GIVEN.removesuffix("?")
NOTHING = (
    rf"(?:{_NONE}[ _-](?:[a-z]+[ _-])?(?:question|query|request|task|frage|anfrage|aufgabe|demande|pregunta|domanda|pergunta|vraag|pytani[ea]|{_THING}){_SURELY_GIVEN}|{_NONE}[ _-](?:[a-z]+[ _-])?{_FIELD}{_GIVEN}|"
    rf"(?:{_FIELD}|{_THING})(?: {_FIELD})? (?:is |was |ist |war |est |está |è |is )?(?:empty|blank|leer|vide|vac[ií][oa]|vuot[oa]|leeg|vazi[oa]|pust[yae]))"
)
NOTHING_IN_DOUBT = rf"(?:{_NONE}[ _-](?:[a-z]+[ _-])?{_THING}{_GIVEN})"
_DONE = r"(?:filled(?:[ -]in| out)?|completed?|added|written|provided|inserted|supplied|done|drafted|translated|answered|entered|replaced|updated|finali[sz]ed)"
_DECIDED = r"(?:determined|confirmed|announced|decided|defined|discussed|advised|specified)"
# "To be filled in" and its like.
OPEN = (
    rf"(?:(?:still |yet )?to be {_DONE}(?: (?:in|later|soon|here|by [a-z ]{{2,20}}))?|(?:needs|need) to be {_DONE}|will be {_DONE}(?: (?:later|soon))?|(?:please )?(?:fill|complete) (?:me |this |it )?(?:in|out|later)(?: later)?|"
    r"to ?do:? (?:write|add|fill|answer|complete|draft|insert)[a-z ]{0,30}|coming soon|more to come|work in progress|under construction|pending|"
    r"(?:noch |wird )?(?:auszufüllen|einzutragen|zu ergänzen|nachzutragen|zu erledigen)|wird (?:noch )?(?:nachgereicht|ergänzt|nachgetragen|eingefügt|ausgefüllt)|(?:folgt|kommt) (?:noch|später|in kürze)|(?:antwort|text|inhalt) folgt|"
    r"à (?:compléter|remplir|venir|renseigner|rédiger|insérer|déterminer|confirmer|définir)|en (?:attente|construction)|"
    r"(?:por|pendiente de) (?:completar|rellenar|definir|confirmar|determinar|escribir|redactar)|pendiente|en construcción|próximamente|"
    r"da (?:completare|compilare|definire|inserire|confermare|scrivere)|in attesa|in arrivo|"
    r"a (?:preencher|completar|definir|confirmar|inserir)|pendente|em breve|"
    r"(?:nog )?(?:in te vullen|aan te vullen|toe te voegen|te bepalen)|volgt(?: (?:nog|later))?|wordt (?:nog )?(?:aangevuld|ingevuld)|"
    r"do (?:uzupełnienia|wypełnienia|ustalenia|potwierdzenia))"
)
OPEN_IN_DOUBT = rf"(?:(?:still |yet )?to be {_DECIDED}(?: (?:later|soon))?)"
_NAME = (
    r"(?:your |the |my |an? |some |la |le |el |il |o |a |os |de |het |votre |tu |su |deine? |ihre? |una? |une? |einen? )?"
    r"(?:[a-z]+[ _-]){0,2}(?:response|answer|reply|output|text|content|completion|message|summary|translation|paragraph|e-?mail|essay|description|explanation|solution|result|draft|letter|story|body|"
    r"antwort|text|inhalt|lösung|zusammenfassung|übersetzung|nachricht|beschreibung|ergebnis|réponse|texte|contenu|résumé|traduction|message|"
    r"respuesta|texto|contenido|resumen|traducción|mensaje|risposta|testo|contenuto|riassunto|traduzione|messaggio|resposta|conteúdo|resumo|tradução|mensagem|"
    r"antwoord|tekst|inhoud|samenvatting|vertaling|bericht|odpowiedź|treść|tekst|streszczenie|tłumaczenie)"
)
_PUT = (
    r"(?:insert|add|enter|write|type|put|place|paste|fill in|provide|einfügen|eingeben|eintragen|insérer|insérez|saisir|saisissez|écrire|écrivez|ajouter|insertar|inserte|inserta|escriba|escribe|añadir|"
    r"introduzca|inserire|inserisci|scrivi|scrivere|inserir|insira|escreva|digite|invoegen|voeg|vul|typ|schrijf|wstaw|wpisz|dodaj)"
)
_HERE = r"(?:(?:goes |comes |belongs |kommt |va |vient )?(?:here|below|hier|ici|aquí|qui|aqui|tutaj|tu)(?: (?:in|rein|hin|einfügen|eingeben|eintragen|invoegen))?)"
# "Insert response here", "your answer here", "Antwort hier einfügen".
STAND_IN = (
    rf"(?:(?:please )?{_PUT} {_NAME} {_HERE}|{_NAME} {_HERE}|(?:hier|ici|aquí|qui|aqui|tutaj) (?:{_PUT} )?{_NAME}(?: {_PUT})?|"
    rf"{_HERE} (?:goes|comes|kommt|va) {_NAME})"
)
# The same where it stands in brackets: "[insert reply]", "<your answer>", "[Antwort einfügen]".
STAND_IN_BRACKETS = (
    rf"(?:(?:please )?{_PUT} {_NAME}|{_NAME} (?:einfügen|eingeben|eintragen|invoegen)|(?:your|the|deine?|ihre?|votre|su|tu|il tuo|la tua|sua) {_NAME}|"
    rf"(?:please )?{_PUT} (?:your |the |a )?(?:prompt|question|instruction|task|input|frage|aufgabe|question|pregunta|domanda|pergunta|vraag|pytanie)s?(?: {_HERE})?|"
    r"(?:the |your )?(?:response|answer|output|completion|reply|prompt|instruction|antwort|réponse|respuesta|risposta|resposta|antwoord|odpowiedź))"
)
# What calls itself one.
DUMMY = r"(?:(?:this is )?(?:a |the |just a |only a )?(?:(?:placeholder|platzhalter|texte? factice|blind ?text)(?: (?:text|answer|response|content|output))?|(?:dummy|sample|filler) (?:text|answer|response|content|output))|lorem ipsum[a-z ,.]{0,120})"
# Tokens that tools write for nothing.
TOKENS = (
    r"(?:<\|?(?:empty|blank|pad|unk|eos|bos|nil|none|null|end(?:of(?:text|sentence))?|sep|mask)\|?>|\[(?:pad|unk|sep|cls|mask|empty)\]|\(null\)|\$null|%(?:empty|null)%|empty_string|no_(?:output|input|answer|response|text|content)|"
    r"emptystring|nonetype|#(?:error|leer|nv|wert)!?|&nbsp;|<br ?/?>|<p>\s*</p>|\[(?:deleted|removed|entfernt|gelöscht|supprimé|eliminado)\])"
)
