"""What is known and decided about a run of a tool before it happens. Nothing here runs one.

`digest` names a tool in one version. `classified` says what it does to the world, by the user's policy.
`asking` puts one run before a person, `admit` lets it through under what they granted, `conversed` does both
for whoever has somebody to ask. `tool_of` makes a tool of a function.
"""

from interlock.tools.approving import admit, asking, objection
from interlock.tools.classifying import Classified, classified
from interlock.tools.consenting import Question, Running, conversed, conversed_sync
from interlock.tools.digests import args_digest, digest
from interlock.tools.functions import tool_of
from interlock.tools.grants import MemoryGrants

__all__ = [
    "Classified",
    "MemoryGrants",
    "Question",
    "Running",
    "admit",
    "args_digest",
    "asking",
    "classified",
    "conversed",
    "conversed_sync",
    "digest",
    "objection",
    "tool_of",
]
