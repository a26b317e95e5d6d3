"""What every model's process has to read: the interpreter, the libraries, facts of the machine."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

SYSTEM = ("/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib", "/usr/share")
# Names, zones and types that the standard library looks up.
SETTINGS = ("/etc/ld.so.cache", "/etc/localtime", "/etc/mime.types", "/etc/os-release")
# How many cores there are and how much memory: thread pools are built after it.
MACHINE = (
    "/proc/cpuinfo",
    "/proc/meminfo",
    "/proc/version",
    "/sys/devices/system/cpu",
    "/sys/devices/system/node",
    "/dev/random",
    "/dev/urandom",
    "/dev/zero",
)
NVIDIA = "/dev/nvidiactl"
NVIDIA_FACTS = ("/proc/driver/nvidia", "/sys/bus/pci", "/sys/devices", "/sys/module")
NVIDIA_LIBRARIES = ("/usr/local/cuda", "/etc/nvidia", "/etc/OpenCL", "/etc/vulkan")


def readable(core: Path) -> list[str]:
    """Files and folders that are there.

    Args:
        core: the folder of this program's own package; nothing beside it is readable.
    """
    found = dict.fromkeys((*_interpreter(), *SYSTEM, *SETTINGS, *MACHINE, str(core)))
    if has_gpu():
        found |= dict.fromkeys((*NVIDIA_FACTS, *NVIDIA_LIBRARIES))
    return [path for path in found if os.path.exists(path)]


def devices() -> list[str]:
    """Devices that may be written and controlled."""
    found = [Path(os.devnull)]
    if has_gpu():
        found += sorted(Path("/dev").glob("nvidia*"))
    return [str(path) for path in found]


def has_gpu() -> bool:
    """Whether there is an NVIDIA driver."""
    return os.path.exists(NVIDIA)


def _interpreter() -> Iterator[str]:
    # `sys.path` of an isolated interpreter holds the libraries only, not the working directory.
    for path in (sys.prefix, sys.base_prefix, sys.exec_prefix, sys.base_exec_prefix):
        yield from _below(path, ("lib", "lib64", "share"))
    yield from _not_root(sys.path)
    yield from _not_root(os.environ.get("LD_LIBRARY_PATH", "").split(os.pathsep))


def _below(prefix: str, parts: Iterable[str]) -> Iterator[str]:
    """Of an installation, what is a library: a prefix may be a home folder or `/`."""
    for part in parts:
        yield str(Path(prefix, part))
    yield str(Path(prefix, "pyvenv.cfg"))


def _not_root(paths: Iterable[str]) -> Iterator[str]:
    homes = _homes()
    for path in paths:
        if path and Path(path).is_absolute() and Path(path) not in homes:
            yield path


def _homes() -> tuple[Path, ...]:
    """The user's home folder and all above it; `HOME` is another one here."""
    try:
        import pwd

        home = Path(pwd.getpwuid(os.getuid()).pw_dir)
    except (ImportError, KeyError):
        return (Path("/"),)
    return (home, *home.parents)
