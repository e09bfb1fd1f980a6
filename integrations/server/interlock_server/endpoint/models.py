"""Models that whoever asks may use."""

from interlock_server.endpoint.exchange import Exchange

_OK = 200


async def list_models(exchange: Exchange) -> None:
    """All of them."""
    await exchange.reply(_OK, exchange.served.names.listing(exchange.principal))


async def show_model(exchange: Exchange) -> None:
    """The one whose name follows."""
    await exchange.reply(_OK, exchange.served.names.entry(exchange.rest, exchange.principal))
