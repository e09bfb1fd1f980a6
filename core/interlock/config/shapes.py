"""A plugin's schema of options as a pydantic model, so that its keys are checked as Interlock's own are.

The schema is a dataclass, which needs no pydantic, or a pydantic model. Unknown keys are refused, a number is
not true or false, a text stands for a list of names, and a secret is read from where it is kept.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import MISSING, Field, fields, is_dataclass
from pathlib import Path
from types import GenericAlias, NoneType, UnionType
from typing import Annotated, Any, Final, Literal, Union, get_args, get_origin, get_type_hints

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    RootModel,
    TypeAdapter,
    ValidationError,
    WrapValidator,
    create_model,
)
from pydantic.fields import Field as PydanticField
from pydantic_core import PydanticCustomError

from interlock.config.complaints import STRANGER, describe
from interlock.config.layers import LISTS, keys_of
from interlock.config.schema import Part, number, split_names
from interlock.errors import ConfigError
from interlock.types.models import Secret

_READ_ONLY: Final = (Sequence, Iterable)
_WORDS: Final[Mapping[Any, str]] = {
    str: "text",
    int: "a whole number",
    float: "a number",
    bool: "true or false",
    Secret: "text",
    Path: "a path",
}

# How a secret is written that stands elsewhere; `$NAME` is complained of.
_KEPT: Final = re.compile(r"\s*(env:|file:(?!//)|\$\{?[A-Za-z_]\w*\}?\s*$)")

ReadSecret = Callable[[object], Secret]


class BrokenSchema(Exception):
    """A schema by which nothing can be checked, which is its plugin's to mend."""


class Shapes:
    """Turns schemas into models. `secret` reads a secret's spelling; relative paths begin at `folder`."""

    def __init__(self, secret: ReadSecret, folder: Path) -> None:
        self._secret = secret
        self._folder = folder
        self._within: list[type] = []

    def model(self, schema: type) -> type[BaseModel]:
        """A model with the schema's keys, for whoever asks which there are.

        Raises:
            BrokenSchema: the schema is no dataclass and no model, or has a type by which nothing is checked.
        """
        if not isinstance(schema, type) or not (is_dataclass(schema) or issubclass(schema, BaseModel)):
            raise BrokenSchema(f"{schema!r} is neither a dataclass nor a pydantic model")
        if schema in self._within:
            raise BrokenSchema(f"{schema.__name__} holds itself")
        self._within.append(schema)
        try:
            if issubclass(schema, BaseModel):
                schema.model_rebuild()  # names in quotes are looked up when they are first needed
                return schema
            hints = get_type_hints(schema, include_extras=True)
            entries: dict[str, Any] = {
                _inner(index): (
                    self._kind(hints[field.name]),
                    PydanticField(_default(field), alias=field.name),
                )
                for index, field in enumerate(fields(schema))
                if field.init
            }
            return create_model(schema.__name__, __base__=Part, __doc__=schema.__doc__, **entries)
        except BrokenSchema:
            raise
        except Exception as error:
            raise BrokenSchema(f"{schema.__name__}: {type(error).__name__}: {error}") from error
        finally:
            self._within.pop()

    def checker(self, schema: type) -> TypeAdapter[Any]:
        """Makes instances of the schema. Raises BrokenSchema."""
        return TypeAdapter(self._structure(schema))

    def _structure(self, schema: type) -> Any:
        model = self.model(schema)
        if model is schema:
            return Annotated[model, BeforeValidator(lambda value: self._prepared(model, value))]
        return Annotated[model, AfterValidator(_builder(schema))]

    def _prepared(self, kind: Any, value: Any) -> Any:
        """The value for a model of a plugin's own, its secrets read. Raises for keys that it lacks."""
        kind = unwrapped(kind)
        if kind is Secret:
            return self._read(value)
        if _is_model(kind) and isinstance(value, Mapping) and not issubclass(kind, RootModel):
            kind.model_rebuild()
            entries = keys_of(kind)
            if kind.model_config.get("extra") is None:
                _refuse_strangers(value, entries)
            return {
                key: _at(key, self._prepared, entries[key].annotation, item) if key in entries else item
                for key, item in value.items()
            }
        if get_origin(kind) in LISTS and isinstance(value, list) and get_args(kind):
            inner = get_args(kind)[0]
            return [_at(str(index), self._prepared, inner, item) for index, item in enumerate(value)]
        if get_origin(kind) in (dict, Mapping) and isinstance(value, Mapping):
            inner = get_args(kind)[1]
            return {key: _at(key, self._prepared, inner, item) for key, item in value.items()}
        return value

    def _kind(self, kind: Any) -> Any:
        origin, args = get_origin(kind), get_args(kind)
        if hasattr(kind, "__value__"):  # made by a `type` statement
            return self._kind(kind.__value__)
        if origin is Annotated:
            return Annotated[(self._kind(args[0]), *args[1:])]
        if kind is Secret:
            return Annotated[Any, BeforeValidator(self._read)]
        if kind is Path:
            return Annotated[Path, AfterValidator(self._placed)]
        if kind is int:
            return Annotated[int, BeforeValidator(number)]
        if kind is float:
            return Annotated[float, BeforeValidator(number), PydanticField(allow_inf_nan=False)]
        if isinstance(kind, type) and not args and (is_dataclass(kind) or _is_model(kind)):
            return self._structure(kind)
        if origin in (Union, UnionType):
            return self._union(args)
        if origin in (dict, Mapping) and args:
            return GenericAlias(dict, (args[0], self._kind(args[1])))
        if origin in LISTS and args:
            return self._list(origin, args)
        return kind

    def _list(self, origin: Any, args: tuple[Any, ...]) -> Any:
        shaped = tuple(each if each is ... else self._kind(each) for each in args)
        if origin in _READ_ONLY:
            origin, shaped = tuple, (*shaped, ...)
        whole = origin[shaped if origin is tuple else shaped[0]]
        is_text = args[0] is str or get_origin(args[0]) is Literal
        return Annotated[whole, BeforeValidator(split_names)] if is_text else whole

    def _union(self, args: tuple[Any, ...]) -> Any:
        """One of several kinds: told apart by what is given, so that a mistake inside has its own key."""
        members = [arg for arg in args if arg is not NoneType]
        if set(members) == {str, Secret}:
            told = Annotated[Any, BeforeValidator(self._told)]
            return told | None if NoneType in args else told
        shaped = {id(member): self._kind(member) for member in members}
        if len(members) == 1:
            return shaped[id(members[0])] | None if NoneType in args else shaped[id(members[0])]
        chosen = {
            given: TypeAdapter(shaped[id(alike[0])], config=None)
            for given in ("keys and values", "a list")
            if len(alike := [member for member in members if worded(member) == given]) == 1
        }
        wanted = " or ".join(dict.fromkeys(map(worded, members)))

        def check(value: Any, otherwise: Callable[[Any], Any]) -> Any:
            given = describe(value)
            if given in chosen:
                return chosen[given].validate_python(value)
            try:
                return otherwise(value)
            except ValidationError:
                message = f"expected {wanted}, not {given}."
                raise PydanticCustomError("named", "{message}", {"message": message}) from None

        whole: Any = None if NoneType in args else shaped[id(members[0])]
        for member in members:
            whole |= shaped[id(member)]
        return Annotated[whole, WrapValidator(check)]

    def _placed(self, path: Path) -> Path:
        try:
            return self._folder / path.expanduser()
        except RuntimeError as error:  # there is no such user
            raise ValueError(f"is no path: {error}") from None

    def _told(self, value: object) -> object:
        """Text as it is written, or what is kept elsewhere, and so is a secret."""
        if isinstance(value, Secret) or (isinstance(value, str) and _KEPT.match(value)):
            return self._read(value)
        if not isinstance(value, str):
            message = f"expected text, not {describe(value)}."
            raise PydanticCustomError("named", "{message}", {"message": message})
        return value

    def _read(self, value: object) -> Secret:
        try:
            return self._secret(value)
        except ConfigError as error:
            raise PydanticCustomError("named", "{message}", {"message": error.message}) from None


def _builder(schema: type) -> Callable[[BaseModel], Any]:
    """Makes an instance of the dataclass out of its checked model; what was not given keeps its default."""
    names = {_inner(index): field.name for index, field in enumerate(fields(schema))}

    def build(model: BaseModel) -> Any:
        try:
            return schema(**{names[inner]: getattr(model, inner) for inner in model.model_fields_set})
        except ConfigError as error:
            facts = {"at": error.key, "message": error.message, "suggestion": error.suggestion or ""}
            raise PydanticCustomError("named", "{message}", facts) from None

    return build


def _inner(index: int) -> str:
    """A model's own name for a field: the schema's may be one that pydantic has a use for."""
    return f"field_{index}"


def _default(field: "Field[Any]") -> Any:
    return ... if field.default is MISSING and field.default_factory is MISSING else None


def _is_model(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, BaseModel)


def unwrapped(kind: Any) -> Any:
    """A type without Annotated, and without None beside one other."""
    while True:
        if get_origin(kind) is Annotated:
            kind = get_args(kind)[0]
        elif get_origin(kind) in (Union, UnionType):
            members = [arg for arg in get_args(kind) if arg is not NoneType]
            if len(members) != 1:
                return kind
            kind = members[0]
        else:
            return kind


def _refuse_strangers(value: Mapping[str, Any], known: Iterable[str]) -> None:
    for key in value:
        if key not in known:
            raise PydanticCustomError(STRANGER, "{at}", {"at": key, "valid": list(known)})


def _at(step: str, check: Callable[[Any, Any], Any], kind: Any, value: Any) -> Any:
    """What `check` says, its error placed a step further in."""
    try:
        return check(kind, value)
    except PydanticCustomError as error:
        facts = dict(error.context or {})
        facts["at"] = ".".join((step, *([facts["at"]] if facts.get("at") else [])))
        raise PydanticCustomError(error.type, "{at}", facts) from None


def worded(kind: Any) -> str:
    """A kind as complaints speak of it."""
    kind = unwrapped(kind)
    if kind in _WORDS:
        return _WORDS[kind]
    if get_origin(kind) is Literal:
        return " or ".join(map(str, get_args(kind)))
    if get_origin(kind) in (dict, Mapping) or kind is dict or is_dataclass(kind) or _is_model(kind):
        return "keys and values"
    return "a list" if get_origin(kind) in LISTS or kind in LISTS else getattr(kind, "__name__", str(kind))
