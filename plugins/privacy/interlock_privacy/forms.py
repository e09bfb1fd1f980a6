"""The forms in which a model may write a token, as patterns.

A model changes case, wraps a token in emphasis, escapes or drops its brackets, puts a space for the
underscore, breaks it at the end of a line. Every form keeps the code. A form is made of parts, and so has two
patterns: one for the whole, one for whatever more text may still make a whole of.
"""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Final

from interlock_privacy.endings import ending, joined
from interlock_privacy.tokens import CODE

__all__ = ["BEGUN", "EXACT", "HINT", "LONGEST", "Forms", "narrow"]

LONGEST: Final = 256
EXACT: Final = re.compile(rf"<[A-Z0-9_]+_([a-z2-7]{{{CODE}}})>")
"""A token as it was sealed; `BEGUN`, the beginning of one at the end of a text."""
BEGUN: Final = re.compile(rf"<[A-Z0-9_]*[a-z2-7]{{0,{CODE}}}\Z")

# Full-width signs, and brackets that are not ASCII, as what they stand for: one sign for one.
_NARROW: Final = {wide: wide - 0xFEE0 for wide in range(0xFF01, 0xFF5F)} | {
    ord(wide): narrow
    for narrow, several in {"<": "‹〈⟨﹤《", ">": "›〉⟩﹥》", " ": "\u00a0\u202f\u3000", "-": "‐‑‒–—"}.items()
    for wide in several
}


def narrow(text: str) -> str:
    """The text with one plain sign for each that has one. It is as long as it was."""
    return text if text.isascii() else text.translate(_NARROW)


@dataclass(frozen=True, slots=True)
class _Part:
    """`whole` matches the part, `begun` a beginning of it that is not all of it, up to the end of the text;
    empty where there is none. Patterns of what is begun begin with a sign wherever they can: that is quick.
    """

    whole: str
    begun: str = ""


def _sign(pattern: str) -> _Part:
    return _Part(pattern)


def _some(pattern: str, least: int, most: int) -> _Part:
    return _Part(rf"{pattern}{{{least},{most}}}", rf"{pattern}{{1,{least - 1}}}\Z" if least > 1 else "")


def _in_turn(*parts: _Part) -> _Part:
    begun = parts[-1].begun
    for part in reversed(parts[:-1]):
        after = _any_of((r"\Z", begun))
        begun = _any_of((part.begun, part.whole + after))
    return _Part("".join(part.whole for part in parts), begun)


def _any_of(patterns: Iterable[str]) -> str:
    found = [each for each in patterns if each]
    return f"(?:{'|'.join(found)})" if len(found) > 1 else "".join(found)


def _either(*parts: _Part) -> _Part:
    return _Part(_any_of(part.whole for part in parts), _any_of(part.begun for part in parts))


def _word(word: str) -> _Part:
    """In any case, spelled out: the search is quicker than where its flag says so."""
    return _in_turn(
        *(_sign(f"[{sign}{sign.upper()}]" if sign.isalpha() else re.escape(sign)) for sign in word.lower())
    )


def _words(words: Iterable[str]) -> _Part:
    return _either(*map(_word, words))


def _perhaps(part: _Part) -> _Part:
    return _Part(f"(?:{part.whole})?", part.begun)


def _escapes(sign: str, entity: str) -> Iterable[tuple[str, _Part]]:
    """What stands for a bracket in HTML, in JSON and in URLs: the first sign, and the rest."""
    names = (entity, f"#{ord(sign)}", f"#x{ord(sign):x}")
    yield "&", _words(f"{amp}{name};" for amp in ("", "amp;") for name in names)
    yield r"\\", _in_turn(_some(r"\\", 0, 3), _word(f"u00{ord(sign):x}"))
    yield "%", _word(f"{ord(sign):x}")


def _after(signs: str, part: _Part) -> _Part:
    """The part, where one of these signs stands before it."""
    behind = f"(?<=[{signs}])"
    return _Part(behind + part.whole, part.begun and behind + part.begun)


_BRACKETS = r"<&\\%"
_SOFT = "\u00ad\u200b\u200c\u200d\u2060"
_NOISE = _some(r"[ \t*_~`\"'\\]", 0, 4)
_EMPHASIS = _some(r"[*_~`\\]", 0, 4)
_BETWEEN = _some(rf"[\s_\\*:\-{_SOFT}]", 1, 4)
_BREAK = _Part(
    rf"(?:-?\r?\n[ \t]{{0,8}}|[{_SOFT}])?",
    r"(?:-\r?|\r)\Z",
)
_INDENTED = "|".join(rf"(?<=\n[ \t]{{{size}}}.)" for size in range(1, 9))
HINT: Final = re.compile(rf"[2-7](?:(?<=[A-Za-z\n{_SOFT}].)|(?<=[ \t].)(?:{_INDENTED}))")
"""A digit behind a letter, or behind what may break a code after one: each code has one, and few words do."""
_SPECIAL = re.compile(rf"[{_BRACKETS}\r\n{_SOFT}]")
_BREAKS = re.compile(rf"[\r\n{_SOFT}]")
_LETTER = r"[A-Za-z\u00c0-\uffff\-]"
_SIGN = _sign("[A-Za-z2-7]")
_SIGNS = _in_turn(*(part for _ in range(CODE - 1) for part in (_SIGN, _BREAK)), _SIGN)
_CODE = _Part(f"({_SIGNS.whole})", _SIGNS.begun)
_OTHER_WORD = _in_turn(_some(_LETTER, 1, 16), _some(r"\\", 0, 1), _sign("_"))
_FOREIGN = _in_turn(_OTHER_WORD, _perhaps(_OTHER_WORD), _perhaps(_OTHER_WORD))
_OPEN = _either(_Part("(?<=<)"), *(_after(*each) for each in _escapes("<", "lt")))
_CLOSE = _either(_sign(">"), *(_in_turn(_sign(f"[{first}]"), rest) for first, rest in _escapes(">", "gt")))


def _second(label: str) -> str:
    first, second = label[0].lower(), label[1].lower()
    return f"[{second}{second.upper()}](?<=[{first}{first.upper()}].)"


def _label(label: str) -> _Part:
    """A label behind its first letter. It begins with a sign and not with a look behind: that is quicker."""
    first, *others = label.lower().split("_")
    second = _sign(_second(label))
    rest = [part for word in others for part in (_BETWEEN, _word(word))]
    return _in_turn(second, *([_word(first[2:])] if first[2:] else []), *rest)


class Forms:
    """The forms of the tokens with certain labels.

    `labels` are those, `alone` those that no other ends with. `token` finds whole tokens in a text that is
    narrow; its last group is the code, as it is written.
    """

    def __init__(self, labels: Collection[str]) -> None:
        parts = [_label(each) for each in sorted(labels, key=len, reverse=True)]
        named = _in_turn(_either(*parts), _BETWEEN)
        # Most words end here: their first two letters begin no label.
        ahead = f"(?={_any_of(map(_second, labels))})"
        named = _Part(named.whole, ahead + named.begun)
        firsts = "".join(sorted({sign for each in labels for sign in (each[0].upper(), each[0].lower())}))
        inside = _either(_in_turn(_sign(f"[{firsts}]"), named), _FOREIGN)
        # Without its other half, a bracket is the token's only where it touches it.
        bracketed = _either(
            _in_turn(_OPEN, _NOISE, inside, _CODE, _NOISE, _CLOSE),
            _in_turn(_OPEN, _EMPHASIS, inside, _CODE),
        )
        bare = _in_turn(named, _CODE)
        # A set of signs to begin with is what makes the search quick.
        first = f"[{_BRACKETS}{firsts}]"
        self.labels = frozenset(labels)
        # Behind another word, what is no end of another label is the whole of one.
        self.alone = frozenset(
            each for each in labels if not any(other.endswith(f"_{each}") for other in labels)
        )
        self.token = re.compile(first + _either(bare, _after(_BRACKETS, bracketed)).whole)
        self._bracketed = re.compile(f"[{_BRACKETS}]" + _any_of((r"\Z", bracketed.begun)))
        self._bare = re.compile(f"[{firsts}]" + _any_of((r"\Z", bare.begun)))
        words = [each.lower().split("_") for each in labels]
        self._ending, self._joined = ending(words, _BETWEEN.whole), joined(words, _BETWEEN.whole)
        # Between two words of a label may stand three signs more than one, and behind it four; one more may
        # break a code.
        self._reach = max((len(each) + 3 * each.count("_") for each in labels), default=0) + CODE + 5

    def begun(self, said: str, least: int) -> int:
        """Where, from `least` on, something begins at the end of a narrow text that more text may make a
        token of, or a longer one; its length where nothing does. No such thing is longer than LONGEST.
        """
        end = len(said)
        # None of them goes on behind a bracket that closes one.
        least = max(least, end - LONGEST, said.rfind(">") + 1)
        near = max(least, end - self._reach)
        found = self._ending.match(said[near:][::-1])
        bare = end - found.end() if found else end
        special = _SPECIAL.search(said, least) is not None
        broken = special and _BREAKS.search(said, least)
        if broken or (found and found.lastindex):
            # Nothing begins before the word that was found but a label that it ends.
            whole = not broken and not self._joined.match(said[near:bare][::-1])
            found = self._bare.search(said, least if broken else bare if whole else near)
            bare = found.start() if found else end
        found = self._bracketed.search(said, least) if special else None
        return min(bare, found.start()) if found else bare
