"""Sessions: by a secret, by an assertion, and what is said where there is none."""

import asyncio

import pytest
from acme import PRIVATE, Box
from org_changes import CHANGES

from interlock import ConfigError, Router
from interlock.types.models import Credential, Destination, Secret
from interlock_salesforce.auth import auth_for
from interlock_salesforce.options import SalesforceOptions
from salesforce_org import KEY, USER

TAKEN = "oauth2/token"
PEM = PRIVATE.strip().replace("\n", "\\n")
JWT = {"auth": "jwt", "consumer_key": KEY, "username": USER}


async def test_runs_that_need_a_session_at_once_begin_one(box, proxy):
    outcomes = await asyncio.gather(*[box.run("get_limits") for _ in range(5)])
    assert {each.outcome for each in outcomes} == {"done"}
    assert len(proxy.reached(TAKEN)) == 1


@pytest.mark.parametrize("tool", CHANGES)
async def test_a_session_that_has_expired_is_begun_anew_and_the_run_is_done_once(
    box, there, proxy, org, tool
):
    assert (await box.run("get_limits")).outcome == "done"
    case = CHANGES[tool](org)
    there.tokens.expire()
    outcome = await box.run(tool, **case.arguments)
    assert (outcome.outcome, case.shows(), len(proxy.reached(TAKEN))) == ("done", 1, 2)


async def test_an_assertion_is_signed_for_the_user_and_taken(boxed, there, proxy):
    box = boxed(key=PEM, **JWT)
    assert (await box.run("get_limits")).outcome == "done"
    assert len(there.tokens.given) == 1


async def test_a_clock_that_is_wrong_is_set_by_salesforces_own(boxed, there, proxy):
    there.tokens.ahead = 7_200
    box = boxed(key=PEM, **JWT)
    assert (await box.run("get_limits")).outcome == "done"
    assert len(proxy.reached(TAKEN)) == 2


@pytest.mark.parametrize(
    "wrong",
    [{"username": "nobody@acme.example"}, {"consumer_key": "other"}, {"audience": "https://acme.example"}],
)
async def test_an_assertion_that_is_not_taken_names_the_clock_first_and_sends_nothing(
    boxed, proxy, org, wrong
):
    case = CHANGES["create_record"](org)
    outcome = await boxed(key=PEM, **{**JWT, **wrong}).run("create_record", **case.arguments)
    assert (outcome.outcome, outcome.reason, case.shows()) == ("refused", "not_sent", 0)
    said = outcome.content
    assert said.index("clock") < min(said.index(each) for each in ("certificate", "consumer_key", "username"))
    assert not proxy.reached("/services/data")


async def test_a_session_of_ones_own_is_used_as_it_is_and_not_renewed(boxed, there, proxy):
    box = boxed(key=there.tokens.admit("mine"), auth="bearer")
    assert (await box.run("get_limits")).outcome == "done"
    there.tokens.expire()
    outcome = await box.run("get_limits")
    assert (outcome.outcome, "session" in outcome.content) == ("refused", True)
    assert proxy.reached(TAKEN) == []


async def test_an_assertion_goes_to_the_issuer_and_runs_to_the_org(there, proxy):
    org = {"id": "sf", "connector": "salesforce", "base_url": there.url, "region": "local", "api_key": PEM}
    config = {"connectors": [{**org, "issuer": {"url": proxy.url, "region": "local"}, "options": JWT}]}
    with Router.from_config(config) as router:
        assert (await Box(router).run("get_limits")).outcome == "done"
    assert [each.request.path for each in proxy.exchanges] == ["/services/oauth2/token"]
    config["connectors"][0]["options"] = {"auth": "bearer"}
    with pytest.raises(ConfigError, match="issuer"):
        Router.from_config(config).toolbox().specs_sync()


async def test_a_secret_that_is_wrong_leaves_the_run_unsent(boxed, proxy):
    outcome = await boxed(key=f"{KEY}:wrong").run("get_limits")
    assert (outcome.outcome, outcome.reason) == ("refused", "not_sent")
    assert "wrong" not in outcome.content


async def test_when_the_days_requests_are_used_up_it_says_so(box, there):
    assert (await box.run("get_limits")).outcome == "done"
    there.busy = True
    outcome = await box.run("get_limits")
    assert (outcome.outcome, outcome.reason, outcome.retry_after) == ("refused", "limited", 3_600)


@pytest.mark.parametrize(
    ("host", "audience"),
    [
        ("acme.my.salesforce.com", "https://login.salesforce.com"),
        ("acme--test.sandbox.my.salesforce.com", "https://test.salesforce.com"),
    ],
)
def test_the_audience_follows_from_the_address(host, audience):
    key = Credential(secret=Secret(PRIVATE))
    there = Destination(id="acme", region="eu", base_url=f"https://{host}", credential=key)
    assert auth_for(there, SalesforceOptions(**JWT))._claims["aud"] == audience
