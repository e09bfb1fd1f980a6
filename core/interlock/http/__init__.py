"""What a provider plugin for an HTTP vendor stands on. Importing it loads no HTTP library."""

from interlock.http.arguments import arguments_in, broken_call, input_in, is_arguments, written
from interlock.http.aside import aside
from interlock.http.client import HttpClient, StreamReply
from interlock.http.codec import (
    AsksAgain,
    Codec,
    EmbeddingCodec,
    EmbeddingHttpProvider,
    HttpProvider,
    StreamDecoder,
)
from interlock.http.hosts import is_loopback
from interlock.http.masking import Masker, public_in, secrets_in, secrets_of
from interlock.http.networks import check_network
from interlock.http.outcomes import outcome_for
from interlock.http.payload import json_in
from interlock.http.proxies import without_login
from interlock.http.sse import EventParser, ServerEvent
from interlock.http.status import class_for, error_for, retry_after
from interlock.http.template import EventTemplate
from interlock.http.turns import at_once, in_turns
from interlock.types.permit import Permit, origin_of
from interlock.types.wire import HttpReply, HttpRequest

__all__ = [
    "AsksAgain",
    "Codec",
    "EmbeddingCodec",
    "EmbeddingHttpProvider",
    "EventParser",
    "EventTemplate",
    "HttpClient",
    "HttpProvider",
    "HttpReply",
    "HttpRequest",
    "Masker",
    "Permit",
    "ServerEvent",
    "StreamDecoder",
    "StreamReply",
    "arguments_in",
    "aside",
    "at_once",
    "broken_call",
    "check_network",
    "class_for",
    "error_for",
    "in_turns",
    "input_in",
    "is_arguments",
    "is_loopback",
    "json_in",
    "origin_of",
    "outcome_for",
    "public_in",
    "retry_after",
    "secrets_in",
    "secrets_of",
    "without_login",
    "written",
]
