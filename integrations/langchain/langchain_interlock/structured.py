"""Answers as instances of a schema, by each of LangChain's three methods."""

from operator import itemgetter
from typing import Any

from langchain_core.exceptions import OutputParserException
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage
from langchain_core.output_parsers import BaseOutputParser, JsonOutputParser, PydanticOutputParser
from langchain_core.output_parsers.openai_tools import JsonOutputKeyToolsParser, PydanticToolsParser
from langchain_core.runnables import Runnable, RunnableLambda, RunnableMap, RunnablePassthrough
from langchain_core.utils.pydantic import is_basemodel_subclass

from interlock import RequestError
from langchain_interlock.calls import INCLUDE_RAW
from langchain_interlock.output import schema_of
from langchain_interlock.tools import openai_tools

_METHODS = ("json_schema", "function_calling", "json_mode")


def structured(
    chat: BaseChatModel,
    schema: Any,
    *,
    include_raw: bool,
    method: str,
    strict: bool | None,
    bound: dict[str, Any],
) -> Runnable[Any, Any]:
    """The model, bound to the schema, and what reads its answers.

    With `include_raw`, {raw, parsed, parsing_error}: an answer that does not fit is no exception then.

    Raises:
        RequestError: the method is not known, or needs a schema and has none.
    """
    if method not in _METHODS:
        raise RequestError(f"{method!r} is none of {', '.join(_METHODS)}", key="method")
    if schema is None and method != "json_mode":
        raise RequestError(f"{method} needs a schema", key="schema")
    kwargs = {"method": method} | ({} if strict is None else {"strict": strict})
    if schema is not None:
        bound = {"ls_structured_output_format": {"kwargs": kwargs, "schema": schema}, **bound}
    if include_raw:
        bound = {INCLUDE_RAW: True, **bound}
    model, parser = (
        _called(chat, schema, strict, bound)
        if method == "function_calling"
        else (_formatted(chat, schema, method, strict, bound))
    )
    return _with_raw(model, parser) if include_raw else model | parser


def _called(
    chat: BaseChatModel, schema: Any, strict: bool | None, bound: dict[str, Any]
) -> tuple[Runnable[Any, AIMessage], Any]:
    name = openai_tools([schema])[0]["function"]["name"]
    bound.setdefault("parallel_tool_calls", False)
    model = chat.bind_tools([schema, *bound.pop("tools", ())], tool_choice=name, strict=strict, **bound)
    if _is_model(schema):
        return model, PydanticToolsParser(tools=[schema], first_tool_only=True)
    return model, JsonOutputKeyToolsParser(key_name=name, first_tool_only=True)


def _formatted(
    chat: BaseChatModel, schema: Any, method: str, strict: bool | None, bound: dict[str, Any]
) -> tuple[Runnable[Any, AIMessage], BaseOutputParser[Any]]:
    written = None if schema is None else schema_of(schema, strict=strict)
    if method == "json_mode":
        wanted = {"type": "json_object"} | ({"schema": written} if written else {})
    else:
        spec = {"name": written["title"] if written else "output", "schema": written}
        wanted = {"type": "json_schema", "json_schema": spec | ({} if strict is None else {"strict": strict})}
    if "tools" in bound:
        bound["tools"] = openai_tools(bound["tools"], strict=strict)
    model = chat.bind(response_format=wanted, **bound)
    return model, PydanticOutputParser(pydantic_object=schema) if _is_model(schema) else JsonOutputParser()


def _with_raw(model: Runnable[Any, AIMessage], parser: Any) -> Runnable[Any, Any]:
    checked = itemgetter("raw") | RunnableLambda(_fitting) | parser
    parsed = RunnablePassthrough.assign(parsed=checked, parsing_error=lambda _: None)
    failed = RunnablePassthrough.assign(parsed=lambda _: None)
    return RunnableMap(raw=model) | parsed.with_fallbacks([failed], exception_key="parsing_error")


def _fitting(message: AIMessage) -> AIMessage:
    """The message, unless the router has found that it does not fit."""
    said = message.response_metadata.get("interlock", {}).get("misfit")
    if said:
        raise OutputParserException(said, llm_output=str(message.text))
    return message


def _is_model(schema: Any) -> bool:
    return isinstance(schema, type) and is_basemodel_subclass(schema)
