"""A schema in words: what may be written, and what is when nothing is."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import pytest
from pydantic import BaseModel, Field

from interlock.config.described import Option, described
from interlock.config.options import BrokenSchema
from interlock.types.models import Secret

SECRET = Secret("sk-live-0123456789")


@dataclass(frozen=True, kw_only=True)
class Engine:
    size: int = 3


@dataclass(frozen=True, kw_only=True)
class Options:
    """What there is.

    Attributes:
        model: who is asked,
            and nobody else.
        kinds, names: what is found.

    Raises:
        engine: nothing of the kind.
    """

    model: str
    kinds: tuple[Literal["mail", "phone"], ...] = ("mail",)
    names: frozenset[str] = frozenset({"b", "a"})
    api_key: Secret = SECRET
    words: Path = Path("words.txt")
    engine: Engine = Engine(size=4)
    engines: dict[str, list[Engine]] = field(default_factory=dict)
    either: int | Literal["auto"] = "auto"


class Modelled(BaseModel):
    """What there is.

    Attributes:
        other: told here.
    """

    limit: int = Field(3, description="how many,\n  at most", alias="max")
    other: bool = False
    inner: "Modelled | None" = None


def option(key: str, kind: str, default: Any = None, told: str = "", *, required: bool = False) -> Option:
    return Option(key=key, type=kind, required=required, default=default, help=told)


def test_every_key_of_a_dataclass_is_described() -> None:
    assert described(Options) == [
        option("model", "text", told="who is asked, and nobody else.", required=True),
        option("kinds", "list of mail or phone", ["mail"], "what is found."),
        option("names", "list of text", ["a", "b"], "what is found."),
        option("api_key", "secret"),
        option("words", "path", "words.txt"),
        option("engine", "mapping"),
        option("engine.size", "whole number", 3),
        option("engines", "mapping to list of mapping", {}),
        option("engines.*.*.size", "whole number", 3),
        option("either", "whole number or auto", "auto"),
    ]


def test_every_key_of_a_model_is_described() -> None:
    assert described(Modelled) == [
        option("max", "whole number", 3, "how many, at most"),
        option("other", "true or false", default=False, told="told here."),
        option("inner", "mapping"),
    ]


@dataclass
class Unwell:
    size: int = field(default_factory=lambda: 1 // 0)


@pytest.mark.parametrize("schema", [int, Unwell])
def test_what_cannot_be_described_is_broken(schema: type) -> None:
    with pytest.raises(BrokenSchema):
        described(schema)
