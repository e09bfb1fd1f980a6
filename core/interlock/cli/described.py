"""`interlock plugins show`: one plugin, and the options of what it offers."""

import json
from collections.abc import Iterator
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from interlock.cli import show
from interlock.cli.places import offer_rows
from interlock.errors import RequestError
from interlock.plugins import PluginReport
from interlock.types.names import nearest

if TYPE_CHECKING:
    from interlock.assembly.offers import Offers
    from interlock.config.described import Option
    from interlock.protocols import ProviderFacts


def matching(reports: list[PluginReport], name: str) -> list[PluginReport]:
    """Those that are called so, come from a distribution of that name, or offer something under it.

    Raises:
        RequestError: there are none.
    """
    found = [report for report in reports if name in (report.name, report.distribution)]
    found = found or [report for report in reports if any(name in taken for taken in report.offers.values())]
    if found:
        return found
    known = {each for report in reports for each in (report.name, report.distribution)}
    offered = {each for report in reports for taken in report.offers.values() for each in taken}
    near = nearest(name, sorted(known | offered))
    way = "" if near else "; `interlock plugins` lists what there is"
    raise RequestError(
        f"no plugin is called {name!r}, and none offers that{way}.", key="NAME", suggestion=near
    )


def options_of(report: PluginReport, offers: "Offers") -> "dict[str, list[Option]]":
    """Where an offer's options are written, to what they are; a schema that is broken has none."""
    from interlock.assembly.options import SECTIONS
    from interlock.config import GuardrailConfig
    from interlock.config.described import described
    from interlock.config.options import BrokenSchema

    places = {section.kind: f"{section.key}.{{}}" for section in SECTIONS}
    places["connectors"] = "connectors[{}].options"
    found: dict[str, list[Option]] = {}
    for kind, place in places.items():
        common = [GuardrailConfig] if kind == "guardrails" else []
        for name in report.offers.get(f"interlock_{kind}", ()):
            own = offers.schemas.get(kind, {}).get(name)
            with suppress(BrokenSchema):
                options = [option for schema in [own, *common] if schema for option in described(schema)]
                if options:
                    found[place.format(name)] = options
    return found


def providers_of(report: PluginReport, offers: "Offers") -> "list[ProviderFacts]":
    """The facts of the providers that it offers and that a router takes from it."""
    names = report.offers.get("interlock_providers", ())
    return [offers.providers[name].facts for name in names if name in offers.providers]


def rows(options: "dict[str, list[Option]]") -> Iterator[tuple[str, str, str, str]]:
    """Key, type, default and meaning."""
    for where, each in options.items():
        for option in each:
            yield f"{where}.{option.key}", option.type, _default(option), option.help or "-"


def write(reports: list[PluginReport], offers: "Offers") -> None:
    """Print what each offers, its options and its failures."""
    for report in reports:
        facts = [
            ("Distribution", report.distribution),
            ("Version", report.version or "-"),
            ("Status", report.status),
            *((_titled(hook), ", ".join(taken)) for hook, taken in report.offers.items() if taken),
            *(("Failed", failure) for failure in report.failures),
        ]
        parts: list[Any] = [((report.name, ""), facts)]
        if found := list(rows(options_of(report, offers))):
            parts.append((("Option", "Type", "Default", "Meaning"), found))
        if places := [row for facts in providers_of(report, offers) for row in offer_rows(facts)]:
            parts.append((("Row", "Processed in", "Stored in", "As of", "Source"), places))
        show.tables(*parts)


def _titled(hook: str) -> str:
    return hook.removeprefix("interlock_").replace("_", " ").capitalize()


def _default(option: "Option") -> str:
    if option.required:
        return "required"
    return "-" if option.default is None else json.dumps(option.default, ensure_ascii=False)
