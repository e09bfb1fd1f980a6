"""What is wrong with the options of a system, told before anything is sent."""

import pytest

from interlock import ConfigError, Router, ToolCall

PLACE = {"id": "sap", "connector": "sap", "base_url": "https://s4.example.com", "region": "eu"}


def opened(api_key="user:secret", **options):
    there = {**PLACE, "api_key": api_key, "options": options}
    return Router.from_config({"connectors": [there]})


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"entities": {"purchase_orders": {}}}, "Did you mean 'purchase_order'"),
        ({"entities": {"stock": {"service": "sap/opu"}}}, r"stock.service.*expected a path"),
        ({"entities": {"stock": {"service": "/sap/../x"}}}, "expected a path"),
        ({"services": {"x": "/sap?y=1"}}, r"services.x.*expected a path"),
        ({"entities": {"stock": {"set": "A(1)"}}}, "no name of SAP's"),
        ({"entities": {"purchase_order": {"reference": "Our reference"}}}, r"reference.*no name"),
        ({"entities": {"purchase_order": {"reference": "Other", "longest": 8}}}, r"longest.*12 characters"),
        ({"entities": {"stock": {"version": 3}}}, "version"),
        ({"tools": ["sap_delete_*"]}, r"none of the tools is called sap_delete_"),
        (
            {"auth": "oauth", "token_path": "https://login.example.com"},
            "another origin is the connector's issuer",
        ),
        ({"auth": "saml"}, "auth"),
        ({"entitys": {}}, "entities"),
    ],
)
def test_what_cannot_be_used_is_named(options, says):
    with pytest.raises(ConfigError, match=f"(?s){says}"), opened(**options) as router:
        router.toolbox().specs_sync()


def test_an_issuer_is_for_tokens_that_are_fetched():
    issuer = {"url": "https://login.example.com", "region": "eu"}
    there = {**PLACE, "api_key": "user:secret", "issuer": issuer}
    with pytest.raises(ConfigError, match="leave it out"), Router.from_config({"connectors": [there]}):
        pass


def test_a_password_needs_somebody_whose_it_is():
    with pytest.raises(ConfigError, match="whose password"), opened(api_key="secret") as router:
        router.toolbox().specs_sync()


def test_tools_are_offered_by_name_and_pattern():
    with opened(tools=["sap_read_*", "sap_create_purchase_order"]) as router:
        names = {spec.name for spec in router.toolbox().specs_sync()}
    assert "sap_create_purchase_order" in names
    assert "sap_read_stock" in names
    assert "sap_create_sales_order" not in names


def test_what_is_given_by_default_or_is_the_reference_is_no_argument():
    entities = {"purchase_order": {"defaults": {"CompanyCode": "1710"}}}
    with opened(entities=entities) as router:
        schema = {spec.name: spec.parameters for spec in router.toolbox().specs_sync()}[
            "sap_create_purchase_order"
        ]
    assert "company_code" not in schema["properties"]
    assert "our_reference" not in schema["properties"]
    assert "company_code" not in schema["required"]


def test_a_person_is_shown_what_would_be_done_and_no_request():
    order = {
        "supplier": "1000021",
        "company_code": "1710",
        "purchasing_organization": "1710",
        "purchasing_group": "001",
        "order_type": "NB",
        "items": [{"material": "PUMP-7", "plant": "1010", "quantity": 5}],
    }
    change = {"purchase_order": "4500000101", "items": [{"item": "00010", "quantity": 7, "etag": "x"}]}
    with opened() as router:
        toolbox = router.toolbox()
        shown = {
            name: toolbox.asking_sync(
                ToolCall(id="call-1", name=name, arguments=arguments), run="r", step="s"
            )
            for name, arguments in (
                ("sap_create_purchase_order", order),
                ("sap_update_purchase_order_items", change),
            )
        }
    made, changed = (each.preview for each in shown.values())
    assert made.text.splitlines() == [
        "Create in A_PurchaseOrder",
        "supplier: 1000021",
        "company code: 1710",
        "purchasing organization: 1710",
        "purchasing group: 001",
        "order type: NB",
        "items:",
        "  1. material PUMP-7, plant 1010, quantity 5",
    ]
    assert changed.text.splitlines()[-1] == "  1. item 00010, quantity 7"
    (request,) = changed.changes["requests"]
    assert request["body"] == {"OrderQuantity": "7"}


def test_without_a_reference_a_creation_is_never_repeated():
    entities = {"purchase_order": {"reference": "none"}}
    with opened(entities=entities) as router:
        tools = {each.name: each.tool for each in router.toolbox().tools_sync()}
    assert tools["sap_create_purchase_order"].repeat.way == "none"
    assert not hasattr(tools["sap_create_purchase_order"], "find")
    assert "our_reference" in tools["sap_create_purchase_order"].spec.parameters["properties"]
    assert tools["sap_create_sales_order"].repeat.way == "read"
