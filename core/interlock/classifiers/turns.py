"""Which words of a request a human wrote last.

Agent harnesses put reminders, environment details, tool results and "continue" into turns of the user's role.
They are removed, or the turn is passed over, so that the request behind them is judged. Only the first `HEAD` and
the last `TAIL` characters of a turn are handed on; blocks at its start are skipped with `str.find`, however long.
"""

import re

from interlock.types.messages import Message, Text
from interlock.types.request import Request

HEAD = 4_096
TAIL = 2_048
_DEPTH = 40  # user turns looked at, from the last one back

_NOISE = (
    r"(?:system|environment|env|context|tool|function|command|local-command|hook|user-prompt-submit|ide"
    r"|editor|workspace|"
    r"session|task-notification|notification|memory|agent|caveat|attached|additional|open|bash"
    r"|new-diagnostics|diagnostics|"
    r"reminder|available|project|repo|git|instructions?|attachments?|mcp|skill|persisted)"
)
_OPENING = re.compile(
    rf"\s*<(?P<name>{_NOISE}(?:[-_][\w-]+)?|[a-z]+Context|[a-z]+Info|reminderInstructions|attachments|\w+[-_](?:reminder|"
    r"context|details|results?|output|stdout|stderr|hook|info|instructions|notification|message|args"
    r"|contents?))(?:\s[^<>]{0,200})?>"
)
_WRAPPER = re.compile(
    r"</?(?:user_?[qQ]uery|user_?[rR]equest|user_?[mM]essage|user_?[pP]rompt|user_?[iI]nput|task|human"
    r"|feedback)>"
)
_BLOCK = re.compile(rf"{_OPENING.pattern[3:]}.{{0,{HEAD}}}?</(?P=name)>", re.DOTALL)
_MARK = re.compile(
    r"\[Request interrupted by user[^\]]{0,40}\]|\[(?:Tool|tool)[ _](?:result|output|call)[^\]]{0,80}\]"
    r"|\[Image[^\]]{0,40}\]"
)
_MACHINE = re.compile(
    r"\s*(?:Observation:|Tool (?:result|output|response)s?\b|TOOL[ _](?:RESULT|OUTPUT)|Function (?:result"
    r"|output)|"
    r"This session is being continued from|Caveat: The messages below|\[ERROR\] You did not use a tool|"
    r"Your (?:last|previous) (?:response|message|reply) (?:was|did|had|could)"
    r"|Result of (?:calling )?tool|Output of )",
)
_GO_ON = frozenset(
    [
        "continue",
        "please continue",
        "continue please",
        "go on",
        "please go on",
        "go ahead",
        "proceed",
        "please proceed",
        "keep going",
        "carry on",
        "resume",
        "next",
        "ok",
        "okay",
        "ok continue",
        "yes",
        "yes please",
        "y",
        "yes continue",
        "yes go ahead",
        "yes do it",
        "do it",
        "try again",
        "retry",
        "again",
        "and",
        "more",
        "sure",
        "yep",
        "sounds good",
        "continue from where you left off",
        "please continue from where you left off",
        "continue where you left off",
        "ok go on",
        "ok go ahead",
        "continue with the task",
        "continue the task",
        "continue with your task",
        "approved",
        "confirmed",
        "lgtm",
        "run it",
        "weiter",
        "mach weiter",
        "bitte weiter",
        "bitte fortfahren",
        "fortfahren",
        "fahre fort",
        "ja",
        "ja bitte",
        "ja weiter",
        "okay weiter",
        "ok weiter",
        "nochmal",
        "continuez",
        "continue stp",
        "continue s il te plait",
        "poursuis",
        "poursuivez",
        "vas y",
        "allez y",
        "oui",
        "oui continue",
        "d accord",
        "encore",
        "continua",
        "continue por favor",
        "continua por favor",
        "sigue",
        "sigue adelante",
        "adelante",
        "si",
        "si continua",
        "vale",
        "de acuerdo",
        "prosigue",
        "vai avanti",
        "avanti",
        "prosegui",
        "va bene",
        "continua pure",
        "pode continuar",
        "prossiga",
        "sim",
        "siga",
        "ga door",
        "ga verder",
        "doorgaan",
        "verder",
        "ja graag",
        "继续",
        "请继续",
        "继续吧",
        "好的",
        "好",
        "是的",
        "接着说",
        "下一步",
        "可以",
        "続けて",
        "続けてください",
        "続き",
        "はい",
        "お願いします",
        "次",
        "계속",
        "계속해",
        "계속해줘",
        "계속해주세요",
        "네",
        "예",
        "좋아",
        "다음",
    ]
)
_SEPARATORS = re.compile(r"[\W_]+")


def human_turn(request: Request) -> str:
    """The bounded text of the last turn that a human wrote; "" when there is none.

    Looks back over filler; when all is filler, the last turn that has any text is taken as it is.
    """
    last = ""
    looked = 0
    for message in reversed(request.messages):
        if message.role != "user":
            continue
        text = _text(message)
        if not text:
            continue
        stripped = strip_harness(text)
        if stripped and not _is_filler(stripped):
            return stripped
        last = last or stripped or bounded(text)
        looked += 1
        if looked >= _DEPTH:
            break
    return last


def strip_harness(text: str) -> str:
    """The text without a harness's blocks and marks, bounded to `HEAD` + `TAIL` characters."""
    if "<" not in text[:HEAD] and "<" not in text[-TAIL:] and "[" not in text[:HEAD]:
        return bounded(text).strip()
    start = 0
    while opening := _OPENING.match(text, start):
        closing = f"</{opening['name']}>"
        end = text.find(closing, opening.end())
        if end < 0:
            break
        start = end + len(closing)
    kept = bounded(text[start:])
    kept = _BLOCK.sub(" ", kept)
    return _MARK.sub(" ", _WRAPPER.sub(" ", kept)).strip()


def bounded(text: str) -> str:
    """The first `HEAD` and the last `TAIL` characters, a blank line between them when something is left out."""
    if len(text) <= HEAD + TAIL:
        return text
    return f"{text[:HEAD]}\n\n{text[-TAIL:]}"


def _text(message: Message) -> str:
    """The text parts of a turn, joined by line breaks; the longest run of small parts stays cheap."""
    content = message.content
    if isinstance(content, str):
        return content
    return "\n".join(part.text for part in content if isinstance(part, Text) and part.text)


def _is_filler(text: str) -> bool:
    if len(text) <= 60 and " ".join(_SEPARATORS.sub(" ", _plain(text)).split()) in _GO_ON:
        return True
    return _MACHINE.match(text) is not None


def _plain(text: str) -> str:
    text = text.lower()
    if text.isascii():
        return text
    return text.translate(_ACCENTS)


_ACCENTS = str.maketrans("àâäáéèêëíìîïóòôöúùûüçñ", "aaaaeeeeiiiioooouuuucn")
