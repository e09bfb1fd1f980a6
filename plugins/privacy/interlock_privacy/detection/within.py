"""Keys inside words: an issuer's form that something else is written on to, before it or behind it.

Only forms count that prose, file names and hashes do not have by chance: they begin with characters that
hardly stand in a word, or hold some in their middle, and go on as nobody writes.
"""

import re
import string
from collections.abc import Iterable, Iterator

__all__ = ["ADDRESS", "APART", "SCHEME", "USER", "addresses", "hinted", "within"]

USER = r"(?:[^\s:/@'\"<>]{0,80}|[^\s:/@'\"<>\u2e80-\uffef]*)"
"""Who is let in by an address; in Chinese, where no spaces end words, it is short, as its password is."""
_PASSED = r"(?:[^\s/@'\"<>]{1,120}|[^\s/@'\"<>\u2e80-\uffef]+)"
ADDRESS = (
    rf"[a-z][a-z0-9+.\-]{{1,30}}://{USER}:{_PASSED}@[A-Za-z0-9.\-]{{1,200}}"
    r"(?::[0-9]{1,5})?(?:/[A-Za-z0-9_\-./]{0,200}[A-Za-z0-9_\-/])?"
)
"""The form of an address with a password in it."""

_ANY, _ALNUM, _HEX = r"[A-Za-z0-9_\-]", "[A-Za-z0-9]", "[0-9a-f]"
_TOKEN = string.ascii_letters + string.digits + "_-"
_MIXED = "Aa0"
# The name of a form, what it may begin with, how it goes on, and kinds of characters that it then must have.
_BEGUN = (
    ("aws", "AKIA ASIA ABIA ACCA AROA AIDA", "[A-Z2-7]{16}", "0"),
    ("github", "ghp_ gho_ ghu_ ghs_ ghr_", _ALNUM + "{36,255}", "0"),
    ("github", "github_pat_", "[A-Za-z0-9_]{60,255}", _MIXED),
    ("gitlab", "glpat- glptt- gldt- glrt- glcbt- glft- glsoat- glagent- glimt-", _ANY + "{20,64}", "0"),
    ("slack", "xoxa- xoxb- xoxe- xoxo- xoxp- xoxr- xoxs-", r"[A-Za-z0-9\-]{10,250}", "0"),
    ("slack", "xapp-", r"[0-9]-[A-Za-z0-9\-]{20,200}", "0"),
    ("slack_hook", "https://hooks.slack.com/services/", "[A-Za-z0-9/]{20,90}", ""),
    (
        "stripe",
        "sk_live_ sk_test_ rk_live_ rk_test_ pk_live_ pk_test_",
        _ALNUM + "{10,250}",
        _MIXED,
    ),
    ("stripe", "whsec_", "[A-Za-z0-9+/=]{20,90}", _MIXED),
    ("anthropic", "sk-ant-", _ANY + "{20,250}", _MIXED),
    ("openai", "sk-proj- sk-svcacct- sk-admin- sk-None-", _ANY + "{20,250}", _MIXED),
    ("openai", "sk-or-v1-", _HEX + "{64}", "0"),
    ("openai", "sk-", _ALNUM + "{20}T3BlbkFJ" + _ALNUM + "{20}", ""),
    ("google", "AIza", _ANY + "{35}", "A0"),
    ("google", "GOCSPX-", _ANY + "{28}", "a0"),
    ("google", "ya29.", _ANY + "{20,250}", _MIXED),
    ("twilio", "AC SK", _HEX + "{32}", "0"),
    ("sendgrid", "SG.", _ANY + r"{16,32}\." + _ANY + "{16,64}", _MIXED),
    ("npm", "npm_", _ALNUM + "{36}", "A0"),
    ("pypi", "pypi-", _ANY + "{50,250}", _MIXED),
    ("huggingface", "hf_", _ALNUM + "{30,40}", "Aa"),
    ("digitalocean", "dop_v1_ doo_v1_ dor_v1_", _HEX + "{64}", "0"),
    ("shopify", "shpat_ shpca_ shppa_ shpss_", "[0-9a-fA-F]{32}", "0"),
    ("docker", "dckr_pat_ dckr_oat_", _ANY + "{20,64}", "0"),
    ("grafana", "glsa_", _ALNUM + "{32}_" + _HEX + "{8}", "0"),
    ("grafana", "glc_", "[A-Za-z0-9+/=]{32,250}", _MIXED),
    ("groq", "gsk_", _ALNUM + "{40,64}", "A0"),
    ("xai", "xai-", _ALNUM + "{60,100}", "A0"),
    ("perplexity", "pplx-", _ALNUM + "{40,64}", "0"),
    ("replicate", "r8_", _ALNUM + "{37}", "A0"),
    ("linear", "lin_api_", _ALNUM + "{40}", "A0"),
    ("figma", "figd_", _ANY + "{36,64}", _MIXED),
    ("postman", "PMAK-", _HEX + "{24}-" + _HEX + "{34}", "0"),
    ("newrelic", "NRAK- NRJS- NRII-", _ALNUM + "{19,40}", "0"),
    ("square", "sq0", "[a-z]{3}-" + _ANY + "{22,50}", _MIXED),
    ("mailgun", "key-", _HEX + "{32}", "0"),
    ("databricks", "dapi", _HEX + "{32}", "0"),
    ("vault", "hvs. hvb. hvr.", _ANY + "{20,250}", _MIXED),
    ("doppler", "dp.pt.", _ALNUM + "{40,44}", "A0"),
    ("age", "AGE-SECRET-KEY-1", "[A-Z0-9]{58}", "0"),
    ("azure_storage", "AccountKey=", "[A-Za-z0-9+/=]{60,102}", "A0"),
)
# Its name, what stands in its middle and how it goes on from there, what it has before that, and kinds.
_ENDED = (
    ("mailchimp", "-", r"(?<=[0-9a-f]{32}-)us[0-9]{1,2}", "0123456789abcdef", "0"),
    ("telegram", ":", r"(?<=[0-9]{8}:)AA[A-Za-z0-9_\-]{33}", "0123456789", "0"),
    ("discord", ".", r"(?<=[A-Za-z0-9_\-]{24}\.)" + _ANY + r"{6}\." + _ANY + "{27,}", _TOKEN, _MIXED),
    ("jwt", ".", "eyJ" + _ANY + r"{8,}\." + _ANY + "{10,}", _TOKEN, ""),
)
APART = frozenset({"twilio", "mailgun"})
"""Forms of which only the end may be glued: they begin as a word may that stands in front of a hash."""

_BY_BEGINNING = {begun: (name, kinds) for name, several, _, kinds in _BEGUN for begun in several.split()}
_NAME = re.compile("|".join(map(re.escape, sorted(_BY_BEGINNING, key=len, reverse=True))))
# Characters that one may seem to share with the next: its beginning, and what its own end may yet be.
_SHARED = 80
_BY_NAME = {name: (before, kinds) for name, _, _, before, kinds in _ENDED}
# Characters before its middle that are looked at; of a JWT all to the dot before.
_MOST_BEFORE = 4_000
_HEADER = "eyJ"
# How a key goes on that is as long as its form says at most. A form without a longest would be read again
# from each of its beginnings in one that is no key.
_RANGED = re.compile(r".*(\[[^\]]+\])\{\d+,\d+\}")
_RESTS = {
    begun: re.compile(ranged[1] + "*")
    for _, several, form, _ in _BEGUN
    if (ranged := _RANGED.fullmatch(form))
    for begun in several.split()
}
# Characters by which a value is judged: for their kinds, and for words.
_JUDGED, _LEAST = 40, 24
_DIGIT, _WORD = re.compile("[0-9]"), re.compile("[A-Z][a-z]{3,}|[a-z]{4,}")
_PASSWORD = re.compile(rf":(?<=[a-z0-9+.\-]:)//{USER}:{_PASSED}@[A-Za-z0-9.\-]")
_ADDRESS = re.compile(ADDRESS)
SCHEME, _LONGEST_SCHEME = re.compile(r"[a-z][a-z0-9+.\-]{1,30}\Z"), 31


def _either(forms: Iterable[tuple[str, str]]) -> re.Pattern[str]:
    """Any of them, told apart by their first character: Python passes fast over all others."""
    by_first: dict[str, list[str]] = {}
    for begun, form in forms:
        by_first.setdefault(begun[0], []).append(re.escape(begun[1:]) + form)
    return re.compile("|".join(f"{re.escape(first)}(?:{'|'.join(each)})" for first, each in by_first.items()))


_BEGINNING = _either((begun, form) for _, several, form, _ in _BEGUN for begun in several.split())
_MIDDLE = _either((middle, f"(?P<{name}>{form})") for name, middle, form, _, _ in _ENDED)


def hinted(text: str) -> bool:
    """Whether there can be any."""
    return any(form.search(text) for form in (_BEGINNING, _MIDDLE, _PASSWORD))


def within(text: str, begin: int, end: int) -> Iterator[tuple[int, int, str]]:
    """Where in a word are keys, and of which form; some may overlap."""
    yield from _begun(text, begin, end)
    yield from _ended(text, begin, end)
    yield from ((*span, "connection") for span in addresses(text, begin, end))


def _begun(text: str, begin: int, end: int) -> Iterator[tuple[int, int, str]]:
    """Keys that are known by what they begin with."""
    at = begin
    while found := _BEGINNING.search(text, at, end):
        start, stop = found.span()
        at = start + 1
        begun = _NAME.match(text, start, stop)
        name, kinds = _BY_BEGINNING[begun[0] if begun else ""]
        if name in APART and start > begin and _alphanumeric(text[start - 1]):
            continue
        if begun and _made(text[begun.end() : stop], kinds):
            if rest := begun[0] in _RESTS and _RESTS[begun[0]].match(text, stop, end):
                stop = rest.end()
            yield start, stop, name
            at = max(at, stop - _SHARED)


def _ended(text: str, begin: int, end: int) -> Iterator[tuple[int, int, str]]:
    """Keys that are known by what they have in their middle."""
    at = begin
    while found := _MIDDLE.search(text, at, end):
        middle, stop = found.span()
        at = middle + 1
        name = found.lastgroup or ""
        before, kinds = _BY_NAME[name]
        least = text.rfind(".", begin, middle) + 1 if name == "jwt" else middle - _MOST_BEFORE
        head = text[max(begin, least) : middle]
        head = head[len(head.rstrip(before)) :]
        if name == "jwt":
            head = head[head.find(_HEADER) :] if _HEADER in head else ""
        if head and _made(found[0], kinds):
            yield middle - len(head), stop, name


def addresses(text: str, begin: int, end: int) -> Iterator[tuple[int, int]]:
    """Addresses with a password in them, whatever stands before their schemes."""
    for found in _PASSWORD.finditer(text, begin, end):
        at = found.start()
        scheme = SCHEME.search(text, max(begin, at - _LONGEST_SCHEME), at)
        whole = scheme and _ADDRESS.match(text, scheme.start(), end)
        if whole:
            yield whole.span()


def _made(value: str, kinds: str) -> bool:
    """Whether a value begins with those kinds of characters and, if it needs all of them, not with words."""
    # What is glued behind it may be prose.
    value = value[:_JUDGED]
    if (
        ("A" in kinds and value == value.lower())
        or ("a" in kinds and value == value.upper())
        or ("0" in kinds and not _DIGIT.search(value))
    ):
        return False
    words = sum(map(len, _WORD.findall(value, 0, _LEAST))) if kinds == _MIXED else 0
    return words * 3 <= min(len(value), _LEAST) * 2


def _alphanumeric(each: str) -> bool:
    return each.isascii() and each.isalnum()
