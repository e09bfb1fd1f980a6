"""Which revision of the protocol both sides speak: the stateless one, or an older one."""

from mcp import MCPError
from mcp.client.session import ClientSession
from mcp.types import DiscoverResult, Implementation, InitializeResult
from mcp_types import UNSUPPORTED_PROTOCOL_VERSION
from mcp_types.version import HANDSHAKE_PROTOCOL_VERSIONS, LATEST_MODERN_VERSION, MODERN_PROTOCOL_VERSIONS
from pydantic import ValidationError

from interlock import AnswerTimeout, InterlockError, ProtocolError
from interlock.fencing import escaped
from interlock.http import error_for
from interlock_mcp.failing import Declined

Agreed = InitializeResult | DiscoverResult
_SHOWN = 200
CLIENT = Implementation(name="interlock", version="0.1.0")

# Statuses that say something of the caller or of the server's state, and nothing of what it speaks.
_NO_WORD_OF_IT = (401, 402, 403, 408, 425, 429)


async def negotiate(session: ClientSession, *, probe: bool) -> Agreed:
    """What the session has agreed on with its server, and is to be adopted by other sessions with it.

    The stateless revision is asked for first, if `probe` says so; whatever is no plain word for it is taken
    for an older server, which is greeted as such.

    Raises:
        MCPError: the server refuses, or shares no revision with us.
        Declined: its HTTP status does.
        ValidationError: it answers what is no MCP.
        InterlockError: it cannot be reached.
    """
    if probe and (found := await _discovered(session)) is not None:
        return found
    try:
        return await session.initialize()
    except MCPError as error:
        if not _mutual(error):
            raise
        return await session.discover()  # it is one of the stateless kind after all
    except RuntimeError as error:
        raise ProtocolError(str(error)) from None  # its revision is none that we know


def told(error: Exception) -> InterlockError:
    """The error of a negotiation, or of a list of tools, as callers see it."""
    if isinstance(error, InterlockError):
        return error
    if isinstance(error, Declined):
        reply = error.reply
        return error_for(status=reply.status, headers=reply.headers, vendor_message=error.says)
    if isinstance(error, MCPError):
        words = escaped(error.message)[:_SHOWN]
        what = f"the server answers with the error {error.code}{f': {words}' if words else ''}"
        return ProtocolError(what, code=str(error.code), vendor_message=error.message)
    return ProtocolError("the server answers what is no MCP")


async def _discovered(session: ClientSession) -> DiscoverResult | None:
    version = LATEST_MODERN_VERSION
    for _ in range(2):
        try:
            found = DiscoverResult.model_validate(await session.send_discover(version))
        except MCPError as error:
            if _shares_nothing(error):
                raise
            mutual = _mutual(error)
            if not mutual or mutual == version:
                return None
            version = mutual
            continue
        except Declined as declined:
            if declined.reply.status in _NO_WORD_OF_IT or declined.reply.status >= 500:  # noqa: PLR2004 - HTTP's
                raise
            return None
        except (ValidationError, AnswerTimeout):
            return None
        if any(each in found.supported_versions for each in MODERN_PROTOCOL_VERSIONS):
            session.adopt(found)
            return found
        return None
    return None


def _named(error: MCPError) -> list[str] | None:
    """The revisions that the server says it speaks."""
    data = error.data
    named = data.get("supported") if isinstance(data, dict) else None
    if error.code != UNSUPPORTED_PROTOCOL_VERSION or not isinstance(named, list):
        return None
    return [each for each in named if isinstance(each, str)]


def _mutual(error: MCPError) -> str | None:
    named = _named(error) or []
    return next((each for each in reversed(MODERN_PROTOCOL_VERSIONS) if each in named), None)


def _shares_nothing(error: MCPError) -> bool:
    named = _named(error)
    return named is not None and not any(
        each in (*MODERN_PROTOCOL_VERSIONS, *HANDSHAKE_PROTOCOL_VERSIONS) for each in named
    )
