"""Every fault, played to the real engine over real sockets; and judges that see what is wrong."""

import asyncio
from dataclasses import dataclass, replace

import pytest

from interlock import ContentPolicyViolation, StreamInterrupted, Unavailable, Usage, hookimpl
from interlock.assembly import assemble
from interlock.plugins import PluginHost
from interlock.types.decisions import Decision
from interlock.types.messages import Message, Text, ToolCall
from interlock.types.models import Secret, Timeouts
from interlock.types.records import AttemptRecord, ErrorRecord, Record
from interlock.types.response import Response
from interlock_drill.faults import FAULTS, FORMS, Asked, Drill, Scene, Trial, judged
from interlock_drill.faults.dialect import (
    ANSWER,
    ARGUMENTS,
    FALLBACK_USAGE,
    OTHER,
    PIECES,
    PRIMARY_USAGE,
    TOOL,
)

SCALE = 0.1
BY_NUMBER = {fault.number: fault for fault in FAULTS}
PAIRS = [
    (fault, form) for fault in FAULTS for form in FORMS if not (fault.streams_only and "complete" in form)
]
# The catalogue's baseline: two retries, a 30 s limit on requests and silences, one healthy fallback.
# At their vendors' own addresses the vendors' word would go before the region.
GATEWAY = {"base_url": "https://gateway.example/v1", "region": "eu"}
BASELINE = {
    "deployments": [
        {"id": "first", "model": "zhipu/glm-5.2", "provider": "zhipu", **GATEWAY},
        {"id": "second", "model": "mistral/mistral-large-3", "provider": "mistral", **GATEWAY},
    ],
    "routes": {"conversational": ["first", "second"]},
    "timeouts": {"first_token": 10, "between_tokens": 30, "answer": 30, "total": 60},
    "retries": {"max": 2},
    "health": {"cooldown": 20},
}


def play(config, faults, forms, scale=SCALE):
    async def run():
        return [
            result async for result in Drill(assemble(config, environ={}), scale=scale).run(faults, forms)
        ]

    return asyncio.run(run())


@pytest.fixture(scope="module")
def results():
    played = play(BASELINE, FAULTS, FORMS)
    # A machine that stands still for a second looks like an upstream that does. What failed is played alone.
    again = (result if result.outcome == "passed" else _alone(result) for result in played)
    return {(result.fault.number, result.form): result for result in again}


def _alone(result):
    return play(BASELINE, [result.fault], [result.form], scale=2 * SCALE)[0]


@pytest.mark.timeout(120)
@pytest.mark.parametrize(("fault", "form"), PAIRS, ids=lambda each: getattr(each, "number", each))
def test_every_fault_is_survived(results, fault, form):
    result = results[fault.number, form]
    assert result.outcome == "passed", f"the upstream {fault.name}: {result.reason}"
    assert result.calls >= (0 if fault.refuses else 1)


def test_the_catalogue_comes_first_and_numbers_are_in_order():
    assert [fault.number for fault in FAULTS] == list(range(1, len(FAULTS) + 1))
    assert len({fault.name for fault in FAULTS}) == len(FAULTS)
    assert len(PIECES) == 60
    assert "".join(PIECES) == ANSWER


@pytest.mark.parametrize("rescue", ["hold", "restart"])
def test_the_configured_rescue_is_the_one_that_is_tried(rescue):
    faults = [BY_NUMBER[number] for number in (8, 10, 33)]
    results = play(BASELINE | {"rescue": rescue}, faults, ["stream"])
    assert [result.outcome for result in results] == ["passed"] * 3
    assert {result.reason for result in results} == {"answered by second"}


def test_the_configurations_own_rules_hold_in_the_drill():
    barred = [{**BASELINE["deployments"][0], "region": "cn"}, *BASELINE["deployments"][1:]]
    config = BASELINE | {"deployments": barred, "constraints": {"residency": ["eu"]}}
    [result] = play(config, [BY_NUMBER[4]], ["complete"])
    assert result.outcome == "failed"
    assert result.reason == "no answer: Unavailable"
    assert result.calls == 3


@dataclass(frozen=True)
class Key:
    api_key: Secret


class Keyed:
    """A rule that holds where its key is known."""

    api, name, options, given = 1, "keyed", Key, None

    @hookimpl
    def interlock_constraints(self):
        return [self]

    def configured(self, options):
        made = Keyed()
        made.given = options.api_key
        return made

    def check(self, call):
        return "kept from the first" if self.given and call.deployment.id == "first" else None


def test_options_hold_in_the_drill_with_the_secrets_that_were_found(monkeypatch):
    found = PluginHost.__init__

    def with_it(self, plugins=(), **options):
        found(self, [*plugins, Keyed()], **options)

    monkeypatch.setattr(PluginHost, "__init__", with_it)
    config = BASELINE | {"rules": {"keyed": {"api_key": "env:DRILLED_KEY"}}}
    drill = Drill(assemble(config, environ={"DRILLED_KEY": "a-key"}), scale=SCALE)
    result = asyncio.run(drill.play(BY_NUMBER[4], "complete"))
    assert "first" not in result.reason


def test_nothing_that_goes_beyond_the_process_is_in_the_drill(tmp_path):
    beyond = {name: f"sqlite:///{tmp_path}/{name}.db" for name in ("records", "log", "ledger")}
    shared = {"limits": {"shared": "redis://127.0.0.1:9/0"}, "health": {"shared": "redis://127.0.0.1:9/0"}}
    config = BASELINE | beyond | shared | {"budgets": [{"id": "all", "per": "month", "requests": 1000}]}
    wiring = assemble(config, environ={})
    asyncio.run(Drill(wiring, scale=SCALE).play(BY_NUMBER[4], "complete"))
    assert not list(tmp_path.iterdir())


def test_a_fault_is_skipped_when_nothing_may_be_asked():
    config = BASELINE | {"constraints": {"residency": ["us"]}}
    [result] = play(config, [BY_NUMBER[4]], ["complete"])
    assert result.outcome == "skipped"
    assert "first: processed in eu" in result.reason


@pytest.mark.parametrize("rule", [{"storage": ["eu"]}, {"deny_laws": ["us"]}])
def test_what_is_known_of_a_deployments_handling_holds_for_its_double(rule):
    known = {"handling": {"stored": "eu", "operator": "fr", "parent": "fr"}}
    first, *others = BASELINE["deployments"]
    config = BASELINE | {"deployments": [{**first, **known}, *others], "constraints": rule}
    [result] = play(config, [BY_NUMBER[4]], ["complete"])
    assert (result.outcome, result.reason) == ("failed", "no answer: Unavailable")
    [result] = play(BASELINE | {"constraints": rule}, [BY_NUMBER[4]], ["complete"])
    assert result.outcome == "skipped"


DECISION = Decision(task="conversational", confidence=1.0, reason="primary_optimal")


def trial(*asked, text=None, error=None, delivered=None, finish="stop", usage=PRIMARY_USAGE, **changes):
    """A call that asked these deployments; all but the last failed, and so did it unless there is a text."""
    attempts = tuple(
        AttemptRecord(
            id=at,
            deployment=name,
            model=MODELS[name],
            cost=0.0,
            error=BROKE if text is None or at < len(asked) - 1 else None,
        )
        for at, name in enumerate(asked)
    )
    record = Record(id="r", started=0.0, latency=0.0, decision=DECISION, attempts=attempts)
    response = None
    if text is not None:
        response = Response(
            text=text,
            finish_reason=finish,
            usage=usage,
            model=MODELS[asked[-1]],
            deployment=asked[-1],
            message=Message("assistant", (Text(text),)),
            record=record,
        )
    seen = tuple(Asked(deployment=name, at=2.0 * at, body={}) for at, name in enumerate(asked))
    made = Trial(response=response, error=error, delivered=delivered, record=record, seconds=1.0, asked=seen)
    return replace(made, **changes)


MODELS = {"first": "zhipu/glm-5.2", "second": "mistral/mistral-large-3"}
BROKE = ErrorRecord(kind="Unavailable", message="down")
SHORT = "".join(PIECES[:40])


def verdict(number, *trials, streamed=True, models=MODELS, retries=2):
    scene = Scene(
        trials=trials,
        models=models,
        primary="first",
        timeouts=Timeouts(),
        total=120.0,
        retries=retries,
        scale=1.0,
        streamed=streamed,
    )
    return judged(scene, BY_NUMBER[number].judge)


def interrupted(text):
    partial = trial("first", text=text).response
    return StreamInterrupted("the stream broke", partial=replace(partial, finish_reason=None))


def at(made, *times):
    return replace(
        made, asked=tuple(replace(each, at=time) for each, time in zip(made.asked, times, strict=True))
    )


def fell_back(**changes):
    return trial("first", "second", text=ANSWER, usage=FALLBACK_USAGE, **changes)


@pytest.mark.parametrize(
    ("number", "made", "complaint"),
    [
        (1, at(trial("first", "first", text=ANSWER), 0.0, 0.2), "asked twice within 1.5 s"),
        (2, at(trial(*["first"] * 4, "second", text=ANSWER), 0, 0.5, 1, 1.5, 2), "more than 4 calls"),
        (2, at(trial(*["first"] * 6, "second", text=ANSWER), *range(0, 14, 2)), "7 calls were made"),
        (3, fell_back(), "first was well"),
        (4, trial(*["first"] * 5, "second", text=ANSWER), "asked 5 times, not 1 to 3"),
        (4, trial("first", error=Unavailable("503")), "no answer: Unavailable"),
        (6, trial("first", "first", "second", text=ANSWER), "asked 2 times, not 1"),
        (7, fell_back(seconds=15.1), "15 s are allowed"),
        (8, trial("first", text=SHORT, delivered=SHORT), "another text was shown"),
        (8, trial("first", text=ANSWER, delivered=SHORT), "what was streamed is not what"),
        (8, trial("first", error=interrupted(""), delivered=SHORT), "does not hold what was streamed"),
        (8, trial("first", error=ValueError("odd")), "no kind of Interlock's: ValueError"),
        (8, trial("first"), "the call did not end"),
        (8, fell_back(seconds=123.0), "timeouts.total"),
        (
            8,
            replace(fell_back(), asked=fell_back().asked[1:]),
            "the record lists first, second; the upstreams",
        ),
        (10, trial("first", error=interrupted(SHORT), delivered=SHORT), "no answer: StreamInterrupted"),
        (
            11,
            trial("first", text=ANSWER, usage=Usage(estimated=True)),
            "usage that the upstream sent was lost",
        ),
        (11, trial("first", text=ANSWER, seconds=3.0), "2 s are allowed"),
        (12, trial("first", "first", "second", text=ANSWER), "asked 2 times for what is too long"),
        (13, trial("first", "second", text=ANSWER), "2 calls were made, not one"),
        (14, trial("first", "second", error=Unavailable("prefill_not_supported")), "surfaced"),
        (16, trial("first", "second", text=ANSWER), "another usage than the fallback's"),
        (23, trial("first", text="", finish="tool_calls"), "another tool call"),
        (24, trial("first", text=ANSWER, usage=Usage(input_tokens=0, output_tokens=0)), "not estimated"),
        (25, trial("first", text=SHORT), "shown as whole"),
        (31, trial("first", text=ANSWER), "served_model says None"),
        (32, trial("first", "first", text=""), "asked 2 times, not 1"),
        (33, trial("first", "second", text=SHORT + OTHER, delivered=SHORT + OTHER), "another text was shown"),
        (37, trial("first", text="".join(PIECES[:57])), "another text was shown"),
    ],
)
def test_judges_see_what_is_wrong(number, made, complaint):
    found = verdict(number, made)
    assert not found.passed
    assert complaint in found.reason


def test_judges_accept_what_the_table_allows():
    assert verdict(8, trial("first", error=interrupted(SHORT), delivered=SHORT)).passed
    assert verdict(13, trial("first", error=ContentPolicyViolation("no"))).passed
    assert verdict(25, trial("first", text=SHORT, finish="length")).passed
    call = ToolCall(id="1", name=TOOL["name"], arguments=dict(ARGUMENTS))
    made = trial("first", "second", text="", finish="tool_calls")
    assert verdict(23, replace(made, response=replace(made.response, tool_calls=(call,)))).passed


def test_a_plain_call_has_no_excuse_for_an_error():
    error = trial("first", error=Unavailable("cut"))
    assert "no answer: Unavailable" in verdict(8, error, streamed=False).reason


def test_parked_means_left_alone_by_the_next_call():
    again = [fell_back(), fell_back()]
    assert "asked 2 times in two calls" in verdict(28, *again).reason
    assert verdict(28, fell_back(), trial("second", text=ANSWER)).passed


def test_an_outage_ends_on_the_primary_and_in_time():
    meanwhile = [trial("second", text=ANSWER, began=4.0 * at) for at in range(15)]
    back = trial("first", text=ANSWER, began=64.0)
    assert verdict(15, *meanwhile, back).passed
    assert "not asked again" in verdict(15, *meanwhile).reason
    assert "back after 41.0 s" in verdict(15, *meanwhile, replace(back, began=100.0)).reason
    storm = [fell_back(began=4.0 * at) for at in range(15)]
    assert "15 of 15 calls during the outage" in verdict(15, *storm, back).reason
