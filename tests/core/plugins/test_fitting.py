"""What plugins offer is called as its protocol says, and what cannot be called so is not taken."""

from collections.abc import Callable
from functools import partial
from typing import Any
from unittest.mock import MagicMock

import pytest

from interlock import hookimpl
from interlock.protocols import ProviderFacts
from interlock.testing import ScriptedProvider, scripted_router


class Named:
    api = 1
    name = "mine"


def offering(hook: str, item: Any) -> Any:
    return type("Offering", (), {hook: hookimpl(lambda self: [item])})()


def failures(hook: str, item: Any) -> list[str]:
    router = scripted_router({"own": []}, plugins=[offering(hook, item)])
    [report] = [each for each in router.wiring.host.reports if each.name == "Offering"]
    return report.failures


def made(base: type = Named, **methods: Callable[..., Any]) -> Any:
    return type("Made", (base,), methods)()


async def refine(self: Any, call: Any) -> None: ...


WRONG = {
    "no argument": ("interlock_classifiers", made(classify=lambda self: None), "classify"),
    "two arguments": ("interlock_constraints", made(check=lambda self, a, b: None), "check"),
    "keywords alone": (
        "interlock_guardrails",
        made(inspect=lambda self, *, call: None, phases=frozenset()),
        "inspect",
    ),
    "no method": ("interlock_classifiers", made(classify=3), "classify"),
    "an extension's": (
        "interlock_classifiers",
        made(classify=lambda self, call: None, refine=refine),
        "refine",
    ),
    "a rule's idle": (
        "interlock_constraints",
        made(check=lambda self, call: None, fixed=False, idle=lambda self: True),
        "idle",
    ),
    "a provider's": (
        "interlock_providers",
        made(
            ScriptedProvider, __init__=lambda self: None, facts=ProviderFacts(name="x"), complete=lambda: None
        ),
        "complete",
    ),
    "a strategy's": ("interlock_strategies", made(run=lambda self: iter(())), "run"),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_method_that_cannot_be_called_is_reported(case: str) -> None:
    hook, item, method = WRONG[case]
    [failure] = failures(hook, item)
    assert failure.startswith(f"{hook} offered a Made: its {method}")


@pytest.mark.parametrize(
    "classify",
    [
        lambda self, call: None,
        lambda self, request: None,
        lambda self, call, extra=None: None,
        lambda self, *args, **kwargs: None,
        staticmethod(lambda call: None),
        property(lambda self: partial(print, "x")),
        MagicMock(return_value=None),
    ],
)
def test_any_other_way_to_write_it_is_taken(classify: Any) -> None:
    assert failures("interlock_classifiers", made(classify=classify)) == []


@pytest.mark.parametrize("schemes", ["pile", None, (1,)])
def test_schemes_are_texts(schemes: Any) -> None:
    store = made(schemes=schemes, open=lambda self, call: None)
    [failure] = failures("interlock_stores", store)
    assert "its schemes are" in failure
