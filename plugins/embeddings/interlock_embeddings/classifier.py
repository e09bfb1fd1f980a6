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

    @property
    def below(self) -> float:
        """The confidence of the opinion so far under which it is asked, as the options have it."""
        return self._options.below

    def configured(self, options: Options) -> "Embeddings":
        return Embeddings(options, encoder=self._encoder)

    def own_tasks(self) -> tuple[str, ...]:
        return ()

    def classify(self, call: ClassifyCall) -> None:
        """No opinion: it would take milliseconds, and deciding takes microseconds."""

    async def refine(self, call: ClassifyCall, sofar: Classification) -> Classification | None:
        text = excerpt(call.text)
        if not text.strip() or _is_settled(call, sofar):
            return None
        return await to_thread(self._opinion, text, sofar)

    def _opinion(self, text: str, sofar: Classification) -> Classification | None:
        model = learned()
        if sofar.task not in model.tasks:
            return None
        vector = self._encoder.vectors([text])[0]
        return combined(model, model.scores(vector, text).tolist(), sofar)


def _is_settled(call: ClassifyCall, sofar: Classification) -> bool:
    """Whether what is not in the text has named the task."""
    request = call.request
    if (request.tools or request.tools_available) and sofar.task == _OFFERED:
        return True
    return request.messages[0].role == "system" and sofar.task in _DEMANDS
