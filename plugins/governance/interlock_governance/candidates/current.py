"""What serves a use case now, as far as its words say."""

from collections.abc import Iterator
from dataclasses import dataclass

from interlock import Router
from interlock.types.models import Deployment, ModelCard, Price
from interlock_governance.use_cases import UseCase


@dataclass(frozen=True, slots=True, kw_only=True)
class Current:
    """Attributes:
    words: what the use case says.
    card: the model that is meant; None where the words name none that is known.
    deployments: those of the configuration that serve it, by id.
    price: what it costs: the deployment's rates where there is one, else the card's list price.
    """

    words: str
    card: ModelCard | None = None
    deployments: tuple[str, ...] = ()
    price: Price | None = None


def current_of(case: UseCase, router: Router) -> Current | None:
    """None where the use case does not say."""
    if case.current_model is None:
        return None
    for name in _spellings(case.current_model):
        deployment = router.deployments.get(name)
        if deployment is not None:
            return _current(case.current_model, deployment.card, [deployment])
        card = router.wiring.catalog.find(name) or _served(router, name)
        if card is not None:
            serving = [each for each in router.deployments.values() if each.model == card.id]
            return _current(case.current_model, card, serving)
    return Current(words=case.current_model)


def _current(words: str, card: ModelCard, serving: list[Deployment]) -> Current:
    price = serving[0].rates if len(serving) == 1 else card.price
    return Current(words=words, card=card, deployments=tuple(each.id for each in serving), price=price)


def _spellings(words: str) -> Iterator[str]:
    """As written; and as ids are written, the maker before a slash where it stands before a space."""
    yield words.strip()
    lower = words.strip().lower()
    yield lower
    yield "-".join(lower.split())
    maker, space, name = lower.partition(" ")
    if space:
        yield f"{maker}/{'-'.join(name.split())}"


def _served(router: Router, name: str) -> ModelCard | None:
    """The one card that some provider serves by this name."""
    found = {
        card.id: card
        for card in router.wiring.catalog.cards.values()
        for endpoint in card.endpoints
        if endpoint.name.lower() == name.lower()
    }
    return next(iter(found.values())) if len(found) == 1 else None
