"""Shortlists in the order that a reranker gives the models of a learned row, for each request."""

from asyncio import to_thread
from collections.abc import Collection

from interlock.classifiers.turns import human_turn
from interlock.engine.deciding.decide import Decider
from interlock.engine.deciding.reordering import movable, reordered
from interlock.logs import redacting_logger
from interlock.protocols import RerankCall, Reranker
from interlock.types.decisions import Decision
from interlock.types.facts import Reordering
from interlock.types.request import Request

# A failure is logged by its type alone: a message may hold the prompt.
_log = redacting_logger("interlock.rerank")
_FEW = 2


class Reranking:
    """Asks a reranker about requests of `tasks`, whose rows were learned and are in use.

    `digest` is of what it has learned.
    """

    def __init__(self, reranker: Reranker, decider: Decider, *, tasks: Collection[str], digest: str) -> None:
        self._reranker = reranker
        self._decider = decider
        self._tasks = frozenset(tasks)
        self._digest = digest

    async def applied(self, request: Request, decision: Decision) -> Decision:
        """The decision, its shortlist in the order that the reranker gives the row's models.

        What the caller asks for, a demand, a panel, and the configuration's own row go before it.
        """
        if decision.task not in self._tasks or not self._is_open(request, decision):
            return decision
        row, ranks = self._decider.routes.row(decision.task), self._decider.routes.ranks(decision.task)
        names = tuple(row[rank] for rank in movable(decision, ranks))
        if len(names) < _FEW:
            return decision
        call = RerankCall(task=decision.task, text=human_turn(request), names=names)
        try:
            found = await to_thread(self._reranker.rerank, call)
        except Exception as error:  # noqa: BLE001 - a plugin may raise anything; the row's order stands
            _log.error("the reranker raised %s", type(error).__name__)
            return decision
        if found is None or found.order == names:
            return decision
        if sorted(found.order) != sorted(names):
            _log.error("the reranker gave other names than it was given")
            return decision
        change = Reordering(order=found.order, reason=found.reason, digest=self._digest)
        return reordered(decision, ranks, row, change)

    def _is_open(self, request: Request, decision: Decision) -> bool:
        return (
            decision.reason != "explicit"
            and request.ensemble is None
            and self._decider.leading_rows(request, decision) == (decision.task,)
        )
