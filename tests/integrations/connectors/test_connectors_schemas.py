"""What frameworks show a model of a connector's tools is what the connector says, for all that there are."""

import json
from typing import Any

import pytest
from langchain_core.utils.function_calling import convert_to_openai_tool

from interlock import Router
from interlock.testing import Upstream
from langchain_interlock import ChatInterlock, accounted, connector_tools
from llama_index.llms.interlock import ConnectorToolSpec, Interlock
from llama_index.llms.interlock import accounted as accounted_tools
from openapi_documents import document_of

LEAF = {
    "type": "object",
    "properties": {"next": {"type": "array", "items": {"$ref": "#/components/schemas/Leaf"}}},
}
BODY = {
    "type": "object",
    "title": "Order",
    "required": ["kind"],
    "additionalProperties": False,
    "properties": {
        "kind": {"enum": ["ink", "paper", None], "default": "ink"},
        "title": {"type": "string", "maxLength": 9, "nullable": True},
        "count": {"oneOf": [{"type": "integer", "minimum": 1}, {"type": "string", "pattern": "^[0-9]+$"}]},
        "labels": {"type": "object", "additionalProperties": {"type": "string"}},
        "nested": {"type": "object", "properties": {"title": {"type": "object", "properties": {}}}},
        "tree": {"$ref": "#/components/schemas/Leaf"},
    },
}
ORDER = {"required": True, "content": {"application/json": {"schema": BODY}}}
PATHS = {
    "/orders": {"post": {"operationId": "order", "requestBody": ORDER}},
    "/plain": {"get": {"operationId": "plain"}},
}


@pytest.fixture
def router(router_of, sdk, tmp_path, service: Upstream) -> Router:
    """One with every connector that there is: none of these asks its service for a list."""
    document = tmp_path / "orders.json"
    document.write_text(json.dumps(document_of(PATHS, components={"schemas": {"Leaf": LEAF}})))
    there = {"region": "local", "base_url": service.url, "api_key": "me@example.org:a-key"}
    names = ("github", "slack", "sap", "salesforce", "jira")
    entries = [{"id": name, "connector": name, **there, "options": {}} for name in names]
    orders = {"id": "orders", "connector": "openapi", **there, "options": {"document": str(document)}}
    made: Router = router_of(*entries, orders, sdk)
    return made


def told(router: Router) -> dict[str, Any]:
    """By name, what connectors say that each tool takes."""
    specs = router.toolbox().specs_sync()
    return {
        spec.name: {"properties": {}} | json.loads(json.dumps(spec.parameters, default=dict))
        for spec in specs
    }


def untitled(schema: Any) -> Any:
    """Without titles, which LangChain's own form leaves out."""
    if isinstance(schema, list):
        return [untitled(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    return {
        key: {name: untitled(each) for name, each in value.items()}
        if key == "properties"
        else untitled(value)
        for key, value in schema.items()
        if key != "title"
    }


def test_langchain_shows_every_tool_as_it_is(router, model):
    said = told(router)
    assert len(said) > 110
    tools = connector_tools(router)
    shown = {tool.name: convert_to_openai_tool(tool)["function"] for tool in tools}
    assert {name: untitled(each["parameters"]) for name, each in shown.items()} == {
        name: untitled(schema) for name, schema in said.items()
    }
    descriptions = {spec.name: spec.description for spec in router.toolbox().specs_sync()}
    assert {name: each["description"] for name, each in shown.items()} == descriptions
    assert {tool.name: tool.args for tool in tools} == {
        name: each["properties"] for name, each in said.items()
    }


@pytest.mark.parametrize("how", ["plain", "accounted"])
def test_a_model_is_shown_the_schemas_word_for_word_from_langchain(how, router, model, tmp_path):
    tools = connector_tools(router)
    if how == "accounted":
        tools = accounted(tools, store=f"sqlite:///{tmp_path}/agents.db")
    ChatInterlock(router=router).bind_tools(tools).invoke("Hello.")
    assert model.upstream.seen[-1].tools == told(router)


@pytest.mark.parametrize("how", ["plain", "accounted"])
def test_a_model_is_shown_the_schemas_word_for_word_from_llamaindex(how, router, model, tmp_path):
    tools = ConnectorToolSpec(router).to_tool_list()
    if how == "accounted":
        tools = accounted_tools(tools, store=f"sqlite:///{tmp_path}/agents.db")
    said = told(router)
    shown = {tool.metadata.name: tool.metadata for tool in tools}
    assert {name: each.get_parameters_dict() for name, each in shown.items()} == said
    assert {name: each.fn_schema.model_json_schema() for name, each in shown.items()} == said
    assert {name: json.loads(each.fn_schema_str) for name, each in shown.items()} == said
    Interlock(router=router).chat_with_tools(tools, "Hello.")
    assert model.upstream.seen[-1].tools == said
