"""Rules of laws and standards that come with Interlock, a file each: facts with sources, and no advice."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleSet:
    """Rules as a configuration would have them, without their levels.

    Attributes:
        levels: those that the rules are for, unless a configuration says other ones.
        as_of: when its sources were read, an ISO date.
    """

    id: str
    title: str
    levels: tuple[str, ...]
    as_of: str
    rules: tuple[Mapping[str, Any], ...]


@cache
def rule_sets() -> Mapping[str, RuleSet]:
    """By their names, in the order of these."""
    folder = files(__package__) / "sets"
    found = sorted(
        (each for each in folder.iterdir() if each.name.endswith(".toml")), key=lambda each: each.name
    )
    return {
        each.name.removesuffix(".toml"): _read(each.name.removesuffix(".toml"), each.read_text("utf-8"))
        for each in found
    }


def _read(id_: str, text: str) -> RuleSet:
    data = tomllib.loads(text)
    return RuleSet(
        id=id_,
        title=data["title"],
        levels=tuple(data["level"]),
        as_of=data["as_of"],
        rules=tuple(data["rules"]),
    )
