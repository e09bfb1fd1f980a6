"""Which proxy a URL goes through: the configured one, else the environment's."""

import base64
import ipaddress
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit
from urllib.request import getproxies_environment

from interlock.errors import ConfigError
from interlock.http.hosts import is_loopback
from interlock.types.models import Network, Secret


@dataclass(frozen=True, slots=True, kw_only=True)
class Proxy:
    """`url` holds no credentials; `authorization` is the header's value."""

    url: str
    authorization: str | None = field(default=None, repr=False)


class Proxies:
    """Reads the environment once.

    A configured proxy serves every host. Without one, HTTPS_PROXY, ALL_PROXY and NO_PROXY (in either case)
    are followed to https, where a proxy sees the host and nothing else, unless the network says otherwise:
    whoever set a variable for all programs has not said that prompts may be read on their way. A system's own
    proxy settings are not read.
    """

    def __init__(self, network: Network) -> None:
        self._configured = None if network.proxy is None else _parse(network.proxy, key="proxy")
        self._environment = {} if network.proxy is not None else getproxies_environment()
        listed = self._environment.pop("no", "").lower().replace(" ", "").split(",")
        self._no_proxy = [entry for entry in listed if entry]
        self._no_proxy_blocks = [block for entry in self._no_proxy if (block := _block(entry)) is not None]
        self._follows = network.environment

    def for_url(self, url: str) -> Proxy | None:
        """Raise ConfigError when the environment names a proxy that cannot be used."""
        name = self._named(url)
        if not name or not self._is_followed(url):
            return self._configured
        return _parse(self._environment[name], key=_variable(name), source="environment")

    def passed_by(self, url: str) -> str:
        """The variable that names a proxy for this URL which is not followed; empty when none does."""
        name = self._named(url)
        return _variable(name) if name and not self._is_followed(url) else ""

    def _is_followed(self, url: str) -> bool:
        return self._follows and url.lower().startswith("https:")

    def _named(self, url: str) -> str:
        """Whose proxy of the environment's is meant for the URL: `http`, `https`, `all`, or nobody's."""
        if not self._environment:
            return ""
        parts = urlsplit(url)
        name = parts.scheme if parts.scheme in self._environment else "all"
        host = parts.hostname or ""
        if is_loopback(host) or self._blocked(host) or self._bypassed(parts.netloc.rpartition("@")[2]):
            return ""
        return name if self._environment.get(name) else ""

    def _bypassed(self, host: str) -> bool:
        """Whether NO_PROXY lists the host, alone, with its port, as a parent domain, or as `*`."""
        names = {host.lower(), host.rpartition(":")[0].lower() if host[-1:].isdigit() else host.lower()}
        has_parents = _address(host.rpartition(":")[0] or host) is None
        for entry in self._no_proxy:
            domain = entry.removeprefix("*").lstrip(".")
            if entry == "*" or domain in names:
                return True
            if domain and has_parents and any(name.endswith(f".{domain}") for name in names):
                return True
        return False

    def _blocked(self, host: str) -> bool:
        """Whether NO_PROXY lists a block that the address lies in. Names are not looked up."""
        if not self._no_proxy_blocks:
            return False
        address = _address(host)
        if address is None:
            return False
        mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
        return any(each in block for block in self._no_proxy_blocks for each in (address, mapped or address))


def _address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def _block(entry: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network | None:
    """The block of addresses that an entry of NO_PROXY stands for, such as 10.0.0.0/8 or one address."""
    try:
        return ipaddress.ip_network(entry.replace("[", "").replace("]", ""), strict=False)
    except ValueError:
        return None


def _variable(name: str) -> str:
    return f"{name.upper()}_PROXY"


def _parse(value: str, *, key: str, source: str = "") -> Proxy:
    try:
        parts = urlsplit(value if "://" in value else f"http://{value}")
        host, port = parts.hostname, parts.port
    except ValueError:
        raise ConfigError("this is no proxy URL", key=key, source=source) from None
    if parts.scheme not in ("http", "https") or not host:
        raise ConfigError("a proxy needs a URL such as http://host:3128", key=key, source=source)
    authority = f"[{host}]" if ":" in host else host
    if port is not None:
        authority += f":{port}"
    credentials = None
    if parts.username is not None:
        credentials = basic(unquote(parts.username), unquote(parts.password or ""))
    return Proxy(url=f"{parts.scheme}://{authority}", authorization=credentials)


def basic(user: str, password: str) -> str:
    """The value of an authorization header."""
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


def without_login(url: str) -> tuple[str, Secret | None]:
    """An address without its `user:password@`, and the authorization that it stands for."""
    try:
        head, at, _ = urlsplit(url).netloc.rpartition("@")
    except ValueError:
        return url, None
    if not at:
        return url, None
    user, _, password = head.partition(":")
    return url.replace(head + at, "", 1), Secret(basic(unquote(user), unquote(password)))
