"""The LLM's fields for single constraints: one for each field of `Constraints`."""

from dataclasses import fields
from typing import TYPE_CHECKING, Any

from llama_index.core.bridge.pydantic import BaseModel, Field, create_model

from interlock import Constraints

RULES = tuple(each.name for each in fields(Constraints))
NAMES = tuple(each.name for each in fields(Constraints) if isinstance(each.default, frozenset))
"""Those that hold names, which are lists here."""

if TYPE_CHECKING:

    class Ruled(BaseModel):
        """What an editor knows of them, field by field."""

        residency: list[str] | None = None
        storage: list[str] | None = None
        on_premise: bool | None = None
        deny_vendors: list[str] | None = None
        deny_laws: list[str] | None = None
        sensitivity: list[str] | None = None

else:
    _written: dict[str, Any] = {
        each.name: (
            list[str] | None if each.name in NAMES else each.type | None,
            Field(default=None, description=f"`Constraints.{each.name}`, for every call."),
        )
        for each in fields(Constraints)
    }
    Ruled = create_model("Ruled", __module__=__name__, **_written)
