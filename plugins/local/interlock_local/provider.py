"""The provider `local`."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from dataclasses import replace
from pathlib import Path
from typing import cast

from interlock import Answer, Deployment, PermitError, ProtocolError, ProviderError, Reasoning, Text
from interlock.http import HttpProvider, Permit, origin_of
from interlock.http.payload import deltas_of
from interlock.protocols import ProviderCall, ProviderFacts
from interlock.types.messages import Part
from interlock.types.models import Credential, Network, Secret
from interlock.types.request import Settings
from interlock.types.response import Delta
from interlock_local import emulate
from interlock_local.loops import Loop
from interlock_local.process import SERVERS, Server
from interlock_local.weights import HINT, NAME, find
from interlock_openai import ChatCompletions, Vendor

FACTS = ProviderFacts(
    name="local", region="local", needs_key=False, in_process=True, on_premise=True, hint=HINT
)

_LAST = ("finish_reason", "usage", "served_model", "id", "extra")

# A small model may never find an end; what it says after this has rarely been worth the wait.
MAX_TOKENS = 300
REPETITION = {"cut": "repetition"}
# Against answers that repeat themselves. tests/benchmarks/first_answer.py measures what comes of it, on other
# prompts. The caller's own settings and the deployment's `extra_body` come first.
_TEMPERATURE = 0.3
_CALMING = {"min_p": 0.05, "repeat_penalty": 1.15, "repeat_last_n": 256}
_STRUCTURED = {"repeat_penalty": 1.0}  # JSON says its keys and its quotes again and again

_DIALECT = Vendor(
    facts=FACTS, user=None, top_k=True, ask="template", think_tags=True, system_first=True, images=False
)


class LocalProvider:
    """A model in a process of our own. Nothing leaves the machine, nothing is needed but the weights.

    The engine's permit covers no origin, because there is nowhere to send to. The server that this process
    starts for itself is a part of it that happens to stand behind a loopback socket: once the engine's
    permit is seen to be open, a permit for that one origin is made here, and what `interlock.http` checks is
    checked as ever. One that was withdrawn is a PermitError.
    """

    api = 1

    def __init__(self) -> None:
        self.facts = FACTS
        self._http = HttpProvider(FACTS, ChatCompletions(_DIALECT))

    def missing(self, deployment: Deployment) -> str:
        """The next step when the weights are not there; empty when they are."""
        try:
            find(deployment.name)
        except ProviderError as error:
            return error.message
        return ""

    async def complete(self, call: ProviderCall) -> Answer:
        """Read as a stream, too, so that an answer which goes round in circles can be cut."""
        inner = await _inside(call)
        async with aclosing(self._open(inner)) as deltas:
            answer = _together([delta async for delta in deltas])
        return emulate.answered(answer) if emulate.is_needed(call.request) else answer

    async def stream(self, call: ProviderCall) -> AsyncIterator[Delta]:
        inner = await _inside(call)
        emulated = emulate.is_needed(call.request)
        async with aclosing(self._emulated(inner) if emulated else self._open(inner)) as deltas:
            async for delta in deltas:
                yield delta

    async def _open(self, inner: ProviderCall) -> AsyncGenerator[Delta]:
        """The stream, to its end or until it goes round in circles: then it is cut, and `extra` says so."""
        loop = Loop()
        # It is a generator, which can be closed; the protocol promises less.
        async with aclosing(cast("AsyncGenerator[Delta]", self._http.stream(inner))) as deltas:
            async for delta in deltas:
                yield delta
                if loop.add(delta.text or delta.reasoning):
                    yield Delta(finish_reason="length", served_model=inner.deployment.name, extra=REPETITION)
                    return

    async def _emulated(self, inner: ProviderCall) -> AsyncGenerator[Delta]:
        """An object means something only once it is whole; until then, empty steps say that it is growing."""
        gathered: list[Delta] = []
        async with aclosing(self._open(inner)) as deltas:
            async for delta in deltas:
                gathered.append(delta)
                yield Delta()
        for delta in deltas_of(emulate.answered(_together(gathered))):
            yield delta


async def _inside(call: ProviderCall) -> ProviderCall:
    """The call as our own server takes it."""
    deployment, request = call.deployment, call.request
    if not call.permit.is_open:
        raise PermitError(f"the permit for {deployment.id} was withdrawn: its attempt is over")
    server = await asyncio.to_thread(_server, deployment)
    if not call.permit.is_open:
        raise PermitError(f"the permit for {deployment.id} was withdrawn while the model was loading")
    request = emulate.asked(request) if emulate.is_needed(request) else emulate.plain(request)
    return ProviderCall(
        request=replace(request, settings=_settled(request.settings)),
        deployment=replace(
            deployment,
            name=_served_as(deployment),
            extra_body={**_CALMING, **(_STRUCTURED if request.output else {}), **deployment.extra_body},
            base_url=f"{server.address}/v1",
            credential=Credential(secret=Secret(server.key), source="made for this process"),
            headers={},
            network=Network(),
        ),
        permit=Permit(deployment=deployment.id, origin=origin_of(server.address)),
        http=call.http,
    )


def _settled(settings: Settings) -> Settings:
    """What the caller leaves open, settled as suits a small model."""
    return replace(
        settings,
        max_tokens=MAX_TOKENS if settings.max_tokens is None else settings.max_tokens,
        temperature=_TEMPERATURE if settings.temperature is None else settings.temperature,
    )


def _server(deployment: Deployment) -> Server:
    return SERVERS.get(find(deployment.name), _served_as(deployment))


def _served_as(deployment: Deployment) -> str:
    """A path is this machine's own business; the model is called after its file."""
    return deployment.name if deployment.name == NAME else Path(deployment.name).stem


def _together(deltas: list[Delta]) -> Answer:
    """One answer out of a stream that holds text and thoughts, and no calls: those are still text here."""
    last = {key: value for delta in deltas for key in _LAST if (value := getattr(delta, key)) is not None}
    reason = last.pop("finish_reason", None)
    if reason is None:
        raise ProtocolError("the stream ended before its answer was finished")
    thought, text = "".join(delta.reasoning for delta in deltas), "".join(delta.text for delta in deltas)
    parts: list[Part] = [Reasoning(thought, vendor=FACTS.name)] if thought else []
    return Answer(parts=(*parts, Text(text)), finish_reason=reason, **last)
