"""seccomp: the system calls that computing needs; no network, no other process.

A call on neither list "does not exist" (ENOSYS), as on an older kernel: libraries then fall back.
"""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Iterator
from typing import Any

from xai_core.cage.protection import Guard

NAME = "calls"
_ALLOWED = """
read write open openat close close_range stat fstat lstat newfstatat statx statfs fstatfs access
faccessat faccessat2 poll ppoll select pselect6 lseek pread64 pwrite64 readv writev preadv pwritev
preadv2 pwritev2 mmap mprotect pkey_mprotect pkey_alloc pkey_free munmap mremap brk msync mincore
madvise mlock mlock2 munlock mbind get_mempolicy set_mempolicy set_mempolicy_home_node membarrier
pipe pipe2 dup dup2 dup3 sendfile splice tee copy_file_range fallocate readahead fadvise64 cachestat
flock fsync fdatasync sync_file_range truncate ftruncate getdents getdents64 getcwd chdir fchdir
rename renameat renameat2 mkdir mkdirat rmdir creat link linkat unlink unlinkat symlink symlinkat
readlink readlinkat umask getxattr lgetxattr fgetxattr listxattr llistxattr flistxattr
rt_sigaction rt_sigprocmask rt_sigreturn rt_sigpending rt_sigtimedwait rt_sigsuspend sigaltstack
signalfd signalfd4 pause nanosleep clock_nanosleep clock_gettime clock_getres gettimeofday time
times alarm getitimer setitimer timer_create timer_settime timer_gettime timer_getoverrun
timer_delete timerfd_create timerfd_settime timerfd_gettime eventfd eventfd2 epoll_create
epoll_create1 epoll_ctl epoll_wait epoll_pwait epoll_pwait2 futex futex_waitv set_robust_list
get_robust_list set_tid_address rseq gettid getpid getppid getpgrp getpgid getsid getuid geteuid
getgid getegid getresuid getresgid getgroups capget uname sysinfo getrusage getrlimit getpriority
getcpu sched_yield sched_getaffinity sched_getparam sched_getscheduler sched_getattr
sched_get_priority_max sched_get_priority_min sched_rr_get_interval arch_prctl getrandom ioctl
wait4 waitid restart_syscall exit exit_group
"""
# What an attack tries first gets the plain answer: not permitted.
_REFUSED = """
socket socketpair connect bind listen accept accept4 sendto sendmsg sendmmsg fork vfork execve
execveat ptrace process_vm_readv process_vm_writev pidfd_open pidfd_getfd pidfd_send_signal
tkill rt_sigqueueinfo rt_tgsigqueueinfo chmod fchmod fchmodat fchmodat2 chown fchown lchown fchownat
setxattr lsetxattr fsetxattr removexattr lremovexattr fremovexattr utime utimes futimesat utimensat
mknod mknodat mount umount2 chroot pivot_root unshare setns setrlimit setpriority
bpf perf_event_open kexec_load init_module finit_module delete_module reboot keyctl add_key
request_key shmget shmat msgget semget mq_open open_by_handle_at userfaultfd personality
io_uring_setup
"""
ALLOWED, REFUSED = _ALLOWED.split(), _REFUSED.split()
CLONE_THREAD = 0x10000
WORD = 0xFFFFFFFF  # the kernel reads 32 bits of such an argument, whatever the rest holds
# Duplicating, flags, locks and pipe sizes; not F_SETOWN and F_SETSIG, which send signals.
FILE_COMMANDS = (*range(8), 36, 37, 38, 1030, 1031, 1032)
# The name and the timer of a thread, names of memory, queries; not the parent-death signal.
OWN_SETTINGS = (3, 15, 16, 21, 23, 29, 30, 38, 39, 41, 42, 0x53564D41)


def guard_calls() -> Guard:
    """Filter the calls of this process and all its threads. There is no way back."""
    missing = lacking()
    if missing:
        return Guard(NAME, False, missing)
    import pyseccomp

    try:
        _filter(pyseccomp).load()
    except OSError as cause:
        return Guard(NAME, False, f"seccomp refused: {cause.strerror}")
    return Guard(NAME, True, "no network and no other process (seccomp)")


def lacking() -> str | None:
    """What this machine does not have that it takes."""
    if sys.platform != "linux":
        return "seccomp guards system calls on Linux only"
    try:
        import pyseccomp  # noqa: F401
    except (ImportError, OSError, RuntimeError):  # the package, or the system's libseccomp2
        return "pyseccomp or libseccomp2 is not installed"
    return None


def _filter(seccomp: Any) -> Any:
    found = seccomp.SyscallFilter(seccomp.ERRNO(errno.ENOSYS))
    found.set_attr(seccomp.Attr.CTL_TSYNC, 1)
    known = {name: _number(seccomp, name) for name in (*ALLOWED, *REFUSED)}
    for name in ALLOWED:
        if known[name] >= 0:
            found.add_rule(seccomp.ALLOW, known[name])
    for name in REFUSED:
        if known[name] >= 0:
            found.add_rule(seccomp.ERRNO(errno.EPERM), known[name])
    fork = seccomp.Arg(0, seccomp.MASKED_EQ, CLONE_THREAD, 0)
    found.add_rule(seccomp.ERRNO(errno.EPERM), "clone", fork)
    for name, condition in _on_condition(seccomp):
        found.add_rule(seccomp.ALLOW, name, condition)
    return found


def _number(seccomp: Any, name: str) -> int:
    """Of a call on this machine; negative where it has none of that name."""
    return int(seccomp.resolve_syscall(seccomp.system_arch(), name))


def _on_condition(seccomp: Any) -> Iterator[tuple[str, Any]]:
    """Calls that are allowed with certain arguments only."""

    def word(place: int, value: int) -> Any:
        return seccomp.Arg(place, seccomp.MASKED_EQ, WORD, value)

    yield "clone", seccomp.Arg(0, seccomp.MASKED_EQ, CLONE_THREAD, CLONE_THREAD)
    for name in ("kill", "tgkill"):
        yield name, word(0, os.getpid())
    for command in FILE_COMMANDS:
        yield "fcntl", word(1, command)
    for setting in OWN_SETTINGS:
        yield "prctl", word(0, setting)
    yield "sched_setaffinity", word(0, 0)
    yield "prlimit64", seccomp.Arg(2, seccomp.EQ, 0)  # asks, and sets nothing
