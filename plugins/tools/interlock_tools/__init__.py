"""What connectors stand on: a service, its operations as rows, and the tools that rows become.

A connector says where its service is and how it is told who asks (`Service` with `Bearer`, `Basic` or
another `Auth`), and lists its operations. An `Operation` writes one `Call` out of a model's arguments and
says what of the reply is told (`Answer`), how its list goes on (`Pages`), what its statuses mean (`Meaning`),
and how a run of it is found again (`Find`). `tool_for` makes the tool. What no row can say is a tool of the
connector's own.

Nothing here repeats a run by itself.
"""

from interlock_tools.answers import Answer, picked, text_of, value_at
from interlock_tools.assertions import JwtBearer, SignedAuth
from interlock_tools.auth import Auth, Basic, Bearer, Open
from interlock_tools.calls import Arguments, Call, segment
from interlock_tools.markers import comment, reference
from interlock_tools.meanings import Meaning, meant
from interlock_tools.oauth import ClientCredentials
from interlock_tools.operations import Find, Operation
from interlock_tools.paging import Cursor, NextLink, NextUrl, Offset, Pages, Paging
from interlock_tools.precondition import PreconditionTool
from interlock_tools.recent import Bound, RecentTool
from interlock_tools.renewed import Renewed
from interlock_tools.sendings import Sendings, service_time
from interlock_tools.service import NotSent, Service
from interlock_tools.tool import tool_for

__all__ = [
    "Answer",
    "Arguments",
    "Auth",
    "Basic",
    "Bearer",
    "Bound",
    "Call",
    "ClientCredentials",
    "Cursor",
    "Find",
    "JwtBearer",
    "Meaning",
    "NextLink",
    "NextUrl",
    "NotSent",
    "Offset",
    "Open",
    "Operation",
    "Pages",
    "Paging",
    "PreconditionTool",
    "RecentTool",
    "Renewed",
    "Sendings",
    "Service",
    "SignedAuth",
    "comment",
    "meant",
    "picked",
    "reference",
    "segment",
    "service_time",
    "text_of",
    "tool_for",
    "value_at",
]
