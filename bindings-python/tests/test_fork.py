"""Children of a fork are told so, never hang, and make handles of their own."""

from __future__ import annotations

from .test_exit import address, end_often

__all__ = ["address"]


def test_a_child_of_a_fork_is_told_so_and_makes_its_own(address: str) -> None:
    end_often("a_child_of_a_fork_is_told_so_and_makes_its_own", address, 0)
