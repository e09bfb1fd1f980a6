"""Where tools come from: the kinds of connectors, and what one of them is once it is open."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Protocol, runtime_checkable

from interlock.protocols.tools import Access, Tool
from interlock.types.models import Destination, Secret


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectorFacts:
    """What is known of a kind before one is opened.

    Attributes:
        base_url: the service's root; empty when the user must give one, or when nothing is sent.
        needs_address: False for what runs in the process or beside it, and so may be without an address.
        region: where it works unless the user says otherwise; empty when the user must say. What runs in the
            process and sends nothing is `local`.
        env: environment variables that may hold the key, in order.
        needs_key: False for services that commonly want none.
        issuer: whether its tokens may come from an authorization server that the user names.
        vendors: names of its makers, for `deny_vendors`; the kind's own name is one of them.
        hint: the next step for a user who lacks the key, in a sentence.
    """

    base_url: str = ""
    needs_address: bool = True
    region: str = ""
    env: tuple[str, ...] = ()
    needs_key: bool = True
    issuer: bool = False
    vendors: tuple[str, ...] = ()
    hint: str = ""


IN_PROCESS = ConnectorFacts(needs_address=False, region="local", needs_key=False)
"""Of a kind whose tools run in the process and send nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectorCall:
    """What a connector is opened with.

    Attributes:
        destination: what the user wrote of it: its id, address, region and key.
        issuer: the authorization server that the user names for it, and the one place beside the destination
            to which something may be sent, by an Access's `issuer`. Its `base_url` is the issuer identifier.
        options: an instance of the kind's schema; None where it has none.
    """

    destination: Destination
    issuer: Destination | None = None
    options: Any = field(default=None, repr=False)

    @property
    def id(self) -> str:
        """What the user calls it."""
        return self.destination.id

    @property
    def key(self) -> Secret | None:
        """None where none is set, which excludes the connector if its kind needs one."""
        return self.destination.credential.secret


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolsCall(Access):
    """What a connector is given to ask its service what it offers."""


@runtime_checkable
class Connector(Protocol):
    """A source of tools, open. Several event loops may use it, one after another or at once.

    One that holds back tools of its service may have `withdrawn`, which maps their names to the reason, in a
    few words; it is read after `tools`, and told in `Toolbox.excluded`. One whose tools change may have
    `stale`, which is true when it is to be asked for them again; it is read before each use of one, and costs
    nothing. One that has more tools than it lists may have `unlisted`, which gives the one of a name, or
    None, without I/O; a model asks for them by way of a ForwardingTool that it lists.
    """

    api: int
    name: str

    async def tools(self, call: ToolsCall) -> Iterable[Tool]:
        """What it offers now, each tool under a name of its own; how a service is asked for it is its affair.

        Raises ProviderError alone, and lets cancellation pass.
        """
        ...

    async def aclose(self) -> None:
        """Let go of everything. May be called twice."""
        ...


@runtime_checkable
class ConnectorKind(Protocol):
    """A kind of connector, chosen by its name in the configuration's `connectors`.

    Attributes:
        options: the schema of its own options, a frozen dataclass or a pydantic model; None when it has none.
    """

    api: int
    name: str
    facts: ConnectorFacts
    options: type | None

    def open(self, call: ConnectorCall) -> Connector:
        """The connector; it does no I/O. One kind may be open several times, with different destinations.

        Raises:
            ValueError: the options do not go together. A `ConfigError` names the `key` among them.
        """
        ...
