"""Cards from data: the files in catalog/cards, and the mappings under `models` in a configuration."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any, TypeVar

from interlock.errors import ConfigError
from interlock.types.embeddings import EMBEDDINGS
from interlock.types.jurisdictions import UnknownRegionError, normalise
from interlock.types.models import Endpoint, ModelCard, Price, Score, Tier
from interlock.types.names import nearest
from interlock.types.traits import Traits, UnknownTrait, traits_from

WEIGHTS = ("open", "licensed", "closed")
CAPABILITIES = (
    *("text", "tools", "images", "audio", "documents", "structured_output", "reasoning", "prefill"),
    EMBEDDINGS,
)

T = TypeVar("T")


class Reader:
    """A table being read. Errors name the source and the dotted key; `finish` refuses what nobody read."""

    def __init__(self, data: object, source: str, key: str = "") -> None:
        self.source = source
        self.key = key
        if not isinstance(data, Mapping):
            raise self.error("", f"expected a table of keys and values, not {_kind(data)}.")
        self.data = data
        self.read: list[str] = []

    def error(self, name: str, message: str, suggestion: str | None = None) -> ConfigError:
        key = ".".join(part for part in (self.key, name) if part)
        return ConfigError(message, key=key, source=self.source, suggestion=suggestion)

    def take(self, name: str) -> Any:
        self.read.append(name)
        return self.data.get(name)

    def text(self, name: str, default: str | None = "") -> str:
        value = self.take(name)
        if value is None and default is not None:
            return default
        if value is None:
            raise self.error(name, "is required.")
        if not isinstance(value, str) or not value.strip():
            raise self.error(name, f"expected text, not {_kind(value)}.")
        return value.strip()

    def one_of(self, name: str, valid: Sequence[str], default: str) -> str:
        value = self.text(name, default)
        if value not in valid:
            raise self.error(name, f"expected one of {', '.join(valid)}.", nearest(value, valid))
        return value

    def texts(self, name: str) -> tuple[str, ...]:
        value = self.take(name)
        if value is None:
            return ()
        if isinstance(value, str) or not isinstance(value, Sequence):
            raise self.error(name, f"expected a list of texts, not {_kind(value)}.")
        for index, item in enumerate(value):
            if not isinstance(item, str):
                raise self.error(f"{name}.{index}", f"expected text, not {_kind(item)}.")
        return tuple(value)

    def number(self, name: str, *, required: bool = False) -> float | None:
        value = self.take(name)
        if value is None and not required:
            return None
        if value is None:
            raise self.error(name, "is required.")
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise self.error(name, f"expected a number, not {_kind(value)}.")
        if not 0 <= value < float("inf"):
            raise self.error(name, f"expected a number of at least 0, not {value}.")
        return float(value)

    def tokens(self, name: str) -> int | None:
        value = self.take(name)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int):
            raise self.error(name, f"expected a whole number of tokens, not {_kind(value)}.")
        if value < 1:
            raise self.error(name, f"expected at least 1 token, not {value}.")
        return value

    def flag(self, name: str, *, default: bool = False) -> bool:
        value = self.take(name)
        if value is None:
            return default
        if not isinstance(value, bool):
            raise self.error(name, f"expected true or false, not {_kind(value)}.")
        return value

    def region(self, name: str, default: str, provider: str = "") -> str:
        value = self.text(name, default)
        try:
            return normalise(value, provider) if value else ""
        except UnknownRegionError as unknown:
            raise self.error(name, str(unknown), unknown.suggestion) from None

    def traits(self, name: str) -> Traits:
        value = self.take(name)
        try:
            return Traits() if value is None else traits_from(value)
        except UnknownTrait as unknown:
            at = f"{name}.{unknown.key}" if unknown.key else name
            raise self.error(at, unknown.message, unknown.suggestion) from None

    def table(self, name: str) -> "Reader | None":
        value = self.take(name)
        return None if value is None else Reader(value, self.source, self._inside(name))

    def tables(self, name: str) -> "list[Reader]":
        value = self.take(name)
        if value is None:
            return []
        if isinstance(value, str) or not isinstance(value, Sequence):
            raise self.error(name, f"expected a list of tables, not {_kind(value)}.")
        return [Reader(item, self.source, self._inside(f"{name}.{at}")) for at, item in enumerate(value)]

    def finish(self) -> None:
        for name in self.data:
            if name not in self.read:
                valid = ", ".join(self.read)
                message = f"there is no such key; there are {valid}."
                raise self.error(str(name), message, nearest(str(name), self.read))

    def _inside(self, name: str) -> str:
        return f"{self.key}.{name}" if self.key else name


def card_from(data: object, source: str, *, key: str = "", base: ModelCard | None = None) -> ModelCard:
    """A card out of a mapping. Raises ConfigError that names `source`, and the key below `key`.

    With a `base`, what the mapping leaves out stays as the base has it; a list replaces the base's list.
    """
    table = Reader(data, source, key)
    id_ = table.text("id", None)
    vendor, slash, name = id_.partition("/")
    if not (vendor and slash and name) or any(letter.isspace() for letter in id_):
        raise table.error("id", f"expected maker/model, such as mistral/mistral-large-3, not {id_!r}.")
    capabilities = table.texts("capabilities")
    for index, capability in enumerate(capabilities):
        if capability not in CAPABILITIES:
            message = f"expected one of {', '.join(CAPABILITIES)}."
            raise table.error(f"capabilities.{index}", message, nearest(capability, CAPABILITIES))
    price = table.table("price")
    fields: dict[str, Any] = {
        "maker": table.text("maker", vendor),
        "jurisdiction": table.region("jurisdiction", ""),
        "summary": table.text("summary"),
        "strengths": table.texts("strengths"),
        "context_window": table.tokens("context_window"),
        "max_output": table.tokens("max_output"),
        "capabilities": frozenset(capabilities),
        "weights": table.one_of("weights", WEIGHTS, "closed"),
        "price": price_from(price) if price else None,
        "scores": _all(table.tables("scores"), _score),
        "endpoints": _all(table.tables("endpoints"), lambda entry: _endpoint(entry, name)),
        "traits": table.traits("traits"),
    }
    table.finish()
    if base is not None:
        return replace(base, **{field: value for field, value in fields.items() if field in table.data})
    return ModelCard(id=id_, source=source, **fields)


def price_from(table: Reader) -> Price:
    """US dollars for a million tokens."""
    price = Price(
        input=table.number("input", required=True) or 0.0,
        output=table.number("output", required=True) or 0.0,
        cache_read=table.number("cache_read"),
        cache_write=table.number("cache_write"),
        source=table.text("source"),
        as_of=table.text("as_of"),
        tiers=_all(table.tables("tiers"), _tier),
    )
    table.finish()
    for index, (before, after) in enumerate(pairwise(price.tiers), 1):
        if after.above <= before.above:
            message = f"expected more than {before.above}: tiers stand shortest first."
            raise table.error(f"tiers.{index}.above", message)
    return price


def _tier(table: Reader) -> Tier:
    above = table.tokens("above")
    if above is None:
        raise table.error("above", "is required.")
    tier = Tier(
        above=above,
        input=table.number("input", required=True) or 0.0,
        output=table.number("output", required=True) or 0.0,
        cache_read=table.number("cache_read"),
        cache_write=table.number("cache_write"),
    )
    table.finish()
    return tier


def _score(table: Reader) -> Score:
    score = Score(
        benchmark=table.text("benchmark", None),
        value=table.number("value", required=True) or 0.0,
        source=table.text("source", None),
    )
    table.finish()
    return score


def _endpoint(table: Reader, name: str) -> Endpoint:
    provider, price = table.text("provider", None), table.table("price")
    endpoint = Endpoint(
        provider=provider,
        name=table.text("name", name),
        region=table.region("region", "", provider),
        price=price_from(price) if price else None,
        served=table.flag("served", default=True),
        note=table.text("note"),
        instead=table.text("instead"),
        source=table.text("source"),
        as_of=table.text("as_of"),
    )
    table.finish()
    return endpoint


def _all(tables: list[Reader], build: Callable[[Reader], T]) -> tuple[T, ...]:
    return tuple(build(table) for table in tables)


def _kind(value: object) -> str:
    """What a value is, in a reader's words; never the value."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, int | float):
        return "a number"
    if isinstance(value, str):
        return "text" if value.strip() else "an empty text"
    if isinstance(value, Mapping):
        return "a table"
    return "a list" if isinstance(value, Sequence) else type(value).__name__
