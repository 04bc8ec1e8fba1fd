#!/usr/bin/env python3
"""A console of the Open API for tests: the standard library only, and a judge of its own.

It checks each request's signature by its own code, and its parameters by the guide's tables
(`tests/golden/openapi.json`), then answers with what the guide's examples look like.

    console.py [--cert FILE --key FILE]

prints one line of JSON, `{"endpoint": ...}`, serves until its standard input ends, and takes the
account `TestAK` / `TestSecret/+=0123456789`. What a client is to meet is written into the endpoint
that it is given, between the console's address and `/json/...`, in pairs:

    /run/ID         its requests are counted under ID: GET /seen/ID tells them, as JSON
    /shape/SHAPE    how `data` is written: native (the default), text, blanks, bare, strings,
                    null, absent, empty-text, empty-object, array, scalar
    /code/CODE      refused with this code, which stands
    /at/PLACE       in `code` (the default), `dynamicCode`, `status` or `message`
    /fault/FAULT    see `FAULTS`, and http-NNN
    /fail/N         the fault meets the run's first N requests only
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import hmac
import json
import socket
import ssl
import struct
import sys
import threading
import time
from collections import defaultdict
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qsl

ACCESS_KEY = "TestAK"
SECRET_KEY = "TestSecret/+=0123456789"
GUIDE = json.loads(
    (Path(__file__).resolve().parent.parent / "golden" / "openapi.json").read_text("utf-8")
)
OPERATIONS = {it["path"].removeprefix("/json/"): it for it in GUIDE["operations"]}
COMMON = {it["name"] for it in GUIDE["common_params"]}
STALE_MS = 15 * 60_000
TOPICS = [f"TOPIC_{at:02}" for at in range(45)]


# --- judging ----------------------------------------------------------------------------------


class Refused(Exception):  # noqa: N818 - it is an answer
    """The request is not carried out."""

    def __init__(self, code: object, message: str, place: str = "code") -> None:
        super().__init__(message)
        self.code, self.message, self.place = code, message, place


def signature(parameters: dict[str, str]) -> str:
    names = sorted(
        (name for name in parameters if name != "_signature"), key=lambda name: name.encode()
    )
    text = "".join(parameters[name] for name in names)
    digest = hmac.new(SECRET_KEY.encode(), text.encode(), hashlib.sha1).digest()
    return base64.b64encode(digest).decode()


def decode(query: str) -> dict[str, str]:
    pairs = parse_qsl(query, keep_blank_values=True, strict_parsing=True, errors="strict")
    if len(dict(pairs)) != len(pairs):
        raise Refused("BIZ_FIELD_CHECK_INVALID", "a parameter is there twice")
    if "+" in query or any(ord(char) > 126 or char in " /" for char in query):
        raise Refused("BIZ_FIELD_CHECK_INVALID", "the query is not percent-encoded")
    return dict(pairs)


def judge_common(name: str, parameters: dict[str, str]) -> None:
    if parameters.get("_accesskey") != ACCESS_KEY:
        raise Refused(403, "no such account")
    if not hmac.compare_digest(parameters.get("_signature", ""), signature(parameters)):
        raise Refused(403, "signature does not match")
    if abs(time.time() * 1000 - int(parameters["__preventCache"])) > STALE_MS:
        raise Refused(403, "the request is stale")
    if parameters.get("_platform") != "onsConsole":
        raise Refused("BIZ_FIELD_CHECK_INVALID", "_platform")
    region = parameters.get("_regionId")
    if (region is None) != OPERATIONS[name].get("omits_region_id", False):
        raise Refused("BIZ_FIELD_CHECK_INVALID", "_regionId")
    if region not in (None, "mq-private", "区域 1"):
        raise Refused("BIZ_REGION_NOT_FOUND", f"no region {region}")


def is_of(type_name: str, value: str) -> bool:
    if type_name in ("int32", "int64"):
        bits = int(type_name.removeprefix("int"))
        try:
            return str(int(value)) == value and -(2 ** (bits - 1)) <= int(value) < 2 ** (bits - 1)
        except ValueError:
            return False
    return value in ("true", "false") if type_name == "bool" else value != ""


def judge(name: str, parameters: dict[str, str]) -> None:
    known = {it["name"]: it for it in OPERATIONS[name]["params"]}
    for parameter, row in known.items():
        value = parameters.get(parameter)
        if value is None:
            if row["required"]:
                raise Refused("BIZ_FIELD_CHECK_INVALID", f"{parameter} is missing")
            continue
        types = [row["type"], *([row["also"]] if "also" in row else [])]
        allowed = [str(it) for it in row.get("allowed", [value])]
        if not any(is_of(it, value) for it in types) or value not in allowed:
            raise Refused("BIZ_FIELD_CHECK_INVALID", f"{parameter} is {value}")
    for parameter in parameters.keys() - known.keys() - COMMON:
        raise Refused("BIZ_FIELD_CHECK_INVALID", f"{parameter} is unknown")


# --- answering --------------------------------------------------------------------------------


def relation(parameters: dict[str, str]) -> dict:
    return {
        "channelName": "ALIYUN",
        "createTime": 1498029701000,
        "id": 901,
        "status": 0,
    } | parameters


def example(name: str, parameters: dict[str, str]) -> object:
    """What the operation tells, as objects."""
    section, method = name.split("/")
    own = {key: value for key, value in parameters.items() if not key.startswith("_")}
    message = {
        "msgId": own.get("msgId", "0A0B"),
        "topic": own.get("topic"),
        "bornTime": 1498029701000,
    }
    message |= {
        "storeSize": 186,
        "reconsumeTimes": 0,
        "properties": {"TAGS": "标签 A", "KEYS": 'k"1"'},
    }
    points = [{"x": 1498029600000 + 60_000 * at, "y": at * 1.5} for at in range(3)]
    queue = {
        "brokerName": "broker-a",
        "queueId": 0,
        "minOffset": 0,
        "maxOffset": 9_007_199_254_740_993,
    }
    table = {
        "region/list": ["mq-private", "cn-杭州"],
        "topic/get": {
            "topic": own.get("topic"),
            "owner": 1234567890123456789,
            "status": 0,
            "remark": None,
        },
        "topic/listNames": TOPICS,
        "topic/status": {"totalCount": 12, "lastTimeStamp": 1498029701000, "offsetTable": [queue]},
        "message/getById": message,
        "message/getByKey": [message, message | {"msgId": "0C0D"}],
        "message/getByTopic": [message],
        "message/trace": [{"consumerGroup": "CID_a", "trackType": "CONSUMED", "exceptionDesc": ""}],
        "consumer/accumulate": {
            "totalDiff": 7,
            "delayTime": 1200,
            "consumeTps": 0.5,
            "online": True,
        },
        "consumer/status": {"subscriptionSame": True, "rebalanceOK": False, "connectionSet": []},
        "consumer/getConnection": {
            "connectionSet": [{"clientId": "10.0.0.1@1", "language": "RUST"}]
        },
        "consumer/progress": {"diffTotal": 7, "offsets": [queue | {"consumerOffset": 5}]},
        "consumer/resetoffset": {"broker-a": {"0": 5}},
        "empower/list": [{"empowerUser": own.get("empowerUser"), "relation": 6}],
        "mqtt/listGroupId": ["GID_mqtt"],
        "mqtt/getDeviceRunningInfo": {"online": True, "subscriptions": {"a/b": 1}},
        "mqtt/getClientSetByGroupId": {"onlineCount": 3, "persistCount": 4},
        "mqtt/getClientSetByTopic": {"onlineCount": 0, "persistCount": 0},
        "vpcTunnel/tunnelSwitch": {"NAMESRV_ADDR": "10.0.0.9:8080;10.0.0.10:8080"},
        "instance/list": [{"instanceId": "inst", "instanceName": "测试"}],
        "instance/listIds": ["inst"],
    }
    if name == "topic/listInPage":
        first, size = page(own)
        return [{"topic": it} for it in TOPICS[(first - 1) * size : first * size]]
    if name in table:
        return table[name]
    if section in ("publish", "subscription"):
        return [relation(own)] if method == "list" else relation(own)
    return {"title": name, "records": points}


def page(parameters: dict[str, str]) -> tuple[int, int]:
    return int(parameters.get("currentPage", 1)), int(parameters.get("pageSize", 20))


def wrap(shape: str, data: object) -> dict:
    """The field `data`, as the shape has it."""
    text = {"text": json.dumps(data), "empty-text": ""}
    text["blanks"] = "\n " + json.dumps(data, ensure_ascii=False, indent=2) + " \r\n"
    others = {"null": None, "empty-object": {}, "array": [1, "二"], "scalar": 7}
    return {} if shape == "absent" else {"data": {**text, **others}.get(shape, data)}


def done(name: str, parameters: dict[str, str], shape: str) -> dict:
    kind = OPERATIONS.get(name, {}).get("data")
    data = {"json": lambda: example(name, parameters), "empty": dict}.get(kind, lambda: None)()
    wrapped = wrap(shape, data)
    paging = {"currentPage": 0, "pageSize": 0, "total": 0}
    if name == "topic/listInPage":
        first, size = page(parameters)
        paging = {"currentPage": first, "pageSize": size, "total": len(TOPICS)}
    known = {"requestId": "req-" + name, "message": "operation success"}
    if shape == "bare":  # What a client can do without is missing, null, or of another kind.
        strange = {"success": None, "status": [], "novel": {"a": 1}}
        return {"code": 200, **strange, **known, **wrapped, **paging}
    if shape == "strings":
        paging = {key: str(value) for key, value in paging.items()}
        return {"code": "200", **known, **wrapped, **paging}
    rest = {"dynamicCode": "", "dynamicMessage": "", "helpUrl": None}
    rest |= {"status": "SUCCESS", "success": True}
    return {"code": 200, **known, **wrapped, **paging, **rest}


def refused(error: Refused, name: str) -> dict:
    answer = {"code": 1, "dynamicCode": "", "status": "FAILED", "message": error.message}
    if error.place == "message":
        answer["message"] = f"failed: {error.code}, {error.message}"
    else:
        answer[error.place] = error.code
    rest = {"data": None, "success": False, "helpUrl": None, "total": 0}
    return answer | rest | {"requestId": "req-" + name}


# --- serving ----------------------------------------------------------------------------------


class Seen:
    """What each run has sent."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._runs: dict[str, list[dict]] = defaultdict(list)

    def note(self, run: str, operation: str, query: str) -> int:
        with self._lock:
            parameters = dict(parse_qsl(query, keep_blank_values=True))
            self._runs[run].append({"operation": operation, "parameters": parameters})
            return len(self._runs[run])

    def of(self, run: str) -> list[dict]:
        with self._lock:
            return list(self._runs.get(run, []))


SEEN = Seen()
LEAVING = threading.Event()


class Console(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 60
    # A head and its body leave together: two small writes would wait for each other.
    wbufsize = -1
    disable_nagle_algorithm = True

    def log_message(self, *_: object) -> None:
        """Tests read what matters in /seen."""

    def do_GET(self) -> None:
        path, _, query = self.path.partition("?")
        parts = path.strip("/").split("/")
        if parts[0] == "seen":
            self.answer(200, SEEN.of(parts[1]))
            return
        split = parts.index("json") if "json" in parts else len(parts)
        setting = dict(zip(parts[:split:2], parts[1:split:2], strict=False))
        name = "/".join(parts[split + 1 :])
        turn = SEEN.note(setting.get("run", "none"), name, query)
        fault = setting.get("fault")
        if fault is not None and turn <= int(setting.get("fail", 1 << 60)):
            self.fail(fault, name)
        elif name not in OPERATIONS:
            self.page(404, "no such page")
        else:
            self.answer(200, self.carry_out(name, query, setting))

    def carry_out(self, name: str, query: str, setting: dict[str, str]) -> dict:
        try:
            parameters = decode(query)
            judge_common(name, parameters)
            judge(name, parameters)
            if "code" in setting:
                raise Refused(setting["code"], "出错了, in words", setting.get("at", "code"))
            return done(name, parameters, setting.get("shape", "native"))
        except Refused as error:
            return refused(error, name)

    def fail(self, fault: str, name: str) -> None:
        if fault.startswith("http-"):
            status = int(fault.removeprefix("http-"))
            elsewhere = {"Location": f"https://elsewhere.example{self.path}"}
            headers = elsewhere if status // 100 == 3 else {}
            self.page(status, f"failed at {self.path}", headers)
        else:
            FAULTS[fault](self, name)

    def answer(self, status: int, body: object) -> None:
        text = json.dumps(body, ensure_ascii=False)
        self.send(status, "application/json;charset=UTF-8", text.encode())

    def page(self, status: int, text: str, headers: dict[str, str] | None = None) -> None:
        body = f"<!DOCTYPE html>\n<html><body>{text}</body></html>".encode()
        self.send(status, "text/html", body, headers)

    def send(
        self,
        status: int,
        kind: str,
        body: bytes,
        headers: dict[str, str] | None = None,
        length: int = -1,
    ) -> None:
        self.send_response(status)
        for key, value in {"Content-Type": kind, **(headers or {})}.items():
            self.send_header(key, value)
        self.send_header("Content-Length", str(len(body) if length < 0 else length))
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()

    # Faults.

    def cut(self, _: str = "") -> None:
        """The connection is reset: whoever waits for more is told at once."""
        self.close_connection = True
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.rfile.close()
        self.wfile.close()
        if isinstance(self.connection, ssl.SSLSocket):
            socket.socket(fileno=self.connection.detach()).close()
        self.connection.close()

    def close(self, _: str = "") -> None:
        """The connection ends as connections end, without an answer."""
        self.close_connection = True

    def cut_in_head(self, _: str) -> None:
        self.wfile.write(b"HTTP/1.1 200 O")
        self.wfile.flush()
        self.close()

    def cut_in_body(self, name: str) -> None:
        body = json.dumps(done(name, {}, "native")).encode()
        self.send(200, "application/json", body[: len(body) // 2], length=len(body))
        self.close()

    def cut_after(self, name: str) -> None:
        self.answer(200, done(name, {}, "native"))
        self.close()

    def half(self, name: str) -> None:
        """The body is as long as its head says, and still not all of it."""
        body = json.dumps(done(name, {}, "native")).encode()
        self.send(200, "application/json", body[: len(body) // 2])

    def huge(self, _: str) -> None:
        self.send_response(200)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        block = b" " * (1 << 20)
        try:
            for _ in range(100):
                self.wfile.write(b"%x\r\n%s\r\n" % (len(block), block))
            self.wfile.write(b"0\r\n\r\n")
        except OSError:
            self.close()

    def slow(self, _: str) -> None:
        """No answer for longer than anybody waits."""
        LEAVING.wait(30)
        self.close()

    def dripping(self, _: str) -> None:
        """A byte now and then, so that no single read takes long."""
        self.send_response(200)
        self.send_header("Content-Length", "1000")
        self.end_headers()
        try:
            while not LEAVING.wait(0.02):
                self.wfile.write(b" ")
                self.wfile.flush()
        except OSError:
            self.close()

    def echo(self, name: str) -> None:
        """It repeats what it was sent, wherever it can."""
        answer = refused(Refused("BIZ_FIELD_CHECK_INVALID", f"GET {self.path}"), name)
        signed = dict(parse_qsl(self.path.partition("?")[2]))["_signature"]
        self.answer(200, answer | {"requestId": signed, "dynamicMessage": signed})


FAULTS = {
    "cut-before": Console.cut,
    "close-before": Console.close,
    "cut-in-head": Console.cut_in_head,
    "cut-in-body": Console.cut_in_body,
    "cut-after": Console.cut_after,
    "half": Console.half,
    "huge": Console.huge,
    "slow": Console.slow,
    "dripping": Console.dripping,
    "echo": Console.echo,
    "html": lambda console, _: console.page(200, f"log in first: {console.path}"),
    "text": lambda console, _: console.send(200, "text/plain", f"oops {console.path}".encode()),
    "empty": lambda console, _: console.send(200, "application/json", b""),
    "array": lambda console, _: console.answer(200, [1, 2]),
}


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, *_: object) -> None:
        """Clients may leave whenever they like."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cert")
    parser.add_argument("--key")
    arguments = parser.parse_args()
    server, scheme = Server(("127.0.0.1", 0), Console), "http"
    if arguments.cert:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(arguments.cert, arguments.key)
        # The handshake is the handler's, so that one that hangs holds up nobody else.
        server.socket = context.wrap_socket(server.socket, True, do_handshake_on_connect=False)
        scheme = "https"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(json.dumps({"endpoint": f"{scheme}://127.0.0.1:{server.server_port}"}), flush=True)
    sys.stdin.read()
    LEAVING.set()


if __name__ == "__main__":
    main()
