"""Whether a deployment could serve a request, and what stands in the way."""

import asyncio
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

from interlock.assembly.known import distribution_of
from interlock.errors import ConfigError
from interlock.protocols import Provider
from interlock.types.models import Deployment

Reach = Literal["ok", "failed", "in process", "not tried"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
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


async def examine(deployment: Deployment, providers: Mapping[str, Provider], *, timeout: float) -> Finding:
    """Look at one deployment. A connection is opened, and closed with nothing sent, only when a key is at hand."""
    credential = deployment.credential
    said = credential.source or ("none found" if credential.needed else "none needed")
    provider = providers.get(deployment.provider)
    if provider is None:
        step = f"install {distribution_of(deployment.provider)}"
        return Finding(deployment=deployment, credential=said, reach="not tried", next_step=step)
    if credential.secret is None and credential.needed:
        step = provider.facts.hint or credential.hint or f"set a key for {deployment.provider}"
        return Finding(
            deployment=deployment,
            credential=credential.hint or said,
            reach="not tried",
            next_step=step,
        )
    if provider.facts.in_process:
        return await _in_process(deployment, provider, said)
    return await _connected(deployment, said, provider.facts.hint, timeout)
