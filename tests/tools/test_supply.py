"""The bill of materials says what the lock says, and advisories are understood as their schema means them."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.version import Version

from tools.supply.__main__ import main
from tools.supply.advisories import audit, is_affected
from tools.supply.locks import read_lock
from tools.supply.sbom import make_sbom

if TYPE_CHECKING:
    from collections.abc import Mapping

ROOT = Path(__file__).parent.parent.parent
LOCK = """\
Some_Package==1.4 \\
    --hash=sha256:{0} \\
    --hash=sha256:{1}
other==2.0 ; python_full_version < '3.12' \\
    --hash=sha256:{0}
""".format("a" * 64, "b" * 64)
VERSIONS = st.lists(st.integers(0, 9), min_size=1, max_size=3).map(lambda parts: ".".join(map(str, parts)))


@pytest.fixture
def lock(tmp_path: Path) -> Path:
    path = tmp_path / "requirements.lock"
    path.write_text(LOCK, encoding="utf-8")
    return path


def advisory(name: str, *, ecosystem: str = "PyPI", **entry: Any) -> dict[str, Any]:
    package = {"ecosystem": ecosystem, "name": name}
    return {
        "id": "OSV-1",
        "modified": "2026-11-01T00:00:00Z",
        "summary": "it bites",
        "affected": [{"package": package, **entry}],
    }


def ranged(*events: Mapping[str, str]) -> dict[str, Any]:
    return {"ranges": [{"type": "ECOSYSTEM", "events": list(events)}]}


def test_a_lock_is_read_with_markers_and_hashes(lock: Path) -> None:
    some, other = read_lock(lock)
    assert (some.name, some.version, some.marker, some.sha256) == ("some-package", "1.4", "", ("a" * 64, "b" * 64))
    assert (other.name, other.marker) == ("other", "python_full_version < '3.12'")


@pytest.mark.parametrize("line", ["free>=1", "bare==1.0", "-e ."])
def test_a_line_that_pins_nothing_is_refused(tmp_path: Path, line: str) -> None:
    (tmp_path / "lock").write_text(line + "\n", encoding="utf-8")
    with pytest.raises(ValueError, match="pins no version"):
        read_lock(tmp_path / "lock")


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock", "requirements-browser.lock"])
def test_the_bill_of_materials_holds_every_package_of_the_lock_once_with_its_hashes(name: str) -> None:
    pinned = read_lock(ROOT / name)
    made = json.loads(make_sbom(pinned, "1.0"))
    assert (made["bomFormat"], made["specVersion"]) == ("CycloneDX", "1.6")
    assert sorted(one["purl"] for one in made["components"]) == sorted(one.purl for one in pinned)
    references = [one["bom-ref"] for one in made["components"]]
    assert len(set(references)) == len(references)
    assert made["dependencies"] == [{"ref": "hinomi", "dependsOn": references}]
    hashes = [h["content"] for one in made["components"] for r in one["externalReferences"] for h in r["hashes"]]
    assert sorted(hashes) == sorted(sha256 for one in pinned for sha256 in one.sha256)
    assert make_sbom(list(reversed(pinned)), "1.0") == make_sbom(pinned, "1.0")


def test_what_is_affected_is_named_and_ends_with_one(
    lock: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "advisories.json"
    file.write_text(json.dumps([
        advisory("Some.Package", **ranged({"introduced": "1.0"}, {"fixed": "1.5"})),
        advisory("other", ecosystem="npm", **ranged({"introduced": "0"})),
        advisory("nobody", **ranged({"introduced": "0"})),
        {**advisory("other", versions=["2.0"]), "withdrawn": "2026-01-01T00:00:00Z"},
    ]), encoding="utf-8")  # fmt: skip
    assert main(["--lock", str(lock), "audit", str(file)]) == 1
    out = capsys.readouterr()
    assert out.out == "some-package 1.4: OSV-1, fixed in 1.5: it bites\n"
    assert "3 advisories, the newest of 2026-11-01T00:00:00Z: 1 concern us" in out.err


def test_nothing_affected_ends_with_nought_and_a_file_of_nothing_with_three(lock: Path, tmp_path: Path) -> None:
    file = tmp_path / "a.jsonl"
    file.write_text(json.dumps(advisory("other", **ranged({"introduced": "2.1"}))) + "\n", encoding="utf-8")
    assert main(["--lock", str(lock), "audit", str(file)]) == 0
    for content in ("[]", "no json", '{"no": "advisory"}'):
        (tmp_path / "b.json").write_text(content, encoding="utf-8")
        assert main(["--lock", str(lock), "audit", str(tmp_path / "b.json")]) == 3
    assert main(["--lock", str(lock), "audit", str(tmp_path / "missing.json")]) == 3


def test_a_database_of_advisories_comes_as_a_zip(lock: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        archive.writestr("OSV-1.json", json.dumps(advisory("other", versions=["2.0"])))
        archive.writestr("README", "not this")
    assert [one.pinned.name for one in audit(read_lock(lock), tmp_path / "all.zip").affected] == ["other"]


@given(VERSIONS, VERSIONS, VERSIONS)
def test_a_range_holds_what_lies_in_it_and_nothing_else(version: str, introduced: str, fixed: str) -> None:
    low, high = sorted((introduced, fixed), key=Version)
    inside = Version(low) <= Version(version) < Version(high)
    assert is_affected(version, ranged({"introduced": low}, {"fixed": high})) == inside
    assert is_affected(version, ranged({"fixed": high}, {"introduced": low})) == inside
    up_to = Version(low) <= Version(version) <= Version(high)
    assert is_affected(version, ranged({"introduced": low}, {"last_affected": high})) == up_to
    assert is_affected(version, ranged({"introduced": "0"}))


def test_the_bill_of_materials_is_written_where_it_is_wanted(lock: Path, tmp_path: Path) -> None:
    assert main(["--lock", str(lock), "sbom", str(tmp_path / "out" / "sbom.json")]) == 0
    assert len(json.loads((tmp_path / "out" / "sbom.json").read_text(encoding="utf-8"))["components"]) == 2
