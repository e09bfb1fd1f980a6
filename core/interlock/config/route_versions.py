"""Versions of a file of learned routes: which was in use when, by whose hand, and the way back."""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path
from time import time
from typing import Final, Literal

from interlock.config.learned import read_learned
from interlock.config.refinements import folder_of, kept_name
from interlock.errors import ConfigError
from interlock.types.files import alone_with, read_regular, write_whole
from interlock.types.learned import LearnedRefinement

_LARGEST: Final = 4_000_000
_HISTORY: Final = "history.jsonl"
Action = Literal["applied", "rolled_back", "found"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteSwitch:
    """One change of what the file holds.

    Attributes:
        at: seconds since the epoch.
        action: `found` is what somebody wrote by hand.
        version: twelve hexadecimal digits of the SHA-256 of what the file holds since.
        before: the same of what it held; empty where there was none.
        by: who did it; empty where nobody knows.
    """

    at: float
    action: Action
    version: str
    before: str = ""
    by: str = ""


class RouteVersions:
    """The file at `path`, and beside it a folder `<name>.versions` with every version that was in use, and
    with what each was refined by, which goes by its digest.

    It blocks. Its errors are ConfigErrors that name the file.
    """

    def __init__(self, path: Path, *, clock: Callable[[], float] = time) -> None:
        self.path = path
        self.folder = folder_of(path)
        self._clock = clock

    def apply(
        self,
        text: str,
        *,
        by: str,
        refined: LearnedRefinement | None = None,
        first: Callable[[RouteSwitch], None] | None = None,
    ) -> RouteSwitch:
        """Have the file hold `text`, which may name what it is `refined` by. `first` is told of it before it
        happens, and what it raises ends it.
        """
        with _complaining(self.path), alone_with(self.path):
            current = self._current()
            new = text.encode()
            if current == new:
                raise ConfigError("holds exactly that already.", source=str(self.path))
            if refined is not None:
                self.keep(refined)
            return self._switch("applied", current, new, by, first)

    def rollback(self, *, by: str, first: Callable[[RouteSwitch], None] | None = None) -> RouteSwitch:
        """Have the file hold what it held before what it holds now. What is undone is kept as well."""
        with _complaining(self.path), alone_with(self.path):
            current = self._current()
            return self._switch("rolled_back", current, self._kept(self._earlier()), by, first)

    def keep(self, refined: LearnedRefinement) -> None:
        """Have what some routes are refined by among the versions, where nothing is ever taken away."""
        self.folder.mkdir(exist_ok=True)
        place = self.folder / kept_name(refined.digest)
        if not place.exists():
            write_whole(place, refined.content)

    def earlier(self) -> str:
        """The version that `rollback` goes back to."""
        with _complaining(self.path), alone_with(self.path):
            self._current()
            return self._earlier()

    def _earlier(self) -> str:
        version = _before(self.history())
        if version is None:
            raise ConfigError("there is no earlier version to go back to.", source=str(self.path))
        return version

    def history(self) -> list[RouteSwitch]:
        """Oldest first; empty where none was ever in use."""
        with _complaining(self.folder / _HISTORY):
            try:
                raw = read_regular(self.folder / _HISTORY, _LARGEST)
            except FileNotFoundError:
                return []
            try:
                return [RouteSwitch(**json.loads(line)) for line in raw.decode().splitlines()]
            except (ValueError, TypeError):
                raise ConfigError("is damaged.", source=str(self.folder / _HISTORY)) from None

    def place(self, version: str) -> Path:
        """Where a version is kept."""
        return self.folder / f"{version}.yaml"

    def _switch(
        self,
        action: Action,
        current: bytes | None,
        new: bytes,
        by: str,
        first: Callable[[RouteSwitch], None] | None,
    ) -> RouteSwitch:
        switch = RouteSwitch(
            at=self._clock(), action=action, version=_version(new), before=_version(current), by=by
        )
        if first is not None:
            first(switch)
        self._keep(new)
        write_whole(self.path, new)
        self._append(switch)
        return switch

    def _current(self) -> bytes | None:
        """What the file holds, which is kept first if nobody knows of it."""
        try:
            current = read_regular(self.path, _LARGEST)
        except FileNotFoundError:
            return None
        history = self.history()
        known = history[-1].version if history else ""
        if _version(current) != known:
            self._keep(current)
            with suppress(ConfigError):  # what makes no sense is kept as it is
                refined = read_learned(self.path)[0].refined
                if refined is not None:
                    self.keep(refined)
            self._append(
                RouteSwitch(at=self._clock(), action="found", version=_version(current), before=known)
            )
        return current

    def _keep(self, text: bytes) -> None:
        self.folder.mkdir(exist_ok=True)
        place = self.place(_version(text))
        if not place.exists():
            write_whole(place, text)

    def _kept(self, version: str) -> bytes:
        text = read_regular(self.place(version), _LARGEST)
        if _version(text) != version:
            raise ConfigError("is not what it was when it was in use.", source=str(self.place(version)))
        return text

    def _append(self, switch: RouteSwitch) -> None:
        lines = [*self.history(), switch]
        text = "".join(json.dumps(asdict(each)) + "\n" for each in lines)
        write_whole(self.folder / _HISTORY, text.encode())


def _before(history: Sequence[RouteSwitch]) -> str | None:
    """The version to go back to: each step back undoes one step forward."""
    steps: list[str] = []
    for switch in history:
        if switch.action == "rolled_back":
            del steps[-1:]
        else:
            steps.append(switch.version)
    return steps[-2] if len(steps) > 1 else None


def _version(text: bytes | None) -> str:
    return "" if text is None else sha256(text).hexdigest()[:12]


@contextmanager
def _complaining(path: Path) -> Iterator[None]:
    """What the system says of a file is told as a ConfigError."""
    try:
        yield
    except OSError as error:
        raise ConfigError(f"{error.strerror or error}.", source=str(error.filename or path)) from None
