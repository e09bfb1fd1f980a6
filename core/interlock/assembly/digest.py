"""What decides which model answers, as a short hash: for caches that must not mix two routers' answers."""

from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass
from hashlib import sha256
from typing import Any, Final

from pydantic import BaseModel

from interlock.assembly.offers import Offers
from interlock.assembly.options import SECTIONS
from interlock.config import Config
from interlock.policies import Policies
from interlock.types.learned import LearnedRoutes
from interlock.types.models import Credential, Deployment, Network, Secret

# Keys and passwords may stand in these, and none of them changes what is answered.
_LEFT_OUT: Final[dict[str, Any]] = {
    "deployments": True,
    "connectors": True,
    "learned_routes": True,  # the path; what it holds counts
    "tools": True,
    "records": True,
    "log": True,
    "ledger": True,
    "limits": True,
    "watch": True,
    "health": {"shared"},
    "ensembles": {"__all__": {"options"}},
    **{section.key: True for section in SECTIONS},
}
_UNSEEN = (Credential, Network, Secret)


def digest(
    config: Config,
    deployments: Iterable[Deployment],
    offers: Offers,
    policies: Policies | None = None,
    learned: LearnedRoutes | None = None,
) -> str:
    """Sixteen hexadecimal digits, equal in every process for equal routers."""
    facts = (
        config.model_dump(exclude=_LEFT_OUT),
        list(deployments),
        list(offers.classifiers),
        offers.options,
        *(policies.rules if policies else ()),  # they may stand in files
        *([learned.routes] if learned else ()),  # they do
        *([learned.refined.digest] if learned and learned.refined else ()),
    )
    return sha256(repr(_canonical(facts)).encode()).hexdigest()[:16]


def _canonical(value: Any) -> Any:
    """Lists and scalars alone, in an order of their own; what holds a secret is left out."""
    if isinstance(value, _UNSEEN):
        return None
    if isinstance(value, Deployment):
        return _canonical(
            {field.name: getattr(value, field.name) for field in fields(value) if field.name != "headers"}
        )
    if is_dataclass(value) and not isinstance(value, type):
        return _canonical({field.name: getattr(value, field.name) for field in fields(value)})
    if isinstance(value, BaseModel):
        return _canonical(dict(value))
    if isinstance(value, Mapping):
        return [[key, _canonical(value[key])] for key in sorted(value, key=repr)]
    if isinstance(value, set | frozenset):
        return sorted(map(repr, value))
    if isinstance(value, list | tuple):
        return [_canonical(item) for item in value]
    return value
