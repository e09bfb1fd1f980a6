"""The key outside the database under which subjects are looked up and their data keys are wrapped."""

import base64
import binascii
import hashlib
import hmac
import os
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from interlock import ConfigError

_LENGTH = 32  # bytes of each key
_NONCE = 12  # bytes
_BLOCK = 64  # bytes: a text is filled up to a multiple, so that its length says little

DataKey = bytes


class SealingKey:
    """It does not print.

    Attributes:
        id: 16 hexadecimal digits that name it, and say nothing of it.
    """

    def __init__(self, secret: bytes) -> None:
        self._secret = secret
        self._lookup = self._derived("lookup")
        self._wrapping = AESGCM(self._derived("wrap"))
        self.id = self._derived("id")[:8].hex()

    @classmethod
    def new(cls) -> "SealingKey":
        return cls(os.urandom(_LENGTH))

    def write(self, path: Path) -> None:
        """Into a new file that its owner alone may read.

        Raises OSError, FileExistsError where there is one already.
        """
        path.parent.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
            file.write(base64.b64encode(self._secret) + b"\n")

    def lookup(self, kind: str, name: str) -> str:
        """What the keyring knows a subject by: nobody learns from it who that is without this key."""
        said = f"{kind}\n{name}".encode("utf-8", "surrogatepass")
        return hmac.digest(self._lookup, said, "sha256").hex()

    def wrapped(self, data_key: DataKey, *, handle: str, lookup: str) -> str:
        """It unwraps with that handle and as that lookup's alone: nobody's row can be made another's."""
        return _sealed(self._wrapping, data_key, _whose(handle, lookup))

    def unwrapped(self, text: str, *, handle: str, lookup: str) -> DataKey:
        """Raises Unopened."""
        return _opened(self._wrapping, text, _whose(handle, lookup))

    def _derived(self, purpose: str) -> bytes:
        # HKDF-Expand (RFC 5869) of one block: the secret is as long and as random as the digest.
        return hmac.digest(self._secret, f"interlock-audit-sealing-1 {purpose}\x01".encode(), hashlib.sha256)


class Unopened(ValueError):
    """Something was sealed under another key, was changed, or stands where it does not belong."""


def new_data_key() -> DataKey:
    return os.urandom(_LENGTH)


def seal(data_key: DataKey, text: bytes, *, entry: str, handle: str) -> str:
    """AES-256-GCM in base64, a random nonce before it. It opens as that entry's, with that handle, alone."""
    return _sealed(AESGCM(data_key), text + b" " * (-len(text) % _BLOCK), _bound(entry, handle))


def unseal(data_key: DataKey, sealed: str, *, entry: str, handle: str) -> bytes:
    """The text, with blanks at its end. Raises Unopened."""
    return _opened(AESGCM(data_key), sealed, _bound(entry, handle))


def _whose(handle: str, lookup: str) -> str:
    return f"interlock-audit-key-1\n{handle}\n{lookup}"


def _bound(entry: str, handle: str) -> str:
    return f"interlock-audit-sealed-1\n{entry}\n{handle}"


def _sealed(cipher: AESGCM, data: bytes, bound: str) -> str:
    nonce = os.urandom(_NONCE)
    return base64.b64encode(nonce + cipher.encrypt(nonce, data, bound.encode())).decode()


def _opened(cipher: AESGCM, sealed: str, bound: str) -> bytes:
    try:
        data = base64.b64decode(sealed, validate=True)
        return cipher.decrypt(data[:_NONCE], data[_NONCE:], bound.encode())
    except (ValueError, binascii.Error, InvalidTag):
        raise Unopened from None


def sealing_key(text: str, *, key: str = "sealing") -> SealingKey:
    """The key in it.

    Raises:
        ConfigError: it is no sealing key. It names `key`, and repeats nothing.
    """
    try:
        secret = base64.b64decode(text.strip(), validate=True)
    except (ValueError, binascii.Error):
        secret = b""
    if len(secret) != _LENGTH:
        raise ConfigError(
            "this is no sealing key, which is 32 bytes in base64; `interlock audit init` makes one.", key=key
        )
    return SealingKey(secret)
