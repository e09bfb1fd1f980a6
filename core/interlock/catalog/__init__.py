"""What models there are and which task they are for. Cards are data files, read when a router is made."""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from types import MappingProxyType
from typing import Any

from interlock.catalog.reading import Reader, card_from
from interlock.errors import ConfigError, RequestError
from interlock.types.models import ModelCard
from interlock.types.names import nearest

__all__ = ["Catalog", "TaskRow", "card_from", "load_cards", "load_tasks"]


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskRow:
    """A row of the task table.

    Attributes:
        models: card ids, best first.
        threshold: tokens; a longer request is routed by long_document's row.
        demand: asked for by a request's constraints rather than seen in its text.
    """

    task: str
    models: tuple[str, ...]
    threshold: int | None = None
    demand: bool = False


class Catalog:
    """Cards by id, and the task table.

    `extra` cards come after the built-in ones and replace those with the same id, in their place. `aliases`
    maps a model's bare name to its id wherever that is unambiguous.
    """

    def __init__(
        self,
        extra: Iterable[ModelCard] = (),
        *,
        cards: Iterable[ModelCard] | None = None,
        tasks: Iterable[TaskRow] | None = None,
    ) -> None:
        builtin = load_cards() if cards is None else cards
        self.cards: Mapping[str, ModelCard] = MappingProxyType(
            {card.id: card for group in (builtin, extra) for card in group}
        )
        rows = load_tasks() if tasks is None else tasks
        self.tasks: Mapping[str, TaskRow] = MappingProxyType({row.task: row for row in rows})
        names: dict[str, list[str]] = {}
        for id_ in self.cards:
            names.setdefault(id_.partition("/")[2], []).append(id_)
        self.aliases: Mapping[str, str] = MappingProxyType(
            {name: ids[0] for name, ids in names.items() if len(ids) == 1 and name not in self.cards}
        )

    def find(self, name: str) -> ModelCard | None:
        """The card with this id or unambiguous bare name, or None."""
        return self.cards.get(self.aliases.get(name, name))

    def card(self, name: str) -> ModelCard:
        """The card with this id or unambiguous bare name. Raises RequestError with the nearest one."""
        card = self.find(name)
        if card is None:
            message = f"there is no model {name!r}."
            raise RequestError(message, key="model", suggestion=self.nearest(name))
        return card

    def nearest(self, name: str) -> str | None:
        """The model that was probably meant by a name that finds none."""
        other_maker = self.aliases.get(name.partition("/")[2])
        return other_maker or nearest(name, (*self.cards, *self.aliases))

    def with_models(self, models: Iterable[Mapping[str, Any]], source: str, key: str = "models") -> "Catalog":
        """This catalog with a configuration's `models`: new cards, and changes to the cards it has.

        Raises ConfigError with keys such as `models.0.context_window`, below `key`.
        """
        cards = dict(self.cards)
        for index, data in enumerate(models):
            id_ = data.get("id") if isinstance(data, Mapping) else None
            base = cards.get(id_) if isinstance(id_, str) else None
            card = card_from(data, source, key=f"{key}.{index}", base=base)
            cards[card.id] = card
        return Catalog(cards=cards.values(), tasks=self.tasks.values())


@cache
def load_cards() -> tuple[ModelCard, ...]:
    """The built-in cards, in the order in which the task table first names them, and then by id."""
    folder = files(__name__) / "cards"
    cards = [
        card_from(_toml(entry), entry.name) for entry in folder.iterdir() if entry.name.endswith(".toml")
    ]
    named = list(dict.fromkeys(model for row in load_tasks() for model in row.models))
    order = {model: at for at, model in enumerate(named)}
    return tuple(sorted(cards, key=lambda card: (order.get(card.id, len(order)), card.id)))


@cache
def load_tasks() -> tuple[TaskRow, ...]:
    return tasks_from(_toml(files(__name__) / "tasks.toml"), "tasks.toml")


def tasks_from(data: Mapping[str, Any], source: str) -> tuple[TaskRow, ...]:
    """Rows out of a mapping from task to {routes, threshold, demand}. Raises ConfigError."""
    rows = []
    for task in data:
        table = Reader(data[task], source, task)
        models = table.texts("routes")
        if not models:
            raise table.error("routes", "expected a list of at least one model.")
        rows.append(
            TaskRow(
                task=task, models=models, threshold=table.tokens("threshold"), demand=table.flag("demand")
            )
        )
        table.finish()
    return tuple(rows)


def _toml(file: Traversable) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"is not readable TOML: {error}.", source=file.name) from error
