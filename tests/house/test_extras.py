"""What `pip install "interlock[…]"` brings."""

import importlib
import re
import tomllib

import pytest
from public import PLUGINS, ROOT

EXTRAS = tomllib.loads((ROOT / "core" / "pyproject.toml").read_text("utf-8"))["project"][
    "optional-dependencies"
]
# What `all` leaves out: 31 MB of weights, and an engine beside the one that agents have.
ALONE = {"embeddings", "dbos"}
NAME = re.compile(r"interlock(?:-([a-z]+))?(?:\[([a-z0-9,]+)\])?")


def brought(extra: str) -> set[str]:
    """The distributions of an extra, by the folders of their plugins."""
    found: set[str] = set()
    for each in EXTRAS[extra]:
        if (said := NAME.fullmatch(each)) is None:
            continue
        found |= {said[1]} if said[1] else set().union(*map(brought, said[2].split(",")))
    return found


@pytest.mark.parametrize("plugin", PLUGINS)
def test_each_plugin_has_an_extra_of_its_own(plugin):
    assert plugin in brought(plugin)


def test_connectors_brings_every_connector():
    ours = {
        name
        for name in PLUGINS
        if hasattr(importlib.import_module(f"interlock_{name}"), "interlock_connectors")
    }
    assert brought("connectors") == ours | {"tools"}


def test_all_brings_everything_but_what_is_named_here():
    assert set(PLUGINS) - brought("all") == ALONE
