"""Puts values back where their tokens stand, in a text that is whole or still coming."""

import re
from collections.abc import Collection, Iterator, Mapping
from time import sleep
from typing import Final

from interlock_privacy.actions import label
from interlock_privacy.forms import BEGUN, EXACT, HINT, LONGEST, Forms, narrow
from interlock_privacy.tokens import CODE, codes_in

__all__ = ["Restorer"]

_NO_SIGN: Final = re.compile(r"[^a-z2-7]+")
_DIGIT: Final = re.compile(r"[2-7]")
_WORD_BEFORE: Final = 2  # characters: the end of a word, and a space
# A text of so many characters is restored in a thread, which lets others have the interpreter whenever it has
# put back so many values.
_LONG: Final = 64_000
_AT_ONCE: Final = 100


class Restorer:
    """Knows the tokens of some kinds, in every form of theirs. Holds no values: any calls may share one."""

    def __init__(self, kinds: Collection[str]) -> None:
        self._forms = Forms({label(kind) for kind in kinds})

    def restored(self, text: str, spelled: Mapping[str, str], *, exact: bool = False) -> str:
        """The text with each value that `spelled` has by the code of its token. Unknown tokens stay; where it
        has to be `exact`, so do those that are written in another form.
        """
        if not spelled:
            return text
        if exact:
            return EXACT.sub(lambda found: spelled.get(found[1], found[0]), text)
        said = narrow(text)
        return self._put_back(text, said, spelled, len(text), HINT.search(said))[0]

    def released(self, text: str, spelled: Mapping[str, str], *, exact: bool = False) -> tuple[int, str]:
        """How many characters of a text of which more may come are as they will be, and what they become."""
        if not spelled:
            return len(text), text
        if exact:
            begun = BEGUN.search(text, max(0, len(text) - LONGEST))
            upto = begun.start() if begun else len(text)
            return upto, self.restored(text[:upto], spelled, exact=True)
        said = text if text.isascii() else narrow(text)
        upto = self._forms.begun(said, 0)
        hint = HINT.search(said)
        if hint is None:
            return upto, text[:upto]
        while True:
            restored, end = self._put_back(text, said, spelled, upto, hint)
            if end <= upto:
                return upto, restored
            upto = self._forms.begun(said, end)  # what seemed to begin there lies within a token

    def unknown(self, text: str, spelled: Mapping[str, str], *, exact: bool = False) -> int:
        """How many tokens, or what looks like one, stand in a text that nothing is put back for: made up, of
        another session, or changed beyond what is recognised.
        """
        if exact:
            text = EXACT.sub(lambda found: "" if found[1] in spelled else found[0], text)
            spelled = {}
        said, count, end, at = narrow(text), 0, 0, 0
        others: list[str] = []
        while found := self._forms.token.search(said, at):
            code = _code(found[found.lastindex or 0])
            known = code in spelled
            if known or _looks_like_a_code(code, said[found.end() : found.end() + 1]):
                others.append(said[end : found.start()])
                count, end = count + (not known), found.end()
                at = end
            else:
                at = found.start(found.lastindex or 0)
        # Of a token that lost its kind, the code is left.
        others.append(said[end:])
        return count + sum(code in spelled for code in codes_in("\n".join(others))) if spelled else count

    def _put_back(
        self, text: str, said: str, spelled: Mapping[str, str], upto: int, hint: re.Match[str] | None
    ) -> tuple[str, int]:
        """What becomes of a text before `upto`, and the end of the last token that begins there.

        `said` is the text when narrow, `hint` the first in it.
        """
        end = 0
        made: list[str] = []
        pause = 2 * _AT_ONCE if len(text) > _LONG else 0
        for start, stop, value in self._tokens(said, spelled, hint):
            if start >= upto:
                break
            made += (text[end:start], value)
            end = stop
            if pause and len(made) % pause == 0:
                sleep(0)
        return "".join([*made, text[end:upto]]), end

    def _tokens(
        self, said: str, spelled: Mapping[str, str], hint: re.Match[str] | None
    ) -> Iterator[tuple[int, int, str]]:
        """Where the tokens are that `spelled` knows, each with its value."""
        at = 0
        while hint:
            here = hint.start()
            at = max(at, here - LONGEST)  # no token is longer
            # Most are written as they were sealed, or without their brackets between other words, and nothing
            # that begins before such a one goes on in it.
            opened = said.rfind("<", at, here)
            found = EXACT.match(said, opened) if opened >= 0 else None
            if found and found.end() > here and found[0][1 : -CODE - 2] in self._forms.labels:
                value = spelled.get(found[1])
            else:
                if bare := self._bare(said, at, here, spelled):
                    at = bare[1]
                    yield bare
                    hint = HINT.search(said, at)
                    continue
                found = self._forms.token.search(said, at)
                if found is None:
                    return
                value = spelled.get(_code(found[found.lastindex or 0]))
            at = found.start(found.lastindex or 0) if value is None else found.end()
            if value is not None:
                yield found.start(), at, value
            hint = HINT.search(said, at)

    def _bare(self, said: str, at: int, here: int, spelled: Mapping[str, str]) -> tuple[int, int, str] | None:
        """A token without brackets behind a word and a space, in whose code a digit stands at `here`."""
        end = said.rfind("_", max(at, here - CODE), here)
        start = said.rfind(" ", at, end) + 1 if end > at else 0
        if start - at < _WORD_BEFORE or said[start:end] not in self._forms.alone:
            return None
        value = spelled.get(said[end + 1 : end + 1 + CODE])
        before = said[start - _WORD_BEFORE]
        # What stands for a bracket may end in a c: %3C, \u003c.
        if value is None or not before.isalnum() or before in "cC":
            return None
        return start, end + 1 + CODE, value


def _code(written: str) -> str:
    code = written.lower()
    return code if len(code) == CODE else _NO_SIGN.sub("", code)


def _looks_like_a_code(code: str, following: str) -> bool:
    return code[0].isalpha() and _DIGIT.search(code) is not None and not following.isalnum()
