"""Prompts and agents' tasks, asked and marked by rules, judges and experts, and what follows for routes.

The Python calls behind the verbs are `interlock_evaluation.runs.plan` and `Runner`,
`interlock_evaluation.reporting.figures_of`, `interlock_evaluation.outcomes.read_outcomes`,
`interlock_evaluation.cascades.fit`, `interlock_evaluation.panels.choose`, and of
`interlock_evaluation.learning` `learn` and `hold`.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from interlock import hookimpl
from interlock.protocols import CommandOffer, RerankerKind
from interlock_evaluation.reranking import Words

if TYPE_CHECKING:
    from typer import Typer

__all__ = ["interlock_commands", "interlock_rerankers"]


def _load() -> "Typer":
    from interlock_evaluation.commands import app  # noqa: PLC0415 - loads numpy

    return app


@hookimpl
def interlock_commands() -> Iterable[CommandOffer]:
    return [CommandOffer(name="eval", help="Ask models your prompts, and say what follows.", load=_load)]


@hookimpl
def interlock_rerankers() -> Iterable[RerankerKind]:
    return [Words()]
