"""A second opinion on the task, from classifiers that ask a model."""

from collections.abc import Sequence

from interlock.engine.asking import SubCalls
from interlock.engine.call import CallState
from interlock.engine.deciding.routes import EU_REGULATED
from interlock.errors import LogUnavailable, TotalTimeout
from interlock.logs import redacting_logger
from interlock.protocols import ClassifyCall, RefiningClassifier
from interlock.types.decisions import Classification
from interlock.types.request import Request
from interlock.types.response import Answer

_log = redacting_logger("interlock.refine")
# Below this, the local classifiers are right about four times in five.
_SURE = 0.6


class Refinement:
    """Asks refining classifiers when the local ones are unsure.

    `sealed` says that guardrails keep what classifiers may see apart from what they may tell a model.
    """

    def __init__(
        self, classifiers: Sequence[RefiningClassifier], sub_calls: SubCalls, *, sealed: bool
    ) -> None:
        self._classifiers = classifiers
        self._sub_calls = sub_calls
        self._sealed = sealed

    def wanted(self, state: CallState) -> bool:
        """Data that must stay in the EU is never talked out of it, and a task that was named stays named."""
        decision = state.decision
        return bool(
            self._classifiers
            and decision.shortlist
            and decision.stage != "explicit"
            and decision.task != EU_REGULATED
            and decision.confidence < _SURE
        )

    async def refine(self, state: CallState) -> tuple[Classification, str] | None:
        """A more confident opinion and whose it is; None when nobody has one."""
        decision = state.decision
        # Evidence may quote the prompt as it was before it was sealed.
        evidence = () if self._sealed else decision.evidence
        best = Classification(task=decision.task, confidence=decision.confidence, evidence=evidence)
        stage: str | None = None

        async def ask(request: Request) -> Answer:
            return await self._sub_calls.ask(state, request, "classifier")

        call = ClassifyCall(request=state.request, input_tokens=decision.input_tokens, ask=ask)
        for classifier in self._classifiers:
            try:
                opinion = await classifier.refine(call, best)
            except (TotalTimeout, LogUnavailable):
                raise
            except Exception as error:  # noqa: BLE001 - a plugin may raise anything; the others decide
                _log.error("classifier %s raised %s", classifier.name, type(error).__name__)
                continue
            if opinion is not None and opinion.confidence > best.confidence:
                best, stage = opinion, classifier.name
        return None if stage is None else (best, stage)
