"""`interlock plugins`: what is installed, what it offers, and what went wrong with it."""

import os
from typing import Annotated

import typer

from interlock.cli import show
from interlock.cli.session import session
from interlock.errors import ConfigError
from interlock.plugins import PluginReport


def plugins(
    context: typer.Context,
    as_json: Annotated[bool, typer.Option("--json", help="Print a JSON list.")] = False,
) -> None:
    """List the plugins: what each offers, and why one failed.

    The exit code is 0 even when a plugin failed: the others work without it.
    """
    reports = _reports(session(context).config)
    if as_json:
        show.write_json(
            [
                {
                    "name": report.name,
                    "distribution": report.distribution,
                    "version": report.version,
                    "status": report.status,
                    "offers": report.offers,
                    "failures": report.failures,
                }
                for report in reports
            ]
        )
    else:
        rows = [
            (report.name, report.distribution, report.version or "–", report.status, _offers(report))
            for report in reports
        ]
        show.table(("Plugin", "Distribution", "Version", "Status", "Offers"), rows)
    failed = [report for report in reports if report.failures]
    if not as_json and failed:
        failures = [(report.name, failure) for report in failed for failure in report.failures]
        show.table(("Failed", "Cause"), failures)
    if failed:
        count = "1 plugin" if len(failed) == 1 else f"{len(failed)} plugins"
        show.note(f"{count} failed; everything else works.")


def _reports(config: str | None) -> list[PluginReport]:
    """The plugins as a router has them; a configuration that cannot be used does not stand in the way."""
    from interlock import builtins  # noqa: PLC0415 - help needs no plugins
    from interlock.assembly import assemble  # noqa: PLC0415
    from interlock.assembly.offers import collect  # noqa: PLC0415
    from interlock.catalog import Catalog  # noqa: PLC0415
    from interlock.plugins import PluginHost  # noqa: PLC0415

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
    return "; ".join(kinds) or "–"
