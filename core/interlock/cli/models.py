"""`interlock models`: the cards, and where each can be reached."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Annotated, Any

import typer

from interlock.cli import show
from interlock.cli.panels import ENSEMBLE_COLUMNS, ensemble_rows
from interlock.cli.places import handling_data
from interlock.cli.readiness import is_ready
from interlock.cli.session import session
from interlock.types.models import Deployment, ModelCard
from interlock.types.traits import Traits


def models(
    context: typer.Context,
    as_json: Annotated[bool, typer.Option("--json", help="Print a JSON list.")] = False,
) -> None:
    """List the models, the deployments that serve them, and the ensembles of several models.

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
    ensembles = ensemble_rows(wiring.ensembles)
    columns = ("Model", "Context", "In", "Out", "From", "Capabilities", "Served", "Processed in")
    rows = [_row(card, serving[name], ready) for name, card in cards.items()]
    show.tables((columns, rows), (ENSEMBLE_COLUMNS, ensembles))
    for deployment in wiring.deployments.values():
        if deployment.unserved:
            show.note(f"{deployment.id}: {deployment.unserved}.")


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
        show.names({each.region: True for each in deployments}),
    )


def _deployment(deployment: Deployment, *, ready: bool) -> str:
    state = "not ready" if not ready else "not served" if deployment.unserved else ""
    if deployment.id == deployment.model:
        return state or "ready"
    return f"{deployment.id} ({state})" if state else deployment.id


def _traits(traits: Traits) -> dict[str, Any]:
    """Those that are known."""
    known = {name: value for name, value in asdict(traits).items() if value is not None}
    return {name: sorted(value) if isinstance(value, frozenset) else value for name, value in known.items()}


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
        "price": price and asdict(price),
        "traits": _traits(card.traits),
        "source": card.source,
        "endpoints": [asdict(endpoint) for endpoint in card.endpoints],
        "deployments": [
            {
                "id": each.id,
                "provider": each.provider,
                "region": each.region,
                "declared": each.declared,
                "handling": handling_data(each.handling),
                "name": each.name,
                "context_window": each.card.context_window,
                "ready": each.id in ready,
                "warning": each.unserved,
                "price": None if each.rates is None else asdict(each.rates),
            }
            for each in deployments
        ],
    }
