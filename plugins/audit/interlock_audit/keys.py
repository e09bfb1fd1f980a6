"""The key that signs checkpoints: Ed25519, outside the database.

It is written as PKCS #8 in base64, in one line, as a configuration's secrets are; the public one as PEM.
"""

import base64
import hashlib
import os
from pathlib import Path

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_der_private_key,
    load_pem_private_key,
    load_pem_public_key,
)

from interlock import ConfigError

_PEM = "-----BEGIN "


class PublicKey:
    """What checkpoints are verified with."""

    def __init__(self, key: Ed25519PublicKey) -> None:
        self._key = key
        self.id = hashlib.sha256(key.public_bytes(Encoding.Raw, PublicFormat.Raw)).hexdigest()[:16]

    @property
    def pem(self) -> str:
        return self._key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()

    def signed(self, data: bytes, signature: bytes) -> bool:
        """Whether this key's owner signed that."""
        try:
            self._key.verify(signature, data)
        except InvalidSignature:
            return False
        return True


class SigningKey:
    """What checkpoints are signed with. It does not print."""

    def __init__(self, key: Ed25519PrivateKey) -> None:
        self._key = key
        self.public = PublicKey(key.public_key())

    @classmethod
    def new(cls) -> "SigningKey":
        return cls(Ed25519PrivateKey.generate())

    def sign(self, data: bytes) -> bytes:
        return self._key.sign(data)

    def write(self, path: Path) -> None:
        """Into a new file that its owner alone may read, and the public one beside it, with `.pub`.

        Raises OSError, FileExistsError where there is one already.
        """
        data = self._key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
        path.parent.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
            file.write(base64.b64encode(data) + b"\n")
        public_path(path).write_text(self.public.pem)


def public_path(path: Path) -> Path:
    """Where the public key of a private one lies."""
    return path.with_name(path.name + ".pub")


def signing_key(text: str, *, key: str = "key") -> SigningKey:
    """The key in it.

    Raises:
        ConfigError: it is no private Ed25519 key, in base64 or PEM. It names `key`, and repeats nothing.
    """
    try:
        found = (
            load_pem_private_key(text.encode(), password=None)
            if _PEM in text
            else load_der_private_key(base64.b64decode(text.strip(), validate=True), password=None)
        )
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise ConfigError("this is no private key; `interlock audit init` makes one.", key=key) from None
    if not isinstance(found, Ed25519PrivateKey):
        raise ConfigError("this is no Ed25519 key; `interlock audit init` makes one.", key=key)
    return SigningKey(found)


def public_key(text: str, *, key: str = "--key") -> PublicKey:
    """A public key in PEM, or that of a private one.

    Raises:
        ConfigError: it is neither, of Ed25519.
    """
    if _PEM not in text or "PRIVATE KEY" in text:
        return signing_key(text, key=key).public
    try:
        found = load_pem_public_key(text.encode())
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise ConfigError("this is no public key in PEM.", key=key) from None
    if not isinstance(found, Ed25519PublicKey):
        raise ConfigError("this is no Ed25519 key.", key=key)
    return PublicKey(found)
