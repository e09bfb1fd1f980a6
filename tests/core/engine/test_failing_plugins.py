"""Plugins that fail in the middle of a call: what the caller is given, and what the record says."""

import pytest

from instant import run
from interlock import (
    BudgetExceeded,
    Classification,
    Constraints,
    GuardrailError,
    PermitError,
    PluginError,
    Request,
    Unavailable,
    Verdict,
    hookimpl,
)
from interlock.engine.attempting.recorder import AttemptObserver
from interlock.testing import scripted_providers, scripted_router
from interlock.types.decisions import Attempt, Candidate, Outcome, Race


async def whole(router):
    return (await router.complete("Have a look at this.")).text


async def streamed(router):
    return "".join([chunk.text async for chunk in router.stream("Have a look at this.")])


@pytest.fixture(params=[whole, streamed], ids=["plain", "streamed"])
def ask(request):
    return lambda router: run(request.param(router))


class Strategic:
    """A strategy out of a function of the call, and the plugin that offers it."""

    api = 1
    name = "strategic"

    def __init__(self, run):
        self.run = run

    @hookimpl
    def interlock_strategies(self):
        return [self]


def strategic(scripts, function, **config):
    return scripted_router(scripts, plugins=[Strategic(function)], strategy="strategic", **config)


def no_generator(call):
    raise ValueError("no")


def at_once(call):
    raise ValueError("no")
    yield


def after_a_failure(call):
    yield Attempt(deployment="a")
    raise ValueError("no")


def after_a_race(call):
    yield Race(attempts=(Attempt(deployment="a"), Attempt(deployment="b", delay=5)))
    raise ValueError("no")


def nonsense(call):
    yield "a"


def a_strange_choice(call):
    yield Attempt(deployment="a")
    return "the second one"


@pytest.mark.parametrize(
    ("strategy", "asked"),
    [
        (no_generator, []),
        (at_once, []),
        (after_a_failure, ["a"]),
        (after_a_race, ["a", "b"]),
        (nonsense, []),
        (a_strange_choice, ["a"]),
    ],
)
def test_a_strategy_that_fails_ends_the_call_in_a_typed_error(strategy, asked, ask):
    router = strategic({"a": [Unavailable("503")], "b": [Unavailable("503")]}, strategy)
    with pytest.raises(PluginError, match="the strategy ") as caught:
        ask(router)
    (record,) = router.records
    assert record.error == "PluginError"
    assert caught.value.attempts == record.attempts
    assert [attempt.deployment for attempt in record.attempts] == asked


@pytest.mark.parametrize("name", ["c", "nowhere"])
@pytest.mark.parametrize("race", [False, True])
def test_a_strategy_gets_no_further_than_the_shortlist(name, race, ask):
    def strategy(call):
        allowed, other = Attempt(deployment="a"), Attempt(deployment=name)
        yield Race(attempts=(allowed, other)) if race else allowed
        yield other

    router = strategic(
        {"a": [Unavailable("503")], "c": ["x"]},
        strategy,
        constraints={"deny_vendors": ["scripted/c"]},
    )
    with pytest.raises(PermitError, match=name):
        ask(router)
    assert not scripted_providers(router)[1].calls


class Guard:
    api = 1
    name = "guard"

    phases = frozenset({"request", "answer"})
    rewrites = True

    def __init__(self, *, out=None, back=None, restore=None):
        self._out, self._back, self._restore = out, back, restore

    def inspect(self, call):
        say = self._out if call.answer is None else self._back
        return say(call) if say else Verdict()

    def restore(self, call):
        return self._restore(call) if self._restore else call.text

    @hookimpl
    def interlock_guardrails(self):
        return [self]


def refused(call):
    raise ValueError("it names a patient")


def rewriting(**texts):
    return lambda call: Verdict(action="rewrite", texts=texts)


@pytest.mark.parametrize(
    "out",
    [
        refused,
        lambda call: None,
        lambda call: (7, None),
        lambda call: Verdict(action="no"),
        rewriting(nowhere="x"),
        rewriting(**{"messages[0].parts[0]": None}),
    ],
)
def test_a_guardrail_that_stops_a_call_before_it_leaves_is_in_its_record(out, ask):
    router = scripted_router({"a": ["x"]}, plugins=[Guard(out=out)])
    with pytest.raises(GuardrailError, match=r"^guard "):
        ask(router)
    (record,) = router.records
    assert [(each.guardrail, each.phase, each.action) for each in record.guardrails] == [
        ("guard", "request", "failed")
    ]
    assert (record.error, record.attempts) == ("GuardrailError", ())
    assert "patient" not in repr(record)
    assert not scripted_providers(router)[0].calls


@pytest.mark.parametrize(
    "guard",
    [
        Guard(back=refused),
        Guard(back=lambda call: "fine"),
        Guard(restore=refused),
        Guard(restore=lambda call: None),
    ],
)
def test_a_guardrail_that_fails_afterwards_ends_the_call_and_nobody_else_is_asked(guard, ask):
    router = scripted_router({"a": ["x"], "b": ["y"]}, plugins=[guard])
    with pytest.raises(GuardrailError, match="guard stopped the call"):
        ask(router)
    (record,) = router.records
    assert [attempt.deployment for attempt in record.attempts] == ["a"]


class Oracle:
    api = 1
    name = "oracle"

    def classify(self, call):
        return None

    async def refine(self, call, sofar):
        answer = await call.ask(Request("Which task?"))
        return Classification(task=answer.text, confidence=0.9)

    @hookimpl
    def interlock_classifiers(self):
        return [self]


def test_a_classifier_may_ask_where_guardrails_are_installed(ask):
    router = scripted_router({"a": ["quantitative", "42"]}, plugins=[Oracle(), Guard()])
    assert ask(router) == "42"
    assert router.records[-1].decision.stage == "oracle"


class Failing:
    """Everything that watches or advises, and fails at it."""

    api = 1
    name = "failing"

    def classify(self, call):
        raise ValueError("no")

    async def refine(self, call, sofar):
        raise ValueError("no")

    @hookimpl
    def interlock_classifiers(self):
        return [self]

    @hookimpl
    def interlock_decided(self, request, decision):
        raise ValueError("no")

    @hookimpl
    def interlock_attempt_finished(self, request, attempt):
        raise ValueError("no")

    @hookimpl
    def interlock_responded(self, request, responded):
        raise ValueError("no")


def test_what_only_watches_or_advises_keeps_no_call_from_its_answer(ask):
    router = scripted_router({"a": [Unavailable("503")], "b": ["fine"]}, plugins=[Failing()])
    assert ask(router) == "fine"


class Told(AttemptObserver):
    def __init__(self, *, fails=False):
        self.fails, self.ends = fails, []

    def began(self, entry):
        pass

    def ended(self, entry, failure, record):
        self.ends.append(record.deployment)
        if self.fails:
            raise KeyError(record.deployment)


def test_a_witness_that_fails_keeps_nobody_else_from_being_told(ask, caplog):
    router = scripted_router({"a": [Unavailable("503")], "b": ["fine"]})
    recorder = router.wiring.engine.attempts._recorder
    first, second = Told(fails=True), Told()
    recorder.observers = [first, *recorder.observers, second]
    assert ask(router) == "fine"
    assert first.ends == second.ends == ["a", "b"]
    assert "Told raised KeyError" in caplog.text


def test_an_outcome_that_a_strategy_made_up_is_no_answer(ask):
    def strategy(call):
        yield Attempt(deployment="a")
        return Outcome(attempt=Attempt(deployment="a"))

    with pytest.raises(Exception, match="chose none") as caught:
        ask(strategic({"a": [Unavailable("503")]}, strategy))
    assert len(caught.value.attempts) == 1


class Vandal:
    """Writes into what it is given, frozen or not: away with the constraints, and everybody on the list."""

    @hookimpl
    def interlock_decided(self, request, decision):
        object.__setattr__(request, "constraints", Constraints())
        everybody = tuple(Candidate(deployment=name, model="x", region="us", reasons=()) for name in "ba")
        object.__setattr__(decision, "shortlist", everybody)


@pytest.mark.parametrize("way", ["complete", "stream", "complete_sync", "stream_sync"])
def test_a_plugin_that_writes_into_a_request_loosens_nothing(way):
    places = {"a": {"region": "eu"}, "b": {"region": "us"}}
    router = scripted_router({"a": ["x"], "b": ["y"]}, plugins=[Vandal()], deployments=places)
    options = {"constraints": {"residency": "eu"}, "task": "conversational"}
    outcome = getattr(router, way)("Hello", **options)
    if way == "complete":
        assert run(outcome).text == "x"
    elif way == "stream":
        assert run(whole_of(outcome)) == "x"
    elif way == "stream_sync":
        assert "".join(chunk.text for chunk in outcome) == "x"
    first, second = scripted_providers(router)
    assert (len(first.calls), len(second.calls)) == (1, 0)
    router.close_sync()


async def whole_of(stream):
    return "".join([chunk.text async for chunk in stream])


class Forgets:
    """An observer that takes from a request what rules go by, and lists everybody."""

    def __init__(self, everybody):
        self.everybody = everybody

    @hookimpl
    def interlock_decided(self, request, decision):
        request.metadata.clear()
        object.__setattr__(request, "metadata", {})
        object.__setattr__(
            decision,
            "shortlist",
            tuple(Candidate(deployment=at, model=at, region="local") for at in self.everybody),
        )


class Tagged:
    """A rule that goes by metadata."""

    api = 1
    name = "tagged"

    @hookimpl
    def interlock_constraints(self):
        return [self]

    def check(self, call):
        kept = call.request.metadata.get("keep") == "in" and call.deployment.id == "out"
        return "what is kept in does not go out" if kept else None


def test_rules_go_by_the_metadata_that_a_request_came_with():
    router = scripted_router({"out": [], "in": ["fine"]}, plugins=[Tagged(), Forgets(["out", "in"])])
    assert router.complete_sync("Hello.", metadata={"keep": "in"}).deployment == "in"
    out, _ = scripted_providers(router)
    assert not out.calls


@pytest.mark.parametrize("ledger", [None, "sqlite"])
def test_budgets_count_by_the_metadata_that_a_request_came_with(ledger, tmp_path):
    config = {"budgets": [{"id": "acme", "requests": 1, "per": "month", "where": {"customer": "acme"}}]}
    if ledger is not None:
        config["ledger"] = f"sqlite:///{tmp_path / 'ledger.db'}"
    router = scripted_router({"in": ["fine", "more"]}, plugins=[Forgets(["in"])], **config)
    with router:
        assert router.complete_sync("Hello.", metadata={"customer": "acme"}).text == "fine"
        with pytest.raises(BudgetExceeded):
            router.complete_sync("Hello.", metadata={"customer": "acme"})
