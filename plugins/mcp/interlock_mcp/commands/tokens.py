"""Logging in to a server and out, from the command line."""

from math import isfinite
from typing import Annotated

import typer

from interlock.commands import note, session, write_json
from interlock_mcp.commands.options import JsonOption

Connector = Annotated[str, typer.Argument(metavar="CONNECTOR", help="Its id.")]


def login(
    context: typer.Context,
    *,
    connector: Connector,
    scope: Annotated[str, typer.Option(help="Asked for beside what is asked for anyway.")] = "",
    browser: Annotated[bool, typer.Option(help="Open one; else the address is printed alone.")] = True,
    seconds: Annotated[float, typer.Option("--timeout", min=1, help="Seconds until it is given up.")] = 300.0,
    as_json: JsonOption = False,
) -> None:
    """Log in to a server, whose connector names the issuer of its tokens.

    The browser is sent to the issuer, and comes back to a port of this machine.
    """
    from interlock_mcp.signing_in import login as logged_in  # noqa: PLC0415 - as the other verbs

    def show(url: str) -> None:
        note(f"Log in at {url}")
        if browser:
            import webbrowser  # noqa: PLC0415 - for a person alone

            webbrowser.open(url)

    router = session(context).router()
    context.call_on_close(router.close_sync)
    done = logged_in(router, connector, show, scope=scope, timeout=seconds)
    if as_json:
        until = done.until if isfinite(done.until) else None
        told = {"resource": done.resource, "issuer": done.issuer, "scope": done.scope}
        write_json({"connector": connector, **told, "until": until, "renewable": done.renewable})
    else:
        note(f"Logged in to {connector}{f', for {done.scope}' if done.scope else ''}.")


def logout(context: typer.Context, *, connector: Connector, as_json: JsonOption = False) -> None:
    """Forget the tokens of a server, and tell their issuer."""
    from interlock_mcp.signing_in import logout as logged_out  # noqa: PLC0415 - as the other verbs

    router = session(context).router()
    context.call_on_close(router.close_sync)
    there = logged_out(router, connector)
    if as_json:
        write_json({"connector": connector, "logged_out": there})
    else:
        note(f"Logged out of {connector}." if there else f"Nobody was logged in to {connector}.")
