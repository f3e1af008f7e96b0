"""Makes the pictures of docs/images anew, with the browser tests that take them: ``python -m tools.screenshots``.

The tests leave their pictures in build/screenshots; those that the pages show are brought to the width at which they
are shown, and to few colours.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Final

from PIL import Image

ROOT: Final = Path(__file__).parent.parent
IMAGES: Final = ROOT / "docs" / "images"
TAKEN: Final = ROOT / "build" / "screenshots"
TESTS: Final = ("tests/web/test_walk.py", "tests/demo/test_case_pictures.py")
WIDEST: Final = 960
COLOURS: Final = 128
_NUMBERED: Final = re.compile(r"^(walk)-\d+-")
"""Pictures of a walk have their place in it before their name."""


def main() -> int:
    """Run the tests, and bring over what they took."""
    environment = {**os.environ, "HINOMI_SCREENSHOTS": str(TAKEN)}
    command = [sys.executable, "-m", "pytest", "-q", "-n0", *TESTS]
    done = subprocess.run(command, cwd=ROOT, env=environment, check=False)  # noqa: S603  # our own tests
    if done.returncode:
        return done.returncode
    for name, picture in shown().items():
        refresh(picture, IMAGES / name)
        sys.stdout.write(f"docs/images/{name}\n")
    return 0


def shown() -> dict[str, Path]:
    """What the tests took of what the pages show, by the name that it has there."""
    taken = {_NUMBERED.sub(r"\1-", path.name): path for path in sorted(TAKEN.glob("*.png"))}
    return {path.name: taken[path.name] for path in sorted(IMAGES.glob("*.png")) if path.name in taken}


def refresh(picture: Path, target: Path) -> None:
    """One picture as the pages show it."""
    with Image.open(picture) as image:
        height = image.height * WIDEST // image.width
        sized = image.resize((WIDEST, height), Image.Resampling.LANCZOS) if image.width > WIDEST else image
        sized.convert("RGB").quantize(COLOURS).save(target, optimize=True)


if __name__ == "__main__":
    raise SystemExit(main())
