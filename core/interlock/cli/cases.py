"""Cases of policies, read for a router."""

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from interlock.policies import Case
    from interlock.router import Router


def read_cases(router: "Router", paths: Iterable[Path]) -> "list[Case]":
    """The cases of files, as `interlock policy test` takes them.

    Raises:
        ConfigError: a file cannot be read, or names a deployment or a level that the router does not have.
    """
    from interlock.config.policy_cases import read_cases as of_file

    levels = router.policies.levels if router.policies is not None else ()
    deployments = list(router.deployments)
    return [case for path in paths for case in of_file(path, deployments=deployments, levels=levels)]
