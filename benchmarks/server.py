"""A Streamlit server of its own, in a fresh process, for benchmarks and browser tests."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[1]
START_SECONDS = 120
END_SECONDS = 20  # after which a server that does not end is killed


class ServerError(RuntimeError):
    """A server did not start."""


class Server(NamedTuple):
    """A server that runs."""

    address: str
    pid: int

    def resident_mb(self) -> float:
        """Memory that the process holds, in MB of a million bytes."""
        pages = int(Path(f"/proc/{self.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


@contextmanager
def served(script: str, log: Path = Path(os.devnull)) -> Iterator[Server]:
    """Serve an app, relative to the repository, until the block ends.

    Args:
        script: the app's file.
        log: takes what the server says.

    Raises:
        ServerError: it does not start.
    """
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = {"headless": "true", "address": "127.0.0.1", "port": str(port), "fileWatcherType": "none"}
    command = [sys.executable, "-m", "streamlit", "run", script]
    command += [word for name, value in options.items() for word in (f"--server.{name}", value)]
    with log.open("w") as said:
        process = subprocess.Popen(command, cwd=ROOT, stdout=said, stderr=subprocess.STDOUT)
    try:
        server = Server(f"http://127.0.0.1:{port}", process.pid)
        _wait_for(server, process)
        yield server
    finally:
        process.terminate()
        try:
            process.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_for(server: Server, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(f"{server.address}/_stcore/health", timeout=5):
                return
        except OSError:
            time.sleep(0.05)
    raise ServerError("the server did not start")
