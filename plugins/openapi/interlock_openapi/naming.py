"""What operations are called: names that every vendor of models takes, whatever the document's order."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from hashlib import sha256

from interlock_openapi.document import Operation

LONGEST = 64
_FEWEST = 8  # hexadecimal digits of a mark
_STRANGE = re.compile(r"[^a-z0-9]+")
_HUMPS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_BRACES = re.compile(r"\{([^{}]*)\}")


def names_of(operations: Iterable[Operation], taken: Iterable[str] = ()) -> Mapping[str, str]:
    """Each operation's place to its name, none of which is `taken`.

    A name is its operationId in words, or its method and path where it has none. It ends in a mark of the
    place where it would be too long, or another's or a taken one without.
    """
    wanted = {each.place: _plain(each) for each in operations}
    counts = Counter(wanted.values())
    counts.update(taken)
    named = {place: name for place, name in wanted.items() if len(name) <= LONGEST and counts[name] == 1}
    used = {*named.values(), *taken}
    # By place: whoever comes first in the document must not decide who gives way.
    for place in sorted(wanted.keys() - named.keys()):
        named[place] = _marked(wanted[place], place, used)
        used.add(named[place])
    return named


def words_of(name: str) -> str:
    """An identifier as lower-case words between underscores."""
    return _STRANGE.sub("_", _HUMPS.sub("_", name[:400]).lower()).strip("_")


def _plain(operation: Operation) -> str:
    name = words_of(operation.id)
    if not name:
        path = _BRACES.sub(lambda found: f"by_{found[1]}", operation.path)
        name = words_of(f"{operation.method} {path}")
        name = f"{name}_root" if name == operation.method else name
    return name if name[0].isalpha() else f"_{name}"


def _marked(name: str, place: str, used: set[str]) -> str:
    digest = sha256(place.encode()).hexdigest()
    for digits in range(_FEWEST, LONGEST - 1):
        marked = f"{name[: LONGEST - digits - 1].rstrip('_')}_{digest[:digits]}"
        if marked not in used:
            return marked
    raise AssertionError("two places with one digest")
