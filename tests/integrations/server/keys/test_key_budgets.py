"""What a key may use is counted by the ledger: exactly, also at once, and given back after failures."""

import asyncio
from typing import Any

import pytest

from interlock import (
    AllAttemptsFailed,
    BudgetExceeded,
    NoDeployment,
    Request,
    Response,
    StoreError,
    Unavailable,
    hookimpl,
)
from interlock.protocols import Ruling
from interlock.testing import Step, Upstream, scripted_providers, scripted_router
from interlock_server.keys import KeyRules, digest_of, new_secret
from interlock_server.principals import KEY, Limit, Principal
from server_keyrings import Told
from server_stage import either, stage

FREE = {"price": {"input": 0, "output": 0}}
DOLLAR = {"price": {"input": 0, "output": 1_000_000}}  # a token of the answer


def routed(keys: Told, scripts: dict[str, Any], *plugins: Any, **config: Any) -> Any:
    return scripted_router(scripts, plugins=[KeyRules(keys), *plugins], **config)


def limited(id_: str = "desk", **limit: Any) -> Principal:
    return Principal(id=id_, limits=(Limit(per="month", **limit),))


def by(id_: str = "desk", **options: Any) -> dict[str, Any]:
    return {"metadata": {KEY: id_}, **options}


def test_a_key_has_what_it_may_use_and_no_more() -> None:
    router = routed(Told.of(limited(requests=2), limited("other", requests=1)), {"a": ["x"] * 4})
    for id_ in ("desk", "desk", "other"):
        router.complete_sync("Hello.", **by(id_))
    with pytest.raises(BudgetExceeded) as caught:
        router.complete_sync("Hello.", **by())
    assert "the key desk per month: 0 of 2 requests are left" in caught.value.excluded["a"]
    assert caught.value.retry_after
    # Whoever has no key is none of its business.
    assert router.complete_sync("Hello.").text == "x"


def test_of_several_limits_each_counts() -> None:
    limits = (Limit(per="month", requests=9), Limit(per="day", usd=3))
    keys = Told.of(Principal(id="desk", limits=limits))
    router = routed(keys, {"a": ["x"] * 9}, deployments={"a": DOLLAR})
    for _ in range(3):
        router.complete_sync("Hello.", **by(settings={"max_tokens": 1}))
    with pytest.raises(BudgetExceeded) as caught:
        router.complete_sync("Hello.", **by(settings={"max_tokens": 1}))
    assert "the key desk per day" in caught.value.excluded["a"]


def test_a_key_that_may_spend_nothing_has_what_is_free() -> None:
    keys = Told.of(limited(usd=0))
    router = routed(keys, {"a": [], "b": ["x"]}, deployments={"a": DOLLAR, "b": FREE})
    assert router.complete_sync("Hello.", **by()).deployment == "b"


async def test_many_at_once_get_exactly_what_there_is_room_for() -> None:
    router = routed(Told.of(limited(requests=5)), {"a": [Step("x", delay=0.02)] * 50})
    came = await asyncio.gather(
        *(router.complete("Hello.", **by()) for _ in range(50)), return_exceptions=True
    )
    assert sum(isinstance(each, Response) for each in came) == 5
    assert sum(isinstance(each, BudgetExceeded) for each in came) == 45


async def test_tokens_that_a_failed_attempt_took_are_given_back() -> None:
    keys = Told.of(limited(tokens=5_000))
    router = routed(keys, {"a": [Unavailable("down"), "x"]})
    # Each holds more than half of it: an answer of 4,096 tokens is provided for.
    with pytest.raises(Unavailable):
        await router.complete("Hello.", **by())
    assert (await router.complete("Hello.", **by())).text == "x"


def test_limits_that_change_go_on_from_what_was_used() -> None:
    keys = Told.of(limited(requests=3))
    router = routed(keys, {"a": ["x"] * 4})
    for _ in range(2):
        router.complete_sync("Hello.", **by())
    keys.principals["desk"] = limited(requests=2)
    with pytest.raises(BudgetExceeded):
        router.complete_sync("Hello.", **by())
    keys.principals["desk"] = limited(requests=4)
    for _ in range(2):
        router.complete_sync("Hello.", **by())
    with pytest.raises(BudgetExceeded):
        router.complete_sync("Hello.", **by())


class Asks:
    """An arbiter that asks its judge."""

    api = 1
    name = "asks"
    asks = True

    @hookimpl
    def interlock_arbiters(self) -> Any:
        return [self]

    async def arbitrate(self, call: Any) -> Ruling:
        await call.ask(Request("Which is better?"), 0)
        return Ruling(chosen=(call.members[0].label,))


def test_members_and_judges_are_counted_too() -> None:
    ensembles = {"pair": {"members": ["a", "b"], "mode": "asks", "arbiter": "c", "quorum": 2}}
    keys = Told.of(limited(requests=4))
    router = routed(keys, {"a": ["x"] * 2, "b": ["y"] * 2, "c": ["A"]}, Asks(), ensembles=ensembles)
    router.complete_sync("Which?", ensemble="pair", **by())
    (spending,) = router.spending
    assert (spending.requests, spending.limit_requests, spending.source) == (3, 4, "server_key")
    with pytest.raises(AllAttemptsFailed, match="the key desk per month"):
        router.complete_sync("Which?", ensemble="pair", **by())
    assert sum(len(each.calls) for each in scripted_providers(router)) == 4


def test_where_limits_cannot_be_looked_up_nothing_is_sent() -> None:
    router = routed(Told(fails=StoreError("down")), {"a": []})
    with pytest.raises(NoDeployment):
        router.complete_sync("Hello.", **by())


def test_a_client_is_told_when_to_come_again(tmp_path: Any) -> None:
    secret = new_secret()
    limits = "limits: [{per: day, requests: 1}]"
    (tmp_path / "keys.yaml").write_text(f"desk:\n  sha256: {digest_of(secret)}\n  {limits}\n")
    with (
        Upstream(always=either()) as vendor,
        stage(vendor, server={"keys": f"{tmp_path}/keys.yaml"}) as client,
    ):
        client.headers = {"Authorization": f"Bearer {secret}"}
        assert client.chat().status == 200
        for stream in (False, True):
            answer = client.chat(stream=stream)
            assert answer.status == 429
            assert answer.json()["error"]["code"] in ("budget_exceeded", "insufficient_quota")
            assert 0 < int(answer.headers["retry-after"]) <= 86_400
        assert len(vendor.requests) == 1
