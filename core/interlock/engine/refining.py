"""A second opinion on the task: first from classifiers that ask nobody, then from those that ask a model."""

from collections.abc import Iterable

from interlock.classifiers.turns import human_turn
from interlock.engine.asking import SubCalls
from interlock.engine.call import CallState
from interlock.engine.deciding.routes import EU_REGULATED
from interlock.errors import LogUnavailable, TotalTimeout
from interlock.logs import redacting_logger
from interlock.protocols import Classifier, ClassifyCall, LocalClassifier, RefiningClassifier
from interlock.types.decisions import Classification, Decision
from interlock.types.request import Request
from interlock.types.response import Answer

_log = redacting_logger("interlock.refine")
# Below this, the built-in classifier is right about four times in five.
_SURE = 0.6

Opinion = tuple[Classification, str]
"""A classification, and whose it is."""


class LocalRefinement:
    """Asks refining classifiers that need no network, each when what is thought so far is below its mark."""

    def __init__(self, classifiers: Iterable[Classifier]) -> None:
        self._classifiers = [each for each in classifiers if isinstance(each, LocalClassifier)]
        self._below = max((each.below for each in self._classifiers), default=0.0)

    def __bool__(self) -> bool:
        """Whether there is anybody to ask."""
        return bool(self._classifiers)

    def wanted(self, decision: Decision) -> bool:
        return decision.confidence < self._below and _is_open(decision)

    async def refine(self, request: Request, decision: Decision) -> Opinion | None:
        """What they make of the request as the caller gave it; None when they have no opinion."""
        best, stage = _so_far(decision, decision.evidence), None
        call = ClassifyCall(request=request, input_tokens=decision.input_tokens, text=human_turn(request))
        for classifier in self._classifiers:
            if best.confidence < classifier.below:
                opinion = await _asked(classifier, call, best)
                if opinion is not None:
                    best, stage = opinion, classifier.name
        return None if stage is None else (best, stage)


class Refinement:
    """Asks refining classifiers that ask a model, when the others are unsure.

    `sealed` says that guardrails keep what classifiers may see apart from what they may tell a model.
    """

    def __init__(self, classifiers: Iterable[Classifier], sub_calls: SubCalls, *, sealed: bool) -> None:
        self._classifiers = [
            (each, _below(each))
            for each in classifiers
            if isinstance(each, RefiningClassifier) and not isinstance(each, LocalClassifier)
        ]
        self._below = max((below for _, below in self._classifiers), default=0.0)
        self._sub_calls = sub_calls
        self._sealed = sealed

    def wanted(self, decision: Decision) -> bool:
        return decision.confidence < self._below and bool(decision.shortlist) and _is_open(decision)

    async def refine(self, state: CallState) -> Opinion | None:
        """A more confident opinion and whose it is; None when nobody has one."""
        decision = state.decision
        # Evidence may quote the prompt as it was before it was sealed.
        best, stage = _so_far(decision, () if self._sealed else decision.evidence), None

        async def ask(request: Request) -> Answer:
            return await self._sub_calls.ask(state, request, "classifier")

        call = ClassifyCall(
            request=state.request,
            input_tokens=decision.input_tokens,
            ask=ask,
            text=human_turn(state.request),
        )
        for classifier, below in self._classifiers:
            if best.confidence < below:
                opinion = await _asked(classifier, call, best)
                if opinion is not None and opinion.confidence > best.confidence:
                    best, stage = opinion, classifier.name
        return None if stage is None else (best, stage)


def _is_open(decision: Decision) -> bool:
    """Data that must stay in the EU is never talked out of it, and a task that was named stays named."""
    return decision.stage != "explicit" and decision.task != EU_REGULATED


def _below(classifier: RefiningClassifier) -> float:
    below = getattr(classifier, "below", _SURE)
    return float(below) if isinstance(below, int | float) else _SURE


def _so_far(decision: Decision, evidence: tuple[str, ...]) -> Classification:
    language = None if decision.facts is None else decision.facts.language
    return Classification(
        task=decision.task, confidence=decision.confidence, evidence=evidence, language=language
    )


async def _asked(
    classifier: RefiningClassifier, call: ClassifyCall, sofar: Classification
) -> Classification | None:
    try:
        return await classifier.refine(call, sofar)
    except (TotalTimeout, LogUnavailable):
        raise
    except Exception as error:  # noqa: BLE001 - a plugin may raise anything; the others decide
        _log.error("classifier %s raised %s", classifier.name, type(error).__name__)
        return None
