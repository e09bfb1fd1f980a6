"""The endpoint: bytes in, calls of the router, bytes out.

`app.py` is where a request arrives, `table.py` says which there are; `calls.py` answers them. `live.py` holds
what they are served with, `failures.py` which problem each error is.
"""

from interlock_server.dialects.chat import CHAT
from interlock_server.endpoint.app import Endpoint
from interlock_server.endpoint.exchange import ClientLeft, Exchange
from interlock_server.endpoint.live import Live, Names, Served, Settings
from interlock_server.endpoint.observing import Observer
from interlock_server.endpoint.opening import open_served, settings_of
from interlock_server.endpoint.routes import READS, Handler, Route, Routes
from interlock_server.endpoint.status import Part, Readiness
from interlock_server.endpoint.table import routes_of
from interlock_server.endpoint.traffic import Traffic

__all__ = [
    "CHAT",
    "READS",
    "ClientLeft",
    "Endpoint",
    "Exchange",
    "Handler",
    "Live",
    "Names",
    "Observer",
    "Part",
    "Readiness",
    "Route",
    "Routes",
    "Served",
    "Settings",
    "Traffic",
    "open_served",
    "routes_of",
    "settings_of",
]
