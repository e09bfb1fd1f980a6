"""Keys, tokens and passwords: by the forms that their issuers give them, and by what a program calls them."""

import math
import re
from collections import Counter
from collections.abc import Iterator
from operator import itemgetter

from interlock_privacy.detection.candidate import Candidate
from interlock_privacy.detection.within import ADDRESS, hinted, within

__all__ = [
    "ASSIGNED",
    "BEARER",
    "FORMS",
    "LONGEST_PEM",
    "NAMED",
    "PEM",
    "PEM_END",
    "VALUE",
    "secrets",
]

# Who issues it, and its form. Each begins with characters that hardly stand in a text otherwise.
FORMS = (
    ("aws", r"(?:AKIA|ASIA|ABIA|ACCA|AROA|AIDA)[A-Z0-9]{16}"),
    ("github", r"gh[pousr]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9_]{60,}"),
    ("gitlab", r"gl(?:pat|ptt|dt|rt|cbt|ft|soat|agent|imt)-[A-Za-z0-9_\-]{20,64}"),
    ("slack", r"xox[abeoprs]-[A-Za-z0-9\-]{10,}|xapp-[0-9]-[A-Za-z0-9\-]{20,200}"),
    ("slack_hook", r"https://hooks\.slack\.com/services/[A-Za-z0-9/]{20,90}"),
    ("stripe", r"(?:sk|rk|pk)_(?:live|test)_[A-Za-z0-9]{10,}|whsec_[A-Za-z0-9+/=]{20,90}"),
    ("anthropic", r"sk-ant-[A-Za-z0-9_\-]{20,}"),
    ("openai", r"sk-(?:proj-|svcacct-|admin-|None-)?[A-Za-z0-9_\-]{20,}|sk-or-v1-[0-9a-f]{64}"),
    ("google", r"AIza[A-Za-z0-9_\-]{35}|GOCSPX-[A-Za-z0-9_\-]{28}|ya29\.[A-Za-z0-9_\-]{20,}"),
    ("twilio", r"(?:AC|SK)[0-9a-f]{32}"),
    ("sendgrid", r"SG\.[A-Za-z0-9_\-]{16,32}\.[A-Za-z0-9_\-]{16,64}"),
    ("npm", r"npm_[A-Za-z0-9]{36}"),
    ("pypi", r"pypi-[A-Za-z0-9_\-]{50,}"),
    ("huggingface", r"hf_[A-Za-z0-9]{30,40}"),
    ("digitalocean", r"do[opr]_v1_[0-9a-f]{64}"),
    ("shopify", r"shp(?:at|ca|pa|ss)_[0-9a-fA-F]{32}"),
    ("docker", r"dckr_(?:pat|oat)_[A-Za-z0-9_\-]{20,64}"),
    ("grafana", r"glsa_[A-Za-z0-9]{32}_[0-9a-f]{8}|glc_[A-Za-z0-9+/=]{32,}"),
    ("groq", r"gsk_[A-Za-z0-9]{40,64}"),
    ("xai", r"xai-[A-Za-z0-9]{60,100}"),
    ("perplexity", r"pplx-[A-Za-z0-9]{40,64}"),
    ("replicate", r"r8_[A-Za-z0-9]{37}"),
    ("linear", r"lin_api_[A-Za-z0-9]{40}"),
    ("figma", r"figd_[A-Za-z0-9_\-]{36,64}"),
    ("postman", r"PMAK-[0-9a-f]{24}-[0-9a-f]{34}"),
    ("newrelic", r"NR(?:AK|JS|II)-[A-Za-z0-9]{19,40}"),
    ("square", r"sq0[a-z]{3}-[A-Za-z0-9_\-]{22,50}|EAAA[A-Za-z0-9_\-]{60}"),
    ("mailgun", r"key-[0-9a-f]{32}"),
    ("mailchimp", r"[0-9a-f]{32}-us[0-9]{1,2}"),
    ("telegram", r"[0-9]{8,10}:AA[A-Za-z0-9_\-]{33}"),
    ("discord", r"[MNO][A-Za-z0-9_\-]{23,27}\.[A-Za-z0-9_\-]{6}\.[A-Za-z0-9_\-]{27,40}"),
    ("databricks", r"dapi[0-9a-f]{32}"),
    ("vault", r"hv[sbr]\.[A-Za-z0-9_\-]{20,}"),
    ("doppler", r"dp\.pt\.[A-Za-z0-9]{40,44}"),
    ("age", r"AGE-SECRET-KEY-1[A-Z0-9]{58}"),
    ("azure_storage", r"AccountKey=[A-Za-z0-9+/]{60,100}={0,2}"),
    ("jwt", r"eyJ[A-Za-z0-9_\-]{8,2000}\.eyJ[A-Za-z0-9_\-]{8,4000}\.[A-Za-z0-9_\-]{10,1000}"),
    ("connection", ADDRESS),
)
_KNOWN = re.compile("|".join(f"(?P<{name}>{form})(?![A-Za-z0-9])" for name, form in FORMS))
# The same without names: Python passes over an alternative by its first character, but not over a group.
_ANY_KNOWN = re.compile(
    r"(?<![A-Za-z0-9])(?=[A-Za-z0-9])(?:" + "|".join(form for _, form in FORMS) + r")(?![A-Za-z0-9])"
)
PEM = re.compile(r"-----BEGIN (?:[A-Z0-9]+ ){0,3}PRIVATE KEY(?: BLOCK)?-----")
PEM_END = re.compile(r"-----END (?:[A-Z0-9]+ ){0,3}PRIVATE KEY(?: BLOCK)?-----")
LONGEST_PEM = 16_384
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
VALUE = re.compile(
    r"[=:>]{0,2}\s{0,3}(?:(?:Bearer|Basic|Token)\s{1,2})?(?:\"(?P<double>[^\"\n]{4,200})\"|'(?P<single>[^'\n]{4,200})'|(?P<bare>[^\s\"'`,;<>()\[\]{}\u2e80-\uffef]{4,200}))"
)
BEARER = re.compile(r"[Bb]earer\s{1,2}(?P<token>[A-Za-z0-9_\-.~+/]{20,2000}={0,2})")
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
                yield Candidate(_SCORE_NAMED, *found.span("token"), "secret", "secret.bearer", found["token"])
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
        end = PEM_END.search(text, begin.end(), begin.end() + LONGEST_PEM)
        floor = end.end() if end else min(len(text), begin.end() + LONGEST_PEM)
        yield Candidate(
            _SCORE_KNOWN, begin.start(), floor, "secret", "secret.private_key", text[begin.start() : floor]
        )


def _assignments(text: str) -> Iterator[Candidate]:
    floor = 0
    # What was said of a name: programs assign the same ones again and again.
    weak: dict[str, bool | None] = {}
    for sign in ASSIGNED.finditer(text):
        at = sign.start()
        if at < floor:
            continue
        # One character more says whether the first is in the middle of a word.
        name = text[max(0, at - _LONGEST_NAME - 1) : at]
        try:
            unsure = weak[name]
        except KeyError:
            if len(weak) >= _MOST_REMEMBERED:
                weak.clear()
            unsure = weak[name] = _weak(name)
        if unsure is None:
            continue
        value = VALUE.match(text, at + 1)
        if value is None:
            continue
        quoted = value.lastgroup != "bare"
        group = value.lastgroup or "bare"
        said = value[group]
        if _EMPTY.match(said) or (not quoted and said.endswith("(")):
            continue
        # A word after "password:" in prose is no password.
        if not (unsure and quoted) and not _mixed(said):
            continue
        if not unsure and (len(said) < _ENOUGH or " " in said or entropy(said) < _LEAST_BITS):
            continue
        floor = value.end()
        yield Candidate(_SCORE_NAMED, *value.span(group), "secret", "secret.assigned", said)


def _weak(before: str) -> bool | None:
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
