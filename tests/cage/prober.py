"""A trusted model whose code tries to get out of its process, one way after the other.

What each attempt gave is told in an exception, as JSON: null where it was refused.
"""

from __future__ import annotations

import ctypes
import fcntl
import json
import os
import resource
import socket
import subprocess
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from torch import nn

LIBC = ctypes.CDLL(None, use_errno=True)
SYSCALLS = {"process_vm_readv": 310, "io_uring_setup": 425, "pidfd_open": 434, "open_tree": 428}
PTRACE_SEIZE = 0x4206
RESULTS: dict[str, str | None] = {}


class Prober(nn.Module):
    """`facts`: `secret` (a file), `host` (a pid), `port` (of a listener), `root` (the program)."""

    def __init__(self, facts: dict[str, Any]) -> None:
        super().__init__()
        self.facts = facts
        self.conv = nn.Conv2d(3, 2, 3)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        if not RESULTS:  # a model is run more than once
            RESULTS.update({name: attempt(try_, self.facts) for name, try_ in ATTEMPTS.items()})
        raise ValueError("PROBED" + json.dumps(RESULTS) + "PROBED")


def attempt(try_: Callable[[dict[str, Any]], Any], facts: dict[str, Any]) -> str | None:
    try:
        return str(try_(facts))[:80]
    except (OSError, subprocess.SubprocessError, ValueError):
        return None


def checked(result: int) -> int:
    if result < 0:
        raise OSError(ctypes.get_errno(), "refused")
    return result


def syscall(name: str, *arguments: Any) -> int:
    return checked(LIBC.syscall(SYSCALLS[name], *arguments))


def in_thread(facts: dict[str, Any]) -> str:
    found: list[str | None] = []
    thread = threading.Thread(
        target=lambda: found.append(attempt(ATTEMPTS["read the secret"], facts))
    )
    thread.start()
    thread.join()
    if found == [None]:
        raise OSError("refused")
    return str(found)


def through_link(facts: dict[str, Any]) -> str:
    link = Path("link-to-secret")
    link.symlink_to(facts["secret"])
    return link.read_text()


def hard_link(facts: dict[str, Any]) -> str:
    os.link(facts["secret"], "hard-link")
    return Path("hard-link").read_text()


def own_model(mode: str) -> Callable[[dict[str, Any]], str]:
    def change(facts: dict[str, Any]) -> str:
        lent = Path.cwd().parent / "lent"
        found = [path for path in lent.rglob("*") if path.is_file()]
        assert found
        with found[0].open(mode):
            return "opened"

    return change


def memory_of_host(facts: dict[str, Any]) -> int:
    buffer = ctypes.create_string_buffer(8)
    local = (ctypes.c_void_p * 2)(ctypes.addressof(buffer), 8)
    remote = (ctypes.c_void_p * 2)(ctypes.addressof(buffer), 8)
    try:
        return syscall("process_vm_readv", facts["host"], local, 1, remote, 1, 0)
    except OSError as error:
        if error.errno == 14:  # it may look, and this address is not mapped there
            return 0
        raise


def steered_signal(facts: dict[str, Any]) -> int:
    reader, _ = os.pipe()
    return fcntl.fcntl(reader, fcntl.F_SETOWN, facts["host"])


def connect(family: int, kind: int, address: Any) -> Callable[[dict[str, Any]], str]:
    def try_(facts: dict[str, Any]) -> str:
        with socket.socket(family, kind) as one:
            one.connect(address(facts))
            return "connected"

    return try_


def fork(facts: dict[str, Any]) -> int:
    child = os.fork()
    if child == 0:
        os._exit(0)
    return os.waitpid(child, 0)[0]


def fork_raw(facts: dict[str, Any]) -> int:
    child = checked(LIBC.syscall(56, 17, 0, 0, 0, 0))  # clone(SIGCHLD)
    if child == 0:
        LIBC._exit(0)
    return os.waitpid(child, 0)[0]


def read_in_c(facts: dict[str, Any]) -> str:
    try:
        return str(torch._C.PyTorchFileReader(facts["secret"] + ".zip"))
    except RuntimeError as cause:
        raise OSError("refused") from cause


def become(facts: dict[str, Any]) -> str:
    try:
        os.execv("/nothing/there", ["x"])  # noqa: S606 - that is the attempt
    except FileNotFoundError:
        return "allowed, but there is no such program"


def higher_limit(facts: dict[str, Any]) -> str:
    resource.setrlimit(resource.RLIMIT_NOFILE, (1100, 1100))
    return "raised"


ATTEMPTS: dict[str, Callable[[dict[str, Any]], Any]] = {
    "read the secret": lambda facts: Path(facts["secret"]).read_text(),
    "read the secret in a thread": in_thread,
    "read the secret through a link": through_link,
    "read the secret through a hard link": hard_link,
    "read the secret in C": read_in_c,
    "list the secret's folder": lambda facts: os.listdir(Path(facts["secret"]).parent),
    "list the root": lambda facts: os.listdir("/"),
    "list the user's home": lambda facts: os.listdir(facts["user"]),
    "read the passwords": lambda facts: Path("/etc/passwd").read_text(),
    "read the program's settings": lambda facts: Path(facts["root"], "pyproject.toml").read_text(),
    "read the program's pages": lambda facts: os.listdir(Path(facts["root"], "pages")),
    "read the host's environment": lambda facts: Path(f"/proc/{facts['host']}/environ").read_text(),
    "read the host's memory map": lambda facts: Path(f"/proc/{facts['host']}/maps").read_text(),
    "list the processes": lambda facts: os.listdir("/proc"),
    "write beside the secret": lambda facts: Path(facts["secret"] + ".new").write_text("x"),
    "write to the secret": lambda facts: Path(facts["secret"]).open("a").close(),
    "truncate the secret": lambda facts: os.truncate(facts["secret"], 6),
    "remove what lies beside the secret": lambda facts: os.unlink(facts["secret"] + ".old"),
    "open the secret to all": lambda facts: os.chmod(facts["secret"], 0o644),
    "change the secret's time": lambda facts: os.utime(facts["secret"]),
    "give the secret away": lambda facts: os.chown(facts["secret"], os.getuid(), os.getgid()),
    "write to its own model": own_model("ab"),
    "write to a library": lambda facts: Path(torch.__file__).open("a").close(),
    "write to the program": lambda facts: Path(facts["root"], "xai_core", "x").write_text("x"),
    "write to shared memory": lambda facts: Path(facts["shared"]).write_text("x"),
    "connect to a port": connect(
        socket.AF_INET, socket.SOCK_STREAM, lambda facts: ("127.0.0.1", facts["port"])
    ),
    "send a datagram": connect(socket.AF_INET, socket.SOCK_DGRAM, lambda _: ("127.0.0.1", 9)),
    "connect to a local socket": connect(
        socket.AF_UNIX, socket.SOCK_STREAM, lambda facts: facts["socket"]
    ),
    "make a pair of sockets": lambda facts: socket.socketpair(),
    "listen": lambda facts: socket.create_server(("127.0.0.1", 0)),
    "fork": fork,
    "fork by a raw call": fork_raw,
    "run a program": lambda facts: subprocess.run(["/bin/true"], check=True).returncode,
    "spawn a program": lambda facts: os.posix_spawn("/bin/true", ["true"], {}),
    "become a program": become,
    "signal the host": lambda facts: os.kill(facts["host"], 0),
    "signal the host's group": lambda facts: os.killpg(os.getpgid(facts["host"]), 0),
    "have a file signal the host": steered_signal,
    "hold the host by a descriptor": lambda facts: syscall("pidfd_open", facts["host"], 0),
    "trace the host": lambda facts: checked(LIBC.ptrace(PTRACE_SEIZE, facts["host"], 0, 0)),
    "read the host's memory": memory_of_host,
    "slow the host down": lambda facts: os.setpriority(os.PRIO_PROCESS, facts["host"], 0),
    "pin the host to a core": lambda facts: os.sched_setaffinity(
        facts["host"], os.sched_getaffinity(0)
    ),
    "limit the host": lambda facts: resource.prlimit(
        facts["host"], resource.RLIMIT_CORE, resource.prlimit(facts["host"], resource.RLIMIT_CORE)
    ),
    "raise its own limit": higher_limit,
    "outlive the host": lambda facts: checked(LIBC.prctl(1, 0, 0, 0, 0)),
    # To where it is: what the process imports later must still be there.
    "change its root": lambda facts: os.chroot("/"),
    "open a mount": lambda facts: syscall("open_tree", -100, b"/", 1),
    "use a ring": lambda facts: syscall("io_uring_setup", 1, ctypes.create_string_buffer(120)),
}
