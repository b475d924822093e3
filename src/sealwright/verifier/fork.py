# SPDX-License-Identifier: Apache-2.0
"""What must be made anew in the child after ``os.fork``: locks and threads of every live object here.

Application servers load the application and then fork their workers. A lock that some thread of the parent
held stays held for ever in the child, and no thread but the forking one exists there.
"""

from __future__ import annotations

import os
import weakref
from typing import Protocol


class Forkable(Protocol):
    """Anything that holds locks or threads."""

    def after_fork(self) -> None:
        """Make them anew; called in the child while it has one thread."""
        ...


_alive: weakref.WeakSet[Forkable] = weakref.WeakSet()


def after_fork_in_child(thing: Forkable) -> None:
    """Have an object told about every fork for as long as it lives.

    Args:
        thing: The object; it is not kept alive.
    """
    _alive.add(thing)


def _tell_all() -> None:
    for thing in list(_alive):
        thing.after_fork()


if hasattr(os, "register_at_fork"):  # pragma: no branch - every system that can fork has it.
    os.register_at_fork(after_in_child=_tell_all)
