"""What every conformance class is built on."""

from collections.abc import Callable, Iterator
from typing import Any, NoReturn
from unittest import SkipTest


def expect(met: object, otherwise: str) -> None:
    """Raise AssertionError with the sentence `otherwise` unless `met`."""
    if not met:
        raise AssertionError(otherwise)


def fail(message: str, cause: BaseException | None = None) -> NoReturn:
    raise AssertionError(message) from cause


def not_applicable(reason: str) -> NoReturn:
    """Skip the running test."""
    raise SkipTest(reason)  # every runner knows this one, and so the kit needs none


class Conformance:
    """The root of the kits. Subclass one of them as `Test…` in a test module; its tests are the rules.

    Flags say what a plugin cannot do; rules about that are skipped, or turn into a check that it refuses. The
    one way out of a rule is to override its test with `@pytest.mark.xfail(reason=…, strict=True)`, which puts
    the reason into every report and fails as soon as it is no longer true.
    """

    def test_no_rule_is_overridden_without_a_reason(self) -> None:
        for name, test in _tests(type(self)):
            if test is _rule(type(self), name):
                continue
            marks = [mark for mark in getattr(test, "pytestmark", ()) if mark.name == "xfail"]
            honest = any(mark.kwargs.get("reason") and mark.kwargs.get("strict") is True for mark in marks)
            expect(
                honest,
                f"{name} is overridden: a rule is left only by @pytest.mark.xfail(reason=…, strict=True)",
            )


def _tests(kit: type) -> Iterator[tuple[str, Callable[..., Any]]]:
    """The tests of `kit` that some rule of ours stands behind."""
    for name in dir(kit):
        if name.startswith("test_") and _rule(kit, name) is not None:
            yield name, getattr(kit, name)


def _rule(kit: type, name: str) -> Callable[..., Any] | None:
    """The rule as this package wrote it."""
    for parent in kit.__mro__:
        if parent.__module__.startswith(f"{__package__}.") and name in vars(parent):
            return vars(parent)[name]  # type: ignore[no-any-return]  # names that begin so are functions
    return None
