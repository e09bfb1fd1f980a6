"""From a URL to what SQLAlchemy connects to, without importing it."""

from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import unquote, urlsplit

from interlock import StoreError
from interlock.types.health import ShareCall
from interlock.types.ledgers import LedgerPlace
from interlock.types.limits import LimitsPlace
from interlock.types.logs import LogCall
from interlock.types.stores import StoreCall


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """`file` is set for SQLite, `url` for PostgreSQL; `label` names the place without a password."""

    label: str
    file: Path | None = None
    url: str = field(default="", repr=False)


def address_of(call: LedgerPlace | LimitsPlace | LogCall | ShareCall | StoreCall) -> Address:
    """Raises StoreError, which does not repeat the URL."""
    scheme, _, rest = call.url.partition("://")
    return _file(rest, call.folder) if scheme == "sqlite" else _server(rest)


def _file(rest: str, folder: Path) -> Address:
    host, slash, path = rest.partition("/")
    name = unquote(path.partition("?")[0])
    if host or not slash:
        raise StoreError(
            "sqlite takes three slashes before a relative path and four before an absolute one, as in "
            "sqlite:///interlock.db."
        )
    if not name or name == ":memory:":
        raise StoreError("sqlite needs a file, as in sqlite:///interlock.db; what is in memory is not kept.")
    if "?" in path:
        raise StoreError("sqlite takes a path and nothing after it.")
    try:
        file = (folder / Path(name).expanduser()).absolute()
    except (ValueError, RuntimeError):
        raise StoreError("the path after sqlite:/// is no path.") from None
    return Address(label=str(file), file=file)


def _server(rest: str) -> Address:
    try:
        parts = urlsplit(f"postgresql://{rest}")
        host = parts.hostname or ""
        port = parts.port
    except ValueError:
        raise StoreError(
            "the address is malformed; it looks like postgresql://user:password@host:5432/database, with "
            "%40 for an @ in the password."
        ) from None
    database = parts.path.strip("/")
    if not database:
        raise StoreError("a PostgreSQL address ends in the name of a database, as in …@host/interlock.")
    if find_spec("psycopg") is None:
        raise StoreError("PostgreSQL needs a driver; install interlock-sql[postgresql].")
    place = f"{host or 'the local socket'}{f':{port}' if port else ''}"
    return Address(label=f"{database} at {place}", url=f"postgresql+psycopg://{rest}")
