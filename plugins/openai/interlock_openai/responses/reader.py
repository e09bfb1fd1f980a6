"""What a response says, as deltas."""

from collections.abc import Iterator
from typing import Any

from interlock.http.payload import kind_of, optional_text
from interlock.http.stops import Cutter
from interlock.protocols import ProviderCall
from interlock.types.response import Delta
from interlock_openai.plan import check_called
from interlock_openai.responses.growing import Called, Item, Spoken, Step, Thought
from interlock_openai.responses.read import (
    SPOKEN,
    check_calls,
    cited,
    confidence_in,
    extra_of,
    finish_of,
    items_of,
    raise_error,
    usage_of,
)
from interlock_openai.vendors import Vendor

Items = list[dict[str, Any]]


class ResponseReader:
    """Reads one answer."""

    def __init__(self, call: ProviderCall, vendor: Vendor) -> None:
        self._call = call
        self._vendor = vendor
        self._cutter = Cutter(call.request.settings.stop)
        self._items: list[Item] = []
        self._run = 0

    def whole(self, response: dict[str, Any]) -> Iterator[Delta]:
        """The deltas of a plain answer."""
        raise_error(response, self._vendor.name)
        items = items_of(response)
        spoken = spoken_in(items)
        for item in spoken:
            for step in self._new(kind_of(item)).whole(item):
                yield from self._out(step)
        yield from self._out(self._end_of(response, response.get("status"), items, spoken))

    def _new(self, kind: str) -> Item:
        """An item behind those that there are."""
        calls = sum(isinstance(each, Called) for each in self._items)
        new: Item = Spoken() if kind == "message" else Thought() if kind == "reasoning" else Called(calls)
        self._items.append(new)
        return new

    def _end_of(self, response: dict[str, Any], status: Any, items: Items, spoken: Items) -> Delta:
        """How the answer ended, when all that was `spoken` of its items has been read."""
        if status != "incomplete":
            check_calls(spoken)
        called = any(isinstance(item, Called) for item in self._items)
        refused = any(isinstance(item, Spoken) and item.refused for item in self._items)
        ended = finish_of(response, status, called=called, refused=refused, vendor=self._vendor.name)
        check_called(self._call, self._vendor, called=called, ended=ended)
        extra = extra_of(response, items)
        return Delta(
            finish_reason=ended,
            usage=usage_of(response),
            served_model=optional_text(response.get("model")),
            id=optional_text(response.get("id")),
            extra=extra or None,
            confidence=confidence_in(extra) if "logprobs" in extra else None,
        )

    def _out(self, step: Step) -> Iterator[Delta]:
        if isinstance(step, tuple):
            step = Delta(citations=cited(step, self._run))
        elif step.text:
            self._run += len(step.text)
        elif step.reasoning or step.signature or step.refusal or step.tool_calls:
            self._run = 0
        return self._cutter.feed(step)


def spoken_in(items: Items) -> Items:
    """Those that are parts of an answer."""
    return [item for item in items if kind_of(item) in SPOKEN]
