"""What each field is evidence for, out of one table."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files

Points = Mapping[str, list[str]]
"""Framework -> ids of its points."""

FRAMEWORKS = {"ai_act": "AI Act", "iso_42001": "ISO 42001", "soc2": "SOC 2"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Attributes:
    title: the law or standard.
    read: the pages on which its ids were checked, and `as_of` when.
    """

    title: str
    read: str
    as_of: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """`fields` are those that every entry has; `kinds` say what the facts of each are evidence for."""

    sources: Mapping[str, Source]
    fields: Mapping[str, Points]
    kinds: Mapping[str, Points]

    def of(self, kind: str) -> Points:
        """What an entry of that kind is evidence for."""
        return self.kinds.get(kind, self.fields["facts"])


@cache
def mapping() -> Evidence:
    read = tomllib.loads(files(__package__).joinpath("mapping.toml").read_text("utf-8"))
    sources = {name: Source(**each) for name, each in read["sources"].items()}
    return Evidence(sources=sources, fields=read["fields"], kinds=read["kinds"])
