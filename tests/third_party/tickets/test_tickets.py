"""The tickets' plugin against Interlock's rules for connectors."""

from typing import ClassVar
from urllib.parse import parse_qs, urlsplit

from interlock_tickets import Tickets, TicketsOptions

from interlock.testing import ConnectorConformance, Received, Reply


class Service:
    """Tickets as the real service has them: it heeds keys, and gives pages of two."""

    def __init__(self) -> None:
        self.opened: dict[str, int] = {}

    def __call__(self, request: Received) -> Reply:
        if request.headers["authorization"] != f"Bearer {TestTickets.key}":
            return Reply.json({"error": "who are you?"}, status=401)
        if request.method == "POST":
            number = self.opened.setdefault(request.headers["idempotency-key"], len(self.opened) + 1)
            return Reply.json({"id": number, **request.json()}, status=201)
        page = int(parse_qs(urlsplit(request.path).query)["page"][0])
        tickets = [{"id": page * 2, "title": "No paper"}, {"id": page * 2 + 1, "title": "No ink"}]
        return Reply.json({"tickets": tickets, "next": page + 1 if page < 3 else None})


class TestTickets(ConnectorConformance):
    kind = Tickets()
    options = TicketsOptions(page_size=2)
    service = Service
    arguments: ClassVar = {"list_tickets": {"page": 2}, "open_ticket": {"title": "Printer on fire"}}
    wrong: ClassVar = {"list_tickets": {"page": "two"}, "open_ticket": {"title": 7}}

    def effects(self, name: str, arguments: object) -> int:
        return len(self.served.opened)
