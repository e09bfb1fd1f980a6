"""docs/tracing.md names the metrics and spans that there are, and its compose file can be used."""

import re
from pathlib import Path

import yaml

from interlock.telemetry import AttributeNames, metrics_of
from interlock.telemetry.names import CHAT, EXECUTE_TOOL, INVOKE_WORKFLOW

DOCS = Path(__file__).parents[2] / "docs"
PAGE = (DOCS / "tracing.md").read_text("utf-8")


def rows(heading: str) -> list[list[str]]:
    section = PAGE.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    lines = re.findall(r"^\|.*\|$", section, re.MULTILINE)[2:]
    return [[cell.strip().strip("`") for cell in line.strip("|").split("|")] for line in lines]


def test_the_metrics_are_those_of_the_names_table():
    for column, newest in ((1, False), (2, True)):
        stated = {row[column] for row in rows("Metrics")} - {"–"}
        assert stated == {metric.name for metric in metrics_of(newest=newest).values()}


def test_each_metric_is_described_with_its_kind_and_unit():
    metrics = {
        metric.name: metric for newest in (False, True) for metric in metrics_of(newest=newest).values()
    }
    for what, old, new in rows("Metrics"):
        for name in {old, new} - {"–"}:
            metric = metrics[name]
            assert what == f"{metric.what} ({metric.kind}, {metric.unit})"


def test_the_spans_are_those_of_the_names_table():
    assert [row[0].split()[0] for row in rows("Spans")] == [INVOKE_WORKFLOW, CHAT, EXECUTE_TOOL]


def test_every_attribute_that_is_named_exists():
    named = set(re.findall(r"\b(?:gen_ai|interlock)\.[a-z_.]+[a-z]", PAGE)) - {
        "gen_ai.client",
        "gen_ai.usage",
    }
    metrics = {metric.name for newest in (False, True) for metric in metrics_of(newest=newest).values()}
    known = {
        *AttributeNames(),
        *AttributeNames.newest(),
        *metrics,
        "interlock.testing",
        "interlock.usage",
        "interlock.tokens_counted",
    }
    assert named <= known, named - known


def test_jaeger_is_reached_from_this_machine_alone():
    compose = yaml.safe_load((DOCS / "examples" / "jaeger" / "compose.yaml").read_text())
    ports = compose["services"]["jaeger"]["ports"]
    assert {port.rpartition(":")[2] for port in ports} == {"4317", "4318", "16686"}
    assert all(port.startswith("127.0.0.1:") for port in ports)
