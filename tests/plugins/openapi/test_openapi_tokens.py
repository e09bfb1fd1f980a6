"""Tokens of OAuth that a connector gets for itself, by client credentials."""

import json
from collections.abc import Iterator
from urllib.parse import parse_qs

import pytest

from emulators import emulate
from interlock import ConfigError, Router, ToolCall
from interlock.testing import Received, Reply, Upstream, scripted_router
from openapi_documents import document_of
from openapi_vendors import DOCUMENTS

CLIENT = "writer:9b2f77aa51c0"
SCHEMES = {
    "oauth": {"type": "oauth2", "flows": {"clientCredentials": {"tokenUrl": "/token", "scopes": {}}}},
    "plain": {"type": "apiKey", "in": "header", "name": "X-Key"},
}
PATHS = {
    "/things": {
        "get": {"operationId": "listThings", "security": [{"oauth": []}]},
        "post": {"operationId": "addThing", "security": [{"plain": []}, {"oauth": []}]},
    },
    "/open": {"get": {"operationId": "seeAll", "security": []}},
}


class Vendor:
    """Gives tokens, and forgets each after two requests."""

    def __init__(self) -> None:
        self.left: dict[str, int] = {}
        self.things = 0

    def __call__(self, request: Received) -> Reply:
        if request.path == "/token":
            assert request.headers["authorization"].startswith("Basic ")
            self.left[f"Bearer token-{len(self.left)}"] = 2
            token = f"token-{len(self.left) - 1}"
            return Reply.json({"access_token": token, "token_type": "Bearer", "expires_in": 3600})
        said = request.headers.get("authorization", "")
        if request.path != "/open" and not self.left.get(said):
            return Reply.json({"message": "who are you?"}, status=401)
        self.left[said] = self.left.get(said, 0) - 1
        self.things += request.method == "POST"
        return Reply.json({"ok": True})


@pytest.fixture
def router_with(tmp_path) -> Iterator:
    made: list[Router] = []

    def make(service: Upstream, **more) -> Router:
        path = tmp_path / "document.json"
        path.write_text(json.dumps(document_of(PATHS, components={"securitySchemes": SCHEMES})))
        there = {"id": "things", "connector": "openapi", "base_url": service.url, "region": "local"}
        there |= {"api_key": CLIENT} | more.pop("there", {})
        there["options"] = {"document": str(path), "token_path": "/token", **more}
        made.append(scripted_router({"model": []}, connectors=[there]))
        return made[-1]

    yield make
    for router in made:
        router.close_sync()


def run(router: Router, name: str):
    return router.toolbox().run_sync(ToolCall(id="1", name=name, arguments={}))


def test_one_token_serves_until_it_is_not_taken_and_nothing_is_done_twice(router_with):
    vendor = Vendor()
    with Upstream(always=vendor) as service:
        router = router_with(service, scope="things.write")
        for _ in range(5):
            assert run(router, "add_thing").outcome == "done"
        asked = [each for each in service.requests if each.path == "/token"]
    assert (vendor.things, len(asked)) == (5, 3)
    assert parse_qs(asked[0].body.decode())["scope"] == ["things.write"]
    assert all(CLIENT not in str(each.headers) for each in service.requests)


def test_what_is_open_to_all_is_asked_without_a_token(router_with):
    with Upstream(always=Vendor()) as service:
        assert run(router_with(service), "see_all").outcome == "done"
        assert [each.path for each in service.requests] == ["/open"]
        assert "authorization" not in service.requests[0].headers


def test_without_a_token_nothing_is_sent_and_the_endpoints_words_are_told(router_with):
    refusing = Reply.json({"error": "invalid_client", "error_description": "no such client"}, status=401)
    with Upstream(always=refusing) as service:
        outcome = run(router_with(service), "add_thing")
        assert (outcome.outcome, outcome.reason) == ("refused", "not_sent")
        assert "no such client" in str(outcome.content)
        assert [each.path for each in service.requests] == ["/token"]


def test_a_key_that_is_no_pair_or_an_issuer_without_an_endpoint_is_said_at_the_start(router_with):
    with Upstream() as service:
        with pytest.raises(ConfigError, match="client_id:client_secret"):
            run(router_with(service, there={"api_key": "one"}), "see_all")
        issuer = {"url": service.url, "region": "local"}
        with pytest.raises(ConfigError, match="token_path"):
            router_with(service, there={"issuer": issuer}, token_path="")


def test_okta_is_signed_in_to_by_client_credentials(tmp_path):
    root = (DOCUMENTS / "okta.yaml").read_text()
    signed = root.replace(
        'apiToken: {type: apiKey, in: header, name: Authorization, description: "SSWS {API key}"}',
        "apiToken: {type: oauth2, flows: {clientCredentials: {tokenUrl: /oauth2/v1/token, scopes: {}}}}",
    )
    assert signed != root
    (tmp_path / "okta.yaml").write_text(signed)
    client = {
        "client_id": "writer",
        "client_secret": "7c11d09ae2",
        "redirect_uris": [],
        "auth_server_id": "org",
    }
    with emulate(
        "okta", {"okta": {"oauth_clients": [{**client, "redirect_uris": []}]}}, ready="/health"
    ) as emulator:
        there = {"id": "okta", "connector": "openapi", "region": "us", "base_url": emulator.url}
        options = {"document": str(tmp_path / "okta.yaml"), "token_path": "/oauth2/v1/token"}
        for key, outcome in (("writer:7c11d09ae2", "done"), ("writer:wrong", "refused")):
            entry = {**there, "api_key": key, "options": options}
            with Router.from_config({"connectors": [entry]}) as router:
                assert run(router, "list_groups").outcome == outcome
