"""Whether a deployment could serve a request, and what stands in the way."""

import asyncio
import ssl
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from time import perf_counter
from typing import Final, Literal
from urllib.parse import urlsplit

from interlock.errors import InterlockError
from interlock.http import faults
from interlock.http.proxies import Proxies
from interlock.http.tls import context_for
from interlock.protocols import Provider
from interlock.types.models import Deployment
from interlock.types.permit import origin_of
from interlock.types.providers import distribution_of

_KEEPS: Final = 180  # days; what is older has often changed since

Reach = Literal["ok", "failed", "in process", "not tried"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Readiness:
    """What is known of one deployment. `credential` says where its key comes from, and never the key.

    `seconds` is how long the connection took; `next_step` is empty when the deployment is ready.
    """

    deployment: Deployment
    credential: str
    reach: Reach
    detail: str = ""
    seconds: float | None = None
    next_step: str = ""

    @property
    def ready(self) -> bool:
        return not self.next_step


def is_ready(deployment: Deployment, providers: Mapping[str, Provider]) -> bool:
    """Whether its plugin is installed and its key is found. Says nothing about the network."""
    credential = deployment.credential
    return deployment.provider in providers and (credential.secret is not None or not credential.needed)


def doubts(deployment: Deployment, today: date) -> tuple[str, ...]:
    """What is unwise or doubtful about a deployment and keeps nobody from asking it, in sentences."""
    found = (deployment.credential.warning, deployment.unserved, _old(deployment, today))
    return tuple(f"{each}." for each in found if each)


def _old(deployment: Deployment, today: date) -> str:
    """Prices fall and rise; nobody but the user can look up what is charged now."""
    price = deployment.rates
    try:
        since = date.fromisoformat(price.as_of if price else "")
    except ValueError:
        return ""
    days = (today - since).days
    if price is None or days <= _KEEPS:
        return ""
    whose = f"the price is {days} days old ({price.as_of}, {price.source})"
    return f"{whose}; look up what it costs now, and write it with its date into the deployment's `price`"


async def examine(deployment: Deployment, providers: Mapping[str, Provider], *, limit: float) -> Readiness:
    """Look at one deployment, for `limit` seconds at most.

    A connection is opened, and closed with nothing sent, only when a key is at hand or none is needed.
    """
    credential = deployment.credential
    said = credential.source or ("none found" if credential.needed else "none needed")
    provider = providers.get(deployment.provider)
    if provider is None:
        step = credential.hint or f"pip install {distribution_of(deployment.provider)}"
        return Readiness(deployment=deployment, credential=said, reach="not tried", next_step=step)
    if credential.secret is None and credential.needed:
        # What the provider would look for says nothing to whoever has named another place.
        own = f"{credential.hint}; set it, or name another place." if credential.source else ""
        step = own or provider.facts.hint or credential.hint or f"Set a key for {deployment.provider}."
        return Readiness(
            deployment=deployment,
            credential=credential.hint or said,
            reach="not tried",
            next_step=step,
        )
    if provider.facts.in_process:
        step = _missing(provider, deployment)
        reach: Reach = "failed" if step else "in process"
        return Readiness(deployment=deployment, credential=said, reach=reach, next_step=step)
    return await _connected(deployment, said, provider.facts.hint, limit)


def _missing(provider: Provider, deployment: Deployment) -> str:
    """What a provider in process still needs, such as weights; those that know have `missing(deployment)`."""
    ask = getattr(provider, "missing", None)
    return str(ask(deployment) or "") if callable(ask) else ""


async def _connected(deployment: Deployment, credential: str, hint: str, limit: float) -> Readiness:
    began = perf_counter()
    passed_by = Proxies(deployment.network).passed_by(deployment.base_url)
    note = f"{passed_by} is not followed to it" if passed_by else ""
    try:
        through = await _connect(deployment, limit)
    except InterlockError as error:
        step = (
            hint
            if not deployment.credential.needed and hint
            else "Check base_url, the network and the proxy."
        )
        detail = f"{error}; {note}" if note else str(error)
        return Readiness(
            deployment=deployment, credential=credential, reach="failed", detail=detail, next_step=step
        )
    return Readiness(
        deployment=deployment,
        credential=credential,
        reach="ok",
        detail=through or note,
        seconds=perf_counter() - began,
    )


async def _connect(deployment: Deployment, limit: float) -> str:
    """Open a connection as a call would, TLS included, and close it; through a proxy, only up to the proxy.

    Raises ConnectionFailed, ConnectTimeout, or ConfigError for network settings that cannot be used.
    """
    proxy = Proxies(deployment.network).for_url(deployment.base_url)
    parts = urlsplit(proxy.url if proxy else origin_of(deployment.base_url))
    host = parts.hostname or ""
    tls = None if parts.scheme == "http" else await asyncio.to_thread(context_for, deployment.network)
    try:
        async with asyncio.timeout(limit):
            port = parts.port or (443 if tls else 80)
            _, writer = await asyncio.open_connection(host, port, ssl=tls)
            writer.close()
            with suppress(OSError, ssl.SSLError):
                await writer.wait_closed()
    except TimeoutError:
        raise faults.too_slow(_place(host, parts.port), limit) from None
    except (OSError, ssl.SSLError, UnicodeError) as error:
        raise (faults.no_proxy if proxy else faults.no_connection)(_place(host, parts.port), error) from None
    return f"up to the proxy {host}" if proxy else ""


def _place(host: str, port: int | None) -> str:
    return host if port is None else f"{host}:{port}"
