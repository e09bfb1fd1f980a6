"""A second opinion on which task a prompt is, from sentence embeddings on this machine.

The classifier is `classifier.py`; it reads a prompt's excerpt (`excerpts.py`) as an embedding (`encoder.py`)
and as words (`words.py`), has learned what these mean (`learned.py`), and weighs that against the opinion so
far (`combining.py`). Importing this loads no weights: that is done once a
process, when something is first asked.
"""

from collections.abc import Iterable

from interlock import hookimpl
from interlock.protocols import Classifier
from interlock_embeddings.classifier import Embeddings
from interlock_embeddings.options import Options

__all__ = ["Embeddings", "Options"]


@hookimpl
def interlock_classifiers() -> Iterable[Classifier]:
    return [Embeddings()]
