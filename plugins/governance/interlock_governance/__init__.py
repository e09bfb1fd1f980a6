"""Verbs for whoever answers for what an organisation does with AI: what there is, may be, and costs.

The Python calls behind the verbs are in `interlock_governance.use_cases` and its neighbours.
"""

from collections.abc import Callable, Iterable
from importlib import import_module
from typing import Any

from interlock import hookimpl
from interlock.protocols import CommandOffer

__all__ = ["interlock_commands"]


def _verb(name: str) -> Callable[[], Callable[..., Any]]:
    """From its file in `commands`, when it is used: whoever uses none of them waits for nothing."""

    def load() -> Callable[..., Any]:
        verb: Callable[..., Any] = getattr(import_module(f"interlock_governance.commands.{name}"), name)
        return verb

    return load


_VERBS = {
    "inventory": "Show an inventory of AI use cases and what it lacks.",
    "candidates": "Say which deployments may serve each use case, and what would change.",
    "assess": "Ask five questions about each use case, and say what follows.",
    "vendors": "Show what is known of each vendor, and what nobody knows.",
    "dossier": "Write the technical documentation of a use, gaps marked.",
}


@hookimpl
def interlock_commands() -> Iterable[CommandOffer]:
    return [CommandOffer(name=name, help=line, load=_verb(name)) for name, line in _VERBS.items()]
