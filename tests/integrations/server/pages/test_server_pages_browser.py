"""The server's pages in a real Chromium: by keys, by mouse, without scripts, on a telephone, in the dark."""

import asyncio
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from emulators.node import PACKAGES, missing
from interlock import Router, Unavailable
from interlock.testing import scripted_router
from interlock.testing.records import sample_record
from interlock.types.tools import Preview
from interlock_agents.approvals import Approval, Requests
from interlock_agents.store import Store
from interlock_server.principals import KEY
from server_pages_stage import APPROVES, BLIND, PagesStage, pages_stage, secret_of
from waiting import asked

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome") or shutil.which("chromium-browser")
AXE = PACKAGES / "axe-core" / "axe.min.js"
PHONE, DESK = {"width": 390, "height": 844}, {"width": 1280, "height": 900}
LONG = "a-deployment-with-a-name-that-somebody-made-up-and-that-is-longer-than-a-telephone-is-wide"
LONGEST_KEY = "an.id.of.a.key.that.has.all.the.sixty.four.characters.it.may.have"

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium on this machine")


@dataclass
class World:
    stage: PagesStage
    requests: Requests
    waits: Approval
    router: Router

    @property
    def pages(self) -> dict[str, str]:
        """Every page that there is, by its heading."""
        return {
            "Now": "/pages/",
            "Usage": "/pages/usage?period=month",
            "Decisions": "/pages/decisions",
            "conversational": f"/pages/decisions/{self.router.records[-1].id}",
            "Health": "/pages/health",
            "What waits for you": "/pages/approvals/",
            "delete_file": f"/pages/approvals/requests/{self.waits.id}",
        }

    def now(self) -> Approval:
        return apart(self.requests.get(self.waits.id))


def apart(work: Any) -> Any:
    """What is awaited, in a thread without Playwright's own loop."""

    async def awaited() -> Any:
        return await work

    with ThreadPoolExecutor(1) as threads:
        return threads.submit(lambda: asyncio.run(awaited())).result()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    playwright.expect.set_options(timeout=30_000)
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """Calls of a month, one that goes on, and one request that waits."""
    requests = Requests(store=Store.open("sqlite:///agents.db", tmp_path))
    preview = Preview(text="removes a.txt, and nothing else", changes={"removed": ["a.txt"]})
    waits = apart(requests.put(asked(preview=preview)))
    release = threading.Event()

    async def held(call: object) -> str:
        await asyncio.to_thread(release.wait, 60)
        return "One"

    router = scripted_router(
        {"a": [Unavailable("down"), held]},
        budgets=[{"id": "few", "per": "day", "requests": 10, "each": KEY}],
        retries={"max": 1},
    )
    for number in range(10):
        each = replace(sample_record(number), started=time.time() - number * 240_000, metadata={KEY: "app"})
        if number % 7 == 0:
            each = replace(each, error="TotalTimeout", deployment=None, model=None)
        if number % 5 == 0:
            each = replace(
                each,
                deployment=LONG,
                metadata={KEY: LONGEST_KEY},
            )
        router.wiring.records.put(each)
    settings = {"approvals": "sqlite:///agents.db", "folder": tmp_path}
    with pages_stage(router, APPROVES, BLIND, settings=settings) as stage:
        caller = stage.calling(BLIND)

        def ask() -> None:
            # However long the test looks at it.
            with suppress(OSError):
                caller.chat()

        call = threading.Thread(target=ask)
        call.start()
        end = time.monotonic() + 20
        while not router.under_way or router.under_way[0].attempts == 0:
            assert time.monotonic() < end
            time.sleep(0.01)
        yield World(stage, requests, waits, router)
        release.set()
        call.join(20)


def signed_in(chromium: Any, world: World, **options: Any) -> Any:
    page = chromium.new_context(**options).new_page()
    page.goto(f"{world.stage.origin}/pages/")
    page.get_by_label("Your key").fill(secret_of(APPROVES))
    page.get_by_role("button", name="Sign in").click()
    playwright.expect(page.get_by_role("heading", name="Now", exact=True)).to_be_visible()
    return page


def tab_to(page: Any, what: Callable[[], bool]) -> None:
    for _ in range(60):
        page.keyboard.press("Tab")
        if what():
            return
    raise AssertionError("no number of tabs leads there")


def focused(page: Any, text: str) -> Callable[[], bool]:
    return lambda: page.evaluate("document.activeElement.textContent").strip() == text


def test_by_keys_alone_from_the_door_to_an_approval(chromium: Any, world: World) -> None:
    page = chromium.new_context().new_page()
    page.goto(f"{world.stage.origin}/pages/approvals/")
    tab_to(page, lambda: bool(page.evaluate("document.activeElement.id == 'key'")))
    page.keyboard.type(secret_of(APPROVES))
    page.keyboard.press("Enter")
    playwright.expect(page.get_by_role("heading", name="What waits for you")).to_be_visible()
    tab_to(page, focused(page, "Usage"))
    page.keyboard.press("Enter")
    playwright.expect(page.get_by_role("heading", name="Usage", exact=True)).to_be_visible()
    tab_to(page, focused(page, "Approvals"))
    page.keyboard.press("Enter")
    playwright.expect(page.get_by_role("heading", name="What waits for you")).to_be_visible()
    tab_to(page, focused(page, "delete_file"))
    page.keyboard.press("Enter")
    playwright.expect(page.get_by_role("heading", name="What consent is bound to")).to_be_visible()
    tab_to(page, focused(page, "Approve"))
    page.keyboard.press("Enter")
    playwright.expect(page.get_by_role("status")).to_contain_text("ada agreed at")
    grant = world.now().grant
    assert grant is not None
    assert grant.approver == "ada"
    page.context.close()


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without"])
def test_by_the_mouse_alone_through_every_page_and_out(chromium: Any, world: World, scripts: bool) -> None:
    page = signed_in(chromium, world, java_script_enabled=scripts)
    for name in ("Usage", "Health", "Decisions"):
        page.get_by_role("link", name=name, exact=True).click()
        playwright.expect(page.get_by_role("heading", name=name, exact=True)).to_be_visible()
    page.locator("tbody a").first.click()
    playwright.expect(page.get_by_role("heading", name="What was tried")).to_be_visible()
    page.get_by_role("link", name="Approvals", exact=True).click()
    page.get_by_role("link", name="delete_file").click()
    page.get_by_role("button", name="Deny").click()
    playwright.expect(page.get_by_role("status")).to_contain_text("ada denied it")
    assert world.now().denied
    page.get_by_role("button", name="Sign out").click()
    playwright.expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    page.goto(f"{world.stage.origin}/pages/usage")
    playwright.expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    page.context.close()


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["telephone", "desk"])
def test_no_page_is_wider_than_the_window(chromium: Any, world: World, size: dict[str, int]) -> None:
    page = signed_in(chromium, world, viewport=size)
    for heading, path in world.pages.items():
        page.goto(world.stage.origin + path)
        playwright.expect(page.get_by_role("heading", name=heading, exact=True)).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= size["width"], path
    page.context.close()


def test_on_a_telephone_a_call_is_read_without_pushing_the_table_aside(chromium: Any, world: World) -> None:
    page = signed_in(chromium, world, viewport=PHONE)
    page.goto(f"{world.stage.origin}/pages/decisions")
    for cell in page.locator("table.calls tbody tr:first-child > *").all():
        box = cell.bounding_box()
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= PHONE["width"]
    page.context.close()


def test_its_browser_asks_nobody_else_and_complains_of_nothing(chromium: Any, world: World) -> None:
    page = signed_in(chromium, world)
    page.wait_for_load_state()  # leaving it earlier would break off what it still asks for
    asked_of, complaints = [], []
    page.on("request", lambda request: asked_of.append(request.url))
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("requestfailed", lambda request: complaints.append(request.url))
    for path in world.pages.values():
        page.goto(world.stage.origin + path)
        page.wait_for_load_state()
    assert complaints == []
    assert [each for each in asked_of if not each.startswith(f"{world.stage.origin}/pages/")] == []
    page.context.close()


@pytest.mark.skipif(bool(missing("axe-core")), reason="axe-core is not installed: tests/emulators/install.py")
@pytest.mark.parametrize(
    ("scheme", "size"), [("dark", PHONE), ("light", DESK)], ids=["dark on a telephone", "light on a desk"]
)
def test_axe_finds_nothing(chromium: Any, world: World, scheme: str, size: dict[str, int]) -> None:
    # The checker is no part of the page: its policy would not let it in.
    options = {"color_scheme": scheme, "viewport": size, "bypass_csp": True}
    page = signed_in(chromium, world, **options)

    def check() -> None:
        page.add_script_tag(path=str(AXE))
        found = page.evaluate("axe.run()")
        assert [(each["id"], each["nodes"][0]["html"]) for each in found["violations"]] == []
        assert len(found["passes"]) > 10

    for heading, path in world.pages.items():
        page.goto(world.stage.origin + path)
        playwright.expect(page.get_by_role("heading", name=heading, exact=True)).to_be_visible()
        check()
    for path in ("/pages/decisions/none", "/pages/decisions?key=nobody", "/pages/usage?period=day"):
        page.goto(world.stage.origin + path)
        check()
    page.get_by_role("link", name="Now").click()
    page.get_by_role("button", name="Sign out").click()
    playwright.expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    check()
    page.context.close()
