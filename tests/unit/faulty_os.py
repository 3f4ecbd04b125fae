"""A disk on which one chosen operation goes wrong: stands in for the module `os` inside `studio.storage`."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from typing import Any

Fault = Callable[[str, Any, tuple[Any, ...]], Any]
OPERATIONS = {
    *("open", "write", "read", "fsync", "close", "replace", "link", "unlink"),
    *("scandir", "stat", "fstat", "access"),
}


class FaultyOs:
    """The module `os`, whose operation number `at` goes through `fault` instead. Without links if so asked."""

    def __init__(self, at: int, fault: Fault, links: bool = True) -> None:
        self.at, self.fault, self.links = at, fault, links
        self.log: list[str] = []

    def __getattr__(self, name: str) -> Any:
        real = getattr(os, name)
        if name not in OPERATIONS:
            return real
        if name == "link" and not self.links:
            real = _no_links

        def operation(*arguments: Any) -> Any:
            self.log.append(name)
            if len(self.log) - 1 == self.at:
                return self.fault(name, real, arguments)
            return real(*arguments)

        return operation


def _no_links(*arguments: Any) -> None:
    raise OSError(errno.EPERM, "no links here")


def no_fault(name: str, real: Any, arguments: tuple[Any, ...]) -> Any:
    return real(*arguments)


def failing(number: int) -> Fault:
    def fault(name: str, real: Any, arguments: tuple[Any, ...]) -> Any:
        if name == "close":  # the descriptor is gone even when the call fails
            real(*arguments)
        raise OSError(number, os.strerror(number))

    return fault


def half_written(name: str, real: Any, arguments: tuple[Any, ...]) -> Any:
    if name != "write":
        return real(*arguments)
    descriptor, data = arguments
    return real(descriptor, data[: len(data) // 2])


def lying(name: str, real: Any, arguments: tuple[Any, ...]) -> Any:
    """The disk says that all was written, but half of it was."""
    if name != "write":
        return real(*arguments)
    half_written(name, real, arguments)
    return len(arguments[1])


def nothing_written(name: str, real: Any, arguments: tuple[Any, ...]) -> Any:
    return 0 if name == "write" else real(*arguments)


FAULTS = {
    "no space": failing(errno.ENOSPC),
    "input/output": failing(errno.EIO),
    "no permission": failing(errno.EACCES),
    "short write": half_written,
    "lost write": lying,
    "no write": nothing_written,
}
