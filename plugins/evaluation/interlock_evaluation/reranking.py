"""The reranker `words`: the models of a learned row in the order that a prompt's own words have for it."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final

from interlock.protocols import API, RerankCall, Reranked, RerankerCall

if TYPE_CHECKING:
    from interlock_evaluation.learning.features import Features
    from interlock_evaluation.learning.refining import Refinement
    from interlock_evaluation.statistics import Numbers

Sight = Callable[[Sequence[str]], "Numbers"]


class Words:
    """Opens what `interlock eval learn` wrote beside routes. It loads numpy when it is opened."""

    api = API
    name = "words"

    def open(self, call: RerankerCall) -> "WordsReranker":
        """Raises ValueError for what is no such file, or where sentence vectors are needed and not there."""
        from interlock_evaluation.learning.arrays import from_bytes  # noqa: PLC0415 - loads numpy
        from interlock_evaluation.learning.sight import sight  # noqa: PLC0415 - likewise

        refinement = from_bytes(call.content)
        seeing = sight() if refinement.wording.sees else None
        if refinement.wording.sees and seeing is None:
            raise ValueError("sentence vectors are needed: pip install interlock-embeddings")
        return WordsReranker(refinement, seeing)


class WordsReranker:
    """Moves the model to the front that a prompt's words promise more of than of the row's first."""

    def __init__(self, refinement: "Refinement", sight: Sight | None) -> None:
        self._refinement = refinement
        self._sight = sight
        self._task: Final = {name: at for at, name in enumerate(refinement.tasks)}
        self._model: Final = {name: at for at, name in enumerate(refinement.models)}

    def rerank(self, call: RerankCall) -> Reranked | None:
        task = self._task.get(call.task)
        names = [name for name in call.names if name in self._model]
        if task is None or call.names[0] not in self._model or not call.text.strip():
            return None
        gains, worth = self._refinement.worth(self._features(call.text), task)
        best = max(names, key=lambda name: worth[self._model[name]])
        first = call.names[0]
        if worth[self._model[best]] <= worth[self._model[first]]:
            return None
        order = (best, *(name for name in call.names if name != best))
        gain = float(gains[self._model[best]] - gains[self._model[first]])
        costs = self._refinement.costs.any()
        why = "worth more at its cost: " if costs else ""
        reason = (
            f"learned: refined by words: {why}predicted gain {100 * gain:+.1f} points of {best} over {first}"
        )
        return Reranked(order=order, reason=reason)

    def _features(self, text: str) -> "Features":
        from interlock_evaluation.learning.features import LONGEST, Features  # noqa: PLC0415 - loads numpy

        texts = [text[:LONGEST]]
        return Features.of(texts, None if self._sight is None else self._sight(texts))
