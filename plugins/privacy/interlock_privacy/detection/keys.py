"""Keys, tokens and passwords: by the forms that their issuers give them, and by what a program calls them."""

import math
import re
from collections import Counter
from collections.abc import Iterator
from operator import itemgetter
from typing import NamedTuple

from interlock_privacy.detection.candidate import Candidate
from interlock_privacy.detection.within import ADDRESS, hinted, within

__all__ = [
    "ASSIGNED",
    "BEARER",
    "BLOCK_AHEAD",
    "FORMS",
    "NAMED",
    "PEM",
    "Value",
    "block",
    "secrets",
    "value",
    "weak",
]

# Who issues it, and its form. Each begins with characters that hardly stand in a text otherwise. Where keys
# are of several lengths the last part has no longest: a longer one must not leave. A longest in the middle
# keeps a search short: `within` finds tokens (JWT) whose parts are longer.
FORMS = (
    ("aws", r"(?:AKIA|ASIA|ABIA|ACCA|AROA|AIDA)[A-Z0-9]{16}"),
    ("github", r"gh[pousr]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9_]{60,}"),
    ("gitlab", r"gl(?:pat|ptt|dt|rt|cbt|ft|soat|agent|imt)-[A-Za-z0-9_\-]{20,}"),
    ("slack", r"xox[abeoprs]-[A-Za-z0-9\-]{10,}|xapp-[0-9]-[A-Za-z0-9\-]{20,}"),
    ("slack_hook", r"https://hooks\.slack\.com/services/[A-Za-z0-9/]{20,}"),
    ("stripe", r"(?:sk|rk|pk)_(?:live|test)_[A-Za-z0-9]{10,}|whsec_[A-Za-z0-9+/=]{20,}"),
    ("anthropic", r"sk-ant-[A-Za-z0-9_\-]{20,}"),
    ("openai", r"sk-(?:proj-|svcacct-|admin-|None-)?[A-Za-z0-9_\-]{20,}|sk-or-v1-[0-9a-f]{64}"),
    ("google", r"AIza[A-Za-z0-9_\-]{35}|GOCSPX-[A-Za-z0-9_\-]{28}|ya29\.[A-Za-z0-9_\-]{20,}"),
    ("twilio", r"(?:AC|SK)[0-9a-f]{32}"),
    ("sendgrid", r"SG\.[A-Za-z0-9_\-]{16,32}\.[A-Za-z0-9_\-]{16,}"),
    ("npm", r"npm_[A-Za-z0-9]{36}"),
    ("pypi", r"pypi-[A-Za-z0-9_\-]{50,}"),
    ("huggingface", r"hf_[A-Za-z0-9]{30,}"),
    ("digitalocean", r"do[opr]_v1_[0-9a-f]{64}"),
    ("shopify", r"shp(?:at|ca|pa|ss)_[0-9a-fA-F]{32}"),
    ("docker", r"dckr_(?:pat|oat)_[A-Za-z0-9_\-]{20,}"),
    ("grafana", r"glsa_[A-Za-z0-9]{32}_[0-9a-f]{8}|glc_[A-Za-z0-9+/=]{32,}"),
    ("groq", r"gsk_[A-Za-z0-9]{40,}"),
    ("xai", r"xai-[A-Za-z0-9]{60,}"),
    ("perplexity", r"pplx-[A-Za-z0-9]{40,}"),
    ("replicate", r"r8_[A-Za-z0-9]{37}"),
    ("linear", r"lin_api_[A-Za-z0-9]{40}"),
    ("figma", r"figd_[A-Za-z0-9_\-]{36,}"),
    ("postman", r"PMAK-[0-9a-f]{24}-[0-9a-f]{34}"),
    ("newrelic", r"NR(?:AK|JS|II)-[A-Za-z0-9]{19,}"),
    ("square", r"sq0[a-z]{3}-[A-Za-z0-9_\-]{22,}|EAAA[A-Za-z0-9_\-]{60}"),
    ("mailgun", r"key-[0-9a-f]{32}"),
    ("mailchimp", r"[0-9a-f]{32}-us[0-9]{1,2}"),
    ("telegram", r"[0-9]{8,10}:AA[A-Za-z0-9_\-]{33}"),
    ("discord", r"[MNO][A-Za-z0-9_\-]{23,27}\.[A-Za-z0-9_\-]{6}\.[A-Za-z0-9_\-]{27,}"),
    ("databricks", r"dapi[0-9a-f]{32}"),
    ("vault", r"hv[sbr]\.[A-Za-z0-9_\-]{20,}"),
    ("doppler", r"dp\.pt\.[A-Za-z0-9]{40,}"),
    ("age", r"AGE-SECRET-KEY-1[A-Z0-9]{58}"),
    ("azure_storage", r"AccountKey=[A-Za-z0-9+/]{60,}={0,2}"),
    ("jwt", r"eyJ[A-Za-z0-9_\-]{8,2000}\.eyJ[A-Za-z0-9_\-]{8,4000}\.[A-Za-z0-9_\-]{10,}"),
    ("connection", ADDRESS),
)
_KNOWN = re.compile("|".join(f"(?P<{name}>{form})(?![A-Za-z0-9])" for name, form in FORMS))
# The same without names: Python passes over an alternative by its first character, but not over a group.
_ANY_KNOWN = re.compile(
    r"(?<![A-Za-z0-9])(?=[A-Za-z0-9])(?:" + "|".join(form for _, form in FORMS) + r")(?![A-Za-z0-9])"
)
PEM = re.compile(r"-----BEGIN (?:[A-Z0-9]+ ){0,3}PRIVATE KEY(?: BLOCK)?-----")
PEM_END = re.compile(r"-----END (?:[A-Z0-9]+ ){0,3}PRIVATE KEY(?: BLOCK)?-----")
_LONGEST = 16_384  # characters of a private key, and of a value in quotes, if spaces are in it
# How a key without an end that is near goes on: lines of base64, and at most two short ones at its end.
_B64 = r"[A-Za-z0-9+/=\\]"
_BODY = re.compile(
    rf"{_B64}*+(?:\s{{1,2}}{_B64}{{32,}}+){{0,1024}}+(?:(?:\s{{1,2}}{_B64}{{1,31}}){{0,2}}\s{{0,2}}(?=-----|\Z))?"
)
BLOCK_AHEAD = 80
"""Characters behind a private key's last one that may yet say that it goes on."""
_SHORTEST = 15  # of what is found by its form, so that it does not matter how long the word around it is
# What stands for each character of a word, and between words.
_FILLED = bytes(ord(" ") if chr(code).isspace() else ord("x") for code in range(256))
_FEWEST = b"x" * _SHORTEST
NAMED = re.compile(
    r"(?:(?P<weak>pass(?:word|wd|phrase|wort|code)s?|\bpass(?![A-Za-z])|pwd|has[łl]o|contrase[ñn]a|senha|"
    r"mot de passe|mdp|wachtwoord|пароль|密码|口令|密碼|パスワード|비밀번호)"
    r"|(?P<strong>secret(?:[_\- ]?(?:access[_\- ]?)?key)?"
    r"|(?:api|access|auth|private|encryption|signing|client|account|session|storage)"
    r"[_\- ]?(?:key|token|secret)|token|credentials?|authorization))"
    r"(?:[_\-]?[A-Za-z0-9]{0,12})?[\"'`\])]{0,2}\s{0,2}(?:(?:is|to|jest|是|为|est|es|ist)\s{0,2})?\Z",
    re.IGNORECASE,
)
# A first look, cheap: whether such a word can be there.
_HINT = re.compile(r"(?:ass|pwd|mdp|se[cn]|tok|[a-z0-9][_\- ]?key|cred|auth|has[łl]|woord|парол|密|口|パ|비)")
_LONGEST_NAME = 40
# Names of one text.
_MOST_REMEMBERED = 1024
_NO_LETTERS = "0123456789:;.,=/@#%&*+!? "
ASSIGNED = re.compile(r"[=:]")
_JUDGED = 200  # characters of a value by which it is judged
_BARE = r"[^\s\"'`,;<>()\[\]{}\u2e80-\uffef]"
_VALUE = re.compile(
    r"[=:>]{0,2}\s{0,3}(?:(?:Bearer|Basic|Token)\s{1,2})?"
    rf"(?:\"(?P<double>[^\"\n]{{4,{_JUDGED}}})|'(?P<single>[^'\n]{{4,{_JUDGED}}})|(?P<bare>{_BARE}{{4,{_JUDGED}}}))"
)
# How it goes on: to the quote or the line's end, and from the longest on to the end of a word.
_REST = {
    "double": re.compile(rf"[^\"\n]{{0,{_LONGEST}}}[^\"\s\u2e80-\uffef]*"),
    "single": re.compile(rf"[^'\n]{{0,{_LONGEST}}}[^'\s\u2e80-\uffef]*"),
    "bare": re.compile(f"{_BARE}*"),
}
_QUOTES = {"double": '"', "single": "'"}
_FIRST = re.compile(rf"{_BARE}+(?!\()")
BEARER = re.compile(r"[Bb]earer\s{1,2}(?P<token>[A-Za-z0-9_\-.~+/]{20,}={0,2})")
_EMPTY = re.compile(
    r"(?:\$\{?|%\(|\{\{|<|os\.|env[.:(\[]|process\.|getenv|config|settings|self\.|null|none|nil|undefined|true|false|x{3,}|"
    r"\*{3,}|\.{3}|your|example|changeme|placeholder|redacted|str\b|string|int\b|bool|optional|required|file:|input\()",
    re.IGNORECASE,
)
_START = itemgetter(0)
_SCORE_KNOWN, _SCORE_NAMED = 80, 44
_LEAST_BITS = 3.0
# Of fewer kinds of characters none has so many bits.
_FEWEST_KINDS = 8
_ENOUGH = 12


def entropy(value: str) -> float:
    """Bits for each character, from how often each occurs."""
    kinds = len(set(value))
    if kinds < _FEWEST_KINDS:
        return math.log2(kinds)  # at most, and cheaper
    return -sum(count / len(value) * math.log2(count / len(value)) for count in Counter(value).values())


def secrets(text: str) -> Iterator[Candidate]:
    """Every secret in a text, which need not be folded."""
    words = list(_long(text))
    together = " ".join([text[begin:end] for begin, end in words])
    if _ANY_KNOWN.search(together) or hinted(together):
        for begin, end in words:
            yield from _issued(text, begin, end)
    if "-----BEGIN" in text:
        yield from _blocks(text)
    if "earer" in text:
        for found in BEARER.finditer(text):
            if any(each.isdigit() for each in found["token"]):
                yield _named("bearer", text, *found.span("token"))
    yield from _assignments(text)


def _long(text: str) -> Iterator[tuple[int, int]]:
    """Words that are long enough to hold what has a form; cheaper than dividing the text into all of them."""
    filled = text.encode("ascii", "replace").translate(_FILLED)
    begin = filled.find(_FEWEST)
    while begin >= 0:
        end = filled.find(b" ", begin)
        end = end if end >= 0 else len(filled)
        yield begin, end
        begin = filled.find(_FEWEST, end)


def _issued(text: str, begin: int, end: int) -> Iterator[Candidate]:
    """What has an issuer's form in a word, by itself or glued to something; what overlaps is one."""
    places: list[tuple[int, int, str | None]] = []
    for found in _ANY_KNOWN.finditer(text, begin, end):
        start, stop = found.span()
        if stop - start >= _SHORTEST:
            named = _KNOWN.match(text, start, end)
            places.append((start, stop, named and named.lastgroup))
    places += (each for each in within(text, begin, end) if each[1] - each[0] >= _SHORTEST)
    places.sort(key=_START)
    joined = places[:1]
    for start, stop, name in places[1:]:
        first, last, said = joined[-1]
        if start < last:
            joined[-1] = first, max(stop, last), said
        else:
            joined.append((start, stop, name))
    for start, stop, name in joined:
        yield Candidate(_SCORE_KNOWN, start, stop, "secret", f"secret.{name}", text[start:stop])


def _blocks(text: str) -> Iterator[Candidate]:
    floor = 0
    for begin in PEM.finditer(text):
        if begin.start() < floor:
            continue
        floor, _ = block(text, begin.end())
        value = text[begin.start() : floor]
        yield Candidate(_SCORE_KNOWN, begin.start(), floor, "secret", "secret.private_key", value)


def block(text: str, at: int) -> tuple[int, bool]:
    """Where a private key ends that begins before a place, and whether its last line says so."""
    last = at + _LONGEST
    if end := PEM_END.search(text, at, last):
        return end.end(), True
    body = _BODY.match(text, last) if last < len(text) else None
    return (body.end() if body else len(text)), False


class Value(NamedTuple):
    """What may be the value of a name: its beginning, by which it is judged, and how it was quoted."""

    said: str
    start: int
    form: str  # double, single or bare

    def end(self, text: str) -> int:
        """Where it ends in its text, however long it is."""
        after = self.start + len(self.said)
        if self.form == "bare" and len(self.said) < _JUDGED:
            return after
        rest = _REST[self.form].match(text, self.start)
        return rest.end() if rest else after

    def passes(self, unsure: bool) -> bool:
        """Whether a value that begins so is a secret."""
        said, quoted = self.said, self.form != "bare"
        if _EMPTY.match(said):
            return False
        # A word after "password:" in prose is no password.
        if not (unsure and quoted) and not _mixed(said):
            return False
        return unsure or (len(said) >= _ENOUGH and " " not in said and entropy(said) >= _LEAST_BITS)

    def open(self, text: str, end: int) -> bool:
        """Whether a quote is missing where the value's line or the text ends."""
        return self.form in _QUOTES and (end == len(text) or text[end] == "\n")


def value(text: str, at: int) -> Value | None:
    """What is assigned behind a sign that ends at a place."""
    found = _VALUE.match(text, at)
    if found is None:
        return None
    form = found.lastgroup or "bare"
    return Value(found[form], found.start(form), form)


def _assignments(text: str) -> Iterator[Candidate]:
    floor = 0
    # What was said of a name: programs assign the same ones again and again.
    names: dict[str, bool | None] = {}
    # Most texts have few signs, and one character is found faster than either of the two.
    at, signs = -1, text.replace("=", ":")
    while (at := signs.find(":", at + 1)) >= 0:
        if at < floor:
            continue
        # One character more says whether the first is in the middle of a word.
        name = text[max(0, at - _LONGEST_NAME - 1) : at]
        try:
            unsure = names[name]
        except KeyError:
            if len(names) >= _MOST_REMEMBERED:
                names.clear()
            unsure = names[name] = weak(name)
        if unsure is None:
            continue
        it = value(text, at + 1)
        if it is None or not it.passes(unsure):
            continue
        end = it.end(text)
        # A quote that nothing closes may be one that ends a text: what follows must begin as values do.
        if it.open(text, end) and not (it.said[0].isalnum() and _FIRST.match(it.said)):
            continue
        floor = end + (it.form in _QUOTES)
        yield _named("assigned", text, it.start, end)


def _named(rule: str, text: str, start: int, end: int) -> Candidate:
    """A value that its name gives away; in a long one, what looks like something else is a part of it."""
    score = _SCORE_KNOWN if end - start > _JUDGED else _SCORE_NAMED
    return Candidate(score, start, end, "secret", f"secret.{rule}", text[start:end])


def weak(before: str) -> bool | None:
    """Whether the name before a sign is one that people write in prose, too; None is no name of a secret."""
    name = before[-_LONGEST_NAME:]
    short = name.rstrip(" \"'`])").lower()
    # A name ends in a letter, or in few digits after one.
    if not short[-3:].strip(_NO_LETTERS) or not _HINT.search(short):
        return None
    found = NAMED.search(before, len(before) - len(name))
    return None if found is None else found["weak"] is not None


def _mixed(said: str) -> bool:
    """Whether a value has more than letters."""
    return any(not each.isalnum() for each in said[:-1]) or any(each.isdigit() for each in said)
