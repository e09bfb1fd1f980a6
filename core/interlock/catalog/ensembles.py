"""The ensembles that every router knows, whether or not it has what they need."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType

from interlock.types.members import Ensemble


@cache
def load_ensembles() -> Mapping[str, Ensemble]:
    """By name; read at the first call."""
    data = tomllib.loads((files("interlock.catalog") / "ensembles.toml").read_text("utf-8"))
    return MappingProxyType({name: Ensemble(**facts) for name, facts in data.items()})
