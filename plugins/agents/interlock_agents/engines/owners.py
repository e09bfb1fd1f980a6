"""Who works on a run: a name that another process of the same machine can tell to be gone."""

import uuid

from interlock_agents.boots import has_ended, process

_SEPARATOR = "|"


def new_owner() -> str:
    """A name of its own for each execution, which says in which process of which machine it goes on."""
    return f"{process()}{_SEPARATOR}{uuid.uuid4().hex}"


def surely_gone(owner: str) -> bool:
    """Whether that process has run on this machine and runs no more. If nobody can tell, it is not gone."""
    return has_ended(owner.rpartition(_SEPARATOR)[0])
