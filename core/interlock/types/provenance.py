"""Where a signature comes from: only the endpoint that gave one can check it."""

from dataclasses import replace
from hashlib import sha256

from interlock.types.messages import Part, Reasoning, ToolCall
from interlock.types.models import Deployment
from interlock.types.permit import origin_of


def signer_of(deployment: Deployment) -> str:
    """The endpoint and the model's maker, `https://host:443/maker`: a gateway serves models of many."""
    root = origin_of(deployment.base_url) if deployment.base_url else deployment.provider
    return f"{root}/{deployment.card.vendor}"


_ALIAS = "sha256:"
_DIGITS = 32


def alias_of(origin: str) -> str:
    """What stands for an origin where its address is nobody's business. An alias is its own."""
    if origin.startswith(_ALIAS):
        return origin
    return _ALIAS + sha256(origin.encode("utf-8", "surrogatepass")).hexdigest()[:_DIGITS]


def signed(parts: tuple[Part, ...], deployment: Deployment) -> tuple[Part, ...]:
    """The parts of an answer, their signatures marked with the endpoint that gave them."""
    for part in parts:
        if isinstance(part, (Reasoning, ToolCall)) and part.signature is not None:
            origin = signer_of(deployment)
            return tuple(_marked(each, origin) for each in parts)
    return parts


def comes_from(part: Reasoning | ToolCall, vendor: str, deployment: Deployment) -> bool:
    """Whether `vendor` made the part, and the deployment can check its signature, if it has one.

    A signature without an origin, out of a conversation that was kept elsewhere, counts for every endpoint of
    its vendor.
    """
    if part.vendor != vendor:
        return False
    if part.origin is None or part.signature is None:
        return True
    signer = signer_of(deployment)
    return part.origin == signer or (part.origin.startswith(_ALIAS) and part.origin == alias_of(signer))


def _marked(part: Part, origin: str) -> Part:
    if isinstance(part, (Reasoning, ToolCall)) and part.signature is not None and part.origin is None:
        return replace(part, origin=origin)
    return part
