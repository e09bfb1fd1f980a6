"""Whether a network can be used, before anything is sent through it."""

from interlock.http.proxies import Proxies
from interlock.http.tls import context_for
from interlock.types.models import Network


def check_network(network: Network) -> None:
    """Read the files and the proxy that it names.

    Raises:
        ConfigError: the key is `ca_bundle`, `client_cert` or `proxy`.
    """
    if network.ca_bundle is not None or network.client_cert is not None:
        context_for(network)
    if network.proxy is not None:
        Proxies(network)
