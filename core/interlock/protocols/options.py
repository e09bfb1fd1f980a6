"""How what a plugin offers takes options from the configuration."""

from typing import Any, Protocol, runtime_checkable


@runtime_checkable
class Configurable(Protocol):
    """An offer with options of its own. A classifier, constraint, detector, guardrail, strategy or arbiter
    may be one.

    Attributes:
        options: the schema, a frozen dataclass or a pydantic model. Fields without a default must be written.
            One of type `Secret` is written as a value, env:NAME or file:PATH; a relative `Path` begins at the
            configuration's folder.
    """

    options: type

    def configured(self, options: Any) -> Any:
        """This offer as an instance of the schema has it: of the same protocol, by the same name.

        Called once, when a router is made, with the schema's defaults for whatever is not written. It does no
        I/O, and leaves what it is asked of as it is: several routers may be made of one.

        Raises:
            ValueError: the options do not go together. A `ConfigError` names the `key` among them.
        """
        ...
