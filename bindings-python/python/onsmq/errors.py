"""Errors: `OnsClientError`, a subclass for each family of codes, and the table of both."""

from __future__ import annotations

import enum


class ErrorCode(enum.IntEnum):
    """What went wrong. The numbers never change; new ones may come."""

    CONFIGURATION = 1
    """A property is unknown, does not parse, is out of range, or a required one is missing."""
    INVALID_ARGUMENT = 2
    """An argument cannot be used."""
    ILLEGAL_MESSAGE = 3
    """The message cannot be sent as it is."""
    NOT_STARTED = 4
    """Used before `start`."""
    CLOSED = 5
    """Used after `shutdown`, or while the interpreter ends."""
    NO_ROUTE = 6
    """No name server knows the topic, or none of its queues may be used."""
    NAME_SERVER_UNREACHABLE = 7
    """No name server answers."""
    CONNECT_FAILED = 8
    """A broker takes no connection."""
    CONNECTION_LOST = 9
    """The connection broke before the answer: the message may have been stored."""
    TIMEOUT = 10
    """The time was over before the answer: the message may have been stored."""
    BROKER_REFUSED = 11
    """The broker refused, with its code and remark."""
    NO_PERMISSION = 12
    """The account may not do this, or its signature is wrong."""
    TLS = 13
    """No secure connection came about."""
    TRANSACTION_ROLLED_BACK = 14
    """The transaction was rolled back by its executer."""
    FLOW_CONTROL = 15
    """The broker or this client is at its limit: slow down."""
    PROTOCOL = 16
    """The peer does not speak RocketMQ's protocol."""
    FORKED = 17
    """A producer or consumer is used in a process forked from the one that made it."""
    INVALID_STATE = 18
    """The call does not fit the object's state."""
    INTERNAL = 19
    """A fault of this library."""
    TRANSACTION_UNKNOWN = 20
    """The executer of a transaction failed: the broker asks the checker for the outcome."""
    OPEN_API_REFUSED = 21
    """The console of the Open API refused, with its code and request id."""


class OnsClientError(Exception):
    """Why a call failed; its text says what to do. `__cause__` tells what caused it, if known."""

    code: ErrorCode = ErrorCode.INTERNAL
    """What went wrong."""
    topic: str | None = None
    """The topic, where there is one."""
    message_id: str | None = None
    """The message's id, where there is one."""
    broker_code: int | None = None
    """The response code of the server that refused."""
    remark: str | None = None
    """The remark of the server that refused."""
    retriable: bool = False
    """Whether the same call may succeed when it is made again."""
    operation: str | None = None
    """The operation of the Open API that failed, such as `topic/create`."""
    openapi_code: str | None = None
    """The code that the console refused with: an `onsmq.openapi.OpenApiCode`, or a newer one."""
    request_id: str | None = None
    """The console's id of the request, for the vendor's support."""
    remedy: str | None = None
    """What the guide of the Open API has to say about the code."""


class ConfigurationError(OnsClientError):
    """A property cannot be used."""


class ArgumentError(OnsClientError):
    """An argument or a message cannot be used."""


class StateError(OnsClientError):
    """The call does not fit the state that the object or the process is in."""


class RouteError(OnsClientError):
    """No name server knows the topic, or none of its queues may be used."""


class NetworkError(OnsClientError):
    """A server cannot be reached, or not be understood."""


class ResponseTimeoutError(OnsClientError):
    """The time was over before the answer."""


class BrokerError(OnsClientError):
    """The broker refused, or is at its limit."""


class AccessError(OnsClientError):
    """The account may not do this, or its signature is wrong."""


class TransactionError(OnsClientError):
    """The transaction was rolled back, or its outcome is not known."""


class OpenApiError(OnsClientError):
    """The console of the Open API refused."""


class InternalError(OnsClientError):
    """A fault of this library: please report it."""


CLASSES: dict[ErrorCode, type[OnsClientError]] = {
    ErrorCode.CONFIGURATION: ConfigurationError,
    ErrorCode.INVALID_ARGUMENT: ArgumentError,
    ErrorCode.ILLEGAL_MESSAGE: ArgumentError,
    ErrorCode.NOT_STARTED: StateError,
    ErrorCode.CLOSED: StateError,
    ErrorCode.NO_ROUTE: RouteError,
    ErrorCode.NAME_SERVER_UNREACHABLE: NetworkError,
    ErrorCode.CONNECT_FAILED: NetworkError,
    ErrorCode.CONNECTION_LOST: NetworkError,
    ErrorCode.TIMEOUT: ResponseTimeoutError,
    ErrorCode.BROKER_REFUSED: BrokerError,
    ErrorCode.NO_PERMISSION: AccessError,
    ErrorCode.TLS: NetworkError,
    ErrorCode.TRANSACTION_ROLLED_BACK: TransactionError,
    ErrorCode.FLOW_CONTROL: BrokerError,
    ErrorCode.PROTOCOL: NetworkError,
    ErrorCode.FORKED: StateError,
    ErrorCode.INVALID_STATE: StateError,
    ErrorCode.INTERNAL: InternalError,
    ErrorCode.TRANSACTION_UNKNOWN: TransactionError,
    ErrorCode.OPEN_API_REFUSED: OpenApiError,
}
"""The class of each code."""


def failure(code: ErrorCode, text: str) -> OnsClientError:
    """An error of a code that does not come from the library."""
    error = CLASSES[code](text)
    error.code = code
    return error
