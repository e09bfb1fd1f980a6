"""The pages in a real Chromium: by keys, by mouse, without scripts, on a telephone, in the dark."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from emulators.node import PACKAGES, missing
from interlock_evaluation.reviews.kept import ReviewStore
from interlock_evaluation.store import Store
from reviewing import Served, asked, opened, served

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome") or shutil.which("chromium-browser")
AXE = PACKAGES / "axe-core" / "axe.min.js"
PROMPT = "Compare **both**:\n\n- one\n- two\n\n```python\nprint(1)\n```"
PHONE = {"width": 390, "height": 844}

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium on this machine")


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    playwright.expect.set_options(timeout=30_000)
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def review(tmp_path: Path) -> Iterator[tuple[Served, dict[str, str], Callable[[], list[tuple[str, str]]]]]:
    """A review of three pairs, the links of three people, and what was said so far."""
    import asyncio

    url = f"sqlite:///{tmp_path}/eval.db"

    async def begin() -> dict[str, str]:
        store = Store.open(url)
        run = await asked(store, prompts=[PROMPT, "?", "??"], rubric="Is short.", reference="one")
        _, links = await opened(store, run, ("anna", "ben", "carla"), again=0.0)
        await store.aclose()
        return links

    def said() -> list[tuple[str, str]]:
        async def read() -> list[tuple[str, str]]:
            store = Store.open(url)
            votes = (await ReviewStore(store).judged("spring")).votes
            await store.aclose()
            return [(each.choice, each.comment) for each in votes]

        return run(read)

    def run(work: Any) -> Any:
        # Playwright's own loop runs in this thread.
        from concurrent.futures import ThreadPoolExecutor

        with ThreadPoolExecutor(1) as threads:
            return threads.submit(lambda: asyncio.run(work())).result()

    links = run(begin)
    store = Store.open(url)
    with served(store) as site:
        yield site, links, said
    run(store.aclose)


def entered(chromium: Any, site: Served, link: str, **options: Any) -> Any:
    """A page of somebody who has pressed the button that their link leads to."""
    page = chromium.new_context(**options).new_page()
    page.goto(f"{site.origin}/join/{link}")
    page.get_by_role("button", name="Begin as").click()
    playwright.expect(page.get_by_text("1 of 3", exact=True)).to_be_visible()
    return page


def test_by_keys_alone(chromium: Any, review: Any) -> None:
    site, links, said = review
    page = chromium.new_context().new_page()
    page.goto(f"{site.origin}/join/{links['anna']}")
    page.keyboard.press("Tab")
    while page.evaluate("document.activeElement.tagName") != "BUTTON":
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    playwright.expect(page.get_by_text("1 of 3", exact=True)).to_be_visible()
    page.keyboard.press("2")
    page.keyboard.press("Enter")
    playwright.expect(page.get_by_text("2 of 3", exact=True)).to_be_visible()
    page.keyboard.press("c")
    page.keyboard.type("2 c and 4")
    page.keyboard.press("Escape")
    page.keyboard.press("4")
    page.keyboard.press("Enter")
    playwright.expect(page.get_by_text("3 of 3", exact=True)).to_be_visible()
    page.keyboard.press("Enter")
    playwright.expect(page.get_by_text("3 of 3", exact=True)).to_be_visible()
    page.keyboard.press("3")
    page.keyboard.press("Enter")
    playwright.expect(page.get_by_role("heading", name="That was all")).to_be_visible()
    assert said() == [("right", ""), ("neither", "2 c and 4"), ("both", "")]
    page.context.close()


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without"])
def test_by_the_mouse_alone(chromium: Any, review: Any, scripts: bool) -> None:
    site, links, said = review
    page = entered(chromium, site, links["anna"], java_script_enabled=scripts)
    for at, name in enumerate(("Answer 1 is better", "Both are equally good", "Neither is acceptable"), 1):
        playwright.expect(page.get_by_text(f"{at} of 3", exact=True)).to_be_visible()
        page.get_by_text(name).click()
        page.get_by_role("button", name="Save and go on").click()
    playwright.expect(page.get_by_role("heading", name="That was all")).to_be_visible()
    assert [choice for choice, _ in said()] == ["left", "both", "neither"]
    page.context.close()


def test_by_keys_without_scripts(chromium: Any, review: Any) -> None:
    site, links, said = review
    page = entered(chromium, site, links["anna"], java_script_enabled=False)
    page.get_by_role("radio").first.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    playwright.expect(page.get_by_text("2 of 3", exact=True)).to_be_visible()
    assert said() == [("right", "")]
    page.context.close()


def test_nothing_is_sent_without_a_choice(chromium: Any, review: Any) -> None:
    site, links, said = review
    page = entered(chromium, site, links["anna"], java_script_enabled=False)
    page.get_by_role("button", name="Save and go on").click()
    playwright.expect(page.get_by_text("1 of 3", exact=True)).to_be_visible()
    assert said() == []
    page.context.close()


def test_going_back_shows_what_was_said_and_changes_nothing(chromium: Any, review: Any) -> None:
    site, links, said = review
    page = entered(chromium, site, links["anna"])
    page.get_by_text("Answer 1 is better").click()
    page.get_by_role("button", name="Save and go on").click()
    playwright.expect(page.get_by_text("2 of 3", exact=True)).to_be_visible()
    page.go_back()
    playwright.expect(page.get_by_text("you said. That stays.")).to_be_visible()
    page.get_by_role("link", name="Go on").click()
    playwright.expect(page.get_by_text("2 of 3", exact=True)).to_be_visible()
    assert said() == [("left", "")]
    page.context.close()


@pytest.mark.parametrize("width", [390, 1280])
def test_nothing_is_wider_than_the_window_and_answers_are_as_wide_as_each_other(
    chromium: Any, review: Any, width: int
) -> None:
    site, links, _ = review
    page = entered(chromium, site, links["anna"], viewport={"width": width, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    first, second = (each.bounding_box() for each in page.locator(".reply").all())
    assert first["width"] == second["width"]
    assert (first["y"] == second["y"]) is (width > 1000)
    for each in page.locator(".option, button").all():
        assert each.bounding_box()["height"] >= 44
    page.context.close()


def test_its_browser_asks_nobody_else_and_complains_of_nothing(chromium: Any, review: Any) -> None:
    site, links, _ = review
    page = chromium.new_context().new_page()
    asked_of, complaints = [], []
    page.on("request", lambda request: asked_of.append(request.url))
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("requestfailed", lambda request: complaints.append(request.url))
    page.goto(f"{site.origin}/join/{links['anna']}")
    page.get_by_role("button").click()
    playwright.expect(page.get_by_text("1 of 3", exact=True)).to_be_visible()
    page.wait_for_load_state()  # leaving it earlier would break off what it still asks for
    page.keyboard.press("1")
    page.keyboard.press("Enter")
    playwright.expect(page.get_by_text("2 of 3", exact=True)).to_be_visible()
    assert complaints == []
    assert all(each.startswith(f"{site.origin}/") for each in asked_of)
    page.context.close()


@pytest.mark.skipif(bool(missing("axe-core")), reason="axe-core is not installed: tests/emulators/install.py")
@pytest.mark.parametrize(
    ("scheme", "size"),
    [("dark", PHONE), ("light", {"width": 1280, "height": 900})],
    ids=["dark on a telephone", "light on a desk"],
)
def test_axe_finds_nothing(chromium: Any, review: Any, scheme: str, size: dict[str, int]) -> None:
    site, links, _ = review
    # The checker is no part of the page: its policy would not let it in.
    options = {"color_scheme": scheme, "viewport": size, "bypass_csp": True}
    page = chromium.new_context(**options).new_page()

    def check() -> None:
        page.add_script_tag(path=str(AXE))
        found = page.evaluate("axe.run()")
        assert [(each["id"], each["nodes"][0]["html"]) for each in found["violations"]] == []
        assert len(found["passes"]) > 10

    page.goto(f"{site.origin}/join/{links['anna']}")
    check()
    page.get_by_role("button").click()
    playwright.expect(page.get_by_text("1 of 3", exact=True)).to_be_visible()
    check()
    first = page.url
    for at in range(3):
        playwright.expect(page.get_by_text(f"{at + 1} of 3", exact=True)).to_be_visible()
        page.get_by_text("Answer 2 is better").click()
        page.get_by_label("Comment").fill("why")
        page.get_by_role("button").click()
    playwright.expect(page.get_by_role("heading", name="That was all")).to_be_visible()
    check()
    page.goto(first)
    check()
    page.goto(f"{site.origin}/pairs/none")
    check()
    page.context.close()
