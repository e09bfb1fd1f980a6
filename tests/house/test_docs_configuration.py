"""The tables of docs/configuration.md and docs/tutorial.md say what the code does."""

import dataclasses
import re
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

import pytest
from pydantic import BaseModel
from pydantic_core import PydanticUndefined

from interlock import (
    AllRateLimited,
    AttemptTimeout,
    ContentRejected,
    CoolingDown,
    Endpoint,
    ModelCard,
    OutputInvalid,
    ProviderError,
    Router,
    Score,
    Timeouts,
    Traits,
)
from interlock.catalog import load_tasks
from interlock.catalog.reading import CAPABILITIES, WEIGHTS
from interlock.config import (
    BudgetConfig,
    CascadeConfig,
    Config,
    ConnectorConfig,
    ConnectorTimeoutsConfig,
    ConstraintsConfig,
    ContentConfig,
    DeploymentConfig,
    EnsembleConfig,
    ForbidConfig,
    GuardrailConfig,
    HandlingConfig,
    HealthConfig,
    HedgeConfig,
    IssuerConfig,
    LedgerConfig,
    LimitsConfig,
    LoadConfig,
    LogConfig,
    MemberConfig,
    ModelsConfig,
    PermitConfig,
    PluginsConfig,
    PoliciesConfig,
    PolicyRuleConfig,
    PriceConfig,
    ProviderLimitsConfig,
    RateLimitConfig,
    RecordsConfig,
    RetriesConfig,
    SealedConfig,
    ServerConfig,
    TierConfig,
    TimeoutsConfig,
    ToolRuleConfig,
    ToolsConfig,
    TracingConfig,
    WatchConfig,
)
from interlock.config.layers import RESERVED
from interlock.failures import Action
from interlock.protocols import ProviderFacts
from interlock.strategies.actions import action_for
from interlock.types.jurisdictions import jurisdictions_of
from interlock.types.providers import PROVIDERS, distribution_of
from interlock.types.request import HINTS, RESCUE_MODES
from interlock.types.traits import EFFORTS, REFUSABLE, SAMPLING, Formats, Reasons, Speaks

DOCS = Path(__file__).parents[2] / "docs"
PAGE = (DOCS / "configuration.md").read_text("utf-8")
SECTIONS: dict[str, type[BaseModel]] = {
    "Keys": Config,
    "deployments": DeploymentConfig,
    "price": PriceConfig,
    "tiers": TierConfig,
    "ensembles": EnsembleConfig,
    "members of an ensemble": MemberConfig,
    "cascades": CascadeConfig,
    "connectors": ConnectorConfig,
    "handling": HandlingConfig,
    "connector issuer": IssuerConfig,
    "connector timeouts": ConnectorTimeoutsConfig,
    "constraints": ConstraintsConfig,
    "guardrails": GuardrailConfig,
    "policies": PoliciesConfig,
    "policy rules": PolicyRuleConfig,
    "permit": PermitConfig,
    "forbid": ForbidConfig,
    "sealed": SealedConfig,
    "timeouts": TimeoutsConfig,
    "retries": RetriesConfig,
    "hedge": HedgeConfig,
    "content": ContentConfig,
    "health": HealthConfig,
    "load": LoadConfig,
    "limits": LimitsConfig,
    "limits of a provider": ProviderLimitsConfig,
    "rate limits": RateLimitConfig,
    "budgets": BudgetConfig,
    "tools": ToolsConfig,
    "tool rules": ToolRuleConfig,
    "records": RecordsConfig,
    "log": LogConfig,
    "ledger": LedgerConfig,
    "tracing": TracingConfig,
    "watch": WatchConfig,
    "server": ServerConfig,
    "models": ModelsConfig,
    "plugins": PluginsConfig,
}


def table(heading: str, page: str = PAGE) -> dict[str, list[str]]:
    """The first table below a heading: first cell, without its backticks, to the other cells."""
    page = re.sub(r"^```.*?^```", "", page, flags=re.MULTILINE | re.DOTALL)
    start = re.search(rf"^#+ {re.escape(heading)}$", page, re.MULTILINE)
    assert start, f"there is no heading {heading!r}"
    section = re.split(r"^#", page[start.end() :], maxsplit=1, flags=re.MULTILINE)[0]
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in re.findall(r"^\|.*\|$", section, re.MULTILINE)
    ]
    assert len(rows) > 2, f"there is no table below {heading!r}"
    return {cells[0].strip("`"): cells[1:] for cells in rows[2:]}


def written(value: Any) -> str:
    """A default as the page writes it."""
    if value is PydanticUndefined or value is dataclasses.MISSING:
        return "required"
    if isinstance(value, (BaseModel, Traits)):
        return "see below"
    if value is None or value == "":
        return "–"
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    if isinstance(value, (tuple, frozenset, list)):
        return f"`{list(value)}`"
    return f"`{value:g}`" if isinstance(value, float) else f"`{value}`"


def literals(annotation: Any) -> list[str]:
    if get_origin(annotation) is Literal:
        return list(get_args(annotation))
    return [word for inner in get_args(annotation) for word in literals(inner)]


@pytest.mark.parametrize("heading", SECTIONS)
def test_every_key_is_listed_with_its_default_and_its_values(heading):
    rows, fields = table(heading), SECTIONS[heading].model_fields
    assert sorted(rows) == sorted(fields)
    for name, field in fields.items():
        default = (
            getattr(Timeouts(), name)
            if heading == "timeouts"
            else field.get_default(call_default_factory=True)
        )
        assert rows[name][1] == written(default), name
        assert not [word for word in literals(field.annotation) if f"`{word}`" not in rows[name][2]], name


def test_every_section_of_the_configuration_is_covered():
    def models(kind: type[BaseModel]) -> set[type[BaseModel]]:
        found = {kind}
        for field in kind.model_fields.values():
            for inner in inside(field.annotation):
                found |= models(inner)
        return found

    def inside(annotation: Any) -> list[type[BaseModel]]:
        if isinstance(annotation, type) and issubclass(annotation, BaseModel):
            return [annotation]
        return [model for inner in get_args(annotation) for model in inside(inner)]

    assert models(Config) == set(SECTIONS.values())


def test_every_fact_of_a_card_is_listed():
    rows = table("cards")
    facts = {field.name: field for field in dataclasses.fields(ModelCard) if field.name != "source"}
    assert list(rows) == list(facts)
    for name, field in facts.items():
        default = field.default
        if name in ("maker", "jurisdiction"):
            default = None
        assert rows[name][1] == written(default), name
    for kind, key in ((Score, "scores"), (Endpoint, "endpoints")):
        assert all(f"`{field.name}`" in rows[key][2] for field in dataclasses.fields(kind))
    assert all(f"`{word}`" in rows["capabilities"][2] for word in CAPABILITIES)
    assert all(f"`{word}`" in rows["weights"][2] for word in WEIGHTS)


def test_every_trait_is_listed_with_its_words():
    rows = table("traits")
    assert list(rows) == [field.name for field in dataclasses.fields(Traits)]
    for name, words in {
        "reasons": get_args(Reasons),
        "endpoint": get_args(Speaks),
        "output": get_args(Formats),
    }.items():
        assert all(f"`{word}`" in rows[name][0] for word in words)
    assert all(f"`{effort}`" in rows["efforts"][1] for effort in EFFORTS)
    assert all(
        word in rows["refuses_while_reasoning"][1]
        for word in REFUSABLE - SAMPLING - {*HINTS, "stop", "sampling"}
    )


def test_providers_are_listed_with_their_facts():
    with Router.from_config({}) as router:
        offered = {name: provider.facts for name, provider in router.wiring.offers.providers.items()}
    stated = table("Providers")
    sentence = re.search(r"^- (.*?) (?:is|are) known by name;", PAGE, re.MULTILINE)
    named = set(re.findall(r"`(\w+)`", sentence[1])) if sentence else set()
    assert {*stated, *named} == set(PROVIDERS)
    assert not named & set(offered), "these are offered now; they belong in the table"
    for name, (plugin, *facts) in stated.items():
        assert plugin == f"`{distribution_of(name)}`"
        # A plugin that is not installed here cannot be asked.
        assert name not in offered or facts == cells(offered[name]), name
    assert {"openai", "zhipu", "ollama", "local"} <= set(stated) & set(offered)


def cells(facts: ProviderFacts) -> list[str]:
    key = " or ".join(f"`{variable}`" for variable in facts.env) or "–"
    if facts.env and not facts.needs_key:
        key += " (optional)"
    where = [f"`{value}`" if value else "–" for value in (facts.base_url, facts.region)]
    return [key, *where, "yes" if facts.on_premise else "no"]


def test_variables_are_listed():
    assert set(table("In the environment")) == set(RESERVED)


def test_tasks_are_listed_with_their_rows():
    stated = table("routes")
    for row in load_tasks():
        threshold = "–" if row.threshold is None else f"{row.threshold:,}"
        assert stated.pop(row.task) == [", ".join(row.models), threshold]
    assert not stated


def test_ways_to_rescue_are_listed():
    assert tuple(table("rescue")) == RESCUE_MODES


@pytest.mark.parametrize("region", table("Regions"))
def test_regions_lie_where_the_page_says(region):
    assert table("Regions")[region] == [", ".join(sorted(jurisdictions_of(region))) or "–"]


def test_alibaba_means_london_by_eu_west_1():
    assert jurisdictions_of("eu-west-1", "alibaba") == {"uk"}


def test_what_follows_a_failure_is_as_the_tutorial_says():
    words = {
        "the same deployment again, then the next": Action.RETRY,
        "the same deployment once more, shown what was wrong, then the next": Action.REPAIR,
        "the same deployment once more, for the answer from its beginning, then the next": Action.REPAIR,
        "the same deployment once more, without the setting, then the next": Action.REPAIR,
        "the next deployment at once": Action.FALL_BACK,
        "the next deployment of another model": Action.OTHER_MODEL,
        "nothing: a refusal is not routed around": Action.END,
        "nothing: the request is where it should not be": Action.END,
        "nothing: another deployment would find the router as full": Action.END,
    }
    rows = table("When something fails", (DOCS / "tutorial.md").read_text("utf-8"))
    stated = {
        name: words[cells[0]] for kinds, cells in rows.items() for name in re.findall(r"[A-Z]\w+", kinds)
    } | {kind.__name__: Action.FALL_BACK for kind in AttemptTimeout.__subclasses__()}

    def error(kind: type[ProviderError]) -> ProviderError:
        with_text = issubclass(kind, OutputInvalid | ContentRejected)
        return kind("x", text="") if with_text else kind("x")

    assert stated == {kind.__name__: action_for(error(kind)) for kind in kinds_of(ProviderError)}


def kinds_of(kind: type[ProviderError]) -> set[type[ProviderError]]:
    """Every kind of core's of failure of one attempt below, but for what only groups timeouts. Those of
    plugins are treated as what they are kinds of.
    """
    below = {inner for child in kind.__subclasses__() for inner in (child, *kinds_of(child))}
    own = {each for each in below if each.__module__.startswith("interlock.")}
    return own - {AttemptTimeout, AllRateLimited, CoolingDown}
