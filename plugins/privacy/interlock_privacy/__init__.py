"""Personal data in what is sent: finds it by rules and checksums, seals it, and restores it in the answer."""

from collections.abc import Iterable

from interlock import hookimpl
from interlock.protocols import Guardrail
from interlock_privacy.guardrail import Privacy
from interlock_privacy.options import Options

__all__ = ["Options", "Privacy"]


@hookimpl
def interlock_guardrails() -> Iterable[Guardrail]:
    return [Privacy()]
