"""`interlock serve`: the router behind an endpoint, for clients that speak the dialects of others."""

from typing import Annotated

import typer

from interlock.commands import note, session

PORT = 8790


def serve(
    context: typer.Context,
    *,
    host: Annotated[str, typer.Option(help="The address to listen at.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="The port; 0 is any that is free.")] = PORT,
) -> None:
    """Serve the router to clients of OpenAI and Anthropic, until it is interrupted.

    Without keys, this machine alone is served.
    """
    from interlock_server.endpoint.opening import open_served
    from interlock_server.endpoint.running import endpoint_of, listening, run

    served = open_served(session(context).config)
    taken = listening(host, port, keyed=served.identities.required)
    address = taken.getsockname()
    note(f"Serving at http://{f'[{host}]' if ':' in host else host}:{address[1]}; Ctrl-C stops it.")
    run(endpoint_of(served), taken, grace=served.settings.grace)
