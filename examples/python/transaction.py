"""Messages that are delivered once a local transaction is committed: `transaction.py [ADDRESS]`.

A broker keeps such a message to itself until it is told the outcome. Where it is not told, because
the program died or does not know yet, it asks any producer of the group.
"""

from __future__ import annotations

import contextlib
import sqlite3
import sys
import threading
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import onsmq
from onsmq import TransactionStatus
from onsmq.testing import DevServer

if TYPE_CHECKING:
    from collections.abc import Iterator


class Accounts:
    """The application's own database."""

    def __init__(self, file: Path) -> None:
        self._file = file
        with self._database() as database:
            database.execute("CREATE TABLE payments (key TEXT PRIMARY KEY, amount INTEGER)")

    def pay(self, message: onsmq.Message, amount: int) -> TransactionStatus:
        """The executer: does what the message tells of."""
        if amount < 0:
            raise ValueError(f"{amount} is no amount")
        if amount > 100:
            return TransactionStatus.ROLLBACK_TRANSACTION
        with self._database() as database:
            database.execute("INSERT INTO payments VALUES (?, ?)", (message.key, amount))
        return TransactionStatus.COMMIT_TRANSACTION

    def check(self, message: onsmq.Message) -> TransactionStatus:
        """The checker: looks up whether that was done, perhaps by another process."""
        with self._database() as database:
            found = database.execute("SELECT 1 FROM payments WHERE key = ?", (message.key,))
            done = found.fetchone() is not None
        return TransactionStatus.COMMIT_TRANSACTION if done else TransactionStatus.UNKNOWN

    @contextlib.contextmanager
    def _database(self) -> Iterator[sqlite3.Connection]:
        with contextlib.closing(sqlite3.connect(self._file)) as database, database:
            yield database


def main(address: str) -> None:
    """Send three messages, of which one is rolled back and one fails."""
    received = threading.Event()
    consumer = onsmq.Consumer(namesrv_addr=address, group_id="GID_paid_python")

    @consumer.listener("payments_python")
    def handle(message: onsmq.Message) -> onsmq.Action:
        print(f"received  {message.key}", flush=True)
        received.set()
        return onsmq.Action.COMMIT_MESSAGE

    with TemporaryDirectory() as folder:
        accounts = Accounts(Path(folder) / "accounts.db")
        with (
            consumer,
            onsmq.TransactionProducer(
                namesrv_addr=address,
                group_id="GID_payments_python",
                checker=accounts.check,
            ) as producer,
        ):
            for key, amount in (
                ("payment-1", 100),
                ("payment-2", 101),
                ("payment-3", -1),
            ):
                message = onsmq.Message("payments_python", str(amount).encode(), key=key)
                try:
                    producer.send(message, accounts.pay, amount)
                    print(f"committed {key}")
                except onsmq.OnsClientError as error:
                    # The executer's own exception is the cause.
                    print(f"{error.code.name}: {key} ({error.__cause__!r})")
            if not received.wait(60):
                raise SystemExit("no message came within a minute")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        main(sys.argv[1])
    else:
        with DevServer() as server:
            main(server.namesrv_addr)
