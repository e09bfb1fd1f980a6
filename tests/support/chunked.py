"""A vendor that says what a test tells it, streamed in the pieces that the test cuts."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from echo_vendor import apart, deployment, event
from interlock import Router
from interlock.testing import Received, Reply, Upstream

Cut = Callable[[str], Sequence[str]]


def whole(text: str) -> Sequence[str]:
    return [text]


def at(*places: int) -> Cut:
    """Pieces that end at these places."""

    def cut(text: str) -> Sequence[str]:
        ends = [0, *sorted({min(place, len(text)) for place in places}), len(text)]
        return [text[a:b] for a, b in pairwise(ends) if a < b]

    return cut


def every(size: int) -> Cut:
    """Pieces of one size."""
    return lambda text: [text[begin : begin + size] for begin in range(0, len(text), size)]


@dataclass
class Says:
    """What the vendor answers, whatever it is asked. Pieces are read as they are cut, and come at once."""

    text: str = ""
    reasoning: str = ""
    arguments: Mapping[str, Any] | None = None
    cut: Cut = whole
    asked: list[Any] = field(default_factory=list, repr=False)  # hypothesis writes it out

    def __call__(self, received: Received) -> Reply:
        self.asked.append(received.json())
        if received.json().get("stream"):
            return Reply.events(*apart(self._events()), "[DONE]")
        message = {"role": "assistant", "content": self.text or None, "reasoning_content": self.reasoning}
        if self.arguments is not None:
            function = {"name": "send", "arguments": json.dumps(self.arguments)}
            message["tool_calls"] = [{"id": "c1", "type": "function", "function": function}]
        return Reply.json(
            {"id": "1", "model": "m", "choices": [{"message": message, "finish_reason": self._reason}]}
        )

    @property
    def _reason(self) -> str:
        return "stop" if self.arguments is None else "tool_calls"

    def _events(self) -> Iterator[Any]:
        yield from (event(reasoning_content=piece) for piece in self.cut(self.reasoning))
        yield from (event(content=piece) for piece in self.cut(self.text))
        if self.arguments is not None:
            yield event(tool_calls=[{"index": 0, "id": "c1", "function": {"name": "send", "arguments": ""}}])
            for piece in self.cut(json.dumps(self.arguments)):
                yield event(tool_calls=[{"index": 0, "function": {"arguments": piece}}])
        yield event(self._reason)


@contextmanager
def router_over(*vendors: Says, **config: Any) -> Iterator[Router]:
    """A router with a deployment for each, in their order; its guardrails are in `config`."""
    with Upstream(always=vendors[0]) as first:
        if len(vendors) == 1:
            places = [deployment(first, id="a")]
            with Router.from_config({"deployments": places} | config) as router:
                yield router
            return
        with Upstream(always=vendors[1]) as second:
            places = [deployment(first, id="a"), deployment(second, id="b")]
            with Router.from_config({"deployments": places, "retries": {"max": 0}} | config) as router:
                yield router
