"""What callers may write, and what they are told when it means nothing."""

from typing import Any

import pytest

from interlock import InterlockError, Request, RequestError, Router, Unavailable, hookimpl
from interlock.protocols import Responded
from interlock.requests.checking import _BOUNDS
from interlock.testing import scripted_router


@pytest.fixture
def router() -> Router:
    return scripted_router({"a": []})


@pytest.mark.parametrize(
    ("options", "key"),
    [
        ({"settings": {"max_tokens": -5}}, "settings.max_tokens"),
        ({"settings": {"max_tokens": 1.5}}, "settings.max_tokens"),
        ({"settings": {"max_tokens": True}}, "settings.max_tokens"),
        ({"settings": {"temperature": "hot"}}, "settings.temperature"),
        ({"settings": {"temperature": float("nan")}}, "settings.temperature"),
        ({"settings": {"top_p": 1.1}}, "settings.top_p"),
        ({"settings": {"seed": "x"}}, "settings.seed"),
        ({"settings": {"stop": ["END", ""]}}, "settings.stop"),
        ({"settings": {"stop": [7]}}, "settings.stop"),
        ({"settings": {"reasoning_effort": ["low"]}}, "settings.reasoning_effort"),
        ({"rescue": "rewind"}, "rescue"),
        ({"metadata": ["a"]}, "metadata"),
        ({"metadata": {"a": ["x"]}}, "metadata.a"),
        ({"metadata": {"a": None}}, "metadata.a"),
        ({"metadata": {"a": float("nan")}}, "metadata.a"),
        ({"metadata": {1: "a"}}, "metadata"),
        ({"estimated_tokens": -1}, "estimated_tokens"),
        ({"estimated_tokens": 1.5}, "estimated_tokens"),
        ({"estimated_tokens": True}, "estimated_tokens"),
        ({"tools_available": "maybe"}, "tools_available"),
        ({"timeout": 0}, "timeout"),
        ({"run": 7}, "run"),
        ({"run": ""}, "run"),
        ({"run": "a\nb"}, "run"),
        ({"step": "x" * 129}, "step"),
        ({"constraints": {"deny_vendors": ["deepsek"]}}, "constraints.deny_vendors"),
        ({"tusk": "conversational"}, "tusk"),
    ],
)
async def test_what_means_nothing_is_refused_by_name_before_anything_is_sent(
    router: Router, options: dict[str, Any], key: str
) -> None:
    with pytest.raises(RequestError) as caught:
        await router.complete("hi", **options)
    assert caught.value.key == key
    with pytest.raises(RequestError):
        router.decide("hi", **options)


@pytest.mark.parametrize("value", [10**400, -(10**400), float("inf")], ids=["high", "low", "inf"])
@pytest.mark.parametrize("path", [f"settings.{name}" for name in _BOUNDS] + ["timeout", "metadata.a"])
def test_a_number_that_no_reader_knows_is_refused_by_name(router: Router, path: str, value: float) -> None:
    within, _, name = path.rpartition(".")
    with pytest.raises(RequestError) as caught:
        router.decide("hi", **({within: {name: value}} if within else {name: value}))
    assert caught.value.key == path


async def test_observers_and_the_record_know_the_run_and_the_step_of_every_kind_of_call() -> None:
    seen: list[tuple[str | None, str | None]] = []

    class Watching:
        @staticmethod
        @hookimpl
        def interlock_responded(request: Request, responded: Responded) -> None:
            seen.append((request.run, request.step))
            seen.append((responded.record.run, responded.record.step))

    router = scripted_router({"a": ["one", "two", Unavailable("gone")]}, plugins=[Watching])
    belongs = {"run": "order-4711", "step": "é" * 128}
    await router.complete("hi", **belongs)
    async for _ in router.stream(Request("hi", **belongs)):
        pass
    with pytest.raises(InterlockError):
        await router.complete("hi", **belongs)
    assert seen == [("order-4711", "é" * 128)] * 6


def test_a_near_miss_is_named(router: Router) -> None:
    with pytest.raises(RequestError, match="Did you mean 'replay'"):
        router.decide("hi", rescue="reply")


def test_bounds_are_wide(router: Router) -> None:
    settings = {"temperature": 2, "top_p": 0, "max_tokens": 1, "seed": -1, "frequency_penalty": -2.0}
    assert router.decide("hi", settings=settings).shortlist


def test_a_vendor_that_nobody_has_may_be_denied(router: Router) -> None:
    assert router.decide("hi", constraints={"deny_vendors": ["nobody-at-all"]}).shortlist
