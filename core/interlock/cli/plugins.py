"""`interlock plugins`: what is installed, what it offers, and what went wrong with it."""

import os
from typing import Annotated, Any

import typer

from interlock.cli import show
from interlock.cli.session import session
from interlock.errors import ConfigError
from interlock.plugins import PluginReport


def plugins(
    context: typer.Context,
    as_json: Annotated[bool, typer.Option("--json", help="Print a JSON list.")] = False,
) -> None:
    """List the plugins, what they offer and why one failed.

    The exit code is 0 even when a plugin failed: the others work without it.
    """
    reports = _reports(session(context).config)
    failures = [(report.name, failure) for report in reports for failure in report.failures]
    if as_json:
        show.write_json([_data(report) for report in reports])
    else:
        rows = [
            (report.name, report.distribution, report.version or "-", report.status, _offers(report))
            for report in reports
        ]
        found = (("Plugin", "Distribution", "Version", "Status", "Offers"), rows)
        show.tables(found, *([(("Failed", "Cause"), failures)] if failures else []))
    if failures:
        failed = len({name for name, _ in failures})
        show.note(f"{failed} plugin{'s' if failed > 1 else ''} failed; everything else works.")


def _data(report: PluginReport) -> dict[str, Any]:
    return {
        "name": report.name,
        "distribution": report.distribution,
        "version": report.version,
        "status": report.status,
        "offers": report.offers,
        "failures": report.failures,
    }


def _reports(config: str | None) -> list[PluginReport]:
    """The plugins as a router has them; a configuration that cannot be used does not stand in the way."""
    from interlock import builtins
    from interlock.assembly import assemble
    from interlock.assembly.offers import collect
    from interlock.catalog import Catalog
    from interlock.plugins import PluginHost

    # Strict plugins end everything at the first failure; here all of them are wanted.
    environ = {name: value for name, value in os.environ.items() if name != "INTERLOCK_STRICT_PLUGINS"}
    try:
        return assemble(config, environ=environ).host.reports
    except ConfigError as error:
        host = PluginHost([builtins], environ=environ)
        collect(host, Catalog().cards)
        show.note(f"Listed without the configuration, which cannot be used: {error}")
        return host.reports


def _offers(report: PluginReport) -> str:
    kinds = (
        f"{hook.removeprefix('interlock_').replace('_', ' ')}: {', '.join(offered)}"
        for hook, offered in report.offers.items()
        if offered
    )
    return "; ".join(kinds) or "-"
