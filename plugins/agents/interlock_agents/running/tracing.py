"""A span for each execution of a run; what it does, requests and tools, is traced beneath it."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from opentelemetry import context, trace
from opentelemetry.context import Context

_AGENT = "invoke_agent"


class RunTraces:
    """The spans of the runs that are executed here. Costs next to nothing where nobody traces."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._contexts: dict[str, Context] = {}

    @contextmanager
    def run(self, run: str) -> Iterator[trace.Span]:
        """Encloses an execution of a run."""
        tracer = trace.get_tracer("interlock.agents")
        attributes = {
            "gen_ai.operation.name": _AGENT,
            "gen_ai.agent.name": self._name,
            "gen_ai.conversation.id": run,
            "interlock.run": run,
        }
        with tracer.start_as_current_span(
            f"{_AGENT} {self._name}",
            attributes=attributes,
            record_exception=False,
            set_status_on_exception=False,
        ) as span:
            self._contexts[run] = context.get_current()
            try:
                yield span
            except BaseException as error:
                span.set_attribute("error.type", type(error).__name__)
                span.set_status(trace.StatusCode.ERROR)
                raise
            finally:
                self._contexts.pop(run, None)

    @contextmanager
    def strand(self, run: str) -> Iterator[None]:
        """Encloses work on a strand, in whichever task or thread the engine does it."""
        below = self._contexts.get(run)
        if below is None:
            yield
            return
        token = context.attach(below)
        try:
            yield
        finally:
            context.detach(token)


def end(span: trace.Span, facts: Mapping[str, str | int | float]) -> None:
    """Tell how an execution ended."""
    for name, value in facts.items():
        span.set_attribute(f"interlock.{name}", value)
