"""seccomp: the system calls that computing needs; no network, no other process.

A call on neither list "does not exist" (ENOSYS), as on an older kernel: libraries then fall back.
Calls of another architecture (x32, `int 0x80`) end the process.
"""

from __future__ import annotations

import errno
import os
import sys
from typing import Any

from xai_core.cage.arguments import CLONE_THREAD, conditional
from xai_core.cage.protection import Guard

NAME = "calls"
_ALLOWED = """
read write open openat close close_range stat fstat lstat newfstatat statx access
faccessat faccessat2 poll ppoll select pselect6 lseek pread64 pwrite64 readv writev preadv pwritev
preadv2 pwritev2 mmap mprotect pkey_mprotect pkey_alloc pkey_free munmap mremap brk msync mincore
madvise mlock mlock2 munlock mbind get_mempolicy set_mempolicy set_mempolicy_home_node membarrier
pipe pipe2 dup dup2 dup3 sendfile splice tee copy_file_range fallocate readahead fadvise64 cachestat
flock fsync fdatasync sync_file_range truncate ftruncate getdents getdents64 getcwd chdir fchdir
rename renameat renameat2 mkdir mkdirat rmdir creat link linkat unlink unlinkat symlink symlinkat
readlink readlinkat umask fgetxattr flistxattr
rt_sigaction rt_sigprocmask rt_sigreturn rt_sigpending rt_sigtimedwait rt_sigsuspend sigaltstack
signalfd signalfd4 pause nanosleep gettimeofday time
times alarm getitimer setitimer timer_settime timer_gettime timer_getoverrun
timer_delete timerfd_create timerfd_settime timerfd_gettime eventfd eventfd2 epoll_create
epoll_create1 epoll_ctl epoll_wait epoll_pwait epoll_pwait2 futex futex_waitv set_robust_list
set_tid_address rseq gettid getpid getppid getpgrp getuid geteuid
getgid getegid getresuid getresgid getgroups uname getrusage getrlimit
getcpu sched_yield
sched_get_priority_max sched_get_priority_min arch_prctl getrandom
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
io_uring_setup capset setuid setgid setresuid setresgid setgroups
"""
# They tell how many processes run, how full disks are, or take a path that Landlock does not see.
# Whoever copies a file goes on without its attributes where there are none.
_UNSUPPORTED = "sysinfo statfs fstatfs getxattr lgetxattr listxattr llistxattr"
ALLOWED, REFUSED, UNSUPPORTED = _ALLOWED.split(), _REFUSED.split(), _UNSUPPORTED.split()


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
    # By default one thread would end, and whoever waits for the process would wait on.
    found.set_attr(seccomp.Attr.ACT_BADARCH, seccomp.KILL_PROCESS)
    lists = (
        (seccomp.ALLOW, ALLOWED),
        (seccomp.ERRNO(errno.EPERM), REFUSED),
        (seccomp.ERRNO(errno.ENOTSUP), UNSUPPORTED),
    )
    for action, names in lists:
        for name in names:
            if _number(seccomp, name) >= 0:
                found.add_rule(action, name)
    fork = seccomp.Arg(0, seccomp.MASKED_EQ, CLONE_THREAD, 0)
    found.add_rule(seccomp.ERRNO(errno.EPERM), "clone", fork)
    for name, conditions in conditional(os.getpid()):
        if _number(seccomp, name) >= 0:
            masked = [seccomp.Arg(at, seccomp.MASKED_EQ, mask, to) for at, mask, to in conditions]
            found.add_rule(seccomp.ALLOW, name, *masked)
    return found


def _number(seccomp: Any, name: str) -> int:
    """Of a call on this machine; negative where it has none of that name."""
    return int(seccomp.resolve_syscall(seccomp.system_arch(), name))
