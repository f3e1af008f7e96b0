"""Who judges for `hinomi scan`: the child is at the first document while this process opens the index for itself."""

from __future__ import annotations

from contextlib import contextmanager, suppress
from dataclasses import replace
from threading import Thread
from typing import TYPE_CHECKING, Self

from cli.ahead import give_up, take
from core.errors import HinomiError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from cli.context import Context
    from judging.child import ChildJudge, Judge, Question
    from judging.judge import Judged

MOST_NAMED = 10_000
"""Files that the child is let to one by one; of more, to their folders."""


@contextmanager
def open_scan_judge(ctx: Context, documents: Sequence[Path]) -> Iterator[Judge]:
    """What judges as the background does, under the generation that is open here; a child may read the documents."""
    from judging.bench import Bench
    from judging.child import ChildJudge

    files = {document.resolve() for document in documents}
    reads = sorted(files if len(files) <= MOST_NAMED else {file.parent for file in files})
    bench = Bench.of(ctx.settings)
    is_here = not ctx.settings.cluster.scheduler
    if not is_here:
        give_up()  # others judge
    with ChildJudge(bench, reads=reads, begun=take()) as child:
        if is_here:
            with JudgeMeanwhile(ctx, child) as judge:
                yield judge
            return
        from cluster.choice import open_judge

        named = replace(bench, generation=ctx.index.folder)
        child.judge_under(ctx.index.folder)
        with open_judge(ctx, named, child, _questions(documents)) as judge:
            yield judge


def question_of(name: Path) -> Question:
    """What is asked about a file.

    Raises:
        OSError: It cannot be looked at.
    """
    from judging.child import Question

    return Question(str(name), name.absolute(), name.stat().st_size)


class JudgeMeanwhile:
    """Judges by a child while the index is opened here, and once more where that came to another generation.

    Args:
        ctx: Whose index it is.
        child: Gives the verdicts; its caller's to close.
    """

    def __init__(self, ctx: Context, child: ChildJudge) -> None:
        from fingerprints.index.folder import current_folder

        self._ctx, self._child = ctx, child
        self._generation: Path | None = None
        with suppress(HinomiError):  # the index that is opened here says what is wrong with it
            self._generation = current_folder(ctx.settings.index_dir)
        self._generation = self._generation or ctx.index.folder
        child.judge_under(self._generation)
        child.open_index()
        self._opening = Thread(target=self._open)

    def __enter__(self) -> Self:
        self._opening.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._opening.join()

    def judge(self, question: Question) -> Judged:
        """The verdict over one document; raises as `ChildJudge.judge` and `Home.index` do."""
        failure: HinomiError | None = None
        try:
            judged = self._child.judge(question)
        except HinomiError as error:
            failure = error
        self._opening.join()
        if self._ctx.index.folder != self._generation:
            self._generation = self._ctx.index.folder
            self._child.close()
            self._child.judge_under(self._generation)
            return self._child.judge(question)
        if failure is not None:
            raise failure
        return judged

    def _open(self) -> None:
        with suppress(HinomiError, OSError):  # whoever asks for it next is told
            import judging.answers  # noqa: F401  # what the child says is read by it

            self._ctx.index  # noqa: B018  # opened


def _questions(documents: Sequence[Path]) -> Iterator[Question]:
    """What will be asked; a file that went meanwhile is told of when it is its turn."""
    for name in documents:
        with suppress(OSError):
            yield question_of(name)
