"""Interlock as a LlamaIndex LLM: every entry point, each one call of the router."""

import asyncio
import os
import pickle
from collections.abc import AsyncGenerator, Callable, Generator, Mapping, Sequence
from typing import Any, ClassVar, TypeVar

from llama_index.core.base.llms.types import (
    ChatMessage,
    ChatResponse,
    ChatResponseAsyncGen,
    ChatResponseGen,
    CompletionResponse,
    CompletionResponseAsyncGen,
    CompletionResponseGen,
    LLMMetadata,
)
from llama_index.core.bridge.pydantic import (
    ConfigDict,
    Field,
    PrivateAttr,
    ValidationError,
    field_serializer,
    field_validator,
)
from llama_index.core.constants import DEFAULT_CONTEXT_WINDOW
from llama_index.core.llms.callbacks import llm_chat_callback, llm_completion_callback
from llama_index.core.llms.function_calling import FunctionCallingLLM
from llama_index.core.llms.llm import ToolSelection
from llama_index.core.tools.types import BaseTool

from interlock import Chunk, Constraints, Message, RequestError, Router
from llama_index.llms.interlock.arguments import SETTINGS, as_fields, misfit, source_of
from llama_index.llms.interlock.asking import options
from llama_index.llms.interlock.growing import Growing
from llama_index.llms.interlock.reading import answered_by, as_messages, as_prompt, needs_disk
from llama_index.llms.interlock.rules import NAMES, RULES, Ruled
from llama_index.llms.interlock.sharing import Config, Unprinted, as_config, without_secrets
from llama_index.llms.interlock.tools import choice, first_call_alone, no_call, selections, written_tools
from llama_index.llms.interlock.writing import chat_response, completion_response, jsonable

T = TypeVar("T")

_NAME = "interlock"
_UNLIMITED = -1  # core then leaves room as it sees fit
_ROUTING = ("model", "task", "constraints", *RULES, "demands", "ensemble", "rescue", "timeout")
_STANDING = (*_ROUTING, "settings", *SETTINGS, "additional_kwargs")


class Interlock(FunctionCallingLLM, Ruled):
    """Many models as one, wherever LlamaIndex takes an LLM.

    `config` is a path, a mapping or nothing, as in `Router.from_config`; `router` is a router to share. By
    position stands a model, or a configuration: a mapping, a path, or a text that ends in .yaml or .yml.
    Fields hold for every call. A call's keywords win over them (`llm.chat(messages, task="quantitative")`),
    but its constraints tighten theirs. Every response says who answered, why, and what was tried under
    `additional_kwargs["interlock"]`, and in `raw`.

    `api_key`, `max_retries` and `reuse_client`, which programs hand to LLMs of one vendor, are taken and left
    unused: a router's deployments have keys, retries and connections of their own.

    Raises:
        ConfigError: the configuration cannot be used.
        RequestError: an argument that there is none of, that the configuration says instead, or whose value
            cannot be used.
        ValueError: both a configuration and a router, or another router than that it was written down with.
    """

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    config: Config | None = Field(default=None, repr=False, description="Where the router comes from.")
    digest: str = Field(default="", description="The router's; two that may answer differently differ in it.")
    model: str | None = Field(default=None, description="A card or deployment id: narrows, never adds.")
    task: str | None = Field(default=None, description="Overrides classification.")
    constraints: dict[str, Any] = Field(default_factory=dict, description="Hard rules for every call.")
    demands: list[str] | None = Field(default=None, description="What to rank by, such as low_latency.")
    ensemble: str | dict[str, Any] | None = Field(
        default=None, description="An ensemble by its name, or one written out."
    )
    rescue: str | None = Field(default=None, description="What a broken stream does.")
    timeout: float | None = Field(default=None, description="Seconds for a call; only tightens.")

    temperature: float | None = Field(default=None, description="None leaves the vendor's default.")
    top_p: float | None = None
    top_k: int | None = None
    max_tokens: int | None = Field(default=None, description="The most tokens to generate.")
    stop: list[str] = Field(default_factory=list, description="Strings that end an answer.")
    seed: int | None = None
    presence_penalty: float | None = None
    frequency_penalty: float | None = None
    logprobs: int | None = Field(default=None, description="How many alternatives of each token.")
    reasoning_effort: str | None = None
    reasoning_tokens: int | None = None
    parallel_tool_calls: bool | None = None
    user: str | None = None
    extra: dict[str, Any] | None = Field(default=None, description="Fields of the vendor's own.")
    settings: dict[str, Any] = Field(default_factory=dict, description="Any of these, as a mapping.")
    additional_kwargs: dict[str, Any] = Field(default_factory=dict, description="Any of these, or `extra`'s.")
    strict: bool | None = Field(default=None, description="Whether tools' arguments are held to a schema.")
    record_metadata: dict[str, str] = Field(default_factory=dict, description="Kept in every record.")
    context_window: int | None = Field(default=None, description="Tokens, in place of the window worked out.")

    max_retries: int | None = Field(default=None, description="Left unused.")
    reuse_client: bool | None = Field(default=None, description="Left unused.")
    # What programs hand on to a client of the vendor's, which then looks in the environment.
    api_key: ClassVar[None] = None
    api_base: ClassVar[None] = None
    default_headers: ClassVar[None] = None

    _router: Router = PrivateAttr()
    _lent: bool = PrivateAttr(default=False)

    def __init__(
        self,
        source: "str | os.PathLike[str] | Mapping[str, Any] | None" = None,
        /,
        *,
        config: "str | os.PathLike[str] | Mapping[str, Any] | None" = None,
        router: Router | None = None,
        **fields: Any,
    ) -> None:
        found, model = source_of(source)
        if found is not None and config is not None:
            raise RequestError("give one configuration, by position or as config=", key="config")
        config = config if found is None else found
        if model is not None and fields.setdefault("model", model) != model:
            raise RequestError(f"give one model, {model!r} or {fields['model']!r}", key="model")
        if config is not None and router is not None:
            raise ValueError("give config or router, not both")
        fields.pop("class_name", None)  # a field of what is written down, for whoever chooses the class
        fields = as_fields(fields, type(self).model_fields)
        try:
            super().__init__(config=as_config(config), **fields)
        except ValidationError as error:
            raise misfit(error) from None
        if isinstance(self.config, dict):
            # Whoever prints an LLM's variables, as reports of errors do, prints no key.
            self.__dict__["config"] = Unprinted(self.config)
        self._lent = router is not None
        self._router = router if router is not None else Router.from_config(config)
        # A mapping or a path says itself what it stands for; nothing stands for whatever is found here.
        if self.digest and config is None and self.digest != self._router.digest:
            raise ValueError(
                f"this was written down with the router {self.digest}, and the one found here is "
                f"{self._router.digest}; give config= or router="
            )
        self.digest = self._router.digest
        self._router.decide("", **self._asked({}))

    @field_validator("constraints", mode="before")
    @classmethod
    def _read_constraints(cls, value: Any) -> Any:
        return jsonable(value) if isinstance(value, Constraints | Mapping) else value or {}

    @field_validator(*NAMES, "demands", "stop", mode="before")
    @classmethod
    def _read_names(cls, value: Any) -> Any:
        if isinstance(value, str):
            return [value]
        return sorted(value) if isinstance(value, set | frozenset) else value

    @field_serializer("config")
    def _share_config(self, config: Config | None) -> Config | None:
        return without_secrets(config)

    @classmethod
    def class_name(cls) -> str:
        return "interlock_llm"

    @property
    def router(self) -> Router:
        """The live router, for its other verbs and for closing it."""
        return self._router

    @property
    def metadata(self) -> LLMMetadata:
        return LLMMetadata(
            context_window=self.context_window or self._window(),
            num_output=self.max_tokens or _UNLIMITED,
            is_chat_model=True,
            is_function_calling_model=True,  # a provider emulates tools where its model has none
            model_name=self.model or _NAME,
        )

    def to_payload(self) -> dict[str, Any]:
        """What every event says of this LLM; without the window, which takes a decision to work out."""
        shown = ("digest", "model", "task", "constraints", "temperature", "max_tokens")
        return {
            "class_name": self.class_name(),
            "model_name": self.model or _NAME,
            **{name: value for name in shown if (value := getattr(self, name)) is not None},
        }

    @llm_chat_callback()
    def chat(self, messages: Sequence[ChatMessage], **kwargs: Any) -> ChatResponse:
        read = as_messages(messages)
        response = self._router.complete_sync(read, **self._asked(kwargs, messages))
        return chat_response(response, self._router)

    @llm_chat_callback()
    def stream_chat(self, messages: Sequence[ChatMessage], **kwargs: Any) -> ChatResponseGen:
        return self._steps(as_messages(messages), self._asked(kwargs, messages), Growing(self._router).chat)

    @llm_chat_callback()
    async def achat(self, messages: Sequence[ChatMessage], **kwargs: Any) -> ChatResponse:
        read = await _read(messages)
        response = await self._router.complete(read, **self._asked(kwargs, messages))
        return chat_response(response, self._router)

    @llm_chat_callback()
    async def astream_chat(self, messages: Sequence[ChatMessage], **kwargs: Any) -> ChatResponseAsyncGen:
        read = await _read(messages)
        return self._asteps(read, self._asked(kwargs, messages), Growing(self._router).chat)

    @llm_completion_callback()
    def complete(self, prompt: str, formatted: bool = False, **kwargs: Any) -> CompletionResponse:
        read = as_messages([self._prompt(prompt, formatted, kwargs)])
        response = self._router.complete_sync(read, **self._asked(kwargs))
        return completion_response(response, self._router)

    @llm_completion_callback()
    def stream_complete(self, prompt: str, formatted: bool = False, **kwargs: Any) -> CompletionResponseGen:
        read = as_messages([self._prompt(prompt, formatted, kwargs)])
        return self._steps(read, self._asked(kwargs), Growing(self._router).completion)

    @llm_completion_callback()
    async def acomplete(self, prompt: str, formatted: bool = False, **kwargs: Any) -> CompletionResponse:
        read = await _read([self._prompt(prompt, formatted, kwargs)])
        response = await self._router.complete(read, **self._asked(kwargs))
        return completion_response(response, self._router)

    @llm_completion_callback()
    async def astream_complete(
        self, prompt: str, formatted: bool = False, **kwargs: Any
    ) -> CompletionResponseAsyncGen:
        read = await _read([self._prompt(prompt, formatted, kwargs)])
        return self._asteps(read, self._asked(kwargs), Growing(self._router).completion)

    def get_tool_calls_from_response(
        self,
        response: ChatResponse,
        error_on_no_tool_call: bool = True,
        **kwargs: Any,  # noqa: ARG002 - core's signature
    ) -> list[ToolSelection]:
        """Raises ValueError, as core expects it, when there is no call and one was needed."""
        found = selections(response)
        if not found and error_on_no_tool_call:
            raise ValueError(no_call(response))
        return found

    def _prepare_chat_with_tools(  # noqa: PLR0917 - core's signature
        self,
        tools: Sequence[BaseTool],
        user_msg: str | ChatMessage | None = None,
        chat_history: list[ChatMessage] | None = None,
        verbose: bool = False,  # noqa: ARG002 - core's signature
        allow_parallel_tool_calls: bool = False,
        tool_required: bool = False,
        tool_choice: Any = None,
        strict: bool | None = None,
        **kwargs: Any,
    ) -> dict[str, Any]:
        """The keywords of `chat`, or of any of its kin."""
        prepared = kwargs | {"messages": [*(chat_history or ()), *_user(user_msg)]}
        if tools:
            prepared["tools"] = written_tools(tools, strict=self.strict if strict is None else strict)
            prepared["tool_choice"] = choice(tool_choice, required=tool_required)
            prepared["parallel_tool_calls"] = allow_parallel_tool_calls
        return prepared

    def _validate_chat_with_tools_response(
        self,
        response: ChatResponse,
        tools: Sequence[BaseTool],  # noqa: ARG002 - core's signature
        allow_parallel_tool_calls: bool = False,
        **kwargs: Any,  # noqa: ARG002 - core's signature
    ) -> ChatResponse:
        return response if allow_parallel_tool_calls else first_call_alone(response)

    def _asked(self, given: Mapping[str, Any], messages: Sequence[ChatMessage] = ()) -> dict[str, Any]:
        standing = {name: getattr(self, name) for name in _STANDING}
        standing |= {"metadata": self.record_metadata, "stop": self.stop or None}
        asked = options(standing, given)
        if "prefer" not in asked and (deployment := answered_by(messages)) is not None:
            asked["prefer"] = deployment  # a tool loop stays with the model that asked for the tools
        return asked

    def _prompt(self, prompt: str, formatted: bool, kwargs: dict[str, Any]) -> ChatMessage:
        images = kwargs.pop("image_documents", None) or ()
        if not formatted and self.completion_to_prompt is not None:
            prompt = self.completion_to_prompt(prompt)
        return as_prompt(prompt, images)

    def _steps(
        self, read: tuple[Message, ...], asked: dict[str, Any], step: Callable[[Chunk], T]
    ) -> Generator[T, None, None]:
        stream = self._router.stream_sync(read, **asked)

        def steps() -> Generator[T, None, None]:
            with stream:
                for chunk in stream:
                    if chunk.progress is None:
                        yield step(chunk)

        return steps()

    def _asteps(
        self, read: tuple[Message, ...], asked: dict[str, Any], step: Callable[[Chunk], T]
    ) -> AsyncGenerator[T, None]:
        stream = self._router.stream(read, **asked)

        async def steps() -> AsyncGenerator[T, None]:
            async with stream:
                async for chunk in stream:
                    if chunk.progress is None:
                        yield step(chunk)

        return steps()

    def _window(self) -> int:
        """The smallest window of all that may answer, so that what is packed to it fits whoever does."""
        known = self._router.deployments
        shortlist = self._router.decide("", **self._asked({})).shortlist
        able = [candidate.deployment for candidate in shortlist] or list(known)
        windows = [window for name in able if (window := known[name].card.context_window) is not None]
        return min(windows, default=DEFAULT_CONTEXT_WINDOW)

    def __getstate__(self) -> dict[Any, Any]:
        if self._lent:
            raise TypeError("a live router is not pickled; make the LLM with config= instead of router=")
        fields = {name: value for name, value in self.__dict__.items() if _pickles(value)}
        return {"__dict__": fields | {"config": without_secrets(self.config)}}

    def __setstate__(self, state: dict[Any, Any]) -> None:
        self.__init__(**state["__dict__"])  # type: ignore[misc]  # a pickle is made anew, router and all


async def _read(messages: Sequence[ChatMessage]) -> tuple[Message, ...]:
    return await asyncio.to_thread(as_messages, messages) if needs_disk(messages) else as_messages(messages)


def _user(message: str | ChatMessage | None) -> list[ChatMessage]:
    if message is None:
        return []
    return [ChatMessage(role="user", content=message) if isinstance(message, str) else message]


def _pickles(value: object) -> bool:
    """Callbacks and parsers may hold anything; what cannot be pickled is made anew."""
    try:
        pickle.dumps(value)
    except (pickle.PicklingError, TypeError, AttributeError):
        return False
    return True
