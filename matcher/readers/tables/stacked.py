"""One field a line, without names: people copied out of an address book or a web page.

::

    架空 一郎
    090-0012-3400
    東京都千代田区千代田1-2-3

    仮名 二葉
    …

Blocks of like height between blank lines, or lines in which a phone number, an e-mail address or a postal code comes
again at the same distance.
"""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from typing import TYPE_CHECKING, ClassVar

from core.processes.patterns import later
from matcher.readers.interface import Passage, Prose, Readable, Reader, ReaderExample
from matcher.readers.tables._layout import BATCH_ROWS, as_rows

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

HEAD_LINES = 300
FEWEST_BLOCKS = 3
TALLEST = 15  # lines of a block
LONGEST_LINE = 90
REGULAR = 0.75  # share of the blocks that have the usual height
_MAIL = "[^\\s一-鿿ぁ-んァ-ヺ]"  # and not the sentence around it
_ANCHOR = later(
    rf"\s{{0,8}}(?:〒?\d{{3}}-?\d{{4}}|[+\d０-９][\d０-９ ()-]{{8,18}}|{_MAIL}{{1,64}}@{_MAIL}{{1,120}})\s{{0,8}}"
)
_RULE = later(r"[\s\-=_*~─━・.]{0,200}")


class StackedReader(Reader):
    """A record per block of lines."""

    name = "one field a line"
    examples: ClassVar = (
        ReaderExample(
            "架空 一郎\n090-0012-3400\n東京都\n\n仮名 二葉\n090-0112-3401\n千葉県\n\n"
            "架空 三郎\n090-0012-3402\n北海道\n".encode(),
            ("架空 一郎", "090-0112-3401"),
        ),
        ReaderExample(b"a\n\nb\n\nc\n", ()),
        ReaderExample("\n".join(f"甲は{n}@a.exampleを使う。\n乙は別。" for n in "abcd").encode(), ()),
    )

    def recognises(self, source: Readable) -> float:
        """By blocks of like height with something that people are reached by at the same line of each."""
        if source.is_binary:
            return 0.0
        lines = source.head_text.split("\n")[:HEAD_LINES]
        return 0.55 if _height(lines) else 0.0

    def read(self, source: Readable) -> Iterator[Passage]:
        """Batches of blocks; what is no block as text."""
        height = _height(source.head_text.split("\n")[:HEAD_LINES])
        blocks = _ruled(source) if height < 0 else _counted(source, height)
        batch: list[tuple[int, list[str]]] = []
        for start, block in blocks:
            if len(block) <= TALLEST:
                batch.append((start, block))
            else:
                yield Prose("\n".join(block), start)
            if len(batch) >= BATCH_ROWS:
                yield as_rows((), [b for _, b in batch], [n for n, _ in batch], "line")
                batch = []
        if batch:
            yield as_rows((), [b for _, b in batch], [n for n, _ in batch], "line")


def _height(lines: Sequence[str]) -> int:
    """Lines of each record; -1 where blank or ruled lines part them; 0 for a text of another form."""
    filled = [line for line in lines if line.strip()]
    if not filled or sum(len(line) <= LONGEST_LINE for line in filled) < REGULAR * len(filled):
        return 0
    blocks = _blocks(lines[:-1] if len(lines) == HEAD_LINES else lines)
    usual, count = Counter(map(len, blocks)).most_common(1)[0]
    if usual > 1 and len(blocks) >= FEWEST_BLOCKS and count >= REGULAR * len(blocks) and usual <= TALLEST:
        anchored = max(sum(bool(_ANCHOR.fullmatch(b[n])) for b in blocks if len(b) == usual) for n in range(usual))
        return -1 if anchored >= REGULAR * count else 0
    return _period(filled) if len(filled) == len(lines) or len(blocks) == 1 else 0


def _blocks(lines: Sequence[str]) -> list[list[str]]:
    blocks: list[list[str]] = [[]]
    for line in lines:
        if not _RULE.fullmatch(line):
            blocks[-1].append(line)
        elif blocks[-1]:
            blocks.append([])
    return [block for block in blocks if block] or [[]]


def _period(lines: Sequence[str]) -> int:
    """The distance at which lines of one kind come again, 2 or more; 0 for none."""
    for sign in ("@", "-", ""):
        places = [n for n, line in enumerate(lines) if _ANCHOR.fullmatch(line) and sign in line]
        steps = Counter(b - a for a, b in pairwise(places))
        if len(places) >= FEWEST_BLOCKS and steps:
            step, count = steps.most_common(1)[0]
            if 1 < step <= TALLEST and count >= REGULAR * (len(places) - 1) and len(places) * step >= 0.8 * len(lines):
                return step
    return 0


def _ruled(source: Readable) -> Iterator[tuple[int, list[str]]]:
    block: list[str] = []
    number = 0
    for number, line in enumerate(source.lines(), 1):  # its last value is used
        if not _RULE.fullmatch(line):
            block.append(line)
        if block and (not line.strip() or _RULE.fullmatch(line) or len(block) >= HEAD_LINES):
            yield number - len(block), block
            block = []
    if block:
        yield number - len(block) + 1, block


def _counted(source: Readable, height: int) -> Iterator[tuple[int, list[str]]]:
    block: list[str] = []
    for number, line in enumerate((line for line in source.lines() if line.strip()), 1):
        block.append(line)
        if len(block) == height:
            yield number - height + 1, block
            block = []
    if block:
        yield 1, block
