"""OptionsConformance: what breaks a rule about its options fails that rule's test."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, ClassVar

import pytest
from pydantic import BaseModel, ConfigDict

from interlock.testing import OptionsConformance
from interlock.testing.running import run_rules


@dataclass(frozen=True, kw_only=True)
class Words:
    words: tuple[str, ...] = ("invoice",)


class Loose(BaseModel):
    model_config = ConfigDict(extra="allow")


@dataclass
class Circular:
    inner: "Circular | None" = None


@dataclass
class Offer:
    name: str = "keywords"
    options: Any = Words
    given: Any = None
    api: ClassVar[int] = 1

    def configured(self, options: Any) -> Any:
        return replace(self, given=options)

    def classify(self, call: Any) -> None:
        return None


class Kit(OptionsConformance):
    offer = Offer()


def broken(offer: Any, written: Any = None) -> set[str]:
    class Its(Kit):
        pass

    Its.offer = offer
    Its.written = written or {}
    return {finding.rule for finding in run_rules(Its()) if finding.result == "failed"}


def test_what_keeps_the_rules_passes() -> None:
    assert broken(Offer()) == set()
    assert broken(Offer(), {"words": ["ledger"]}) == set()


class Changes(Offer):
    def configured(self, options: Any) -> Any:
        self.given = options
        return self


class Reads(Offer):
    def configured(self, options: Any) -> Any:
        Path(__file__).read_text("utf-8")
        return self


class Renames(Offer):
    def configured(self, options: Any) -> Any:
        return replace(self, name="other")


class Returns(Offer):
    def configured(self, options: Any) -> Any:
        class Nothing:
            name = self.name

        return Nothing()


class Asynchronous(Offer):
    async def configured(self, options: Any) -> Any:
        return self


@dataclass(frozen=True)
class Needy:
    model: str


@pytest.mark.parametrize(
    ("offer", "rule"),
    [
        (Changes(), "leaves the original as it is"),
        (Reads(), "is configured without io"),
        (Renames(), "stays what it is"),
        (Returns(), "stays what it is"),
        (Asynchronous(), "stays what it is"),
        (Offer(options=int), "has a schema"),
        (Offer(options=Loose), "refuses what it does not know"),
        (Offer(options=Needy), "what must be written is named"),
    ],
)
def test_what_breaks_a_rule_fails_it(offer: Any, rule: str) -> None:
    assert rule in broken(offer)


def test_a_schema_that_holds_itself_can_be_described_and_not_checked() -> None:
    assert "is configured without io" in broken(Offer(options=Circular))


def test_what_must_be_written_is_written() -> None:
    assert broken(Offer(options=Needy), {"model": "m"}) == set()
