"""What may be written of a server, and what does not go together."""

import re
from typing import Any

import pytest

from interlock import ConfigError
from interlock_mcp import McpOptions, Picked

HTTP = {"base_url": "https://crm.example.com/mcp", "region": "eu"}
ISSUED = {**HTTP, "issuer": {"url": "https://login.example.com", "region": "eu"}}


@pytest.mark.parametrize(
    ("entry", "sentence"),
    [
        (
            {},
            "options.command: is missing: name the program that is the server, or give",
        ),
        ({**HTTP, "options": {"command": "crm"}}, "options.command: a server is started or has an address"),
        ({**HTTP, "options": {"args": ["--quiet"]}}, "options.args: goes with command"),
        ({**HTTP, "options": {"env": {"A": "b"}}}, "options.env: goes with command"),
        ({**HTTP, "options": {"cwd": "/tmp"}}, "options.cwd: goes with command"),
        ({"api_key": "k-1234567890", "options": {"command": "crm"}}, "gets its keys by env or args"),
        ({"headers": {"x-key": "k"}, "options": {"command": "crm"}}, "gets its keys by env or args"),
        (
            {"options": {"command": "crm", "env": {"A=B": "c"}}},
            "options.env: 'A=B' is no name of an environment",
        ),
        ({"options": {"command": "crm", "env": {"A": "env:NOWHERE"}}}, "options.env.A: NOWHERE is not set"),
        (
            {"options": {"command": "crm", "tols": {}}},
            "options.tols: there is no such key. Did you mean 'tools'",
        ),
        ({"issuer": ISSUED["issuer"], "options": {"command": "crm"}}, "gets no tokens of an issuer"),
        ({**HTTP, "options": {"oauth": {"scope": "a"}}}, "options.oauth: goes with the connector's issuer"),
        ({**ISSUED, "headers": {"Authorization": "x"}}, "shown tokens of the issuer, and no other"),
        ({**ISSUED, "api_key": "k-1234567890"}, "options.oauth.client_id: is missing: whose secret"),
        ({**ISSUED, "options": {"oauth": {"grant": "password"}}}, "options.oauth.grant"),
        ({**ISSUED, "options": {"oauth": {"client": "x"}}}, "Did you mean 'client_id'"),
        (
            {**ISSUED, "options": {"oauth": {"client_id": "a", "client_metadata": "https://a.example/b"}}},
            "options.oauth.client_metadata: a client has an id or a document",
        ),
        (
            {**ISSUED, "options": {"oauth": {"client_metadata": "https://a.example"}}},
            "client_metadata: expected an https address with a path",
        ),
        ({**ISSUED, "options": {"oauth": {"redirect_port": 70_000}}}, "redirect_port: expected a port"),
        (
            {"region": None, "options": {"command": "crm"}},
            "region: is missing: nobody but you knows where this sends",
        ),
    ],
)
def test_what_cannot_be_meant_is_refused_at_its_key(boxed, entry, sentence):
    with pytest.raises(ConfigError, match=re.escape(sentence)) as caught:
        boxed(entry)
    assert "k-1234567890" not in str(caught.value)


def test_a_key_that_is_written_as_it_is_does_not_print():
    options = McpOptions(command="crm", env={"CRM_TOKEN": "k-1234567890", "LEVEL": "debug"})
    assert "k-1234567890" not in repr(options)
    assert "debug" in repr(options)


@pytest.mark.parametrize(
    ("picked", "taken"),
    [
        ({}, ["find", "find_all", "drop"]),
        ({"allow": ("find*",)}, ["find", "find_all"]),
        ({"deny": ("*_all",)}, ["find", "drop"]),
        ({"allow": ("f*",), "deny": ("find",)}, ["find_all"]),
    ],
)
def test_what_is_denied_is_out_though_it_is_allowed(picked: dict[str, Any], taken):
    assert [name for name in ("find", "find_all", "drop") if Picked(**picked).takes(name)] == taken
