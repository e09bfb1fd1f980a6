"""`interlock plugins`: what is installed, what it offers, what went wrong with it, and what proves it.

Its verb `new` stands in a file of its own, and what `show` prints in another.
"""

import os
import sys
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from interlock.cli import described, new, show
from interlock.cli.failures import FAILED
from interlock.cli.places import offer_data
from interlock.cli.session import session
from interlock.errors import ConfigError
from interlock.plugins import PluginHost, PluginReport
from interlock.strategies.panel import PanelStrategy

if TYPE_CHECKING:
    from interlock.assembly.offers import Offers

app = typer.Typer(invoke_without_command=True, rich_markup_mode=None)
app.command()(new.new)


@app.callback()
def plugins(
    context: typer.Context,
    as_json: Annotated[bool, typer.Option("--json", help="Print a JSON list.")] = False,
) -> None:
    """List the plugins, what they offer and why one failed.

    The exit code is 0 even when a plugin failed: the others work without it. While INTERLOCK_STRICT_PLUGINS=1
    is set, it is 1 then.
    """
    if context.invoked_subcommand is None:
        _list(context, as_json=as_json)


@app.command("show")
def show_one(
    context: typer.Context,
    name: Annotated[
        str, typer.Argument(metavar="NAME", help="A plugin, its distribution, or what it offers.")
    ],
    as_json: Annotated[bool, typer.Option("--json", help="Print a JSON list.")] = False,
) -> None:
    """Show a plugin, and the options that may be written for what it offers."""
    host, offers, _ = _host(session(context).config)
    found = described.matching(host.reports, name)
    if as_json or (context.parent is not None and context.parent.params.get("as_json")):
        show.write_json([_data(report, offers) for report in found])
    else:
        described.write(found, offers)


@app.command()
def check(
    context: typer.Context,
    distribution: Annotated[
        str, typer.Argument(metavar="DISTRIBUTION", help="An installed plugin, e.g. interlock-openai.")
    ],
    as_json: Annotated[bool, typer.Option("--json", help="Print a JSON object.")] = False,
) -> None:
    """Run the conformance kit against a plugin and report in Markdown.

    Everything happens on this machine: the kit plays the vendor. The exit code is 0 when every rule that
    was run is kept, else 1.
    """
    from interlock.testing import checking, report

    def begin(kind: str, name: str) -> None:
        if sys.stderr.isatty():
            show.note(f"Checking {kind} {name} …")

    found = checking.check(distribution, begin)
    if as_json or (context.parent is not None and context.parent.params.get("as_json")):
        show.write_json(report.as_data(found))
    else:
        sys.stdout.write(show.printable(report.as_markdown(found)))
    if not found.passed:
        raise typer.Exit(FAILED)


def _list(context: typer.Context, *, as_json: bool) -> None:
    from interlock.assembly.switches import not_installed

    host, offers, strategy = _host(session(context).config)
    reports = host.reports
    failures = [(report.name, failure) for report in reports for failure in report.failures]
    if as_json:
        show.write_json([_data(report, offers) for report in reports])
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
    offered = [name for report in reports for name in report.offers.get("interlock_strategies", ())]
    if strategy and len([name for name in offered if name != PanelStrategy.name]) > 1:
        show.note(f"Strategy in use: {strategy}.")
    if absent := not_installed(host):
        show.note(f"Switched off, and not installed here: {', '.join(absent)}.")
    if failures and os.environ.get("INTERLOCK_STRICT_PLUGINS", "") == "1":
        raise typer.Exit(FAILED)


def _data(report: PluginReport, offers: "Offers") -> dict[str, Any]:
    return {
        "name": report.name,
        "distribution": report.distribution,
        "version": report.version,
        "status": report.status,
        "offers": report.offers,
        "options": {
            where: [asdict(option) for option in options]
            for where, options in described.options_of(report, offers).items()
        },
        "places": [row for facts in described.providers_of(report, offers) for row in offer_data(facts)],
        "failures": report.failures,
    }


def _host(config: str | None) -> "tuple[PluginHost, Offers, str | None]":
    """The plugins as a router has them, and the strategy that it runs. A configuration that cannot be used
    does not stand in the way, and leaves the strategy open.
    """
    from interlock import builtins
    from interlock.assembly import assemble
    from interlock.assembly.offers import collect
    from interlock.catalog import Catalog

    # Strict plugins end everything at the first failure; here all of them are wanted.
    environ = {name: value for name, value in os.environ.items() if name != "INTERLOCK_STRICT_PLUGINS"}
    try:
        wiring = assemble(config, environ=environ)
    except ConfigError as error:
        host = PluginHost([builtins], environ=environ)
        offers = collect(host, Catalog().cards)
        show.note(f"Listed without the configuration, which cannot be used: {error}")
        return host, offers, None
    return wiring.host, wiring.offers, wiring.config.strategy


def _offers(report: PluginReport) -> str:
    kinds = (
        f"{hook.removeprefix('interlock_').replace('_', ' ')}: {', '.join(offered)}"
        for hook, offered in report.offers.items()
        if offered
    )
    return "; ".join(kinds) or "-"
