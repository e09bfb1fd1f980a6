"""Errors of how Interlock is set up: its configuration, its plugins, its stores."""

from collections.abc import Sequence

from interlock.errors.root import InterlockError


class ConfigError(InterlockError):
    """A configuration that cannot be used. Raised when a router is made, before anything is asked.

    Attributes:
        key: the dotted path of the offending key, e.g. `deployments.0.region`; empty when the whole is meant.
        source: the file, `environment`, or `mapping`.
        line: 1-based line in the file, when it came from one.
        suggestion: the nearest valid name, when one is near.
        others: what else is wrong in the same configuration; each is a line of its own in the text.
    """

    def __init__(
        self,
        message: str,
        *,
        key: str = "",
        source: str = "",
        line: int | None = None,
        suggestion: str | None = None,
        others: "Sequence[ConfigError]" = (),
    ) -> None:
        super().__init__(message)
        self.key = key
        self.source = source
        self.line = line
        self.suggestion = suggestion
        self.others = tuple(others)

    def __str__(self) -> str:
        where = self.source if self.line is None else f"{self.source}:{self.line}"
        head = ": ".join(part for part in (where, self.key) if part)
        tail = f" Did you mean {self.suggestion!r}?" if self.suggestion else ""
        first = f"{head}: {self.message}{tail}" if head else f"{self.message}{tail}"
        return "\n".join((first, *(str(other) for other in self.others)))


class PluginError(InterlockError):
    """A strategy that failed in a call, a verb that cannot be had, or any plugin while plugins are strict.

    They are while `INTERLOCK_STRICT_PLUGINS=1` is set; else one that cannot be used is reported, and
    everything else works. A strategy's own exception, if it raised one, is `__cause__`.

    Attributes:
        distribution: the package to mend or install, or to name in `plugins.disabled`; empty for a strategy.
    """

    def __init__(self, message: str, *, distribution: str = "") -> None:
        super().__init__(message)
        self.distribution = distribution


class StoreError(InterlockError):
    """Records cannot be kept or read there, a log not be written, or health not be shared.

    Calls go on without, but for a log that is required, which ends them in LogUnavailable: this is raised
    where records or the log are read, and where the address of a place cannot be used.
    """
