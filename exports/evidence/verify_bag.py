"""Verify a bag of Hinomi: python3 -I verify_bag.py [FOLDER] [--key log-key.pub]. Needs Python 3.9 alone.

FOLDER is the bag (default: the one that this script lies in). Every file is as the manifests say, every proof leads to
one signed head (check_proof.py beside this script), every document is the one that the log knows, every event of
events.jsonl is an entry of it. Rows that the log does not vouch for are counted, and so are those whose entry is known
by its hash alone: what these say is not proved. The key in the bag proves little: have it, or the head, from elsewhere.
"""

from __future__ import annotations

import importlib.util
import json
import sys
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
MANIFESTS = ("tagmanifest-sha256.txt", "manifest-sha256.txt")


def _hash(path: Path) -> str:
    digest = sha256()
    with path.open("rb") as file:
        while chunk := file.read(1 << 20):
            digest.update(chunk)
    return digest.hexdigest()


def _check_manifests(bag: Path) -> tuple[list[str], int]:
    """Files that are missing, changed or in no manifest; and how many were looked at."""
    wrong, listed = [], set()
    for manifest in MANIFESTS:
        for line in (bag / manifest).read_text(encoding="utf-8").splitlines():
            digest, _, name = line.partition("  ")
            path = bag / name
            listed.add(name)
            if not path.is_file():
                wrong.append(f"missing: {name}")
            elif _hash(path) != digest:
                wrong.append(f"changed: {name}")
    there = {path.relative_to(bag).as_posix() for path in (bag / "data").rglob("*") if path.is_file()}
    return [*wrong, *(f"in no manifest: {name}" for name in sorted(there - listed))], len(listed)


def _load_checks() -> Any:
    spec = importlib.util.spec_from_file_location("check_proof", HERE / "check_proof.py")
    if spec is None or spec.loader is None:
        sys.exit("check_proof.py is not beside this script")
    sys.dont_write_bytecode = True  # a file beside the script would be one in no manifest, the next time
    checks: Any = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(checks)
    checks._fits = cache(checks._fits)  # noqa: SLF001  # one head for all proofs: its signature is checked once
    return checks


def _check_proofs(bag: Path, key_file: Path) -> tuple[list[str], dict[str, dict[str, Any]]]:
    """Proofs that do not hold; and those that do, by what they are of."""
    checks, wrong, held, heads = _load_checks(), [], {}, set()
    key = checks.base64.b64decode(checks.re.findall(r"KEY-+\s+([A-Za-z0-9+/=]+)\s+-+END", key_file.read_text())[-1])[
        -32:
    ]
    for path in sorted((bag / "data" / "proofs").glob("*.json")):
        try:
            checks._check(str(path), key)  # noqa: SLF001
        except (SystemExit, ValueError, KeyError, IndexError) as error:
            wrong.append(f"{path.name}: {error}")
            continue
        proof = json.loads(path.read_text(encoding="utf-8"))
        heads.add(proof["root"])
        held[proof["of"]] = proof
    if len(heads) > 1:
        wrong.append(f"the proofs are under {len(heads)} heads")
    return wrong, held


def _check_rows(bag: Path, held: dict[str, dict[str, Any]]) -> tuple[list[str], int, int]:
    """What does not hold of rows; how many rows say that they have no proof; how many are known by a hash alone."""
    wrong, unproved, hashed = [], 0, 0
    for name, kind, number in (("events.jsonl", "event", "id"), ("documents.jsonl", "document", "document")):
        with (bag / "data" / name).open(encoding="utf-8") as rows:
            for row in map(json.loads, rows):
                proof = held.get(f"{kind} {row[number]}")
                if row["leaf"] is None:
                    unproved += 1  # it says itself that the log does not vouch for it
                    continue
                if proof is None or proof["leaf"] != row["leaf"]:
                    wrong.append(f"{name}: {kind} {row[number]} has no proof")
                elif "entry" in proof:
                    wrong += _differences(name, row, json.loads(proof["entry"]), number)
                else:
                    hashed += 1
    for path in (bag / "data" / "documents").glob("*"):
        if _hash(path) != path.name.partition(".")[0]:
            wrong.append(f"documents/{path.name} is another content")
    return wrong, unproved, hashed


def _differences(name: str, row: dict[str, Any], entry: dict[str, Any], number: str) -> list[str]:
    same = {"id": row[number]} | {key: row[key] for key in ("kind", "actor", "sha256") if key in row}
    return [f"{name}: {number} {row[number]}: another {key}" for key, value in same.items() if entry.get(key) != value]


def main(arguments: list[str]) -> int:
    """Verify, say what was found, and give 0 where all holds."""
    given = list(arguments)
    key = Path(given.pop(given.index("--key") + 1)) if "--key" in given else None
    given = [one for one in given if one != "--key"]
    bag = Path(given[0]) if given else HERE.parent
    wrong, files = _check_manifests(bag)
    broken, held = _check_proofs(bag, key or bag / "data" / "log-key.pub")
    differing, unproved, hashed = _check_rows(bag, held)
    wrong += [*broken, *differing]
    for one in wrong:
        sys.stdout.write(f"does not hold: {one}\n")
    if wrong:
        return 1
    root = next(iter(held.values()))["root"] if held else "-"
    signed = "the key that was given" if key else "the key in the bag (have it from elsewhere)"
    sys.stdout.write(f"holds: {files} files, {len(held)} proofs under root {root}, signed by {signed}\n")
    if unproved:
        sys.stdout.write(f"rows without a proof: {unproved}; that they say what they say is not proved\n")
    if hashed:
        sys.stdout.write(f"rows known by hash alone: {hashed}; that they were logged is proved, not what they say\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
