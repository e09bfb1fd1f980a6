"""A part of SOSL: FIND {…} IN ALL FIELDS RETURNING Object(fields), … LIMIT n."""

import re
from typing import Any

from salesforce_org.records import Org
from salesforce_org.soql import malformed, shown

_FIND = re.compile(
    r"FIND \{((?:[^\\{}]|\\.)*)\}(?: IN ALL FIELDS)?(?: RETURNING (.*?))?(?: LIMIT (\d+))?", re.DOTALL
)
_RETURNING = re.compile(r"(\w+)(?:\(([\w, .]*)\))?")
_USED = re.compile(r"""(?<!\\)[?&|!\[\]()^~*:"'+-]""")


def search(org: Org, text: str) -> list[dict[str, Any]]:
    found = _FIND.fullmatch(text.strip())
    if found is None or _USED.search(found[1]):
        raise malformed("line 1: no viable alternative")
    words = re.sub(r"\\(.)", r"\1", found[1]).casefold()
    told: list[dict[str, Any]] = []
    for returning in _RETURNING.finditer(found[2] or "Account, Contact, Lead"):
        fields = [each.strip() for each in (returning[2] or "Id").split(",")]
        for row in org.all(returning[1]):
            if any(isinstance(each, str) and words in each.casefold() for each in row.values()):
                told.append(shown(org, returning[1], row, fields))
    return told[: int(found[3] or 2_000)]
