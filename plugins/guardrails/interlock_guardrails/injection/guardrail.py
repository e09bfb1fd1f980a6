"""The guardrail: flags, fences or stops texts that seem to give the model orders."""

from collections.abc import Awaitable, Generator, Iterable, Iterator, Sequence
from typing import Final, NamedTuple

from interlock import Verdict
from interlock.http import at_once, in_turns
from interlock.protocols import API, GuardCall
from interlock.types.passages import Passage
from interlock_guardrails.injection.neutralising import INSTRUCTIONS, Fence
from interlock_guardrails.injection.options import InjectionAction, InjectionOptions
from interlock_guardrails.injection.scoring import NOTHING, Score, scored

__all__ = ["Injection"]

_WHOLE: Final = 8_000  # characters that are scored as one text
_SLICE, _OVERLAP = 4_000, 700  # and of a longer one, and how many of them again with the next
_AT_ONCE: Final = 16_000  # characters that are looked into without a break
_SHORTEST: Final = 12  # characters of an order
_FENCED: Final = 20  # characters of a value in JSON that is more than a name
_WORDS = {
    "tool_result": "what a tool gave back",
    "documents": "a document",
    "request": "the request",
}


class _Found(NamedTuple):
    passages: Sequence[Passage]
    score: Score
    place: str
    action: InjectionAction


class Injection:
    """Works by its options; as the plugin offers it, by their defaults."""

    api = API
    name = "injection"
    listed = True
    options = InjectionOptions
    timeout = 10.0  # for texts that are scored a slice at a time

    def __init__(self, options: InjectionOptions | None = None) -> None:
        self._options = options = options or InjectionOptions()
        told: dict[str, InjectionAction] = {
            "tool_result": options.tool_result,
            "documents": options.documents,
            "request": options.request,
        }
        self._actions = {place: action for place, action in told.items() if action != "ignore"}
        self.phases: frozenset[str] = frozenset(
            "tool_result" if place == "tool_result" else "request" for place in self._actions
        )
        self.rewrites = "rewrite" in self._actions.values()
        self._fence = Fence()

    def configured(self, options: InjectionOptions) -> "Injection":
        return Injection(options)

    def inspect(self, call: GuardCall) -> Verdict | Awaitable[Verdict]:
        work = self._inspected(call)
        large = sum(len(each.text) for each in call.passages) > _AT_ONCE
        return in_turns(work) if large else at_once(work)

    def _inspected(self, call: GuardCall) -> Generator[None, None, Verdict]:
        found: list[_Found] = []
        for passages in _results(call.passages):
            place = _place(passages[0])
            action = self._actions.get(place)
            if action is None:
                continue
            found += yield from self._over(passages, place, action)
        if not found:
            return Verdict(kept=call.kept)
        return self._verdict(found)

    def _over(
        self, passages: Sequence[Passage], place: str, action: InjectionAction
    ) -> Generator[None, None, list[_Found]]:
        """What reaches the threshold: single texts, or else all of one result together."""
        found = []
        for each in passages:
            score = yield from self._scored(each.text)
            if score.value >= self._options.threshold:
                found.append(_Found((each,), score, place, action))
        if found or len(passages) == 1:
            return found
        score = yield from self._scored("\n".join(each.text for each in passages))
        return [_Found(passages, score, place, action)] if score.value >= self._options.threshold else []

    def _scored(self, text: str) -> Generator[None, None, Score]:
        best = NOTHING
        if len(text) < _SHORTEST:
            return best
        for piece in _slices(text):
            score = scored(piece, without=self._options.without, quoted_counts=self._options.quoted == "full")
            best = max(best, score, key=lambda each: each.value)
            yield
        return best

    def _verdict(self, found: Sequence[_Found]) -> Verdict:
        for action in ("block", "ask"):
            if stopping := [each for each in found if each.action == action]:
                return _told(action, max(stopping, key=lambda each: each.score.value))
        rewriting = [each for each in found if each.action == "rewrite"]
        if not rewriting:
            return _told("flag", max(found, key=lambda each: each.score.value))
        texts: dict[str, str] = {}
        for each in rewriting:
            fenced = [it for it in each.passages if it.rewritable and _holds_words(it, each)]
            if not fenced:
                return _told("block", each)
            texts |= {it.where: self._fence.around(it.text) for it in fenced}
        told = _told("flag", max(rewriting, key=lambda each: each.score.value))
        return Verdict(
            action="rewrite",
            category=told.category,
            score=told.score,
            reason=told.reason,
            texts=texts,
            instructions=INSTRUCTIONS,
        )


def _holds_words(passage: Passage, found: _Found) -> bool:
    """Whether it is fenced: of several values together, those that are more than a name or a number."""
    return len(found.passages) == 1 or (len(passage.text) >= _FENCED and " " in passage.text)


def _told(action: str, found: _Found) -> Verdict:
    families = ", ".join(found.score.families)
    return Verdict(
        action=action,  # type: ignore[arg-type]  # one of them
        category=f"injection.{found.score.families[0]}",
        score=found.score.value,
        reason=f"{_WORDS[found.place]} seems to give the model orders ({families})",
        where=found.passages[0].where,
    )


def _place(passage: Passage) -> str:
    if passage.phase == "tool_result":
        return "tool_result"
    return "documents" if passage.where.endswith(".data") else "request"


def _results(passages: Iterable[Passage]) -> Iterator[Sequence[Passage]]:
    """Texts that were given together: the values of one result in JSON are one."""
    together: list[Passage] = []
    for each in passages:
        if together and _root(each) != _root(together[0]):
            yield together
            together = []
        together.append(each)
    if together:
        yield together


def _root(passage: Passage) -> str:
    root, json, _ = passage.where.partition(".json[")
    return root if json else passage.where


def _slices(text: str) -> Iterator[str]:
    if len(text) <= _WHOLE:
        yield text
        return
    for start in range(0, len(text) - _OVERLAP, _SLICE - _OVERLAP):
        yield text[start : start + _SLICE]
