"""Options for plugins' offers in the configuration: given, overridden, needed, and refused at their key."""

import asyncio
import sys
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, ClassVar, Literal

import pytest
from pydantic import BaseModel, ValidationError

from instant import run
from interlock import (
    Answer,
    Classification,
    ConfigError,
    GuardrailError,
    PluginError,
    Text,
    Verdict,
    hookimpl,
)
from interlock.assembly import assemble
from interlock.testing import scripted_router
from interlock.types.decisions import Attempt
from interlock.types.models import Secret

KEY = "sk-live-0123456789"
Kind = Literal["mail", "phone", "iban"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What is hidden, and as what."""

    kinds: tuple[Kind, ...] = ("mail",)
    by: dict[str, str] = field(default_factory=dict)
    api_key: Secret | None = None
    words: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Needed:
    model: str
    share: float = 0.5


@dataclass(frozen=True)
class Offer:
    """Every kind of offer that takes options, by what it has of them."""

    name: str = "pii"
    options: Any = Terms
    given: Any = None
    result: Any = None
    api: ClassVar[int] = 1
    phases: ClassVar[frozenset[str]] = frozenset({"request"})
    asks: ClassVar[bool] = False
    kinds: ClassVar[frozenset[str]] = frozenset({"person"})

    def configured(self, options):
        if isinstance(self.result, BaseException):
            raise self.result
        return self.result or replace(self, given=options)

    def classify(self, call):
        return Classification(task="quantitative", confidence=0.99, evidence=(repr(self.given),))

    def check(self, call):
        return "not this one" if self.given.by and call.deployment.id in self.given.by else None

    def find(self, text):
        return []

    def inspect(self, call):
        return Verdict()

    def restore(self, call):
        return f"{call.text} {self.given.kinds[0]}"

    def run(self, call):
        yield Attempt(deployment=call.shortlist[-1].deployment)

    async def arbitrate(self, call):
        return Answer(parts=(Text(self.given.kinds[0]),), finish_reason="stop")


class Plugin:
    def __init__(self, kind: str, offer: Any) -> None:
        setattr(self, f"interlock_{kind}", hookimpl(lambda: [offer]))


KINDS = {
    "classifiers": "classifiers",
    "rules": "constraints",
    "detectors": "detectors",
    "guardrails": "guardrails",
    "strategies": "strategies",
    "arbiters": "arbiters",
}
NEEDED_ALWAYS = ("classifiers", "rules", "guardrails")


def made(section: str, offer: Any, written: Any = None, environ: Any = None, **config: Any) -> Any:
    """The wiring of a router with one plugin, and what is written for it."""
    written = {} if written is None else {section: {offer.name: written}}
    source = {"plugins": {"disabled": []}, **config, **written}
    return assemble(source, plugins=[Plugin(KINDS[section], offer)], environ=environ or {})


def complaint(section: str, offer: Any, written: Any = None, **more: Any) -> str:
    with pytest.raises(ConfigError) as caught:
        made(section, offer, written, **more)
    return str(caught.value)


@pytest.fixture(params=KINDS)
def section(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def given_to(section: str, wiring: Any, name: str = "pii") -> Any:
    return getattr(wiring.offers, KINDS[section])[name].given


def test_what_is_written_is_given_as_the_schema_has_it(section: str) -> None:
    wiring = made(section, Offer(), {"kinds": ["phone"], "by": {"Ada": "PERSON"}})
    assert given_to(section, wiring) == Terms(kinds=("phone",), by={"Ada": "PERSON"})
    assert wiring.offers.options[KINDS[section]]["pii"] == given_to(section, wiring)


@pytest.mark.parametrize("written", [None, {}])
def test_with_nothing_written_the_defaults_are_given(section: str, written: Any) -> None:
    assert given_to(section, made(section, Offer(), written)) == Terms()


def test_a_name_with_nothing_after_it_has_no_options(section: str, tmp_path: Path) -> None:
    file = tmp_path / "interlock.yaml"
    file.write_text(f"{section}:\n  pii:\n    # kinds: [mail]\n", encoding="utf-8")
    wiring = assemble(file, plugins=[Plugin(KINDS[section], Offer())], environ={})
    assert given_to(section, wiring) == Terms()


def test_the_environment_wins_over_the_file_key_by_key(section: str, tmp_path: Path) -> None:
    file = tmp_path / "interlock.yaml"
    text = f"{section}:\n  pii:\n    kinds: [mail]\n    by: {{Ada: PERSON}}\n    words: words.txt\n"
    file.write_text(text, encoding="utf-8")
    prefix = f"INTERLOCK_{section.upper()}__PII"
    environ = {f"{prefix}__KINDS": "iban,phone", f"{prefix}__API_KEY": "env:PII_KEY", "PII_KEY": KEY}
    wiring = assemble(file, plugins=[Plugin(KINDS[section], Offer())], environ=environ)
    assert given_to(section, wiring) == Terms(
        kinds=("iban", "phone"), by={"Ada": "PERSON"}, api_key=Secret(KEY), words=tmp_path / "words.txt"
    )


def test_one_offer_may_serve_several_routers(section: str) -> None:
    offer = Offer()
    for kind in ("mail", "phone"):
        assert given_to(section, made(section, offer, {"kinds": [kind]})).kinds == (kind,)
    assert offer.given is None


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ({"knds": []}, "pii.knds: there is no such key. Did you mean 'kinds'?"),
        ({"kinds": ["mail", "phone", "ibn"]}, "pii.kinds.2: expected one of mail, phone, iban, not 'ibn'."),
        ({"by": {"Ada": 4}}, "pii.by.Ada: expected text, not a number; put it in quotes."),
        ({"api_key": "env:NOT_SET"}, "pii.api_key: NOT_SET is not set."),
        ([], "pii: expected keys and values, not a list."),
    ],
)
def test_a_mistake_is_told_at_its_key(section: str, written: Any, told: str) -> None:
    assert complaint(section, Offer(), written).startswith(f"mapping: {section}.{told}")


def test_the_line_and_the_variable_are_told(section: str, tmp_path: Path) -> None:
    file = tmp_path / "interlock.yaml"
    file.write_text(f"{section}:\n  pii:\n    kinds:\n      - mail\n      - phon\n", encoding="utf-8")
    plugins = [Plugin(KINDS[section], Offer())]
    with pytest.raises(ConfigError, match=rf"interlock.yaml:5: {section}.pii.kinds.1: .* 'phone'\?"):
        assemble(file, plugins=plugins, environ={})
    variable = f"INTERLOCK_{section.upper()}__PII__KNDS"
    with pytest.raises(ConfigError, match=rf"environment: {variable}: .* 'kinds'\?"):
        assemble({}, plugins=plugins, environ={variable: "mail"})


def test_a_name_that_nobody_offers_is_refused(section: str) -> None:
    with pytest.raises(ConfigError, match=rf"{section}.pi: no installed .* Did you mean 'pii'\?"):
        made(section, Offer(), **{section: {"pi": {}}})
    with pytest.raises(ConfigError, match=rf"{section}.zebra: no installed .* 'zebra'; "):
        made(section, Offer(), **{section: {"zebra": {}}})


@pytest.mark.usefixtures("without_panels")
def test_a_known_name_without_its_plugin_says_what_to_install() -> None:
    with pytest.raises(ConfigError) as caught:
        made("guardrails", Offer(), arbiters={"synthesise": {}})
    told = "no installed plugin offers the arbiter 'synthesise': pip install interlock-panels."
    assert str(caught.value) == f"mapping: arbiters.synthesise: {told}"
    with pytest.raises(ConfigError, match=r"Did you mean 'synthesise'\?"):
        made("guardrails", Offer(), arbiters={"synthesize": {}})


def test_options_in_another_kinds_section_are_sent_to_their_own() -> None:
    with pytest.raises(ConfigError) as caught:
        made("guardrails", Offer(), classifiers={"pii": {}})
    told = "classifiers.pii: 'pii' is no classifier but a guardrail; write its options below guardrails."
    assert str(caught.value) == f"mapping: {told}"


def test_a_name_that_no_variable_can_have_is_given_in_json(section: str) -> None:
    environ = {f"INTERLOCK_{section.upper()}": '{"my-own": {"kinds": ["phone"]}}'}
    wiring = made(section, Offer(name="my-own"), environ=environ)
    assert given_to(section, wiring, "my-own").kinds == ("phone",)


def test_the_offers_of_a_plugin_that_failed_are_not_missed_in_silence(section: str) -> None:
    class Failing:
        @hookimpl
        def interlock_decided(self, nonsense):
            """No such argument."""

    with pytest.raises(ConfigError, match=f"{section}.zebra: no installed plugin offers the"):
        assemble({section: {"zebra": {}}}, plugins=[Failing()], environ={})


def test_what_takes_no_options_is_given_none(section: str) -> None:
    class Plain(Offer):
        configured = None

    plain = Plain(options=None)
    told = complaint(section, plain, {"kinds": []})
    assert told.startswith(f"mapping: {section}.pii.kinds: 'pii' takes no options of its own")
    assert made(section, plain, {}).offers


def test_options_that_are_needed_are_asked_for_by_their_key(section: str) -> None:
    offer = Offer(options=Needed)
    line = f"'pii' needs options: write {section}: {{pii: {{model: …}}}}"
    if section in NEEDED_ALWAYS:
        assert complaint(section, offer) == f"defaults: {section}.pii: {line}."
    else:
        wiring = made(section, offer)
        assert "pii" not in getattr(wiring.offers, KINDS[section])
        assert wiring.offers.quarrel(KINDS[section], "pii") == line
    assert complaint(section, offer, {"share": 0.1}) == f"mapping: {section}.pii.model: is required."
    assert given_to(section, made(section, offer, {"model": "m"})) == Needed(model="m")


def test_a_strategy_that_lacks_options_cannot_be_chosen() -> None:
    line = complaint("strategies", Offer(options=Needed), strategy="pii")
    assert line == "mapping: strategy: 'pii' needs options: write strategies: {pii: {model: …}}."


class Whole(BaseModel):
    size: int


def invalid() -> ValidationError:
    try:
        Whole.model_validate({"size": KEY})
    except ValidationError as error:
        return error
    raise AssertionError


@pytest.mark.parametrize(
    ("raised", "told"),
    [
        (ValueError("first\nand second"), "pii: first and second."),
        (invalid(), "pii: size: Input should be a valid integer, unable to parse string as an integer."),
        (ValueError(f"{KEY} is taken"), "pii: sk-*** is taken."),
        (
            ConfigError("is taken.", key="by.Ada", suggestion="Eve"),
            "pii.by.Ada: is taken. Did you mean 'Eve'?",
        ),
        (ConfigError("do not go together."), "pii: do not go together."),
    ],
)
def test_what_configured_refuses_is_told_at_its_key(section: str, raised: Exception, told: str) -> None:
    written = {"by": {"Ada": "x"}}
    assert complaint(section, Offer(result=raised), written) == f"mapping: {section}.{told}"


@dataclass
class Circular:
    inner: "Circular | None" = None


@dataclass
class Unwell:
    size: int = 0

    def __post_init__(self) -> None:
        raise SystemError("unwell")


@dataclass
class Leaving:
    def __post_init__(self) -> None:
        sys.exit(3)


FAULTS = {
    "a schema that is none": Offer(options=int),
    "a schema that holds itself": Offer(options=Circular),
    "a schema that breaks": Offer(options=Unwell),
    "a schema that leaves": Offer(options=Leaving),
    "configured breaks": Offer(result=KeyError("x")),
    "configured leaves": Offer(result=SystemExit(3)),
    "configured returns anything": Offer(result="a text"),
    "configured returns another": Offer(result=Offer(name="other", given=Terms())),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_what_is_the_plugins_fault_is_reported_like_any_failure(section: str, fault: str) -> None:
    offer = FAULTS[fault]
    written = complaint(section, offer, {})
    assert f"{section}.pii: the " in written
    assert "'pii' of (given) cannot take its options: " in written
    if section in NEEDED_ALWAYS:
        assert "cannot take its options" in complaint(section, offer)
        return
    wiring = made(section, offer)
    (report,) = [each for each in wiring.host.reports if each.name == "Plugin"]
    assert report.status == "failed"
    assert report.failures[0].startswith(f"interlock_{KINDS[section]} offered 'pii': ")
    assert "pii" not in getattr(wiring.offers, KINDS[section])
    with pytest.raises(PluginError, match="plugin Plugin"):
        made(section, offer, environ={"INTERLOCK_STRICT_PLUGINS": "1"})


def test_half_of_it_is_no_offer(section: str) -> None:
    class NoMethod(Offer):
        configured = None

    class Misshapen(Offer):
        def configured(self):
            return self

    class Asynchronous(Offer):
        async def configured(self, options):
            return self

    for offer, told in (
        (Asynchronous(), "its configured is a coroutine function"),
        (NoMethod(), "it has options and no method configured"),
        (Offer(options=None), "it has no options, a class, for its configured"),
        (Misshapen(), "cannot be called as configured(options)"),
    ):
        (report,) = [each for each in made(section, offer).host.reports if each.name == "Plugin"]
        assert told in report.failures[0]


def test_interlock_reads_two_keys_of_a_guardrail_itself() -> None:
    wiring = made("guardrails", Offer(), {"timeout": 2, "on_error": "pass", "kinds": "phone"})
    assert given_to("guardrails", wiring) == Terms(kinds=("phone",))
    own = wiring.config.guardrails["pii"]
    assert (own.timeout, own.on_error) == (2.0, "pass")


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ({"timeout": 0}, "timeout: expected a positive number, not 0."),
        ({"on_error": "ignore"}, "on_error: expected one of block, pass, not 'ignore'."),
        ({"timeot": 2}, "timeot: there is no such key. Did you mean 'timeout'?"),
    ],
)
def test_they_are_checked_as_any_key(written: dict[str, Any], told: str) -> None:
    assert complaint("guardrails", Offer(), written) == f"mapping: guardrails.pii.{told}"


class Hanging(Offer):
    async def inspect(self, call):
        await asyncio.sleep(3600)


class Raising(Offer):
    on_error = "pass"

    def inspect(self, call):
        raise KeyError("x")


@pytest.mark.parametrize(
    ("guardrail", "written", "ends"),
    [
        (Hanging(), {"timeout": 0.01}, True),
        (Hanging(), {"timeout": 0.01, "on_error": "pass"}, False),
        (Raising(), {}, False),
        (Raising(), {"on_error": "block"}, True),
    ],
)
def test_they_win_over_what_the_guardrail_says_of_itself(guardrail: Any, written: Any, *, ends: bool) -> None:
    plugins = [Plugin("guardrails", guardrail)]
    router = scripted_router({"a": ["hello"]}, plugins=plugins, guardrails={"pii": written})
    with pytest.raises(GuardrailError) if ends else nullcontext():
        assert run(router.complete("Have a look.")).text == "hello"


def test_they_are_not_a_guardrails_to_take() -> None:
    @dataclass(frozen=True)
    class Greedy:
        timeout: float = 1.0

    assert "Greedy has 'timeout', which Interlock reads itself" in complaint(
        "guardrails", Offer(options=Greedy)
    )


def test_options_work_in_a_call() -> None:
    config = {
        "guardrails": {"pii": {"kinds": ["iban"]}},
        "rules": {"far": {"by": {"b": "x"}}},
        "strategies": {"last": {}},
        "strategy": "last",
        "classifiers": {"sum": {"kinds": ["phone"]}},
    }
    plugins = [
        Plugin("guardrails", Offer()),
        Plugin("constraints", Offer(name="far")),
        Plugin("strategies", Offer(name="last")),
        Plugin("classifiers", Offer(name="sum")),
    ]
    router = scripted_router({"a": [], "b": [], "c": ["hello"]}, plugins=plugins, **config)
    response = run(router.complete("Have a look."))
    assert response.text == "hello iban"
    assert response.deployment == "c"
    assert "not this one" in response.record.decision.excluded["b"]
    assert "phone" in response.record.decision.evidence[0]


def test_no_secret_is_in_a_repr_or_in_the_digest(section: str) -> None:
    def wiring(key: str, kind: str = "mail") -> Any:
        return made(section, Offer(), {"api_key": key, "kinds": [kind]})

    one = wiring(KEY)
    assert KEY not in repr(one.config)
    assert KEY not in repr(one.offers)
    assert one.digest == wiring("another-key").digest
    assert one.digest != wiring(KEY, "phone").digest


def panels(offer: Any, options: Any, **more: Any) -> Any:
    """The wiring of a router with two ensembles; the first has options of its own."""
    card = {"maker": "test", "jurisdiction": "us"}
    source = {
        "models": {"cards": [{"id": f"test/{name}", **card} for name in "ab"]},
        "ensembles": {
            "first": {"members": ["test/a", "test/b"], "mode": offer.name, "options": options},
            "second": {
                "members": ["test/a", "test/b"],
                "mode": offer.name if not more.get("alone") else "vote",
            },
        },
    }
    arbiters = {"arbiters": {offer.name: more["written"]}} if "written" in more else {}
    known = more.get("known", {})
    return assemble({**source, **arbiters}, plugins=[Plugin("arbiters", offer)], environ={}, options=known)


def test_an_ensembles_options_go_before_those_of_its_arbiter() -> None:
    wiring = panels(Offer(), {"kinds": ["phone"]}, written={"kinds": ["iban"], "by": {"Ada": "PERSON"}})
    first, second = (wiring.engine.panels.of(name).arbiter.given for name in ("first", "second"))
    assert first == Terms(kinds=("phone",), by={"Ada": "PERSON"})
    assert second == Terms(kinds=("iban",), by={"Ada": "PERSON"})


def test_options_that_are_needed_may_stand_in_the_ensemble_alone() -> None:
    wiring = panels(Offer(options=Needed), {"model": "m"}, alone=True)
    assert wiring.engine.panels.of("first").arbiter.given == Needed(model="m")


def test_what_a_schema_refuses_of_an_ensembles_options_is_named_there() -> None:
    with pytest.raises(ConfigError) as caught:
        panels(Offer(), {"kind": ["phone"]})
    assert (caught.value.key, caught.value.suggestion) == ("ensembles.first.options.kind", "kinds")
    with pytest.raises(ConfigError) as caught:
        panels(Offer(result=LookupError("a bug")), {"kinds": ["phone"]}, alone=True)
    assert caught.value.key == "ensembles.first.options"
    assert "'pii' cannot take its options" in str(caught.value)


def test_a_secret_of_an_ensembles_options_is_read_once_and_never_shown() -> None:
    wiring = panels(Offer(), {"api_key": KEY})
    assert KEY not in repr((wiring.config, wiring.offers))
    assert KEY not in str(wiring.config.model_dump(exclude={"ensembles": {"__all__": {"options"}}}))
    again = panels(Offer(), {"api_key": "env:GONE"}, known=wiring.offers.options)
    assert again.engine.panels.of("first").arbiter.given.api_key.reveal() == KEY
    assert wiring.digest == panels(Offer(), {"api_key": "sk-live-other"}).digest
    assert wiring.digest != panels(Offer(), {"kinds": ["iban"]}).digest
