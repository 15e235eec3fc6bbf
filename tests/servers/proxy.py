"""A wire that breaks when it is told to."""

import socket
import threading
from contextlib import suppress


class BreakingProxy:
    """Passes on what a server on ``target`` of an address and its clients say, until `break_after`."""

    def __init__(self, target: int, address: str = "127.0.0.1") -> None:
        self._target = (address, target)
        self._left: int | None = None
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def break_after(self, size: int) -> None:
        """Pass ``size`` more bytes of answers on, then cut that connection; the next one is whole again."""
        self._left = size

    def close(self) -> None:
        self._listener.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                server = socket.create_connection(self._target)
                threading.Thread(target=self._pass_on, args=(client, server, False), daemon=True).start()
                threading.Thread(target=self._pass_on, args=(server, client, True), daemon=True).start()

    def _pass_on(self, source: socket.socket, target: socket.socket, answers: bool) -> None:
        with suppress(OSError):
            while data := source.recv(4096):
                if answers and self._left is not None:
                    rest, self._left = self._left - len(data), max(self._left - len(data), 0)
                    if rest <= 0:
                        target.sendall(data[: len(data) + rest])
                        self._left = None
                        break
                target.sendall(data)
        for end in (source, target):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()
