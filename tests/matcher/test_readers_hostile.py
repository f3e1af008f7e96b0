"""Hostile documents in a child process that may not have more memory than one worker has."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
MEMORY_MIB = 1536  # address space of the child, libraries and all
DOCUMENTS = {
    "one line of 200 MB": "b'x' * 200 * MIB + TAIL",
    "one line of 200 MB with commas": "b'a,' * 100 * MIB + TAIL",
    "a million columns": "b'\\n'.join([b'1,' * MIB, b'2,' * MIB, b'3,' * MIB]) + TAIL",
    "JSON nested deeply": "b'{\"a\":' * 100_000 + TAIL",
    "lists nested deeply": "b'[' * 1_000_000 + TAIL",
    "a page nested deeply": "b'<html>' + b'<div>' * 200_000 + TAIL",
    "XML nested deeply": "b'<?xml version=\"1.0\"?>' + b'<a>' * 200_000 + TAIL",
    "brackets of a printed array": "b\"[{'name': 'x', 'tel': 'y'}, \" + b'[' * 300_000 + TAIL",
    "a billion laughs": "laughs() + TAIL",
    "two cells in opposite corners": "corners()",
    "INSERT without an end": "b'INSERT INTO t VALUES (' * 100_000 + TAIL",
    "quotes without an end": "b'a,b,c\\n' + b'\"x,y,z\\n' * 200_000 + TAIL",
    "a message of many parts": "MAIL + b'--b\\n' + TAIL + b'--b\\n\\nx\\n' * 50_000",
    "a card folded for ever": "b'BEGIN:VCARD\\nNOTE:' + b'x\\n ' * 500_000 + TAIL",
    "objects in names that are never closed": 'b\'[{"a":"\' * 200_000 + TAIL',
    "objects that are never closed": "b'[' + b'{\"a\": [1, ' * 200_000 + TAIL",
    "bytes of no encoding": "bytes(range(128, 256)) * 20_000 + TAIL",
    "text that goes on behind a record of XML": "RECORD + '（'.encode() * 30_000 + TAIL + RECORD",
    "a tag of many attributes": "b'<html><p ' + attributes(b'\"') + b'>' + TAIL",
    "an XML record of many attributes": "b'<r>' + RECORD + b'<c ' + attributes(b'>') + b'/>' + TAIL + b'</r>'",
    "one text of 400 MB that cells share": "shared(400, 1)",
    "a thousand cells that share a text of 100 MB": "shared(100, 1000)",
    "a 7z that is a bomb": "as_7z(TAIL + b'x' * 100 * MIB)",
}
CHILD = """
import io, json, resource, sys
MEMORY = int(sys.argv[2]) << 20
resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
import openpyxl
from matcher.document import Cuts, Document, Limits
from matcher.readers import FAILED, read_document
from matcher.readers.interface import Prose
from tests.matcher.seeds import as_7z
MIB = 1 << 20
TAIL = "\\n\\n架空 090-0012-3400\\n".encode()
MAIL = b"From: a\\nTo: b\\nSubject: c\\nContent-Type: multipart/mixed; boundary=b\\n\\n"
def laughs():
    entities = "".join(f'<!ENTITY l{n} "{f"&l{n-1};" * 10}">' for n in range(1, 12))
    return f'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY l0 "ha">{entities}]><l><a>&l11;</a><b>x</b></l>'.encode()
RECORD = "<r><c><name>架空</name><t v='090-0012-3400'/></c></r>\\n".encode()
def attributes(sign):
    return b" ".join(b"a%d='%s'" % (n, sign) for n in range(100_000))
def shared(mib, cells):
    from tests.fuzz.hostile import with_shared_text
    return with_shared_text(mib << 20, cells)
def corners():
    book = openpyxl.Workbook()
    book.active["A1"], book.active["XFD1048576"] = "架空 090-0012-3400", "x"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
cuts = Cuts()
found = passages = 0
content = eval(sys.argv[1])
for _, passage in read_document(Document("hostile", content), Limits(seconds=200), cuts):
    passages += 1
    texts = [passage.text] if isinstance(passage, Prose) else [cell for column in passage.columns for cell in column]
    found += any("090-0012-3400" in text for text in texts)
failed = [note for note in cuts.notes if FAILED in note]
peak_mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
print(json.dumps({"found": found, "passages": passages, "notes": cuts.notes, "failed": failed, "peak_mib": peak_mib}))
"""


@pytest.mark.timeout(600)
@pytest.mark.parametrize("name", sorted(DOCUMENTS))
def test_a_hostile_document_is_read_within_its_memory_and_what_can_be_read_counts(name: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", CHILD, DOCUMENTS[name], str(MEMORY_MIB)],
        cwd=ROOT, capture_output=True, text=True, check=False, timeout=580,
        env={**os.environ, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    said = json.loads(done.stdout)
    assert not said["failed"]
    assert said["found"], said
