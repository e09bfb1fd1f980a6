"""A second opinion on the task, from classifiers that ask a model."""

import pytest

from interlock import Classification, Request, Unavailable, hookimpl
from interlock.testing import scripted_providers, scripted_router

ROUTES = {"conversational": ["a", "b"], "quantitative": ["b", "a"]}
VAGUE = "Have a look at this."


class Oracle:
    """Asks a model which task it is, and believes it."""

    api = 1
    name = "oracle"

    def __init__(self, confidence=0.9, task=None):
        self.confidence, self.task = confidence, task
        self.heard = []

    def classify(self, call):
        assert call.ask is None, "deciding asks nobody"

    async def refine(self, call, sofar):
        self.heard.append(sofar.task)
        answer = await call.ask(Request(f"Which task? {call.request.messages[-1].text}"))
        return Classification(task=self.task or answer.text, confidence=self.confidence)


def plugin(*classifiers):
    return type("Plugin", (), {"interlock_classifiers": hookimpl(lambda self: list(classifiers))})()


async def test_an_unsure_decision_is_made_again():
    router = scripted_router({"a": ["quantitative"], "b": ["42"]}, plugins=[plugin(Oracle())], routes=ROUTES)
    response = await router.complete(VAGUE)
    decision = response.record.decision
    assert (response.text, decision.task, decision.stage) == ("42", "quantitative", "oracle")
    asked, answered = response.record.attempts
    assert (asked.deployment, asked.role) == ("a", "classifier")
    assert (answered.deployment, answered.role) == ("b", "answer")
    assert router.decide(VAGUE).task == "conversational", "deciding alone asks nobody"


async def test_a_stream_is_decided_the_same_way():
    router = scripted_router({"a": ["quantitative"], "b": ["42"]}, plugins=[plugin(Oracle())], routes=ROUTES)
    assert "".join([chunk.text async for chunk in router.stream(VAGUE)]) == "42"


@pytest.mark.parametrize(
    ("prompt", "options"),
    [
        ("Write a Python function that sorts a list of invoices.", {}),
        (VAGUE, {"task": "conversational"}),
        (VAGUE, {"task": "eu_regulated"}),
    ],
)
async def test_nobody_is_asked_when_the_task_is_clear(prompt, options):
    oracle = Oracle()
    router = scripted_router({"a": ["fine"]}, plugins=[plugin(oracle)])
    await router.complete(prompt, **options)
    assert oracle.heard == []


async def test_what_is_asked_stays_on_the_shortlist():
    regions = {"a": {"region": "us"}, "b": {"region": "eu"}}
    router = scripted_router(
        {"a": [], "b": ["quantitative", "42"]}, plugins=[plugin(Oracle())], deployments=regions, routes=ROUTES
    )
    response = await router.complete(VAGUE, constraints={"residency": {"eu"}})
    assert [attempt.deployment for attempt in response.record.attempts] == ["b", "b"]
    assert scripted_providers(router)[0].calls == []


@pytest.mark.parametrize(
    "oracle", [Oracle(confidence=0.01), Oracle(task="astrology")], ids=["less sure", "no task"]
)
async def test_an_opinion_that_helps_nobody_changes_nothing(oracle):
    router = scripted_router(
        {"a": ["quantitative", "fine"], "b": []}, plugins=[plugin(oracle)], routes=ROUTES
    )
    response = await router.complete(VAGUE)
    assert (response.text, response.record.decision.task) == ("fine", "conversational")


async def test_a_classifier_that_gets_no_answer_is_passed_over():
    router = scripted_router(
        {"a": [Unavailable("503"), "fine"], "b": [Unavailable("503")]},
        plugins=[plugin(Oracle())],
        routes=ROUTES,
    )
    response = await router.complete(VAGUE)
    assert response.text == "fine"
    assert [attempt.role for attempt in response.record.attempts] == ["classifier", "classifier", "answer"]
