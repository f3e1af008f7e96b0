"""Who reads large files: nobody else where no scheduler is named, and nothing of the engine before one is read."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING, Final

import pytest

from cluster.choice import far_readers
from cluster.units import ACCESS_LOG, CUSTOMERS
from core.settings import load_settings
from home import Home
from tests.cluster.processes import ROOT

if TYPE_CHECKING:
    from pathlib import Path

ASKED: Final = """
import sys
from cluster.choice import far_readers
from core.settings import load_settings
from home import Home

home = Home.of(load_settings(sys.argv[1], cluster={"scheduler": "tcp://127.0.0.1:9", "wait_s": 0.1}))
answers = far_readers(home, sys.argv[2]).answers(iter([]), None)
print("distributed" in sys.modules)
try:
    next(answers, None)
except Exception as error:
    print(type(error).__name__, "distributed" in sys.modules)
"""


def test_without_a_scheduler_this_machine_reads(home: Path) -> None:
    assert far_readers(Home.of(load_settings(home)), CUSTOMERS) is None


@pytest.mark.parametrize("of", [CUSTOMERS, ACCESS_LOG])
def test_the_engine_is_imported_when_the_first_part_goes_out(home: Path, of: str) -> None:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", ASKED, str(home), of], env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["False", "ClusterError", "True"]
