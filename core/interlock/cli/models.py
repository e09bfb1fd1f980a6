"""`interlock models`: the cards, and where each can be reached."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Annotated, Any

import typer

from interlock.cli import show
from interlock.cli.readiness import is_ready
from interlock.cli.session import session
from interlock.types.models import Deployment, ModelCard


def models(
    context: typer.Context,
    as_json: Annotated[bool, typer.Option("--json", help="Print a JSON list.")] = False,
) -> None:
    """List the models and the deployments that serve them.

    Prices are US dollars for a million tokens. For what is not ready, `interlock doctor` says why.
    """
    wiring = session(context).router().wiring
    serving: dict[str, list[Deployment]] = {card: [] for card in wiring.catalog.cards}
    for deployment in wiring.deployments.values():
        serving.setdefault(deployment.model, []).append(deployment)
    ready = {name for name, each in wiring.deployments.items() if is_ready(each, wiring.offers.providers)}
    cards = wiring.catalog.cards
    if as_json:
        show.write_json([_data(card, serving[name], ready) for name, card in cards.items()])
        return
    columns = ("Model", "Context", "In", "Out", "From", "Capabilities", "Deployments")
    show.tables((columns, [_row(card, serving[name], ready) for name, card in cards.items()]))


def _row(card: ModelCard, deployments: Sequence[Deployment], ready: set[str]) -> tuple[str, ...]:
    served = [_deployment(each, ready=each.id in ready) for each in deployments]
    window = "-" if card.context_window is None else f"{card.context_window:,}"
    return (
        card.id,
        window,
        *show.price(card.price),
        card.jurisdiction or "-",
        show.names(sorted(each.replace("_", " ") for each in card.capabilities - {"text"})),
        show.names(served),
    )


def _deployment(deployment: Deployment, *, ready: bool) -> str:
    if deployment.id == deployment.model:
        return "ready" if ready else "not ready"
    return deployment.id if ready else f"{deployment.id} (not ready)"


def _data(card: ModelCard, deployments: Sequence[Deployment], ready: set[str]) -> dict[str, Any]:
    price = card.price
    return {
        "id": card.id,
        "maker": card.maker,
        "jurisdiction": card.jurisdiction,
        "summary": card.summary,
        "context_window": card.context_window,
        "max_output": card.max_output,
        "capabilities": sorted(card.capabilities),
        "weights": card.weights,
        "strengths": list(card.strengths),
        "scores": [asdict(score) for score in card.scores],
        "price": price
        and {
            "input": price.input,
            "output": price.output,
            "cache_read": price.cache_read,
            "cache_write": price.cache_write,
            "source": price.source,
            "as_of": price.as_of,
            "tiers": [asdict(tier) for tier in price.tiers],
        },
        "deployments": [
            {
                "id": each.id,
                "provider": each.provider,
                "region": each.region,
                "ready": each.id in ready,
                "price": None if each.rates is None else asdict(each.rates),
            }
            for each in deployments
        ],
    }
