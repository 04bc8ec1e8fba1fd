"""Consoles that talk in TLS: who is trusted, and what is said where nobody is."""

from __future__ import annotations

import asyncio
import subprocess
from typing import TYPE_CHECKING

import pytest

from onsmq import ErrorCode, OnsClientError

from .support.broker import tool
from .support.console import Console

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of certificates: good, expired, and of a host that is elsewhere."""
    folder = tmp_path_factory.mktemp("certificates")
    program = tool().with_name("onsmq-test-certificates")
    subprocess.run([program, folder], check=True, stdout=subprocess.DEVNULL)
    return folder


def console(certificates: Path, name: str) -> Console:
    return Console("--cert", f"{certificates}/{name}.pem", "--key", f"{certificates}/{name}.key")


def failure(console: Console, ca: Path) -> OnsClientError:
    """What a call fails with that trusts an authority: the same by threads and by asyncio."""
    trust = {"tls_client_trust_cert_path": str(ca)}

    async def main() -> None:
        async with console.async_client(**trust) as client:
            await client.topic.get("T")

    with pytest.raises(OnsClientError) as one, console.client(**trust) as client:
        client.topic.get("T")
    with pytest.raises(OnsClientError) as other:
        asyncio.run(main())
    assert vars(one.value) == vars(other.value)
    error = one.value
    assert (error.code, error.operation) == (ErrorCode.TLS, "topic/get")
    return error


def test_a_good_certificate_is_taken(certificates: Path) -> None:
    with console(certificates, "good") as it:
        trust = {"tls_client_trust_cert_path": str(certificates / "good-ca.pem")}
        with it.client(**trust) as client:
            assert client.topic.get("T").data["topic"] == "T"


@pytest.mark.parametrize(
    ("name", "ca", "words"),
    [
        ("good", "expired-ca.pem", "not trusted here"),
        ("expired", "expired-ca.pem", "has expired"),
        ("elsewhere", "elsewhere-ca.pem", "use a host that the certificate names"),
    ],
)
def test_a_certificate_that_does_not_verify_is_told(
    certificates: Path, name: str, ca: str, words: str
) -> None:
    with console(certificates, name) as it:
        assert words in str(failure(it, certificates / ca))
