"""What keeps deployments from a request, told without repeating itself."""

from collections.abc import Mapping

_NAMED = 3


def by_rule(excluded: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """Each rule in words to the deployments that it excludes, what concerns the fewest first."""
    groups: dict[str, list[str]] = {}
    for deployment, rule in excluded.items():
        groups.setdefault(rule, []).append(deployment)
    return {rule: tuple(names) for rule, names in sorted(groups.items(), key=lambda group: len(group[1]))}


def listed(excluded: Mapping[str, str]) -> str:
    """A line for each deployment, or for many that one rule excludes."""
    lines = []
    for rule, names in by_rule(excluded).items():
        many = len(names) > _NAMED + 1
        told = (f"{', '.join(names[:_NAMED])} and {len(names) - _NAMED} others",) if many else names
        lines += [f"\n  {name}: {rule}" for name in told]
    return "".join(lines)
