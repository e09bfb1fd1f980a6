"""The guardrail: what is found by the rules of interlock-privacy is masked, or ends the call."""

from collections.abc import Awaitable, Callable, Generator, Iterable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Final, NamedTuple

from interlock import Verdict
from interlock.http import at_once, in_turns
from interlock.protocols import API, GuardCall, Release, ReleaseCall
from interlock.types.findings import Finding
from interlock_guardrails.secrets.options import SecretsAction, SecretsOptions
from interlock_guardrails.spoken import Spoken, spoken

if TYPE_CHECKING:
    from interlock_privacy.detection import Secrets as Detection

__all__ = ["MASK", "Secrets"]

MASK: Final = "[SECRET]"
_PLAIN: Final = (".id", ".name", ".url")  # places that take letters, digits and few signs
_AT_ONCE: Final = 16_000  # characters that are looked into without a break
_SLICE: Final = 16_000
_SURE, _LIKELY = 1.0, 0.7
_GUESSED: Final = frozenset({"secret.assigned", "secret.bearer"})
"""Rules that go by the name before a value, not by a form that an issuer gives it."""


class _Found(NamedTuple):
    said: Spoken
    findings: list[Finding]
    action: SecretsAction


class Secrets:
    """Works by its options; as the plugin offers it, by their defaults.

    What is masked leaves, or is handed over, as `[SECRET]`, and is never put back. In a place that a program
    reads, or as a name or an id, it is SECRET_1, and where nothing else may stand the call ends.
    """

    api = API
    name = "secrets"
    listed = True
    options = SecretsOptions
    timeout = 10.0  # for texts that are looked into a slice at a time

    def __init__(self, options: SecretsOptions | None = None) -> None:
        self._actions = (options or SecretsOptions()).actions
        self.phases: frozenset[str] = frozenset(self._actions)
        self.rewrites = "mask" in self._actions.values()

    def configured(self, options: SecretsOptions) -> "Secrets":
        made = Secrets(options)
        made._detection  # noqa: B018 - made now, so that no call waits for it
        return made

    def inspect(self, call: GuardCall) -> Verdict | Awaitable[Verdict]:
        work = self._inspected(call)
        large = sum(len(each.text) for each in call.passages) > _AT_ONCE
        return in_turns(work) if large else at_once(work)

    def release(self, call: ReleaseCall) -> Release:
        action = self._actions.get("answer", "ignore")
        if action not in ("block", "mask"):
            return Release(upto=len(call.text))
        upto = len(call.text) if call.final else self._detection.settled(call.text, call.carried or 0)
        held = len(call.text) - upto
        if upto == 0:
            return Release(upto=0, carried=held)
        found = self._detection.find(call.text[:upto])
        if found and action == "block":
            return Release(upto=0, verdict=_verdict("block", found))
        return Release(upto=upto, text=_masked(call.text[:upto], found) if found else None, carried=held)

    # Patterns take a while to make, which who has the plugin and does not use it need not wait for.
    @cached_property
    def _detection(self) -> "Detection":
        from interlock_privacy.detection import Secrets as Detection  # noqa: PLC0415 - as said above

        return Detection()

    def _inspected(self, call: GuardCall) -> Generator[None, None, Verdict]:
        found: list[_Found] = []
        for said in spoken(call):
            several = yield from self._find(said.text)
            found += [_Found(said, several, self._actions[said.phase])] if several else []
        if not found:
            return Verdict(kept=call.kept)
        for said, findings, action in found:
            if action == "block":
                return _verdict("block", findings, said, why=f"a secret stands in {said.where}")
            if action == "mask" and not said.rewritable:
                why = f"a secret stands in {said.where}, where nothing else may stand"
                return _verdict("block", findings, said, why=why)
        masked = [each for each in found if each.action == "mask"]
        every = [it for each in masked or found for it in each.findings]
        if not masked:
            return _verdict("flag", every, found[0].said)
        name = _naming()
        texts: dict[str, str] = {}
        for said, findings, _ in masked:
            plain = said.where.endswith(_PLAIN)
            texts |= said.divided([(it.start, it.end, name(it.value) if plain else MASK) for it in findings])
        told = _verdict("rewrite", every)
        return Verdict(action="rewrite", category=told.category, score=told.score, texts=texts)

    def _find(self, text: str) -> Generator[None, None, list[Finding]]:
        """What is found in the whole, a slice at a time."""
        found: list[Finding] = []
        start, size = 0, _SLICE
        while len(text) - start > size:
            piece = text[start : start + size]
            upto = self._detection.settled(piece)
            if upto == 0:
                size *= 2
                continue
            found += _moved(self._detection.find(piece[:upto]), start)
            start, size = start + upto, _SLICE
            yield
        found += _moved(self._detection.find(text[start:]), start)
        return found


def _verdict(
    action: str, findings: Sequence[Finding], said: Spoken | None = None, *, why: str = ""
) -> Verdict:
    rules = {each.rule for each in findings}
    return Verdict(
        action=action,  # type: ignore[arg-type]  # one of them
        category=rules.pop() if len(rules) == 1 else "secret",
        score=_LIKELY if all(each.rule in _GUESSED for each in findings) else _SURE,
        reason=why,
        where=None if said is None else said.where,
    )


def _moved(findings: Iterable[Finding], offset: int) -> list[Finding]:
    return [
        Finding(
            kind=each.kind,
            rule=each.rule,
            start=each.start + offset,
            end=each.end + offset,
            value=each.value,
        )
        for each in findings
    ]


def _masked(text: str, findings: Iterable[Finding]) -> str:
    made: list[str] = []
    end = 0
    for each in findings:
        made += (text[end : each.start], MASK)
        end = each.end
    return "".join([*made, text[end:]])


def _naming() -> Callable[[str], str]:
    """Numbers the values of one call: the same one has the same name, as ids that belong together must."""
    names: dict[str, str] = {}
    return lambda value: names.setdefault(value, f"SECRET_{len(names) + 1}")
