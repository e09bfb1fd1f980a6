"""The vendor's name, which seals reasoning, and how a request that it cannot take is refused."""

from interlock.errors import InvalidRequest

NAME = "anthropic"
API_VERSION = "2023-06-01"
FILES_BETA = "files-api-2025-04-14"
BINDING_BETA = "thinking-binding-controls-2026-08-01"


def refused(what: str, why: str) -> InvalidRequest:
    return InvalidRequest(f"{NAME} cannot take {what}: {why}", code="unsupported_part")
