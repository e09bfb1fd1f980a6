"""Service accounts, whose tokens are given elsewhere and last a while."""

from urllib.parse import parse_qs

import pytest
from jira_places import Box

from fault_proxy import REFUSED, FaultProxy
from interlock import Router
from interlock.testing import Reply, Upstream

CLIENT = "idea-71f0:secret-9c1e44"


def issued(request):
    asked = {name: each[0] for name, each in parse_qs(request.body.decode()).items()}
    if (asked.get("client_id"), asked.get("client_secret")) != tuple(CLIENT.split(":")):
        return Reply.json({"error": "access_denied"}, status=401)
    return Reply.json({"access_token": "scoped-3f9a", "expires_in": 3600, "token_type": "Bearer"})


@pytest.fixture
def issuer():
    with Upstream(always=issued) as issuer:
        yield issuer


def config_of(url, key=CLIENT, issuer=None, **options):
    entry = {"id": "jira", "connector": "jira", "base_url": url, "region": "local", "api_key": key}
    entry |= {"issuer": {"url": issuer.url, "region": "local"}} if issuer else {}
    return {"connectors": [{**entry, "options": {"auth": "client_credentials", **options}}]}


async def test_a_service_accounts_token_is_fetched_once_and_anew_when_it_is_over(site, issuer):
    with FaultProxy(site.url) as proxy:
        box = Box(config_of(proxy.url, issuer=issuer))
        try:
            for _ in range(2):
                assert (await box.told("jira_get_current_user"))["displayName"] == "Ada Ink"
            assert [each.path for each in issuer.requests] == ["/oauth/token"]
            proxy.fail(REFUSED[0])
            asked = {"project": "SHOP", "type": "Task", "summary": "Once"}
            await box.done("jira_create_issue", **asked)
            assert (len(issuer.requests), len(site.issues)) == (2, 1)
            assert all("secret" not in each.body.decode() for each in proxy.requests)
        finally:
            await box.router.aclose()


async def test_a_client_that_is_not_known_sends_nothing_to_jira(site, issuer):
    with FaultProxy(site.url) as proxy:
        box = Box(config_of(proxy.url, key="idea-71f0:wrong-secret-551", issuer=issuer))
        try:
            outcome = await box.run("jira_create_issue", project="SHOP", type="Task", summary="Never")
            assert (outcome.outcome, outcome.reason, proxy.requests) == ("refused", "not_sent", [])
            assert "wrong-secret" not in outcome.content
        finally:
            await box.router.aclose()


def test_a_service_account_of_cloud_needs_an_issuer_and_a_token_takes_none(issuer):
    with pytest.raises(Exception, match=r"auth\.atlassian\.com"):
        Router.from_config(config_of("http://127.0.0.1:9"))
    with pytest.raises(Exception, match="client_credentials"):
        Router.from_config(config_of("http://127.0.0.1:9", issuer=issuer, auth="bearer"))
