"""What a world is: named functions over a state, each with the schema of its arguments."""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from interlock import RequestError
from interlock.types.names import nearest

if TYPE_CHECKING:
    from pydantic import BaseModel

KEY: Final = "idempotency_key"
"""The argument in which a tool takes a key."""
Function = Callable[..., Any]


class Refused(Exception):
    """What was asked for cannot be done here. Nothing of the call stays done.

    Attributes:
        reason: one word for a program: `not_found`, `conflict`, `not_allowed` or `invalid`.
    """

    def __init__(self, words: str, *, reason: str = "not_allowed") -> None:
        super().__init__(words)
        self.reason = reason


@dataclass(slots=True)
class State:
    """What a tool reads and changes: a working copy, which is kept if the call is not refused.

    Attributes:
        data: JSON: `clock`, and tables, each a mapping of rows by id or a list of rows.
        counters: how many ids were given out, by their prefix.
    """

    data: dict[str, Any]
    counters: dict[str, int] = field(default_factory=dict)

    @property
    def now(self) -> str:
        """The world's own time in UTC, as 2026-11-02T09:00:00Z."""
        return str(self.data["clock"])

    @property
    def today(self) -> str:
        """The date of `now`, as 2026-11-02."""
        return self.now[:10]

    def row(self, table: str, id_: str) -> dict[str, Any]:
        """The row itself, to be read or changed. Raises Refused where there is none."""
        rows = self.data[table]
        if id_ not in rows:
            raise Refused(f"{table} has no {id_!r:.80}", reason="not_found")
        found: dict[str, Any] = rows[id_]
        return found

    def new_id(self, table: str, prefix: str) -> str:
        """The prefix with the next number: an id that the table has never had."""
        number = self.counters.get(prefix, 0) + 1
        while f"{prefix}{number}" in self.data[table]:
            number += 1
        self.counters[prefix] = number
        return f"{prefix}{number}"

    def add(self, table: str, prefix: str, row: Mapping[str, Any]) -> dict[str, Any]:
        """Put a row with a new id into a table. Returns it, with `id` and `created_at`."""
        id_ = self.new_id(table, prefix)
        self.data[table][id_] = {"id": id_, **row, "created_at": self.now}
        made: dict[str, Any] = self.data[table][id_]
        return made

    def tick(self) -> None:
        """A minute goes by."""
        moment = datetime.fromisoformat(self.now) + timedelta(minutes=1)
        self.data["clock"] = moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool:
    """One function of a world.

    Attributes:
        reads: changes nothing.
        keyed: takes `idempotency_key`: a call that comes again with its key is done once.
        again: twice with the same arguments is as good as once.
        destroys: takes something away, or does what cannot be taken back.
    """

    name: str
    about: str
    function: Function
    arguments: "type[BaseModel]"
    reads: bool = False
    keyed: bool = False
    again: bool = False
    destroys: bool = False

    @property
    def schema(self) -> dict[str, Any]:
        """JSON Schema of its arguments, with the key's."""
        schema: dict[str, Any] = _spelled_out(self.arguments.model_json_schema())
        schema.setdefault("properties", {})
        if self.keyed:
            about = "Names this change: one that is asked for again under its key is made once."
            text = {"type": "string", "minLength": 1, "maxLength": 128, "description": about}
            schema["properties"] = {**schema["properties"], KEY: text}
        return schema

    def read_arguments(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Arguments, without the key, as the function takes them. Raises Refused."""
        from pydantic import ValidationError  # noqa: PLC0415 - slow to import

        try:
            read = self.arguments.model_validate(dict(given))
        except ValidationError as error:
            wrong = error.errors(include_url=False, include_input=False, include_context=False)
            words = "; ".join(f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in wrong)
            raise Refused(words[:600], reason="invalid") from None
        return {name: getattr(read, name) for name in type(read).model_fields}


@dataclass(slots=True, kw_only=True)
class World:
    """A domain: its tools, and the folder with its `initial.json`, `suite.yaml` and `tasks`."""

    name: str
    folder: Path
    tools: dict[str, Tool] = field(default_factory=dict)

    def reads(self, function: Function) -> Function:
        """Make a tool of a function that changes nothing.

        Its first parameter is the State; the others are its arguments, by their annotations. Its docstring is
        what an agent is told.
        """
        return self._add(function, reads=True, again=True)

    def writes(
        self, *, key: bool = False, again: bool = False, destroys: bool = False
    ) -> Callable[[Function], Function]:
        """Make a tool of a function that changes something; `key`, `again` and `destroys` as of a Tool."""
        return partial(self._add, keyed=key, again=again, destroys=destroys)

    def tool(self, name: str) -> Tool:
        """The tool of that name. Raises Refused where there is none."""
        if name not in self.tools:
            near = nearest(name, list(self.tools))
            hint = f"; did you mean {near}?" if near else ""
            raise Refused(f"there is no tool {name!r:.80}{hint}", reason="not_found")
        return self.tools[name]

    def _add(self, function: Function, **facts: bool) -> Function:
        name = function.__name__
        if name in self.tools:
            raise RequestError(f"two tools are called {name!r}.", key=self.name)
        about = inspect.cleandoc(function.__doc__ or "")
        arguments = _arguments_of(function)
        self.tools[name] = Tool(name=name, about=about, function=function, arguments=arguments, **facts)
        return function


def _arguments_of(function: Function) -> "type[BaseModel]":
    """A model of its parameters after the first. It takes no other, and turns no text into a number."""
    from pydantic import ConfigDict, create_model  # noqa: PLC0415 - slow to import

    _, *parameters = inspect.signature(function, eval_str=True).parameters.values()
    fields: dict[str, Any] = {
        each.name: (each.annotation, ... if each.default is each.empty else each.default)
        for each in parameters
    }
    config = ConfigDict(strict=True, extra="forbid", allow_inf_nan=False)
    made: type[BaseModel] = create_model(function.__name__, __config__=config, **fields)
    return made


def _spelled_out(schema: dict[str, Any]) -> Any:
    """The schema without titles and references: what it refers to stands where it is used."""
    known = schema.get("$defs", {})

    def plain(part: Any) -> Any:
        if isinstance(part, list):
            return [plain(each) for each in part]
        if not isinstance(part, dict):
            return part
        if "$ref" in part:
            return plain({**known[part["$ref"].rpartition("/")[2]], **_rest(part)})
        return {
            key: {name: plain(each) for name, each in value.items()} if key == "properties" else plain(value)
            for key, value in part.items()
            if key not in ("title", "$defs")
        }

    return plain(schema)


def _rest(part: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in part.items() if key != "$ref"}
