"""Where values come from: a mapping, the environment, a file. Each remembers where it said what."""

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from interlock.documents import MAX_CHARACTERS, Node, plain_mapping, read
from interlock.errors import ConfigError
from interlock.types.files import read_regular
from interlock.types.names import nearest

PREFIX = "INTERLOCK_"
# Variables that are read elsewhere and are no settings.
RESERVED = (
    "INTERLOCK_AGENTS_NOTIFY",
    "INTERLOCK_AGENTS_STORE",
    "INTERLOCK_APPROVER_TOKEN",
    "INTERLOCK_CONFIG",
    "INTERLOCK_DISABLED_PLUGINS",
    "INTERLOCK_EVAL_STORE",
    "INTERLOCK_KEYS",
    "INTERLOCK_LOCAL_MODEL",
    "INTERLOCK_PAGES_SECRET",
    "INTERLOCK_STRICT_PLUGINS",
)
ENVIRONMENT = "environment"
LISTS = frozenset({list, tuple, set, frozenset, Sequence, Iterable})


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """One source's values. `variables` maps a path to the environment variable that set it; `bare_cards`: its
    `models` were a list of cards.
    """

    name: str
    data: dict[str, Any] = field(repr=False)
    root: Node | None = field(default=None, repr=False)
    variables: Mapping[tuple[str, ...], str] = field(default_factory=dict)
    bare_cards: bool = False

    def with_cards(self) -> "Layer":
        """The layer with `models: {cards: [...]}` where it says `models: [...]`: another may add aliases."""
        cards = self.data.get("models")
        if not isinstance(cards, list):
            return self
        return replace(self, data=self.data | {"models": {"cards": cards}}, bare_cards=True)

    def find(self, path: Sequence[str]) -> tuple[int, int | None, str | None]:
        """How many steps of `path` it holds, the line of the last one, and the variable that set it."""
        if self.root is not None:
            return (*self.root.find(list(without_cards(path) if self.bare_cards else path)), None)
        value: Any = self.data
        steps = 0
        for step in path:
            if isinstance(value, dict) and step in value:
                value = value[step]
            elif isinstance(value, list) and step.isdecimal() and int(step) < len(value):
                value = value[int(step)]
            else:
                break
            steps += 1
        held = tuple(path[:steps])
        for length in range(steps, 0, -1):
            if held[:length] in self.variables:
                return steps, None, self.variables[held[:length]]
        return steps, None, None


def without_cards(path: Sequence[str]) -> Sequence[str]:
    """A path as it stands where `models` are a list."""
    return (path[0], *path[2:]) if tuple(path[:2]) == ("models", "cards") else path


def mapping_layer(data: Mapping[Any, Any]) -> Layer:
    return Layer(name="mapping", data=_present(plain_mapping(data, "mapping")))


def file_layer(path: str | os.PathLike[str]) -> Layer:
    """A file's values. Raises ConfigError for one that is missing, no text, or no YAML."""
    name = os.fspath(path)
    root = read(text_of(name), name)
    value = None if root is None else root.plain()
    if value is None:
        return Layer(name=name, data={})
    if not isinstance(value, dict):
        kind = "a list" if isinstance(value, list) else "a single value"
        raise ConfigError(f"expected keys and values at the top, not {kind}.", source=name, line=1)
    return Layer(name=name, data=_present(value), root=root)


def text_of(name: str, missing: str = "there is no such file; `interlock init` writes one.") -> str:
    """What a file of a configuration says; `missing` is told where there is none. Raises ConfigError."""
    try:
        path = Path(name).expanduser()
        if path.is_dir():
            raise ConfigError("is a directory; name the file in it.", source=name)
        raw = read_regular(path, 4 * MAX_CHARACTERS + 1)
    except FileNotFoundError:
        raise ConfigError(missing, source=name) from None
    except OSError as error:
        raise ConfigError(f"cannot be read: {error.strerror or error}.", source=name) from None
    except (ValueError, RuntimeError) as error:
        raise ConfigError(f"is no path: {error}.", source=repr(name)) from None
    if len(raw) > 4 * MAX_CHARACTERS:
        raise ConfigError(f"is longer than {MAX_CHARACTERS:,} characters.", source=name)
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        message = "is not UTF-8 text; save it as UTF-8."
        raise ConfigError(message, source=name, line=line) from None


def environment_layer(environ: Mapping[str, str], settings: type[BaseModel]) -> Layer:
    """INTERLOCK_* as values: `__` goes a level down, lists and mappings are JSON. Raises ConfigError."""
    found: list[tuple[tuple[str, ...], str]] = []
    for variable in environ:
        upper = variable.upper()
        if not upper.startswith(PREFIX) or upper in RESERVED or not environ[variable].strip():
            continue
        path = tuple(upper.removeprefix(PREFIX).lower().split("__"))
        for length in range(1, len(path)):
            if get_origin(_type_at(settings, path[:length])) is tuple:
                whole = PREFIX + "__".join(path[:length]).upper()
                message = f"a list is given whole, as JSON in {whole}."
                raise ConfigError(message, key=variable, source=ENVIRONMENT)
        if _type_at(settings, path) is None:
            # Without the prefix, which makes any two of them look alike.
            valid = [name.removeprefix(PREFIX) for name in (*_variables(settings), *RESERVED)]
            meant = nearest(upper.removeprefix(PREFIX), valid)
            message = "there is no such setting."
            suggestion = None if meant is None else PREFIX + meant
            raise ConfigError(message, key=variable, source=ENVIRONMENT, suggestion=suggestion)
        found.append((path, variable))
    data: dict[str, Any] = {}
    for path, variable in sorted(found, key=lambda entry: (len(entry[0]), entry)):
        inside = data
        for depth, step in enumerate(path[:-1], 1):
            inside = inside.setdefault(step, {})
            if not isinstance(inside, dict):
                whole = PREFIX + "__".join(path[:depth]).upper()
                message = (
                    f"{whole} sets the whole of which this is a part; set its parts alone, as {whole}__…."
                )
                raise ConfigError(message, key=variable, source=ENVIRONMENT)
        inside[path[-1]] = _value(environ[variable], variable)
    return Layer(name=ENVIRONMENT, data=data, variables=dict(found))


def _value(text: str, variable: str) -> Any:
    stripped = text.strip()
    if not stripped.startswith(("[", "{")):
        return stripped
    try:
        root = read(stripped, ENVIRONMENT, variable)
    except ConfigError as error:
        message = error.message.replace("YAML", "JSON")
        raise ConfigError(message, key=variable, source=ENVIRONMENT) from None
    return None if root is None else root.plain()


def names_at(settings: type[BaseModel], path: Sequence[str]) -> list[str]:
    """The keys that are valid inside `path`; none when any key is, or there can be no key."""
    kind = _type_at(settings, path)
    return list(keys_of(kind)) if _is_model(kind) else []


def keys_of(model: type[BaseModel]) -> dict[str, FieldInfo]:
    """A model's fields by the keys that they are written with."""
    found: dict[str, FieldInfo] = {}
    for name, entry in model.model_fields.items():
        alias = entry.validation_alias
        found[alias if isinstance(alias, str) else name] = entry
        if model.model_config.get("populate_by_name") or model.model_config.get("validate_by_name"):
            found[name] = entry
    return found


def _type_at(settings: type[BaseModel], path: Sequence[str]) -> Any:
    """The type of what stands at `path`; None when nothing can."""
    kind: Any = settings
    for step in path:
        if _is_model(kind):
            entry = keys_of(kind).get(step)
            others = Any if kind.model_config.get("extra") == "allow" else None
            kind = entry.annotation if entry else others
        elif get_origin(kind) is dict and step:
            kind = get_args(kind)[1]
        elif get_origin(kind) in LISTS and step.isdecimal():
            kind = get_args(kind)[0]
        elif kind is not Any:
            return None
        kind = _bare(kind)
    return kind


def _bare(kind: Any) -> Any:
    """A type without Annotated and `| None`; of several, the one that has keys."""
    while True:
        if get_origin(kind) is Annotated:
            kind = get_args(kind)[0]
        elif get_origin(kind) in (Union, UnionType):
            members = [_bare(arg) for arg in get_args(kind) if arg is not type(None)]
            kind = next(filter(_is_model, members), members[0])
        else:
            return kind


def _variables(settings: type[BaseModel]) -> list[str]:
    names = []
    for name in settings.model_fields:
        variable = PREFIX + name.upper()
        names.append(variable)
        names += [f"{variable}__{inner.upper()}" for inner in names_at(settings, (name,))]
    return names


def _is_model(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, BaseModel)


def _present(data: dict[str, Any]) -> dict[str, Any]:
    """Without sections that are there but hold nothing, such as one whose keys are all comments."""
    return {key: value for key, value in data.items() if value is not None or key == "deployments"}
