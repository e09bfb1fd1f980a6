"""What deployments and connectors have in common: an address, a region, a key, a way out."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from interlock.config import Config, DestinationConfig, resolve_key
from interlock.errors import ConfigError, PermitError
from interlock.http import check_network, is_loopback, origin_of
from interlock.types.models import Credential, Network, Secret

LOCAL = "local"
_ELSEWHERE = ("env:", "file:")


def check_address(config: Config, base_url: str, key: str) -> None:
    """Raises ConfigError for an address that nothing can be sent to, unquoted: a key may stand there."""
    try:
        origin_of(base_url)
    except PermitError as error:
        raise config.error(key, f"{error.message}.") from None
    if "#" in base_url:
        raise config.error(key, "holds a fragment, which is never sent; leave it out.")


def check_region(config: Config, region: str, base_url: str, key: str) -> None:
    """Raises ConfigError for a region that is missing, or `local` where the address is another machine's."""
    if not region:
        raise config.error(
            key,
            "is missing: nobody but you knows where this address processes requests. "
            "Say eu, us, a country or a cloud region."
            if base_url
            else "is missing: nobody but you knows where this sends what it is given. "
            "Say local if it keeps it on this machine, else eu, us, a country or a cloud region.",
        )
    if region == LOCAL and base_url and not loopback(base_url):
        raise config.error(key, "local means this machine, and base_url names another.")


def network_of(config: Config, item: DestinationConfig, key: str) -> Network:
    """The way out, its files' paths whole. Raises ConfigError for what cannot be used."""
    network = item.network()
    folder = config.folder or Path()
    certificate = network.client_cert
    network = replace(
        network,
        ca_bundle=network.ca_bundle and str(folder / network.ca_bundle),
        client_cert=certificate
        and (str(folder / certificate[0]), certificate[1] and str(folder / certificate[1])),
    )
    try:
        check_network(network)
    except ConfigError as error:
        raise config.error(f"{key}.{error.key}", f"{error.message}.") from None
    return network


def written_key(config: Config, spec: Secret, key: str, environ: Mapping[str, str]) -> Credential:
    """What stands in the configuration: a value, `env:NAME` or `file:PATH`."""
    source, line = config.locate(key)
    return resolve_key(spec, environ=environ, key=key, source=source, line=line, folder=config.folder)


class WrittenHeaders(NamedTuple):
    """The headers of a destination, and those of their values that were kept somewhere else.

    `lacks` says what to set where one of these is not there.
    """

    values: dict[str, str]
    secrets: tuple[Secret, ...]
    lacks: str

    def completes(self, credential: Credential) -> Credential:
        """The credential, found only where nothing is lacking here."""
        if not self.lacks:
            return credential
        return replace(credential, secret=None, source="headers", needed=True, hint=self.lacks)


def written_headers(
    config: Config, item: DestinationConfig, key: str, environ: Mapping[str, str]
) -> WrittenHeaders:
    """Each is a value, `env:NAME` or `file:PATH`. Raises ConfigError for a file that cannot be read."""
    values: dict[str, str] = {}
    secrets: list[Secret] = []
    lacks = ""
    for name, value in item.headers.items():
        if not value.startswith(_ELSEWHERE):
            values[name] = value
            continue
        found = written_key(config, Secret(value), f"{key}.headers.{name}", environ)
        if found.secret is None:
            lacks = lacks or f"{found.hint}, for the header {name}"
        else:
            values[name] = found.secret.reveal()
            secrets.append(found.secret)
    return WrittenHeaders(values, tuple(secrets), lacks)


def key_at_hand(names: Iterable[str], environ: Mapping[str, str], *, needed: bool) -> Credential:
    """The first of some variables that holds a key."""
    names = tuple(names)
    for name in names:
        if value := environ.get(name):
            return Credential(secret=Secret(value.strip()), source=f"env:{name}", needed=needed)
    return Credential(needed=needed, hint=f"{' or '.join(names)} is not set" if names else "")


def loopback(base_url: str) -> bool:
    return is_loopback(urlsplit(base_url).hostname or "")
