"""What users write of a system, beside its address, region and key."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from fnmatch import fnmatchcase
from typing import Any, Literal

from interlock import ConfigError
from interlock_sap.entities import ENTITIES, Entity
from interlock_sap.literals import field_name

_SHORTEST = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class EntityOptions:
    """Where a system has one kind of thing, if not where SAP's public API has it.

    Attributes:
        service: the path of its service, below the connector's address.
        set: the entity set.
        items: the navigation property to its items.
        item_set: the entity set of its items.
        version: of OData, 2 or 4; without it, 4 where the service's path says `odata4` or `v4`, else 2.
        reference: a text field that nobody else uses: what is created is found again by it. `items/NAME` is a
            field of its first item. `none` where there is no such field: then a person decides what became of
            a creation of which nobody knows.
        longest: how many characters that field takes, 12 or more.
        versioned: whether the service gives it an ETag. Where it does not, a change overwrites what is there.
        defaults: fields of whatever is created, by SAP's names, such as `CompanyCode`.
    """

    service: str = ""
    set: str = ""
    items: str = ""
    item_set: str = ""
    version: Literal[2, 4] | None = None
    reference: str = ""
    longest: int = 0
    versioned: bool = True
    defaults: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class SapOptions:
    """How an SAP system is spoken to.

    Attributes:
        auth: `basic`: the key is `user:password`, or the password of `user`. `bearer`: the key is a token.
            `oauth`: it is `client_id:client_secret`, and tokens are fetched at `token_path`.
        token_path: of the endpoint for tokens: the system's own, or that of the connector's `issuer`.
        scope: what tokens are asked for, where the system wants that said.
        client: three digits; empty means the system's own.
        language: of messages and texts, such as EN.
        csrf: fetch a token before whatever changes something; systems of SAP's want that.
        entities: by name, where the system has something elsewhere.
        services: paths of more services that the two general tools may read, by a name of yours.
        tools: which tools are offered, by name or patterns with `*`, `?`, `[…]`; empty means all.
        settles_within: seconds after which a request that was sent has been carried out or never will be.

    Raises:
        ConfigError: they do not go together.
    """

    auth: Literal["basic", "bearer", "oauth"] = "basic"
    user: str = ""
    token_path: str = "/sap/bc/sec/oauth2/token"  # noqa: S105 - where tokens are, and none
    scope: str = ""
    client: str = ""
    language: str = ""
    csrf: bool = True
    entities: Mapping[str, EntityOptions] = field(default_factory=dict)
    services: Mapping[str, str] = field(default_factory=dict)
    tools: tuple[str, ...] = ()
    settles_within: float = 60.0

    def __post_init__(self) -> None:
        for name in self.entities:
            if name not in ENTITIES:
                near = next(iter(get_close_matches(name, ENTITIES, 1)), None)
                raise ConfigError(
                    f"there is no {name!r}; there are {', '.join(ENTITIES)}.", key="entities", suggestion=near
                )
        for name, path in self.services.items():
            _check_path(path, f"services.{name}")

    def takes(self, tool: str) -> bool:
        """Whether the tool of that name is offered."""
        return not self.tools or any(fnmatchcase(tool, each) for each in self.tools)

    def entity(self, name: str) -> Entity:
        """Where the system has it. Raises ConfigError."""
        usual = ENTITIES[name]
        return _placed(usual, self.entities[name], f"entities.{name}") if name in self.entities else usual

    def headers(self) -> Mapping[str, str]:
        """Those of every request."""
        told = {"sap-client": self.client, "sap-language": self.language}
        return {name: value for name, value in told.items() if value}


def version_of(path: str) -> Literal[2, 4]:
    """Of OData, by the path of a service."""
    return 4 if {"odata4", "v4"} & set(path.lower().split("/")) else 2


def _placed(usual: Entity, options: EntityOptions, key: str) -> Entity:
    given = {name: getattr(options, name) for name in ("set", "items", "item_set", "reference", "longest")}
    placed = replace(usual, **{name: value for name, value in given.items() if value})
    if options.service:
        _check_path(options.service, f"{key}.service")
        placed = replace(placed, service=options.service.rstrip("/"), version=version_of(options.service))
    if options.version:
        placed = replace(placed, version=options.version)
    if options.reference == "none":
        placed = replace(placed, reference="")
    if placed.reference:
        _check_name(placed.reference.removeprefix("items/"), f"{key}.reference")
        if placed.longest < _SHORTEST:
            raise ConfigError(f"a reference takes {_SHORTEST} characters or more.", key=f"{key}.longest")
    for name in (placed.set, placed.items, placed.item_set):
        if name:
            _check_name(name, key)
    return replace(placed, versioned=options.versioned, defaults=dict(options.defaults))


def _check_path(path: str, key: str) -> None:
    parts = path.strip("/").split("/")
    if not path.startswith("/") or any(part in ("", ".", "..") for part in parts) or not _is_plain(path):
        raise ConfigError(f"expected a path such as /sap/opu/odata/sap/NAME, not {path!r}.", key=key)


def _is_plain(path: str) -> bool:
    return path.isascii() and path.isprintable() and not set(path) & set("?#% \\")


def _check_name(name: str, key: str) -> None:
    try:
        field_name(name)
    except ValueError:
        raise ConfigError(f"{name!r} is no name of SAP's.", key=key) from None
