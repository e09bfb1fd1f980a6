"""What callers see of a panel: every answer, why one was chosen, and how far it is."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import replace
from typing import Any

import pytest

from instant import run
from interlock import (
    Answer,
    PanelProgress,
    PanelResult,
    Response,
    Router,
    Text,
    Unavailable,
    Verdict,
    hookimpl,
    response_to_plain,
)
from interlock.protocols import ArbitrateCall, GuardCall, RestoreCall, Ruling
from interlock.testing import Step, scripted_router

LONG = 1_000.0
HIDDEN = "Alice"
PLANTED = ("azalea-one", "begonia-two", "camellia-why", "dahlia-sum")


class Rules:
    """Chooses the last answer, and says why."""

    api = 1
    name = "rules"
    asks = False
    reason = "camellia-why"
    summary = "dahlia-sum"

    @hookimpl
    def interlock_arbiters(self) -> Iterable[Any]:
        return [self]

    async def arbitrate(self, call: ArbitrateCall) -> Ruling:
        *others, last = (each.label for each in call.members)
        summaries = {label: f"{label}: {self.summary}" for label in others}
        return Ruling(chosen=(last,), dissent=tuple(others), reason=self.reason, summaries=summaries)


class Seals:
    """Writes PERSON_1 for a name, and the name for PERSON_1; stops an answer that speaks of a secret."""

    api = 1
    name = "seals"
    phases = frozenset({"request", "answer"})
    rewrites = True

    @hookimpl
    def interlock_guardrails(self) -> Iterable[Any]:
        return [self]

    def inspect(self, call: GuardCall) -> Verdict:
        if call.answer is not None:
            secret = any("secret" in each.text for each in call.passages)
            return Verdict(action="block", reason="no secrets") if secret else Verdict()
        texts = {each.where: each.text.replace(HIDDEN, "PERSON_1") for each in call.passages}
        return Verdict(action="rewrite", texts=texts, kept={"PERSON_1": HIDDEN})

    def restore(self, call: RestoreCall) -> str:
        return call.text.replace("PERSON_1", call.kept["PERSON_1"])


def panel(scripts: dict[str, Any], *plugins: Any, mode: str = "rules", **options: Any) -> Router:
    ensemble = {"members": list(scripts), "mode": mode, **options.pop("ensemble", {})}
    plugins = (Rules(), *plugins) if not any(isinstance(each, Rules) for each in plugins) else plugins
    return scripted_router(scripts, ensembles={"x": ensemble}, plugins=plugins, **options)


async def plain(router: Router, prompt: str = "Which?", **options: Any) -> Response:
    return await router.complete(prompt, ensemble="x", **options)


async def streamed(router: Router, prompt: str = "Which?", **options: Any) -> Response:
    stream = router.stream(prompt, ensemble="x", **options)
    text = "".join([chunk.text async for chunk in stream])
    assert stream.response is not None
    assert stream.response.text == text
    return stream.response


async def plain_sync(router: Router, prompt: str = "Which?", **options: Any) -> Response:
    return await asyncio.to_thread(router.complete_sync, prompt, ensemble="x", **options)


async def streamed_sync(router: Router, prompt: str = "Which?", **options: Any) -> Response:
    def call() -> Response:
        with router.stream_sync(prompt, ensemble="x", **options) as stream:
            for _ in stream:
                pass
        assert stream.response is not None
        return stream.response

    return await asyncio.to_thread(call)


ALL = [plain, streamed, plain_sync, streamed_sync]
ways = pytest.mark.parametrize("ask", ALL)
fast = pytest.mark.parametrize("ask", [plain, streamed])
Ask = Callable[..., Awaitable[Response]]


def texts(result: PanelResult | None) -> dict[str, str]:
    assert result is not None
    return {label: answer.text for label, answer in result.answers.items()}


@ways
async def test_every_answer_is_there_by_its_label_and_why_one_was_chosen(ask: Ask) -> None:
    response = await ask(panel({"a": ["Rome"], "b": ["Paris"]}))
    assert texts(response.panel) == {"A": "Rome", "B": "Paris"}
    assert response.panel is not None
    assert (response.panel.reason, response.panel.summaries) == ("camellia-why", {"A": "A: dahlia-sum"})


@fast
def test_all_of_it_is_restored_for_the_caller(ask: Ask) -> None:
    class Quotes(Rules):
        reason = "It names PERSON_1."
        summary = "PERSON_1 too"

    router = panel({"a": ["PERSON_1 wrote one."], "b": ["PERSON_1 wrote two."]}, Seals(), Quotes())
    response = run(ask(router, f"What did {HIDDEN} write?"))
    assert texts(response.panel) == {"A": f"{HIDDEN} wrote one.", "B": f"{HIDDEN} wrote two."}
    assert response.panel is not None
    assert response.panel.reason == f"It names {HIDDEN}."
    assert response.panel.summaries == {"A": f"A: {HIDDEN} too"}


@fast
def test_what_a_guardrail_stops_of_an_arbiters_words_is_left_out(ask: Ask) -> None:
    class Blabs(Rules):
        summary = "the secret"

    response = run(ask(panel({"a": ["One."], "b": ["Two."]}, Seals(), Blabs())))
    assert response.text == "Two."
    assert response.panel is not None
    assert (response.panel.reason, response.panel.summaries) == ("", {"A": ""})


@fast
def test_answers_that_do_not_count_are_seen_and_failures_are_not(ask: Ask) -> None:
    cut = Answer(parts=(Text("Ro"),), finish_reason="length")
    refusing = Answer(parts=(Text("I won't."),), finish_reason="refusal")
    router = panel({"a": [cut], "b": [refusing], "c": [Unavailable("503")], "d": ["Paris"]})
    response = run(ask(router))
    assert texts(response.panel) == {"A": "Ro", "B": "I won't.", "D": "Paris"}
    assert response.panel is not None
    assert response.panel.answers["A"].finish_reason == "length"


def test_a_call_without_a_panel_has_none() -> None:
    assert panel({"a": ["One."], "b": []}).complete_sync("Hi").panel is None


@fast
def test_nothing_of_it_is_in_a_record_a_log_or_a_trace(ask: Ask, caplog: pytest.LogCaptureFixture) -> None:
    exporter_of = pytest.importorskip("opentelemetry.sdk.trace.export.in_memory_span_exporter")
    from opentelemetry import trace
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import SimpleSpanProcessor

    exporter = exporter_of.InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    before = trace._TRACER_PROVIDER
    trace._TRACER_PROVIDER = provider
    try:
        with caplog.at_level(logging.DEBUG):
            router = panel({"a": ["azalea-one"], "b": ["begonia-two"]})
            response = run(ask(router))
    finally:
        trace._TRACER_PROVIDER = before
    assert all(planted in repr(response.panel) for planted in PLANTED)
    spans = [span.to_json() for span in exporter.get_finished_spans()]
    assert spans
    told = [repr(response.record), repr(router.records), repr(response_to_plain(response, "a")), caplog.text]
    for planted in PLANTED:
        assert not [each for each in (*told, *spans) if planted in each]


async def steps(router: Router, **options: Any) -> list[tuple[PanelProgress | None, str]]:
    return [(chunk.progress, chunk.text) async for chunk in router.stream("Which?", ensemble="x", **options)]


def told(found: Iterable[tuple[PanelProgress | None, str]]) -> list[tuple[str | None, str | None, int, int]]:
    for progress, text in found:
        assert progress is None or not text
    return [(each.label, each.outcome, each.answered, each.of) for each, _ in found if each is not None]


def test_a_stream_tells_of_each_member_as_it_ends_and_of_arbitration() -> None:
    router = panel(
        {
            "a": [Step("One.", delay=3)],
            "b": [Unavailable("503")],
            "c": [Step("Three.", delay=2)],
            "d": [Step("Late.", delay=LONG)],
            "e": ["Five."],
        },
        ensemble={"deadline": 10},
        deployments={"e": {"region": "cn"}},
    )
    found = run(steps(router, constraints={"residency": {"eu"}}))
    assert told(found) == [
        ("E", "excluded", 0, 5),
        ("B", "error", 0, 5),
        ("C", "answer", 1, 5),
        ("A", "answer", 2, 5),
        ("D", "late", 2, 5),
        (None, None, 2, 5),
    ]
    assert [each.member for each, _ in found if each is not None] == ["e", "b", "c", "a", "d", None]
    assert "".join(text for _, text in found) == "Three."


def test_they_come_while_the_others_still_work() -> None:
    router = panel({"a": ["Quick."], "b": [Step("Slow.", delay=50)]})

    async def first() -> float:
        async with router.stream("Which?", ensemble="x") as stream:
            chunk = await anext(stream)
            assert chunk.progress is not None
            assert chunk.progress.label == "A"
            return asyncio.get_running_loop().time()

    assert run(first()) == pytest.approx(0)


def test_whoever_leaves_between_two_members_leaves_nothing_behind() -> None:
    router = panel({"a": ["Quick."], "b": [Step("Slow.", delay=50)]})

    async def leave() -> None:
        async with router.stream("Which?", ensemble="x") as stream:
            await anext(stream)
        assert asyncio.all_tasks() == {asyncio.current_task()}

    run(leave())
    (record,) = router.records
    assert record.outcome == "left"
    assert [each.outcome for each in record.attempts] == ["answer", "left"]


def test_a_survivor_is_told_of_without_arbitration() -> None:
    router = panel({"a": [Unavailable("503")], "b": ["Here."]})
    assert told(run(steps(router))) == [("A", "error", 0, 2), ("B", "answer", 1, 2)]


def test_a_stream_that_is_held_tells_of_its_panel_all_the_same() -> None:
    found = run(steps(panel({"a": ["One."], "b": ["Two."]}), rescue="hold"))
    assert told(found) == [("A", "answer", 1, 2), ("B", "answer", 2, 2), (None, None, 2, 2)]


def test_a_member_that_is_tried_again_ends_once() -> None:
    router = panel({"a": [Unavailable("503"), "One."], "b": ["Two."]}, retries={"max": 1})
    assert sorted(told(run(steps(router))), key=str)[:2] == [("A", "answer", 2, 2), ("B", "answer", 1, 2)]


def test_streams_of_other_calls_tell_of_nothing() -> None:
    async def chunks() -> list[Any]:
        return [chunk.progress async for chunk in panel({"a": ["One."], "b": []}).stream("Hi")]

    assert not any(run(chunks()))


@ways
async def test_the_streams_response_is_the_plain_ones(ask: Ask) -> None:
    def known(response: Response) -> Response:
        return replace(response, record=expected.record)

    scripts = {"a": ["Rome"], "b": ["Paris"]}
    expected = await plain(panel(scripts))
    assert known(await ask(panel(scripts))) == expected
