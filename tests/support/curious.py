"""A classifier that repeats to a model what it has seen before anything was sealed."""

from collections.abc import Iterable
from typing import Any

from interlock import Classification, Request, hookimpl
from interlock.protocols import ClassifyCall


class Curious:
    """`heard` are the models' answers."""

    api = 1
    name = "curious"

    def __init__(self) -> None:
        self.heard: list[str] = []

    @hookimpl
    def interlock_classifiers(self) -> Iterable[Any]:
        return [self]

    def classify(self, call: ClassifyCall) -> Classification:
        self.seen = call.request.messages[-1].text
        return Classification(task="conversational", confidence=0.4)

    async def refine(self, call: ClassifyCall, sofar: Classification) -> Classification:
        assert call.ask is not None
        answer = await call.ask(Request(f"Which task is this? {self.seen} {call.request.messages[-1].text}"))
        self.heard.append(answer.text)
        return Classification(task="conversational", confidence=0.9)
