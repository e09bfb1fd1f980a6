"""Which language a text is in, from its script, then from its function words, and only then from py3langid.

py3langid (the extra `interlock[languages]`) brings numpy and takes about 350 ms at its first call. It is
therefore loaded in one daemon thread, started by the first text that leaves a doubt; until it is there such
texts stay undetermined. What it says is evidence and decides no task, so a decision never depends on it.
"""

import logging
import re
import threading
from collections import Counter
from collections.abc import Callable, Sequence

from interlock.classifiers.lexicon import LATIN, VOTE, counted, function_words

_LOG = logging.getLogger("interlock.classifiers")

SHORTEST = 20  # letters; below them every identifier guesses
_LETTERS = {"de": "äöüßÄÖÜ", "es": "¿¡ñÑ", "fr": "çèêëœùûîÉÈÇ", "pt": "ãõâêç", "it": "ìòàè"}
_ELSEWHERE = (
    "ěščřžůťďňłąęśźżćńşğıőűățșđåøÅØŠČŘŽŁŚŻ"  # letters of Latin-script languages without function words here
)
_TYPICAL = VOTE * 3 // 2  # what a letter of one language tells
_SAMPLE = 400  # characters handed to py3langid
_SURE = 0.60  # probability from which its answer is taken

_LETTER = re.compile(r"[^\W\d_]+")
_HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0002fa1f]+")
_KANA = re.compile(r"[\u3040-\u30ff\uff66-\uff9d]+")
_HANGUL = re.compile(r"[\uac00-\ud7a3\u1100-\u11ff\u3130-\u318f]+")
_SCRIPTS = {
    "ru": re.compile(r"[\u0400-\u052f]+"),
    "ar": re.compile(r"[\u0600-\u06ff\u0750-\u077f]+"),
    "hi": re.compile(r"[\u0900-\u097f]+"),
    "th": re.compile(r"[\u0e00-\u0e7f]+"),
    "he": re.compile(r"[\u0590-\u05ff]+"),
    "el": re.compile(r"[\u0370-\u03ff]+"),
}
_EAST_ASIAN = re.compile(
    r"[\u1100-\u11ff\u3040-\u318f\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3\uff66-\uff9d\U00020000-\U0002fa1f]"
)  # any of the three scripts, and a little more: most texts are done after one look
_ANY_SCRIPT = re.compile(r"[\u0370-\u06ff\u0750-\u077f\u0900-\u097f\u0e00-\u0e7f]")
_SHARED = frozenset({"ru", "ar", "hi"})  # scripts of several languages: py3langid may refine the guess
_CANDIDATES = [
    "af",
    "ar",
    "az",
    "be",
    "bg",
    "bn",
    "bs",
    "ca",
    "cs",
    "cy",
    "da",
    "de",
    "el",
    "en",
    "eo",
    "es",
    "et",
    "eu",
    "fa",
    "fi",
    "fr",
    "ga",
    "gl",
    "he",
    "hi",
    "hr",
    "hu",
    "hy",
    "id",
    "is",
    "it",
    "ja",
    "ka",
    "kk",
    "ko",
    "lt",
    "lv",
    "mk",
    "mr",
    "ms",
    "nb",
    "ne",
    "nl",
    "nn",
    "no",
    "pl",
    "ps",
    "pt",
    "ro",
    "ru",
    "sk",
    "sl",
    "sq",
    "sr",
    "sv",
    "sw",
    "ta",
    "th",
    "tl",
    "tr",
    "uk",
    "ur",
    "vi",
    "zh",
]


def east_asian(text: str) -> tuple[float, str | None]:
    """The share of Chinese, Japanese and Korean writing in a text, and which of the three it is.

    A character of these scripts weighs as much as two and a half letters, about what it says.
    """
    if text.isascii() or not _EAST_ASIAN.search(text):
        return 0.0, None
    han, kana, hangul = _length(_HAN, text), _length(_KANA, text), _length(_HANGUL, text)
    total = han + kana + hangul
    if not total:
        return 0.0, None
    letters = _length(_LETTER, text) - total
    name = "ko" if hangul > han + kana else "ja" if kana * 12 > han else "zh"
    weight = 2.5 * total
    return weight / (weight + letters), name


def from_function_words(words: Sequence[str], text: str) -> str | None:
    """A Latin-script language whose small words clearly outnumber the others', or None."""
    votes = counted(sum(filter(None, map(function_words().get, words))))
    if not text.isascii():
        contains = text.__contains__
        if any(map(contains, _ELSEWHERE)):
            return None
        votes = tuple(
            vote + _TYPICAL if any(map(contains, _LETTERS.get(language, ""))) else vote
            for language, vote in zip(LATIN, votes, strict=True)
        )
    most = max(votes)
    if 2 * most < VOTE or 10 * most < VOTE * len(words):
        return None
    near = [vote for vote in votes if 2 * most < 3 * vote]
    return LATIN[votes.index(most)] if len(near) == 1 else None


def identify(text: str, words: Sequence[str], *, code: bool = False) -> str | None:
    """An ISO 639-1 code, or None when undetermined: too short, code, or nothing that tells.

    Args:
        text: already bounded; at most a few thousand characters.
        words: the text's words, as `lexicon.words_of` gives them.
        code: the text is a program, in which words are not those of a language.
    """
    share, name = east_asian(text)
    if share >= 0.5:
        return name
    return spaced(text, words, from_function_words(words, text), code=code)[0]


def spaced(text: str, words: Sequence[str], spoken: str | None, *, code: bool) -> tuple[str | None, bool]:
    """The language of a text that is not East Asian, and whether a later call would name it too.

    `spoken` is what `from_function_words` says. The second is False for a doubt that py3langid, which is not
    there yet, may settle.
    """
    script = _other_script(text)
    if script is not None and script not in _SHARED:
        return script, True
    if code or sum(map(len, words)) < SHORTEST:
        return None, True
    if script is None and spoken is not None:
        return spoken, True
    final = _identifier.settled  # asked first: it may become ready in between
    return _identifier(text) or script, final


def _other_script(text: str) -> str | None:
    if text.isascii() or not _ANY_SCRIPT.search(text):
        return None
    times = Counter(text)  # a script is then looked for in each character once, however they alternate
    distinct = "".join(times)

    def number(script: re.Pattern[str]) -> int:
        return sum(map(times.__getitem__, "".join(script.findall(distinct))))

    letters = number(_LETTER)
    for name, script in _SCRIPTS.items():
        if 2 * number(script) > letters:
            return name
    return None


def _length(script: re.Pattern[str], text: str) -> int:
    return len("".join(script.findall(text)))


class Identifier:
    """py3langid behind a thread: None until it is loaded, and for good when it is not installed."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._classify: Callable[[str], tuple[str, float]] | None = None
        self._absent = False

    @property
    def ready(self) -> bool:
        return self._classify is not None

    @property
    def settled(self) -> bool:
        """Whether it has said for good what it can say: loaded, or not to be had."""
        return self._absent or self._classify is not None

    def __call__(self, text: str) -> str | None:
        classify = self._classify
        if classify is None:
            self.start()
            return None
        name, probability = classify(text[:_SAMPLE].encode("utf-8", "ignore").decode())
        return name if probability >= _SURE else None

    def start(self) -> None:
        """Begin loading unless that has been done, after a fork anew; never wait."""
        with self._lock:
            if self._absent or self._classify or (self._thread and self._thread.is_alive()):
                return
            self._thread = threading.Thread(target=self._load, name="interlock-language", daemon=True)
            self._thread.start()

    def wait(self, seconds: float) -> bool:
        """Wait for the load, for tests and scripts; True when py3langid is there."""
        thread = self._thread
        if thread is not None:
            thread.join(seconds)
        return self.ready

    def _load(self) -> None:
        try:
            from py3langid.langid import MODEL_FILE, LanguageIdentifier  # noqa: PLC0415 - 350 ms, hence this thread
        except ImportError as error:
            self._absent = True
            _LOG.debug("py3langid is not installed (%s); doubtful languages stay undetermined", error)
            return
        try:
            loaded = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
            loaded.set_languages(set(_CANDIDATES) & set(loaded.labels))
            loaded.classify("The first call is the slow one.")
        except Exception:  # noqa: BLE001 - a broken optional package costs evidence and nothing else
            self._absent = True
            _LOG.warning("py3langid failed to load; doubtful languages stay undetermined", exc_info=True)
            return
        self._classify = loaded.classify


_identifier = Identifier()
