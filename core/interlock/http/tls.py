"""The TLS settings of a deployment's network."""

import functools
import os
import ssl

from interlock.errors import ConfigError
from interlock.types.files import check_regular
from interlock.types.models import Network


def context_for(network: Network) -> ssl.SSLContext:
    """Trusts `ca_bundle` instead of the usual authorities, and shows `client_cert`. Reads files.

    Raises ConfigError naming the key whose file cannot be used.
    """
    if network.ca_bundle is None and network.client_cert is None:
        return _usual_context()
    context = _new_usual_context() if network.ca_bundle is None else _trusting(network.ca_bundle)
    if network.client_cert is not None:
        _show(context, *network.client_cert)
    return context


@functools.cache
def _usual_context() -> ssl.SSLContext:
    """Shared by everything: it takes tens of milliseconds to fill and is never changed afterwards."""
    return _new_usual_context()


def _new_usual_context() -> ssl.SSLContext:
    import certifi  # noqa: PLC0415 - not at import time of interlock

    # The variables are OpenSSL's own; without them certifi's list also works where the system has none.
    if os.environ.get("SSL_CERT_FILE") or os.environ.get("SSL_CERT_DIR"):
        return ssl.create_default_context()
    return ssl.create_default_context(cafile=certifi.where())


def _trusting(path: str) -> ssl.SSLContext:
    try:
        check_regular(path)
        return ssl.create_default_context(cafile=path)
    except (OSError, ValueError) as error:
        raise ConfigError(f"cannot read certificates from {path!r}: {_why(error)}", key="ca_bundle") from None


def _show(context: ssl.SSLContext, certificate: str, key: str | None) -> None:
    try:
        for path in (certificate, key):
            if path is not None:
                check_regular(path)
        # The empty password keeps OpenSSL from asking for one on the terminal.
        context.load_cert_chain(certificate, key, password="")
    except (OSError, ValueError) as error:
        names = certificate if key is None else f"{certificate}, {key}"
        raise ConfigError(
            f"cannot use the certificate in {names!r}: {_why(error)}", key="client_cert"
        ) from None


def _why(error: Exception) -> str:
    if isinstance(error, ssl.SSLError):
        return f"no valid PEM ({(error.reason or 'unknown form').replace('_', ' ').lower()})"
    return (getattr(error, "strerror", None) or str(error) or type(error).__name__).lower()
