"""Calls of an agent's model on the account of its run: held before, settled from what they have cost."""

from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from langchain.agents.middleware import AgentMiddleware, ModelRequest, ModelResponse
from langgraph.config import get_config

from interlock import ConfigError, Router
from langchain_interlock.chat import ChatInterlock

if TYPE_CHECKING:
    from interlock_agents import Amounts, Store


class BudgetMiddleware(AgentMiddleware[Any, Any, Any]):
    """For `create_agent(…, middleware=[…])`: a run's calls of its model spend no more than its budget.

    The run is that of `accounted` tools: the given one, `run` of the config's metadata, or its `thread_id`.
    Where tools have the same store, both draw on the same account, so that 50 calls are 50 of either kind,
    counted across processes and resumptions.

    Raises:
        ConfigError: interlock-agents is not installed.
        RequestError: a limit is none that can be.
        StoreError: the URL cannot be used.
    """

    def __init__(
        self,
        *,
        budget: Mapping[str, float],
        store: "Store | str | None" = None,
        run: str | None = None,
        hold: "Amounts | None" = None,
        max_tokens: int = 4096,
    ) -> None:
        """What `ChatInterlock` asks for is held at the price of the dearest model that may answer.

        Args:
            budget: limits of each run: `usd`, `tokens`, `seconds`, `calls`.
            store: where accounts are kept, a Store or its URL; by default `sqlite:///interlock-agents.db`.
            run: the id of the run.
            hold: what a call of any other chat model may cost. Its tokens are those that it says; its money
                is what was held.
            max_tokens: that an answer may have where nobody says, and money or tokens are limited.
        """
        super().__init__()
        try:
            from interlock_agents import Amounts  # noqa: PLC0415 - an extra
            from interlock_agents.accounting import Accounts  # noqa: PLC0415 - as above
        except ModuleNotFoundError as error:
            if not (error.name or "").startswith("interlock_agents"):
                raise
            why = "BudgetMiddleware needs interlock-agents: pip install 'langchain-interlock[agents]'"
            raise ConfigError(why) from None
        self._accounts = Accounts(store, budget=budget)
        self._budget = dict(budget)
        self._run = run
        self._hold = hold or Amounts(calls=1)
        self._max_tokens = max_tokens
        self._routers: WeakKeyDictionary[Router, Router] = WeakKeyDictionary()

    def wrap_model_call(
        self, request: ModelRequest[Any], handler: Callable[[ModelRequest[Any]], ModelResponse[Any]]
    ) -> ModelResponse[Any]:
        """The model's answer.

        Raises:
            OverBudget: the run has not as much left; nothing was sent. It names what was spent.
            RequestError: nobody says which run it belongs to.
        """
        from interlock_agents.accounting import run_blocking  # noqa: PLC0415 - an extra

        with self._in_run() as scope:
            if isinstance(request.model, ChatInterlock):
                return handler(self._paid(request, request.model))
            holder = run_blocking(self._accounts.begin(scope.name, self._hold))
            spent: Any = None
            try:
                response = handler(request)
                spent = self._spent(response)
            finally:
                run_blocking(self._accounts.end(holder, spent))
            return response

    async def awrap_model_call(
        self,
        request: ModelRequest[Any],
        handler: Callable[[ModelRequest[Any]], Awaitable[ModelResponse[Any]]],
    ) -> ModelResponse[Any]:
        """As `wrap_model_call`."""
        with self._in_run() as scope:
            if isinstance(request.model, ChatInterlock):
                return await handler(self._paid(request, request.model))
            holder = await self._accounts.begin(scope.name, self._hold)
            spent: Any = None
            try:
                response = await handler(request)
                spent = self._spent(response)
            finally:
                await self._accounts.end(holder, spent)
            return response

    def _in_run(self) -> AbstractContextManager[Any]:
        from interlock_agents.accounting import in_run, run_here  # noqa: PLC0415 - an extra

        config = get_config()
        named = (config.get("metadata") or {}).get("run") or (config.get("configurable") or {}).get(
            "thread_id"
        )
        return in_run(run_here(self._run or (str(named) if named else None)))

    def _paid(self, request: ModelRequest[Any], model: ChatInterlock) -> ModelRequest[Any]:
        """The request to the same model, whose router has the budget; one that has its own keeps it."""
        from interlock_agents.accounting import budgeted, has_budget  # noqa: PLC0415 - an extra

        router: Any = model.router
        if has_budget(router):
            return request
        if router not in self._routers:
            self._routers[router] = budgeted(
                router, budget=self._budget, store=self._accounts.store, max_tokens=self._max_tokens
            )
        return request.override(model=model.model_copy(update={"router": self._routers[router]}))

    def _spent(self, response: ModelResponse[Any]) -> Any:
        from interlock_agents import Amounts  # noqa: PLC0415 - an extra

        used = [getattr(message, "usage_metadata", None) or {} for message in response.result]
        tokens = sum(each.get("total_tokens", 0) for each in used) or self._hold.tokens
        return Amounts(usd=self._hold.usd, seconds=self._hold.seconds, tokens=tokens, calls=1)
