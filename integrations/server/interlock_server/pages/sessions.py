"""Who is looking: sessions that every process of a server knows, for cookies hold what there is to know."""

import hmac
import json
import os
import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error
from collections.abc import Callable, MutableMapping
from dataclasses import dataclass, field
from hashlib import sha256
from secrets import token_urlsafe
from typing import Any, Final

from interlock_server.principals import Identities, Principal

VARIABLE: Final = "INTERLOCK_PAGES_SECRET"
LASTS: Final = 8 * 60 * 60.0
"""Seconds after which somebody has to sign in again."""
_LONGEST: Final = 1_024  # characters of a cookie
_BYTES: Final = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """Somebody who has signed in. `form` is what each of their forms has to bring along; where no keys are,
    there is nobody, and no form is believed.
    """

    principal: Principal | None
    form: str = field(default="", repr=False)

    @property
    def name(self) -> str:
        """Under which they answer: the id of their key."""
        return "" if self.principal is None else self.principal.id

    @property
    def approves(self) -> bool:
        """Whether they may answer what waits for a person."""
        return self.principal is not None and self.principal.approves

    def made(self, form: str) -> bool:
        """Whether a form is one of this session's."""
        return bool(self.form) and hmac.compare_digest(self.form.encode(), form.encode("utf-8", "replace"))


class Sessions:
    """Sessions under one secret. A session ends with its time, and as soon as its key is no more what it was.

    A cookie holds the id of a key, and none of its secret.
    """

    def __init__(self, secret: bytes, *, clock: Callable[[], float] = time.time) -> None:
        """`clock` gives seconds since the epoch."""
        self._secret, self._clock = secret, clock

    def begin(self, principal: Principal) -> str:
        """What the cookie of somebody holds who has just presented their key."""
        told = json.dumps([principal.id, self._clock() + LASTS, token_urlsafe(_BYTES)])
        payload = urlsafe_b64encode(told.encode()).decode()
        return f"{payload}.{self._sign('session', payload, _of(principal))}"

    def of(self, cookie: str | None, identities: Identities) -> Session | None:
        """Whose cookie that is, as long as they may look.

        Raises:
            StoreError: nobody can tell now.
        """
        if not identities.required:
            return Session(principal=None)
        payload, _, signature = (cookie or "").partition(".")
        found = _read(payload) if len(payload) <= _LONGEST else None
        if found is None or self._clock() >= found[1]:
            return None
        principal = identities.by_id(found[0])
        if principal is None or not principal.sees:
            return None
        due = self._sign("session", payload, _of(principal))
        if not hmac.compare_digest(due.encode(), signature.encode("utf-8", "replace")):
            return None
        return Session(principal=principal, form=self._sign("form", payload, _of(principal)))

    def _sign(self, *parts: str) -> str:
        return hmac.new(self._secret, json.dumps(parts).encode(), sha256).hexdigest()


def shared_secret(environ: MutableMapping[str, str] = os.environ) -> bytes:
    """What all processes of a server sign with: the variable INTERLOCK_PAGES_SECRET, which is set here for
    the processes that this one starts, unless somebody has set it for several machines.
    """
    return environ.setdefault(VARIABLE, token_urlsafe(_BYTES)).encode("utf-8", "surrogateescape")


def _of(principal: Principal) -> str:
    """What changes with the secret of a key."""
    return principal.epoch


def _read(payload: str) -> tuple[str, float] | None:
    try:
        told: Any = json.loads(urlsafe_b64decode(payload))
    except (ValueError, Error):
        return None
    match told:
        case [str(id_), float(ends), str()]:
            return id_, ends
    return None
