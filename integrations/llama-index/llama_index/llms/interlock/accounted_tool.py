"""One tool of LlamaIndex's, each call of which is an effect."""

import inspect
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

from llama_index.core.bridge.pydantic import create_model
from llama_index.core.tools import AsyncBaseTool, BaseTool, FunctionTool, ToolMetadata, ToolOutput
from llama_index.core.tools.types import adapt_to_async_tool
from llama_index.core.workflow import Context

from interlock import RequestError, ToolOutcome
from llama_index.llms.interlock.accounted_call import Call
from llama_index.llms.interlock.accounted_connector import ConnectorCall
from llama_index.llms.interlock.answers import answered, taken
from llama_index.llms.interlock.connector_tool import NOT_RUN, ConnectorTool
from llama_index.llms.interlock.places import in_step, spot_of


class EffectKey:
    """Annotates the argument that is given the effect's key: `key: Annotated[str, EffectKey]`.

    The model does not see it. It is the same however often the call is sent: what a service takes as an
    idempotency key.
    """


class AccountedTool(AsyncBaseTool):
    """Looks like the tool inside, and is what `accounted` makes of it."""

    def __init__(self, inner: BaseTool, accounts: Any, declared: Any, *, waits: bool) -> None:
        """`declared` says what the tool does, `waits` whether a workflow waits for a person.

        Raises:
            RequestError: it is accounted for already.
        """
        if isinstance(inner, AccountedTool):
            raise RequestError("it is accounted for already", key=f"tools.{inner.metadata.get_name()}")
        self.inner = adapt_to_async_tool(inner)
        self.accounts = accounts
        self.declared = declared
        self.waits = waits
        self.key_arguments = keyed(inner.real_fn) if isinstance(inner, FunctionTool) else ()
        self._metadata = _without(inner.metadata, self.key_arguments)

    @property
    def metadata(self) -> ToolMetadata:
        return self._metadata

    def call(self, *args: Any, **kwargs: Any) -> ToolOutput:
        """Outside a workflow: the tool inside is run once, by whatever process.

        Raises:
            RequestError: a workflow's step has to await `acall`, or nobody says which run it belongs to.
            ApprovalNeeded: nobody has approved it. Nothing was run.
            EffectOpen: nobody knows what has come of it.
        """
        from interlock_agents.accounting import run_blocking  # noqa: PLC0415 - an extra

        if isinstance(self.inner, ConnectorTool):
            if in_step():
                raise self._awaited()
            return run_blocking(self._connected(self.inner, args, kwargs))
        call = Call(self, args, kwargs)
        if call.passes:
            return self.inner.call(*args, **self._given(kwargs, ""))
        if in_step():
            raise self._awaited()
        return run_blocking(self._accounted(call, args, kwargs))

    async def acall(self, *args: Any, **kwargs: Any) -> ToolOutput:
        """The tool inside is run once, by whatever process.

        Raises:
            RequestError: nobody says which run it belongs to.
            ApprovalNeeded: nobody has approved it, and nothing waits for that. Nothing was run.
            EffectOpen: nobody knows what has come of it, and nothing waits for whoever does.
        """
        if isinstance(self.inner, ConnectorTool):
            return await self._connected(self.inner, args, kwargs)
        call = Call(self, args, kwargs)
        if call.passes:
            return await self.inner.acall(*args, **self._given(kwargs, ""))
        return await self._accounted(call, args, kwargs)

    async def _connected(
        self, inner: ConnectorTool, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> ToolOutput:
        asked = inner.call_of(args, kwargs)
        try:
            call = await ConnectorCall.of(self, asked)
        except NOT_RUN as error:
            return inner.refused(error, asked)
        if call.passes:
            return await inner.acall(**kwargs)

        async def act(run: Callable[[], Awaitable[ToolOutcome]]) -> ToolOutput:
            return await inner.acting(run).acall(**kwargs)

        return await self._settled(call, act)

    async def _accounted(self, call: Call, args: tuple[Any, ...], kwargs: dict[str, Any]) -> ToolOutput:
        call.check(self._given(kwargs, ""))

        async def act(key: str) -> ToolOutput:
            return await self.inner.acall(*args, **self._given(kwargs, key))

        return await self._settled(call, act)

    async def _settled(self, call: Call, act: Any) -> ToolOutput:
        spot = await spot_of(call.name, call.arguments)
        run, problem = spot.place.run, ""
        async with spot:
            while True:
                ended = await call.perform(spot.place, act)
                if (told := call.over(ended)) is not None:
                    return told
                said = await answered(ended, problem, run=run, waits=self.waits)
                problem = await self.accounts.answer(ended, said)
                await taken(ended, run=run)

    def _awaited(self) -> RequestError:
        return RequestError(
            "inside a workflow's step, await the tool's `acall`", key=self._metadata.get_name()
        )

    def _given(self, kwargs: dict[str, Any], key: str) -> dict[str, Any]:
        """What the tool inside is called with by name."""
        inner = self.inner
        given = kwargs | dict.fromkeys(self.key_arguments, key)
        if isinstance(inner, FunctionTool) and inner.requires_context and inner.ctx_param_name not in given:
            given |= {str(inner.ctx_param_name): Context.get_step_context()}
        return given


def keyed(function: Callable[..., Any]) -> tuple[str, ...]:
    """The arguments that are annotated with EffectKey."""
    try:
        found = inspect.signature(function, eval_str=True).parameters
    except (TypeError, ValueError):  # a callable without a signature
        return ()
    except Exception:  # noqa: BLE001 - annotations as text may name what is not there
        found = inspect.signature(function).parameters
    return tuple(name for name, each in found.items() if _marked(each.annotation))


def _marked(annotation: Any) -> bool:
    if isinstance(annotation, str):
        return EffectKey.__name__ in annotation
    marks = getattr(annotation, "__metadata__", ())
    return any(each is EffectKey or isinstance(each, EffectKey) for each in marks)


def _without(metadata: ToolMetadata, names: tuple[str, ...]) -> ToolMetadata:
    """What the model is told, but for these arguments."""
    schema = metadata.fn_schema
    if schema is None or not set(names) & set(schema.model_fields):
        return metadata
    kept: dict[str, Any] = {
        name: (about.annotation, about) for name, about in schema.model_fields.items() if name not in names
    }
    return replace(metadata, fn_schema=create_model(schema.__name__, **kept))
