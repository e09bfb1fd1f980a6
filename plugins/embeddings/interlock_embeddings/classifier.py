"""The classifier `embeddings`."""

from asyncio import to_thread
from typing import Final

from interlock.protocols import API, ClassifyCall
from interlock.types.decisions import Classification
from interlock_embeddings.combining import combined
from interlock_embeddings.encoder import Encoder, encoder
from interlock_embeddings.excerpts import excerpt
from interlock_embeddings.learned import learned
from interlock_embeddings.options import Options
from interlock_embeddings.own.tasks import OwnTasks, read_tasks

__all__ = ["Embeddings"]

_OFFERED: Final = "agentic_tool_use"
_DEMANDS: Final = ("low_latency", "eu_regulated")


class Embeddings:
    """Gives a second opinion where the first is doubtful, in some milliseconds and without a network.

    It reads some 360 characters of the last human turn. Tools and a system prompt, of which it knows nothing,
    are left to who has named a task because of them. Safe to share between threads and event loops.
    """

    api = API
    name = "embeddings"
    local = True
    options = Options

    def __init__(self, options: Options | None = None, *, encoder: Encoder = encoder) -> None:
        self._options = options or Options()
        self._encoder = encoder
        self._own: OwnTasks | None = None

    @property
    def below(self) -> float:
        """The confidence of the opinion so far under which it is asked; 1 where there are own tasks."""
        return self._options.below if self._options.tasks is None else 1.0

    def configured(self, options: Options) -> "Embeddings":
        return Embeddings(options, encoder=self._encoder)

    def own_tasks(self) -> tuple[str, ...]:
        """Those of the file that the options name, which is read once.

        Raises:
            ValueError: it cannot be read.
        """
        if self._options.tasks is not None and self._own is None:
            self._own = read_tasks(self._options.tasks)
        return () if self._own is None else self._own.names

    def classify(self, call: ClassifyCall) -> None:
        """No opinion: it would take milliseconds, and deciding takes microseconds."""

    async def refine(self, call: ClassifyCall, sofar: Classification) -> Classification | None:
        text = excerpt(call.text)
        doubted = sofar.confidence < self._options.below and not _is_settled(call, sofar)
        if not text.strip() or not (doubted or self.own_tasks()):
            return None
        return await to_thread(self._opinion, text, sofar, doubted=doubted)

    def _opinion(self, text: str, sofar: Classification, *, doubted: bool) -> Classification | None:
        model = learned()
        vector = self._encoder.vectors([text])[0]
        found = None if self._own is None else self._own.find(vector, text)
        if found is not None:
            evidence = (f"worded like the examples of {found[0]}",)
            return Classification(
                task=found[0], confidence=found[1], evidence=evidence, language=sofar.language
            )
        if not doubted or sofar.task not in model.tasks:
            return None
        return combined(model, model.scores(vector, text).tolist(), sofar)


def _is_settled(call: ClassifyCall, sofar: Classification) -> bool:
    """Whether what is not in the text has named the task."""
    request = call.request
    if (request.tools or request.tools_available) and sofar.task == _OFFERED:
        return True
    return request.messages[0].role == "system" and sofar.task in _DEMANDS
