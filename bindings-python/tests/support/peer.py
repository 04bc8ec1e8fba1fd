"""A name server and broker in one that answers as a test wants, for what real ones rarely do."""

from __future__ import annotations

import json
import socketserver
import struct
import threading
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import TracebackType

    from typing_extensions import Self

ROUTE = 105
HEARTBEAT = 34
SENDS = {10, 310, 320}

# A response code with its remark; or what to do instead of an answer.
Answer = tuple[int, str]


class Listening(socketserver.ThreadingTCPServer):
    """Takes connections that come faster than Python gets round to them."""

    request_queue_size = 128
    daemon_threads = True


class Peer:
    """Knows every topic, and treats sends as it is told: an answer, `silent`, `hangs up`."""

    def __init__(self, sends: Answer | str) -> None:
        self._sends = sends
        peer = self

        class Handler(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                for header in peer.requests(self):
                    answer = peer.answer(header)
                    if answer == "hangs up":
                        return
                    if not isinstance(answer, str):
                        self.wfile.write(peer.frame(header, *answer))

        self._server = Listening(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()

    @property
    def namesrv_addr(self) -> str:
        host, port = self._server.server_address[:2]
        return f"{host!s}:{port}"

    @staticmethod
    def requests(handler: socketserver.StreamRequestHandler) -> Iterator[dict[str, Any]]:
        """The headers of what comes."""
        while length := handler.rfile.read(4):
            frame = handler.rfile.read(struct.unpack(">I", length)[0])
            header_length = struct.unpack(">I", frame[:4])[0] & 0xFFFFFF
            yield json.loads(frame[4 : 4 + header_length])

    def answer(self, header: dict[str, Any]) -> tuple[int, str, bytes] | str:
        if header["code"] == ROUTE:
            return 0, "", self._route()
        if header["code"] not in SENDS:
            return 0, "", b""
        return self._sends if isinstance(self._sends, str) else (*self._sends, b"")

    @staticmethod
    def frame(request: dict[str, Any], code: int, remark: str, body: bytes) -> bytes:
        answer = {"code": code, "flag": 1, "opaque": request["opaque"], "remark": remark}
        header = json.dumps({**answer, "language": "JAVA", "version": 0}).encode()
        length = struct.pack(">II", 4 + len(header) + len(body), len(header))
        return length + header + body

    def _route(self) -> bytes:
        queues = {"brokerName": "broker-a", "readQueueNums": 4, "writeQueueNums": 4, "perm": 6}
        broker = {"cluster": "c", "brokerName": "broker-a", "brokerAddrs": {"0": self.namesrv_addr}}
        return json.dumps({"queueDatas": [queues], "brokerDatas": [broker]}).encode()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


class _Http(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        self.request.recv(1 << 16)
        self.wfile.write(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")


def http() -> socketserver.ThreadingTCPServer:
    """A server that speaks HTTP, to be used in a `with`; see `address`."""
    server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Http)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    return server


def address(server: socketserver.BaseServer) -> str:
    host, port = cast("tuple[str, int]", server.server_address)
    return f"{host}:{port}"
