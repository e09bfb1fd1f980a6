"""What the configuration says of topics."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from interlock import ConfigError

__all__ = ["Topic", "TopicsOptions"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """What speaks for a topic.

    Attributes:
        words: words and phrases, whatever their case; `elect*` is every word that begins like it.
        patterns: regular expressions in the syntax of RE2, which takes time that grows with the text alone.
    """

    words: tuple[str, ...] = ()
    patterns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicsOptions:
    """Topics by their names, each with its words, or with words and patterns.

    Raises:
        ConfigError: no topic, a topic of nothing, or one that is both denied and allowed.

    Attributes:
        denied: topics of which none may come up.
        allowed: topics of which one must come up, where any are named.
        phases: where to look: in what the user says (request), in an answer's text (answer).
        counted: what of a request counts for what is denied: the user's last message, or all of the user's.
            For what is allowed, all count, so that a short reply stays on the topic.
        action: block; flag, which goes on and is recorded; or ask, which leaves it to a person.
    """

    denied: dict[str, Topic | tuple[str, ...]] = field(default_factory=dict)
    allowed: dict[str, Topic | tuple[str, ...]] = field(default_factory=dict)
    phases: tuple[Literal["request", "answer"], ...] = ("request",)
    counted: Literal["last", "all"] = "last"
    action: Literal["block", "flag", "ask"] = "block"

    def __post_init__(self) -> None:
        if not (self.denied or self.allowed):
            raise ConfigError("names no topic; say denied: {politics: [election, parliament]}, for instance.")
        if not self.phases:
            raise ConfigError("names no phase; leave it out for request.", key="phases")
        for key, topics in (("denied", self.denied), ("allowed", self.allowed)):
            for name, topic in _each(topics).items():
                if not (topic.words or topic.patterns):
                    raise ConfigError("has neither words nor patterns.", key=f"{key}.{name}")
        for name in self.denied:
            if name in self.allowed:
                raise ConfigError("is denied and allowed.", key=f"allowed.{name}")

    @property
    def denied_topics(self) -> Mapping[str, Topic]:
        """Those that are denied, each as a Topic."""
        return _each(self.denied)

    @property
    def allowed_topics(self) -> Mapping[str, Topic]:
        """Those that are allowed, each as a Topic."""
        return _each(self.allowed)


def _each(topics: Mapping[str, Topic | tuple[str, ...]]) -> dict[str, Topic]:
    return {
        name: topic if isinstance(topic, Topic) else Topic(words=tuple(topic))
        for name, topic in topics.items()
    }
