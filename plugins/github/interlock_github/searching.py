"""A search that stays in one repository."""

import re

from interlock import RequestError
from interlock_github.paths import Places
from interlock_tools import Arguments

# What could lead a search out of its repository: qualifiers of place, and what joins parts of a query.
_WIDER = re.compile(r"\b(repo|org|user|owner|enterprise)\s*:|[()]|\b(OR|NOT)\b", re.IGNORECASE)


def narrowed(places: Places, asked: Arguments) -> str:
    """The query, within the repository.

    Raises:
        RequestError: it asks for something else, too.
    """
    places.of(asked)
    query = asked["query"]
    if (found := _WIDER.search(query)) is not None:
        raise RequestError(
            f"{found[0]!r} cannot be asked for: owner and repo say where is searched", key="query"
        )
    return f"repo:{asked['owner']}/{asked['repo']} {query}"
