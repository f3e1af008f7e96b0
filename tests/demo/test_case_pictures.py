"""The pages of both cases as a browser shows them: everything that the story ends with is there and fits its screen.

`HINOMI_SCREENSHOTS` keeps the pictures, and those in docs/images are made so (``python -m tools.screenshots``).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pypdfium2
import pytest
from PIL import Image

from tests.demo.test_cases import Played, drip, hinomi, night
from tests.web.chromium import NARROW, WIDE, chromium, fits, pictures
from tests.web.test_walk import enter, serving

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Browser, Page

__all__ = ["chromium", "drip", "night", "pictures"]

pytestmark = pytest.mark.slow
SHOWN = {
    "incident": r"/incidents/\d+",
    "spike": r"/incidents/\d+/holders/\S+",
    "look": r"/looks/\d+",
    "supervision": r"/supervision/processors/\d+",
}
"""By picture, which of the told addresses it is of."""
REPORT = re.compile(r"/incidents/(\d+)/reports/(rapid|final)/versions/(\d+)\s")
PAGE_WIDTH = 800


def told(played: Played) -> dict[str, str]:
    """The paths that the story ends with, by picture; a case has no look, or one."""
    paths = [urlsplit(address)[2] for address in re.findall(r"http://127\.0\.0\.1:\d+/\S*", played.said)]
    found = {name: [path for path in paths if re.fullmatch(form, path)] for name, form in SHOWN.items()}
    return {name: some[-1] for name, some in found.items() if some}


def take(page: Page, address: str, file: Path, *, only: str = "") -> None:
    """A picture of a page, or of one part of it."""
    page.goto(address)
    fits(page)
    if only:  # what stays on the screen would lie across a part that is longer than it
        page.locator(only).first.screenshot(path=file, style=".strip { position: static !important }")
    else:
        page.screenshot(path=file)


def filed(played: Played, file: Path) -> None:
    """The first page of the report to the commission that was filed last, as it was filed."""
    incident, form, number = REPORT.findall(played.said)[-1]
    pdf = file.with_suffix(".pdf")
    done = hinomi(played.home, "report", incident, "--form", form, "--number", number, "--out", str(pdf))
    assert done.returncode == 0, done.stderr
    document = pypdfium2.PdfDocument(pdf.read_bytes())
    page = document[0].render(scale=2).to_numpy()
    document.close()
    image = Image.fromarray(page[:, :, ::-1])
    image.resize((PAGE_WIDTH, image.height * PAGE_WIDTH // image.width)).save(file)


@pytest.mark.parametrize(("case", "shown"), [("drip", {"incident", "spike", "look", "supervision"}),
                                             ("night", {"incident", "spike", "supervision"})])  # fmt: skip
def test_what_a_case_ends_with_is_seen_on_a_desk_and_on_a_phone(
    case: str, shown: set[str], request: pytest.FixtureRequest, chromium: Browser, pictures: Path
) -> None:
    played: Played = request.getfixturevalue(case)
    paths = told(played)
    assert set(paths) == shown
    filed(played, pictures / f"case-{case}-report.png")
    with serving(played.home) as served:
        desk = enter(chromium, served, played.home, "hana", "ja", WIDE)
        for name, path in paths.items():
            take(desk, served + path, pictures / f"case-{case}-{name}.png")
        deadlines = "section:has(> header #deadlines), section[aria-labelledby=deadlines]"
        take(desk, served + paths["incident"], pictures / f"case-{case}-deadlines.png", only=deadlines)
        phone = enter(chromium, served, played.home, "hana", "ja", NARROW)
        take(phone, served + paths["incident"], pictures / f"case-{case}-phone.png")
        for page in (desk, phone):
            page.context.close()
    assert len(list(pictures.glob(f"case-{case}-*.png"))) == len(shown) + 3
