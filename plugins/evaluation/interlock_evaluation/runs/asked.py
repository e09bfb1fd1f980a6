"""Whom a run asks: a model, an ensemble of several, or the router with the choice left to it."""

from collections.abc import Collection, Sequence
from typing import Any, Final, Literal

from interlock import Decision, Ensemble, Router

AUTO: Final = "auto"
"""The router's own choice, by task, with its cascades and routes."""
Kind = Literal["model", "ensemble", "router"]
"""Of whom a run asks: the router is the one that chooses for itself."""
_ENSEMBLE: Final = "ensemble:"
_JUDGED: Final = 2  # answers from which on an arbiter has something to judge


def written(router: Router, name: str) -> str:
    """The name as runs have it: that of an ensemble as `ensemble:NAME`, if no model has it."""
    if deployments_of(router, name) or name == AUTO or name.startswith(_ENSEMBLE):
        return name
    return f"{_ENSEMBLE}{name}" if name in router.wiring.ensembles.all() else name


def is_model(name: str) -> bool:
    """Whether it is one model, which a route could name."""
    return kind_of(name) == "model"


def kind_of(name: str) -> Kind:
    """What that is which a run calls so."""
    return "router" if name == AUTO else "ensemble" if name.startswith(_ENSEMBLE) else "model"


def shown(name: str) -> str:
    """As people read it: an ensemble and the router itself are said to be that."""
    match kind_of(name):
        case "router":
            return f"{name} (router's choice)"
        case "ensemble":
            return f"{name.removeprefix(_ENSEMBLE)} (ensemble)"
        case _:
            return name


def options_for(name: str) -> dict[str, Any]:
    """What a request says of whom to ask."""
    if name == AUTO:
        return {}
    return {"ensemble": name.removeprefix(_ENSEMBLE)} if name.startswith(_ENSEMBLE) else {"model": name}


def deployments_of(router: Router, name: str) -> list[str]:
    """The ids of those that serve a model, by its name or their own; of an ensemble, its members'."""
    if name == AUTO:
        return list(router.deployments)
    named = {name}
    if name.startswith(_ENSEMBLE) and (ensemble := _ensemble(router, name)) is not None:
        named = {*(each.model for each in ensemble.members), *ensemble.arbiter}
    return [each.id for each in router.deployments.values() if named & {each.id, each.model}]


def first_asked(router: Router, name: str, decision: Decision) -> Sequence[str]:
    """The ids of the deployments that a call begins with, one for each that is asked at once, and an
    ensemble's arbiter; none where none may be, or too few.
    """
    allowed = [each.deployment for each in decision.shortlist]
    if not allowed or not name.startswith(_ENSEMBLE):
        return allowed[:1]
    ensemble = _ensemble(router, name)
    if ensemble is None:
        return allowed[:1]
    members = [found for each in ensemble.members if (found := _serving(router, each.model, allowed))]
    judges = [found for each in ensemble.arbiter if (found := _serving(router, each, allowed))]
    judged = bool(ensemble.arbiter) and len(members) >= _JUDGED
    if len(members) < ensemble.quorum or (judged and not judges):
        return ()
    return [*members, *(judges if judged else ())]


def _serving(router: Router, name: str, allowed: Collection[str]) -> str | None:
    return next((each for each in allowed if name in (each, router.deployments[each].model)), None)


def _ensemble(router: Router, name: str) -> Ensemble | None:
    return router.wiring.ensembles.all().get(name.removeprefix(_ENSEMBLE))
