"""Conversations full of values, and a model that writes their tokens in its own way."""

import json
import random
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from interlock import Answer, Message, Request, Text, ToolCall, ToolResult, Verdict
from interlock.engine.guarding.restoring import restored
from interlock.protocols import GuardCall, RestoreCall
from interlock.requests.instructions import instructed
from interlock.requests.passages import passages, rewritten
from interlock.testing.guarded import let_go
from interlock.types.findings import Finding
from interlock_privacy import Privacy

TOKEN = re.compile(r"<[A-Z_]+_[a-z2-7]{8}>")
FIRST = (
    "ada",
    "grace",
    "łucja",
    "jürgen",
    "小明",
    "o'neil",
    'say "hi"',
    "back\\slash",
    "two\nlines",
    "a<b>c",
)
WORDS = (
    "It",
    "rained",
    "all",
    "day",
    "and",
    "the",
    "email",
    "was",
    "due",
    "to",
    "national",
    "press",
    "<",
    "a",
)
Write = Callable[[str, str, random.Random], tuple[str, str]]
"""A token and its value, to what the model writes and what is meant by it."""


def _around(before: str, after: str) -> Write:
    return lambda token, value, _: (before + token + after, before + value + after)


def _as(form: Callable[[str], str], meant: str = "{}") -> Write:
    return lambda token, value, _: (form(token), meant.replace("{}", value))


def _one_of(*ways: Write) -> Write:
    return lambda token, value, rnd: rnd.choice(ways)(token, value, rnd)


def _wide(token: str) -> str:
    return "".join(chr(ord(sign) + 0xFEE0) for sign in token)


def _broken(token: str, rnd: random.Random) -> str:
    at = rnd.choice((token.rindex("_") + 1, len(token) - rnd.randint(2, 7)))
    hyphen = rnd.choice(("", "-")) if token[at - 1] != "_" else ""
    return f"{token[:at]}{hyphen}\n{rnd.choice(('', '  '))}{token[at:]}"


def _ended(ending: str) -> Write:
    return _one_of(_around("", ending), _as(lambda token: token.strip("<>") + ending, "{}" + ending))


MANGLINGS: Mapping[str, Write] = {
    "case": _one_of(_as(str.lower), _as(str.upper), _as(str.title)),
    "emphasis": _one_of(
        _around("**", "**"),
        _around("_", "_"),
        _as(lambda token: f"<**{token[1:-1]}**>"),
        _as(lambda token: token.replace("_", "\\_")),
    ),
    "backticks": _one_of(_around("`", "`"), _as(lambda token: f"<`{token[1:-1]}`>")),
    "links": _one_of(
        _around("[", "](https://example.com)"),
        _as(lambda token: f"[mail](mailto:{token[1:-1]})", "[mail](mailto:{})"),
        _as(lambda token: f"?to=%3C{token[1:-1]}%3E", "?to={}"),
    ),
    "HTML entities": _one_of(
        _as(lambda token: f"&lt;{token[1:-1]}&gt;"), _as(lambda token: f"&#60;{token[1:-1]}&#62;")
    ),
    "JSON escapes": _one_of(
        _as(lambda token: f"\\u003c{token[1:-1]}\\u003e"), _as(lambda token: f"\\u003C{token[1:-1]}\\u003E")
    ),
    "missing brackets": _one_of(
        _as(lambda token: token[1:-1]),
        _as(lambda token: token[:-1]),
        _as(lambda token: f"[{token[1:-1]}]", "[{}]"),
    ),
    "spaces": _one_of(_as(lambda token: token.replace("_", " ")), _as(lambda token: token.replace("_", "-"))),
    "full width": _as(_wide),
    "endings": _one_of(*map(_ended, ("'s", "’s", "owi", "-em", "ą", "lar"))),
    "quotes": _one_of(_around('"', '"'), _around("'", "'"), _around("„", "”"), _around("«", "»")),
    "line breaks": lambda token, value, rnd: (_broken(token, rnd), value),
}
EXACT: Write = _around("", "")


class Planted:
    """Finds the values that it was told of, and no others."""

    def __init__(self, values: Mapping[str, str]) -> None:
        self._kinds, self.kinds = values, frozenset(values.values())
        self._any = re.compile("|".join(map(re.escape, sorted(values, key=len, reverse=True))) or "(?!)")

    def find(self, text: str) -> Sequence[Finding]:
        return [
            Finding(
                kind=self._kinds[at[0]], rule="planted", start=at.start(), end=at.end(), value=at[0].lower()
            )
            for at in self._any.finditer(text)
        ]


def values(rnd: random.Random, count: int = 6) -> dict[str, str]:
    """Values of every make, each with its kind."""
    found = {}
    for _ in range(count):
        number = "".join(rnd.choices("0123456789", k=16))
        kind, value = rnd.choice(
            (
                ("email", f"{rnd.choice(FIRST)}{number[:4]}@example.com"),
                ("card", " ".join(number[at : at + 4] for at in range(0, 16, 4))),
                ("national_id", f"{number[:6]}-{number[6:10]}"),
            )
        )
        found[value] = kind
    return found


@dataclass
class Conversation:
    """A session of some turns. `told` counts the tokens that came back as what is meant, of `asked`."""

    rnd: random.Random
    write: Write = EXACT
    history: list[Message] = field(default_factory=list)
    asked: int = 0
    told: int = 0
    reported: int = 0

    def __post_init__(self) -> None:
        self.values = values(self.rnd)
        self.privacy = Privacy(finder=Planted(self.values))
        self.tokens: dict[str, str] = {}
        self.run = f"run-{self.rnd.random()}"

    def turn(self) -> None:
        """One turn: a question, a call and its result perhaps, and the answer to both."""
        rnd = self.rnd
        self.history.append(Message("user", self._prose(rnd.choices(list(self.values), k=3))))
        if rnd.random() < 0.5:
            value = rnd.choice(list(self.values))
            call = ToolCall(
                id=f"c{len(self.history)}", name="look", arguments={"of": value, "n": [{value: 1}]}
            )
            result = ToolResult(id=call.id, content=json.dumps({"found": [value]}))
            self.history += [Message("assistant", (call,)), Message("tool", (result,))]
        request = Request(tuple(self.history), run=self.run)
        sealed, verdict = self._sealed(request)
        self._check_sealed(sealed)
        self.history.append(Message("assistant", self._answered(sealed, verdict)))

    def _prose(self, said: Sequence[str]) -> str:
        return " ".join(f"{' '.join(self.rnd.choices(WORDS, k=3))} {each}," for each in said)

    def _sealed(self, request: Request) -> tuple[Request, Verdict]:
        verdict: Any = self.privacy.inspect(GuardCall(passages=passages(request), request=request))
        sealed = rewritten(request, verdict.texts)
        return instructed(sealed, verdict.instructions), verdict

    def _check_sealed(self, sealed: Request) -> None:
        text = "\n".join(each.text for each in passages(sealed))
        assert not [value for value in self.values if value in text]

    def _answered(self, sealed: Request, verdict: Verdict) -> str:
        """What the caller is given, checked plain, streamed and as the arguments of a call."""
        rnd, spelled = self.rnd, verdict.kept.spelled
        text = "\n".join(each.text for each in passages(sealed))
        written, meant, count = [], [], 0
        for token in rnd.choices(TOKEN.findall(text), k=rnd.randint(1, 4)):
            value = spelled[token[-9:-1]]
            assert self.tokens.setdefault(token, value) == value  # of this session, for good
            said, due = self.write(token, value, rnd)
            words = " ".join(rnd.choices(WORDS, k=3))
            written.append(f"{words} {said} ")
            meant.append(f"{words} {due} ")
            count += 1
        self.asked += count
        plain = [self.privacy.restore(RestoreCall(text=each, kept=verdict.kept)) for each in written]
        self.told += sum(one == other for one, other in zip(plain, meant, strict=True))
        whole = self.privacy.restore(RestoreCall(text="".join(written), kept=verdict.kept))
        for size in (1, 3, 7):
            assert let_go(self.privacy, list(cut("".join(written), size)), verdict.kept) == whole
        self._check_arguments(written, whole, verdict)
        answer = Answer(parts=(Text("".join(written)),), finish_reason="stop")
        looked: Any = self.privacy.inspect(
            GuardCall(passages=passages(answer), request=sealed, answer=answer, kept=verdict.kept)
        )
        self.reported += int((looked.category or ":0").rpartition(":")[2])
        return whole

    def _check_arguments(self, written: Sequence[str], whole: str, verdict: Verdict) -> None:
        arguments = json.loads(json.dumps({"text": "".join(written)}))
        answer = Answer(
            parts=(ToolCall(id="c", name="look", arguments=arguments),), finish_reason="tool_calls"
        )
        given = restored(answer, lambda text: self.privacy.restore(RestoreCall(text=text, kept=verdict.kept)))
        assert given.tool_calls[0].arguments == {"text": whole}


def cut(text: str, size: int) -> Iterator[str]:
    return (text[at : at + size] for at in range(0, len(text), size))
