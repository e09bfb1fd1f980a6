"""Pages for whoever runs the endpoint: what goes on, what it cost, why, and what waits for a person.

HTML that the server makes, without a script, behind a key that `sees`. They show no prompt and no answer.
"""

from interlock_server.pages.going import Processes
from interlock_server.pages.mounting import routes_of

__all__ = ["Processes", "routes_of"]
