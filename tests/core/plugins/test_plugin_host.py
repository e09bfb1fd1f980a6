"""PluginHost: a broken plugin is reported, with its distribution and cause, and breaks nothing else."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from interlock import NoDeployment, PluginError, Router, hookimpl
from interlock.assembly import assemble
from interlock.plugins import PluginHost, PluginReport
from interlock.testing import ScriptedProvider, scripted_router

Publish = Callable[..., None]


def wired(**environ: str) -> Router:
    """A router beside whatever is published; its own provider must keep working."""
    return scripted_router({"own": ["still here"]}, environ=environ)


def report_of(router: Router, name: str) -> PluginReport:
    (report,) = [report for report in router.wiring.host.reports if report.name == name]
    return report


IMPORTS = {
    "interrupts_at_import": "could not be imported: KeyboardInterrupt: no console here",
    "raises_at_import": "could not be imported: ModuleNotFoundError: No module named 'an_sdk_that",
    "leaves_at_import": "could not be imported: SystemExit: no licence found",
    "unknown_hook": "there is no hook 'interlock_provider'; did you mean 'interlock_providers'?",
    "wrong_arguments": "could not be registered: PluginValidationError",
    "unmarked": "interlock_providers is not marked with @interlock.hookimpl",
}


@pytest.mark.parametrize("name", IMPORTS)
async def test_a_plugin_that_cannot_be_taken_is_reported_and_left_out(name: str, publish: Publish) -> None:
    publish(name)
    router = wired()
    report = report_of(router, name)
    assert (report.distribution, report.version, report.status) == (f"interlock-{name}", "0.3", "failed")
    (failure,) = report.failures
    assert failure.startswith(IMPORTS[name])
    assert not report.offers
    assert "misspelt" not in router.wiring.offers.providers
    assert (await router.complete("hi")).text == "still here"


async def test_all_broken_plugins_at_once_break_nothing(publish: Publish) -> None:
    for name in (*IMPORTS, "nonsense"):
        publish(name)
    router = wired()
    assert {name: report_of(router, name).status for name in IMPORTS} == dict.fromkeys(IMPORTS, "failed")
    assert (await router.complete("hi")).text == "still here"


NONSENSE = [
    "interlock_providers offered a int: that is no Provider; it lacks api, complete, facts, stream",
    "interlock_providers offered ScriptedProvider: it is a class; offer an instance",
    "interlock_providers offered a Half: that is no Provider; it lacks stream",
    "interlock_providers offered a Prickly: .*RuntimeError",
    "interlock_providers offered a Future: it speaks api 2; this version of interlock speaks 1",
    "interlock_providers offered .*: its facts are no ProviderFacts but str",
    "interlock_providers offered .*: its facts are no ProviderFacts but SimpleNamespace",
    r"interlock_providers offered .*: its facts.name is \['a', 'list'\]",
    "interlock_providers offered 'useful': another plugin offers this name already",
    r"interlock_classifiers offered .*: its name is \['a', 'list'\]",
    "interlock_classifiers offered .*: its name is None",
    "interlock_model_cards offered 'openai/gpt-5.5': this name is taken already",
    "interlock_constraints raised ZeroDivisionError: the hook itself fails",
    "interlock_stores raised TypeError: 'NoneType' object is not iterable",
]


async def test_nonsense_is_left_out_piece_by_piece(publish: Publish) -> None:
    publish("nonsense")
    router = wired()
    report = report_of(router, "nonsense")
    for sentence in NONSENSE:
        assert [failure for failure in report.failures if re.match(sentence, failure)], sentence
    assert len(report.failures) == len(NONSENSE)
    assert report.offers["interlock_providers"] == ["useful"]
    assert report.offers["interlock_classifiers"] == ["fine"]
    assert "useful" in router.wiring.offers.providers
    assert router.wiring.catalog.cards["openai/gpt-5.5"].maker == "OpenAI"
    assert (await router.complete("hi")).text == "still here"


def test_an_entry_point_to_something_that_is_no_plugin_is_reported(publish: Publish) -> None:
    publish("a_mapping", "PLUGIN = {}\n", "a_mapping:PLUGIN")
    publish("nowhere", "", "nowhere:MISSING")
    publish("unreadable", "", "not a valid entry")
    router = wired()
    assert report_of(router, "a_mapping").offers == {}
    assert report_of(router, "nowhere").failures[0].startswith("could not be imported: AttributeError")
    assert report_of(router, "unreadable").failures[0].startswith("could not be imported")


def test_a_distribution_without_metadata_is_no_obstacle(publish: Publish) -> None:
    publish("half_removed", "", metadata=False)
    publish("unmarked")
    router = wired()
    assert report_of(router, "half_removed").name == "half_removed"
    assert report_of(router, "unmarked").status == "failed"


@pytest.mark.parametrize(
    "blocked", ["raises_at_import", "interlock-raises_at_import", "other, raises_at_import ,"]
)
def test_a_blocked_plugin_is_not_even_imported(blocked: str, publish: Publish) -> None:
    publish("raises_at_import")
    router = wired(INTERLOCK_DISABLED_PLUGINS=blocked, INTERLOCK_STRICT_PLUGINS="1")
    report = report_of(router, "raises_at_import")
    assert (report.status, report.failures) == ("blocked", [])


async def test_a_blocked_provider_excludes_its_deployments() -> None:
    source = {"deployments": [{"id": "x", "model": "zhipu/glm-5.2", "provider": "zhipu", "region": "cn"}]}
    environ = {"INTERLOCK_DISABLED_PLUGINS": "openai", "ZHIPU_API_KEY": "k"}
    router = Router(assemble(source, environ=environ))
    with pytest.raises(NoDeployment, match="interlock-openai is switched off") as caught:
        await router.complete("hi")
    assert set(caught.value.excluded) == {"x"}


@pytest.mark.parametrize("name", [*IMPORTS, "nonsense"])
def test_strict_mode_ends_at_the_first_failure(name: str, publish: Publish) -> None:
    publish(name)
    with pytest.raises(PluginError, match=f"plugin {name}: ") as caught:
        wired(INTERLOCK_STRICT_PLUGINS="1")
    assert caught.value.distribution == f"interlock-{name}"


def test_the_first_plugin_to_claim_a_name_keeps_it() -> None:
    first, second = ScriptedProvider([], "same"), ScriptedProvider([], "same")
    router = scripted_router({"same": first}, plugins=[second])
    assert router.wiring.offers.providers["same"] is first
    failures = [report.failures for report in router.wiring.host.reports if report.name == "ScriptedProvider"]
    assert failures[0] == []
    assert "interlock_providers offered 'same': another plugin offers this name already" in failures[1]


class Recorder:
    """Observes with the arguments it wants, and no more."""

    def __init__(self) -> None:
        self.seen: list[Any] = []

    @hookimpl
    def interlock_decided(self, decision: Any) -> None:
        self.seen.append(decision.task)

    @hookimpl
    def interlock_attempt_finished(self, attempt: Any, request: Any) -> None:
        self.seen.append((attempt.deployment, request.messages[0].text))

    @hookimpl
    def interlock_responded(self) -> None:
        self.seen.append("responded")


class Thrower:
    @hookimpl
    def interlock_decided(self, request: Any) -> None:
        raise LookupError("observers fail too")

    interlock_attempt_finished = hookimpl(lambda self, attempt: attempt.nothing)
    interlock_responded = hookimpl(lambda self, responded: 1 / 0)


async def test_an_observer_that_raises_disturbs_neither_the_call_nor_the_others() -> None:
    recorder = Recorder()
    router = scripted_router({"a": ["one", "two"]}, plugins=[Thrower(), recorder])
    for _ in range(2):
        await router.complete("hi", task="conversational")
    assert recorder.seen == ["conversational", ("a", "hi"), "responded"] * 2
    assert report_of(router, "Thrower").failures == [
        "interlock_decided raised LookupError: observers fail too",
        "interlock_attempt_finished raised AttributeError: 'AttemptRecord' object has no attribute 'nothing'",
        "interlock_responded raised ZeroDivisionError: division by zero",
    ]
    assert report_of(router, "Recorder").status == "ok"


def test_hosts_share_nothing(publish: Publish) -> None:
    publish("nonsense")
    environ = {"INTERLOCK_DISABLED_PLUGINS": "nonsense"}
    blocking, open_ = PluginHost(environ=environ), PluginHost(environ={})
    statuses = [
        {report.name: report.status for report in host.reports}["nonsense"] for host in (blocking, open_)
    ]
    assert statuses == ["blocked", "ok"]
