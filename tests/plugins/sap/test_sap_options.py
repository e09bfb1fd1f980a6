"""What is wrong with the options of a system, told before anything is sent."""

import pytest

import interlock_sap
from interlock import ConfigError, Router

PLACE = {"id": "sap", "connector": "sap", "base_url": "https://s4.example.com", "region": "eu"}


def opened(api_key="user:secret", **options):
    there = {**PLACE, "api_key": api_key, "options": options}
    return Router.from_config({"connectors": [there]}, plugins=[interlock_sap])


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
        ({"auth": "oauth", "token_path": "https://login.example.com"}, "own address"),
        ({"auth": "saml"}, "auth"),
        ({"entitys": {}}, "entities"),
    ],
)
def test_what_cannot_be_used_is_named(options, says):
    with pytest.raises(ConfigError, match=f"(?s){says}"), opened(**options) as router:
        router.toolbox().specs_sync()


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


def test_without_a_reference_a_creation_is_never_repeated():
    entities = {"purchase_order": {"reference": "none"}}
    with opened(entities=entities) as router:
        tools = {each.name: each.tool for each in router.toolbox().tools_sync()}
    assert tools["sap_create_purchase_order"].repeat.way == "none"
    assert not hasattr(tools["sap_create_purchase_order"], "find")
    assert "our_reference" in tools["sap_create_purchase_order"].spec.parameters["properties"]
    assert tools["sap_create_sales_order"].repeat.way == "read"
