"""Check proofs of a Hinomi log: python3 -I check_proof.py PROOF.json... [--key log-key.pub]. Needs Python 3.9 alone.

"holds" means that the hashes lead to the root (RFC 6962) and, with --key, that this key signed it (RFC 8032). Have the
key, or the root, from elsewhere than the proof: from Slack, a printout, an auditor's own copy of the heads.
"""

from __future__ import annotations

import base64
import json
import re
import sys
from hashlib import sha256, sha512
from pathlib import Path

P, L = 2**255 - 19, 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P


def _walk(at: int, last: int, old: bytes, new: bytes, steps: list[bytes]) -> tuple[bytes, bytes]:
    """The roots of the smaller and the larger tree that the steps lead to (RFC 9162, 2.1.3.2 and 2.1.4.2)."""
    for step in steps:
        if last == 0:
            sys.exit("does not hold: the path is too long")
        if at & 1 or at == last:
            old, new = sha256(b"\x01" + step + old).digest(), sha256(b"\x01" + step + new).digest()
            while at and not at & 1:
                at, last = at >> 1, last >> 1
        else:
            new = sha256(b"\x01" + new + step).digest()
        at, last = at >> 1, last >> 1
    return (old, new) if last == 0 else sys.exit("does not hold: the path is too short")


def _add(a: tuple[int, ...], b: tuple[int, ...]) -> tuple[int, ...]:
    e, f = (a[1] - a[0]) * (b[1] - b[0]) % P, (a[1] + a[0]) * (b[1] + b[0]) % P
    g, h = 2 * a[3] * b[3] * D % P, 2 * a[2] * b[2] % P
    e, f, g, h = f - e, h - g, h + g, f + e
    return e * f % P, g * h % P, f * g % P, e * h % P


def _times(n: int, a: tuple[int, ...]) -> tuple[int, ...]:
    out: tuple[int, ...] = (0, 1, 1, 0)
    while n:
        out, a, n = _add(out, a) if n & 1 else out, _add(a, a), n >> 1
    return out


def _point(text: bytes) -> tuple[int, ...]:
    y = int.from_bytes(text, "little") & (2**255 - 1)
    x2 = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(x2, (P + 3) // 8, P)
    x = x * pow(2, (P - 1) // 4, P) % P if (x * x - x2) % P else x
    if y >= P or (x * x - x2) % P:
        sys.exit("does not hold: the key or the signature is no point of the curve")
    x = P - x if x & 1 != text[31] >> 7 else x
    return x, y, 1, x * y % P


def _fits(note: str, size: int, root: bytes, key: bytes) -> bool:
    """Whether a signed head is of that size and root, and signed by the key if one is given."""
    body, _, tail = note.partition("\n\n")
    signature, lines = base64.b64decode(tail.split()[2])[4:], body.split("\n")
    if key:
        h = int.from_bytes(sha512(signature[:32] + key + (body + "\n").encode()).digest(), "little") % L
        s, base = int.from_bytes(signature[32:], "little"), _point((4 * pow(5, -1, P) % P).to_bytes(32, "little"))
        a, b = _times(s, base), _add(_point(signature[:32]), _times(h, _point(key)))
        if s >= L or (a[0] * b[2] - b[0] * a[2]) % P or (a[1] * b[2] - b[1] * a[2]) % P:
            return False
    return int(lines[1]) == size and base64.b64decode(lines[2]) == root


def _check(name: str, key: bytes) -> str:
    proof = json.loads(Path(name).read_text(encoding="utf-8"))
    path, size, root = [bytes.fromhex(step) for step in proof["path"]], proof["size"], bytes.fromhex(proof["root"])
    heads = [(proof["note"], size, root)]
    if proof["proves"] == "inclusion":
        at, entry = proof["leaf"], proof.get("entry")  # without its entry, a leaf is known by its hash
        old = bytes.fromhex(proof["leaf_hash"]) if entry is None else sha256(b"\x00" + entry.encode()).digest()
        holds = 0 <= at < size and _walk(at, size - 1, old, old, path)[1] == root
        told = f"leaf {at} of {size} is {old.hex() if entry is None else entry}"
    else:
        first, old = proof["first_size"], bytes.fromhex(proof["first_root"])
        steps, zeros = path if first & (first - 1) else [old, *path], (first & -first).bit_length() - 1
        walked = _walk((first - 1) >> zeros, (size - 1) >> zeros, steps[0], steps[0], steps[1:])
        holds, told = 0 < first < size and walked == (old, root), f"the log of {first} leaves begins that of {size}"
        heads.append((proof["first_note"], first, old))
    if not holds or not all(_fits(*head, key) for head in heads if head[0]) or (key and not proof["note"]):
        sys.exit(f"does not hold: {name}: another root, or another signature")
    return f"holds: {told}\nroot {root.hex()}, {'signed by that key' if key else 'the signature was not checked'}\n"


if __name__ == "__main__":
    names, public = sys.argv[1:], b""
    if "--key" in names:
        pem = Path(names.pop(names.index("--key") + 1)).read_text(encoding="ascii")
        public = base64.b64decode(re.findall(r"KEY-+\s+([A-Za-z0-9+/=]+)\s+-+END", pem)[-1])[-32:]
        names.remove("--key")
    sys.stdout.writelines([_check(name, public) for name in names] or sys.exit(__doc__))
