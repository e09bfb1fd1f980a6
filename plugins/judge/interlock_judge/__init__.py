"""A second opinion on which task a prompt is, from a model of the request's own shortlist.

The classifier is `classifier.py`, what it asks is `question.py`. It is off until `below` is configured.
"""

from collections.abc import Iterable

from interlock import hookimpl
from interlock.protocols import Classifier
from interlock_judge.classifier import Judge
from interlock_judge.options import Options

__all__ = ["Judge", "Options"]


@hookimpl
def interlock_classifiers() -> Iterable[Classifier]:
    return [Judge()]
