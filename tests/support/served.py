"""The page of approvals, really served on this machine."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from browsing import Browser, running
from interlock_agents.approvals import Requests
from interlock_agents.approvals.approvers import Approvers
from interlock_agents.ledger.ledger import Ledger
from interlock_agents.pages.app import app_of
from interlock_agents.pages.serving import bound
from interlock_agents.pages.sessions import Sessions
from interlock_agents.pages.site import Site
from interlock_pages import origins_of


@dataclass
class Served:
    site: Site
    origin: str

    def browser(self) -> Browser:
        return Browser(self.origin)

    def signed_in(self, name: str = "Ada") -> Browser:
        """A browser that has come by a one-time link."""
        browser = self.browser()
        secret = self.site.sessions.link_for(name)
        browser.get(f"/login?once={secret}")
        assert browser.submit("/login").status == 303
        return browser


@contextmanager
def served(requests: Requests, ledger: Ledger | None = None, **given: Any) -> Iterator[Served]:
    """The page at a free port, until the block ends."""
    listening = bound("127.0.0.1", 0, approvers=())
    origins = origins_of("127.0.0.1", listening)
    sessions = Sessions(Approvers(store=requests.store))
    site = Site(**{"requests": requests, "sessions": sessions, "origins": origins, "ledger": ledger} | given)
    with running(app_of(site), listening):
        yield Served(site, origins[0])
