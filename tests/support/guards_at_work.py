"""Three guardrails of the kinds that there are: one seals, one blocks, one asks a model."""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from interlock import Request, Verdict, hookimpl
from interlock.protocols import GuardCall, Release, ReleaseCall, RestoreCall

ACCOUNT = re.compile(r"ACC-\d{6}")
_TOKEN = re.compile(r"<ACCOUNT_\d+>")
_BEGUN = re.compile(r"<(?:A(?:C(?:C(?:O(?:U(?:N(?:T(?:_\d{0,9})?)?)?)?)?)?)?)?\Z")


class Offered:
    """A plugin that offers itself."""

    api = 1

    @hookimpl
    def interlock_guardrails(self) -> Iterable[Any]:
        return [self]


class Accounts(Offered):
    """Writes `<ACCOUNT_1>` for an account's number, and the number for that. A stream waits for nothing but
    what may still become such a word.
    """

    name = "accounts"
    phases = frozenset({"request", "tool_result"})
    rewrites = True

    def inspect(self, call: GuardCall) -> Verdict:
        kept: dict[str, str] = dict(call.kept or {})
        taken = {token for each in call.passages for token in _TOKEN.findall(each.text)}
        tokens = {number: token for token, number in kept.items()}
        fresh = (token for token in _tokens() if token not in taken and token not in kept)

        def seal(found: re.Match[str]) -> str:
            if found[0] not in tokens:
                tokens[found[0]] = next(fresh)
                kept[tokens[found[0]]] = found[0]
            return tokens[found[0]]

        texts = {each.where: ACCOUNT.sub(seal, each.text) for each in call.passages}
        return Verdict(action="rewrite", category="account", texts=texts, kept=kept)

    def restore(self, call: RestoreCall) -> str:
        return _TOKEN.sub(lambda found: call.kept.get(found[0], found[0]), call.text)

    def release(self, call: ReleaseCall) -> Release:
        begun = None if call.final else _BEGUN.search(call.text)
        upto = begun.start() if begun else len(call.text)
        kept: Any = call.kept or {}
        return Release(upto=upto, text=self.restore(RestoreCall(text=call.text[:upto], kept=kept)))


def _tokens() -> Iterator[str]:
    number = 0
    while True:
        number += 1
        yield f"<ACCOUNT_{number}>"


class Forbids(Offered):
    """Blocks a word wherever it stands."""

    name = "forbids"
    phases = frozenset({"request", "tool_result", "answer", "tool_arguments"})

    def __init__(self, word: str = "Heron") -> None:
        self._word = word

    def inspect(self, call: GuardCall) -> Verdict:
        for passage in call.passages:
            if self._word in passage.text:
                return self._blocked(passage.where)
        return Verdict()

    def release(self, call: ReleaseCall) -> Release:
        if self._word in call.text:
            return Release(upto=0, verdict=self._blocked(None))
        held = 0 if call.final else min(len(self._word) - 1, len(call.text))
        return Release(upto=len(call.text) - held)

    def _blocked(self, where: str | None) -> Verdict:
        return Verdict(action="block", category="secret", score=1, reason="it names a secret", where=where)


class Judges(Offered):
    """Asks a model whether what leaves is fit to leave, and does as it says: yes, no, or perhaps."""

    name = "judges"
    phases = frozenset({"request", "tool_result"})

    def __init__(self, *, timeout: float = 5.0, on_error: str = "block") -> None:
        self.timeout, self.on_error = timeout, on_error

    async def inspect(self, call: GuardCall) -> Verdict:
        assert call.ask is not None
        texts = "\n".join(each.text for each in call.passages)
        answer = await call.ask(Request(f"Judge this: {texts}"))
        said = answer.text.split(".", maxsplit=1)[0]
        action: Any = {"yes": "block", "perhaps": "ask", "hm": "flag"}.get(said, "pass")
        return Verdict(action=action, category="judged", reason="a model has judged it")
