"""The client of a server, for all that is kept there: it fails soon, and whoever uses it tries again."""

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from interlock_redis.address import Address

_PATIENCE = 1.0  # seconds


def connected(address: Address) -> Redis:
    """Connects when it is first used, and waits a second at most."""
    return Redis(
        host=address.host,
        port=address.port,
        db=address.database,
        username=address.username,
        password=address.password,
        ssl=address.tls,
        socket_timeout=_PATIENCE,
        socket_connect_timeout=_PATIENCE,
        retry=Retry(NoBackoff(), 0),
        client_name="interlock",
    )
