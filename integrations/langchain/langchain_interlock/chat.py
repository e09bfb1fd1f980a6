"""ChatInterlock: a chat model that is a router, with everything that LangChain's chat models do."""

import inspect
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, Self, TypeVar, cast

from langchain_core.callbacks import AsyncCallbackManagerForLLMRun, CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel, LangSmithParams, LanguageModelInput, ModelProfile
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage
from langchain_core.outputs import ChatGenerationChunk, ChatResult, LLMResult
from langchain_core.runnables import Runnable, RunnableConfig, ensure_config
from langchain_core.tools import BaseTool
from langchain_core.utils.uuid import uuid7
from pydantic import BaseModel, ConfigDict, Field, field_serializer, field_validator, model_validator

from langchain_interlock.deferred import deferred
from langchain_interlock.tracing import Traced

if TYPE_CHECKING:
    from interlock import Router
    from langchain_interlock import (
        bare,
        borrowed,
        calls,
        messages_in,
        plain,
        profiles,
        routers,
        serving,
        structured,
    )
    from langchain_interlock import tools as tools_
else:
    Router = Any  # `_wire` sees to it that it is one
    bare, borrowed, calls, messages_in, plain = deferred("bare", "borrowed", "calls", "messages_in", "plain")
    profiles, routers, serving, structured = deferred("profiles", "routers", "serving", "structured")
    (tools_,) = deferred("tools")

F = TypeVar("F", bound=Callable[..., Any])


def _signed(function: F) -> F:
    """With its signature at hand: LangChain asks for it at every call, and Python works it out each time."""
    vars(function)["__signature__"] = inspect.signature(function)
    return function


class ChatInterlock(Traced, BaseChatModel):
    """A router as a chat model.

    Give a configuration (a path, a mapping, or nothing for the router's own search) or a router. Every other
    field is a default for the calls, which may be overridden by call, by `.bind(…)` and by the run's
    `metadata["interlock"]`; constraints add up instead, since a call can only tighten them. `timeout` is the
    seconds for a call, and only tightens the router's.

    Arguments of other chat models are taken under their names where they mean something here (`model_name`,
    `max_completion_tokens`, `reasoning`, `service_tier`, …). `api_key` and `max_retries` are taken and left
    unused, since a router's deployments have keys and retries of their own; what says where calls go, such as
    `base_url`, is refused, and the error names the configuration's key.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True, defer_build=True, hide_input_in_errors=True)

    config: str | dict[str, Any] | None = Field(default=None, repr=False)
    router: Router | None = Field(default=None, exclude=True, repr=False)

    model: str | None = None
    task: str | None = None
    ensemble: str | dict[str, Any] | None = None
    rescue: str | None = None
    timeout: float | None = None
    constraints: dict[str, Any] | None = None
    residency: list[str] | None = None
    storage: list[str] | None = None
    on_premise: bool | None = None
    deny_vendors: list[str] | None = None
    deny_laws: list[str] | None = None
    sensitivity: list[str] | None = None
    demands: list[str] | None = None

    temperature: float | None = None
    top_p: float | None = None
    top_k: int | None = None
    max_tokens: int | None = None
    stop: list[str] | None = None
    seed: int | None = None
    presence_penalty: float | None = None
    frequency_penalty: float | None = None
    logprobs: int | None = None
    reasoning_effort: str | None = None
    reasoning_tokens: int | None = None
    parallel_tool_calls: bool | None = None
    user: str | None = None
    extra: dict[str, Any] | None = None

    # None and not False: LangChain takes a False that was set by anybody for a wish never to stream.
    streaming: bool | None = None

    @model_validator(mode="before")
    @classmethod
    def _wire(cls, values: dict[str, Any]) -> dict[str, Any]:
        """The router before anything else: what is wrong with a configuration is said as ConfigError."""
        given = borrowed.ours(values)
        for name in given:
            if name not in cls.model_fields:
                raise routers.unknown(name, [*cls.model_fields, *borrowed.NAMES])
        given["config"], given["router"] = routers.wire(given.get("config"), given.get("router"))
        return given

    @field_validator("constraints", mode="before")
    @classmethod
    def _constraints(cls, value: object) -> object:
        return plain.constraints_as_mapping(value)

    @field_serializer("config")
    def _config(self, value: Any) -> Any:
        return bare.without_secrets(value)

    @field_validator(
        *("residency", "storage", "deny_vendors", "deny_laws", "sensitivity", "demands", "stop"),
        mode="before",
    )
    @classmethod
    def _names(cls, value: object) -> object:
        if isinstance(value, str):
            return [value]
        return sorted(value) if isinstance(value, (set, frozenset)) else value

    @model_validator(mode="after")
    def _checked(self) -> Self:
        if isinstance(self.config, dict):
            # Whoever prints a model's variables, as reports of errors do, prints no key.
            self.__dict__["config"] = bare.Unprinted(self.config)
        calls.call_of(self, self._router, None, stop=None, run_manager=None, kwargs={})
        return self

    @property
    def digest(self) -> str:
        """The router's: a short hash of all that decides what answers."""
        return self._router.digest

    @property
    def _router(self) -> Router:
        return cast("Router", self.router)

    # What code that was written for other chat models reads and sets.

    @property
    def model_name(self) -> str | None:
        """The same as `model`; None leaves the choice to the router."""
        return self.model

    @property
    def request_timeout(self) -> float | None:
        """The same as `timeout`, in seconds."""
        return self.timeout

    @property
    def max_retries(self) -> int | None:
        """None: each deployment has retries of its own."""
        return None

    @property
    def model_kwargs(self) -> dict[str, Any]:
        """The vendor's own fields, which are `extra` here."""
        return dict(self.extra or {})

    @property
    def n(self) -> int:
        """How many answers a call has."""
        return 1

    def configurable_fields(self, **kwargs: Any) -> Any:
        """As the base's; `model_name` may be said for `model`, and `request_timeout` for `timeout`."""
        for theirs, name in (("model_name", "model"), ("request_timeout", "timeout")):
            if theirs in kwargs:
                kwargs[name] = kwargs.pop(theirs)
        return super().configurable_fields(**kwargs)

    def _combine_llm_outputs(self, llm_outputs: list[dict[str, Any] | None]) -> dict[str, Any]:
        return serving.together(llm_outputs)

    # What LangChain asks about the model.

    @property
    def _llm_type(self) -> str:
        return "interlock"

    @property
    def _identifying_params(self) -> Mapping[str, Any]:
        """All that may change an answer, which makes it the key of caches."""
        own = self.__dict__
        given = {name: value for name in calls.OPTIONS if (value := own.get(name)) is not None}
        return {"digest": self._router.digest, **given}

    def _get_llm_string(self, stop: list[str] | None = None, **kwargs: Any) -> str:
        return plain.cache_key(
            {**self._identifying_params, "_type": self._llm_type, **kwargs, "stop_call": stop}
        )

    def _get_invocation_params(self, stop: list[str] | None = None, **kwargs: Any) -> dict[str, Any]:
        """What the base says, without its detour through a method that it has deprecated."""
        return {**self.asdict(), "stop": stop, **kwargs}

    def _get_ls_params(self, stop: list[str] | None = None, **kwargs: Any) -> LangSmithParams:
        params = super()._get_ls_params(stop=stop or self.stop, **kwargs)
        params["ls_provider"] = "interlock"
        params.setdefault("ls_model_name", "router")
        return params

    def _resolve_model_profile(self) -> ModelProfile | None:
        return profiles.profile_of(self._router, self.model)

    @classmethod
    def is_lc_serializable(cls) -> bool:
        return True

    @classmethod
    def get_lc_namespace(cls) -> list[str]:
        return ["langchain_interlock"]

    def to_json(self) -> Any:
        """Without a live router and without keys: a literal key becomes `env:<DEPLOYMENT>_API_KEY`."""
        if not routers.is_own(self._router):
            return self.to_json_not_implemented()
        written = super().to_json()
        if written["type"] == "constructor" and "config" in written["kwargs"]:
            written["kwargs"]["config"] = bare.without_secrets(written["kwargs"]["config"])
        return written

    # Tokens, by the router's own estimate: nothing is downloaded.

    def get_token_ids(self, text: str) -> list[int]:
        if self.custom_get_token_ids is None:
            raise NotImplementedError(
                "the models behind a router have vocabularies of their own; use get_num_tokens, "
                "or set custom_get_token_ids"
            )
        return self.custom_get_token_ids(text)

    def get_num_tokens(self, text: str) -> int:
        if self.custom_get_token_ids is not None:
            return len(self.custom_get_token_ids(text))
        return self._router.count_tokens(text)

    def get_num_tokens_from_messages(
        self, messages: list[BaseMessage], tools: Sequence[Any] | None = None
    ) -> int:
        if self.custom_get_token_ids is not None:
            return super().get_num_tokens_from_messages(messages, tools)
        if not messages:
            return 0
        return self._router.count_tokens(
            messages_in.messages_in(messages), tools=tools_.openai_tools(tools or ())
        )

    # Tools and structured output.

    def bind_tools(
        self,
        tools: Sequence[dict[str, Any] | type | Callable[..., Any] | BaseTool],
        *,
        tool_choice: str | bool | dict[str, Any] | None = None,
        strict: bool | None = None,
        **kwargs: Any,
    ) -> Runnable[LanguageModelInput, AIMessage]:
        """Offer tools, in any of LangChain's forms, to whichever model answers.

        `tool_choice`: auto, none, any or required, a tool's name, a bool, or a vendor's mapping.
        """
        bound = tools_.openai_tools(tools, strict=strict)
        choice = tools_.choice_of(tool_choice, bound)
        if choice is not None:
            kwargs["tool_choice"] = choice
        return self.bind(tools=bound, **kwargs)

    def with_structured_output(
        self,
        schema: dict[str, Any] | type | None = None,
        *,
        include_raw: bool = False,
        method: Literal["json_schema", "function_calling", "json_mode"] = "json_schema",
        strict: bool | None = None,
        **kwargs: Any,
    ) -> Runnable[LanguageModelInput, dict[str, Any] | BaseModel]:
        """Answers as instances of a schema: pydantic (2 or 1), a TypedDict or a JSON schema.

        With `json_schema` the router holds the answer to the schema, has it mended once and falls back.
        """
        return structured.structured(
            self, schema, include_raw=include_raw, method=method, strict=strict, bound=kwargs
        )

    # Calls. The run's metadata steers too; as an argument it reaches caches and streams.

    def generate(
        self,
        messages: list[list[BaseMessage]],
        stop: list[str] | None = None,
        callbacks: Any = None,
        *,
        metadata: dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> LLMResult:
        kwargs = _steered(kwargs, metadata, callbacks)
        return super().generate(messages, stop, callbacks, metadata=metadata, **kwargs)

    async def agenerate(
        self,
        messages: list[list[BaseMessage]],
        stop: list[str] | None = None,
        callbacks: Any = None,
        *,
        metadata: dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> LLMResult:
        kwargs = _steered(kwargs, metadata, callbacks)
        return await super().agenerate(messages, stop, callbacks, metadata=metadata, **kwargs)

    def stream(
        self,
        input: LanguageModelInput,  # noqa: A002 - the base's name
        config: RunnableConfig | None = None,
        *,
        stop: list[str] | None = None,
        **kwargs: Any,
    ) -> Iterator[AIMessageChunk]:
        config, kwargs = _streamed(config, kwargs)
        return super().stream(input, config, stop=stop, **kwargs)

    def astream(
        self,
        input: LanguageModelInput,  # noqa: A002 - the base's name
        config: RunnableConfig | None = None,
        *,
        stop: list[str] | None = None,
        **kwargs: Any,
    ) -> AsyncIterator[AIMessageChunk]:
        config, kwargs = _streamed(config, kwargs)
        return super().astream(input, config, stop=stop, **kwargs)

    @_signed
    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        return serving.generate(self, messages, stop, run_manager, kwargs)

    @_signed
    async def _agenerate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        return await serving.agenerate(self, messages, stop, run_manager, kwargs)

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> Iterator[ChatGenerationChunk]:
        return serving.stream(self, messages, stop, run_manager, kwargs)

    def _astream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> AsyncIterator[ChatGenerationChunk]:
        return serving.astream(self, messages, stop, run_manager, kwargs)


def _steered(kwargs: dict[str, Any], metadata: Mapping[str, Any] | None, callbacks: Any) -> dict[str, Any]:
    """The arguments with the run's steering among them, its own or inherited from what calls this run."""
    for source in (metadata, getattr(callbacks, "metadata", None)):
        if source and calls.METADATA in source:
            return {**kwargs, calls.METADATA: source[calls.METADATA]}
    return kwargs


def _streamed(config: RunnableConfig | None, kwargs: dict[str, Any]) -> tuple[RunnableConfig, dict[str, Any]]:
    """A stream is given no run manager: its run's id and steering go along as arguments."""
    config = ensure_config(config)
    config["run_id"] = run_id = config.get("run_id") or uuid7()
    kwargs = _steered(kwargs, config.get("metadata"), config.get("callbacks"))
    return config, {**kwargs, calls.RUN_ID: str(run_id)}
