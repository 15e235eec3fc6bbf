"""Servers as child processes on loopback: a free port, a wait until it answers, an end."""

import secrets
import socket
import subprocess
import time
from pathlib import Path


def free_port() -> int:
    """A port that nothing listens on right now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def free_address() -> str:
    """A loopback address of its own, for servers whose ports cannot be chosen: other tests may be running here."""
    return ".".join(["127", *(str(secrets.randbelow(253) + 1) for _ in range(3))])


def wait_for_port(
    port: int, process: subprocess.Popen[bytes], log: Path, seconds: float = 20, address: str = "127.0.0.1"
) -> None:
    """Return once something listens; raise with the end of ``log`` when the process ends or the time is up."""
    until = time.monotonic() + seconds
    while time.monotonic() < until and process.poll() is None:
        with socket.socket() as probe:
            probe.settimeout(1)
            if probe.connect_ex((address, port)) == 0:
                return
        time.sleep(0.02)
    raise RuntimeError(f"{process.args!r} did not start:\n{log.read_text(errors='replace')[-2000:]}")


def stop(process: subprocess.Popen[bytes]) -> None:
    """End the process, with force after five seconds."""
    process.terminate()
    try:
        process.wait(5)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
