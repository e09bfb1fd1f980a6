"""Connectors: from what is written of each to where it is, and to what opens it."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields, is_dataclass, replace
from functools import partial
from typing import Any

from pydantic import BaseModel

from interlock.assembly.destinations import (
    LOCAL,
    check_address,
    check_region,
    key_at_hand,
    network_of,
    written_headers,
    written_key,
)
from interlock.assembly.issuers import issuer_of
from interlock.assembly.offers import Offers
from interlock.assembly.places import handled
from interlock.config import Config, ConnectorConfig
from interlock.config.options import BrokenSchema, read_options
from interlock.errors import ConfigError, PermitError
from interlock.http import Masker, origin_of, public_in, secrets_of, without_login
from interlock.logs import redact
from interlock.plugins import PluginHost
from interlock.plugins.claims import way_out
from interlock.plugins.running import attempt, cause
from interlock.protocols import Connector, ConnectorCall, ConnectorFacts, ConnectorKind
from interlock.toolbox.sources import ToolSource
from interlock.types.connectors import CONNECTORS
from interlock.types.handling import UNRECORDED
from interlock.types.models import Credential, Destination, Secret, Timeouts
from interlock.types.names import nearest

_HOOK = "interlock_connectors"


def tool_sources(
    config: Config, offers: Offers, host: PluginHost, environ: Mapping[str, str]
) -> list[ToolSource]:
    """In the order of the configuration. Each that can be opened has been opened once, to see that it can.

    Raises:
        ConfigError: an unknown kind, a place or an option that cannot be used. It repeats no key.
    """
    maker = _Maker(config, offers, host, environ)
    return [maker.make(index, item) for index, item in enumerate(config.connectors)]


class _Maker:
    def __init__(self, config: Config, offers: Offers, host: PluginHost, environ: Mapping[str, str]) -> None:
        self._config = config
        self._offers = offers
        self._host = host
        self._environ = environ

    def make(self, index: int, item: ConnectorConfig) -> ToolSource:
        key = f"connectors.{index}"
        kind = self._kind(item.connector, f"{key}.connector")
        if kind is None:
            where = self._destination(item, ConnectorFacts(needs_address=False, needs_key=False), key)
            lacks = self._absent(item.connector)
            return ToolSource(destination=where, kind=item.connector, lacks=lacks)
        self._check_place(item, kind.facts, key)
        options = self._options(kind, item, key)
        destination = self._destination(item, kind.facts, key)
        destination = replace(destination, secrets=(*destination.secrets, *_secrets_in(options)))
        issuer = issuer_of(self._config, item, kind.facts, destination, key)
        credential = destination.credential
        lacks = ""
        if credential.secret is None and credential.needed:
            lacks = credential.hint or f"no key is set for connector {item.id!r}"
        call = ConnectorCall(destination=destination, issuer=issuer, options=options)
        return ToolSource(
            destination=destination,
            issuer=issuer,
            kind=kind.name,
            open=self._opening(kind, call, key),
            lacks=lacks,
            vendors=(kind.name, item.id, *kind.facts.vendors),
            version=self._version(kind.name),
        )

    def _kind(self, name: str, key: str) -> ConnectorKind | None:
        """None for a known kind whose plugin is not there, which excludes the connector and stops nobody."""
        kinds = self._offers.connectors
        if why := self._offers.quarrel("connectors", name):
            raise self._config.error(key, f"{why}.")
        if name in kinds or name in CONNECTORS:
            return kinds.get(name)
        near = nearest(name, sorted({*kinds, *CONNECTORS}))
        way = "" if near else f"; it may take `pip install interlock-{name}`" if name.isidentifier() else ""
        what = f"no plugin offers a connector {name!r}{way}; `interlock plugins` lists what is installed."
        raise self._config.error(key, what, near)

    def _absent(self, name: str) -> str:
        distribution = CONNECTORS[name]
        way = way_out(distribution, self._offers.installed.get(distribution))
        return f"no plugin offers its kind, {name}: {way}"

    def _check_place(self, item: ConnectorConfig, facts: ConnectorFacts, key: str) -> None:
        """Whether something can be sent to the address, and who says where that is."""
        place, base_url = f"{key}.base_url", _address(item, facts)
        if base_url:
            if facts.region == LOCAL and not facts.needs_address:
                raise self._config.error(place, f"{item.connector} sends nothing, and so has no address.")
            check_address(self._config, base_url, place)
            if "?" in base_url:
                what = "holds a query, behind which paths would end up; leave it out."
                raise self._config.error(place, what)
        elif facts.needs_address:
            raise self._config.error(place, f"is missing: {item.connector} has no address of its own.")
        # Where a server is that the user names, nobody else knows.
        at_home = not item.base_url or _same_origin(item.base_url, facts.base_url)
        region = item.region or (facts.region if at_home else "")
        check_region(self._config, region, base_url, f"{key}.region")

    def _destination(self, item: ConnectorConfig, facts: ConnectorFacts, key: str) -> Destination:
        base_url, login = without_login(_address(item, facts))
        on_premise = bool(item.on_premise)
        region, handling = item.places or facts.region, item.handling.over(UNRECORDED)
        headers = written_headers(self._config, item, key, self._environ)
        return Destination(
            id=item.id,
            region=region,
            handling=handled(handling, region=region, own_ground=on_premise),
            base_url=base_url,
            credential=headers.completes(self._credential(item, facts, f"{key}.api_key")),
            on_premise=on_premise,
            headers=headers.values,
            secrets=headers.secrets,
            login=login,
            timeouts=item.timeouts.over(self._config.timeouts.over(Timeouts())),
            network=replace(network_of(self._config, item, key), environment=not on_premise),
            largest_answer=item.largest_answer or self._config.content.largest_answer,
        )

    def _credential(self, item: ConnectorConfig, facts: ConnectorFacts, key: str) -> Credential:
        if item.api_key is not None:
            return written_key(self._config, item.api_key, key, self._environ)
        # A header of the user's own may be all the authorization that there is.
        own = any(name.lower() == "authorization" for name in item.headers)
        found = key_at_hand(facts.env, self._environ, needed=facts.needs_key and not own)
        if found.secret is None and facts.hint:
            return replace(found, hint=facts.hint)
        return found

    def _opening(self, kind: ConnectorKind, call: ConnectorCall, key: str) -> Callable[[], Connector]:
        opening = partial(kind.open, call)
        connector, error = attempt(opening)
        path = [*key.split("."), "options"]
        mask = Masker(secrets_of(call.destination), public_in(call.destination))
        if isinstance(error, ConfigError):
            steps = error.key.split(".") if error.key else []
            raise self._config.error([*path, *steps], mask(error.message), error.suggestion) from None
        if isinstance(error, ValueError):
            raise self._config.error(path, f"{mask(str(error)).rstrip('.')}.") from None
        if error is not None:
            why = mask(cause(error)).rstrip(".")
            raise self._config.error(key, f"the connector {kind.name!r} cannot be opened: {why}.") from None
        if not isinstance(connector, Connector):
            what = f"the connector {kind.name!r} opened a {type(connector).__name__}, which is no Connector."
            raise self._config.error(key, what)
        return opening

    def _options(self, kind: ConnectorKind, item: ConnectorConfig, key: str) -> Any:
        path = [*key.split("."), "options"]
        if kind.options is None:
            if item.options:
                raise self._config.error(path, f"the connector {kind.name!r} takes no options of its own.")
            return None
        try:
            return read_options(
                kind.options,
                dict(item.options),
                path=path,
                error=self._config.error,
                folder=self._config.folder,
                environ=self._environ,
            )
        except BrokenSchema as fault:
            what = f"the connector {kind.name!r} cannot take its options: {redact(str(fault))}"
            raise self._config.error(path, f"{what.rstrip('.')}.") from None

    def _version(self, name: str) -> str:
        reports = self._host.reports
        return next((each.version or "" for each in reports if name in each.offers.get(_HOOK, ())), "")


def _address(item: ConnectorConfig, facts: ConnectorFacts) -> str:
    return (item.base_url or facts.base_url).rstrip("/")


def _same_origin(base_url: str, other: str) -> bool:
    try:
        return bool(other) and origin_of(base_url) == origin_of(other)
    except PermitError:
        return False


def _secrets_in(value: object) -> Iterator[Secret]:
    """Those among options, however deep."""
    if isinstance(value, Secret):
        yield value
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from _secrets_in(item)
    elif isinstance(value, list | tuple | set | frozenset):
        for item in value:
            yield from _secrets_in(item)
    elif is_dataclass(value):
        for each in fields(value):
            yield from _secrets_in(getattr(value, each.name))
    elif isinstance(value, BaseModel):
        for _, item in value:
            yield from _secrets_in(item)
