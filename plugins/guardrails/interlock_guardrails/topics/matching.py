"""Which topics a text speaks of: by words in any script, and by patterns in time that grows with the text."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Any, Final, Protocol

from interlock import ConfigError
from interlock_guardrails.topics.options import Topic

__all__ = ["Finder", "Lexicon", "patterns_of"]

# What stands between words: spaces, the punctuation of ASCII, general and East Asian punctuation.
_BETWEEN: Final = (
    r"\s!-/:-@\[-`{-~\u00a1-\u00a9\u00ab\u00ac\u00ae-\u00b1\u00b4\u00b6-\u00b8\u00bb\u00bf\u2010-\u2027"
    r"\u2030-\u205e\u3000-\u303f\uff01-\uff0f\uff1a-\uff20\u060c\u061b\u061f\u0964\u0965"
)
# Scripts without spaces: words stand anywhere within a run, and each character stands by itself here.
_APART: Final = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\u2fdf\u3005-\u3007\u3040-\u312f\u31a0-\u31bf\u31f0-\u31ff"
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff66-\uff9f\U00020000-\U0003ffff"
)
_WORD = re.compile(f"[{_APART}]|[^{_BETWEEN}{_APART}]+")
_UNSPACED = re.compile(f"[{_APART}]")
_BOUNDARY = re.compile(f"[{_BETWEEN}{_APART}]")
_HIDDEN = re.compile(
    "[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff\U000e0000-\U000e007f]+"
)


class Finder(Protocol):
    """What says which topics a text speaks of: words and patterns here, and whatever else can name topics."""

    def topics(self, text: str) -> Sequence[str]:
        """The names of the topics that come up, in their order."""
        ...


def plain(text: str) -> str:
    """In one spelling of each letter and without characters that nobody sees."""
    if text.isascii():
        return text.lower()
    return unicodedata.normalize("NFKC", _HIDDEN.sub("", text)).casefold()


class Lexicon:
    """Finds topics by their words, and by patterns, which are given compiled, by the names of their topics.

    `longest` is of how many words the longest phrase is, `longest_run` how many characters the longest word
    in a script without spaces has: what may yet become one of them is no longer.
    """

    def __init__(
        self, topics: Mapping[str, Topic], patterns: Iterable[tuple[str, Callable[[str], Any]]] = ()
    ) -> None:
        self._names = list(topics)
        self._patterns = list(patterns)
        self._words: dict[str, set[str]] = {}
        self._phrases: dict[str, list[tuple[tuple[str, ...], str]]] = {}
        self._begun: list[tuple[str, str]] = []
        self._runs: list[tuple[str, str]] = []
        self.longest, self.longest_run = 1, 0
        for name, topic in topics.items():
            for word in topic.words:
                self._add(name, word)

    def _add(self, name: str, written: str) -> None:
        said = plain(written).strip()
        words = _WORD.findall(said)
        if _UNSPACED.search(said):
            run = said.removesuffix("*")
            self._runs.append((run, name))
            self.longest_run = max(self.longest_run, len(run))
        elif len(words) > 1:
            self._phrases.setdefault(words[0], []).append((tuple(words), name))
            self.longest = max(self.longest, len(words))
        elif words and said.endswith("*"):
            self._begun.append((words[0], name))
        elif words:
            self._words.setdefault(words[0], set()).add(name)

    def topics(self, text: str) -> Sequence[str]:
        said = plain(text)
        words = _WORD.findall(said)
        found: set[str] = set()
        different = set(words)
        for word in different & self._words.keys():
            found |= self._words[word]
        if self._begun:
            found |= {
                name for begun, name in self._begun if any(word.startswith(begun) for word in different)
            }
        if self._phrases and not different.isdisjoint(self._phrases):
            found |= self._said(words)
        found |= {name for run, name in self._runs if run in said}
        found |= {name for name, search in self._patterns if name not in found and search(text) is not None}
        return [name for name in self._names if name in found]

    def _said(self, words: Sequence[str]) -> set[str]:
        """The topics of phrases."""
        return {
            name
            for at, word in enumerate(words)
            for phrase, name in self._phrases.get(word, ())
            if tuple(words[at : at + len(phrase)]) == phrase
        }

    def ended(self, text: str) -> int:
        """How many characters of a text that is still coming are words that have ended."""
        at = len(text)
        while at > 0 and not _BOUNDARY.match(text, at - 1):
            at -= 1
        return at

    def settled(self, text: str) -> int:
        """How many characters of a text that is still coming can be no part of a phrase that is not whole."""
        upto = self.ended(text)
        if self.longest > 1:
            held = self.longest - 1
            words = [word.start() for word in _WORD.finditer(text, 0, upto)][-held:]
            upto = words[0] if len(words) == held else 0
        if self.longest_run > 1:
            upto = min(upto, len(text) - self.longest_run + 1)
            while upto > 0 and len(plain(text[upto:])) < self.longest_run - 1:
                upto -= 1
        # Cut within a word, its end would look like one.
        return self.ended(text[: max(0, upto)])


def patterns_of(topics: Mapping[str, Topic], key: str) -> list[tuple[str, Callable[[str], Any]]]:
    """The patterns of topics, compiled, each with the name of its topic.

    Raises:
        ConfigError: at `key`, for a pattern that is none; or where RE2 is not installed.
    """
    if not any(topic.patterns for topic in topics.values()):
        return []
    try:
        import re2  # noqa: PLC0415 - an extra, which only who writes patterns needs
    except ImportError:
        raise ConfigError(
            "patterns need RE2, which cannot hang: pip install 'interlock-guardrails[re2]'.",
            key=key,
        ) from None
    options = re2.Options()
    options.log_errors = False
    options.case_sensitive = False
    compiled = []
    for name, topic in topics.items():
        searches = []
        for pattern in topic.patterns:
            try:
                searches.append(re2.compile(pattern, options=options).search)
            except re2.error as error:
                why = str(error).removeprefix("b'").removesuffix("'")
                raise ConfigError(
                    f"{pattern!r:.60} is no pattern of RE2: {why}.", key=f"{key}.{name}.patterns"
                ) from None
        if len(searches) > 1 and not any("\\Q" in each for each in topic.patterns):
            # One search for all of a topic, unless together they are too large or name a group twice.
            with suppress(re2.error):
                searches = [re2.compile(f"(?:{')|(?:'.join(topic.patterns)})", options=options).search]
        compiled += [(name, search) for search in searches]
    return compiled
