# SPDX-License-Identifier: Apache-2.0
"""`make screenshots`: every page of a running demo at 360 and 1280 px, light and dark.

Run `make demo` in another terminal first and give the links it printed:
`make screenshots ARGS="WORKBENCH_URL MAILBOX_URL PORTAL_LINK [FOLDER]"`. Without a folder only the pictures that the
papers show are taken, as far as a window shows them; with one, every page whole.
"""

from __future__ import annotations

import sys
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright
from tests.journeys.stage import CHROMIUM_ARGUMENTS, chromium

FOLDER = Path(__file__).parents[2] / "docs" / "pictures"
SHOWN = {
    "portal-home-360-light",
    "portal-home-1280-dark",
    "workbench-home-1280-light",
    "workbench-receivables-1280-light",
    "workbench-customer-1280-dark",
    "mailbox-letter-360-light",
}
SIZES = {360: 740, 1280: 900}
PASSWORD = "conserje-de-prueba"
EMAIL = "ana@taller.example"


def main(workbench: str, mailbox: str, portal: str, folder: Path = FOLDER) -> None:
    """Take every picture."""
    folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=CHROMIUM_ARGUMENTS)
        for width, height in SIZES.items():
            for scheme in ("light", "dark"):
                _round(browser, width, height, scheme, (workbench, mailbox, portal), folder)
        browser.close()


def _round(
    browser: Browser, width: int, height: int, scheme: str, where: tuple[str, str, str], folder: Path
) -> None:
    context = browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme=scheme,
        locale="es-CO",  # type: ignore[arg-type]
    )
    page = context.new_page()
    workbench, mailbox, portal = where

    def take(name: str) -> None:
        picture = f"{name}-{width}-{scheme}"
        if folder == FOLDER and picture not in SHOWN:
            return
        page.wait_for_load_state("networkidle")
        page.screenshot(path=folder / f"{picture}.png", full_page=folder != FOLDER)

    page.goto(portal)
    take("portal-home")
    for name in ("paid", "scheduled", "preferences", "genuine"):
        page.goto(page.url.split("/c/")[0] + "/c/" + page.url.split("/c/")[1].split("/")[0] + f"/{name}/")
        take(f"portal-{name}")
    page.goto(mailbox)
    take("mailbox")
    page.locator("a[href*='/messages/']").first.click()
    take("mailbox-letter")
    _workbench(page, workbench, take)
    context.close()


def _workbench(page: Page, url: str, take: object) -> None:
    assert callable(take)
    page.goto(url)
    take("sign-in")
    page.fill("input[name=login]", EMAIL)
    page.fill("input[name=password]", PASSWORD)
    page.click("form button[type=submit]")
    page.wait_for_url("**/w/**")
    home = page.url
    take("workbench-home")
    for name in ("receivables", "drafts", "clock"):
        page.goto(f"{home}{name}/")
        take(f"workbench-{name}")
    page.goto(f"{home}receivables/")
    page.locator("a[href*='/customer/']").first.click()
    take("workbench-customer")
    page.goto(f"{home}drafts/")
    page.locator("a[href*='/drafts/']").last.click()
    take("workbench-draft")


if __name__ == "__main__":
    main(*sys.argv[1:4], *[Path(item) for item in sys.argv[4:5]])
