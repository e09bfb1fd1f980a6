"""The guardrail: stops or notes what speaks of a denied topic, or of no allowed one."""

from collections.abc import Sequence

from interlock import Request, Verdict
from interlock.protocols import API, GuardCall, Release, ReleaseCall
from interlock_guardrails.topics.matching import Lexicon, patterns_of
from interlock_guardrails.topics.options import TopicsOptions

__all__ = ["StreamingTopics", "Topics"]


class Topics:
    """Works by its options. As the plugin offers it, everything may be talked of."""

    api = API
    name = "topics"
    listed = True
    options = TopicsOptions

    def __init__(
        self,
        options: TopicsOptions | None = None,
        denied: Lexicon | None = None,
        allowed: Lexicon | None = None,
    ) -> None:
        self._options, self._denied, self._allowed = options, denied, allowed
        self.phases: frozenset[str] = frozenset(options.phases if options else ("request", "answer"))

    def configured(self, options: TopicsOptions) -> "Topics":
        """Raises ConfigError for patterns that are none, or cannot be used here."""
        made: list[Lexicon | None] = []
        for key, topics in (("denied", options.denied_topics), ("allowed", options.allowed_topics)):
            patterns = patterns_of(topics, key)
            made.append(Lexicon(topics, patterns) if topics else None)
        # A pattern may match as much as it likes, and what is allowed may come up late: then nobody can say
        # before its end what of an answer may leave.
        whole = bool(options.allowed) or any(topic.patterns for topic in options.denied_topics.values())
        return (Topics if whole else StreamingTopics)(options, *made)

    def inspect(self, call: GuardCall) -> Verdict:
        if self._options is None:
            return Verdict()
        if call.answer is None:
            return self._judged(_said(call.request, self._options.counted), _said(call.request, "all"))
        if call.answer.finish_reason == "refusal":
            return Verdict()
        verdict = self._judged(call.answer.text, None if call.answer.tool_calls else call.answer.text)
        return verdict if verdict.action != "pass" else self._judged(call.answer.reasoning, None)

    def _judged(self, denied: str, allowed: str | None) -> Verdict:
        if self._denied is not None and (found := self._denied.topics(denied)):
            return self._verdict(found)
        if self._allowed is not None and allowed is not None and not self._allowed.topics(allowed):
            return self._verdict(())
        return Verdict()

    def _verdict(self, topics: Sequence[str]) -> Verdict:
        return Verdict(
            action=self._options.action if self._options else "block",
            category=f"topic.{topics[0]}" if topics else "off_topic",
            score=1.0,
            reason=f"the topic {topics[0]} is denied" if topics else "no topic that is allowed comes up",
        )


class StreamingTopics(Topics):
    """Where only words are denied, an answer may leave but for its last ones."""

    def release(self, call: ReleaseCall) -> Release:
        stops = self._options is not None and self._options.action != "flag"
        if self._denied is None or not stops:
            return Release(upto=len(call.text))
        lexicon, text = self._denied, call.text
        if found := lexicon.topics(text if call.final else text[: lexicon.ended(text)]):
            return Release(upto=0, verdict=self._verdict(found))
        return Release(upto=len(text) if call.final else lexicon.settled(text))


def _said(request: Request, counted: str) -> str:
    texts = [each.text for each in request.messages if each.role == "user"]
    return "\n".join(texts) if counted == "all" else (texts[-1] if texts else "")
