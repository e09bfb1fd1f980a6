"""SharedHealthConformance: what breaks a rule fails that rule's test."""

from collections.abc import Callable
from dataclasses import replace
from itertools import count
from typing import Any

import pytest

from interlock.testing import SharedHealthConformance, rules_of
from interlock.types.health import HealthNews, HealthSync, ShareCall
from memory_health import Memory, MemoryHealth

RULES = rules_of(SharedHealthConformance)
NUMBERS = count()


class Kit(SharedHealthConformance):
    def __init__(self, kind: Any) -> None:
        self.kind = kind

    def place(self) -> ShareCall:
        return ShareCall(url=f"memory://{next(NUMBERS)}")


@pytest.mark.parametrize("rule", RULES)
def test_one_that_keeps_the_contract_passes(rule: str) -> None:
    getattr(Kit(Memory()), rule)()


def altered(change: Callable[[HealthSync, list[HealthNews]], list[HealthNews]]) -> Memory:
    """One whose news are not what they should be."""

    class Altered(MemoryHealth):
        async def sync(self, call: HealthSync) -> list[HealthNews]:
            return change(call, await super().sync(call))

    kind = Memory()
    kind.open = lambda call: Altered(  # type: ignore[method-assign]
        Memory.open(kind, call).place
    )
    return kind


def echoing(call: HealthSync, news: list[HealthNews]) -> list[HealthNews]:
    own = [HealthNews(deployment=each.deployment, successes=each.successes) for each in call.changes]
    return [*news, *own]


def same_deployment(call: HealthSync, news: list[HealthNews]) -> list[HealthNews]:
    return [replace(item, task=None) for item in news]


def deaf(call: HealthSync, news: list[HealthNews]) -> list[HealthNews]:
    return []


def generous(call: HealthSync, news: list[HealthNews]) -> list[HealthNews]:
    turns = [HealthNews(deployment=each.deployment, probe=True) for each in call.changes if each.probe]
    return [*news, *turns]


def timeless(call: HealthSync, news: list[HealthNews]) -> list[HealthNews]:
    return [replace(item, seconds=60.0) if item.cause else item for item in news]


def silent_about_closing(call: HealthSync, news: list[HealthNews]) -> list[HealthNews]:
    return [replace(item, closed=False) for item in news]


class Blocking(Memory):
    def open(self, call: object) -> Any:
        class Plain:
            api = 1

            def sync(self, call: object) -> None: ...

            def aclose(self) -> None: ...

        return Plain()


@pytest.mark.parametrize(
    ("kind", "rule", "sentence"),
    [
        (object(), "is_a_kind_of_shared_health", "it needs api, name, schemes, open"),
        (Memory, "is_a_kind_of_shared_health", "give an instance"),
        (Blocking(), "opens_shared_health", "sync must be a coroutine function"),
        (altered(echoing), "tells_the_others_what_happened", "was told what it told itself"),
        (altered(deaf), "tells_the_others_what_happened", r"and \(0, 0, 0\) were heard of"),
        (altered(deaf), "takes_many_at_once", "100 deployments, and 0 were heard of"),
        (altered(same_deployment), "keeps_deployments_and_tasks_apart", "heard"),
        (altered(generous), "gives_the_turn_to_probe_to_one", "2 of two that asked"),
        (altered(deaf), "gives_the_turn_to_probe_to_one", "0 of two that asked"),
        (altered(timeless), "an_open_breaker_is_told_with_the_time_that_is_left", r"\(failing\) for 59.8 s"),
        (altered(silent_about_closing), "a_closed_breaker_is_told", "another process closed it"),
    ],
)
def test_a_breach_fails_its_rule(kind: Any, rule: str, sentence: str) -> None:
    with pytest.raises(AssertionError, match=sentence):
        getattr(Kit(kind), f"test_{rule}")()
