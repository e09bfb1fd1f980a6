"""How a request to a server may end other than in a result."""

from interlock import InterlockError
from interlock.http import HttpReply


class NotSent(Exception):
    """It is certain that the request did not leave, or was turned away before anything was done.

    `error` says why, as callers are told.
    """

    def __init__(self, error: InterlockError) -> None:
        super().__init__(str(error))
        self.error = error


class Declined(Exception):
    """The server's HTTP status is an error, and its body no error of JSON-RPC that says more."""

    def __init__(self, reply: HttpReply, says: str | None = None) -> None:
        super().__init__(f"status {reply.status}")
        self.reply = reply
        self.says = says


class SessionLost(Exception):
    """The server has forgotten a session, and has done nothing of what it was asked in it."""

    def __init__(self, session: str) -> None:
        super().__init__("the server has forgotten the session")
        self.session = session
