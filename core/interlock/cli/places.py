"""What is known of where deployments process: for tables, for JSON, and what of it is doubtful."""

from collections.abc import Iterator
from dataclasses import asdict
from datetime import date
from typing import Any, Final

from interlock.protocols import ProviderFacts
from interlock.types.handling import Handling
from interlock.types.models import Deployment

_KEEPS: Final = 180  # days; pages that say where a vendor processes change


def handling_data(known: Handling) -> dict[str, Any]:
    """As JSON has it; None and empty are unknown."""
    return asdict(known) | {"agreements": sorted(known.agreements)}


def offer_rows(facts: ProviderFacts) -> Iterator[tuple[str, ...]]:
    """Of each of a provider's rows: its id, where it processes, where it keeps, who says so when."""
    from interlock.assembly.places import offers_of

    for offer in offers_of(facts):
        yield (offer.id, "+".join(offer.processed), "+".join(offer.stored), offer.as_of, offer.source)


def offer_data(facts: ProviderFacts) -> list[dict[str, Any]]:
    from interlock.assembly.places import offers_of

    return [asdict(offer) | {"agreements": sorted(offer.agreements)} for offer in offers_of(facts)]


def place_doubts(
    deployment: Deployment, facts: ProviderFacts | None, deployment_type: str | None, today: date
) -> Iterator[str]:
    """What is doubtful about where a deployment processes, in sentences without their stop."""
    from interlock.assembly.places import offers_of, overruled

    known, credential = deployment.handling, deployment.credential
    if not (known.offer or known.note):
        return
    days = _age(known.as_of, today)
    if days > _KEEPS and (credential.secret is not None or not credential.needed):
        yield (
            f"what is known of where it processes is {days} days old (row {known.offer}, {known.as_of}, "
            f"{known.source}); look up whether it still holds"
        )
    types = [offer.deployment_type for offer in offers_of(facts) if offer.deployment_type]
    if types and not deployment_type:
        yield (
            f"without its type it counts as processed in {deployment.region}; "
            f"write its deployment_type, one of {', '.join(dict.fromkeys(types))}"
        )
    elif (
        facts is not None
        and "{region}" not in facts.base_url  # there the region says whom to ask
        and overruled(deployment.region, deployment.declared, deployment.provider)
    ):
        yield (
            f"its region is {deployment.declared}, and it is processed in {deployment.region}"
            f"{f' (row {known.offer}, {known.source})' if known.offer else ''}; leave the region out, or say "
            "in `attested` who promised you that it is no wider"
        )


def _age(as_of: str, today: date) -> int:
    try:
        return (today - date.fromisoformat(as_of)).days
    except ValueError:
        return 0
