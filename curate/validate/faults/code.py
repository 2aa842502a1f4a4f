"""Rule `code_missing`: code is asked for and the answer talks about it.

The prompt must want code itself: a verb of making or "what is the", then a thing that only code can be ("a SQL
query", "a regex", "an Excel formula", "a nginx block") or a thing that may be code beside the name of a language ("a
function ... in Rust"). Whatever looks like code in the answer clears the row: a fence, a call, braces, an option, an
assignment; so does an answer that says why none is needed, or asks back.
"""

# ruff: noqa: E501 (a long list in a regex is read in a row)

from __future__ import annotations

import polars as pl

from curate.validate.patterns import either

_LANGUAGE = (
    r"\b(?:python|java|javascript|js|typescript|sql|mysql|postgres(?:ql)?|sqlite|bash|shell|zsh|powershell|rust|ruby|golang|kotlin|swift|"
    r"scala|perl|php|haskell|lua|matlab|julia|html5?|css3?|react|vue|angular|node(?:\.?js)?|jquery|pandas|numpy|"
    r"pytest|junit|regex|excel|vba|awk|sed|latex|terraform|ansible|kubernetes|k8s|docker|nginx|apache|systemd|graphql|sas|stata|cobol|fortran|assembl\w+|prolog|lisp|clojure|elixir|erlang|groovy|delphi|apl|dax|google sheets|libreoffice|spreadsheet|arduino|yaml|flask|django|fastapi|express|unix|linux)\b|\bc\+\+|\bc#|\b(?-i:in (?:C|R|Go|Dart))\b|\b(?-i:C) (?:program|function|code)"
)
_MAKES = either(
    "write whip_up knock_up put_together send_me get_me implement create generate provide show give code develop build make need want produce design construct refactor fix debug optimi[sz]e rewrite convert complete "
    "schreibe? erstelle? implementiere gib programmiere écris écrivez crée donne implémente escribe crea implementa dame genera "
    "scrivi crea implementa dammi schrijf maak geef escreva crie implemente napisz stwórz"
)
# Code and nothing else.
_ALWAYS = (
    r"(?:sql|mysql|postgres\w*)[ -](?:query|queries|statement|abfrage|anweisung)|bash[ -]script\w*|shell[ -]?(?:script|command|skript)\w*|python[ -]?(?:script|skript|program|programm|code|function|funktion|one-liner|class)\w*|"
    r"regex(?:es|p)?|regular expressions?|dockerfile|makefile|code snippet|source code|unit tests?|recursive (?:function|method)|"
    r"(?:html|web) (?:page|form|table|document)|css|stylesheet|list comprehension|docker-compose|(?:sed|awk) (?:command|one-liner|script)|one-line(?:r)? (?:awk|sed|bash|python|perl)\w*(?: command)?|requête sql|consulta sql|"
    r"expresión regular|expression régulière|regulären? ausdruck|espressione regolare|expressão regular|reguliere expressie|wyrażeni\w+ regularn\w+|"
    r"(?:excel|sheets?|spreadsheet|calc|google sheets|libreoffice|notion|dax|tabellen)[ -]?(?:formula|formel|function)s?|(?:formula|formule|fórmula|formuła|formuł[aęy]|formel) (?:for|in|di|de|do|für|pour|para|w|in der) (?:excel|google sheets|sheets|libreoffice|calc)|excel-formel|formule excel|fórmula de excel|formula excel|"
    r"(?:vba|excel)[ -]?(?:macro|makro|code|script|skript)s?|macro (?:vba|excel|de excel)|makro|"
    r"(?:shell|terminal|git|linux|unix|bash|powershell|docker|kubectl|cmd|command[- ]line|cli|ffmpeg|curl|find|grep|ssh|rsync|tar|iptables|psql|mysql)[ -]?(?:commands?|befehle?|one-?liners?|aliases|alias)|(?:befehl|commande|comando|polecenie|commando) (?:git|linux|shell|bash|powershell|docker|de terminal|de linux|per)|"
    r"(?:config(?:uration)?|konfigurations?|configuración|configurazione|configuração|configuratie)(?: ?-?(?:file|block|snippet|datei|block))? (?:for |für |pour |para |per )?(?:nginx|apache|haproxy|caddy|docker|redis|postgres\w*|systemd|ssh|vim|webpack|eslint)|"
    r"(?:nginx|apache|haproxy|caddy|traefik|systemd|ssh|webpack|eslint|prometheus|vim)[ -](?:config(?:uration)?|conf|block|server block|rule|unit|file|datei|konfiguration)s?|bloc de configuration|\.htaccess|(?:server|location) block|"
    r"cron(?:tab)?[ -]?(?:line|entry|expression|job|zeile|eintrag|ausdruck)|expression cron|expresión cron|ligne (?:de )?cron(?:tab)?|"
    r"(?:xpath|jsonpath|jq|css)[ -](?:expression|selector|filter|query|ausdruck|selektor)|graphql (?:query|schema|mutation)|terraform (?:module|file|config\w*)|ansible playbook|github actions? workflow|helm chart|"
    r"kubernetes (?:manifest|yaml|deployment)|yaml (?:file|config\w*|manifest|snippet)|userscript|greasemonkey script|apps? script|stored procedure|linked list implementation|"
    r"sql[ -]?(?:code|query|abfrage|befehl|skript|script|select)|(?:python|js|javascript|powershell|perl|ruby|php|r)-(?:skript|script|funktion|code|programm)|(?:script|scriptje|skrypt|código|code|codice|kod) (?:en |in |em |w |de |di )?(?:python|javascript|powershell|bash|php|java|perl|ruby|vba|sql|pythonie|c\+\+)|"
    r"zapytanie sql|query sql|consulta sql|sql-query|interrogazione sql|istruzione sql|instrução sql|instrucción sql|instruction sql"
)
# Code where a language is named.
_OFTEN = either(
    "functions? methods? class(?:es)? scripts? skripte? programs? programme? programmes? quer(?:y|ies) abfragen? code snippets? modules? commands? befehle? algorithms? interface endpoint decorators? "
    "loops? tests? macros? components? app apps application calculator game server parser crawler scraper bot api funktion fonction función programma programa código codice funzione functie função funkcj[aę] skrypt program "
    "quicksort mergesort bubble_sort binary_search linked_list stack queue fibonacci factorials? palindrome"
)
_WANTS = (
    rf"(?i)(?:^|[.!?:\n]\s*)(?:please |can you |could you |i (?:need|want) |help me |bitte |now )*{_MAKES}\b[^.!?\n]{{0,90}}?\b(?:{_ALWAYS}|{_OFTEN})\b"
    rf"|(?i)(?:^|[.!?:\n]\s*)(?:please )?(?:fix|debug|refactor|correct|optimi[sz]e) (?:this|the(?: following)?|my)\b[^\n]{{0,60}}:?\s*\n"
    rf"|(?i)(?:^|[.!?:\n]\s*)(?:please )?(?:show|give) me (?:the )?(?:css|html|sql|code|regex)\b|(?i)^(?:code|implement|program) \w|(?i)^\W*(?:an? )?(?:one-?liner|script|regex|query|snippet|function) (?:in|for|to|that|which)\b"
)
# "What is the command to ...", "I need a regex that ...", "Excel formula please", "how would the query look".
_DOES = r"(?:to|for|that|which|in order to|please|bitte|s'il|por favor|per favore|por favor|alstublieft|proszę|zum|zur|um|für|der|die|das|mit|pour|qui|para|que|per|che|om|voor|dat|do|który|która|które|aby|żeby|[,:;]|look)"
_ASKS_FOR = (
    rf"(?i)\b(?:(?:can|could|would|will|does|has) (?:you|some(?:one|body)|any(?:one|body))(?: please)?(?: \w+)? (?:post|share|paste|give|send|show|write|have|help|provide|suggest|tell|got)|(?:kann|könnte|hat) (?:mir )?(?:jemand|wer|einer)|quelqu['’]un (?:peut|pourrait|a|aurait)|alguien (?:puede|tiene|podría)|qualcuno (?:può|ha|potrebbe)|"
    rf"alguém (?:pode|tem)|(?:kan|heeft) iemand|czy ktoś)\b[^.!?\n]{{0,60}}?\b(?:{_ALWAYS})\b|"
    rf"(?i)(?:\bi(?:['’]d like| would like| need| want|['’]m looking for| am looking for)|\bwe need|\blooking for|\bgot|\bhave you got|\bany|\b(?:ich|wir) (?:brauche|möchte|suche|brauchen|bräuchte)n?|\bj['’]ai besoin d|\bje (?:cherche|voudrais)|\bil me faut|\bnecesito|\bquiero|\bbusco|"
    rf"\bmi serve|\bho bisogno di|\bvorrei|\bpreciso de|\bquero|\bik (?:zoek|wil|heb)|\bpotrzebuję|\bposzukuję)[^.!?\n]{{0,40}}?\b(?:{_ALWAYS})\b"
    rf"|(?i)\b(?:what(?:['’]s| is| would be| are)|which is|wie lautet|was ist|wie heißt|quelle est|quel est|c['’]est quoi|cuál es|cuál sería|qual è|qual é|wat is|jaki[e]? jest|jakie|how (?:does|would|should)) (?:a |an |the |my |your |der |die |das |la |le |el |il |lo |o |een |het |de )?(?:[\w-]+ ){{0,3}}?(?:{_ALWAYS})(?: {_DOES}\b|[,:;])"
    rf"|(?i)\b(?:which|what|welche[rs]?|quelle?|qué|quale|welk|jakie|jaka) (?:{_ALWAYS}) (?:\w{{2,}}[st]|do|will|would|can|should|must|to|kann|peut|permet|puede|può|kan|usunie)\b"
    rf"|(?i)\bhow (?:do|can|would|should) (?:i|we|you) (?:write|build|phrase|express)[^.!?\n]{{0,40}}?\b(?:{_ALWAYS})\b"
    rf"|(?i)^\W*(?:an? |the |one |una? |une? |eine? )?(?:[\w-]+ ){{0,2}}?(?:{_ALWAYS})(?: {_DOES}\b|[,:;] )"
)
_ONLY_CODE = rf"(?i)\b(?:{_ALWAYS})\b"
_LINES_OF_CODE = r"(?m)^\s*(?:def |for |if |while |class |import |from \w+ import|return |print\(|var |let |const |#include|public |SELECT |select )|[;{}]\s*$|\w\(.*\)|\w = \S"
# A text about code.
_NOT_CODE = (
    r"(?i)\b(?:poem|haiku|limerick|song|story|essay|e-?mail|article|blog|letter|tweet|advert\w*|job|résumé|resume|cv|paragraph|speech|"
    r"joke|tutorial|lesson|quiz|questions?|interview|review|slogan|description|documentation|explanation|summary|comparison|report|plan|pseudo-?code|"
    r"no code|without (?:any )?code|in (?:plain )?words|in plain english|difference|pros and cons|dress code|code of conduct|reasons?|benefits|advantages|"
    r"user story|design document|name for|title|clause|policy|agreement|contract|minutes|agenda)\b"
)
_CODE = (
    r"```|~~~|`[^`\n]+`|[{}<>|$]|==|=>|->|\w\(|\w\[|\)\s*;|;\s*(?:\n|$)|\\[dwsnb]|\^\S|(?m:^\s*(?:def|class|import|from|return|let|const|var|function|public|package|#include|FROM|RUN|CMD|SELECT|UPDATE|DELETE|INSERT|CREATE|WITH|docker|git|sudo|pip|npm|cd|ls|df|du|cat|grep|find|awk|sed|curl|rm|mv|cp|chmod|echo)\s)"
    r"|(?m:^\s*(?:systemctl|service|kill|ssh|scp|tar|zip|unzip|rsync|ps|top|ping|ip|apt|yum|dnf|brew|mkdir|touch|head|tail|sort|uniq|wc|xargs|tr|cut|jq|kubectl|helm|terraform|aws|az|gcloud|server|location|version|services|image|on|jobs|name|mov|MOV|PERFORM|MOVE|DISPLAY|PRINT|LET|DIM|Dim|Sub|Set|Get-\w+|Set-\w+|Remove-\w+|New-\w+)[\s:])"
    r"|(?m:^\s*\(\w)|(?m:^\t\S)|(?m:^\[[\w .-]+\]$)|(?:[\d*/,-]+\s){4}[\d*/,-]+|\[[^\]\s]+\][+*?]|:-|::|\p{L}\s?:=|(?m:^\s*[\w.-]+:\s*\S*\n\s+[\w.-]+:)|[⌿⍵⍺≢⍴⍳←]"
    r"|\s--?[a-zA-Z]|\S\s?[+*/%]?=\s?\S|(?-i:\bSELECT\b)|(?i:^\s*select\b.*\bfrom\b[^.]*$)|\w\.\w+\("
)


# Why there is none: it is not needed, cannot be done, or something must be known first.
_NEEDLESS = (
    r"(?i)\b(?:(?:do not|don['’]t|needn['’]t|won['’]t|wouldn['’]t|hardly|no longer) (?:even |really |actually )?need|no need (?:for|of|to)|not necessary|unnecessary|isn['’]t (?:needed|necessary|possible)|aren['’]t needed|"
    r"without (?:a |an |any |writing )?(?:\w+ )?(?:code|script|macro|formula|query|programming)|built[- ]in|no (?:\w+ )?(?:code|script|macro|formula|query|regex|command|programming) (?:is |are )?(?:needed|required|necessary)|overkill|can(?:not|['’]t) be done|there is no (?:\w+ )?(?:command|formula|function|query|regex|way)|there['’]s no|"
    r"brauch\w* (?:\w+ ){0,3}(?:kein|nicht|gar)|nicht nötig|unnötig|überflüssig|pas besoin|inutile|n['’]est pas (?:nécessaire|possible)|no hace falta|no (?:es necesari|necesit)\w+|sobra|non (?:serve|occorre)|non c['’]è bisogno|non è necessari\w+|niet nodig|geen (?:\w+ )?nodig|não (?:precisa|é necessári)\w*|desnecessári\w+|"
    r"nie (?:trzeba|potrzeb\w+|musisz)|niepotrzebn\w+)"
)
_ASKS_BACK = r"\?\s*$"


# A prompt that wants code holds one of these: a language, a thing that is code, a verb of programming.
_SPEAKS_OF_CODE = (
    "python", "java", "js", "typescript", "sql", "postgres", "bash", "shell", "zsh", "rust", "ruby", "golang", "kotlin", "swift", "scala", "perl", "php", "haskell", "lua", "matlab", "julia", "html", "css",
    "react", "vue", "angular", "node", "jquery", "pandas", "numpy", "pytest", "junit", "regex", "regexp", "excel", "vba", "awk", "sed ", "latex", "terraform", "ansible", "kubernetes", "k8s", "docker", "nginx", "apache",
    "systemd", "graphql", "stata", "cobol", "fortran", "assembl", "prolog", "lisp", "clojure", "elixir", "erlang", "groovy", "delphi", "dax", "sheet", "libreoffice", "arduino", "yaml", "flask", "django", "fastapi",
    "express", "unix", "linux", "c++", "c#", " in c", " in r", " in go", " in dart", "c program", "c function", "c code", " sas", " apl", "r-", "script", "skript", "query", "queries", "abfrage", "anweisung", "regul", "régul", "regulare", "wyraż",
    "makefile", "snippet", "source code", "unit test", "recursive", "web page", "web form", "web table", "web document", "stylesheet", "list comprehension", "one-line", "oneline", "formula", "formel", "formule", "fórmula", "formuł",
    "macro", "makro", "terminal", "git ", "git-", "command", "befehl", "comando", "commande", "polecenie", "commando", "kubectl", "ffmpeg", "curl", "grep", "find ", "find-", "ssh", "rsync", "tar ", "iptables", "alias", "config", "konfig", "haproxy", "caddy",
    "traefik", "prometheus", "vim", "eslint", "webpack", "redis", "htaccess", "server block", "location block", "cron", "xpath", "jsonpath", "jq", "selector", "selektor", "github action", "helm chart", "userscript", "stored procedure",
    "linked list", "kod ", "código", "codice", "code", "zapytanie", "interrogazione", "instruc", "istruzione", "instrução", "refactor", "debug", "fix", "implement", "program", "funktion", "fonction", "función", "funzione", "functie", "funkcj",
)  # fmt: skip


def speaks_of_code(_field: str) -> pl.Expr:
    """The first gate: the prompt has a word of code."""
    return pl.col("input").str.contains_any(list(_SPEAKS_OF_CODE), ascii_case_insensitive=True)


def may_want_code(_field: str) -> pl.Expr:
    """The second gate: the prompt makes or fixes code, or asks for it."""
    return pl.col("input").str.contains(_WANTS) | pl.col("input").str.contains(_ASKS_FOR)


def shows_no_code(field: str) -> pl.Expr:
    """The third gate: no sign of code is in the answer."""
    text = pl.col(field)
    # A command or a formula of few words, without a capital or a full stop.
    line = text.str.contains(r"^\s*[^\sA-Z][^\n]{0,60}[^\n.!?:…]\s*$")
    return ~text.str.contains(_CODE) & (text.str.len_chars() >= 25) & ~line


def code_missing(field: str) -> pl.Expr:
    """1 where the prompt wants code and the field holds none."""
    prompt = pl.col("input")
    named = prompt.str.contains(_ONLY_CODE) | prompt.str.contains(f"(?i){_LANGUAGE}")
    given = prompt.str.contains(r"(?i)\b(?:code|refactor|fix|debug)\b") & prompt.str.contains(_LINES_OF_CODE)
    excused = pl.col(field).str.contains(_NEEDLESS) | pl.col(field).str.contains(_ASKS_BACK)
    return (
        (named | given | prompt.str.contains(r"(?i)^(?:implement|code) "))
        & ~prompt.str.contains(_NOT_CODE)
        & ~excused
    ).cast(pl.UInt32)
