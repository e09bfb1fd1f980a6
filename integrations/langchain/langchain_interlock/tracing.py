"""A run's span as the parent of its call, where an instrumentor keeps it to itself.

OpenInference's and Traceloop's instrumentors make a span for each run of a model and do not leave it current.
Others do, and then there is nothing to find.
"""

import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractContextManager, aclosing, contextmanager, nullcontext
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

from langchain_core.messages import AIMessageChunk
from langchain_core.outputs import ChatResult
from langchain_core.runnables.config import RunnableConfig, ensure_config

# No model at run time: pydantic takes milliseconds for each class of models, and this one has no fields.
if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel as _Chat
else:
    _Chat = object

_OPENINFERENCE = "openinference.instrumentation.langchain"
_TRACELOOP = "opentelemetry.instrumentation.langchain"
_NOTHING: AbstractContextManager[None] = nullcontext()
_END: Any = object()

# LangChain streams without saying for which run. Set only while a step is awaited, never across a `yield`.
_run: ContextVar[tuple[UUID, Any] | None] = ContextVar("_run", default=None)


def parent_of(run_manager: Any) -> AbstractContextManager[Any]:
    """Makes the span of the run current, if it can be found and is not current already."""
    if not _instrumented():
        return _NOTHING
    run = _run.get() if run_manager is None else (run_manager.run_id, run_manager)
    span = None if run is None else (_openinference(run[0]) or _traceloop(*run))
    if span is None:
        return _NOTHING
    return _below(span)


@contextmanager
def _below(span: Any) -> Iterator[None]:
    """Makes a run's span current, and says that it counts the run's tokens itself."""
    from opentelemetry import context, trace  # noqa: PLC0415 - there whenever an instrumentor is

    counted = context.set_value("interlock.tokens_counted", True)
    token = context.attach(trace.set_span_in_context(span, counted))
    try:
        yield
    finally:
        context.detach(token)


def _instrumented() -> bool:
    return _OPENINFERENCE in sys.modules or _TRACELOOP in sys.modules


def _openinference(run: UUID) -> Any:
    module: Any = sys.modules.get(_OPENINFERENCE)
    if module is None:
        return None
    instrumentor = module.LangChainInstrumentor()
    return instrumentor.get_span(run) if instrumentor.is_instrumented_by_opentelemetry else None


def _traceloop(run: UUID, run_manager: Any) -> Any:
    for each in getattr(run_manager, "handlers", ()):
        if type(each).__module__.startswith(_TRACELOOP):
            holder = getattr(each, "spans", {}).get(run)
            return getattr(holder, "span", None)
    return None


@contextmanager
def _running(run: UUID, run_manager: Any) -> Iterator[None]:
    token = _run.set((run, run_manager))
    try:
        yield
    finally:
        _run.reset(token)


class Traced(_Chat):
    """Goes before BaseChatModel: a chat model that knows which run it streams for."""

    def stream(
        self,
        input: Any,  # noqa: A002 - LangChain's name
        config: RunnableConfig | None = None,
        **kwargs: Any,
    ) -> Iterator[AIMessageChunk]:
        """As the base's; the call's span is below the run's, where an instrumentor keeps that to itself."""
        if not _instrumented():
            return super().stream(input, config, **kwargs)
        config, run = _numbered(config)
        return _begun(super().stream(input, config, **kwargs), run)

    def astream(
        self,
        input: Any,  # noqa: A002 - LangChain's name
        config: RunnableConfig | None = None,
        **kwargs: Any,
    ) -> AsyncIterator[AIMessageChunk]:
        """As `stream`."""
        if not _instrumented():
            return super().astream(input, config, **kwargs)
        config, run = _numbered(config)
        return _abegun(super().astream(input, config, **kwargs), run)

    def _generate_with_cache(
        self, messages: Any, stop: Any = None, run_manager: Any = None, **kwargs: Any
    ) -> ChatResult:
        if run_manager is None or not _instrumented():
            return super()._generate_with_cache(messages, stop, run_manager, **kwargs)
        with _running(run_manager.run_id, run_manager):
            return super()._generate_with_cache(messages, stop, run_manager, **kwargs)

    async def _agenerate_with_cache(
        self, messages: Any, stop: Any = None, run_manager: Any = None, **kwargs: Any
    ) -> ChatResult:
        if run_manager is None or not _instrumented():
            return await super()._agenerate_with_cache(messages, stop, run_manager, **kwargs)
        with _running(run_manager.run_id, run_manager):
            return await super()._agenerate_with_cache(messages, stop, run_manager, **kwargs)


def _numbered(config: RunnableConfig | None) -> tuple[RunnableConfig, UUID]:
    """The configuration with an id for the run that begins with it."""
    given = ensure_config(config)
    run = given.get("run_id") or uuid4()
    return {**given, "run_id": run}, run


def _begun(chunks: Iterator[AIMessageChunk], run: UUID) -> Iterator[AIMessageChunk]:
    """The run begins with its first step, and so does the call."""
    with _running(run, None):
        first = next(chunks, _END)
    if first is not _END:
        yield first
        yield from chunks


async def _abegun(chunks: Any, run: UUID) -> AsyncIterator[AIMessageChunk]:
    async with aclosing(chunks):
        with _running(run, None):
            first = await anext(chunks, _END)
        if first is not _END:
            yield first
            async for chunk in chunks:
                yield chunk
