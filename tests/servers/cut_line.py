"""A line that can be cut: a TCP proxy in a child process; SIGUSR1 cuts it and all connections, SIGUSR2 mends it.

``python -m tests.servers.cut_line PORT TO_PORT``
"""

from __future__ import annotations

import asyncio
import signal
import sys


class Line:
    """Forwards what comes, while it is whole."""

    def __init__(self, to_port: int) -> None:
        self._to_port = to_port
        self._is_whole = True
        self._open: set[asyncio.StreamWriter] = set()

    def cut(self) -> None:
        """Nothing gets through any more."""
        self._is_whole = False
        for writer in list(self._open):
            writer.transport.abort()

    def mend(self) -> None:
        """New connections get through."""
        self._is_whole = True

    async def forward(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, both ways, until either side ends it."""
        if not self._is_whole:
            writer.transport.abort()
            return
        there, back = await asyncio.open_connection("127.0.0.1", self._to_port)
        self._open |= {writer, back}
        await asyncio.gather(_copy(reader, back), _copy(there, writer), return_exceptions=True)
        self._open -= {writer, back}


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while data := await reader.read(1 << 16):
            writer.write(data)
            await writer.drain()
    finally:
        writer.close()


async def main(port: int, to_port: int) -> None:
    """Forward until ended."""
    line, loop = Line(to_port), asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGUSR1, line.cut)
    loop.add_signal_handler(signal.SIGUSR2, line.mend)
    async with await asyncio.start_server(line.forward, "127.0.0.1", port) as server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), int(sys.argv[2])))
