"""Whatever stands in the place of an option, callers are told of it by name, or it means something."""

import math
from collections.abc import Callable
from contextlib import suppress
from dataclasses import fields
from typing import Any

import pytest

from interlock import Constraints, Request, RequestError, Router, Settings
from interlock.testing import scripted_router
from interlock.types.members import Ensemble

_ODD: tuple[Any, ...] = (
    *(True, False, 0, 5, -1.5, math.nan, 10**400, "", "x", b"x", object(), type, (), ("x",), {5}, range(3)),
    *([], [None], [5], [[]], [{}], [True], {}, {"a": 1}, {1: 2}, {"type": "object"}),
)
_TOOL = {"name": "f", "description": "d", "parameters": {"type": "object"}}


def _within(name: str, **given: Any) -> Callable[[str, Any], dict[str, Any]]:
    return lambda key, odd: {name: given | {key: odd}}


_OPTIONS = [name for name in Request.__dataclass_fields__ if name not in ("messages", "verbatim")]
_PLACES: dict[str, tuple[list[str], Callable[[str, Any], dict[str, Any]]]] = {
    "request": (_OPTIONS, lambda key, odd: {key: odd}),
    "constraints": ([each.name for each in fields(Constraints)], _within("constraints")),
    "settings": ([each.name for each in fields(Settings)], _within("settings")),
    "ensemble": ([each.name for each in fields(Ensemble)], _within("ensemble", members=["a"])),
    "tools": (list(_TOOL), lambda key, odd: {"tools": [_TOOL | {key: odd}]}),
    "output": (["schema", "name", "strict"], _within("output", type="object")),
}


@pytest.fixture
def router() -> Router:
    return scripted_router({"a": []})


@pytest.mark.parametrize("place", _PLACES)
def test_an_odd_option_is_refused_as_such_or_means_something(router: Router, place: str) -> None:
    names, options = _PLACES[place]
    for name in names:
        for odd in _ODD:
            with suppress(RequestError):
                router.decide("hi", **options(name, odd))


@pytest.mark.parametrize("name", ["role", "content", "name", "tool_calls", "tool_call_id", "refusal"])
def test_so_is_an_odd_field_of_a_message(router: Router, name: str) -> None:
    for odd in _ODD:
        with suppress(RequestError):
            router.decide([{"role": "user", "content": "x", name: odd}])


@pytest.mark.parametrize("name", [each.name for each in fields(Constraints)])
@pytest.mark.parametrize("odd", [5, "maybe", [5], {"a": "b"}, True])
def test_a_rule_of_another_kind_is_never_no_rule(router: Router, name: str, odd: Any) -> None:
    if isinstance(odd, bool if name == "on_premise" else str):
        return  # which is how it is written
    with pytest.raises(RequestError) as caught:
        router.decide("hi", constraints={name: odd})
    assert caught.value.key == f"constraints.{name}"
