"""Routers over scripted providers."""

from collections.abc import Iterable, Mapping
from importlib.metadata import entry_points
from typing import Any

from interlock.router import Router
from interlock.testing.scripted import Script, ScriptedProvider, Step

_REFINING = "embeddings"


def scripted_router(
    scripts: "Mapping[str, Iterable[Step | Script] | ScriptedProvider]",
    *,
    deployments: Mapping[str, Mapping[str, Any]] | None = None,
    plugins: Iterable[object] = (),
    environ: Mapping[str, str] | None = None,
    **config: Any,
) -> Router:
    """A router with one deployment for each script, ranked in their order, under the same name.

    What is installed and refines classifications is left out, unless `classifiers=` has options for it: it
    would say of a vague prompt what no script does.

    A script's deployment serves the card `scripted/<name>` in region `local`. The environment counts only as
    far as `environ` gives it, and nothing is retried unless `retries=` says so.

    Args:
        scripts: a deployment's name to its steps, or to a provider of that name.
        deployments: a deployment's name to what to add to its part of the configuration, or change in it.
        plugins: more plugins.
        environ: environment variables.
        config: other keys of the configuration.

    Raises:
        ValueError: a provider's name differs from its deployment's.
    """
    from interlock.assembly import assemble  # noqa: PLC0415 - pydantic and YAML are loaded when needed

    providers = []
    parts = []
    for name, script in scripts.items():
        provider = script if isinstance(script, ScriptedProvider) else ScriptedProvider(script, name)
        if provider.facts.name != name:
            raise ValueError(f"the provider of {name!r} is called {provider.facts.name!r}")
        providers.append(provider)
        part = {"id": name, "model": f"scripted/{name}", "provider": name, "region": provider.facts.region}
        parts.append(part | dict((deployments or {}).get(name, {})))
    source: dict[str, Any] = {"deployments": parts, "retries": {"max": 0}} | config
    if _REFINING not in source.get("classifiers", {}) and _is_installed(_REFINING):
        source["plugins"] = {**source.get("plugins", {})}
        source["plugins"]["disabled"] = [*source["plugins"].get("disabled", ()), _REFINING]
    return Router(assemble(source, plugins=[*providers, *plugins], environ=environ or {}))


def _is_installed(plugin: str) -> bool:
    return any(each.name == plugin for each in entry_points(group="interlock"))


def scripted_providers(router: Router) -> tuple[ScriptedProvider, ...]:
    """The scripted providers of a router."""
    offered = router.wiring.offers.providers.values()
    return tuple(provider for provider in offered if isinstance(provider, ScriptedProvider))
