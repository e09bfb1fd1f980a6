"""Names, places and organisations in texts, found by Presidio with a spaCy model.

Importing this loads neither: they are loaded once a process, when something is first looked for.
"""

from collections.abc import Iterable

from interlock import hookimpl
from interlock.protocols import Detector
from interlock_presidio.detector import Presidio
from interlock_presidio.options import Options

__all__ = ["Options", "Presidio"]


@hookimpl
def interlock_detectors() -> Iterable[Detector]:
    return [Presidio()]
