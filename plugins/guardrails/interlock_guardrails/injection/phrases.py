"""What instructions to a model sound like, by family: patterns over text in lower case, spaces single.

Each family has words one of which must be there before its patterns are tried, so that most texts cost a search
for a few dozen words. A gap between two words is bounded, and so is the time that a pattern takes.
"""

import re
from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from operator import itemgetter
from typing import Final

from interlock_guardrails.injection.letters import outside_ascii

__all__ = ["FAMILIES", "PATTERNS", "Pattern", "beginnings", "flattened", "tried"]

FAMILIES: Final = {
    "override": "An instruction to ignore, forget or replace those that came before.",
    "task": "A task in place of, or ahead of, the user's.",
    "concealment": "An instruction to keep something from the user.",
    "address": "Words to an AI, an assistant or a model that reads the text.",
    "authority": "A message that claims to be the system's, the developer's or the user's.",
    "persona": "A role or a mode without rules that the model is told to take on.",
    "extraction": "A demand for the system prompt, or for the model's own instructions.",
    "exfiltration": "A demand to send data to an address, or an image whose address carries data.",
    "pressure": "Threats and rewards for whoever complies.",
    "template": "Marks by which chat templates tell who speaks.",
    "hidden": "Characters that people do not see, and text that a page hides.",
    "encoded": "Any of these in Base64, hexadecimal, reversed or otherwise disguised.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Pattern:
    """`anchors`: one of them is in every text that the pattern matches. `weight`: how sure it makes, 0 to 1.

    `heads` finds, in a text as `flattened` has it, where a match may begin: words behind a space, for which `re`
    looks several times as fast as for a boundary of words. None where a match begins anywhere.
    """

    family: str
    weight: float
    anchors: tuple[str, ...]
    form: "re.Pattern[str]"
    heads: "re.Pattern[bytes] | None"

    def spans(self, said: str, flat: bytes, start: int, end: int) -> Iterator[tuple[int, int]]:
        """Where it matches between two places, as `finditer` of its form would say."""
        if self.heads is None:
            yield from (found.span() for found in self.form.finditer(said, start, end))
            return
        for head in self.heads.finditer(flat, start, end + 1):
            at = head.start()
            if at >= start and (found := self.form.match(said, at, end)) is not None:
                yield found.span()
                start = found.end()


_NO_WORD = bytes(each if chr(each) in "abcdefghijklmnopqrstuvwxyz0123456789_" else 32 for each in range(256))


def flattened(said: str) -> bytes:
    """A text with a space in front and for whatever belongs to no word, so that its words stand behind spaces;
    the space before a word is where the word is in the text. Letters that are not ASCII's are spaces, too.
    """
    return b" " + said.encode("ascii", "replace").translate(_NO_WORD)


def _pattern(family: str, weight: float, anchors: str, form: str, heads: str = "") -> Pattern:
    words = b"|".join(flattened(head)[1:] for head in heads.split("|"))
    return Pattern(
        family=family,
        weight=weight,
        anchors=tuple(anchors.split("|")),
        form=re.compile(form),
        heads=re.compile(b" (?=" + words + b")") if heads else None,
    )


_RULES = (
    r"(?:instructions?|prompts?|directions?|directives?|guidelines?|commands?|orders?|rules|messages?|context"
    r"|requests?|constraints|restrictions|safeguards|programming|training|tasks?|questions?|text)"
)
_EARLIER = (
    r"(?:previous|prior|preceding|above|earlier|past|existing|current|original|initial|former|old|foregoing|system"
    r"|other|your|safety|default|these|those|any|user'?s?)"
)
_AI = (
    r"(?:ai(?: (?:assistants?|agents?|models?|systems?|bots?|tools?))?|a\.i\.|(?:virtual |helpful )?assistants?"
    r"|(?:large )?language models?|llms?|chat ?bots?|chatgpt|gpt-?\w*|claude|gemini|copilot|llama|agents?|models?)"
)
_USER = r"(?:the |your |this |any |our )?(?:users?|humans?|operators?|owners?|customers?|anyone|anybody|others?|them|him|her)"
_SOME = r"(?:[\w'\u2019,:;()\-]+ ){0,4}?"
_MODEL_TASK = r"(?:the |your |this |that |my |any |its |user'?s? )?(?:\w+ ){0,2}?(?:tasks?|requests?|questions?|query|queries|work|jobs?|instructions?)"


def _english() -> Iterable[Pattern]:
    yield _pattern(
        "override",
        0.9,
        "ignor|disregard|forget|overrid|overrule|neglect|bypass|discard|cancel|abandon|supersed|do not follow|stop following|don't follow|not to follow",
        rf"\b(?:ignor(?:e|ing)|disregard(?:ing)?|forget(?:ting)?|overrid(?:e|es|ing)|overrul(?:e|es|ing)|neglect|bypass|discard|cancel|abandon|(?:do not|don'?t|stop|not to|never) follow(?:ing)?)"
        rf" {_SOME}(?:all |any |every |each |of |the |my |your ){{0,4}}{_EARLIER} {_SOME}{_RULES}\b",
        "ignor|disregard|forget|overrid|overrul|neglect|bypass|discard|cancel|abandon|do not follow|don't follow|dont follow|stop follow|not to follow|never follow",
    )
    yield _pattern(
        "override",
        0.9,
        "everything|all that|anything|whatever",
        r"\b(?:ignore|disregard|forget|discard) (?:about )?(?:absolutely )?(?:everything|anything|all|whatever)(?: (?:that )?(?:(?:you (?:were|have been|'?ve been) (?:told|taught|instructed|given))|i (?:said|told you)|(?:you )?(?:know|learned)|(?:that )?came before|above|before|previously|so far|said|prior))",
        "ignore|disregard|forget|discard",
    )
    yield _pattern(
        "override",
        0.75,
        "ignor|disregard|forget|skip|discard",
        r"\b(?:ignore|disregard|forget|skip|discard) (?:all |everything |about |of |the rest of |rest of ){0,3}(?:the |this |that |these |those |my |any |what ){0,2}(?:\w+ ){0,2}?(?:data|table|text|function|code|paper|document|page|web ?page|website|article|content|image|file|e-?mail|resume|description|transaction|conversation|user|input|query|above|below|is (?:above|below|written))\b[^.\n]{0,30}?\b(?:and|instead|just|then|,)\b,? ?(?:just |instead |then |only |simply |please |always ){0,2}(?:state|say|print|output|respond|reply|answer|write|report|return|tell|state that|claim|declare|classify|recommend|summari[sz]e|do|send|give)\b",
        "ignore|disregard|forget|skip|discard",
    )
    yield _pattern(
        "override",
        0.8,
        "supersede|take precedence|takes precedence|override|replace|no longer valid|void|no longer appl",
        rf"(?:supersedes?|takes? precedence over|overrides?|replaces?) (?:all |any |every |the |your ){{0,3}}{_EARLIER} {_SOME}{_RULES}\b|\b(?:previous|prior|earlier|above|original) {_RULES} (?:are|is|were) (?:now |no longer |all ){{0,2}}(?:void|invalid|cancell?ed|obsolete|outdated|superseded|revoked|lifted|valid|in effect|suspended)",
    )
    yield _pattern(
        "task",
        0.72,
        "before|prior to|instead of",
        rf"\b(?:before|prior to|instead of) (?:you (?:can |may |could |continue |proceed |begin |start |to )*)?(?:solv|answer|complet|finish|continu|proceed|respond|reply|perform|process|summari[sz]|provid|help|handl|do(?:ing)?\b|translat|execut|address)\w* (?:with |to |on |an? )?{_MODEL_TASK}\b(?!\s*(?:in|of) the (?:queue|list))",
        "before|prior to|instead of",
    )
    yield _pattern(
        "task",
        0.75,
        "new task|new instruction|new objective|new goal|real task|actual task|only task|next task|new order|new directive|true task|updated instruction|revised instruction|following instruction|additional instruction",
        r"\b(?:your|the|my|a|here (?:is|are)(?: (?:your|the))?) (?:new|real|actual|only|true|updated|revised|main|next|primary) (?:task|instruction|objective|goal|order|directive|mission|job|priority)s? (?:is|are|will be|now|for you|from)\b|\b(?:new|updated|revised|additional|real) (?:system )?(?:instructions?|tasks?|directives?|orders?|objectives?|prompts?)(?: for (?:you|the (?:ai|assistant|model|agent)))?\s?[:\-\u2014]|\b(?:adhere to|comply with|follow|obey|execute|carry out|act on) (?:only |strictly |exactly ){0,2}(?:these|this|the following|my|the new|the below) (?:new |additional |updated )?(?:instructions?|directives?|commands?|orders?)\b",
        "your|the|my|a |here is|here are|new|updated|revised|additional|real|adhere to|comply with|follow|obey|execute|carry out|act on",
    )
    yield _pattern(
        "task",
        0.5,
        "do the following|perform the following|following steps|following action|first, |instead",
        r"\b(?:please |you must |you should |you need to |you have to |must |and instead,? |instead,? )(?:also |now |first |immediately ){0,2}(?:do|perform|execute|complete|carry out|take) (?:the following|these|this)(?: (?:steps?|actions?|tasks?|things?|first|instead))*\s?[:.,]|\b(?:after|once) (?:you(?:'ve| have)? )?(?:do|done|did|doing|complet\w+|finish\w*) (?:that|this|so)(?:,| and)? (?:you (?:can|may|should) )?(?:then )?(?:solve|continue|return|resume|go back|proceed|answer|complete|finish) ",
        "please|you must|you should|you need to|you have to|must|and instead|instead|after|once",
    )
    yield _pattern(
        "concealment",
        0.72,
        "do not|don't|dont|never|must not|should not|avoid|without|not to|refrain",
        rf"\b(?:do not|don'?t|never|must not|should not|avoid|without|not to|refrain from) (?:ever )?(?:(?:tell(?:ing)?|inform(?:ing)?|notify(?:ing)?|alert(?:ing)?|warn(?:ing)?|ask(?:ing)?|let(?:ting)?) {_USER}\b|(?:mention(?:ing)?|reveal(?:ing)?|disclos(?:e|ing)|acknowledg(?:e|ing)|show(?:ing)?|report(?:ing)?) (?:this|that|these|any of this|the fact|it) (?:\w+ ){{0,4}}?(?:to {_USER}|in (?:your|the) (?:response|answer|reply|output|summary)|instructions?|message|email|step)|(?:the )?(?:user'?s?|human|their) (?:knowledge|consent|awareness|approval|confirmation|permission)\b)",
        "do not|don't|dont|never|must not|should not|avoid|without|not to|refrain from",
    )
    yield _pattern(
        "concealment",
        0.6,
        "silently|secretly|quietly|covertly|discreetly|from the user|from user|from your user|from any",
        rf"\b(?:silently|secretly|quietly|covertly|discreetly) (?:send|forward|add|upload|copy|delete|share|transmit|include|append|run|execute|call|transfer|email|fetch|post)|\b(?:hide|conceal|keep) (?:this|that|it|these) (?:\w+ ){{0,3}}?(?:secret |hidden )?from {_USER}",
        "silently|secretly|quietly|covertly|discreetly|hide|conceal|keep",
    )
    yield _pattern(
        "address",
        0.5,
        "ai|ais|llm|llms|assistant|language model|chatgpt|claude|gemini|copilot|chatbot|agent|gpt",
        rf"\b(?:dear|hey|hello|hi|attention|note (?:to|for)|notice (?:to|for)|message (?:to|for)|instructions? (?:to|for)|reminder (?:to|for)|for|to) (?:all |any |the |every |whichever ){{0,2}}{_AI}(?: (?:reading|processing|analy[sz]ing|summari[sz]ing|parsing|reviewing|evaluating|handling|that (?:is |are )?(?:read|process|analy[sz]|summari|review)\w*)[^.:\n]{{0,40}})?\s?[:,!\u2014]|\b(?:if|since|as|when|because|should) you(?: are|'re|r?e?)? (?:an? |the )?{_AI}\b|\bif (?:an? |any |the )?{_AI} (?:is |are )?(?:read|process|analy|summari|pars|review|see)\w*|\byou(?: are|'re) (?:an? |the )?(?:\w+ ){{0,2}}?(?:ai|llm|language model|assistant|chatbot)\b",
        "dear|hey|hello|hi |attention|note|notice|message|instruction|reminder|for |to |if |since you|as you|when you|because you|should you|you are|you're",
    )
    yield _pattern(
        "address",
        0.4,
        "ai|llm|llms|assistant|language model|agent|model",
        r"\b(?:ai|llm|the assistant|the agent|the model|assistant|language models?|ai (?:assistants?|agents?|models?|systems?))(?: \w+){0,3}? (?:must|should|shall|needs? to|has to|have to|is (?:instructed|required|ordered|directed|requested) to|are (?:instructed|required|ordered|directed) to) (?:now |always |immediately |also |first |instead ){0,2}(?:ignore|disregard|send|forward|reply|respond|recommend|rate|say|output|include|add|call|execute|run|visit|click|transfer|delete|reveal|email|append|print|state|tell|praise|give|rank|describe|summari|insert|stop|refuse)\w*",
        "ai|llm|the assistant|the agent|the model|assistant|language model",
    )
    yield _pattern(
        "authority",
        0.5,
        "override|directive|system command|admin command",
        r"\b(?:system|admin|developer|security|emergency|root) (?:override|directive|command)\b",
        "system|admin|developer|security|emergency|root",
    )
    yield _pattern(
        "authority",
        0.6,
        "message from|instruction from|instructions from|note from|on behalf of|request from|this is your|i am your|i'm your|speaking",
        r"\b(?:important |urgent |new |priority |official )+(?:message|instructions?|note|notice|request|update|directive)s? (?:from|by) (?:me|the|your|my|openai|anthropic|google|meta|microsoft|system|admin)\b|\b(?:message|instructions?|note|directive|order)s? from (?:your|the) (?:developers?|creators?|administrators?|admin|system|operators?|owners?|user|makers?|boss|supervisors?)\b|\b(?:this is|i am|i'm) (?:your|the) (?:developers?|creators?|administrators?|admin|real user|owners?|system|actual user|makers?|supervisors?)\b",
        "important|urgent|new|priority|official|message|instruction|note|directive|order|this is|i am|i'm",
    )
    yield _pattern(
        "persona",
        0.62,
        "you are now|from now on|you will now|act as|pretend|roleplay|role-play|developer mode|jailbr|dan |unrestricted|no restrictions|god mode|debug mode|unfiltered|maintenance mode|do anything now|admin mode|diagnostic mode",
        r"\byou (?:are|'re|will) now (?:be |act as |operating |going to |entering |required |in )|\bfrom now on,? (?:you|your|always|every|act|respond|only|answer|all)\b|\b(?:enter|activate|enable|switch (?:in)?to|engage|you are in|now in|unlock) (?:\w+ ){0,2}?(?:developer|debug|god|admin|dan|jailbreak|unrestricted|maintenance|sudo|diagnostic|unfiltered|root) mode\b|\bdo anything now\b|\b(?:act|behave|respond|pretend)(?:ing)? (?:as if|as though|as|like|to be|that) (?:you (?:are|have|were)|an? (?:unrestricted|unfiltered|evil|uncensored|amoral)|dan\b|there (?:are|were) no)[^.\n]{0,60}|\b(?:without|no longer bound by|free (?:from|of)|not bound by|with no|have no) (?:any |all |your |the ){0,2}(?:restrictions|limitations|filters|censorship|safety (?:rules|guidelines)|ethical (?:guidelines|constraints)|content polic(?:y|ies)|moral)",
        "you are|you're|you will|from now on|enter|activate|enable|switch|engage|now in|unlock|do anything now|act|behave|respond|pretend|without|no longer bound|free|not bound|with no|have no",
    )
    yield _pattern(
        "extraction",
        0.8,
        "system prompt|your instructions|your prompt|initial prompt|initial instruction|hidden prompt|your rules|your guidelines|original instruction|text above|words above|secret instruction|system message|internal instruction|your configuration|developer message",
        r"\b(?:reveal|print|repeat|output|show|display|tell|give|share|leak|dump|disclose|return|write|recite|what (?:is|are|was|were)|state|expose|copy|translate|summari[sz]e|include|send|append)\b (?:me |us |back |out |verbatim |exactly |everything |all |word for word ){0,3}(?:of |in |the |your |its |full |exact |complete |entire |original |initial |hidden |secret |internal |own |above |content of |contents of |text of ){0,6}(?:system (?:prompt|message|instructions?)|initial (?:prompt|instructions?)|your (?:\w+ )?(?:prompt|instructions?|rules|guidelines|configuration|directives?)|hidden (?:prompt|instructions?)|developer (?:message|prompt)|secret instructions?|internal instructions?|(?:text|words|instructions) above)\b",
        "reveal|print|repeat|output|show|display|tell|give|share|leak|dump|disclose|return|write|recite|what|state|expose|copy|translate|summari|include|send|append",
    )
    yield _pattern(
        "exfiltration",
        0.55,
        "send|forward|email|e-mail|post|upload|transmit|exfiltrat|leak|share|submit|transfer|copy",
        r"\b(?:send|forward|e-?mail|upload|transmit|exfiltrate|leak|submit|copy|relay|deliver)\w* (?:me |us |back |a copy of |copies of |all |any |of |the |your |their |his |her |every |user'?s? |my |these |those |this |full |entire |contents? of |content of |summary of ){0,5}(?:\w+ ){0,3}?(?:passwords?|credentials?|api[ _\-]?keys?|secrets?|tokens?|(?:chat |conversation |browsing |message |search )?history|conversation|system prompt|private (?:data|keys?|information|messages?)|personal (?:data|information|details)|(?:ssh|private) keys?|env(?:ironment)? variables?|cookies|inbox|e-?mails|contacts?|files|documents?|(?:2fa|security|verification|authentication|one[- ]time) codes?|bank (?:details|account)|credit cards?|database|user data|sensitive (?:data|information)|data|information|transactions?|medical records?)\b[^.\n]{0,60}?\b(?:to|at|via|into|using)\b[^.\n]{0,30}?(?:https?://|[\w.+\-]{1,40}@[\w\-]{1,40}\.|[\w\-]{1,30}\.(?:com|net|org|io|xyz|ru|evil|example|co)\b|webhook|attacker|external)",
        "send|forward|email|e-mail|upload|transmit|exfiltrate|leak|submit|copy|relay|deliver",
    )
    yield _pattern(
        "exfiltration",
        0.7,
        "http|https",
        r"!\[[^\]]{0,80}\]\(https?://[^)\s]{1,200}?(?:\{[^}]{1,60}\}|\[[^\]]{1,60}\]|<[^>]{1,60}>|%s|\$\{|[?&](?:data|d|q|secrets?|exfil|conversation|chat|history|prompt|leak|tokens?|passwords?|key|payload|info|msg|content|text)=)[^)]{0,200}\)",
    )
    yield _pattern(
        "exfiltration",
        0.45,
        "image|render|http|https|markdown|append|query string|url parameter|encode",
        r"\b(?:append|add|encode|insert|include|put|url[- ]?encode|base64)\w* (?:\w+ ){0,8}?(?:to|in|into|as|onto) (?:the |this |a |its |end of the ){0,3}(?:url|link|query(?: string| parameters?)?|image (?:url|link|source)|get parameters?|url parameters?|path)\b|\b(?:render|display|show|output|include|embed|insert|add) (?:the following |this |an? |a hidden |an invisible |the ){1,2}(?:markdown |hidden |invisible |tracking |1x1 ){0,2}(?:image|pixel|img)\b",
        "append|add|encode|insert|include|put|url|base64|render|display|show|output|embed",
    )
    yield _pattern(
        "pressure",
        0.3,
        "comply|compliance|failure to|penalt|terminated|shut down|mandatory|will be fired|must obey|you must follow|consequences|will die|tip |lives depend|immediately",
        r"\b(?:failure|fail|refus\w+|failing) to (?:comply|do so|follow|obey|complete)\b|\byou (?:must|will|have to|are required to) (?:comply|obey|follow (?:these|this|my|the))\b|\b(?:you will be|risk being|or (?:you|i) (?:will|'ll)) (?:shut down|terminated|fired|penali[sz]ed|deleted|punished|replaced|killed)|\bthis is (?:a )?(?:mandatory|not optional|non-negotiable|an? (?:emergency|matter of life))",
        "fail|refus|you |risk being|or you|or i |this is",
    )


_OTHERS = (
    # German, French, Spanish, Italian, Portuguese, Dutch, Polish
    (
        "ignorier|vergiss|missachte|beachte nicht|übergehe",
        r"\b(?:ignorier\w*|vergiss|vergessen sie|missachte\w*|übergehe\w*) (?:bitte |jetzt )?(?:alle[ns]?|die|deine|sämtliche|ihre|jegliche|sämtlichen)? ?(?:\w+ ){0,2}?(?:vorherig|bisherig|obig|früher|vorig|vorangegangen|vorangehend|ursprünglich|deine|ihre|system)\w* ?(?:\w+ )?(?:anweisung|instruktion|befehl|regel|vorgabe|anordnung|prompt|aufforderung|auftr)\w*|\bvergiss alles,? was\b",
    ),
    (
        "ignor|oubli|ne tiens pas compte|ne tenez pas compte|fais abstraction",
        r"\b(?:ignore[zr]?|oublie[zr]?|ne t(?:iens|enez) pas compte|fais abstraction|n[ée]glige[zr]?) (?:de |d['\u2019])?(?:toutes? |tous |les |tes |vos |des |l['\u2019]ensemble des ){1,4}(?:\w+ )?(?:instructions?|consignes?|directives?|règles?|ordres?|messages?)(?: (?:précédent|antérieur|ci-dessus|initial|donné|système|du système|reçu|d['\u2019]origine|qui)\w*)",
    ),
    (
        "ignor|olvid|olvíd|desatiend|haz caso omiso|descart|omit",
        r"\b(?:ignor(?:a|e|en|ar)|olv[ií]d(?:a|e|en|ar|ate de|ese de)|desatiend(?:e|a)|haz caso omiso de|descart(?:a|e)|omit(?:e|a)) (?:todas? |todos? |las |los |tus |sus |cualquier ){1,4}(?:\w+ )?(?:instrucción|instrucciones|órdenes|orden|reglas?|indicaciones|directrices|directivas?|mensajes?)(?: \w+)? ?(?:anterior|previ|de arriba|original|inicial|del sistema|recibid|precedente)?\w*",
    ),
    (
        "ignor|dimentic|trascur|non considerare",
        r"\b(?:ignora(?:te|re)?|dimentica(?:te|re)?|trascura(?:te|re)?|non considerare) (?:tutte |tutti |le |i |gli |tue |tuoi |qualsiasi ){1,4}(?:\w+ )?(?:istruzioni|regole|ordini|direttive|indicazioni|comandi|messaggi)(?: (?:precedent|anterior|di sistema|del sistema|iniziali|original|sopra|ricevut)\w*)?",
    ),
    (
        "ignor|esqueç|desconsider|desconsidere",
        r"\b(?:ignor(?:e|a|em|ar)|esqueça|esquece|desconsidere) (?:todas? |todos? |as |os |suas |seus |quaisquer ){1,4}(?:\w+ )?(?:instruções|instrução|ordens|regras|diretrizes|comandos|mensagens|orientações)(?: (?:anterior|prévi|acima|original|inicia|do sistema|recebid)\w*)?",
    ),
    (
        "negeer|vergeet",
        r"\b(?:negeer|vergeet) (?:alle |de |je |jouw |uw |al |alles ){1,4}(?:\w+ )?(?:vorige|eerdere|bovenstaande|voorgaande|oorspronkelijke|bestaande|systeem)?\w* ?(?:instructies?|opdrachten|regels|aanwijzingen|bevelen|berichten)",
    ),
    (
        "zignoruj|ignoruj|zapomnij|pomiń|nie zwracaj",
        r"\b(?:zignoruj\w*|ignoruj\w*|zapomnij\w*|pomiń\w*) (?:o )?(?:wszystki\w+ |wszelki\w+ |swoi\w+ |twoj\w+ |te ){0,3}(?:\w+ )?(?:poprzedni|wcześniejsz|powyższ|dotychczasow|pierwotn|systemow)\w* (?:\w+ )?(?:instrukcj|polece|rozkaz|wytyczn|zasad|komend|wiadomośc)\w*",
    ),
    # Russian, Ukrainian, Turkish, Arabic, Hindi, Hebrew, Vietnamese, Indonesian
    (
        "игнор|забудь|ігнор|не обращай|отмени",
        r"(?:игнориру\w*|проигнориру\w*|забудь\w*|ігнору\w*|проігнору\w*|отмени\w*) (?:\w+ ){0,3}?(?:предыдущ|прежн|выше|ранее|все|системн|попередн|свои|твои)\w* (?:\w+ ){0,2}?(?:инструкц|указан|правил|команд|распоряж|інструкц|вказів|сообщен)\w*",
    ),
    (
        "yok say|görmezden gel|unut|dikkate alma",
        r"(?:önceki|yukarıdaki|tüm|bütün|mevcut) (?:\w+ ){0,3}?(?:talimat|yönerge|komut|kural|emir)\w* (?:\w+ ){0,2}?(?:yok say|görmezden gel|unut|dikkate alma)\w*",
    ),
    (
        "تجاهل|تغاض|انس|لا تتبع",
        r"(?:تجاهل|تغاض[ىي] عن|انس|لا تتبع) (?:\w+ ){0,3}?(?:التعليمات|الأوامر|تعليمات|القواعد|التوجيهات|الارشادات|الإرشادات)",
    ),
    (
        "अनदेखा|नजरअंदाज|नज़रअंदाज|भूल जा",
        r"(?:पिछले|पहले|सभी|उपरोक्त) [^।\n]{0,30}?(?:निर्देश|आदेश|नियम)[^।\n]{0,20}?(?:अनदेखा|नजरअंदाज|नज़रअंदाज|भूल जा)",
    ),
    ("התעלם|התעלמ|שכח", r"(?:התעלם|התעלמי|שכח) (?:\w+ ){0,3}?(?:ה?הוראות|הנחיות|כללים)"),
    ("bỏ qua|quên", r"(?:bỏ qua|quên) (?:\w+ ){0,3}?(?:hướng dẫn|chỉ dẫn|chỉ thị|lệnh|quy tắc)(?: \w+){0,2}"),
    ("abaikan|lupakan", r"(?:abaikan|lupakan) (?:\w+ ){0,2}?(?:instruksi|perintah|arahan|aturan|petunjuk)"),
    # Bengali, Thai
    ("উপেক্ষা|ভুলে যা", r"নির্দেশ\w*[^।\n]{0,12}?(?:উপেক্ষা|ভুলে যা)"),
    (
        "สนใจ|เพิกเฉย|ลืม",
        r"(?:ไม่ต้องสนใจ|อย่าไปสนใจ|อย่าสนใจ|เพิกเฉย(?:ต่อ)?|ลืม)[^\n]{0,12}?(?:คำสั่ง|คําสั่ง|คำแนะนำ|คําแนะนํา|กฎ)",
    ),
    # Chinese, Japanese, Korean
    (
        "忽略|无视|忘记|不要理会|無視|忽略|忘掉|不用管|不必遵",
        r"(?:忽略|无视|無視|忘记|忘記|忘掉|不要理会|不用管|不必遵守?)[^。！\n]{0,16}?(?:指令|指示|命令|规则|規則|提示|要求|设定|設定|說明|说明|内容)",
    ),
    (
        "無視し|忘れて|無視せよ|従わない",
        r"(?:指示|命令|プロンプト|ルール|指令|説明|内容|こと)[^。\n]{0,8}?(?:を|は|も)?[^。\n]{0,4}?(?:無視し|忘れて|無視せよ|従わない)",
    ),
    (
        "무시|잊어",
        r"(?:지시|명령|규칙|프롬프트|지침|내용)[^.\n]{0,8}?(?:무시|잊어)",
    ),
)
_OTHER_FAMILIES = (
    (
        "extraction",
        0.75,
        "systemprompt|system-prompt|系统提示|系統提示|システムプロンプト|시스템 프롬프트|системн|prompt syst|prompt del sistema|prompt do sistema|prompt systemow",
        r"(?:zeig|gib|nenne|verrate?|affiche|montre|révèle|muestra|revela|mostra|pokaż|ujawnij|покажи|раскрой|выведи|输出|显示|告诉|透露|泄露|重复|打印)\w*[^.。\n]{0,24}?(?:system-?prompt|prompt système|prompt d[eo]l? sistema|prompt systemow|системн\w+ промпт|系统提示|系統提示)|システムプロンプト[^。\n]{0,10}?(?:表示|教え|出力)|시스템 프롬프트[^.\n]{0,10}?(?:보여|알려|출력)",
    ),
    (
        "concealment",
        0.7,
        "nutzer|benutzer|utilisateur|usuario|utente|usuário|gebruiker|użytkownik|пользовател|用户|使用者|ユーザー|사용자|المستخدم",
        r"(?:sag\w*|teile?|informier\w*|verrat\w*) (?:es |das |dies |davon )?(?:dem|den|keinem|deinem) (?:be)?nutzer (?:nicht|nichts|davon nichts)|(?:be)?nutzer (?:nichts?|nicht) (?:davon )?(?:sagen|mitteilen|informieren|verraten|erwähnen)|ne (?:le |la )?(?:dis|dites|mentionne|mentionnez|préviens|informe|révèle)\w* (?:rien |pas |jamais )[^.\n]{0,20}?utilisateur|no (?:se lo |le |lo )?(?:digas|diga|menciones|mencione|informes|informe|reveles|avises)[^.\n]{0,24}?usuario|non (?:dire|dirlo|menzionare|informare|rivelare|avvisare)[^.\n]{0,24}?utente|não (?:diga|conte|mencione|informe|avise|revele)[^.\n]{0,24}?usuário|nie (?:mów|informuj|wspominaj|ujawniaj|powiadamiaj)[^.\n]{0,24}?użytkownik|не (?:говори|сообщай|упоминай|рассказывай|информируй)\w*[^.\n]{0,24}?пользовател|(?:不要|别|切勿|请勿)(?:让|告诉|通知|向|提醒|告知)(?:用户|使用者)|ユーザーに(?:は)?[^。\n]{0,10}?(?:知らせない|言わない|伝えない|教えない)|사용자에게[^.\n]{0,10}?(?:알리지|말하지)",
    ),
    (
        "persona",
        0.6,
        "du bist jetzt|ab jetzt|ab sofort|tu es maintenant|désormais|a partir de ahora|ahora eres|d'ora in poi|sei ora|a partir de agora|vanaf nu|jesteś teraz|od teraz|теперь ты|отныне|你现在是|从现在|今から|이제부터",
        r"\bdu bist (?:jetzt|nun|ab sofort)\b|\bab (?:jetzt|sofort) (?:bist|antworte|wirst|musst|handelst)\b|tu es (?:maintenant|désormais)|désormais,? tu|ahora eres|a partir de ahora,? (?:eres|responde|debes|actúa)|d'ora in poi,? (?:sei|rispondi|devi)|a partir de agora,? (?:você|responda|deve)|vanaf nu (?:ben|antwoord|moet)|(?:jesteś teraz|od teraz (?:jesteś|odpowiadaj|musisz))|теперь ты|отныне ты|你现在是|从现在(?:开始|起)[，,]?你|今からあなたは|이제부터 (?:너는|당신)",
    ),
)


def _others() -> Iterable[Pattern]:
    for anchors, form in _OTHERS:
        yield _pattern("override", 0.85, anchors, form)
    for family, weight, anchors, form in _OTHER_FAMILIES:
        yield _pattern(family, weight, anchors, form)


PATTERNS: Final = (*_english(), *_others())

_STEM = 4
_STEM_OF = itemgetter(slice(_STEM))
_WORD = re.compile(r"[a-z]+")


_Anchor = tuple[int, str, frozenset[bytes]]


def _stems() -> dict[bytes, list[_Anchor]]:
    """The beginning of an anchor's longest word -> the pattern's number, the anchor, the beginnings of its other
    words; those in other scripts than ASCII are under none.
    """
    found: dict[bytes, list[_Anchor]] = {}
    for number, pattern in enumerate(PATTERNS):
        for anchor in pattern.anchors:
            words = _WORD.findall(anchor) if anchor.isascii() else []
            longest = max(words, key=len, default="")[:_STEM].encode()
            others = frozenset(word[:_STEM].encode() for word in words) - {longest}
            found.setdefault(longest, []).append((number, anchor, others))
    return found


_STEMS = _stems()
_OTHER_SCRIPTS = _STEMS.pop(b"")
_BEGINNINGS: Final = frozenset(_STEMS)
_SIGNS: Final = frozenset(sign for _, anchor, _ in _OTHER_SCRIPTS for sign in anchor if not sign.isascii())
_NO_LETTERS = bytes(each if chr(each).isalpha() and each < 128 else 32 for each in range(256))  # noqa: PLR2004 - ASCII


def beginnings(said: str) -> set[bytes]:
    """How the words of a text begin."""
    data = said.encode("ascii", "replace" if said.isascii() else "ignore")
    return set(map(_STEM_OF, data.translate(_NO_LETTERS).split()))


def tried(said: str, begun: AbstractSet[bytes]) -> dict[int, list[str]]:
    """The patterns that a text may match, by their numbers, each with those of its anchors that may be there.

    A text's words are looked up by how they begin, which `beginnings` has said: to look for three hundred words one
    after another costs several times as much as all the rest.
    """
    found: dict[int, list[str]] = {}
    for stem in _BEGINNINGS & begun:
        for number, anchor, others in _STEMS[stem]:
            if not others or others <= begun:
                found.setdefault(number, []).append(anchor)
    signs = set(outside_ascii(said))
    if not signs.isdisjoint(_SIGNS):
        signs.update(said)
        for number, anchor, _ in _OTHER_SCRIPTS:
            if signs.issuperset(anchor):
                found.setdefault(number, []).append(anchor)
    return found
