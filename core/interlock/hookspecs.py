"""Every hook, in the order a request meets them.

Hooks offer, protocols work: a hook is synchronous, does no I/O, and returns an iterable of objects that
implement
a protocol of `interlock.protocols`. Offers are collected once, when a router is made. A hook that raises, or
offers something else, is reported by `interlock plugins` and left out; everything else goes on.
"""

from collections.abc import Iterable

import pluggy

from interlock.protocols import (
    Arbiter,
    Classifier,
    Connector,
    Constraint,
    Guardrail,
    Provider,
    Responded,
    SharedHealthKind,
    StoreKind,
    Strategy,
)
from interlock.types.decisions import Decision
from interlock.types.models import ModelCard
from interlock.types.records import AttemptRecord
from interlock.types.request import Request

hookspec = pluggy.HookspecMarker("interlock")
hookimpl = pluggy.HookimplMarker("interlock")


@hookspec
def interlock_providers() -> Iterable[Provider]:
    """Offer providers: what serves deployments.

    Called when a router is made. Any plugin may implement it. Takes nothing; returns providers whose
    `facts.name` no other installed distribution offers and no known provider has.
    """


@hookspec
def interlock_model_cards() -> Iterable[ModelCard]:
    """Offer model cards beside the built-in ones.

    Called when a router is made, before the configuration is checked. Any plugin may implement it. Takes
    nothing;
    returns cards whose ids are new: a built-in card is replaced by the user's configuration alone.
    """


@hookspec
def interlock_classifiers() -> Iterable[Classifier]:
    """Offer classifiers: what says which task a request is.

    Called when a router is made. Any plugin may implement it. Takes nothing; returns classifiers, of which
    the
    most confident one is believed.
    """


@hookspec
def interlock_constraints() -> Iterable[Constraint]:
    """Offer constraints: rules that exclude deployments.

    Called when a router is made. Any plugin may implement it. Takes nothing; returns constraints, each of
    which is
    asked for every deployment of every request, and once more before each attempt. One that raises excludes.
    """


@hookspec
def interlock_guardrails() -> Iterable[Guardrail]:
    """Offer guardrails: what looks at requests before they leave and at answers before they are handed over.

    Called when a router is made. Any plugin may implement it. Takes nothing; returns guardrails, run in
    order of
    their names going out and in reverse coming back.
    """


@hookspec
def interlock_strategies() -> Iterable[Strategy]:
    """Offer strategies: the order in which a shortlist is tried.

    Called when a router is made. Any plugin may implement it. Takes nothing; returns strategies with new
    names.
    """


@hookspec
def interlock_arbiters() -> Iterable[Arbiter]:
    """Offer arbiters: what makes one answer out of a panel's.

    Called when a router is made. Any plugin may implement it. Takes nothing; returns arbiters with new names.
    """


@hookspec
def interlock_connectors() -> Iterable[Connector]:
    """Offer connectors: sources of tools.

    Called when a router is made. Any plugin may implement it. Takes nothing; returns connectors, which are
    asked
    for their tools when an agent first needs them.
    """


@hookspec
def interlock_stores() -> Iterable[StoreKind]:
    """Offer stores: where records are kept beyond the process.

    Called when a router is made. Any plugin may implement it. Takes nothing; returns kinds of stores, of
    which the configuration's `records` chooses one by the scheme of its URL, and opens it.
    """


@hookspec
def interlock_shared_health() -> Iterable[SharedHealthKind]:
    """Offer ways of sharing health between processes.

    Called when a router is made. Any plugin may implement it. Takes nothing; returns kinds of shared health,
    of which the configuration's `health.shared` chooses one by the scheme of its URL, and opens it.
    """


@hookspec
def interlock_decided(request: Request, decision: Decision) -> None:
    """Observe a decision.

    Called after every decision, before anything is sent. Any plugin may implement it, and must return at
    once.
    Takes the request and the decision; returns nothing. What it raises is reported and ignored.
    """


@hookspec
def interlock_attempt_finished(request: Request, attempt: AttemptRecord) -> None:
    """Observe an attempt, whether it answered or failed.

    Called on the event loop after every attempt. Any plugin may implement it, and must return at once.
    Takes the request and the attempt's record; returns nothing. What it raises is reported and ignored.
    """


@hookspec
def interlock_responded(request: Request, responded: Responded) -> None:
    """Observe a finished call, whether it ended in an answer or in an error.

    Called once a call, on the event loop. Any plugin may implement it, and must return at once.
    Takes the request and the record with its response; returns nothing. What it raises is reported and
    ignored.
    """
