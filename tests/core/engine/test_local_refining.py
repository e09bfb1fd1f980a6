"""A second opinion on the task, from classifiers that need no network."""

import pytest

from interlock import Classification, ConfigError, Request, hookimpl
from interlock.testing import scripted_providers, scripted_router

ROUTES = {"conversational": ["a", "b"], "quantitative": ["b", "a"]}
VAGUE = "Have a look at this."
CLEAR = "Write a Python function that sorts a list of invoices."


class Local:
    """Thinks something of every prompt that it is asked about."""

    api = 1
    name = "near"
    local = True

    def __init__(self, task="quantitative", confidence=0.2, *, below=0.6, tasks=(), breaks=False):
        self.task, self.confidence, self.below, self.tasks, self.breaks = (
            task,
            confidence,
            below,
            tasks,
            breaks,
        )
        self.heard = []

    @hookimpl
    def interlock_classifiers(self):
        return [self]

    def own_tasks(self):
        if isinstance(self.tasks, Exception):
            raise self.tasks
        return self.tasks

    def classify(self, call):
        return None

    async def refine(self, call, sofar):
        self.heard.append((call.text, call.ask, sofar.task))
        if self.breaks:
            raise RuntimeError("no")
        return Classification(task=self.task, confidence=self.confidence, evidence=("near",))


def router(*plugins, **config):
    return scripted_router(
        {"a": ["from a"] * 2, "b": ["from b"] * 2}, plugins=plugins, **{"routes": ROUTES} | config
    )


async def test_refine_says_what_a_call_decides_and_sends_nothing():
    near = Local()
    routing = router(near)
    decision = await routing.refine(VAGUE)
    assert (decision.task, decision.stage, decision.confidence) == ("quantitative", "near", 0.2)
    assert decision.shortlist[0].deployment == "b"
    assert not any(provider.calls for provider in scripted_providers(routing))
    response = await routing.complete(VAGUE)
    assert (response.text, response.record.decision) == ("from b", decision)
    assert [attempt.role for attempt in response.record.attempts] == ["answer"]
    assert routing.decide(VAGUE).task == "conversational", "deciding waits for nobody"


def test_refine_sync_says_the_same_and_needs_no_loop():
    with router(Local()) as routing:
        assert routing.refine_sync(VAGUE).task == "quantitative"
    assert router().refine_sync(VAGUE).task == "conversational"


async def test_what_it_loads_may_be_left_for_the_first_who_is_unsure():
    near = Local()
    routing = router(near)
    await routing.warm(classifiers=False)
    assert not near.heard
    await routing.warm()
    assert len(near.heard) == 1


async def test_it_reads_the_last_human_turn_and_asks_nobody():
    near = Local()
    await router(near).refine(f"<system-reminder>be brief</system-reminder>{VAGUE}")
    assert near.heard == [(VAGUE, None, "conversational")]


@pytest.mark.parametrize(
    ("prompt", "options", "below"),
    [
        (CLEAR, {}, 0.6),
        (VAGUE, {"task": "conversational"}, 1.0),
        ("Summarise our Berlin patients' records; personal data, keep it in the EU.", {}, 1.0),
    ],
    ids=["clear", "named", "regulated"],
)
async def test_nobody_is_heard_where_the_task_is_settled(prompt, options, below):
    near = Local(below=below)
    await router(near).refine(prompt, **options)
    assert near.heard == []


async def test_one_with_tasks_of_its_own_is_heard_about_clear_prompts_and_has_routes():
    near = Local("contracts_review", 0.9, below=1.0, tasks=("contracts_review",))
    routing = router(near, routes={**ROUTES, "contracts_review": ["b"]})
    decision = await routing.refine(CLEAR)
    assert (decision.task, decision.shortlist[0].deployment) == ("contracts_review", "b")
    assert routing.decide(VAGUE, task="contracts_review").shortlist[0].deployment == "b"


def test_a_route_for_a_task_that_nobody_has_is_refused():
    with pytest.raises(ConfigError, match="contracts_review") as caught:
        router(Local(tasks=("contracts_review",)), routes={"contract_review": ["a"]})
    assert caught.value.suggestion == "contracts_review"


@pytest.mark.parametrize(
    ("tasks", "sentence"),
    [
        (("quantitative",), "of Interlock's own"),
        (ValueError("tasks.json is no file"), "tasks.json is no file"),
    ],
)
def test_own_tasks_that_cannot_be_had_name_their_classifier(tasks, sentence):
    with pytest.raises(ConfigError, match=sentence) as caught:
        router(Local(tasks=tasks))
    assert caught.value.key == "classifiers.near"


@pytest.mark.parametrize("near", [Local("astrology"), Local(breaks=True)], ids=["no task", "raises"])
async def test_one_that_helps_nobody_changes_nothing(near):
    decision = await router(near).refine(VAGUE)
    assert (decision.task, decision.stage) == ("conversational", "heuristics")


class Oracle:
    """Asks a model, under a confidence of its own."""

    api = 1
    name = "oracle"

    def __init__(self, below):
        self.below = below
        self.heard = []

    @hookimpl
    def interlock_classifiers(self):
        return [self]

    def classify(self, call):
        return None

    async def refine(self, call, sofar):
        self.heard.append((call.text, sofar.task))
        await call.ask(Request("Which?"))


@pytest.mark.parametrize(("confidence", "below", "asked"), [(0.5, 0.7, True), (0.8, 0.7, False)])
async def test_one_that_asks_a_model_hears_what_the_local_ones_think(confidence, below, asked):
    oracle = Oracle(below)
    await router(Local(confidence=confidence), oracle).complete(VAGUE)
    assert oracle.heard == ([(VAGUE, "quantitative")] if asked else [])


async def test_it_is_heard_where_nothing_may_serve_too():
    routing = router(Local(), deployments={name: {"region": "us"} for name in "ab"})
    decision = await routing.refine(VAGUE, constraints={"residency": {"eu"}})
    assert (decision.task, decision.shortlist) == ("quantitative", ())
