"""Prints the table of `docs/places.md` from the rows that plugins bring."""

from collections.abc import Iterator

from interlock.assembly.places import offers_of
from interlock.catalog.offers import Offer
from interlock.plugins import PluginHost
from interlock.protocols import Provider


def rows() -> Iterator[Offer]:
    """Every row of every provider that is installed, by provider and then as its file has them."""
    facts = {
        each.facts.name: each.facts
        for each in PluginHost().offers("interlock_providers", Provider, "facts.name")
    }
    for name in sorted(facts):
        yield from offers_of(facts[name])


def cells(offer: Offer) -> list[str]:
    """Row, when it matches, processed, stored, law, retention, training, agreements, source."""
    when = [", ".join(f"`{host}`" for host in offer.hosts)]
    when += [f"type `{offer.deployment_type}`"] if offer.deployment_type else []
    when += [f"{len(offer.regions)} regions"] if offer.regions else []
    when += [", ".join(f"`{each}`" for each in offer.names[:2]) + (", …" if len(offer.names) > 2 else "")]
    training = {True: "yes", False: "no", None: "–"}[offer.training]
    return [
        f"`{offer.id}`",
        "; ".join(filter(None, when)) or "–",
        _places(offer.processed),
        _places(offer.stored),
        f"{offer.operator or '–'} / {offer.parent or '–'}",
        "–" if offer.retention_days is None else f"{offer.retention_days} d",
        training,
        ", ".join(sorted(offer.agreements)) or "–",
        f"[{offer.as_of}]({offer.source}){' (inferred)' if offer.confidence == 'inferred' else ''}",
    ]


def _places(places: tuple[str, ...]) -> str:
    return ", ".join("its region" if each == "{region}" else each for each in places)


if __name__ == "__main__":
    for offer in rows():
        print(f"| {' | '.join(cells(offer))} |")
