# SPDX-License-Identifier: Apache-2.0
"""`python -m tests.journeys.gallery OUT_DIR [NAME...]`:

every page, two widths, light and dark, as pictures to look at.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Literal

from playwright.sync_api import Page, sync_playwright
from tests.journeys.gallery import site

_SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--allow-file-access-from-files",
]


def main(out: Path, names: list[str]) -> None:
    """Draws and photographs the pages whose names begin with one of `names` (all when empty)."""
    site.ready()
    from tests.journeys.gallery import (
        dispute_samples,
        payment_samples,
        plan_samples,
        portal_samples,
        sign_in_samples,
        workbench_samples,
    )

    language = os.environ.get("GALLERY_LANGUAGE", "es-co")
    out.mkdir(parents=True, exist_ok=True)
    drawn = [
        site.draw(*one, language=language)
        for one in (
            *portal_samples.every(),
            *payment_samples.portal(),
            *plan_samples.portal(),
            *workbench_samples.every(),
            *dispute_samples.of_portal(),
            *dispute_samples.of_workbench(workbench_samples.FRAME),
        )
    ]
    drawn += sign_in_samples.every(language=language)
    paths = site.lay_out((one for one in drawn if not names or one.name.startswith(tuple(names))), into=out)
    with sync_playwright() as play:
        browser = play.chromium.launch(
            executable_path=os.environ.get("CHROMIUM", "/usr/bin/chromium"), args=_ARGUMENTS
        )
        for scheme in _SCHEMES:
            for width in (360, 1280):
                page = browser.new_page(viewport={"width": width, "height": 800}, color_scheme=scheme)
                for path in paths:
                    _shoot(page, path, out / f"{path.stem}-{width}-{scheme}.png", width)
                page.close()
        browser.close()


def _shoot(page: Page, path: Path, picture: Path, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 700})
    page.goto(path.as_uri())
    # As tall as the page: what sticks to the window's edge then rests at its own place.
    page.set_viewport_size({"width": width, "height": page.evaluate("document.documentElement.scrollHeight")})
    page.screenshot(path=picture, full_page=True)
    wide = page.evaluate("document.documentElement.scrollWidth")
    if wide > width:
        sys.stderr.write(f"{path.name} is {wide} px wide at {width}\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
