"""The section `connectors`: what is refused, with the way out, and what becomes of the rest."""

from dataclasses import dataclass
from typing import Any

import pytest

from drawers import Drawer, Plugin
from interlock import ConfigError, Router
from interlock.assembly import assemble
from interlock.protocols import ConnectorFacts
from interlock.types.connectors import CONNECTORS
from interlock.types.models import Secret

KEY = "tk-9f3b77c1d2e84a06"
MODEL = {"id": "gpt", "model": "openai/gpt-5.5", "provider": "openai", "region": "us"}


@dataclass(frozen=True, kw_only=True)
class Options:
    queue: str = "support"
    signing: Secret | None = None


class Desk:
    api = 1
    name = "desk"
    facts = ConnectorFacts(
        base_url="https://desk.example.com/v1", region="eu", env=("DESK_TOKEN",), issuer=True
    )
    options: Any = Options

    def __init__(self, facts: ConnectorFacts | None = None, raises: Exception | None = None) -> None:
        self.facts = facts or self.facts
        self.raises = raises
        self.calls: list[Any] = []

    def open(self, call: Any) -> Any:
        self.calls.append(call)
        if self.raises is not None:
            raise self.raises
        return Drawer("desk").open(call)


def router_of(*connectors: dict[str, Any], kind: Any = None, environ: Any = None, **config: Any) -> Router:
    source = {"deployments": [MODEL], "connectors": list(connectors), **config}
    return Router(assemble(source, plugins=[Plugin(kind or Desk(), Drawer("clock"))], environ=environ or {}))


def entry(**changes: Any) -> dict[str, Any]:
    return {"id": "tickets", "connector": "desk", **changes}


@pytest.mark.parametrize(
    ("connectors", "sentence"),
    [
        ([entry(connector="dekc")], "no plugin offers a connector 'dekc'; .*Did you mean 'desk'"),
        ([entry(connector="fax")], "connector 'fax'; it may take `pip install interlock-fax`"),
        ([entry(), entry()], "connectors.1.id: 'tickets' is the id of connectors.0 too"),
        ([entry(id="gpt")], "connectors.0.id: 'gpt' is the id of deployments.0 too"),
        ([entry(id="my desk")], "connectors.0.id: expected a letter, and up to 31 more"),
        (
            [entry(base_url="https://ours.example.com")],
            "connectors.0.region: is missing: nobody but",
        ),
        ([entry(region="europe")], "connectors.0.region: europe is no jurisdiction"),
        ([entry(region="local")], "connectors.0.region: local means this machine"),
        ([entry(base_url="desk.example.com")], "connectors.0.base_url: expected an address that starts"),
        ([entry(base_url="https://d.example.com?a=1", region="eu")], "connectors.0.base_url: holds a query"),
        ([entry(options={"queu": "it"})], "options.queu: there is no such key. Did you mean 'queue'"),
        ([entry(options={"queue": 7})], "connectors.0.options.queue: expected text, not a number"),
        ([entry(timeouts={"answer": 3})], "connectors.0.timeouts.answer: there is no such key"),
        (
            [entry(connector="clock", base_url="https://c.example.com")],
            "clock sends nothing, and so has no address",
        ),
        ([entry(connector="clock", options={"a": 1})], "options: the connector 'clock' takes no options"),
        ([entry(api_key="$DESK")], "connectors.0.api_key: is written for a shell; write env:DESK"),
        ([entry(ca_bundle="none.pem")], "connectors.0.ca_bundle: "),
        (
            [entry(connector="clock", issuer={"url": "https://login.example.com"})],
            "connectors.0.issuer: the connector 'clock' gets no tokens from elsewhere",
        ),
        ([entry(issuer={"region": "eu"})], "connectors.0.issuer.url: is required"),
        ([entry(issuer={"url": "https://i.example.com"})], "connectors.0.issuer.region: is missing"),
        (
            [entry(issuer={"url": "https://i.example.com", "region": "europe"})],
            "connectors.0.issuer.region: europe is no jurisdiction",
        ),
        ([entry(issuer={"url": "https://i.example.com", "regoin": "eu"})], "Did you mean 'region'"),
        (
            [entry(issuer={"url": "https://i.example.com", "region": "eu", "operator": "Acme"})],
            "connectors.0.issuer.operator: 'Acme' is no known jurisdiction",
        ),
        ([entry(issuer={"url": "login", "region": "eu"})], "issuer.url: expected an address that starts"),
        (
            [entry(issuer={"url": "http://i.example.com", "region": "eu"})],
            "issuer.url: tokens are got by https",
        ),
        (
            [entry(issuer={"url": "https://i.example.com?a=1", "region": "eu"})],
            "issuer.url: holds a query or",
        ),
        (
            [entry(issuer={"url": "https://a:b@i.example.com", "region": "eu"})],
            "issuer.url: holds a query or",
        ),
        ([entry(issuer={"url": "https://i.example.com#a", "region": "eu"})], "issuer.url: holds a fragment"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_the_way_out(connectors, sentence):
    with pytest.raises(ConfigError, match=sentence):
        router_of(*connectors)


def test_a_known_kind_whose_plugin_is_missing_is_left_out_and_stops_nobody(monkeypatch):
    monkeypatch.setitem(CONNECTORS, "telex", "interlock-telex")
    box = router_of({"id": "tickets", "connector": "telex"}).toolbox()
    assert dict(box.excluded) == {"tickets": "no plugin offers its kind, telex: pip install interlock-telex"}


@pytest.mark.parametrize(
    ("written", "environ", "why"),
    [
        ({}, {}, "DESK_TOKEN is not set"),
        ({}, {"DESK_TOKEN": KEY}, None),
        ({"api_key": KEY}, {}, None),
        ({"api_key": "env:OTHER"}, {"DESK_TOKEN": KEY}, "OTHER is not set"),
        ({"api_key": "env:OTHER"}, {"OTHER": KEY}, None),
        ({"headers": {"Authorization": f"Bearer {KEY}"}}, {}, None),
        ({"headers": {"Authorization": "env:OTHER"}}, {"OTHER": f"Bearer {KEY}"}, None),
        ({"headers": {"Authorization": "env:OTHER"}}, {}, "OTHER is not set, for the header Authorization"),
    ],
)
def test_a_key_comes_from_where_it_is_written_or_from_the_kinds_variable(written, environ, why):
    kind = Desk()
    box = router_of(entry(**written), kind=kind, environ=environ).toolbox()
    assert box.excluded.get("tickets") == why
    (call,) = kind.calls
    assert (call.id, call.options) == ("tickets", Options())
    assert KEY not in repr(call)
    assert (call.key and call.key.reveal()) == (KEY if why is None and "headers" not in written else None)


def test_what_is_written_of_one_is_where_it_is_sent():
    kind = Desk()
    there = entry(
        base_url="https://me:secret-word@ours.example.com/v2/",
        region="DE",
        on_premise=True,
        timeouts={"connect": 1, "total": 9},
        largest_answer=1000,
        options={"queue": "it", "signing": "env:SIGN"},
    )
    router_of(there, kind=kind, environ={"DESK_TOKEN": KEY, "SIGN": "sign-71c2"}, timeouts={"total": 30})
    place = kind.calls[0].destination
    assert (place.base_url, place.region, place.on_premise) == ("https://ours.example.com/v2", "DE", True)
    assert (place.timeouts.connect, place.timeouts.total, place.largest_answer) == (1, 9, 1000)
    assert not place.network.environment
    assert place.secrets == (Secret("sign-71c2"),)
    assert not {"secret-word", "sign-71c2", KEY} & set(repr(kind.calls[0]).replace("'", " ").split())


@pytest.mark.parametrize("error", [ValueError, ConfigError, RuntimeError])
def test_a_connector_that_cannot_be_opened_is_refused_and_its_words_are_cleaned(error):
    raised = error(f"{KEY} and sign-71c2 do not go together")
    with pytest.raises(ConfigError, match="do not go together") as caught:
        router_of(entry(api_key=KEY, options={"signing": "sign-71c2"}), kind=Desk(raises=raised))
    assert str(caught.value).startswith("mapping: connectors.0")
    assert KEY not in str(caught.value)
    assert "sign-71c2" not in str(caught.value)


def test_a_kind_that_runs_programs_beside_the_process_does_not_say_for_them_where_they_work():
    beside = Desk(ConnectorFacts(needs_address=False, needs_key=False))
    with pytest.raises(ConfigError, match=r"connectors\.0\.region: is missing: .* Say local if it keeps"):
        router_of(entry(), kind=beside)
    assert not router_of(entry(region="us"), kind=beside).toolbox().excluded


def test_connectors_change_nothing_of_which_model_answers():
    assert router_of(entry()).digest == router_of().digest


def test_an_issuer_at_the_connectors_own_origin_works_where_the_connector_does():
    kind = Desk()
    router_of(entry(api_key=KEY, issuer={"url": "https://desk.example.com/login/"}), kind=kind)
    issuer = kind.calls[-1].issuer
    assert (issuer.id, issuer.region) == ("tickets/issuer", "eu")
    assert issuer.base_url == "https://desk.example.com/login/"  # as it is written: it is an identifier
    assert issuer.credential.secret.reveal() == KEY


def test_an_issuer_has_neither_the_connectors_headers_nor_its_certificate_and_no_word_of_how_it_handles():
    kind = Desk()
    other = {"url": "https://login.example.com", "region": "de"}
    handled = {"operator": "de", "parent": "de"}
    router_of(entry(headers={"x-key": KEY}, handling=handled, issuer=other), kind=kind)
    issuer = kind.calls[-1].issuer
    assert not issuer.headers
    assert (issuer.handling.operator, issuer.on_premise) == ("", False)
