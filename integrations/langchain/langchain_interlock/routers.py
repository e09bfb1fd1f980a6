"""The routers behind chat models: built once, and told apart from those that callers bring."""

import os
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import Any
from weakref import WeakKeyDictionary

from interlock import RequestError, Router

# LangChain makes a model anew, out of its fields, whenever a configurable field is set: the router that was
# built for the configuration must come along, and must not when the configuration is what was set.
_OWN: WeakKeyDictionary[Router, Any] = WeakKeyDictionary()


def wire(config: Any, router: Any) -> tuple[str | dict[str, Any] | None, Router]:
    """The configuration as data, and its router or the given one.

    Raises:
        ConfigError: the configuration cannot be used.
        RequestError: both were given, or what was given as a router is none.
    """
    if isinstance(config, os.PathLike):
        config = os.fspath(config)
    elif isinstance(config, Mapping):
        config = dict(config)
    if router is None:
        router = Router.from_config(config)
        _OWN[router] = config
    elif not isinstance(router, Router):
        raise RequestError(f"expected a Router, not {type(router).__name__}", key="router")
    elif router in _OWN:
        return (config, router) if _OWN[router] == config else wire(config, None)
    elif config is not None:
        raise RequestError("give a configuration or a router, not both", key="router")
    return config, router


def is_own(router: Router) -> bool:
    """Whether the router can be built again from the model's configuration."""
    return router in _OWN


def unknown(name: str, known: Iterable[str]) -> RequestError:
    near = get_close_matches(name, list(known), n=1)
    return RequestError("there is no such option.", key=name, suggestion=near[0] if near else None)
