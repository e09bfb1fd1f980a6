"""What keeps to the options that it offers."""

import inspect
from collections.abc import Mapping, Sequence
from copy import copy
from typing import Any, ClassVar

from interlock.errors import ConfigError
from interlock.protocols import Arbiter, Classifier, Configurable, Constraint, Guardrail, Strategy
from interlock.testing.purity import no_io
from interlock.testing.rules import Conformance, expect, fail

_STRANGE = "no_option_is_called_so"
_KINDS = (Classifier, Constraint, Guardrail, Strategy, Arbiter)


class OptionsConformance(Conformance):
    """The rules for options of a classifier, constraint, guardrail, strategy or arbiter.

    A subclass sets `offer`, to an instance as the hook offers it, and runs beside the kit of its kind, which
    is given one that is configured.

    Attributes:
        offer: what is tested.
        written: options as a configuration may have them: all that must be written, and any others.
    """

    offer: Any
    written: ClassVar[Mapping[str, Any]] = {}

    def test_has_a_schema(self) -> None:
        """The offer has `options`, a schema that can be read, and `configured`."""
        from interlock.config.described import described  # noqa: PLC0415 - it loads what reads configurations
        from interlock.config.options import BrokenSchema  # noqa: PLC0415 - likewise

        expect(isinstance(self.offer, Configurable), f"{self.offer!r} needs options and configured")
        try:
            for option in described(self.offer.options):
                expect(option.key.isprintable(), f"{option.key!r} cannot be written")
        except BrokenSchema as broken:
            fail(f"nothing can be checked by its options: {broken}", broken)

    def test_what_must_be_written_is_named(self) -> None:
        """Every option without a default stands in `written`."""
        from interlock.config.options import needed  # noqa: PLC0415 - it loads what reads configurations

        left = [key for key in needed(self.offer.options) if key not in self.written]
        named = ", ".join(f"{key!r}: …" for key in left)
        expect(not left, f"options without a default must be written: set written = {{{named}}}")

    def test_refuses_what_it_does_not_know(self) -> None:
        """An unknown option is a ConfigError at its own key."""
        try:
            self._read({**self.written, _STRANGE: 1})
        except ConfigError as error:
            keys = [each.key for each in (error, *error.others)]
            expect(_STRANGE in keys, f"an unknown key was not refused at its own place, but at {keys}")
        else:
            fail("an unknown key was taken: whoever misspells one is not told")

    def test_is_configured_without_io(self) -> None:
        """After its first use, `configured` opens no file or socket, starts no process, does not sleep."""
        options = self._read(self.written)
        self._configured(options)  # what is imported at first use is not the point
        with no_io("configured"):
            self._configured(options)

    def test_stays_what_it_is(self) -> None:
        """`configured` gives one of the same name that keeps the same protocols."""
        made = self._configured(self._read(self.written))
        expect(made.name == self.offer.name, f"configured returned one that is called {made.name!r}")
        for kind in _KINDS:
            if isinstance(self.offer, kind):
                expect(isinstance(made, kind), f"configured returned {made!r}, which is no {kind.__name__}")

    def test_leaves_the_original_as_it_is(self) -> None:
        """`configured` changes nothing of the offer, of which several routers are made."""
        before = _state(self.offer)
        self._configured(self._read(self.written), self.offer)
        changed = [name for name, value in _state(self.offer).items() if before.get(name) != value]
        expect(not changed, f"configured changed {', '.join(changed)}: several routers are made of one offer")

    def _read(self, written: Mapping[str, Any]) -> Any:
        return _read(self.offer.options, written)

    def _configured(self, options: Any, offer: Any = None) -> Any:
        """What `offer`, a copy where none is given, makes of the options."""
        if inspect.iscoroutinefunction(self.offer.configured):
            fail("configured must not be a coroutine function")
        try:
            return (copy(self.offer) if offer is None else offer).configured(options)
        except AssertionError:
            raise
        except Exception as error:  # noqa: BLE001 - whatever a plugin raises is the finding
            fail(f"{type(error).__name__} left configured: {error}", error)


def with_defaults(offer: Any) -> Any | None:
    """An offer as a router has it where nothing is written; None where something must be, or it fails."""
    if not isinstance(offer, Configurable) or inspect.iscoroutinefunction(offer.configured):
        return offer
    try:
        return offer.configured(_read(offer.options, {}))
    except Exception:  # noqa: BLE001 - the kit for its options says what
        return None


def _read(schema: Any, written: Mapping[str, Any]) -> Any:
    from interlock.config.options import read_options  # noqa: PLC0415 - it loads what reads configurations

    return read_options(schema, written, path=[], error=_complaint, environ={})


def _complaint(key: Sequence[str], message: str, suggestion: str | None = None) -> ConfigError:
    return ConfigError(message, key=".".join(key), suggestion=suggestion)


def _state(item: object) -> dict[str, str]:
    """What an object holds, in words: not everything can be copied or compared."""
    slots = [name for kind in type(item).__mro__ for name in getattr(kind, "__slots__", ())]
    names = {*getattr(item, "__dict__", ()), *slots}
    return {name: repr(getattr(item, name, None)) for name in names if name != "__weakref__"}
