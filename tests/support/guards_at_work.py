"""Three guardrails of the kinds that there are: one seals, one blocks, one asks a model."""

import re
from collections.abc import Iterable
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

from interlock import Request, Verdict, hookimpl
from interlock.protocols import GuardCall, Release, ReleaseCall

_path = Path(__file__).parents[1] / "third_party" / "accounts" / "interlock_accounts.py"
_spec = spec_from_file_location("interlock_accounts_at_work", _path)
assert _spec is not None
assert _spec.loader is not None
_published: Any = module_from_spec(_spec)
_spec.loader.exec_module(_published)
ACCOUNT: re.Pattern[str] = _published.ACCOUNT


class Offered:
    """A plugin that offers itself."""

    api = 1

    @hookimpl
    def interlock_guardrails(self) -> Iterable[Any]:
        return [self]


class Accounts(Offered, _published.Accounts):  # type: ignore[misc, name-defined]  # a module without types
    """The one of the page for authors of plugins."""


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
