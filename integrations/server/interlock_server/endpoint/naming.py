"""Names of models as they stand in bodies."""

from collections.abc import Mapping

from interlock.types.request import Options
from interlock_server.principals import Principal


class PlainNames:
    """`auto`, an alias, or whatever the router takes for a model."""

    def __init__(self, aliases: Mapping[str, str]) -> None:
        self._aliases = dict(aliases)

    def meaning(self, name: str, principal: Principal | None) -> Options:  # noqa: ARG002 - of the protocol
        """No option for `auto`, else the model."""
        meant = self._aliases.get(name, name)
        return Options() if meant in ("", "auto") else Options(model=meant)
