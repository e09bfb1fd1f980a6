"""The guardrail acts on what plugins' detectors find, besides its rules."""

import asyncio
import re
import threading
import time
import traceback
from collections.abc import Iterable
from typing import Any

import pytest

from echo_vendor import deployment, last
from interlock import ConfigError, GuardrailError, Message, Request, Router, hookimpl
from interlock.engine.guarding.sensing import Sensing
from interlock.errors import PluginError
from interlock.protocols import GuardCall
from interlock.requests.passages import passages
from interlock.testing import Upstream
from interlock.types.findings import Finding
from interlock_privacy import Options, Privacy
from interlock_privacy.combining import Combined
from interlock_privacy.detection import Detector

TELL = "Tell Ada Lovelace."
PATTERN = re.compile("Ada Lovelace|Grace Hopper|ada@example.com Ada")


class Names:
    """Finds names that it knows; `does` is done before."""

    api = 1
    name = "names"
    kinds = frozenset({"person"})

    def __init__(self, does: Any = None, kind: str = "person") -> None:
        self.does, self.kind = does, kind
        self.threads: set[str] = set()

    def find(self, text: str) -> Iterable[Finding]:
        self.threads.add(threading.current_thread().name)
        if isinstance(self.does, Exception):
            raise self.does
        if self.does is not None:
            self.does(text)
        for at in PATTERN.finditer(text):
            yield Finding(
                kind=self.kind, rule="names", start=at.start(), end=at.end(), value=at[0].casefold()
            )

    @hookimpl
    def interlock_detectors(self) -> Iterable[Any]:
        return [self]


def routed(upstream: Upstream, names: Names, **privacy: Any) -> Router:
    config = {
        "deployments": [deployment(upstream)],
        "guardrails": {"privacy": {"detectors": ["names"], **privacy}},
    }
    return Router.from_config(config, plugins=[names])


async def test_a_name_leaves_as_a_token_and_comes_back(echo: Upstream) -> None:
    async with routed(echo, Names()) as router:
        response = await router.complete("Tell Ada Lovelace at ada@example.com.")
    sent = last(echo.requests[0])
    assert "Lovelace" not in sent
    assert "<PERSON_" in sent
    assert "<EMAIL_" in sent
    assert response.text == "Tell Ada Lovelace at ada@example.com."
    assert response.record.guardrails[0].category == "email+person"


async def test_streams_and_calls_without_a_loop_are_sealed_likewise(echo: Upstream) -> None:
    async with routed(echo, Names()) as router:
        async with router.stream("Tell Ada Lovelace.") as stream:
            said = "".join([chunk.text async for chunk in stream])
        assert said == "Tell Ada Lovelace."
        response = await asyncio.to_thread(router.complete_sync, "Tell Ada Lovelace.")
        assert response.text == "Tell Ada Lovelace."
    assert "Lovelace" not in str([last(each) for each in echo.requests])


async def test_kinds_of_detectors_have_actions_and_are_chosen_like_others(echo: Upstream) -> None:
    async with routed(echo, Names(), actions={"person": "refuse"}) as router:
        with pytest.raises(GuardrailError, match=r"personal data \(person\)"):
            await router.complete("Tell Ada Lovelace.")
    async with routed(echo, Names(), kinds=["email"]) as router:
        await router.complete("Tell Ada Lovelace at ada@example.com.")
    assert "Ada Lovelace at <EMAIL_" in last(echo.requests[-1])
    async with routed(echo, Names(), kinds=["person"]) as router:
        await router.complete("Tell Ada Lovelace at ada@example.com.")
    sent = last(echo.requests[-1])
    assert "ada@example.com" in sent
    assert "Lovelace" not in sent


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"actions": {"persn": "refuse"}}, "actions.persn: 'persn' is no kind of data; there are email"),
        ({"kinds": ["persn"]}, "Did you mean 'person'?"),
        ({"detectors": ["naems"]}, "guardrails.privacy.detectors.0: no installed plugin offers"),
    ],
)
def test_kinds_are_known_by_the_detectors_that_are_named(options: Any, told: str, echo: Upstream) -> None:
    with pytest.raises(ConfigError) as caught:
        routed(echo, Names(), **options)
    assert told in str(caught.value)


def test_without_detectors_a_kind_of_theirs_is_refused() -> None:
    with pytest.raises(ConfigError, match="'person' is no kind of data"):
        Options(actions={"person": "refuse"})


async def test_a_detector_is_never_asked_on_the_event_loop(echo: Upstream) -> None:
    names = Names(does=lambda _: time.sleep(0.05))
    here = threading.current_thread().name
    async with routed(echo, names) as router:
        beats = 0

        async def beat() -> None:
            nonlocal beats
            while True:
                await asyncio.sleep(0.001)
                beats += 1

        beating = asyncio.create_task(beat())
        await asyncio.gather(*(router.complete(f"Tell Ada Lovelace {number}.") for number in range(8)))
        beating.cancel()
    assert here not in names.threads
    assert beats > 20


async def test_before_a_decision_too_short_texts_are_looked_through_off_the_loop() -> None:
    names = Names()
    privacy = Privacy(Options(detectors=("names",))).detecting([names])
    sensed = await Sensing([privacy]).unhurried(Request(messages=(Message("user", TELL),)))
    assert sensed.kinds == {"person"}
    assert threading.current_thread().name not in names.threads


@pytest.mark.parametrize("does", [ValueError("Ada Lovelace"), lambda _: None], ids=["raises", "other kind"])
async def test_one_that_fails_ends_the_call_and_tells_nothing_of_the_text(does: Any, echo: Upstream) -> None:
    names = Names(does) if isinstance(does, Exception) else Names(kind="planet")
    async with routed(echo, names) as router:
        with pytest.raises(GuardrailError) as caught:
            await router.complete(TELL)
    assert not echo.requests
    assert "Lovelace" not in "".join(traceback.format_exception(caught.value))


async def test_what_must_be_installed_first_is_told_to_the_caller(echo: Upstream) -> None:
    missing = PluginError("the model is not installed: pip install it.")
    async with routed(echo, Names(missing)) as router:
        with pytest.raises(GuardrailError, match="the model is not installed: pip install it"):
            await router.complete("Tell Ada Lovelace.")
    assert not echo.requests


async def test_one_that_takes_too_long_ends_the_call(echo: Upstream) -> None:
    async with routed(echo, Names(does=lambda _: time.sleep(0.3)), timeout=0.05) as router:
        with pytest.raises(GuardrailError, match=r"took longer than its 0\.05 s"):
            await router.complete("Tell Ada Lovelace.")
    assert not echo.requests


async def test_a_guardrail_whose_detectors_never_came_lets_nothing_through() -> None:
    request = Request(messages=(Message("user", "Ada"),))
    privacy = Privacy(Options(detectors=("names",)))
    verdict: Any = privacy.inspect(GuardCall(passages=passages(request), request=request))
    with pytest.raises(RuntimeError, match="were not given"):
        await verdict


def test_where_a_rule_sees_the_same_it_is_believed_and_the_rest_of_a_name_is_found_too() -> None:
    text = "Write to ada@example.com Ada, or Grace Hopper."
    found = Combined(Detector(), [Names()]).find(text)
    assert [(each.kind, text[each.start : each.end]) for each in found] == [
        ("email", "ada@example.com"),
        ("person", "Ada"),
        ("person", "Grace Hopper"),
    ]


def test_of_two_detectors_the_first_goes_before_the_second() -> None:
    class Words(Names):
        name = "words"

        def find(self, text: str) -> Iterable[Finding]:
            yield Finding(kind="person", rule="words", start=0, end=len(text), value="all")

    text = "say Grace Hopper, now"
    found = Combined(Detector(), [Names(), Words()]).find(text)
    assert [(each.rule, text[each.start : each.end]) for each in found] == [
        ("words", "say"),
        ("names", "Grace Hopper"),
        ("words", "now"),
    ]
