"""The report of a run in a real Chromium: by axe-core, in light and dark, on a desk and on a telephone."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from emulators.node import PACKAGES, missing
from interlock_evaluation.reporting import figures_of, report_of
from reported_runs import reported

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome") or shutil.which("chromium-browser")
AXE = PACKAGES / "axe-core" / "axe.min.js"
PHONE = {"width": 390, "height": 844}
DESK = {"width": 1280, "height": 900}

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium on this machine")


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> str:
    kept = reported(40)
    path: Path = tmp_path_factory.mktemp("report") / "report.html"
    path.write_text(report_of(figures_of(kept), kept.run).html(), "utf-8")
    return path.as_uri()


@pytest.mark.skipif(bool(missing("axe-core")), reason="axe-core is not installed: tests/emulators/install.py")
@pytest.mark.parametrize("size", [PHONE, DESK], ids=["on a telephone", "on a desk"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_in_a_report(
    chromium: Any, address: str, scheme: str, size: dict[str, int]
) -> None:
    # The checker is no part of the page: its policy would not let it in.
    options = {"color_scheme": scheme, "viewport": size, "bypass_csp": True}
    page = chromium.new_context(**options).new_page()
    page.goto(address)
    page.add_script_tag(path=str(AXE))
    found = page.evaluate("axe.run()")
    assert [(each["id"], each["nodes"][0]["html"]) for each in found["violations"]] == []
    assert len(found["passes"]) > 10
    page.context.close()


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["on a telephone", "on a desk"])
def test_only_what_may_be_scrolled_is_wider_than_the_window(
    chromium: Any, address: str, size: dict[str, int]
) -> None:
    page = chromium.new_context(viewport=size).new_page()
    page.goto(address)
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
    page.context.close()


def test_a_report_asks_nobody_for_anything_and_complains_of_nothing(chromium: Any, address: str) -> None:
    page = chromium.new_context().new_page()
    asked, complaints = [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(address)
    page.get_by_role("button", name="Mean mark").first.click()
    assert asked == [address]
    assert complaints == []
    page.context.close()
