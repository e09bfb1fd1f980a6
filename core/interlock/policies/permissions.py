"""What rules let each deployment have of a request, whether or not it could serve now."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Verdict = Literal["allowed", "sealed", "denied"]
"""Of a request: it may go as it is, it may go sealed, or it may not go."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Permission:
    """What a deployment may have. `why` is the rule in words, where it is not simply allowed; `rules` are the
    ids of the policies that do not hold of it.
    """

    verdict: Verdict
    why: str = ""
    rules: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Permissions:
    """Of each deployment, by its id. `levels` are the request's, each with the reason why."""

    task: str
    levels: Mapping[str, str]
    deployments: Mapping[str, Permission]
