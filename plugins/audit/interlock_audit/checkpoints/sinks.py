"""Where checkpoints go besides the database."""

import asyncio
import errno
import os
from pathlib import Path
from typing import IO, Protocol
from urllib.parse import urlsplit

from interlock import InterlockError, StoreError
from interlock.http import HttpClient, HttpRequest, Permit, origin_of
from interlock.types.models import Destination
from interlock_audit.options import AuditOptions, WebhookOptions

_LONGEST = 10.0  # seconds for one answer
_FINE = range(200, 300)


class Sink(Protocol):
    """Takes checkpoints. Used by one thread at a time."""

    name: str

    def put(self, line: str) -> None:
        """Keep it, for longer than this process and this machine's power.

        Raises:
            StoreError: it may not be kept.
        """
        ...


class FileSink:
    """Appends each as a line to a file, and waits for the disk."""

    def __init__(self, path: Path) -> None:
        self.name = str(path)
        self._path = path

    def put(self, line: str) -> None:
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            flags = os.O_CREAT | os.O_APPEND | os.O_RDWR
            with os.fdopen(os.open(self._path, flags, 0o600), "r+b", buffering=0) as file:
                # A line that a loss of power has cut must not take the next one along.
                data = f"{'' if _ends_whole(file) else chr(10)}{line}\n".encode()
                if file.write(data) != len(data):
                    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))  # it may take a part of it
                os.fsync(file.fileno())
        except OSError as error:
            raise StoreError(f"{self.name}: {error.strerror or type(error).__name__}") from error


def _ends_whole(file: IO[bytes]) -> bool:
    if not file.seek(0, os.SEEK_END):
        return True
    file.seek(-1, os.SEEK_END)
    return file.read(1) == b"\n"


class WebhookSink:
    """Sends each as the body of a POST, as one JSON object."""

    def __init__(self, options: WebhookOptions) -> None:
        url = options.url.reveal()
        self.name = f"webhook {urlsplit(url).hostname or ''}".strip()
        secrets = (options.url, *([options.token] if options.token else []))
        self._there = Destination(id=self.name, region="global", base_url=url, secrets=secrets)
        self._url = url
        self._headers = {"content-type": "application/json"}
        if options.token is not None:
            self._headers["authorization"] = f"Bearer {options.token.reveal()}"

    def put(self, line: str) -> None:
        try:
            status = asyncio.run(self._send(line))
        except TimeoutError:
            raise StoreError(f"{self.name}: no answer within {_LONGEST:g} s") from None
        except (InterlockError, OSError, RuntimeError, ValueError) as error:
            raise StoreError(f"{self.name}: {type(error).__name__}") from None
        if status not in _FINE:
            raise StoreError(f"{self.name}: it answered {status}")

    async def _send(self, line: str) -> int:
        request = HttpRequest(url=self._url, body=line.encode(), headers=self._headers)
        permit = Permit(deployment=self._there.id, origin=origin_of(self._url))
        async with asyncio.timeout(_LONGEST):
            return (await HttpClient().send(request, permit, self._there)).status


def sinks_of(options: AuditOptions) -> list[Sink]:
    """All that the configuration names."""
    return [*map(FileSink, options.checkpoints), *map(WebhookSink, options.webhooks)]
