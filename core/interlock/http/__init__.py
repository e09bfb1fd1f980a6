"""What a provider plugin for an HTTP vendor stands on. Importing it loads no HTTP library."""

from interlock.http.client import HttpClient, StreamReply
from interlock.http.codec import Codec, HttpProvider, HttpReply, HttpRequest, StreamDecoder
from interlock.http.permit import Permit, origin_of
from interlock.http.redact import RedactingFilter, redact, redacting_logger
from interlock.http.sse import EventParser, ServerEvent
from interlock.http.status import error_for, retry_after

__all__ = [
    "Codec",
    "EventParser",
    "HttpClient",
    "HttpProvider",
    "HttpReply",
    "HttpRequest",
    "Permit",
    "RedactingFilter",
    "ServerEvent",
    "StreamDecoder",
    "StreamReply",
    "error_for",
    "origin_of",
    "redact",
    "redacting_logger",
    "retry_after",
]
