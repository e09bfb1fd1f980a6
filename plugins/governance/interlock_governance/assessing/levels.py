"""Levels: one for each use case, by which policies know its requests."""

import re
import unicodedata
from collections.abc import Sequence
from typing import Final

from interlock_governance.use_cases import UseCase

PREFIX: Final = "case-"
_LONGEST: Final = 40


def level_names(cases: Sequence[UseCase]) -> list[str]:
    """Of each, in their order: made of its id, else its name. Those that would be the same are numbered."""
    seen: dict[str, int] = {}
    used = set()
    found = []
    for case in cases:
        base = f"{PREFIX}{_slug(case.id or case.name or '') or 'unnamed'}"
        name = base
        while name in used:
            seen[base] = seen.get(base, 1) + 1
            name = f"{base}-{seen[base]}"
        used.add(name)
        found.append(name)
    return found


def _slug(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:_LONGEST].strip("-")
