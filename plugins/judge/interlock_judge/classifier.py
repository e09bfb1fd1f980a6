"""The classifier `judge`."""

import secrets
from collections.abc import Callable

from interlock.protocols import API, ClassifyCall
from interlock.types.decisions import Classification
from interlock_judge.options import Options
from interlock_judge.question import chosen, excerpt, question

__all__ = ["Judge"]

Choices = list[tuple[str, str]]
_shuffle = secrets.SystemRandom().shuffle


class Judge:
    """Asks a model which task a request is, where the other classifiers are unsure.

    Tasks are numbered anew for each request, in an order that nobody who writes one can know: `shuffle` puts
    a list into it.
    """

    api = API
    name = "judge"
    options = Options

    def __init__(
        self,
        options: Options | None = None,
        *,
        shuffle: Callable[[Choices], None] = _shuffle,
    ) -> None:
        self._options = options or Options()
        self._shuffle = shuffle

    @property
    def below(self) -> float:
        """The confidence of the opinion so far under which it is asked, as the options have it."""
        return self._options.below

    def configured(self, options: Options) -> "Judge":
        return Judge(options, shuffle=self._shuffle)

    def classify(self, call: ClassifyCall) -> None:
        """No opinion: deciding asks nobody."""

    async def refine(self, call: ClassifyCall, sofar: Classification) -> Classification | None:
        if call.ask is None or sofar.confidence >= self._options.below:
            return None
        text = excerpt(call.text, self._options.characters)
        if not text.strip():
            return None
        choices = list(self._options.choices.items())
        self._shuffle(choices)
        answer = await call.ask(question(text, choices))
        task = chosen(answer.text, choices)
        if task is None:
            return None
        return Classification(
            task=task,
            confidence=self._options.confidence,
            evidence=("a model was asked",),
            language=sofar.language,
        )
