"""Enumerations: the vendor's names, and no others."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from onsmq import Action, MessageModel, OrderAction, TransactionStatus

if TYPE_CHECKING:
    from onsmq._enums import Named

NAMES = [
    (Action, ["CommitMessage", "ReconsumeLater"]),
    (OrderAction, ["Success", "Suspend"]),
    (TransactionStatus, ["CommitTransaction", "RollbackTransaction", "Unknow"]),
    (MessageModel, ["CLUSTERING", "BROADCASTING"]),
]


@pytest.mark.parametrize(("enumeration", "names"), NAMES)
def test_the_vendors_names_find_the_members(enumeration: type[Named], names: list[str]) -> None:
    members = list(enumeration.values())

    assert [member.value for member in members] == names
    assert [enumeration.value_of(name) for name in names] == members
    assert [enumeration[name] for name in names] == members
    assert list(enumeration) == members


@pytest.mark.parametrize(("enumeration", "names"), NAMES)
def test_any_other_name_is_an_error_that_says_what_is_allowed(
    enumeration: type[Named], names: list[str]
) -> None:
    others = [names[0].swapcase(), f" {names[0]}", "", "Unknown", "COMMIT_MESSAGE", "UNKNOW"]
    for other in others:
        with pytest.raises(ValueError, match=f"has no value '{other}': {' or '.join(names)} is"):
            enumeration.value_of(other)


def test_the_vendors_spelling_of_unknown_is_an_alias() -> None:
    alias: TransactionStatus = TransactionStatus.UNKNOW
    assert alias is TransactionStatus.UNKNOWN
    assert TransactionStatus.UNKNOWN.name == "UNKNOWN"
