"""The rules of the house, read off the code itself: who imports whom, names, locks, languages, plain addresses."""

from __future__ import annotations

import ast
import importlib.metadata
import re
import string
import subprocess
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
SHIPPED = [Path(name).stem for name in PYPROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["only-include"]]
EVERYTHING = set(SHIPPED)
ARCHITECTURE = ROOT / "docs" / "architecture.md"


def tracked_files() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True, text=True).stdout
    return [ROOT / name for name in listed.split("\0") if name and (ROOT / name).is_file()]


def import_table() -> dict[str, set[str]]:
    """The table in docs/architecture.md: ``| package | may import |``."""
    table: dict[str, set[str]] = {}
    for line in ARCHITECTURE.read_text(encoding="utf-8").splitlines():
        row = re.fullmatch(r"\| `(\w+)` \| (.+?) \|", line)
        if row:
            names = set(re.findall(r"`(\w+)`", row[2]))
            table[row[1]] = EVERYTHING if row[2] == "everything" else names
    return table


def imports_of(file: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.split(".")[0])
    return found


def test_the_import_table_covers_every_package() -> None:
    assert set(import_table()) == EVERYTHING


@pytest.mark.parametrize("package", SHIPPED)
def test_a_package_imports_what_the_table_allows(package: str) -> None:
    allowed = import_table()[package] | {package}
    folder = ROOT / package
    files = sorted(folder.rglob("*.py")) if folder.is_dir() else [ROOT / f"{package}.py"]
    wrong = {
        f"{file.relative_to(ROOT)} imports {name}"
        for file in files
        for name in imports_of(file) & EVERYTHING
        if name not in allowed
    }
    assert not wrong


def test_no_dependency_installs_a_module_under_one_of_our_names() -> None:
    taken = {
        f"{name} from {', '.join(distributions)}"
        for name, distributions in importlib.metadata.packages_distributions().items()
        if name in EVERYTHING | {"tests", "benchmarks"} and set(distributions) != {"hinomi"}
    }
    assert not taken


@pytest.mark.parametrize("lock", sorted(ROOT.glob("*.lock")) + sorted((ROOT / "tests" / "targets").glob("*.lock")))
def test_a_lock_holds_names_versions_and_hashes_alone(lock: Path) -> None:
    lines = lock.read_text(encoding="utf-8").splitlines()
    requirement = re.compile(r"[a-z0-9._-]+==[\w.!+]+( ; .+?)? \\")
    digest = re.compile(r"    --hash=sha256:[0-9a-f]{64}( \\)?")
    wrong = [line for line in lines if line and not requirement.fullmatch(line) and not digest.fullmatch(line)]
    assert not wrong


def test_no_file_names_a_registry_or_a_place_of_one_machine() -> None:
    registries = ["pypi" + ".org", "python" + "hosted.org", "npm" + "js.org", "deb.debian" + ".org"]
    places = ["/work" + "/", "/root" + "/", "/home" + "/"]
    wrong = []
    for file in tracked_files():
        if file.suffix in {".png", ".gz", ".ico", ".xlsx", ".woff2"}:
            continue
        text = file.read_text(encoding="utf-8", errors="replace")
        wrong += [f"{file.relative_to(ROOT)}: {word}" for word in registries + places if word in text]
    assert not wrong


@pytest.mark.parametrize("folder", sorted(ROOT.glob("*/texts")), ids=lambda folder: folder.parent.name)
def test_both_languages_say_the_same_things(folder: Path) -> None:
    def placeholders(text: str) -> set[str]:
        return {name for _, name, _, _ in string.Formatter().parse(text) if name}

    from core.texts import load_texts

    japanese, english = (load_texts(folder.parent.name, language) for language in ("ja", "en"))
    assert japanese.keys() == english.keys()
    entries = [(key, japanese._entries[key], english._entries[key]) for key in sorted(english.keys())]  # noqa: SLF001
    assert [key for key, ja, en in entries if placeholders(ja) != placeholders(en)] == []
    assert [key for key, ja, en in entries if not ja.strip() or not en.strip()] == []
    # A text with letters and no Japanese character in it was not translated.
    assert [key for key, ja, en in entries if ja == en and len(re.findall(r"[A-Za-z]{3,}", en)) > 2] == []


def test_the_wheel_would_hold_every_package() -> None:
    packages = {file.parent.name for file in ROOT.glob("*/__init__.py")}
    assert packages - {"tests", "benchmarks", "tools"} == EVERYTHING - {"scheduler", "home"}


def runtime_imports(file: Path, modules: dict[str, Path]) -> set[str]:
    """The modules of ours that a file imports when it runs, inside functions too; types alone make no circle."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    typing_only = {
        node for test in ast.walk(tree) if isinstance(test, ast.If) and ast.unparse(test.test) == "TYPE_CHECKING"
        for part in test.body for node in ast.walk(part)
    }  # fmt: skip
    found: set[str] = set()
    for node in ast.walk(tree):
        if node in typing_only:
            continue
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            below = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= (below & modules.keys()) or {node.module}
    return found & modules.keys()


def our_modules() -> dict[str, Path]:
    found = {}
    for name in SHIPPED:
        files = sorted((ROOT / name).rglob("*.py")) if (ROOT / name).is_dir() else [ROOT / f"{name}.py"]
        for file in files:
            dotted = ".".join(file.relative_to(ROOT).with_suffix("").parts)
            found[dotted.removesuffix(".__init__")] = file
    return found


def circles(graph: dict[str, set[str]]) -> list[list[str]]:
    """The modules that import each other in a circle: what is left when leaves are taken off again and again."""
    left = {name: set(others) for name, others in graph.items()}
    while leaves := [name for name, others in left.items() if not others & left.keys() - {name}]:
        for name in leaves:
            del left[name]
    while roots := [
        name for name in left if not any(name in others for other, others in left.items() if other != name)
    ]:
        for name in roots:
            del left[name]
    return [sorted(left)] if left else []


def test_no_module_imports_itself_in_a_circle() -> None:
    modules = our_modules()
    assert circles({name: runtime_imports(file, modules) for name, file in modules.items()}) == []


def test_a_circle_would_be_found() -> None:
    assert circles({"a": {"b"}, "b": {"c"}, "c": {"b", "d"}, "d": set(), "e": {"a"}}) == [["b", "c"]]
    assert circles({"a": {"b"}, "b": {"c"}, "c": set()}) == []


def test_a_class_name_means_one_thing() -> None:
    files = [*our_modules().values(), *sorted((ROOT / "benchmarks").rglob("*.py"))]
    named: dict[str, list[str]] = {}
    for file in files:
        for node in ast.parse(file.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                named.setdefault(node.name, []).append(str(file.relative_to(ROOT)))
    assert {name: where for name, where in named.items() if len(where) > 1} == {}


MOST_MODULES = 15


def exempt_folders() -> set[str]:
    """Folders that docs/architecture.md lets hold more modules: ``| `folder/` | reason |``."""
    rows = re.findall(r"^\\| `([\\w/]+)/` \\| (.+?) \\|$", ARCHITECTURE.read_text(encoding="utf-8"), re.MULTILINE)
    return {folder for folder, reason in rows if reason.startswith("more than")}


def test_a_folder_holds_no_more_modules_than_can_be_overlooked() -> None:
    counts: dict[str, int] = {}
    for file in our_modules().values():
        if file.name != "__init__.py":
            folder = str(file.parent.relative_to(ROOT))
            counts[folder] = counts.get(folder, 0) + 1
    too_full = {folder for folder, count in counts.items() if count > MOST_MODULES and folder != "."}
    assert too_full == exempt_folders()


def test_no_python_is_started_that_looks_into_the_current_folder() -> None:
    allowed = ROOT / "core" / "processes" / "begun.py"
    wrong = [
        f"{file.relative_to(ROOT)}: {word}"
        for file in our_modules().values()
        if file != allowed
        for word in ("sys.executable", "multiprocessing.get_context", "ProcessPoolExecutor")
        if word in file.read_text(encoding="utf-8")
    ]
    assert wrong == []


def test_no_test_waits_at_the_end_of_a_block_for_a_process_that_nobody_stopped() -> None:
    wrong = [
        str(file.relative_to(ROOT))
        for file in tracked_files()
        if file.is_relative_to(ROOT / "tests") and file.suffix == ".py"
        if "with subprocess." + "Popen(" in file.read_text(encoding="utf-8")
    ]
    assert wrong == [], "tests.servers.child.ended"


def test_no_comment_puts_work_off() -> None:
    words = re.compile("#.*\\b(TO" + "DO|FIX" + "ME|XX" + "X|HA" + "CK)\\b|BUILD-" + "TIME")
    wrong = [
        f"{file.relative_to(ROOT)}:{number}"
        for file in tracked_files()
        if file.suffix == ".py"
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1)
        if words.search(line)
    ]
    assert not wrong


NOT_IMPORTED = {
    "psycopg": "loaded by SQLAlchemy from the database's address",
    "tzdata": "read by zoneinfo where the system has no zones",
}
"""Dependencies that no module of ours imports by name, and why they are there."""


def test_every_dependency_is_used() -> None:
    given = {
        (folded(distribution), module)
        for module, distributions in importlib.metadata.packages_distributions().items()
        for distribution in distributions
    }
    imported = {name for file in our_modules().values() for name in imports_of(file)}
    used = {distribution for distribution, module in given if module in imported} | NOT_IMPORTED.keys()
    declared = {folded(re.split(r"[^\w.-]", line)[0]) for line in PYPROJECT["project"]["dependencies"]}
    assert declared - used == set()


def folded(name: str) -> str:
    """A distribution's name, of which there are many spellings (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()
