"""The configuration's URL, taken apart."""

from dataclasses import dataclass, field
from urllib.parse import parse_qsl, unquote, urlsplit

from interlock import StoreError
from interlock.types.health import ShareCall
from interlock.types.ledgers import LedgerPlace
from interlock.types.limits import LimitsPlace

HEALTH = "interlock:health"
LEDGER = "interlock:ledger"
LIMITS = "interlock:limits"
_PORT = 6379
_LONGEST_PREFIX = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """A database of a server. `prefix` begins the names of all keys there."""

    host: str
    port: int = _PORT
    database: int = 0
    tls: bool = False
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    prefix: str = HEALTH


def address_of(call: ShareCall | LedgerPlace | LimitsPlace) -> Address:
    """Raises StoreError, which does not repeat the URL."""
    try:
        parts = urlsplit(call.url)
        port = parts.port or _PORT
        options = dict(parse_qsl(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query)))
    except ValueError:
        raise StoreError("the address cannot be read; expected redis://host:port/database") from None
    path = parts.path.strip("/")
    if not parts.hostname:
        raise StoreError("the address names no host; expected redis://host:port/database")
    if path and not (path.isascii() and path.isdigit()):
        raise StoreError("the address names no database; its path is a number such as /0")
    prefix = options.pop("prefix", _usual(call))
    if options:
        raise StoreError(f"the address has an option {min(options)!r}; the only one is prefix")
    if not prefix.isprintable() or not 0 < len(prefix) <= _LONGEST_PREFIX or set(prefix) & set("{}"):
        raise StoreError("the address's prefix is no name; letters, digits and : make one")
    return Address(
        host=parts.hostname,
        port=port,
        database=int(path or 0),
        tls=parts.scheme in ("rediss", "valkeys"),
        username=unquote(parts.username) if parts.username else None,
        password=unquote(parts.password) if parts.password else None,
        prefix=prefix,
    )


def _usual(call: ShareCall | LedgerPlace | LimitsPlace) -> str:
    if isinstance(call, LedgerPlace):
        return LEDGER
    return LIMITS if isinstance(call, LimitsPlace) else HEALTH
