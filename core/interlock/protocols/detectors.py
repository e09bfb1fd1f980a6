"""What finds personal data in texts, and the guardrails that let it."""

from collections.abc import Iterable, Sequence
from typing import Protocol, Self, runtime_checkable

from interlock.protocols.guardrails import Guardrail
from interlock.types.findings import Finding


@runtime_checkable
class Detector(Protocol):
    """Finds values of certain `kinds` in a text. A guardrail that is told its name asks it.

    It may also have, in so many words:
        lacks(): what is missing and the way out, as a sentence, or nothing where it is ready. For `interlock
            doctor`, which waits for it: it looks, and loads nothing.
    """

    api: int
    name: str
    kinds: frozenset[str]

    def find(self, text: str) -> Iterable[Finding]:
        """What is in the text, in its order; no two overlap. Asked in threads, several at once, never on an
        event loop, and so may take its time. Raises where it cannot look: nothing found means that nothing is
        there.

        Raises:
            PluginError: something must be installed first. The message says what and how, and nothing of the
                text: whoever made the call is told it.
        """
        ...


@runtime_checkable
class DetectingGuardrail(Guardrail, Protocol):
    """A guardrail that acts on what detectors find. Its `detectors`, as its options have them, name those."""

    detectors: Sequence[str]

    def detecting(self, detectors: Sequence[Detector]) -> Self:
        """This guardrail with the detectors that it names, in their order. Called once, when a router is
        made.

        Raises:
            ValueError: its options and their kinds do not go together. A `ConfigError` names the `key` among
                them.
        """
        ...
