"""The built-in hard rules: each says None, or in a sentence why a deployment is excluded.

Most go by a request's terms alone, and are asked once for all requests of the same terms. What is unknown (a
window that no card states, a card without capabilities) never excludes.
"""

from collections.abc import Collection, Iterable
from math import inf

from interlock.constraints.destinations import denied, off_premise, outside, stored_outside, under
from interlock.constraints.pins import pin_for
from interlock.protocols import API, ConstraintCall, Sealed, SelectiveConstraint, SurveyCall
from interlock.types.embeddings import EMBEDDINGS, EmbeddingRequest
from interlock.types.messages import Audio, Document, Image, Part, ToolResult
from interlock.types.models import Deployment
from interlock.types.providers import distribution_of
from interlock.types.remembered import Remembered
from interlock.types.request import Request

_NOTHING: frozenset[str] = frozenset()
_ROUTERS = 16  # of which one process has a few at most
_VECTORS = frozenset({EMBEDDINGS})
_PARTS: dict[type, str] = {Image: "images", Audio: "audio", Document: "documents"}
_WORDS = {"tools": "tool use", "images": "images", "audio": "audio", "documents": "documents"}


def needs(request: Request) -> frozenset[str]:
    """The capabilities without which a model cannot take the request: tools, images, audio, documents;
    or embeddings, and then nothing else.
    """
    if isinstance(request, EmbeddingRequest):
        return _VECTORS
    found = {"tools"} if request.tools else set()
    for message in request.messages:
        content = message.content
        if not isinstance(content, str):
            _collect(content, found)
    return frozenset(found) if found else _NOTHING


def _collect(parts: Iterable[Part], found: set[str]) -> None:
    for part in parts:
        kind = _PARTS.get(type(part))
        if kind:
            found.add(kind)
        elif isinstance(part, ToolResult) and not isinstance(part.content, str):
            _collect(part.content, found)


class _ByTerms:
    """About a deployment and the terms of a request: its constraints, its needs and its model."""

    api = API
    fixed = False
    by_terms = True
    replays = True

    def idle(self, call: SurveyCall) -> bool:  # noqa: ARG002 - the protocol's form
        return False


class _Fixed(_ByTerms):
    """About deployments alone, whatever the request."""

    fixed = True


class ProviderInstalled(_Fixed):
    name = "provider_installed"

    def check(self, call: ConstraintCall) -> str | None:
        if call.provider is not None:
            return None
        deployment = call.deployment
        provider = deployment.provider
        way = f"no plugin offers its provider: pip install {distribution_of(provider)}"
        return deployment.credential.hint or way


class Residency(_ByTerms):
    """Where the request may be processed; the deployment's region must lie inside, or a place that the vendor
    keeps the request in where it is told to.
    """

    name = "residency"

    def check(self, call: ConstraintCall) -> str | None:
        deployment = call.deployment
        found = outside(deployment, call.constraints.residency, deployment.provider)
        # One place has to do for the laws that are denied, too: else each of two would do for one rule.
        return None if found is not None and pin_for(deployment, call.constraints) else found


class Storage(_ByTerms):
    """Where what is kept of the request may be kept; what is not recorded may be anywhere."""

    name = "storage"

    def check(self, call: ConstraintCall) -> str | None:
        allowed = call.constraints.storage
        return stored_outside(call.deployment, allowed, call.deployment.provider) if allowed else None


class DeniedLaws(_ByTerms):
    """Whose law must not reach the request, by place, operator or parent; what is not recorded may be any."""

    name = "denied_laws"

    def check(self, call: ConstraintCall) -> str | None:
        laws, deployment = call.constraints.deny_laws, call.deployment
        if not laws:
            return None
        return under(deployment, laws, deployment.provider, pin_for(deployment, call.constraints))


class OnPremise(_ByTerms):
    name = "on_premise"

    def check(self, call: ConstraintCall) -> str | None:
        return off_premise(call.deployment) if call.constraints.on_premise else None


class DeniedVendors(_ByTerms):
    """Compares with the card's vendor, maker and id, with the provider that would see the request, and with
    the maker that stands before a slash in the provider's name for the model.
    """

    name = "denied_vendors"

    def check(self, call: ConstraintCall) -> str | None:
        if not call.constraints.deny_vendors:
            return None
        return denied(vendors_of(call.deployment), call.constraints.deny_vendors)


def vendors_of(deployment: Deployment) -> tuple[str, ...]:
    """The names by which a deployment's vendors are denied."""
    card = deployment.card
    maker, slash, _ = deployment.name.partition("/")
    return card.vendor, card.maker, card.id, deployment.provider, maker if slash else ""


class Treatment(_Fixed):
    """What the configuration says of a deployment: sealed requests, or none."""

    name = "treatment"

    def check(self, call: ConstraintCall) -> Sealed | None:
        if call.deployment.treatment != "sealed":
            return None
        return Sealed("the configuration gives it requests in no other form")


class Model(_ByTerms):
    """`model=` stands for some deployments. Where nobody has looked up which, it is compared with their ids,
    their models' and what their vendors call them.
    """

    name = "model"

    def check(self, call: ConstraintCall) -> str | None:
        wanted = call.request.model
        if wanted is None:
            return None
        deployment = call.deployment
        card = deployment.card.id
        names = (deployment.id, card, card.partition("/")[2], deployment.name)
        if deployment.id in call.meant if call.meant is not None else wanted in names:
            return None
        return f"the request asks for {wanted} alone"


class Capabilities(_ByTerms):
    name = "capabilities"

    def check(self, call: ConstraintCall) -> str | None:
        wanted = call.needs
        if wanted is None:
            wanted = needs(call.request)
        offered, id_ = call.deployment.card.capabilities, call.deployment.card.id
        if EMBEDDINGS in wanted:
            if EMBEDDINGS in offered:
                return None
            return f"the card of {id_} does not say that it makes embeddings"
        if _embeds_alone(call.deployment):
            return f"{id_} makes embeddings and nothing else"
        if not offered or wanted <= offered:
            return None
        missing = " and ".join(_WORDS.get(name, name) for name in sorted(wanted - offered))
        return f"{id_} does not take {missing}, which the request needs"


def _embeds_alone(deployment: Deployment) -> bool:
    capabilities = deployment.card.capabilities
    return EMBEDDINGS in capabilities and "text" not in capabilities


def _narrowest(deployments: tuple[Deployment, ...]) -> float:
    """Tokens that the smallest of the windows holds that cards state."""
    windows = (deployment.card.context_window for deployment in deployments)
    return min((window for window in windows if window is not None), default=inf)


_narrowest_of = Remembered(_narrowest, most=_ROUTERS)


class Embedders(_ByTerms):
    """Vectors are asked of those providers alone that make some."""

    name = "embedders"

    def __init__(self, providers: Collection[str]) -> None:
        self._providers = frozenset(providers)

    def check(self, call: ConstraintCall) -> str | None:
        wanted = needs(call.request) if call.needs is None else call.needs
        if EMBEDDINGS not in wanted or call.deployment.provider in self._providers:
            return None
        return f"the provider {call.deployment.provider} makes no embeddings here"


class ContextWindow:
    """The estimated input and the answer asked for must fit in the card's window. Of texts to embed, each
    has one to itself, and the vendor says whether it is too long.
    """

    api = API
    name = "context_window"
    fixed = False
    replays = True

    def idle(self, call: SurveyCall) -> bool:
        if call.needs and EMBEDDINGS in call.needs:
            return True
        tokens = call.input_tokens + (call.request.settings.max_tokens or 0)
        return tokens <= _narrowest_of(call.deployments)

    def check(self, call: ConstraintCall) -> str | None:
        window = call.deployment.card.context_window
        if window is None or EMBEDDINGS in (call.needs or ()) or isinstance(call.request, EmbeddingRequest):
            return None
        answer = call.request.settings.max_tokens or 0
        most = call.deployment.card.max_output
        tokens = call.input_tokens + (answer if most is None else min(answer, most))
        if tokens <= window:
            return None
        return f"needs about {tokens:,} tokens; its context window holds {window:,}"


class Credentials(_Fixed):
    name = "credentials"

    def check(self, call: ConstraintCall) -> str | None:
        credential = call.deployment.credential
        if credential.secret is not None or not credential.needed:
            return None
        return credential.hint or f"no key is set for provider {call.deployment.provider!r}"


# The first sentence is the one that is told. What is forbidden comes before what is merely missing: a key
# helps nobody where the law is in the way.
BUILTIN: tuple[SelectiveConstraint, ...] = (
    ProviderInstalled(),
    Residency(),
    Storage(),
    DeniedLaws(),
    OnPremise(),
    DeniedVendors(),
    Treatment(),
    Model(),
    Capabilities(),
    ContextWindow(),
    Credentials(),
)
