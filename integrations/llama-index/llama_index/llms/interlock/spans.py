"""The caller's span, kept for a request that sets out when the call that asked for it has returned."""

from collections.abc import Iterator
from contextlib import contextmanager

from opentelemetry import context, trace
from opentelemetry.context import Context


def caller() -> Context:
    """The context as it is at this moment.

    The span in it is replaced by its bare identity: OpenInference's instrumentor puts a stand-in there, which
    speaks for another span once the call is over.
    """
    now = context.get_current()
    identity = trace.get_current_span(now).get_span_context()
    return trace.set_span_in_context(trace.NonRecordingSpan(identity), now) if identity.is_valid else now


@contextmanager
def within(kept: Context) -> Iterator[None]:
    token = context.attach(kept)
    try:
        yield
    finally:
        context.detach(token)
