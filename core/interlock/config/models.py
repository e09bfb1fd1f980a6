"""The section `models`: cards beside the built-in ones, and names that stand for others."""

from typing import Any, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from interlock.config.schema import Part, Text


class ModelsConfig(Part):
    """`cards` are mappings, for the catalog to read; `aliases` lead from a name to a model, a deployment or
    another alias. A list in place of the section is its cards.
    """

    cards: tuple[dict[str, Any], ...] = ()
    aliases: dict[Text, Text] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _no_circle(self) -> Self:
        for alias in self.aliases:
            way = [alias]
            while way[-1] in self.aliases:
                step = self.aliases[way[-1]]
                if step in way:
                    message = f"leads in a circle: {' → '.join([*way, step])}."
                    facts = {"at": f"aliases.{alias}", "message": message}
                    raise PydanticCustomError("named", "{message}", facts)
                way.append(step)
        return self

    def end(self, name: str) -> str:
        """What a name that may be an alias leads to."""
        while name in self.aliases:
            name = self.aliases[name]
        return name
