"""Which model really answered, and at whose price."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from interlock.forks import lock_of
from interlock.logs import redacting_logger
from interlock.types.identifiers import identifier
from interlock.types.models import FREE, Deployment, ModelCard, Price

_log = redacting_logger("interlock.served")
_REMEMBERED = 1_000  # pairs of what was asked and what answered; a server may invent a name for every answer

# What vendors and servers add to a model's name without serving another one: dates, versions of the offer,
# where it runs, and how its weights are stored.
_DATE = re.compile(r"(?<!\d)(20\d\d[-.]?[01]\d[-.]?[0-3]\d|[01]\d-20\d\d)(?!\d)|-[01]\d[0-3]\d$")
_WORD = re.compile(r"[a-z0-9]+")
_PART = re.compile(r"[a-z]+|\d+")
_STORED = re.compile(r"(fp|bf|int|q|w|v)\d+")
_ADDED = frozenset(
    [
        *("latest", "preview", "exp", "experimental", "beta", "v", "instruct", "chat", "it", "hf", "ai"),
        *("gguf", "safetensors", "awq", "gptq", "k", "m", "s", "xs", "eu", "us", "apac", "jp", "au", "ca"),
        *(
            "global",
            "anthropic",
            "openai",
            "mistralai",
            "meta",
            "google",
            "amazon",
            "alibaba",
            "zai",
            "zhipu",
        ),
    ]
)


@dataclass(frozen=True, slots=True)
class Served:
    """`substituted`: another model than the deployment's answered. `price` is what answered costs."""

    price: Price | None
    substituted: bool = False


class ServedModels:
    """Compares names. Safe to share between threads."""

    def __init__(self, cards: Iterable[ModelCard]) -> None:
        self._cards: dict[tuple[str, ...], ModelCard] = {}
        for card in cards:
            for name in (card.id, *(endpoint.name for endpoint in card.endpoints)):
                self._cards.setdefault(_essence(name), card)
        self._known: dict[tuple[str, str], Served] = {}
        self._lock = lock_of(self)

    def look(self, deployment: Deployment, served_model: str | None) -> Served:
        """A vendor that names no model is taken to serve what was asked for."""
        served_model = served_model or deployment.name
        key = (deployment.id, served_model)
        found = self._known.get(key)
        if found is None:
            found = self._compare(deployment, served_model)
            with self._lock:
                if len(self._known) >= _REMEMBERED:
                    self._known.clear()
                self._known[key] = found
            if found.substituted:
                told = identifier(served_model) or "a model without a proper name"
                _log.warning("%s: asked for %s, answered by %s", deployment.id, deployment.name, told)
        return found

    def _compare(self, deployment: Deployment, served_model: str) -> Served:
        card = deployment.card
        essence = _essence(served_model)
        asked = (deployment.name, card.id, *(endpoint.name for endpoint in card.endpoints))
        if any(essence == _essence(name) for name in asked):
            return Served(deployment.rates)
        other = self._cards.get(essence)
        if other is not None:
            return Served(deployment.rates_of(other), substituted=True)
        # A price that the user wrote down for this deployment is better than none for a model nobody knows.
        return Served(deployment.price or (FREE if deployment.on_premise else None), substituted=True)


def _essence(name: str) -> tuple[str, ...]:
    """The parts of a model's name that tell it from others, in an order of their own."""
    last = name.lower().rstrip("/").rpartition("/")[2]
    words = _WORD.findall(_DATE.sub("", last.partition(":")[0]))
    kept = [word for word in words if word not in _ADDED and not _STORED.fullmatch(word)]
    parts = [part.lstrip("0") for part in _PART.findall(" ".join(kept or words)) if part.strip("0")]
    return tuple(sorted(parts)) or (last,)
