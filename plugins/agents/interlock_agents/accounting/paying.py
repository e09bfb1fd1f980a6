"""A router whose calls are paid for by runs: held before they are sent, settled from their record."""

from collections.abc import AsyncGenerator, Callable, Mapping
from dataclasses import replace
from typing import Any

from interlock import Chunk, InterlockError, Request, RequestError, Response, Router
from interlock_agents.accounting.accounts import Accounts
from interlock_agents.accounting.costs import bound, spent_on
from interlock_agents.accounting.runs import run_here
from interlock_agents.budgets import Amounts
from interlock_agents.store import Store

_PRICED = frozenset({"usd", "tokens", "seconds"})


def budgeted(
    router: Router,
    *,
    budget: Mapping[str, float],
    store: Store | str | None = None,
    run: str | None = None,
    max_tokens: int = 4096,
) -> Router:
    """The same router for whoever may spend no more than that: `ChatInterlock(router=…)`,
    `Interlock(router=…)`, or its own verbs.

    Each call belongs to its request's `run`, to the given one, or to that of `in_run`. It is held on the
    run's account before anything is sent and settled from its record, failed attempts included: spent and
    held together never exceed the limit. What is left before its end counts with all that was held for it.

    Args:
        router: shared, connections and records included; it goes on without a budget.
        budget: what each run may have of `usd`, `tokens`, `seconds` and `calls`; tools that are accounted for
            in the same store draw on the same.
        store: a URL, or a store that is shared; by default interlock-agents.db in this folder.
        run: for calls that say none themselves.
        max_tokens: that an answer may have where its request does not say, and money or tokens are limited.

    Raises:
        RequestError: a limit is none that can be, or the router has a budget already.
        StoreError: the URL cannot be used.
    """
    if isinstance(router, _Budgeted):
        raise RequestError("it has a budget already", key="router")
    if not budget:
        raise RequestError("expected limits: usd, tokens, seconds or calls", key="budget")
    if max_tokens < 1:
        raise RequestError(f"expected 1 or more, not {max_tokens}", key="max_tokens")
    accounts, own = Accounts(store, budget=budget), not isinstance(store, Store)
    return _Budgeted(router, accounts, run=run, max_tokens=max_tokens, own=own)


def has_budget(router: Router) -> bool:
    """Whether it is one that `budgeted` gave."""
    return isinstance(router, _Budgeted)


class _Budgeted(Router):
    def __init__(
        self, router: Router, accounts: Accounts, *, run: str | None, max_tokens: int, own: bool
    ) -> None:
        super().__init__(router.wiring)
        self._accounts = accounts if own else None
        paying: Any = _Paying(router._engine, router, accounts, run=run, max_tokens=max_tokens)  # noqa: SLF001 - all verbs lead there
        self._engine = paying

    async def aclose(self) -> None:
        try:
            await super().aclose()
        finally:
            if self._accounts is not None:
                await self._accounts.aclose()


class _Paying:
    """A router's engine, each call of which is held and settled."""

    def __init__(
        self, engine: Any, router: Router, accounts: Accounts, *, run: str | None, max_tokens: int
    ) -> None:
        self._inner = engine
        self._router = router
        self._accounts = accounts
        self._run = run
        self._max_tokens = max_tokens

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    async def complete(self, request: Request) -> Response:
        request, holder = await self._begin(request)
        spent: Amounts | None = None
        try:
            response: Response = await self._inner.complete(request)
            spent = spent_on(response.record.attempts)
        except InterlockError as error:
            spent = spent_on(error.attempts)
            raise
        finally:
            await self._accounts.end(holder, spent)
        return response

    async def stream(
        self, request: Request, begun: Callable[[Any], None] | None = None
    ) -> AsyncGenerator[Chunk, None]:
        request, holder = await self._begin(request)
        chunks = self._inner.stream(request, begun)
        spent: Amounts | None = None
        settled = False
        try:
            async for chunk in chunks:
                if chunk.response is not None:
                    # Whoever has the whole answer may not come back for the end of the stream.
                    await self._accounts.end(holder, spent_on(chunk.response.record.attempts))
                    settled = True
                yield chunk
        except InterlockError as error:
            spent = spent_on(error.attempts)
            raise
        finally:
            await chunks.aclose()
            if not settled:
                await self._accounts.end(holder, spent)

    async def _begin(self, request: Request) -> tuple[Request, str]:
        run = request.run or run_here(self._run)
        priced = bool(_PRICED & set(self._accounts.budget))
        if priced and request.settings.max_tokens is None:
            request = replace(request, settings=replace(request.settings, max_tokens=self._max_tokens))
        request = replace(request, run=run)
        held = self._bound(request) if priced else Amounts(calls=1)
        return request, await self._accounts.begin(run, held)

    def _bound(self, request: Request) -> Amounts:
        one = bound(self._router, request)
        if request.ensemble is None:
            return one
        panel = self._inner.panels.of(request.ensemble)
        # Each judge reads what all members wrote.
        times = len(panel.members) + len(panel.judges) * (1 + len(panel.members))
        return replace(one, usd=one.usd * times, tokens=one.tokens * times)
