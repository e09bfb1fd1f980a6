"""Where a signature comes from: only the endpoint that gave one can check it."""

from dataclasses import replace

from interlock.types.messages import Part, Reasoning, ToolCall
from interlock.types.models import Deployment
from interlock.types.permit import origin_of


def signer_of(deployment: Deployment) -> str:
    """The endpoint and the model's maker, `https://host:443/maker`: a gateway serves models of many."""
    root = origin_of(deployment.base_url) if deployment.base_url else deployment.provider
    return f"{root}/{deployment.card.vendor}"


def signed(parts: tuple[Part, ...], deployment: Deployment) -> tuple[Part, ...]:
    """The parts of an answer, their signatures marked with the endpoint that gave them."""
    if not any(_is_signed(part) for part in parts):
        return parts
    origin = signer_of(deployment)
    return tuple(_marked(part, origin) for part in parts)


def comes_from(part: Reasoning | ToolCall, vendor: str, deployment: Deployment) -> bool:
    """Whether `vendor` made the part, and the deployment can check its signature, if it has one.

    A signature without an origin, out of a conversation that was kept elsewhere, counts for every endpoint of
    its vendor.
    """
    if part.vendor != vendor:
        return False
    return part.origin is None or part.signature is None or part.origin == signer_of(deployment)


def _is_signed(part: Part) -> bool:
    return isinstance(part, (Reasoning, ToolCall)) and part.signature is not None


def _marked(part: Part, origin: str) -> Part:
    if isinstance(part, (Reasoning, ToolCall)) and part.signature is not None and part.origin is None:
        return replace(part, origin=origin)
    return part
