# SPDX-License-Identifier: Apache-2.0
"""Every page, drawn with invented values: nothing missing, light, well built, and right in a real browser."""

from __future__ import annotations

import gzip
import importlib.resources
import itertools
import os
import re
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

import pytest
from lxml import html
from playwright.sync_api import Browser, Page, sync_playwright
from tests import harness
from tests.journeys.gallery import (
    dispute_samples,
    payment_samples,
    plan_samples,
    portal_samples,
    sign_in_samples,
    site,
    workbench_samples,
)

harness.prepare_django()
_PORTAL = (
    *portal_samples.every(),
    *payment_samples.portal(),
    *plan_samples.portal(),
    *dispute_samples.of_portal(),
)
_WORKBENCH = (*workbench_samples.every(), *dispute_samples.of_workbench(workbench_samples.FRAME))
PORTAL = {name: (template, page) for name, template, page in _PORTAL}
WORKBENCH = {name: (template, page) for name, template, page in _WORKBENCH}
SAMPLES = {**PORTAL, **WORKBENCH}
LANGUAGES = ["es-co", "es-mx", "en", "pt-br"]
LIMIT = 60 * 1024


@cache
def _draw(name: str, language: str = "es-co") -> site.Drawn:
    return site.draw(name, *SAMPLES[name], language=language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_template_asks_for_a_value_that_is_not_there(language: str) -> None:
    assert [(name, missing) for name in SAMPLES for missing in _draw(name, language).missing] == []


def _faults(source: str) -> Iterator[str]:
    page = html.fromstring(source)
    if len(page.xpath("//main")) != 1 or len(page.xpath("//h1")) != 1:
        yield "one main and one h1"
    levels = [int(heading.tag[1]) for heading in page.xpath("//h1|//h2|//h3")]
    if any(after - before > 1 for before, after in itertools.pairwise(levels)):
        yield "headings skip a level"
    ids = page.xpath("//@id")
    if len(ids) != len(set(ids)):
        yield "an id is used twice"
    for reference in " ".join(page.xpath("//@aria-labelledby|//@aria-describedby|//label/@for")).split():
        if reference not in ids:
            yield f"nothing is called {reference}"
    for entry in page.xpath("//input[not(@type='hidden')]|//select|//textarea"):
        if not page.xpath(f"//label[@for='{entry.get('id')}']") and not entry.xpath("ancestor::label"):
            yield f"{entry.get('name')} has no label"
    for form in page.xpath("//form[translate(@method,'POST','post')='post']"):
        own = f"//button[@form='{form.get('id')}']" if form.get("id") else "./button"
        if not form.xpath(".//button") and not page.xpath(own):
            yield "a form cannot be sent without a script"


@pytest.mark.parametrize("name", SAMPLES)
def test_a_page_is_well_built(name: str) -> None:
    assert list(_faults(_draw(name).html)) == []


@pytest.mark.parametrize("name", PORTAL)
def test_the_customer_never_sees_the_software(name: str) -> None:
    assert "conserje" not in _draw(name).html.lower()


@pytest.mark.parametrize("name", PORTAL)
def test_a_portal_page_is_light(name: str) -> None:
    source = _draw(name).html
    sheets = [
        site.HOUSE / href.split("/")[0] / "static" / href
        for href in re.findall(r'"/static/([^"]+\.css)"', source)
    ]
    weight = len(source.encode()) + sum(path.stat().st_size for path in sheets)
    assert weight <= LIMIT, f"{weight} bytes"
    assert len(gzip.compress(source.encode() + b"".join(path.read_bytes() for path in sheets))) <= LIMIT // 4


@pytest.fixture(scope="module")
def laid(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The gallery as files."""
    out = tmp_path_factory.mktemp("gallery")
    drawn = [_draw(name) for name in SAMPLES]
    site.lay_out(iter([*drawn, *sign_in_samples.every(language="es-co")]), into=out)
    return out


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A real Chromium."""
    arguments = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
    with sync_playwright() as play:
        found = play.chromium.launch(
            executable_path=os.environ.get("CHROMIUM", "/usr/bin/chromium"),
            args=[*arguments, "--allow-file-access-from-files"],
        )
        yield found
        found.close()


# Each page in a frame that takes each width: the layout is the screen's, and nothing is painted.
_IN_A_FRAME = """async ([pages, widths, look]) => {
  const faults = eval(look), frame = document.createElement("iframe"), found = [];
  frame.style = "border: 0; height: 800px";
  document.body.append(frame);
  for (const page of pages) {
    await new Promise((loaded) => { frame.onload = loaded; frame.src = page; });
    for (const width of widths) {
      frame.style.width = `${width}px`;
      for (const one of faults(frame.contentDocument, width)) found.push([page.split("/").pop(), width, one].join(" "));
    }
  }
  return found;
}"""
_WIDE_OR_COVERED = """(page, width) => {
  const overlap = (a, b) => Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1
    && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 3;
  const texts = [], walker = page.createTreeWalker(page.querySelector("main"), NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const around = node.parentElement;
    if (!node.textContent.trim() || around.closest(".unseen, .pay, .resolve") || !around.checkVisibility()) continue;
    const range = page.createRange();
    range.selectNodeContents(node);
    for (const box of range.getClientRects()) texts.push([node, box]);
  }
  const covering = [...page.querySelectorAll("main .action")]
    .filter((one) => one.checkVisibility() && !one.closest(".pay, .resolve"))
    .filter((one) => texts.some(([node, box]) => !one.contains(node) && overlap(one.getBoundingClientRect(), box)))
    .map((one) => `"${one.textContent.trim().slice(0, 40)}" lies on words`);
  return page.documentElement.scrollWidth > width ? ["it is wider", ...covering] : covering;
}"""
_SMALL = """(page) => [...page.querySelectorAll(
    "button, summary, input:not([type=hidden]), select, nav a, a.action, .options a")]
  .map((one) => one.closest("label") || one).filter((one) => one.offsetParent)
  .map((one) => [one.textContent.trim().slice(0, 40), one.getBoundingClientRect().height])
  .filter(([, height]) => height < 44).map(([name, height]) => `"${name}" is ${height} px high`)"""


def _looked_at(page: Page, laid: Path, names: Iterable[str], *, widths: list[int], look: str) -> list[str]:
    page.goto(laid.as_uri())
    found: list[str] = page.evaluate(
        _IN_A_FRAME, [[(laid / f"{name}.html").as_uri() for name in names], widths, look]
    )
    page.close()
    return found


@pytest.mark.slow
def test_no_page_is_wider_than_its_screen_and_no_button_lies_on_words(browser: Browser, laid: Path) -> None:
    names = sorted(path.stem for path in laid.glob("*.html"))
    assert len(names) > len(SAMPLES)
    page = browser.new_page(viewport={"width": 1280, "height": 800})
    assert _looked_at(page, laid, names, widths=[1280, 768, 320], look=_WIDE_OR_COVERED) == []


@pytest.mark.slow
def test_everything_to_press_is_as_large_as_a_finger(browser: Browser, laid: Path) -> None:
    page = browser.new_page(viewport={"width": 360, "height": 800}, has_touch=True)
    assert _looked_at(page, laid, PORTAL, widths=[360], look=_SMALL) == []


# What stands in the light stands in the dark but for its colours; a fold is looked at open.
_AXE = """(only) => {
  document.querySelectorAll("details").forEach((one) => { one.open = true; });
  return axe.run(document, { runOnly: only, resultTypes: ["violations"] }).then((found) => found.violations.flatMap(
    (one) => one.nodes.map((node) => `${one.id}: ${node.html.slice(0, 160)}`)));
}"""
_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def _fullest() -> Iterator[str]:
    """Of each template's pages the one that says most, two of those with many states."""
    pages: dict[str, list[tuple[int, str]]] = {}
    for name, (template, _page) in PORTAL.items():
        pages.setdefault(template, []).append((len(_draw(name).html), name))
    for found in pages.values():
        yield from (name for _length, name in sorted(found)[-2 if len(found) > 3 else -1 :])


@pytest.mark.slow
def test_axe_finds_nothing_on_a_page_of_the_portal(browser: Browser, laid: Path) -> None:
    # No colour is looked at on its way to another.
    page = browser.new_page(viewport={"width": 360, "height": 800}, reduced_motion="reduce")
    page.add_init_script(
        (importlib.resources.files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")
    )
    found = {}
    for name in _fullest():
        page.emulate_media(color_scheme="light")
        page.goto((laid / f"{name}.html").as_uri())
        light = page.evaluate(_AXE, _RULES)
        page.emulate_media(color_scheme="dark")
        if wrong := [*light, *page.evaluate(_AXE, ["color-contrast"])]:
            found[name] = wrong
    page.close()
    assert found == {}


def _pay(page: Page) -> str:
    return page.locator(".pay button").inner_text().replace("\u00a0", " ")


@pytest.mark.slow
def test_the_button_tells_the_sum_of_what_is_ticked(browser: Browser, laid: Path) -> None:
    page = browser.new_page()
    page.goto((laid / "home-several.html").as_uri())
    button = page.locator(".pay button")
    assert _pay(page) == "Pagar $ 4.284.000 COP"
    assert button.get_attribute("value") == "all"
    page.locator("input[value=inv3]").uncheck()
    assert _pay(page) == "Pagar $ 3.808.000 COP"
    assert button.get_attribute("value") == "chosen"
    page.locator("input[value=inv0]").uncheck()
    assert button.is_disabled()
    page.locator("input[value=inv1]").check()
    assert _pay(page) == "Pagar $ 1.190.000 COP"
    assert page.get_by_role("button", name="Pagar solo lo marcado").count() == 0
    page.close()


@pytest.mark.slow
def test_without_scripts_both_ways_to_pay_are_there(browser: Browser, laid: Path) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto((laid / "home-several.html").as_uri())
    assert _pay(page) == "Pagar $ 4.284.000 COP"
    assert page.get_by_role("button", name="Pagar solo lo marcado").get_attribute("value") == "chosen"
    context.close()
