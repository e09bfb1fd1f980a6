"""What is counted, and what is told of it. Names of keys are not among the labels: there may be many."""

import os
import sys
from collections.abc import Iterable
from time import time
from typing import Any, Final

from interlock import AttemptRecord, hookimpl
from interlock.types.health import Vitals
from interlock_server.facts import Facts
from interlock_server.operation.lines import Lines
from interlock_server.operation.metrics import Registry

_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"})


class Measures:
    """The numbers of a process, and a plugin of the router, whose attempts it counts.

    `under_way` is how many requests have begun and not ended.
    """

    def __init__(self, registry: Registry) -> None:
        self.registry = registry
        counter, histogram, gauge = registry.counter, registry.histogram, registry.gauge
        self._requests = counter(
            "interlock_http_requests_total",
            "Requests that were answered, refused or left (status 499).",
            *("route", "method", "status"),
        )
        self._seconds = histogram(
            "interlock_http_request_duration_seconds", "From a request to the end of its answer.", "route"
        )
        self._first = histogram(
            "interlock_http_first_byte_seconds", "From a request to the first byte of its answer.", "route"
        )
        self.under_way = 0
        gauge("interlock_http_requests_in_progress", "Requests under way.", read=lambda: self.under_way)
        self._attempts = counter(
            "interlock_attempts_total",
            "Attempts by how they ended, and by the class of the error where it was one.",
            *("deployment", "role", "outcome", "error"),
        )
        self._latency = histogram(
            "interlock_attempt_duration_seconds", "How long attempts took.", "deployment"
        )
        self._tokens = counter("interlock_tokens_total", "Tokens of attempts.", "deployment", "kind")
        self._cost = counter("interlock_cost_usd_total", "US dollars of attempts.", "deployment")
        self._calls = counter("interlock_calls_total", "Calls of the router.", "task", "outcome", "error")
        self._open = gauge(
            "interlock_breakers_open",
            "Processes in which a deployment is left alone, and why.",
            *("deployment", "cause"),
        )
        self._reloads = counter(
            "interlock_reloads_total", "Configurations that were loaded, and that were refused.", "outcome"
        )
        self._loaded = gauge(
            "interlock_configuration_loaded_timestamp_seconds", "When the configuration was loaded."
        )
        _of_the_process(registry)

    def request(self, method: str, facts: Facts, status: int, seconds: float, first: float | None) -> None:
        """Count a request that has ended."""
        route = facts.route or "(none)"
        self._requests.add(1, route, method if method in _METHODS else "(other)", str(status))
        self._seconds.observe(seconds, route)
        if first is not None:
            self._first.observe(first, route)

    def reload(self, *, refused: bool) -> None:
        """Count a reload."""
        self._reloads.add(1, "refused" if refused else "loaded")
        if not refused:
            self._loaded.set(time())

    def lines(self, lines: Lines) -> None:
        """Say how many lines nobody read in time."""
        self.registry.gauge(
            "interlock_lines_dropped", "Lines that nobody read in time.", read=lambda: lines.dropped
        )

    def health(self, vitals: Iterable[Vitals]) -> None:
        """Say how deployments are doing now."""
        self._open.clear()
        for each in vitals:
            if each.task is None and each.state != "closed":
                self._open.set(1, each.deployment, each.cause or "")

    @hookimpl
    def interlock_attempt_finished(self, attempt: AttemptRecord) -> None:
        """Count an attempt."""
        deployment, usage = attempt.deployment, attempt.usage
        error = "" if attempt.error is None else attempt.error.kind
        self._attempts.add(1, deployment, attempt.role, attempt.outcome, error)
        self._latency.observe(attempt.latency, deployment)
        if attempt.cost:
            self._cost.add(attempt.cost, deployment)
        for kind, tokens in (("input", usage.input_tokens), ("output", usage.output_tokens)):
            if tokens:
                self._tokens.add(tokens, deployment, kind)

    @hookimpl
    def interlock_responded(self, responded: Any) -> None:
        """Count a call."""
        record = responded.record
        self._calls.add(1, record.decision.task, record.outcome, record.error or "")


def _of_the_process(registry: Registry) -> None:
    registry.gauge("interlock_processes", "Processes that serve.", read=lambda: 1)
    registry.gauge("process_resident_memory_bytes", "Memory that is in use.", read=_memory)
    registry.gauge("process_open_fds", "Descriptors that are open.", read=_descriptors)


def _memory() -> float | None:
    if sys.platform == "win32":
        return None
    import resource  # noqa: PLC0415 - not everywhere

    try:
        with open("/proc/self/statm", "rb") as file:  # noqa: PTH123 - no path is made of it
            return float(file.read().split()[1]) * resource.getpagesize()
    except OSError:
        # Elsewhere there is only the most that it ever was, in kilobytes or, on macOS, in bytes.
        most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return float(most if sys.platform == "darwin" else most * 1_024)


def _descriptors() -> float | None:
    try:
        return float(len(os.listdir("/proc/self/fd")))  # noqa: PTH208 - names are enough
    except OSError:
        return None
