"""Whether what a plugin offers can be used: the right protocol, a name, methods that can be called."""

import inspect
from operator import attrgetter
from typing import Any

from interlock.plugins.running import attempt, cause
from interlock.protocols import (
    API,
    Arbiter,
    Classifier,
    Configurable,
    ConnectorFacts,
    ConnectorKind,
    Constraint,
    DetectingGuardrail,
    Detector,
    Guardrail,
    LocalClassifier,
    ProviderFacts,
    RefiningClassifier,
    RestoringGuardrail,
    SelectiveConstraint,
    Strategy,
    StreamingGuardrail,
)

# What an offer may be besides; its methods are called when it is.
_MORE = (
    RefiningClassifier,
    LocalClassifier,
    SelectiveConstraint,
    DetectingGuardrail,
    RestoringGuardrail,
    StreamingGuardrail,
)

# What may take options, by the protocol `Configurable`.
_CONFIGURABLE = (Classifier, Constraint, Detector, Guardrail, Strategy, Arbiter)


def complaint(item: object, protocol: type, describe: str) -> str | None:
    """Why an offer cannot be used, or None."""
    found, error = attempt(lambda: _misfit(item, protocol) or _misnamed(item, describe))
    return found if error is None else f"looking at it raised {cause(error)}"


def _misfit(item: object, protocol: type) -> str | None:
    api = getattr(item, "api", API)
    if api != API:
        return f"it speaks api {api!r}; this version of interlock speaks {API}"
    if isinstance(item, type):
        return "it is a class; offer an instance"
    if not isinstance(item, protocol):
        missing = sorted(name for name in _wanted(protocol) if not hasattr(item, name))
        lacks = f"; it lacks {', '.join(missing)}" if missing else ""
        return f"that is no {protocol.__name__}{lacks}"
    for kind in (protocol, *(more for more in _MORE if protocol in more.__mro__ and isinstance(item, more))):
        if found := _misshapen(item, kind):
            return found
    return _half_configurable(item) if protocol in _CONFIGURABLE else None


def _half_configurable(item: object) -> str | None:
    """Options that nothing takes, and a method that is given none, are a slip of the pen."""
    has_schema = isinstance(getattr(item, "options", None), type)
    if inspect.iscoroutinefunction(getattr(item, "configured", None)):
        return "its configured is a coroutine function, and is not awaited"
    if callable(getattr(item, "configured", None)):
        return (
            _misshapen(item, Configurable) if has_schema else "it has no options, a class, for its configured"
        )
    return "it has options and no method configured, which takes them" if has_schema else None


def _misshapen(item: object, protocol: type) -> str | None:
    """What is wrong with how its methods are called."""
    for name in sorted(_wanted(protocol)):
        declared = next((vars(kind)[name] for kind in protocol.__mro__ if name in vars(kind)), None)
        if not inspect.isfunction(declared):
            continue
        method = getattr(item, name)
        if not callable(method):
            return f"its {name} is no method"
        wanted = list(inspect.signature(declared).parameters)[1:]
        try:
            signature = inspect.signature(method)
        except (ValueError, TypeError):
            if inspect.ismethod(method):
                return f"its {name} does not take its own object"
            continue  # compiled code may not say how it is called
        try:
            signature.bind(*wanted)
        except TypeError:
            return f"its {name}{signature} cannot be called as {name}({', '.join(wanted)})"
    return None


def _misnamed(item: object, describe: str) -> str | None:
    """Names are what offers are found by, and so must be text."""
    facts = getattr(item, "facts", None)
    if describe == "facts.name" and not isinstance(facts, ProviderFacts):
        return f"its facts are no ProviderFacts but {type(facts).__name__}"
    if isinstance(item, ConnectorKind) and not isinstance(facts, ConnectorFacts):
        return f"its facts are no ConnectorFacts but {type(facts).__name__}"
    name = attrgetter(describe)(item)
    if not isinstance(name, str) or not name:
        return f"its {describe} is {name!r}, and must be text"
    schemes: Any = getattr(item, "schemes", ())
    if not isinstance(schemes, (tuple, list, frozenset)) or not all(
        isinstance(each, str) for each in schemes
    ):
        return f"its schemes are {schemes!r}, and must be a tuple of texts"
    return None


def _wanted(protocol: type) -> set[str]:
    names = {name for parent in protocol.__mro__ for name in getattr(parent, "__annotations__", {})}
    return names | {
        name
        for parent in protocol.__mro__
        if getattr(parent, "_is_protocol", False)
        for name in vars(parent)
        if not name.startswith("_")
    }
