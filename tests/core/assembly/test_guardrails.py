"""A guardrail that would be asked about nothing, or in another way than it means, is refused at once."""

import re
from typing import Any

import pytest

from guards_at_work import Accounts, Forbids
from interlock import ConfigError, Router
from interlock.testing import scripted_providers, scripted_router


async def later(self: Any, call: Any) -> Any: ...


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"phases": frozenset({"requests"})}, "says that its phases are frozenset({'requests'})"),
        ({"phases": frozenset()}, "says that its phases are frozenset(); a frozenset of answer, request,"),
        ({"phases": "request"}, "says that its phases are 'request'"),
        ({"on_error": "ignore"}, "says on_error = 'ignore'; block or pass is expected"),
        ({"timeout": 0}, "says timeout = 0; a positive number of seconds is expected"),
        ({"timeout": None}, "says timeout = None"),
        ({"restore": later}, "has a restore that is awaited; only inspect may be"),
        ({"release": later}, "has a release that is awaited; only inspect may be"),
    ],
)
def test_it_is_refused(changes: dict[str, Any], told: str) -> None:
    guardrail = type("Mistaken", (Accounts,), changes)()
    with pytest.raises(ConfigError, match=re.escape(f"plugins: of guardrails, 'accounts' {told}")):
        scripted_router({"a": []}, plugins=[Forbids(), guardrail])


class Listed(Accounts):
    listed = True


@pytest.mark.parametrize(("config", "leaves"), [({}, "ACC-123456"), ({"accounts": {}}, "<ACCOUNT_1>")])
async def test_one_that_wants_to_be_listed_is_asked_only_where_it_is(config: Any, leaves: str) -> None:
    router = scripted_router({"a": ["fine"]}, plugins=[Listed()], guardrails=config)
    await router.complete("What about ACC-123456?")
    (provider,) = scripted_providers(router)
    assert provider.calls[0].request.messages[-1].text == f"What about {leaves}?"


def test_one_that_is_known_and_not_installed_is_named_with_its_distribution() -> None:
    config = {"plugins": {"disabled": ["interlock-privacy"]}, "guardrails": {"privacy": {}}}
    with pytest.raises(ConfigError, match=r"'privacy': .*interlock-privacy"):
        Router.from_config(config)
