"""What every conformance class is built on."""

import inspect
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar, NoReturn
from unittest import SkipTest

from interlock.protocols import API

_FEWEST_WORDS = 3


def expect(met: object, otherwise: str) -> None:
    """Raise AssertionError with the sentence `otherwise` unless `met`."""
    if not met:
        raise AssertionError(otherwise)


def expect_kind(kind: Any, protocol: type) -> None:
    """Raise AssertionError unless it is what opens the URLs of some schemes, as that protocol has it."""
    expect(not isinstance(kind, type), "give an instance, not the class")
    what = f"{kind!r} is no {protocol.__name__}: it needs api, name, schemes, open"
    expect(isinstance(kind, protocol), what)
    expect(kind.api == API, f"api is {kind.api!r}; this version speaks {API}")
    expect(isinstance(kind.name, str) and kind.name, "name must be text")
    schemes = kind.schemes if isinstance(kind.schemes, tuple) else ()
    fit = schemes and all(isinstance(each, str) and each.islower() for each in schemes)
    expect(fit, f"schemes is {kind.schemes!r}, and must be a tuple of names in lower case")
    expect(not inspect.iscoroutinefunction(kind.open), "open must not be a coroutine function")


def fail(message: str, cause: BaseException | None = None) -> NoReturn:
    raise AssertionError(message) from cause


def not_applicable(reason: str) -> NoReturn:
    """Skip the running test."""
    raise SkipTest(reason)  # every runner knows this one, and so the kit needs none


def way_out(scenario: str) -> str:
    """How the author of a kit says that something cannot arise, as it is written."""
    return f'cannot = {{"{scenario}": "why"}}'


class Conformance:
    """The root of the kits. Subclass one of them as `Test…` in a test module; its tests are the rules.

    Flags say what a plugin cannot do; rules about that are skipped, or turn into a check that it refuses.
    `cannot` says in a sentence each what can never happen to it. The one way out of any other rule is to
    override its test with `@pytest.mark.xfail(reason=…, strict=True)`, which puts the reason into every
    report and fails as soon as it is no longer true.

    Attributes:
        cannot: scenario -> why it can never arise; rules about it are skipped, and reports give the reason.
        scenarios: the names that may stand in `cannot`.
    """

    cannot: ClassVar[Mapping[str, str]] = {}
    scenarios: ClassVar[frozenset[str]] = frozenset()

    if not TYPE_CHECKING:  # a type checker would take every name for one that is there

        def __getattr__(self, name: str) -> NoReturn:
            """Only what a kit declares and its subclass has not set comes here, and what nobody knows."""
            declared = any(name in vars(parent).get("__annotations__", {}) for parent in type(self).__mro__)
            way = f": declare {name} = … in the class" if declared else ""
            raise AttributeError(f"{type(self).__name__} has no {name!r}{way}", name=name, obj=self)

    def test_what_it_cannot_do_has_a_reason(self) -> None:
        """What stands in `cannot` is one of `scenarios`, with a reason of at least three words."""
        for scenario, reason in self.cannot.items():
            expect(
                scenario in self.scenarios,
                f"cannot names {scenario!r}; there are {', '.join(sorted(self.scenarios)) or 'none'}",
            )
            told = isinstance(reason, str) and len(reason.split()) >= _FEWEST_WORDS
            rule = f"a reason is a sentence of at least {_FEWEST_WORDS} words"
            expect(told, f"cannot[{scenario!r}] is no reason, {rule}: {reason!r}")

    def unless_it_cannot(self, scenario: str) -> None:
        """Skip the running test where `cannot` says why."""
        if scenario in self.cannot:
            not_applicable(self.cannot[scenario])

    def test_no_rule_is_overridden_without_a_reason(self) -> None:
        """A rule that the kit overrides is a strict xfail with its reason."""
        for name in rules_of(type(self)):
            test = getattr(type(self), name)
            if test is _rule(type(self), name):
                continue
            marks = [mark for mark in getattr(test, "pytestmark", ()) if mark.name == "xfail"]
            honest = any(mark.kwargs.get("reason") and mark.kwargs.get("strict") is True for mark in marks)
            expect(
                honest,
                f"{name} is overridden: a rule is left only by @pytest.mark.xfail(reason=…, strict=True)",
            )


def rules_of(kit: type) -> list[str]:
    """The names of the tests of `kit` that are our rules, whether or not it overrides them."""
    return [name for name in dir(kit) if name.startswith("test_") and _rule(kit, name) is not None]


def _rule(kit: type, name: str) -> Callable[..., Any] | None:
    """The rule as this package wrote it."""
    for parent in kit.__mro__:
        if parent.__module__.startswith(f"{__package__}.") and name in vars(parent):
            return vars(parent)[name]  # type: ignore[no-any-return]  # names that begin so are functions
    return None
