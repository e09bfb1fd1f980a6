"""Ensembles: who of their members a request may ask."""

import asyncio
from collections.abc import Collection, Mapping
from dataclasses import replace
from string import ascii_uppercase
from typing import Protocol

from interlock.engine.arbitration import Arbitrations
from interlock.engine.call import CallState
from interlock.engine.ensembles import WiredEnsemble, WiredMember
from interlock.engine.jury import Judges
from interlock.engine.steps import steps_of
from interlock.errors import NoDeployment, RequestError
from interlock.protocols import Steps, StrategyCall
from interlock.types.decisions import Candidate, Decision
from interlock.types.ensembles import Panel, Seat
from interlock.types.members import Ensemble
from interlock.types.names import nearest

# Of the time that the call has left, where no deadline is set, or one that is longer.
_SHARE = 0.5
_TWO = 2


class Ensembles(Protocol):
    """Where a router's ensembles are found: by name, or made of what a request brings along. Both raise
    RequestError for what cannot be asked.
    """

    def find(self, name: str) -> WiredEnsemble | None: ...
    def inline(self, ensemble: Ensemble) -> WiredEnsemble: ...
    def all(self) -> Mapping[str, Ensemble]: ...


class Panels:
    """The ensembles of one router."""

    def __init__(self, ensembles: Ensembles, arbitrations: Arbitrations) -> None:
        self._ensembles = ensembles
        self._arbitrations = arbitrations

    def of(self, asked: str | Ensemble) -> WiredEnsemble:
        """Raises RequestError for one that nobody knows, or that cannot be asked."""
        if isinstance(asked, Ensemble):
            return self._ensembles.inline(asked)
        found = self._ensembles.find(asked)
        if found is None:
            names = list(self._ensembles.all())
            what = f"there is no ensemble {asked!r}; there are {', '.join(names)}."
            raise RequestError(what, key="ensemble", suggestion=nearest(asked, names))
        return found

    def seats(self, ensemble: WiredEnsemble, decision: Decision) -> tuple[Seat, ...]:
        """A seat for each member, with who of the shortlist may answer for it."""
        members = ensemble.members
        return tuple(
            Seat(
                label=label,
                member=member.name,
                candidates=_allowed(member.deployments, decision),
                excluded=_excluded(member, decision),
                weight=member.weight,
            )
            for label, member in zip(ascii_uppercase, members, strict=False)
        )

    def steps(self, state: CallState, asked: str | Ensemble, call: StrategyCall) -> Steps:
        """The strategy of an ensemble, which knows its members alone; the call can be arbitrated from now on.

        Raises:
            NoDeployment: too few members, or not the arbiter's model, may see the request. Nothing was sent.
        """
        ensemble = self.of(asked)
        seats = self.seats(ensemble, state.decision)
        seated = [seat for seat in seats if seat.candidates]
        if len(seated) < ensemble.quorum:
            raise _too_few(ensemble, seats, len(seated))
        judges = _askable(ensemble, state.decision, needed=len(seated) >= _TWO)
        left = state.due - asyncio.get_running_loop().time()
        given = ensemble.deadline
        deadline = left * _SHARE if given is None or given >= left else given
        state.sealed_alike = True
        labelled = zip(ascii_uppercase, ensemble.members, strict=False)
        settings = {label: each.settings for label, each in labelled if each.settings is not None}
        state.panel = Panel(
            ensemble=ensemble.name, seats=seats, quorum=ensemble.quorum, deadline=deadline, settings=settings
        )
        if state.progress is not None:
            state.progress.seated(state.panel)
        state.arbitrate = self._arbitrations.of(state, ensemble, judges, call.random)
        members = {each.deployment for seat in seated for each in seat.candidates}
        shortlist = tuple(each for each in call.shortlist if each.deployment in members)
        return steps_of(ensemble.strategy, replace(call, shortlist=shortlist, panel=state.panel))


def _askable(ensemble: WiredEnsemble, decision: Decision, *, needed: bool) -> Judges:
    """Those of the arbiter's models that may see the request. Raises NoDeployment where some are needed and
    there are none.
    """
    found = [_allowed(judge.deployments, decision) for judge in ensemble.judges]
    judges = tuple(each for each in found if each)
    if ensemble.judges and not judges and needed:
        rules = [_excluded(judge, decision) for judge in ensemble.judges]
        excluded = {id_: rule for each in rules for id_, rule in each.items()}
        whose = "model" if len(ensemble.judges) == 1 else "models"
        what = f"the arbiter's {whose} of the ensemble {ensemble.name!r} may not see this request"
        raise NoDeployment(what, excluded=excluded)
    return judges


def _allowed(deployments: Collection[str], decision: Decision) -> tuple[Candidate, ...]:
    return tuple(each for each in decision.shortlist if each.deployment in deployments)


def _excluded(member: WiredMember, decision: Decision) -> dict[str, str]:
    """Who of a member's deployments is excluded by which rule; the member itself where it has none."""
    if not member.deployments:
        return {member.name: "no deployment of the configuration serves it"}
    return {id_: rule for id_, rule in decision.excluded.items() if id_ in member.deployments}


def _too_few(ensemble: WiredEnsemble, seats: Collection[Seat], seated: int) -> NoDeployment:
    excluded = {id_: rule for seat in seats for id_, rule in seat.excluded.items()}
    return NoDeployment(
        f"{seated} of {len(seats)} members of the ensemble {ensemble.name!r} may see this request, and its "
        f"quorum is {ensemble.quorum}",
        excluded=excluded,
    )
