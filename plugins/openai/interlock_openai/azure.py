"""Azure's addresses: the v1 endpoint, which is like everyone's, and the classic one with dated versions."""

from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

# The last dated version that is not a preview; a query in base_url overrides it.
_VERSION = "2024-10-21"


def v1(base_url: str, verb: str) -> str:
    """`verb` at the resource's v1 endpoint, whatever base_url says of the classic one."""
    scheme, host, path, query, _ = urlsplit(base_url)
    path = path.rstrip("/")
    if not path.endswith("/v1"):
        path = f"{path.partition('/openai')[0]}/openai/v1"
        query = "" if is_classic(base_url) else query
    return urlunsplit((scheme, host, f"{path}/{verb}", query, ""))


def classic(base_url: str, verb: str, name: str) -> str:
    """`verb` at the classic endpoint, which names the deployment in its path."""
    scheme, host, path, query, _ = urlsplit(base_url)
    path, given = path.rstrip("/"), dict(parse_qsl(query))
    if "/deployments/" not in path:
        path = f"{path.removesuffix('/openai')}/openai/deployments/{quote(name, safe='')}"
    given.setdefault("api-version", _VERSION)
    return urlunsplit((scheme, host, f"{path}/{verb}", urlencode(given), ""))


def is_classic(base_url: str) -> bool:
    """Whether a base_url asks for the classic endpoint: it names a deployment, or a dated version."""
    parts = urlsplit(base_url)
    if parts.path.rstrip("/").endswith("/v1"):
        return False
    return "/deployments/" in parts.path or dict(parse_qsl(parts.query)).get("api-version", "")[:1].isdigit()
