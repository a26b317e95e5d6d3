"""A file system of its own, in which nothing else is there to be asked about (mount namespace).

Landlock keeps a process from opening files, and not from asking whether they are there, how large
they are and how many folders lie beside them. In a view of its own only that is there which it may
read. Root has the right to make one; a user where the kernel lets users have namespaces.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import platform
from collections.abc import Iterable
from typing import Any

from xai_core.cage.privileges import permitted

NEW_MOUNTS, NEW_USER = 0x20000, 0x10000000
NO_SETUID, NO_DEVICES, BIND, RECURSIVE, PRIVATE, DETACH = 2, 4, 0x1000, 0x4000, 0x40000, 2
PIVOT_ROOT = {"x86_64": 155, "aarch64": 41}
MOST_LINKS = 40  # on the way of one path, as the kernel allows
PLACE = "view"
# Libraries of Debian are links to links that lie here.
ONLY_LINKS = ("/etc/alternatives",)


def own_view(folder: str, paths: Iterable[str], links: Iterable[tuple[str, str]] = ()) -> bool:
    """Let this process see these paths alone; False, and nothing changed, where it may not.

    Args:
        folder: its own, in which a place is made for the view. paths: files and folders, all of
            them absolute. links: further names, and what they lead to.
    """
    number = PIVOT_ROOT.get(platform.machine())
    if number is None:
        return False
    here, root = os.open(".", os.O_PATH | os.O_CLOEXEC), os.path.join(folder, PLACE)
    work = os.getcwd()
    libc = ctypes.CDLL(None, use_errno=True)
    try:
        os.mkdir(root, 0o700)
        _new_mounts(libc)
        _mount(libc, None, "/", None, RECURSIVE | PRIVATE)
        _mount(libc, "view", root, "tmpfs", NO_SETUID | NO_DEVICES, "size=1m,mode=755")
        for path in (*paths, *ONLY_LINKS):
            if os.path.exists(path):
                _show(libc, root, path)
        for name, target in links:
            with contextlib.suppress(FileExistsError):
                os.symlink(target, root + name)
        os.chdir(root)
        _checked(libc.syscall(number, b".", b"."))
        _checked(libc.umount2(b".", DETACH))
        os.chdir(work)
    except OSError:
        os.fchdir(here)
        return False
    finally:
        os.close(here)
    return True


def _new_mounts(libc: Any) -> None:
    user, group = os.geteuid(), os.getegid()
    if libc.unshare(NEW_MOUNTS) == 0:
        return
    if permitted(libc):
        raise PermissionError(1, "among its own users it would lose the rights that it has")
    _checked(libc.unshare(NEW_MOUNTS | NEW_USER))
    for name, text in (
        ("setgroups", "deny"),
        ("uid_map", f"{user} {user} 1"),
        ("gid_map", f"{group} {group} 1"),
    ):
        with open(f"/proc/self/{name}", "w") as file:
            file.write(text)


def _show(libc: Any, root: str, path: str) -> None:
    real = _laid_out(root, path)
    place = root + real
    if os.path.isdir(real):
        os.makedirs(place, exist_ok=True)
    elif not os.path.lexists(place):
        os.close(os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    _mount(libc, real, place, None, BIND | RECURSIVE)


def _laid_out(root: str, path: str) -> str:
    """Make the folders and links that lead to a path; where it lies in truth."""
    for _ in range(MOST_LINKS):
        link = next((one for one in _prefixes(path) if os.path.islink(one)), None)
        if link is None:
            os.makedirs(os.path.dirname(root + path), exist_ok=True)
            return path
        target = os.readlink(link)
        os.makedirs(os.path.dirname(root + link), exist_ok=True)
        with contextlib.suppress(FileExistsError):
            os.symlink(target, root + link)
        # What ".." means depends on where a link leads, so that is resolved first.
        above = os.path.realpath(os.path.dirname(link))
        path = os.path.normpath(os.path.join(above, target)) + path[len(link) :]
    raise OSError(40, "too many links")


def _prefixes(path: str) -> Iterable[str]:
    parts = path.strip("/").split("/")
    return ["/" + "/".join(parts[: count + 1]) for count in range(len(parts))]


def _mount(
    libc: Any, source: str | None, target: str, kind: str | None, flags: int, data: str = ""
) -> None:
    texts = [None if one is None else os.fsencode(one) for one in (source, target, kind)]
    _checked(libc.mount(*texts, ctypes.c_ulong(flags), data.encode() or None))


def _checked(result: int) -> None:
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
