"""Definitions of tools as they were when somebody relied on them, in a file."""

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from interlock import ProtocolError, RequestError
from interlock.types.files import alone_with, read_regular, write_whole
from interlock_mcp.definitions import Definition
from interlock_mcp.differences import between

_FORM = "interlock mcp pins 1"
_LARGEST = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A tool whose definition is not the pinned one. `before` is None for one that was not there."""

    name: str
    before: Definition | None
    now: Definition


class Pins:
    """The pins of one connector, in a file that several connectors and processes may share. It blocks."""

    def __init__(self, path: Path, connector: str) -> None:
        self.path = path
        self._connector = connector

    def check(self, definitions: Iterable[Definition]) -> dict[str, str]:
        """Which tools are not as they were pinned, by name, each with the reason. What differs is kept in the
        file, for whoever looks at it. The first time, every definition is pinned.

        Raises:
            ProtocolError: the file cannot be read, trusted or written.
        """
        now = {each.name: each for each in definitions}
        with self._locked():
            servers = self._read()
            known = servers.get(self._connector)
            if known is None:
                self._write(servers | {self._connector: {"pinned": _plain(now.values()), "offered": {}}})
                return {}
            pinned = known["pinned"]
            changed = [each for each in now.values() if _digest(pinned.get(each.name)) != each.digest]
            if set(known["offered"]) != {each.name for each in changed} or any(
                _digest(known["offered"][each.name]) != each.digest for each in changed
            ):
                self._write(servers | {self._connector: {"pinned": pinned, "offered": _plain(changed)}})
        return {each.name: self._reason(_definition(pinned.get(each.name)), each) for each in changed}

    def changes(self) -> list[Change]:
        """What differed when the server was last asked. Raises ProtocolError as `check` does."""
        with self._locked():
            known = self._read().get(self._connector, {"pinned": {}, "offered": {}})
        found = []
        for name, item in known["offered"].items():
            now = _definition(item)
            if now is not None:
                found.append(Change(name=name, before=_definition(known["pinned"].get(name)), now=now))
        return found

    def accept(self, changes: Iterable[Change]) -> None:
        """Pin what they are now, and nothing that has come since. Raises ProtocolError as `check` does."""
        accepted = _plain(each.now for each in changes)
        with self._locked():
            servers = self._read()
            known = servers.get(self._connector, {"pinned": {}, "offered": {}})
            offered = {
                name: item
                for name, item in known["offered"].items()
                if name not in accepted or _digest(accepted[name]) != _digest(item)
            }
            pinned = {**known["pinned"], **accepted}
            self._write(servers | {self._connector: {"pinned": pinned, "offered": offered}})

    def _reason(self, before: Definition | None, now: Definition) -> str:
        own = self._connector
        way = f"`interlock mcp diff {own}` shows it, `interlock mcp pin {own}` accepts it"
        if before is None:
            return f"it was not there when the server's tools were pinned; {way}"
        return f"its definition is not the pinned one, in {between(before, now)}; {way}"

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """Alone with the file. Raises ProtocolError."""
        with ExitStack() as held:
            try:
                held.enter_context(alone_with(self.path))
            except OSError as error:
                raise self._unusable(error.strerror or "it cannot be locked") from None
            yield

    def _read(self) -> dict[str, Any]:
        """Connector -> its pins, checked. Nothing is offered by a file that cannot be trusted."""
        try:
            text = read_regular(self.path, _LARGEST).decode()
        except FileNotFoundError:
            return {}
        except (OSError, UnicodeDecodeError) as error:
            raise self._unusable(getattr(error, "strerror", None) or "it is no text") from None
        try:
            whole = json.loads(text)
            if not isinstance(whole, dict) or whole.get("form") != _FORM:
                raise self._unusable("it is no file of pins")
            servers: dict[str, Any] = whole["servers"]
            for known in servers.values():
                for name, item in (*known["pinned"].items(), *known["offered"].items()):
                    definition = _definition(item)
                    if definition is None or definition.name != name or definition.digest != item["sha256"]:
                        raise self._unusable(f"the pin of {name!r} does not fit its definition")
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError, RequestError):
            raise self._unusable("it is damaged") from None
        return servers

    def _write(self, servers: Mapping[str, Any]) -> None:
        whole = {"form": _FORM, "servers": servers}
        text = json.dumps(whole, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
        try:
            write_whole(self.path, text.encode())
        except (OSError, UnicodeEncodeError) as error:
            raise self._unusable(getattr(error, "strerror", None) or "it cannot be written") from None

    def _unusable(self, why: str) -> ProtocolError:
        return ProtocolError(
            f"the pins in {self.path} cannot be used: {why}; nothing is offered until it is mended, or "
            "removed by somebody who then looks at every tool anew"
        )


def _plain(definitions: Iterable[Definition]) -> dict[str, Any]:
    return {each.name: {"sha256": each.digest, "definition": each.plain} for each in definitions}


def _digest(item: Any) -> str | None:
    return None if item is None else item["sha256"]


def _definition(item: Any) -> Definition | None:
    if item is None:
        return None
    told = dict(item["definition"])
    return Definition(server=told.pop("server"), name=told.pop("name"), told=told)
