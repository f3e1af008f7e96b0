"""No regular expression takes more than linear time: whoever posts a document chooses what it is run on."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
PACKAGES = ["matcher", "fingerprints", "crawler.pages", "crawler.software"]
FEWEST = 100  # patterns there were at least when this was written: the search for them finds something


def test_every_pattern_that_strangers_texts_meet_takes_linear_time() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.patterns_child", *PACKAGES],
        cwd=ROOT, capture_output=True, text=True, check=True, timeout=280,
    )  # fmt: skip
    *slow, tried = done.stdout.splitlines()
    assert int(tried) >= FEWEST
    assert not slow


def test_the_search_finds_a_pattern_that_explodes(tmp_path: Path) -> None:
    package = tmp_path / "exploding_patterns"
    package.mkdir()
    (package / "__init__.py").write_text("", encoding="utf-8")
    (package / "module.py").write_text(
        "import re\nBAD = re.compile(r'(a+)+$')\nSLOW = re.compile(r'\\s+x')\nGOOD = re.compile(r'\\s{1,9}x')\n",
        encoding="utf-8",
    )
    program = "import sys; sys.path.insert(0, sys.argv.pop()); from tests.patterns_child import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", program, package.name, str(tmp_path)],
        cwd=ROOT, capture_output=True, text=True, check=True, timeout=280,
    )  # fmt: skip
    found = [line.split()[0] for line in done.stdout.splitlines()]
    assert found == ["exploding_patterns.module.BAD", "exploding_patterns.module.SLOW", "3"]
