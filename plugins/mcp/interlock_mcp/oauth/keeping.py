"""Where tokens are between two programs: a file of the user's own for each server, issuer and client."""

import asyncio
import json
import os
import stat
import sys
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from hashlib import sha256
from math import isfinite
from pathlib import Path
from typing import Any

from interlock import AuthenticationError, TotalTimeout
from interlock.types.clocks import elapsed
from interlock.types.files import read_regular, write_whole
from interlock.types.models import Secret
from interlock_mcp.oauth.clients import Client
from interlock_mcp.oauth.grants import Tokens

_FORM = "interlock mcp tokens 1"
_LARGEST = 256 * 1024
_AGAIN = 0.02
_OTHERS = stat.S_IRWXG | stat.S_IRWXO
_GUARD = threading.Lock()
_HELD: set[Path] = set()


@dataclass(frozen=True, slots=True, kw_only=True)
class Binding:
    """Whose tokens they are: `client` is what the configuration says, empty for one that is registered."""

    resource: str
    issuer: str
    client: str = ""

    @property
    def name(self) -> str:
        """Of its file. Tokens are found by all three, and by nothing less."""
        whole = json.dumps([self.resource, self.issuer, self.client])
        return f"{sha256(whole.encode()).hexdigest()[:32]}.json"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Kept:
    """A client and its tokens; None once the issuer does not know them any more."""

    client: Client
    tokens: Tokens | None = None


def usual_folder() -> Path:
    """In the user's state directory, by the system's customs. Raises RuntimeError for a user without one."""
    stated = Path(os.environ.get("XDG_STATE_HOME", ""))
    if stated.is_absolute():
        root = stated / "interlock"
    elif sys.platform == "win32":
        root = Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local") / "interlock"
    elif sys.platform == "darwin":
        root = Path.home() / "Library" / "Application Support" / "interlock"
    else:
        root = Path.home() / ".local" / "state" / "interlock"
    return root / "mcp"


class TokenFile:
    """The file of one binding. Everything but `locked` blocks."""

    def __init__(self, folder: Path | None, binding: Binding) -> None:
        self._folder = folder
        self._binding = binding

    @property
    def path(self) -> Path:
        try:
            return (self._folder or usual_folder()) / self._binding.name
        except RuntimeError:
            raise self._unusable("there is no home directory; name a folder as oauth.tokens") from None

    def read(self) -> Kept | None:
        """None where nothing is kept. Raises AuthenticationError for a file that is not to be trusted."""
        path = self.path
        try:
            if os.name == "posix" and (seen := path.stat()) and seen.st_mode & _OTHERS:
                raise self._unusable("others than its owner may read it; remove it, and log in anew")
            text = read_regular(path, _LARGEST)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise self._unusable(error.strerror or "it cannot be read") from None
        try:
            return _kept(json.loads(text), self._binding)
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            raise self._unusable("it is damaged; remove it, and log in anew") from None

    def write(self, kept: Kept) -> None:
        """Whole or not at all, for its owner alone. Raises AuthenticationError."""
        path = self.path
        text = json.dumps(_plain(kept, self._binding), indent=1)
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            write_whole(path, text.encode(), mode=0o600)
        except OSError as error:
            raise self._unusable(error.strerror or "it cannot be written") from None

    def remove(self) -> bool:
        """Whether there was one. Raises AuthenticationError where it stays."""
        try:
            self.path.unlink()
        except FileNotFoundError:
            return False
        except OSError as error:
            raise self._unusable(error.strerror or "it cannot be removed") from None
        return True

    @asynccontextmanager
    async def locked(self, seconds: float) -> AsyncIterator[None]:
        """Alone with it, among threads, event loops and, where the system locks files, processes.

        Raises:
            TotalTimeout: somebody else had it for all these seconds.
            AuthenticationError: it cannot be locked.
        """
        path, until = self.path, elapsed() + seconds
        while not _take(path):
            await _wait(until)
        try:
            lock = self._opened()
            try:
                while not _locks(lock):
                    await _wait(until)
                yield
            finally:
                if lock is not None:
                    os.close(lock)
        finally:
            with _GUARD:
                _HELD.discard(path)

    def _opened(self) -> int | None:
        if os.name != "posix":
            return None
        path = self.path
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            return os.open(path.with_suffix(".lock"), os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise self._unusable(error.strerror or "it cannot be locked") from None

    def _unusable(self, why: str) -> AuthenticationError:
        place = (self._folder or Path("…")) / self._binding.name
        with suppress(RuntimeError):
            place = (self._folder or usual_folder()) / self._binding.name
        return AuthenticationError(f"the tokens in {place} cannot be used: {why}")


def _take(path: Path) -> bool:
    """Whether it is ours in this process now."""
    with _GUARD:
        if path in _HELD:
            return False
        _HELD.add(path)
        return True


def _locks(lock: int | None) -> bool:
    if lock is None:
        return True
    import fcntl  # noqa: PLC0415 - not on every system

    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


async def _wait(until: float) -> None:
    if elapsed() >= until:
        raise TotalTimeout("somebody else was getting tokens for the same server all the time")
    await asyncio.sleep(_AGAIN)


def _plain(kept: Kept, binding: Binding) -> dict[str, Any]:
    client, tokens = kept.client, kept.tokens
    told: dict[str, Any] = {
        "form": _FORM,
        "resource": binding.resource,
        "issuer": binding.issuer,
        "client": {"id": client.id, "registered": client.registered, "scope": client.scope},
    }
    if client.registered and client.secret is not None:
        told["client"]["secret"] = client.secret.reveal()  # any other is the configuration's
    if tokens is not None:
        told["access_token"], told["scope"] = tokens.access.reveal(), tokens.scope
        if tokens.refresh is not None:
            told["refresh_token"] = tokens.refresh.reveal()
        if isfinite(tokens.until):
            told["until"] = tokens.until
    return told


def _kept(told: Any, binding: Binding) -> Kept:
    """Raises ValueError and the like for another's, or for what was not written by us."""
    stated = (told["form"], told["resource"], told["issuer"])
    client = told["client"]
    if stated != (_FORM, binding.resource, binding.issuer):
        raise ValueError
    if binding.client and client["id"] != binding.client:
        raise ValueError
    secret = client.get("secret")
    known = Client(
        id=_text(client["id"]),
        secret=secret and Secret(_text(secret)),
        registered=_text(client["registered"]),
        scope=_text(client["scope"]),
    )
    if "access_token" not in told:
        return Kept(client=known)
    refresh = told.get("refresh_token")
    until = told.get("until", float("inf"))
    tokens = Tokens(
        access=Secret(_text(told["access_token"])),
        refresh=refresh and Secret(_text(refresh)),
        until=float(until),
        scope=_text(told["scope"]),
    )
    return Kept(client=known, tokens=tokens)


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value.isascii() or not (value.isprintable()):
        raise TypeError
    return value
