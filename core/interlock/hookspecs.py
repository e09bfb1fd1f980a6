"""Every hook, in the order a request meets them.

Hooks offer, protocols work. **Offers** are the hooks that return something: any plugin may implement one, it
takes nothing, does no I/O, and is called once, when a router is made. It returns an iterable of objects that
implement a protocol of `interlock.protocols`, of model cards or of command offers. One that raises, or offers
something else, is reported by `interlock plugins` and left out; everything else goes on.

**Observers** return None: any plugin may implement one, with those of its arguments that it wants, and must
return at once, because the call waits. The request is the caller's own, before any guardrail. What one raises
is reported and ignored.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING

import pluggy

if TYPE_CHECKING:
    from interlock.protocols import (
        Arbiter,
        BudgetSource,
        Classifier,
        CommandOffer,
        ConnectorKind,
        Constraint,
        Detector,
        Guardrail,
        IdentitySource,
        LedgerKind,
        LimitsKind,
        LogKind,
        Provider,
        RerankerKind,
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
def interlock_providers() -> "Iterable[Provider]":
    """Offer providers: what serves deployments.

    A provider goes by `facts.name`. A name that two distributions offer is neither's, and the name of a known
    provider is its own distribution's alone.
    """


@hookspec
def interlock_model_cards() -> "Iterable[ModelCard]":
    """Offer model cards beside the built-in ones.

    Asked before names in the configuration are checked. Their ids are new: a built-in card is replaced by the
    user's configuration alone.
    """


@hookspec
def interlock_classifiers() -> "Iterable[Classifier]":
    """Offer classifiers: what says which task a request is.

    The most confident one is believed. One that implements `RefiningClassifier` too is asked for a second
    opinion when the local ones are unsure, and may ask a model.
    """


@hookspec
def interlock_constraints() -> "Iterable[Constraint]":
    """Offer constraints: rules that exclude deployments.

    Each is asked about every deployment of every request, and once more before each attempt. One that raises
    excludes.
    """


@hookspec
def interlock_budgets() -> "Iterable[BudgetSource]":
    """Offer budgets beside those of the configuration: objects that say which concern a request.

    Each is asked for every request, and once more before each attempt. One that raises, or says something
    else, keeps the request from every deployment.
    """


@hookspec
def interlock_detectors() -> "Iterable[Detector]":
    """Offer detectors: what finds personal data in texts, for guardrails to act on.

    A guardrail's option `detectors` chooses each by its name; one that nothing names is never asked. A known
    name is its own distribution's alone. One that raises ends the call.
    """


@hookspec
def interlock_guardrails() -> "Iterable[Guardrail]":
    """Offer guardrails: what looks at requests before they leave and at answers before they are handed over.

    Those that rewrite run in the order of their names going out, and in reverse coming back; the others see
    what they have left. One that raises ends the call, unless it says that it may be passed over.
    """


@hookspec
def interlock_rerankers() -> "Iterable[RerankerKind]":
    """Offer rerankers: what puts the models of learned routes in another order, by what a request says.

    A file of learned routes names one as `by` below `refined`, and it is opened with the file beside them. A
    known name is its own distribution's alone. It adds nothing to a shortlist; one that raises changes
    nothing.
    """


@hookspec
def interlock_strategies() -> "Iterable[Strategy]":
    """Offer strategies: the order in which a shortlist is tried.

    Their names are new. The configuration's `strategy` chooses one by its name for every call, `fallback`
    where it names none. One that raises ends the call.
    """


@hookspec
def interlock_arbiters() -> "Iterable[Arbiter]":
    """Offer arbiters: what makes one answer out of a panel's.

    An ensemble's `mode` chooses one by its name, and `vote` is always there. A known name is its own
    distribution's alone. One that fails ends the call.
    """


@hookspec
def interlock_connectors() -> "Iterable[ConnectorKind]":
    """Offer kinds of connectors: sources of tools.

    The configuration's `connectors` chooses each by its name, and opens it with an address, a key and options
    of its own. A router never runs a tool by itself: `Router.toolbox` gives them to whoever asks.
    """


@hookspec
def interlock_stores() -> "Iterable[StoreKind]":
    """Offer stores: where records are kept beyond the process.

    The configuration's `records` chooses one by the scheme of its URL, and opens it.
    """


@hookspec
def interlock_logs() -> "Iterable[LogKind]":
    """Offer logs: where what a router does is written down before it does it.

    The configuration's `log` chooses one by the scheme of its URL, and opens it.
    """


@hookspec
def interlock_shared_health() -> "Iterable[SharedHealthKind]":
    """Offer ways of sharing health between processes.

    The configuration's `health.shared` chooses one by the scheme of its URL, and opens it.
    """


@hookspec
def interlock_ledgers() -> "Iterable[LedgerKind]":
    """Offer ledgers: where several processes count budgets together.

    The configuration's `ledger` chooses one by the scheme of its URL, and opens it.
    """


@hookspec
def interlock_limits() -> "Iterable[LimitsKind]":
    """Offer places for limits: where several processes keep to one limit together.

    The configuration's `limits.shared` chooses one by the scheme of its URL, and opens it.
    """


@hookspec
def interlock_identities() -> "Iterable[IdentitySource]":
    """Offer sources of identities: who presents a secret to an endpoint, and what they may.

    A router asks none of them; `interlock serve` does, after its own keys.
    """


@hookspec
def interlock_commands() -> "Iterable[CommandOffer]":
    """Offer verbs of the command line: a name, a line for the list, and `load`, which loads the rest.

    Also called when the command line lists its verbs or is given one that is not its own. A verb that two
    distributions offer is neither's, and a known one is its own distribution's alone.
    """


@hookspec
def interlock_decided(request: "Request", decision: "Decision") -> None:
    """Observe a decision: called after each one, before anything is sent.

    The `decision` on a `request` is the one that its call follows, or that `decide` returns.
    """


@hookspec
def interlock_attempt_finished(request: "Request", attempt: "AttemptRecord") -> None:
    """Observe an attempt: called on the event loop after each one, whether it answered or failed.

    The `attempt` is its record, complete but for the call's own end; the `request` is that of the whole call.
    """


@hookspec
def interlock_responded(request: "Request", responded: "Responded") -> None:
    """Observe a finished call: called once a call, on the event loop, however the call ended.

    What has `responded` to the `request` is a record, and a response when there was one.
    """
