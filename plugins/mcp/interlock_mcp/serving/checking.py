"""Arguments of a call, held against a schema before anything else looks at them."""

from collections.abc import Mapping
from functools import partial
from importlib import import_module
from typing import Any

from interlock.http import aside


async def objection(schema: Mapping[str, Any], arguments: Mapping[str, Any]) -> str | None:
    """What is wrong with the arguments, for the model that wrote them; None where nothing is known to be.

    Patterns are not matched, and a schema that is none has no objection.
    """
    # It takes as long to import as the SDK does; nobody who only connects should wait for that.
    schemas = await aside(partial(import_module, "interlock_tools.schemas"))

    def look() -> str | None:
        found: str | None = None if schemas.flaw(schema) else schemas.Checker(schema).objection(arguments)
        return found

    return look() if schemas.is_small(arguments) else await aside(look)
