"""The portal in Debian's Chromium. ``MIMAS_PICTURES=DIR`` keeps a picture of every page that is looked at."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

from tests.unit.web.portal.company import Company, founded, served

_OPTIONS = [
    "--no-sandbox",  # as root there is none
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The browser."""
    path = shutil.which("chromium")
    if path is None:
        pytest.skip("Chromium is not installed: apt-get install chromium")
    with (
        sync_playwright() as playwright,
        closing(playwright.chromium.launch(executable_path=path, args=_OPTIONS)) as browser,
    ):
        yield browser


@pytest.fixture(scope="session")
def founding(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A company as it was founded, to be copied."""
    home = tmp_path_factory.mktemp("company") / "home"
    with pytest.MonkeyPatch.context() as monkeypatch:
        founded(home, monkeypatch)
    return home


@pytest.fixture
def company(founding: Path, tmp_path: Path) -> Iterator[Company]:
    """A company of the test's own."""
    with served(Path(shutil.copytree(founding, tmp_path / "home"))) as made:
        yield made


class Visitor:
    """Somebody at a page; whatever goes wrong in the browser fails the test."""

    def __init__(self, page: Page, name: str) -> None:
        self.page = page
        self.name = name
        self.trouble: list[str] = []
        page.on("pageerror", lambda error: self.trouble.append(str(error)))
        page.on("console", lambda said: self.trouble.append(said.text) if said.type == "error" else None)

    def look(self, path: str, picture: str = "") -> Page:
        """Open a page, and look whether everybody can use it (WCAG 2.2 AA, as far as axe can tell)."""
        self.page.goto(path)
        self.judge(picture or path.strip("/").replace("/", "-") or "home")
        return self.page

    def judge(self, picture: str) -> None:
        """The same for the page as it is now."""
        self.page.wait_for_load_state("networkidle")
        if folder := os.environ.get("MIMAS_PICTURES"):
            self.page.screenshot(path=Path(folder) / f"{self.name}-{picture}.png", full_page=True)
        tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
        found = Axe().run(self.page, options={"runOnly": tags})
        self.trouble += [
            f"{self.page.url}: {one['id']}: {node['html'][:200]} {node.get('failureSummary', '')[:300]}"
            for one in found.response["violations"]
            for node in one["nodes"][:3]
        ]
        width = self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if width > 0:
            self.trouble.append(f"{self.page.url} is {width} pixels too wide")


@pytest.fixture(params=["wide-light", "phone-dark"])
def visitor(
    request: pytest.FixtureRequest, chromium: Browser, company: Company
) -> Iterator[Callable[[str | None], Visitor]]:
    """Signs somebody in, with a wide screen or a phone, in the light or in the dark."""
    size, colours = request.param.split("-")
    shape: ViewportSize = {"width": 390, "height": 844} if size == "phone" else {"width": 1280, "height": 800}
    contexts = []
    made: list[Visitor] = []

    def come(who: str | None) -> Visitor:
        context = chromium.new_context(
            base_url=str(company.client.base_url), viewport=shape, color_scheme=colours, has_touch=size == "phone"
        )
        contexts.append(context)
        one = Visitor(context.new_page(), f"{request.param}-{(who or 'owner').replace('/', '-')}")
        made.append(one)
        one.look(company.link(who), "link")
        one.page.get_by_role("button", name="Sign in").click()
        return one

    yield come
    trouble = [line for one in made for line in one.trouble]
    assert not trouble, "\n".join(trouble)
    for context in contexts:
        context.close()
