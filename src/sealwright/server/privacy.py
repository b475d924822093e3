# SPDX-License-Identifier: Apache-2.0
"""What other users of the machine could read or replace is not used: :mod:`.setup` and :mod:`.users` ask."""

from __future__ import annotations

import os
import shlex
import stat
from typing import TYPE_CHECKING

from ..errors import ConfigError
from .sealing import KEK_FILE
from .store.sqlite import DATABASE_FILE

if TYPE_CHECKING:
    from pathlib import Path

_OTHERS_WRITE = stat.S_IWGRP | stat.S_IWOTH
_OTHERS_ANYTHING = stat.S_IRWXG | stat.S_IRWXO


def require_private(data_dir: Path) -> None:
    """Refuse a data folder that others can write, and files in it that others own or can open.

    Args:
        data_dir: The data folder.

    Raises:
        ConfigError: It is exposed; the hint is the command that mends it.
    """
    folder = _status(data_dir)
    if folder is not None and folder.st_mode & _OTHERS_WRITE:
        raise ConfigError(
            f"{data_dir} can be written by other users of this machine (mode {_mode(folder)})",
            hint=f"chmod go-w {_quoted(data_dir)}",
        )
    for name in (DATABASE_FILE, f"{DATABASE_FILE}-wal", f"{DATABASE_FILE}-shm", KEK_FILE):
        _require_private_file(data_dir / name)


def _require_private_file(path: Path) -> None:
    status = _status(path)
    if status is None:
        return
    mine = os.geteuid()
    if status.st_uid != mine:
        raise ConfigError(
            f"{path} belongs to another user of this machine (uid {status.st_uid}; this process has {mine})",
            hint=f"Run this as its owner, or: chown {mine} {_quoted(path)}",
        )
    if status.st_mode & _OTHERS_ANYTHING:
        raise ConfigError(
            f"{path} can be read by other users of this machine (mode {_mode(status)})",
            hint=f"chmod 600 {_quoted(path)}",
        )


def _status(path: Path) -> os.stat_result | None:
    try:
        return path.stat()
    except OSError:
        # Missing or out of reach: whoever opens it next says so in its own words.
        return None


def _mode(status: os.stat_result) -> str:
    return f"{stat.S_IMODE(status.st_mode):04o}"


def _quoted(path: Path) -> str:
    return shlex.quote(str(path))
