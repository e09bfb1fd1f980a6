"""A GitHub App: its installation's tokens, which are fetched, shared and renewed."""

import asyncio

import pytest
from changes import CHANGES
from repository import APP, INSTALLATION, PRIVATE

from fault_proxy import Fault
from interlock import ConfigError
from interlock.testing import Reply

KEY = PRIVATE.strip().replace("\n", "\\n")
TAKEN = "access_tokens"
EXPIRED = Fault(name="has forgotten the token", before=Reply.json({"message": "Bad credentials"}, status=401))


@pytest.fixture
def app(boxed):
    return boxed(token=KEY, app_id=str(APP), installation_id=INSTALLATION)


async def test_an_app_writes_as_itself(app, account):
    title = account.free_name()
    assert (await app.run("github_create_issue", title=title, body="Once")).outcome == "done"
    (issue,) = account.issues(title)
    assert issue["user"]["login"] == "ink-app[bot]"


async def test_runs_that_need_a_token_at_once_fetch_one(app, proxy):
    outcomes = await asyncio.gather(*[app.run("github_list_issues") for _ in range(5)])
    assert {each.outcome for each in outcomes} == {"done"}
    assert len(proxy.reached(TAKEN)) == 1


async def test_a_token_that_has_expired_is_fetched_anew_and_the_run_is_done_once(app, proxy, account):
    assert (await app.run("github_list_issues")).outcome == "done"
    proxy.fail(EXPIRED, at="POST /repos")
    case = CHANGES["github_create_issue"](account)
    outcome = await app.run("github_create_issue", **case.arguments)
    assert (outcome.outcome, case.shows(), len(proxy.reached(TAKEN))) == ("done", 1, 2)


async def test_an_installation_that_is_not_there_leaves_the_run_unsent(boxed, proxy, account):
    box = boxed(token=KEY, app_id=str(APP), installation_id=7)
    case = CHANGES["github_create_issue"](account)
    outcome = await box.run("github_create_issue", **case.arguments)
    assert (outcome.outcome, outcome.reason, case.shows()) == ("refused", "not_sent", 0)
    assert not proxy.reached("POST /repos")


async def test_a_key_that_cannot_sign_is_refused_by_name(boxed):
    with pytest.raises(ConfigError) as caught:
        await boxed(token="ghp_no_key", app_id="7", installation_id=7).run("github_list_issues")
    assert "api_key" in str(caught.value)
    assert "ghp_no_key" not in str(caught.value)
