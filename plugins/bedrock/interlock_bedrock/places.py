"""Where Bedrock is asked, and what of a deployment contradicts its region: an address, an ARN, a profile."""

import re
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import urlsplit

from interlock.protocols import API, ConstraintCall, SurveyCall
from interlock.types.jurisdictions import (
    UnknownRegionError,
    is_cloud_region,
    lies_in,
    normalise,
    satisfies,
    touching,
)
from interlock.types.models import Deployment
from interlock.types.remembered import Remembered
from interlock_bedrock.vendor import NAME

_HOST = re.compile(r"(?:^|\.)bedrock-runtime(?:-fips)?\.([a-z0-9-]+)\.")
_NAMES = (
    "ai21 amazon anthropic cohere deepseek google luma meta minimax mistral moonshot moonshotai nvidia "
    "openai qwen stability twelvelabs writer zai"
)
_MAKERS = frozenset(_NAMES.split())
_COUNTRY = 2
_ARN_FIELDS = 6


class Model(NamedTuple):
    """A model's id taken apart.

    `profile` is the prefix of a profile across regions (`eu`), `region` an ARN's.
    """

    profile: str | None
    region: str | None
    plain: str


@lru_cache(maxsize=1024)
def model_of(name: str) -> Model:
    """The parts of a model's id, or of an ARN that holds one."""
    region = None
    plain = name.strip().lower()
    fields = plain.split(":", _ARN_FIELDS - 1)
    if fields[0] == "arn" and len(fields) == _ARN_FIELDS:
        region, plain = fields[3], fields[5].partition("/")[2]
    first, dot, rest = plain.partition(".")
    if dot and _is_area(first, rest):
        return Model(first, region, rest)
    return Model(None, region, plain)


def _is_area(first: str, rest: str) -> bool:
    """Profiles stand before the maker. What only may be one counts: a place unknown here is refused."""
    if first in _MAKERS:
        return False
    if len(first) == _COUNTRY or rest.partition(".")[0] in _MAKERS:
        return True
    try:
        normalise(first, NAME)
    except UnknownRegionError:
        return False
    return True


def endpoint_region(base_url: str) -> str | None:
    """The region in an address of Amazon's own; None for a proxy or a gateway."""
    found = _HOST.search((urlsplit(base_url).hostname or "") + ".")
    return found[1] if found else None


def signing_region(deployment: Deployment) -> str | None:
    """The region that a signature is for: the address's, else the deployment's when it is a cloud region."""
    named = endpoint_region(deployment.base_url)
    region = deployment.declared or deployment.region
    if named is None and is_cloud_region(region):
        named = normalise(region)
    return named


def strays(deployment: Deployment) -> str | None:
    """In a sentence, why the deployment processes elsewhere than its region says; None when it does not."""
    declared = deployment.declared or deployment.region
    return _strays(deployment.name, declared, deployment.region, deployment.base_url)


@lru_cache(maxsize=1024)
def _strays(name: str, declared: str, region: str, base_url: str) -> str | None:
    model = model_of(name)
    for what, other in (("base_url", endpoint_region(base_url)), ("the model's ARN", model.region)):
        if other and other != declared and not lies_in(other, declared, NAME):
            return f"{what} names region {other}, which is not in {declared}, the deployment's region"
    if model.profile is None or _overlap(model.profile, region):
        return None
    return (
        f"the inference profile {model.profile}. of {name} sends requests to other places than {region}, "
        "the deployment's region; name a profile of that region, or region: global"
    )


def _overlap(profile: str, region: str) -> bool:
    """Whether some of the one lies in the other. Which residency it meets is for each request to decide."""
    there, here = touching(profile, NAME), touching(region, NAME)
    if here is None:
        return True
    return there is not None and not there.isdisjoint(here)


def _ours(deployments: tuple[Deployment, ...]) -> bool:
    return any(deployment.provider == NAME for deployment in deployments)


_some_of_ours = Remembered(_ours, most=16)


class InferenceProfile:
    """Excludes deployments of which some part contradicts their region.

    Where a profile processes is said by the rows of Amazon's own addresses. Behind another, such as a
    gateway's, the region is the user's word, and a profile must meet the residency besides.
    """

    api = API
    name = "inference_profile"
    replays = True
    fixed = False

    def idle(self, call: SurveyCall) -> bool:
        return not _some_of_ours(call.deployments)

    def check(self, call: ConstraintCall) -> str | None:
        deployment = call.deployment
        if deployment.provider != NAME:
            return None
        why = strays(deployment)
        if why is not None:
            return why
        allowed = call.constraints.residency
        if not allowed or endpoint_region(deployment.base_url) is not None:
            return None
        profile = model_of(deployment.name).profile
        if profile is None or satisfies(profile, allowed):
            return None
        return (
            f"the inference profile {profile}. processes anywhere in {profile}; "
            f"the residency allows {' or '.join(sorted(allowed))} only"
        )
