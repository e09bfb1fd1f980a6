"""The section `tracing`: what spans are called, and who upstream is told of them."""

from typing import Annotated, Literal

from pydantic import BeforeValidator

from interlock.config.schema import Names, Part, Text

_WORDS = {
    "true": True,
    "yes": True,
    "on": True,
    "1": True,
    "false": False,
    "no": False,
    "off": False,
    "0": False,
}


def _switch(value: object) -> object:
    """What an environment variable says for true and false; anything else is names."""
    return _WORDS.get(value.strip().lower(), value) if isinstance(value, str) else value


class TracingConfig(Part):
    """`name` is the router's in its spans. `propagate` sends traceparent upstream: to all, or to the
    deployments that are named. `tokens` says whether attempts' spans have their usage.
    """

    name: Text = "interlock"
    tokens: Literal["attempts", "none"] = "attempts"
    propagate: Annotated[bool | Names, BeforeValidator(_switch)] = False

    def reaches(self, deployment: str) -> bool:
        """Whether that deployment is sent traceparent."""
        return self.propagate if isinstance(self.propagate, bool) else deployment in self.propagate
