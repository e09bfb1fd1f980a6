"""Every hook does what its docstring says: a test for each, through a router, named `test_<hook>_…`."""

from collections.abc import Callable, Generator, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from interlock import (
    Classification,
    Decision,
    ModelCard,
    Request,
    Router,
    Unavailable,
    Verdict,
    hookimpl,
)
from interlock.errors import BudgetExceeded, ConfigError, GuardrailError, NoDeployment
from interlock.protocols import (
    IN_PROCESS,
    ClassifyCall,
    CommandOffer,
    ConstraintCall,
    Detector,
    GuardCall,
    Responded,
    RestoreCall,
    Ruling,
    StrategyCall,
)
from interlock.testing import ScriptedProvider, scripted_router
from interlock.types.budgets import Budget
from interlock.types.decisions import Attempt, Outcome
from interlock.types.findings import Finding
from rerankers import Told, refined_routes


def plugin(**hooks: Callable[..., Any]) -> Any:
    """An object that implements the hooks."""
    made = type("Plugin", (), {})()
    for name, hook in hooks.items():
        setattr(made, name, hookimpl(hook))
    return made


def offering(hook: str, *items: object) -> Any:
    return plugin(**{hook: lambda: items})


async def test_interlock_providers_serve_the_deployments_that_name_them() -> None:
    provider = ScriptedProvider(["from mine"], "mine")
    there = {"id": "x", "model": "zhipu/glm-5.2", "provider": "mine"}
    router = Router.from_config({"deployments": [there]}, plugins=[offering("interlock_providers", provider)])
    response = await router.complete("hi")
    assert (response.text, response.model, response.deployment) == ("from mine", "zhipu/glm-5.2", "x")


def test_interlock_model_cards_can_be_deployed_like_built_in_ones() -> None:
    card = ModelCard(id="acme/oracle-3", maker="Acme", jurisdiction="us", context_window=5)
    router = scripted_router(
        {"a": []},
        deployments={"a": {"model": "acme/oracle-3"}},
        plugins=[offering("interlock_model_cards", card)],
    )
    assert router.wiring.deployments["a"].card is card
    assert (
        "context" in router.decide("more words than this window of five tokens could ever hold").excluded["a"]
    )


class Shouts:
    api = 1
    name = "shouts"

    def __init__(self, confidence: float) -> None:
        self.confidence = confidence

    def classify(self, call: ClassifyCall) -> Classification:
        return Classification(task="creative_content", confidence=self.confidence, evidence=("it shouts",))


def test_interlock_classifiers_most_confident_one_is_believed() -> None:
    question = "Solve 3x + 4 = 19 and show each step of the calculation."
    sure = scripted_router({"a": []}, plugins=[offering("interlock_classifiers", Shouts(1.0))])
    decision = sure.decide(question)
    assert (decision.task, decision.stage, decision.evidence) == (
        "creative_content",
        "shouts",
        ("it shouts",),
    )
    unsure = scripted_router({"a": []}, plugins=[offering("interlock_classifiers", Shouts(0.01))])
    assert unsure.decide(question).task == "quantitative"


class NoSecrets:
    api = 1
    name = "no_secrets"

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.closed = False

    def check(self, call: ConstraintCall) -> str | None:
        self.asked.append(call.deployment.id)
        return "secrets stay here" if self.closed or "secret" in call.request.messages[0].text else None


async def test_interlock_constraints_exclude_and_are_asked_again_before_each_attempt() -> None:
    rule = NoSecrets()
    router = scripted_router({"a": ["fine"], "b": []}, plugins=[offering("interlock_constraints", rule)])
    assert router.decide("a secret").excluded == {"a": "secrets stay here", "b": "secrets stay here"}
    with pytest.raises(NoDeployment, match="secrets stay here"):
        await router.complete("a secret")
    rule.asked.clear()
    await router.complete("hello")
    assert rule.asked == ["a", "b", "a"]


async def test_interlock_constraints_that_raise_exclude() -> None:
    broken = SimpleNamespace(api=1, name="broken", check=lambda call: 1 / 0)
    router = scripted_router({"a": []}, plugins=[offering("interlock_constraints", broken)])
    assert "broken" in router.decide("hi").excluded["a"]


class Herons:
    api = 1
    name = "herons"
    kinds = frozenset({"codename"})

    def find(self, text: str) -> list[Finding]:
        at = text.find("Heron")
        if at < 0:
            return []
        return [Finding(kind="codename", rule="herons", start=at, end=at + 5, value="heron")]


class Careful:
    """Lets nothing leave that its detectors find anything in."""

    api = 1
    name = "careful"
    phases = frozenset({"request"})
    given: Sequence[Detector] = ()

    def __init__(self, *detectors: str) -> None:
        self.detectors = detectors

    def detecting(self, detectors: Sequence[Detector]) -> "Careful":
        made = Careful(*self.detectors)
        made.given = detectors
        return made

    def inspect(self, call: GuardCall) -> Verdict:
        found = [it for each in self.given for passage in call.passages for it in each.find(passage.text)]
        return Verdict(action="block", category=found[0].kind) if found else Verdict()


async def test_interlock_detectors_are_given_to_the_guardrails_that_name_them() -> None:
    detectors = offering("interlock_detectors", Herons())
    named = offering("interlock_guardrails", Careful("herons"))
    router = scripted_router({"a": []}, plugins=[detectors, named])
    with pytest.raises(GuardrailError, match="codename"):
        await router.complete("Project Heron")
    unnamed = offering("interlock_guardrails", Careful())
    router = scripted_router({"a": ["fine"]}, plugins=[detectors, unnamed])
    assert (await router.complete("Project Heron")).text == "fine"


class Tags:
    """Puts its name around what leaves and what comes back."""

    api = 1
    phases = frozenset({"request"})
    rewrites = True

    def __init__(self, name: str) -> None:
        self.name = name

    def inspect(self, call: GuardCall) -> Verdict:
        (passage,) = call.passages
        texts = {passage.where: f"{self.name}({passage.text})"}
        return Verdict(action="rewrite", texts=texts, kept=len(passage.text))

    def restore(self, call: RestoreCall) -> str:
        return f"{call.text}.{self.name}{call.kept}"


async def test_interlock_guardrails_run_by_name_going_out_and_in_reverse_coming_back() -> None:
    guards = offering("interlock_guardrails", Tags("b"), Tags("a"))
    router = scripted_router({"x": [lambda call: call.request.messages[0].text]}, plugins=[guards])
    assert (await router.complete("hi")).text == "b(a(hi)).b5.a2"


async def test_interlock_guardrails_that_raise_stop_the_call() -> None:
    phases = frozenset({"request"})
    broken = SimpleNamespace(api=1, name="broken", phases=phases, inspect=lambda call: 1 / 0)
    router = scripted_router({"x": []}, plugins=[offering("interlock_guardrails", broken)])
    with pytest.raises(GuardrailError, match="broken"):
        await router.complete("hi")


class Backwards:
    api = 1
    name = "backwards"

    def run(self, call: StrategyCall) -> Generator[Attempt, Outcome, None]:
        for candidate in reversed(call.shortlist):
            outcome = yield Attempt(deployment=candidate.deployment)
            if outcome.error is None:
                return


async def test_interlock_rerankers_put_a_learned_row_in_another_order(tmp_path: Path) -> None:
    told = Told()
    router = scripted_router(
        {name: [f"from {name}"] for name in "abc"},
        plugins=[offering("interlock_rerankers", told)],
        learned_routes=str(refined_routes(tmp_path)),
    )
    response = await router.complete("What is 12 % of 250?", task="quantitative")
    assert response.text == "from c"
    assert [each.deployment for each in response.record.decision.shortlist] == ["c", "b", "a"]


async def test_interlock_strategies_are_chosen_by_name_and_otherwise_left_alone() -> None:
    scripts, plugin = {"a": ["from a"], "b": ["from b"]}, offering("interlock_strategies", Backwards())
    chosen = scripted_router(scripts, plugins=[plugin], strategy="backwards")
    assert (await chosen.complete("hi")).text == "from b"
    assert (await scripted_router(scripts, plugins=[plugin]).complete("hi")).text == "from a"


class First:
    api = 1
    name = "first"

    asks = False

    async def arbitrate(self, call: Any) -> Ruling:
        return Ruling(chosen=(call.members[0].label,))


async def test_interlock_arbiters_are_chosen_by_name_and_otherwise_left_alone() -> None:
    scripts, plugin = {"a": ["no"], "b": ["yes"], "c": ["yes"]}, offering("interlock_arbiters", First())
    members = ["a", "b", "c"]
    both = {"first": {"members": members, "mode": "first"}, "vote": {"members": members}}
    router = scripted_router(scripts, plugins=[plugin], ensembles=both)
    assert (await router.complete("hi", ensemble="first")).text == "no"
    router = scripted_router(scripts, plugins=[plugin], ensembles=both)
    assert (await router.complete("hi", ensemble="vote")).text == "yes"


class Shelf:
    api = 1
    name = "shelf"
    facts = IN_PROCESS
    options = None

    def open(self, call: Any) -> Any:
        raise AssertionError("nobody has configured one")


def test_interlock_connectors_are_opened_where_the_configuration_names_one() -> None:
    kind = Shelf()
    plugin = offering("interlock_connectors", kind)
    router = scripted_router({"a": []}, plugins=[plugin])
    assert router.wiring.offers.connectors["shelf"] is kind
    with pytest.raises(ConfigError, match=r"connectors\.0: the connector 'shelf' cannot be opened: .*nobody"):
        scripted_router({"a": []}, plugins=[plugin], connectors=[{"id": "books", "connector": "shelf"}])


class Pile:
    api = 1
    name = "pile"

    schemes = ("pile",)

    def open(self, call: Any) -> Any: ...


def test_interlock_stores_are_taken_by_name() -> None:
    store = Pile()
    router = scripted_router({"a": []}, plugins=[offering("interlock_stores", store)])
    assert router.wiring.offers.stores["pile"] is store


def test_interlock_logs_are_taken_by_name() -> None:
    log = Pile()
    router = scripted_router({"a": []}, plugins=[offering("interlock_logs", log)])
    assert router.wiring.offers.logs["pile"] is log


class Purse:
    api = 1
    name = "purse"

    def budgets(self, request: Request) -> list[Budget]:
        return [Budget(id=str(request.metadata.get("user")), per="day", requests=1)]


def test_interlock_budgets_are_asked_about_every_request() -> None:
    router = scripted_router({"a": ["for ann", "for bob"]}, plugins=[offering("interlock_budgets", Purse())])
    router.complete_sync("Hi", metadata={"user": "ann"})
    router.complete_sync("Hi", metadata={"user": "bob"})
    with pytest.raises(BudgetExceeded, match="budget ann: 0 of 1 requests"):
        router.complete_sync("Hi", metadata={"user": "ann"})
    router.close_sync()


class Ether:
    api = 1
    name = "ether"
    schemes = ("ether",)

    def open(self, call: Any) -> Any: ...


def test_interlock_shared_health_is_taken_by_name() -> None:
    kind = Ether()
    router = scripted_router({"a": []}, plugins=[offering("interlock_shared_health", kind)])
    assert router.wiring.offers.shared_health["ether"] is kind


class Abacus:
    api = 1
    name = "abacus"
    schemes = ("abacus",)

    def open(self, call: Any) -> Any: ...


def test_interlock_ledgers_are_taken_by_name() -> None:
    kind = Abacus()
    router = scripted_router({"a": []}, plugins=[offering("interlock_ledgers", kind)])
    assert router.wiring.offers.ledgers["abacus"] is kind


class Turnstile:
    api = 1
    name = "turnstile"
    schemes = ("turnstile",)

    def open(self, call: Any) -> Any: ...


def test_interlock_limits_are_taken_by_name() -> None:
    kind = Turnstile()
    router = scripted_router({"a": []}, plugins=[offering("interlock_limits", kind)])
    assert router.wiring.offers.limits["turnstile"] is kind


class Doorman:
    api = 1
    name = "doorman"

    def principal(self, secret: str) -> Any: ...
    def by_id(self, id_: str) -> Any: ...
    async def start(self) -> None: ...
    async def aclose(self) -> None: ...


def test_interlock_identities_are_there_for_an_endpoint() -> None:
    doorman = Doorman()
    router = scripted_router({"a": []}, plugins=[offering("interlock_identities", doorman)])
    assert router.identities == (doorman,)


def test_interlock_commands_are_taken_by_name_and_not_loaded() -> None:
    offer = CommandOffer(name="hum", help="Hum a tune.", load=lambda: 1 / 0)  # type: ignore[arg-type, return-value]  # not called
    router = scripted_router({"a": []}, plugins=[offering("interlock_commands", offer)])
    assert router.wiring.offers.commands["hum"] is offer


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"name": "Hum"}, "name: 'Hum' is no verb"),
        ({"name": "-hum"}, "name: '-hum' is no verb"),
        ({"name": None}, "name: None is no verb"),
        ({"help": "Hum\na tune."}, "is not one line"),
        ({"help": ""}, "help: '' is not one line"),
        ({"load": "hum:main"}, "load: 'hum:main' cannot be called"),
    ],
)
def test_interlock_commands_that_cannot_stand_in_a_list_are_refused(
    changes: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(ValueError, match=sentence):
        CommandOffer(**{"name": "hum", "help": "Hum a tune.", "load": lambda: print, **changes})


async def test_interlock_decided_comes_after_every_decision() -> None:
    seen: list[Decision] = []
    watch = plugin(interlock_decided=lambda request, decision: seen.append(decision))
    router = scripted_router({"a": ["one"]}, plugins=[watch])
    decision = router.decide("hi")
    response = await router.complete("hi")
    assert seen == [decision, response.record.decision]


async def test_interlock_attempt_finished_comes_for_failures_and_answers() -> None:
    seen: list[tuple[str, str | None]] = []
    watch = plugin(
        interlock_attempt_finished=lambda attempt: seen.append(
            (attempt.deployment, attempt.error and attempt.error.kind)
        )
    )
    router = scripted_router({"a": [Unavailable("x")], "b": ["two"]}, plugins=[watch])
    async with router.stream("hi") as stream:
        async for _ in stream:
            pass
    assert seen == [("a", "Unavailable"), ("b", None)]


async def test_interlock_responded_comes_once_a_call_however_it_ended() -> None:
    seen: list[Responded] = []
    watch = plugin(interlock_responded=lambda request, responded: seen.append(responded))
    router = scripted_router({"a": ["one", Unavailable("x")]}, plugins=[watch])
    response = await router.complete("hi")
    with pytest.raises(Unavailable):
        await router.complete("hi")
    assert [(each.response, each.record.error) for each in seen] == [(response, None), (None, "Unavailable")]
    assert [each.record for each in seen] == list(router.records)
