"""One tool of LangChain's, each call of which is an effect."""

from functools import cached_property
from typing import Any

from langchain_core.tools import BaseTool, InjectedToolArg
from pydantic import Field

from interlock import RequestError
from langchain_interlock.accounted_call import Call
from langchain_interlock.accounted_connector import ConnectorCall
from langchain_interlock.connector_tool import NOT_RUN, ConnectorTool
from langchain_interlock.interrupting import answered


class EffectKey(InjectedToolArg):
    """Annotates the argument that is given the effect's key: `key: Annotated[str, EffectKey]`.

    The model does not see it. It is the same however often the call is sent: what a service takes as an
    idempotency key.
    """


class AccountedTool(BaseTool):
    """Looks like the tool inside, and is what `accounted` makes of it."""

    inner: Any
    accounts: Any = Field(exclude=True, repr=False)
    declared: Any = Field(exclude=True, repr=False)
    run_name: str | None = None
    key_arguments: tuple[str, ...] = ()

    @classmethod
    def over(cls, inner: BaseTool, accounts: Any, declared: Any, *, run: str | None) -> "AccountedTool":
        """The tool, with each call in the accounts' ledger.

        Raises:
            RequestError: it is one already.
        """
        if isinstance(inner, AccountedTool):
            raise RequestError("it is accounted for already", key=f"tools.{inner.name}")
        return cls(
            name=inner.name,
            description=inner.description,
            args_schema=inner.args_schema or inner.get_input_schema(),
            return_direct=inner.return_direct,
            response_format=inner.response_format,
            tags=inner.tags,
            metadata=inner.metadata,
            extras=inner.extras,
            inner=inner,
            accounts=accounts,
            declared=declared,
            run_name=run,
            key_arguments=_named(inner, EffectKey),
        )

    @property
    def func(self) -> Any:
        """The function inside, whose annotations say what LangGraph injects."""
        return getattr(self.inner, "func", None)

    @property
    def coroutine(self) -> Any:
        """The same of a tool that is async."""
        return getattr(self.inner, "coroutine", None)

    @cached_property
    def injected(self) -> frozenset[str]:
        """The names of arguments that are not the model's."""
        inner: BaseTool = self.inner
        return inner._injected_args_keys | set(_named(self.inner, InjectedToolArg))  # noqa: SLF001 - no other way

    def _call(self, tool_input: Any, config: Any, id_: str | None) -> Call | None:
        """None for a connector's tool, whose toolbox has to be asked first."""
        return None if isinstance(self.inner, ConnectorTool) else Call(self, tool_input, config, id_)

    def _run(self, *_: Any, **__: Any) -> Any:
        raise NotImplementedError("`run` goes to the ledger")

    def run(
        self, tool_input: Any, *args: Any, config: Any = None, tool_call_id: str | None = None, **more: Any
    ) -> Any:
        """As `BaseTool.run`; the tool inside is run once, by whatever process."""
        from interlock_agents.accounting import run_blocking  # noqa: PLC0415 - an extra

        more |= {"config": config, "tool_call_id": tool_call_id}
        problem = ""
        call = self._call(tool_input, config, tool_call_id)
        if call is None:
            try:
                call = run_blocking(ConnectorCall.of(self, tool_input, config, tool_call_id))
            except NOT_RUN as error:
                return self.inner.refused(error, tool_call_id)
        if call.passes:
            return self.inner.run(tool_input, *args, **more)
        act = call.acting(args, more, threaded=True)
        while True:
            ended = run_blocking(call.perform(act))
            if (told := call.over(ended)) is not None:
                return told
            said = answered(ended, config, problem)
            problem = run_blocking(self.accounts.answer(ended, said))

    async def arun(
        self, tool_input: Any, *args: Any, config: Any = None, tool_call_id: str | None = None, **more: Any
    ) -> Any:
        """As `BaseTool.arun`; the tool inside is run once, by whatever process."""
        more |= {"config": config, "tool_call_id": tool_call_id}
        problem = ""
        call = self._call(tool_input, config, tool_call_id)
        if call is None:
            try:
                call = await ConnectorCall.of(self, tool_input, config, tool_call_id)
            except NOT_RUN as error:
                return self.inner.refused(error, tool_call_id)
        if call.passes:
            return await self.inner.arun(tool_input, *args, **more)
        act = call.acting(args, more, threaded=False)
        while True:
            ended = await call.perform(act)
            if (told := call.over(ended)) is not None:
                return told
            said = answered(ended, config, problem)
            problem = await self.accounts.answer(ended, said)


def _named(tool: BaseTool, marker: type) -> tuple[str, ...]:
    """The arguments that are annotated with the marker, or with an instance or a kind of it."""
    schema = tool.args_schema
    fields = getattr(schema, "model_fields", {})
    return tuple(name for name, field in fields.items() if any(_is(each, marker) for each in field.metadata))


def _is(each: Any, marker: type) -> bool:
    return isinstance(each, marker) or (isinstance(each, type) and issubclass(each, marker))
