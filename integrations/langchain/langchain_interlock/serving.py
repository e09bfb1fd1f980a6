"""LangChain's four ways to ask a model, asked of a router.

Every error leaves as Interlock's and LangChain's at once.
"""

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from typing import Any, Protocol

from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult

from interlock import InterlockError, Router
from langchain_interlock.calls import INCLUDE_RAW, Call, call_of
from langchain_interlock.failures import as_model_error, misfit
from langchain_interlock.messages_out import ChunkWriter, message_out, misfit_out
from langchain_interlock.tracing import parent_of

Messages = Sequence[BaseMessage]
Arguments = Mapping[str, Any]


class Asking(Protocol):
    """The chat model, as far as its calls go."""

    router: Any
    output_version: str | None


def generate(
    chat: Asking, messages: Messages, stop: Sequence[str] | None, run_manager: Any, kwargs: Arguments
) -> ChatResult:
    router: Router = chat.router
    try:
        call = call_of(chat, router, messages, stop=stop, run_manager=run_manager, kwargs=kwargs)
        with parent_of(run_manager):
            response = router.complete_sync(call.request)
    except InterlockError as error:
        answer = _misfitting(error, kwargs)
        if answer is None:
            raise
        return _result(answer)
    return _result(message_out(response, call.name, router, v1=chat.output_version == "v1", asked=kwargs))


async def agenerate(
    chat: Asking, messages: Messages, stop: Sequence[str] | None, run_manager: Any, kwargs: Arguments
) -> ChatResult:
    router: Router = chat.router
    try:
        call = call_of(chat, router, messages, stop=stop, run_manager=run_manager, kwargs=kwargs)
        with parent_of(run_manager):
            response = await router.complete(call.request)
    except InterlockError as error:
        answer = _misfitting(error, kwargs)
        if answer is None:
            raise
        return _result(answer)
    return _result(message_out(response, call.name, router, v1=chat.output_version == "v1", asked=kwargs))


def stream(
    chat: Asking, messages: Messages, stop: Sequence[str] | None, run_manager: Any, kwargs: Arguments
) -> Iterator[ChatGenerationChunk]:
    router: Router = chat.router
    try:
        call = call_of(chat, router, messages, stop=stop, run_manager=run_manager, kwargs=kwargs)
        writer = _writer(chat, call, kwargs)
        with parent_of(run_manager):
            chunks = router.stream_sync(call.request)
        with chunks:
            for chunk in chunks:
                yield from writer.write(chunk)
    except InterlockError as error:
        as_model_error(error)
        raise


async def astream(
    chat: Asking, messages: Messages, stop: Sequence[str] | None, run_manager: Any, kwargs: Arguments
) -> AsyncIterator[ChatGenerationChunk]:
    router: Router = chat.router
    try:
        call = call_of(chat, router, messages, stop=stop, run_manager=run_manager, kwargs=kwargs)
        writer = _writer(chat, call, kwargs)
        with parent_of(run_manager):
            chunks = router.stream(call.request)
        async with chunks:
            async for chunk in chunks:
                for written in writer.write(chunk):
                    yield written
    except InterlockError as error:
        as_model_error(error)
        raise


def together(outputs: Sequence[Mapping[str, Any] | None]) -> dict[str, Any]:
    """The `llm_output` of several answers: the last one's model, and everybody's tokens."""
    added: dict[str, Any] = {}
    for output in outputs:
        if output is None:  # it came as a stream, or out of a cache
            continue
        usage = dict(output["token_usage"])
        for name, before in added.get("token_usage", {}).items():
            here = usage[name]
            usage[name] = (
                {key: here[key] + before[key] for key in here} if isinstance(here, dict) else here + before
            )
        added = {**output, "token_usage": usage}
    return added


def _writer(chat: Asking, call: Call, kwargs: Arguments) -> ChunkWriter:
    return ChunkWriter(call.name, chat.router, v1=chat.output_version == "v1", asked=kwargs)


def _misfitting(error: InterlockError, kwargs: Arguments) -> AIMessage | None:
    """The answer that fits no schema, for callers who look at it; None where the error stands."""
    as_model_error(error)
    found = misfit(error) if kwargs.get(INCLUDE_RAW) else None
    return None if found is None else misfit_out(error, found)


def _result(message: AIMessage) -> ChatResult:
    told = message.response_metadata
    output = {name: told[name] for name in ("token_usage", "model_name", "model_provider") if name in told}
    generations = [ChatGeneration(message=message)]
    return ChatResult(generations=generations, llm_output=output if "token_usage" in output else None)
