"""An API with more operations than a model is shown: it searches, calls what it finds, and the call is that
operation's, for the policy, for the person who is asked and for the ledger.
"""

import json
from typing import Any

import pytest

from interlock import Answer, ApprovalNeeded, ToolCall, UnknownTool
from interlock.testing import Received, Reply, Upstream
from interlock_agents import Agent
from interlock_agents.plans import PlanError
from openapi_documents import KEY, document_of

KEYED = {"name": "Idempotency-Key", "in": "header", "schema": {"type": "string"}}
BODY = {"required": True, "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Order"}}}}
ORDER = {"type": "object", "properties": {"part": {"type": "string"}}, "required": ["part"]}


def shop() -> dict[str, Any]:
    """Forty kinds of things to list and delete, and orders to place."""
    paths: dict[str, Any] = {
        "/orders": {
            "get": {"operationId": "listOrders", "summary": "List orders", "tags": ["orders"]},
            "post": {
                "operationId": "placeOrder",
                "summary": "Place an order for a part",
                "tags": ["orders"],
                "parameters": [KEYED],
                "requestBody": BODY,
            },
        },
        "/orders/{id}": {
            "delete": {"operationId": "cancelOrder", "summary": "Cancel an order", "tags": ["orders"]}
        },
    }
    for at in range(40):
        summary = f"List what is on shelf {at}"
        paths[f"/shelves/{at}"] = {
            "get": {"operationId": f"listShelf{at}", "summary": summary, "tags": ["shelves"]}
        }
    return document_of(paths, components={"schemas": {"Order": ORDER}})


class Shop:
    """Places orders, once for each key; says 503 after it has placed the first, when it is told to."""

    def __init__(self, *, breaks: bool = False) -> None:
        self.orders: dict[str, str] = {}
        self.gone: list[str] = []
        self.breaks = breaks

    def __call__(self, request: Received) -> Reply:
        if request.method == "POST":
            self.orders.setdefault(request.headers["idempotency-key"], request.json()["part"])
            broken, self.breaks = self.breaks, False
            return (
                Reply.json({"message": "busy"}, status=503) if broken else Reply.json({"id": 7}, status=201)
            )
        if request.method == "DELETE":
            self.gone.append(request.path)
            return Reply(status=204)
        return Reply.json([{"id": 7}])


def calling(operation: str, **arguments: Any) -> ToolCall:
    return ToolCall(
        id="call-1", name="things_call", arguments={"operation": operation, "arguments": arguments}
    )


def test_two_tools_stand_for_all(router_of):
    with Upstream(always=Shop()) as service:
        box = router_of(shop(), service).toolbox()
        specs = box.specs_sync()
        assert [spec.name for spec in specs] == ["things_search", "things_call"]
        assert "has 43. They are about: shelves (40), orders (3)." in specs[0].description
        found = json.loads(
            box.run_sync(
                ToolCall(id="1", name="things_search", arguments={"query": "cancel an order"})
            ).content
        )
        first = found["operations"][0]
        assert (first["operation"], first["effect"]) == ("cancel_order", "destructive")
        assert first["arguments"]["required"] == ["id"]
        assert len(found["operations"]) <= 5
        named = ToolCall(id="2", name="things_search", arguments={"query": "list_shelf7"})
        assert json.loads(box.run_sync(named).content)["operations"][0]["operation"] == "list_shelf7"
        assert box.run_sync(calling("list_orders")).content == '[{"id":7}]'
        assert box.tool_sync("place_order").tool.repeat.way == "key"


def test_a_person_is_asked_about_the_operation(router_of):
    served = Shop()
    with Upstream(always=served) as service:
        box = router_of(shop(), service).toolbox()
        with pytest.raises(ApprovalNeeded, match="cancel_order was not run: it is destructive") as needed:
            box.run_sync(calling("cancel_order", id="7"))
        assert dict(needed.value.request.call.arguments) == {"id": "7"}
        grant = box.asking_sync(calling("cancel_order", id="7")).grant(approver="ann")
        with pytest.raises(ApprovalNeeded):
            box.run_sync(calling("cancel_order", id="8"), grant=grant)
        assert box.run_sync(calling("cancel_order", id="7"), grant=grant).outcome == "done"
        assert served.gone == ["/orders/7"]


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        ({"operation": "cancel_orders"}, "Did you mean 'cancel_order'"),
        ({"operation": "frobnicate"}, "things_search finds those that there are"),
        ({"operation": 7}, "say which operation"),
        ({}, "say which operation"),
        ({"operation": "list_orders", "arguments": [1]}, "expected the operation's arguments as one object"),
        ({"operation": "things_call"}, "there is no operation"),
    ],
)
def test_a_call_that_names_no_operation_says_what_to_do(router_of, arguments, why):
    with Upstream(always=Shop()) as service:
        with pytest.raises(UnknownTool, match=why):
            router_of(shop(), service).toolbox().run_sync(
                ToolCall(id="1", name="things_call", arguments=arguments)
            )
        assert service.requests == []


def test_the_users_rules_name_operations(router_of):
    rules = {
        "tools": {"rules": [{"tools": "things/cancel_*", "effect": "write"}], "requires_grant": "destructive"}
    }
    with Upstream(always=Shop()) as service:
        assert (
            router_of(shop(), service, rules).toolbox().run_sync(calling("cancel_order", id="7")).outcome
            == "done"
        )


def test_few_operations_are_tools_of_their_own(router_of):
    with Upstream(always=Shop()) as service:
        box = router_of(shop(), service, include={"tags": ["orders"]}).toolbox()
        assert [spec.name for spec in box.specs_sync()] == ["list_orders", "place_order", "cancel_order"]
        more = router_of(shop(), service, include={"tags": ["orders"]}, most_tokens=60).toolbox()
        assert [spec.name for spec in more.specs_sync()] == ["things_search", "things_call"]


def asks(*calls: ToolCall) -> Answer:
    return Answer(parts=calls, finish_reason="tool_calls")


@pytest.mark.parametrize("breaks", [False, True])
async def test_an_agent_finds_an_operation_and_its_effect_is_in_the_ledger_once(router_of, tmp_path, breaks):
    served = Shop(breaks=breaks)
    search = ToolCall(id="c1", name="things_search", arguments={"query": "order a part"})
    script = [asks(search), asks(calling("place_order", body={"part": "F7"})), "Ordered."]
    plan = {
        "nodes": [
            {"id": "a", "do": "model", "prompt": "Order F7.", "tools": ["things_search", "things_call"]}
        ]
    }
    with Upstream(always=served) as service:
        router = router_of(shop(), service, {"script": script})
        async with Agent(router, folder=tmp_path) as agent:
            run = await agent.run(plan)
            (effect,) = await agent.ledger.effects(run.id)
    assert (run.state, run.value) == ("done", "Ordered.")
    assert (effect.tool, effect.state, effect.effect) == ("place_order", "confirmed", "write")
    assert effect.receipt == {"id": 7}
    assert served.orders == {effect.key: "F7"}
    assert KEY not in str(effect)


async def test_a_plan_names_operations_that_are_not_listed(router_of, tmp_path):
    served = Shop()
    script = [asks(ToolCall(id="1", name="place_order", arguments={"body": {"part": "F7"}})), "Ordered."]
    plan = {
        "nodes": [
            {"id": "look", "do": "tool", "tool": "list_shelf7", "out": {}},
            {
                "id": "order",
                "do": "model",
                "prompt": "Order F7.",
                "after": ["look"],
                "tools": ["place_order"],
            },
        ]
    }
    with Upstream(always=served) as service:
        router = router_of(shop(), service, {"script": script})
        async with Agent(router, folder=tmp_path) as agent:
            run = await agent.run(plan)
            with pytest.raises(PlanError, match=r"there is no tool 'list_shelf77'"):
                await agent.run({"nodes": [{"id": "a", "do": "tool", "tool": "list_shelf77"}]})
    assert (run.state, run.value) == ("done", "Ordered.")
    assert list(served.orders.values()) == ["F7"]
