"""Secrets: how they are made, and the digest that is kept in their place."""

import hashlib
import secrets
from typing import Final

from interlock import ConfigError

PREFIX: Final = "ilk_"
SHORTEST: Final = 16
"""Characters of a secret that somebody brings along: what is shorter may be guessed."""
_BYTES: Final = 32
_LONGEST: Final = 512


def new_secret() -> str:
    """One that nobody has: 256 random bits."""
    return PREFIX + secrets.token_urlsafe(_BYTES)


def digest_of(secret: str) -> str:
    """SHA-256 in hexadecimal; of any text, however strange, for it may come from anybody."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def check_secret(secret: str, key: str) -> str:
    """One that was chosen elsewhere, if a header can carry it and nobody will guess it.

    Raises:
        ConfigError: it cannot be used; it is not repeated.
    """
    if not SHORTEST <= len(secret) <= _LONGEST:
        what = f"has {len(secret)} characters; a secret has {SHORTEST} to {_LONGEST}"
        raise ConfigError(f"{what}, as `interlock keys create` makes them.", key=key)
    if not (secret.isascii() and secret.isprintable()) or " " in secret:
        raise ConfigError("holds a character that no secret can: a space, or no ASCII.", key=key)
    return secret
