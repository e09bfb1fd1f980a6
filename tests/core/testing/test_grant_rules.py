"""GrantBookConformance: a book of grants that breaks a rule fails that rule's test."""

import asyncio
from typing import Any

import pytest

from interlock import Grant
from interlock.protocols import GrantBook
from interlock.testing import GrantBookConformance, rules_of
from interlock.tools import MemoryGrants

RULES = rules_of(GrantBookConformance)


class TestMemoryGrants(GrantBookConformance):
    def book(self) -> GrantBook:
        return MemoryGrants()


class Book:
    """Keeps the rules, for breaches to derive from."""

    def __init__(self) -> None:
        self.used: set[str] = set()

    async def consume(self, grant: Grant) -> Any:
        used = grant.id in self.used
        self.used.add(grant.id)
        return not used


class Forgets(Book):
    async def consume(self, grant: Grant) -> bool:
        return True


class Slow(Book):
    async def consume(self, grant: Grant) -> bool:
        if grant.id in self.used:
            return False
        await asyncio.sleep(0)
        self.used.add(grant.id)
        return True


class Content(Book):
    async def consume(self, grant: Grant) -> Any:
        used = grant.run in self.used
        self.used.add(grant.run)
        return not used


class Blocking:
    def consume(self, grant: Grant) -> bool:
        return True


class Kit(GrantBookConformance):
    def __init__(self, made: Any) -> None:
        self.made = made

    def book(self) -> Any:
        return self.made()

    def again(self, book: Any) -> Any:
        return self.made()


@pytest.mark.parametrize(
    ("made", "rule", "sentence"),
    [
        (object, "is_a_grant_book", "it needs consume"),
        (Blocking, "is_a_grant_book", "must be a coroutine function"),
        (Forgets, "uses_a_grant_once", r"it said \[True, True, True\]"),
        (Book, "remembers_beyond_the_process", "used the grant a second time"),
        (Slow, "uses_a_grant_once_of_many_tasks", "20 of 20 tasks"),
        (Forgets, "uses_a_grant_once_of_many_threads", "20 of 20 threads"),
        (Content, "knows_grants_by_their_ids", "it used one alone"),
        (Book, "uses_no_grant_that_has_expired", "a second after it had expired"),
    ],
)
def test_a_breach_fails_its_rule(made: Any, rule: str, sentence: str) -> None:
    with pytest.raises(AssertionError, match=sentence):
        getattr(Kit(made), f"test_{rule}")()
