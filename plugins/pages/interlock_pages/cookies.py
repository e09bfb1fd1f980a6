"""The one cookie of a site: a secret that says who is looking."""

from collections.abc import Sequence
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response


@dataclass(frozen=True, slots=True, kw_only=True)
class Cookie:
    """Kept from scripts and from other sites and, where the site is reached by https alone, to that.

    Attributes:
        name: of the site's; several sites of one machine need several.
        origins: under which the site is reached.
    """

    name: str
    origins: Sequence[str]

    @property
    def secure(self) -> bool:
        """Whether it goes over https alone."""
        return all(origin.startswith("https:") for origin in self.origins)

    @property
    def sent_as(self) -> str:
        """Its name as browsers know it."""
        # Browsers take a cookie of such a name from https alone, and from no other host.
        return f"__Host-{self.name}" if self.secure else self.name

    def of(self, request: Request) -> str | None:
        """The secret that a request brings along."""
        return request.cookies.get(self.sent_as)

    def put(self, reply: Response, secret: str, *, seconds: int | None = None) -> None:
        """Have the browser keep it, so many seconds; without them, until it is closed."""
        reply.set_cookie(
            self.sent_as,
            secret,
            max_age=seconds,
            path="/",
            httponly=True,
            samesite="lax",
            secure=self.secure,
        )

    def drop(self, reply: Response) -> None:
        """Have the browser forget it."""
        reply.delete_cookie(self.sent_as, path="/", httponly=True, samesite="lax", secure=self.secure)
