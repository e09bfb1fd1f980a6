"""The configuration: a mapping over the environment over a file over defaults. Checks shape alone."""

import os
from collections.abc import Mapping, Sequence
from contextvars import ContextVar
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, PrivateAttr, ValidationError, model_validator
from pydantic.fields import FieldInfo
from pydantic_core import PydanticCustomError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from interlock.config.budgets import BudgetConfig, Budgets
from interlock.config.cascades import CascadeConfig
from interlock.config.complaints import complaints
from interlock.config.connectors import ConnectorConfig, ConnectorTimeoutsConfig, IssuerConfig
from interlock.config.constraints import ConstraintsConfig, Demands
from interlock.config.contents import ContentConfig
from interlock.config.ensembles import EnsembleConfig, MemberConfig
from interlock.config.guardrails import GuardrailConfig, Guardrails
from interlock.config.health import HealthConfig, RetriesConfig
from interlock.config.hedging import HedgeConfig
from interlock.config.keys import resolve_key
from interlock.config.layers import Layer, environment_layer, file_layer, mapping_layer, without_cards
from interlock.config.limits import LimitsConfig, ProviderLimitsConfig, spell_out_limits
from interlock.config.load import LoadConfig
from interlock.config.models import ModelsConfig
from interlock.config.policies import (
    ForbidConfig,
    PermitConfig,
    PoliciesConfig,
    PolicyRuleConfig,
    SealedConfig,
)
from interlock.config.recording import LedgerConfig, LogConfig, RecordsConfig, spell_out
from interlock.config.schema import (
    DeploymentConfig,
    DestinationConfig,
    HandlingConfig,
    Names,
    OptionsTable,
    PluginsConfig,
    PriceConfig,
    RateLimitConfig,
    Text,
    TierConfig,
    TimeoutsConfig,
)
from interlock.config.serving import ServerConfig
from interlock.config.tightening import tightest
from interlock.config.tools import ToolRuleConfig, ToolsConfig
from interlock.config.tracing import TracingConfig
from interlock.config.watching import WatchConfig
from interlock.documents import shown
from interlock.errors import ConfigError
from interlock.strategies.fallback import Fallback

__all__ = [
    "BudgetConfig",
    "CascadeConfig",
    "Config",
    "ConnectorConfig",
    "ConnectorTimeoutsConfig",
    "ConstraintsConfig",
    "ContentConfig",
    "DeploymentConfig",
    "DestinationConfig",
    "EnsembleConfig",
    "ForbidConfig",
    "GuardrailConfig",
    "HandlingConfig",
    "HealthConfig",
    "HedgeConfig",
    "IssuerConfig",
    "LedgerConfig",
    "LimitsConfig",
    "LoadConfig",
    "LogConfig",
    "MemberConfig",
    "ModelsConfig",
    "PermitConfig",
    "PluginsConfig",
    "PoliciesConfig",
    "PolicyRuleConfig",
    "PriceConfig",
    "ProviderLimitsConfig",
    "RateLimitConfig",
    "RecordsConfig",
    "RetriesConfig",
    "SealedConfig",
    "ServerConfig",
    "TierConfig",
    "TimeoutsConfig",
    "ToolRuleConfig",
    "ToolsConfig",
    "TracingConfig",
    "WatchConfig",
    "load",
    "resolve_key",
]

DEFAULT_FILE = "interlock.yaml"

# pydantic-settings asks the class, not the call, for its sources; this hands it the call's.
_layers: ContextVar[tuple[Layer, ...]] = ContextVar("_layers", default=())


def _some(value: object) -> object:
    if value is None or value == []:
        message = (
            "the list is empty; name a deployment, or leave the key out to use the keys in the environment."
        )
        raise PydanticCustomError("named", "{message}", {"message": message})
    return value


class Config(BaseSettings):
    """What the user wrote. An empty `deployments` means that none were written."""

    model_config = SettingsConfigDict(extra="forbid", frozen=True, validate_default=False)

    deployments: Annotated[tuple[DeploymentConfig, ...], BeforeValidator(_some)] = ()
    routes: dict[Text, Annotated[Names, Field(min_length=1)]] = {}
    learned_routes: Text | None = None
    tasks: Names = ()
    ensembles: dict[Text, EnsembleConfig] = {}
    cascades: dict[Text, CascadeConfig] = {}
    connectors: tuple[ConnectorConfig, ...] = ()
    arbiters: OptionsTable = {}
    classifiers: OptionsTable = {}
    constraints: ConstraintsConfig = ConstraintsConfig()
    demands: Demands = ()
    rules: OptionsTable = {}
    detectors: OptionsTable = {}
    guardrails: Guardrails = {}
    policies: PoliciesConfig | None = None
    timeouts: TimeoutsConfig = TimeoutsConfig()
    retries: RetriesConfig = RetriesConfig()
    rescue: Literal["hold", "replay", "continue", "restart", "raise"] = "replay"
    strategy: Text = Fallback.name
    strategies: OptionsTable = {}
    hedge: HedgeConfig | None = None
    content: ContentConfig = ContentConfig()
    health: HealthConfig = HealthConfig()
    load: LoadConfig = LoadConfig()
    limits: LimitsConfig = LimitsConfig()
    budgets: Budgets = ()
    tools: ToolsConfig = ToolsConfig()
    records: RecordsConfig | None = None
    log: LogConfig | None = None
    ledger: LedgerConfig | None = None
    tracing: TracingConfig = TracingConfig()
    watch: WatchConfig = WatchConfig()
    server: ServerConfig = ServerConfig()
    models: ModelsConfig = ModelsConfig()
    plugins: PluginsConfig = PluginsConfig()

    _origins: tuple[Layer, ...] = PrivateAttr(default=())

    @property
    def folder(self) -> Path | None:
        """The folder of the file, from which its relative paths are taken; None without a file."""
        for layer in self._origins:
            if layer.root is not None:
                return Path(layer.name).expanduser().parent
        return None

    def locate(self, key: str) -> tuple[str, int | None]:
        """The source that set a dotted key (a file, `environment`, `mapping`, `defaults`) and its line."""
        source, line, _ = _where(self._origins, key.split("."))
        return source, line

    def sources(self, section: str) -> list[str]:
        """The names of the sources that have a section."""
        return [layer.name for layer in self._origins if layer.data.get(section) is not None]

    def error(self, key: str | Sequence[str], message: str, suggestion: str | None = None) -> ConfigError:
        """An error about a key, dotted or in steps, with the place where it was set."""
        path = key.split(".") if isinstance(key, str) else key
        return _error(self._origins, path, message, suggestion)

    @model_validator(mode="after")
    def _ids_differ(self) -> Self:
        seen: dict[str, str] = {}
        for section in ("deployments", "connectors"):
            for index, item in enumerate(getattr(self, section)):
                first = seen.setdefault(item.id, f"{section}.{index}")
                if first != f"{section}.{index}":
                    message = f"{item.id!r} is the id of {first} too; each needs its own."
                    facts = {"at": f"{section}.{index}.id", "message": message}
                    raise PydanticCustomError("named", "{message}", facts)
        return self

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - pydantic-settings calls by these names
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - likewise
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - likewise
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return (init_settings, *(_LayerSource(settings_cls, layer) for layer in _layers.get()))


class _LayerSource(PydanticBaseSettingsSource):
    def __init__(self, settings_cls: type[BaseSettings], layer: Layer) -> None:
        super().__init__(settings_cls)
        self._layer = layer

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:  # noqa: ARG002 - its form
        return self._layer.data.get(field_name), field_name, False

    def __call__(self) -> dict[str, Any]:
        return self._layer.data


def load(
    source: str | os.PathLike[str] | Mapping[str, Any] | None = None,
    environ: Mapping[str, str] | None = None,
) -> Config:
    """The configuration in a file or mapping, under the environment's INTERLOCK_*.

    Without a source it is the file that INTERLOCK_CONFIG names, else ./interlock.yaml when there is one, else
    nothing but the environment. A mapping overrides the environment; a file is overridden by it. Raises
    ConfigError alone, with a line of text for each mistake.
    """
    environ = os.environ if environ is None else environ
    layers: list[Layer] = []
    if isinstance(source, Mapping):
        layers.append(mapping_layer(source))
    layers.append(environment_layer(environ, Config))
    file = None if isinstance(source, Mapping) else _file(source, environ)
    if file is not None:
        layers.append(file_layer(file))
    for layer in layers:
        spell_out(layer.data)
        spell_out_limits(layer.data)
    origins = tuple(layer.with_cards() for layer in layers)
    token = _layers.set(origins)
    try:
        config = Config()
    except ValidationError as error:
        raise complaints(error, Config, lambda *facts: _error(origins, *facts)) from None
    finally:
        _layers.reset(token)
    config = config.model_copy(update={"constraints": tightest(origins, config.constraints)})
    config._origins = origins  # noqa: SLF001 - our own
    return config


def _file(source: object, environ: Mapping[str, str]) -> str | os.PathLike[str] | None:
    if isinstance(source, str | os.PathLike):
        return source
    if source is not None:
        raise ConfigError(f"expected a path, a mapping or nothing, not {type(source).__name__}.")
    named = environ.get("INTERLOCK_CONFIG", "").strip()
    if named:
        return named
    return DEFAULT_FILE if Path(DEFAULT_FILE).exists() else None


def _error(
    origins: tuple[Layer, ...], path: Sequence[str], message: str, suggestion: str | None
) -> ConfigError:
    source, line, variable = _where(origins, path)
    if any(layer.name == source and layer.bare_cards for layer in origins):
        path = without_cards(path)
    return ConfigError(message, key=variable or shown(path), source=source, line=line, suggestion=suggestion)


def _where(origins: tuple[Layer, ...], path: Sequence[str]) -> tuple[str, int | None, str | None]:
    """Which layer holds most of the path, the strongest first; the line there, and its variable."""
    best: tuple[int, str, int | None, str | None] = (0, "defaults", None, None)
    for layer in origins:
        steps, line, variable = layer.find(path)
        if steps > best[0] or (best[1] == "defaults" and layer.data and not path):
            best = (steps, layer.name, line, variable)
    return best[1:]
