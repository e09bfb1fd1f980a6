"""Constructors of frozen dataclasses that are made for every call."""

from dataclasses import MISSING, Field, fields
from inspect import Parameter, signature
from typing import Any, TypeVar

T = TypeVar("T")


def quick_init(kind: type[T]) -> type[T]:
    """The same frozen dataclass with slots, derived from no other; it is made in a third of the time.

    The generated `__init__` sets each field by `object.__setattr__`, which looks for the slot by its name.
    This one, with the same signature, fills the slots while the object is still of a class that has the same
    ones and is not frozen. Those of an object of a derived class are set one by one.
    """
    made: Any = kind.__init__
    known = {field.name: field for field in fields(kind)}  # type: ignore[arg-type] # it is a dataclass
    if kind.__bases__ != (object,):
        raise TypeError(f"{kind.__name__} is derived from another class")
    still_open = type("StillOpen", (), {"__slots__": tuple(known), "__module__": kind.__module__})
    scope: dict[str, Any] = {"__name__": kind.__module__, "_kind": kind, "_open": still_open}
    scope["_become"] = object.__dict__["__class__"].__set__
    taken, filled, set_each = ["self"], ["_become(self, _open)"], []
    for name, parameter in list(signature(made).parameters.items())[1:]:
        if parameter.kind is Parameter.KEYWORD_ONLY and "*" not in taken:
            taken.append("*")
        # What a default is, the function that is replaced says below.
        taken.append(name if parameter.default is Parameter.empty else f"{name}=None")
        value = _given(known[name], parameter, scope)
        filled.append(f"self.{name} = {value}")
        set_each.append(f"_set_{name}(self, {value})")
        scope[f"_set_{name}"] = getattr(kind, name).__set__
    filled.append("self.__class__ = _kind")
    body = ["if self.__class__ is _kind:", *(f" {line}" for line in filled)]
    body += ["else:", *(f" {line}" for line in set_each)]
    if hasattr(kind, "__post_init__"):
        body.append("self.__post_init__()")
    source = f"def __init__({', '.join(taken)}):\n" + "".join(f" {line}\n" for line in body)
    exec(source, scope)  # noqa: S102 - as dataclasses make theirs: of nothing but the fields' names
    init = scope["__init__"]
    for name in ("__defaults__", "__kwdefaults__", "__annotations__", "__qualname__", "__doc__"):
        setattr(init, name, getattr(made, name))
    kind.__init__ = init  # type: ignore[method-assign] # one constructor for another with its signature
    return kind


def _given(field: Field[Any], parameter: Parameter, scope: dict[str, Any]) -> str:
    """The value of a field, as an expression in `scope`."""
    name = field.name
    if field.default_factory is MISSING:
        return name
    scope[f"_make_{name}"], scope[f"_left_{name}"] = field.default_factory, parameter.default
    return f"_make_{name}() if {name} is _left_{name} else {name}"
