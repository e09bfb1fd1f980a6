"""The table of failures: complete, without a row too many, in the order of the tree of errors."""

import pytest

from interlock import errors
from interlock.errors import CoolingDown, ProviderError, RateLimited
from interlock.failures import FAILURES, Action, Effect, Failure, failure_of

TREE = [line.split("──")[1].split()[0] for line in (errors.__doc__ or "").splitlines() if "──" in line]
KINDS = [
    kind
    for name in TREE
    if isinstance(kind := getattr(errors, name), type) and issubclass(kind, ProviderError)
]


@pytest.mark.parametrize("kind", KINDS)
def test_every_error_of_an_attempt_has_a_row_or_its_parents(kind: type[ProviderError]) -> None:
    parents = [parent for parent in kind.__bases__ if issubclass(parent, ProviderError)]
    assert failure_of(kind) == FAILURES.get(kind) or failure_of(kind) in map(failure_of, parents)


@pytest.mark.parametrize("kind", [kind for kind in FAILURES if kind is not ProviderError])
def test_no_row_repeats_what_the_parents_row_says(kind: type[ProviderError]) -> None:
    (parent,) = (parent for parent in kind.__bases__ if issubclass(parent, ProviderError))
    assert FAILURES[kind] != failure_of(parent)


def test_rows_stand_in_the_order_of_the_tree() -> None:
    assert [kind.__name__ for kind in FAILURES] == [kind.__name__ for kind in KINDS if kind in FAILURES]


def test_every_action_and_every_effect_is_led_to() -> None:
    assert {row.action for row in FAILURES.values()} == set(Action)
    assert {row.effect for row in FAILURES.values()} == set(Effect)


def test_a_plugins_own_class_has_the_row_of_what_it_derives_from() -> None:
    class Busy(RateLimited): ...

    class Odd(ProviderError): ...

    assert failure_of(Busy) == failure_of(CoolingDown) == Failure(Action.RETRY, Effect.THROTTLE)
    assert failure_of(Odd) == FAILURES[ProviderError]
