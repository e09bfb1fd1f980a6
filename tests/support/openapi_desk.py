"""A connector to a service that the package `emulate` stands in for, by its OpenAPI document."""

import json
from collections.abc import Mapping
from itertools import count
from pathlib import Path
from typing import Any

from fault_proxy import FaultProxy
from interlock import Router, ToolCall, ToolOutcome
from openapi_vendors import Vendor

NUMBERS = count(1)
MOST = 12  # pages


class Desk:
    """A connector to one service, through a proxy that lets requests fail."""

    def __init__(self, vendor: Vendor, url: str, *, key: str | None, document: Path | None = None) -> None:
        """`document` is another one than the vendor's excerpt."""
        self.vendor = vendor
        self.proxy = FaultProxy(url)
        self.proxy.__enter__()
        there = {"id": vendor.service, "connector": "openapi", "region": "us", "base_url": self.proxy.url}
        there |= {"api_key": key} if key else {}
        there["options"] = {"document": str(document or vendor.document)}
        rules = [{"tools": f"{vendor.service}/*", "effect": "write"}]
        rules = [{"tools": f"{vendor.service}/{name}", **each} for each in rules for name in self.writing]
        self.router = Router.from_config({"connectors": [there], "tools": {"rules": rules}})
        self.box = self.router.toolbox()
        self.fixed = dict(vendor.fixed)

    @property
    def writing(self) -> list[str]:
        tools = [self.vendor.create[0], self.vendor.delete]
        return [*tools, self.vendor.update[0]] if self.vendor.update else tools

    async def enter(self) -> None:
        """Find in what things are."""
        if self.vendor.within is not None:
            tool, argument = self.vendor.within
            self.fixed[argument] = json.loads(str((await self.run(tool)).content))["results"][0]["id"]

    def call(self, tool: str, arguments: Mapping[str, Any] | None = None, made: str = "") -> ToolCall:
        known = {self.vendor.named[1]: made} if made else {}
        given = {**self.fixed, **known, **(arguments or {})}
        return ToolCall(id=f"call-{next(NUMBERS)}", name=tool, arguments=given)

    async def run(self, tool: str, arguments: Mapping[str, Any] | None = None, made: str = "") -> ToolOutcome:
        return await self.box.run(self.call(tool, arguments, made))

    async def make(self) -> str:
        tool, arguments = self.vendor.create
        outcome = await self.run(tool, arguments(next(NUMBERS)))
        assert outcome.outcome == "done", outcome.content
        assert outcome.receipt is not None
        return str(outcome.receipt[self.vendor.named[0]])

    async def live(self) -> None:
        """A thing from its making to its end. Raises AssertionError for what is not as it should be."""
        vendor, made = self.vendor, await self.make()
        if vendor.update is not None:
            assert (await self.run(*vendor.update, made)).outcome == "done"
        assert vendor.shows in str((await self.run(vendor.read, None, made)).content)
        assert made in str((await self.run(vendor.listed)).content)
        assert (await self.run(vendor.delete, None, made)).outcome == "done"
        gone = await self.run(vendor.read, None, made)
        assert (gone.outcome, gone.reason, "404" in str(gone.content)) == ("refused", "refused", True)

    async def follow(self) -> list[Any]:
        """Pages, as answers say where the next one is."""
        assert self.vendor.pages is not None
        for _ in range(4):
            await self.make()
        tool, small = self.vendor.pages
        shown = (await self.box.tool(tool)).spec.parameters["properties"]
        asked, pages = dict(small), []
        while len(pages) < MOST:
            outcome = await self.run(tool, asked)
            assert outcome.outcome == "done", outcome.content
            pages.append(outcome.content)
            if outcome.more is None:
                break
            for name, value in (pair.split("=", 1) for pair in outcome.more.split(" ")):
                asked[name] = value if shown[name]["type"] == "string" else int(value)
        return pages

    async def close(self) -> None:
        await self.router.aclose()
        self.proxy.__exit__(None, None, None)
