"""A second opinion on which task a prompt is, from sentence embeddings on this machine.

The classifier is `classifier.py`; it reads a prompt's excerpt (`excerpts.py`) as an embedding (`encoder.py`)
and as words (`words.py`), has learned what these mean (`learned.py`), and weighs that against the opinion so
far (`combining.py`). Tasks of a user's own are learned and kept in `own`. Importing this loads no weights:
that is done once a process, when something is first asked.
"""

from collections.abc import Callable, Iterable
from typing import Any

from interlock import hookimpl
from interlock.protocols import Classifier, CommandOffer
from interlock_embeddings.classifier import Embeddings
from interlock_embeddings.options import Options

__all__ = ["Embeddings", "Options"]


@hookimpl
def interlock_classifiers() -> Iterable[Classifier]:
    return [Embeddings()]


@hookimpl
def interlock_commands() -> Iterable[CommandOffer]:
    return [
        CommandOffer(name="tasks", help="Learn tasks of your own from examples, and test them.", load=_tasks)
    ]


def _tasks() -> Callable[..., Any] | Any:
    from interlock_embeddings.verbs import app  # noqa: PLC0415 - loaded when the verb is used

    return app
