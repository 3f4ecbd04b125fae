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
