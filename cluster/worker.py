"""A worker's process: it joins a scheduler, does one unit at a time, and joins again when the scheduler was away.

On SIGTERM the unit in hand goes back at once; the scheduler gives it to somebody else.
"""

from __future__ import annotations

import asyncio
import signal
import tempfile
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

import dask
from distributed import Worker
from distributed.diagnostics.plugin import WorkerPlugin

from cluster.labour import LABOUR, Labour
from cluster.security import security_of
from core.logs import get_logger

if TYPE_CHECKING:
    from collections.abc import Callable

    from core.settings import Settings

AGAIN_S: Final = 1.0
"""Between two tries to reach a scheduler."""
CLOSE_S: Final = 10.0
LOOPBACK: Final = "127.0.0.1:0"
SETUP: Final[dict[str, Any]] = {
    "distributed.worker.memory.target": False,  # nothing is ever spilled to a disk
    "distributed.worker.memory.spill": False,
    "distributed.worker.memory.pause": False,
    "distributed.worker.memory.terminate": False,
    "distributed.worker.profile.enabled": False,
    "distributed.admin.tick.interval": "1s",  # fifty times a second otherwise: what is judged beside it loses by each
    "distributed.admin.system-monitor.interval": "5s",
    "distributed.comm.timeouts.connect": "5s",
}

log = get_logger()


class LabourPlugin(WorkerPlugin):
    """Keeps a process's `Labour` where its units find it."""

    name = LABOUR

    def __init__(self, labour: Labour) -> None:
        self.do = labour.do


def work(settings: Settings, address: str, joined: Callable[[str], None]) -> None:
    """Work for a scheduler until SIGTERM or SIGINT.

    Args:
        settings: Of this worker's own home: key, index, inputs, limits.
        address: The scheduler's.
        joined: Told the worker's own address each time it joined.
    """
    labour = Labour(settings)
    try:
        with dask.config.set(SETUP):
            asyncio.run(_work(settings, address, labour, joined))
    finally:
        labour.close()


async def _work(settings: Settings, address: str, labour: Labour, joined: Callable[[str], None]) -> None:
    stop = asyncio.Event()
    for one in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(one, stop.set)
    with tempfile.TemporaryDirectory(prefix="hinomi-worker-") as folder:
        while not stop.is_set():
            try:
                await _join(settings, address, labour, stop, joined, folder)
            except (OSError, TimeoutError) as error:
                log.info("cluster.scheduler_away", error=type(error).__name__)
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), AGAIN_S)


async def _join(
    settings: Settings, address: str, labour: Labour, stop: asyncio.Event, joined: Callable[[str], None], folder: str
) -> None:
    """Work until the scheduler is gone, or this worker is to stop."""
    worker = Worker(
        address, nthreads=1, security=security_of(settings), plugins=(LabourPlugin(labour),), memory_limit=0,
        local_directory=folder, dashboard=False, dashboard_address=LOOPBACK, death_timeout=settings.cluster.wait_s,
    )  # fmt: skip
    starting = asyncio.ensure_future(worker)
    stopping = asyncio.ensure_future(stop.wait())
    await asyncio.wait({starting, stopping}, return_when=asyncio.FIRST_COMPLETED)
    try:
        if starting.done():
            starting.result()
            joined(worker.address)
            ended = asyncio.ensure_future(worker.finished())  # type: ignore[no-untyped-call]
            await asyncio.wait({ended, stopping}, return_when=asyncio.FIRST_COMPLETED)
            ended.cancel()
    finally:
        starting.cancel()
        stopping.cancel()
        if stop.is_set():
            await asyncio.to_thread(labour.stop)
        with suppress(OSError, TimeoutError):
            await worker.close(timeout=CLOSE_S)
