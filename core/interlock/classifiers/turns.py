"""Which words of a request a human wrote last.

Agent harnesses put reminders, environment details, tool results and "continue" into turns of the user's role.
They are removed, or the turn is passed over, so that the request behind them is judged. Only the first `HEAD`
and the last `TAIL` characters of a turn are handed on; blocks at its start and end are skipped however long.
"""

import re
from functools import cache

from interlock.classifiers.lexicon import FOLDER, words_of
from interlock.types.messages import Message, Text
from interlock.types.request import Request

HEAD = 4_096
TAIL = 2_048
_DEPTH = 40  # user turns looked at, from the last one back
_BLOCKS = 64  # blocks removed from one turn
_STRETCH = 1_024
_SHORT = 60  # characters of the longest turn that may only mean "go on"

_NAMES = (
    r"(?:(?:system|environment|env|context|tool|function|command|local|hook|user-prompt-submit|ide|editor"
    r"|workspace"
    r"|session|task-notification|notification|memory|agent|caveat|attached|additional|open|bash"
    r"|new-diagnostics"
    r"|diagnostics|reminder|available|project|repo|git|instructions?|attachments?|mcp|skill|persisted)"
    r"(?:[-_][\w-]+)?|[a-z]+(?:Context|Info)|reminderInstructions"
    r"|\w+[-_](?:reminder|context|details|results?|output|stdout|stderr|hook|info|instructions|notification))"
)
_OPENING = rf"<({_NAMES})(?:\s[^<>]{{0,200}})?>"
_LAST = rf"</({_NAMES})>\s*\Z"
_WRAPPER = r"</?(?:user_?(?:[qQ]uery|[rR]equest|[mM]essage|[pP]rompt|[iI]nput)|task|human|feedback)>"
_MARK = (
    r"\[Request interrupted by user[^\]]{0,40}\]|\[[Tt]ool[ _](?:result|output|call)[^\]]{0,80}\]"
    r"|\[Image[^\]]{0,40}\]"
)
_MACHINE = (
    r"\s*(?:Observation:|Tool (?:result|output|response)s?\b|TOOL[ _](?:RESULT|OUTPUT)|Function (?:result"
    r"|output)"
    r"|This session is being continued from|Caveat: The messages below|\[ERROR\] You did not use a tool"
    r"|Your (?:last|previous) (?:response|message|reply) (?:was|did|had|could)|Result of (?:calling )?tool)"
)
_compiled = cache(re.compile)


def human_turn(request: Request) -> str:
    """The bounded text of the last turn that a human wrote; "" when there is none.

    Looks back over filler; when all is filler, the last turn that has any text is taken as it is.
    """
    last = ""
    looked = 0
    for message in reversed(request.messages):
        text = _text(message) if message.role == "user" else ""
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
    head, tail = text[:HEAD], text[-TAIL:]
    if "<" not in head and "[" not in head and "<" not in tail:
        return bounded(text).strip()
    kept = bounded(_without_ends(text))
    if "<" in kept:
        kept = _compiled(_WRAPPER).sub(" ", _without_blocks(kept))
    return _compiled(_MARK).sub(" ", kept).strip()


def bounded(text: str) -> str:
    """The first `HEAD` and the last `TAIL` characters, with a blank line where something is left out."""
    if len(text) <= HEAD + TAIL:
        return text
    return f"{text[:HEAD]}\n\n{text[-TAIL:]}"


def _without_ends(text: str) -> str:
    """The text without the blocks that begin or end it; `find` makes their length immaterial."""
    start, stop = 0, len(text)
    for _ in range(_BLOCKS):
        start = _past_blanks(text, start, stop)
        opening = _compiled(_OPENING).match(text, start, stop)
        end = text.find(f"</{opening[1]}>", opening.end(), stop) if opening else -1
        if opening is None or end < 0:
            break
        start = end + len(opening[1]) + 3
    for _ in range(_BLOCKS):
        last = _compiled(_LAST).search(text, max(start, stop - 200), stop)
        begin = text.rfind(f"<{last[1]}", start, last.start()) if last else -1
        if begin < 0:
            break
        stop = begin
    return text[start:stop] if start or stop < len(text) else text


def _past_blanks(text: str, start: int, stop: int) -> int:
    """Where the first character is that is no white space; a thousand characters at a time."""
    while start < stop:
        piece = text[start : min(start + _STRETCH, stop)]
        if rest := piece.lstrip():
            return start + len(piece) - len(rest)
        start += len(piece)
    return start


def _without_blocks(text: str) -> str:
    position = 0
    for _ in range(_BLOCKS):
        opening = _compiled(_OPENING).search(text, position)
        if opening is None:
            break
        closing = f"</{opening[1]}>"
        end = text.find(closing, opening.end())
        if end < 0:
            position = opening.end()
        else:
            text = f"{text[: opening.start()]} {text[end + len(closing) :]}"
            position = opening.start()
    return text


def _text(message: Message) -> str:
    """The text parts of a turn, line by line; what tools returned is no part of it."""
    content = message.content
    if isinstance(content, str):
        return content
    return "\n".join(part.text for part in content if isinstance(part, Text) and part.text)


def _is_filler(text: str) -> bool:
    if len(text) <= _SHORT and " ".join(words_of(text)) in _go_on():
        return True
    return text[0] in "OTFCYR[" and _compiled(_MACHINE).match(text) is not None


@cache
def _go_on() -> frozenset[str]:
    _, _, body = (FOLDER / "go_on.txt").read_text(encoding="utf-8").partition("\n")
    return frozenset(" ".join(words_of(phrase)) for phrase in body.split(","))
