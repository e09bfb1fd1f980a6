"""Runs of tools that wait for a person's consent, as tests make them."""

import asyncio
import os
import signal
from collections.abc import Mapping
from typing import Any

from interlock.types.approvals import ApprovalRequest, Grant
from interlock.types.messages import ToolCall
from interlock.types.tools import Preview, ToolEffect
from interlock_agents.approvals import Requests, consume
from interlock_agents.store import Store

SHOWN = Preview(text="removes a.txt", changes={"removed": ["a.txt"]})


def asked(
    arguments: Mapping[str, Any] | None = None,
    *,
    tool: str = "delete_file",
    tool_digest: str = "tool-1",
    run: str = "run-1",
    step: str = "tidy/0/0",
    policy: str = "policy-1",
    effect: ToolEffect = "destructive",
    preview: Preview | None = None,
    call: str = "call-1",
) -> ApprovalRequest:
    """The same request each time, but for what is named."""
    return ApprovalRequest(
        call=ToolCall(id=call, name=tool, arguments={"path": "a.txt"} if arguments is None else arguments),
        effect=effect,
        required=True,
        tool_digest=tool_digest,
        preview=preview,
        run=run,
        step=step,
        policy=policy,
    )


def place_of(request: ApprovalRequest) -> str:
    """The id of the effect that waits for it."""
    return f"{request.run}/{request.step}"


class Desk:
    """A store with one request for a.txt to which a person has agreed, and the way to use the grant."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.requests = Requests(store=store)
        self.request = asked(preview=SHOWN)

    async def granted(self) -> Grant:
        waits = await self.requests.put(self.request)
        grant = await self.requests.approve(waits.id, by="Ada")
        assert grant is not None
        return grant

    async def use(self, grant: Grant, request: ApprovalRequest, effect: str = "") -> str | None:
        effect = effect or place_of(request)
        return await self.store.run(
            lambda each: consume(each, grant, request, effect=effect, now=self.store.now(each))
        )


def use(url: str, grant: Grant, request: ApprovalRequest, effect: str) -> str | None:
    async def use() -> str | None:
        desk = Desk(Store.open(url))
        try:
            return await desk.use(grant, request, effect)
        finally:
            await desk.store.aclose()

    return asyncio.run(use())


def use_and_die(url: str, grant: Grant, request: ApprovalRequest) -> None:
    async def use() -> None:
        desk = Desk(Store.open(url))
        assert await desk.use(grant, request) is None
        os.kill(os.getpid(), signal.SIGKILL)

    asyncio.run(use())
