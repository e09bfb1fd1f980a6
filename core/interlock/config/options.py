"""A plugin's own options, checked by the schema that it offers, as Interlock's own keys are."""

import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from pydantic import ValidationError

from interlock.config.complaints import complaints, describe
from interlock.config.keys import resolve_key
from interlock.config.layers import keys_of
from interlock.config.shapes import BrokenSchema, Shapes
from interlock.errors import ConfigError
from interlock.types.models import Secret

__all__ = ["BrokenSchema", "needed", "read_options"]


class Complain(Protocol):
    """`Config.error`: an error about a key, given in steps, with the place where it was set."""

    def __call__(self, key: Sequence[str], message: str, suggestion: str | None = None) -> ConfigError: ...


def read_options(
    schema: type,
    given: object,
    *,
    path: Sequence[str],
    error: Complain,
    folder: Path | None = None,
    environ: Mapping[str, str] | None = None,
    beside: Sequence[str] = (),
) -> Any:
    """An instance of `schema` from what is written at `path`; nothing written is an empty mapping.

    A field of type `Secret` is a value, env:NAME or file:PATH. `folder` is where relative paths begin;
    `beside` names keys that somebody else reads in the same place, for whoever misspells one.

    Raises:
        ConfigError: for each mistake its key, its place and the nearest valid name; no secret is repeated.
        BrokenSchema: the schema is at fault, and not what was written.
    """
    shapes = Shapes(_secrets(os.environ if environ is None else environ, folder), folder or Path())
    model, checker = shapes.model(schema), shapes.checker(schema)

    def build(steps: list[str], message: str, suggestion: str | None) -> ConfigError:
        return error([*path, *steps], message, suggestion)

    if given is None:
        given = {}
    if not isinstance(given, Mapping):
        raise build([], f"expected keys and values, not {describe(given)}.", None)
    try:
        return checker.validate_python(dict(given))
    except ValidationError as wrong:
        raise complaints(wrong, model, build, beside) from None
    except RecursionError:
        raise build([], "nests too deeply.", None) from None
    except Exception as raised:
        raise BrokenSchema(f"{schema.__name__} raised {type(raised).__name__}: {raised}") from raised


def needed(schema: type, taken: Sequence[str] = ()) -> list[str]:
    """The keys that must be written. None of a schema's may be among those that are `taken`.

    Raises:
        BrokenSchema: as `read_options` does.
    """
    keys = keys_of(Shapes(_secrets({}, None), Path()).model(schema))
    if clash := [key for key in keys if key in taken]:
        raise BrokenSchema(f"{schema.__name__} has {clash[0]!r}, which Interlock reads itself")
    return [key for key, entry in keys.items() if entry.is_required()]


def _secrets(environ: Mapping[str, str], folder: Path | None) -> Callable[[object], Secret]:
    def read(value: object) -> Secret:
        if isinstance(value, Secret):
            return value
        if not isinstance(value, str):
            raise ConfigError(f"expected text, not {describe(value)}.")
        credential = resolve_key(value, environ=environ, folder=folder)
        if credential.secret is None:
            raise ConfigError(f"{credential.hint}.")
        return credential.secret

    return read
