"""What is left to code in a cage, for root and for a user: no rights, no controls, no look around.

Each attempt is harmless where it succeeds, and most did before version 1.4.
"""

from __future__ import annotations

import os
import signal

import pytest

from tests.security.caged import NAMES, USERS, caged, told

IOCTLS = {
    "make a file immutable": (0x40086602, "file"),
    "ask for a file's flags": (0x80086601, "file"),
    "ask for a file's flags, with more bits": (0x1_8008_6601, "file"),
    "freeze the file system": (0xC0045877, "folder"),
    "thaw the file system": (0xC0045878, "folder"),
    "trim the file system": (0xC0185879, "folder"),
    "clone a file": (0x40049409, "file"),
    "ask for extents": (0xC020660B, "file"),
    "ask for a file's generation": (0x80087601, "file"),
    "set a file's extended flags": (0x401C5820, "file"),
    "set an encryption policy": (0x800C6613, "folder"),
    "type into a terminal": (0x5412, "pipe"),
    "own a terminal's signals": (0x5410, "pipe"),
    "have a pipe signal others": (0x8901, "pipe"),
    "signal at input": (0x5452, "pipe"),
    "the block of a file": (1, "file"),
    "the size of blocks": (2, "file"),
    "a loop device": (0x4C82, "file"),
    "a namespace's owner": (0xB702, "file"),
}
OF_OTHERS = (
    *("/proc/self/net/dev", "/proc/self/net/tcp", "/proc/self/mountinfo", "/proc/self/mounts"),
    *("/proc/self/environ", "/proc/self/cgroup", "/proc/self/limits", "/proc/self/mountstats"),
    *("/proc/self/root/etc/passwd", "/proc/self/cwd/../lent/../../..", "/proc/thread-self/net/dev"),
    *("/proc/stat", "/proc/loadavg", "/proc/uptime", "/proc/net/dev", "/proc/mounts"),
    *("/proc/1/stat", "/proc/1/status", "/proc/sys/kernel/pid_max", "/proc/sys/fs/file-nr"),
    *("/proc/diskstats", "/proc/vmstat", "/proc/locks", "/proc/interrupts", "/proc/self/fdinfo/0"),
    *("/proc/self/attr/current", "/proc/self/io", "/proc/self/sched", "/proc/self/oom_score"),
)
LOOKS = """
pid = os.getpid()
results = {path: tried(lambda: open(path).read()) for path in FACTS["paths"]}
for folder in ("/proc", "/proc/self", "/proc/self/task", "/proc/self/fd", "/proc/self/net"):
    results["list " + folder] = tried(lambda: os.listdir(folder))
for name in ("mountinfo", "net/dev", f"task/{pid}/net/dev", f"task/{pid}/mountinfo", "../stat"):
    def by_descriptor():
        folder = os.open(f"/proc/{pid}", os.O_PATH)
        return os.read(os.open(name, os.O_RDONLY, dir_fd=folder), 9)
    results["by descriptor " + name] = tried(by_descriptor)
needed = [len(open(f"/proc/self/{name}").read()) for name in ("maps", "status", "statm", "stat")]
print(json.dumps({"results": results, "needed": needed}))
"""
COUNTS = """
buffer, secret = ctypes.create_string_buffer(1024), FACTS["place"] + "/outside/secret"
def numbered(make):
    return [pid for pid in FACTS["pids"] if tried(lambda: make(pid)) is not None]
def clock(pid):
    return call(228, ctypes.c_int((~pid << 3) | 2), buffer)
results = {
    "how many processes run": tried(lambda: call(99, buffer)),
    "how full a disk is": tried(lambda: os.statvfs("/")),
    "how full its own disk is": tried(lambda: os.fstatvfs(os.open(".", os.O_RDONLY))),
    "attributes of what is outside": tried(lambda: os.getxattr(secret, "user.note")),
    "names of such attributes": tried(lambda: os.listxattr(secret)),
    "processes by their group": numbered(os.getpgid),
    "processes by their session": numbered(os.getsid),
    "processes by their cores": numbered(os.sched_getaffinity),
    "processes by their scheduler": numbered(os.sched_getscheduler),
    "processes by their priority": numbered(lambda pid: os.getpriority(os.PRIO_PROCESS, pid)),
    "users by their priority": tried(lambda: os.getpriority(os.PRIO_USER, 0)),
    "processes by their limits": numbered(lambda pid: call(302, pid, 7, None, buffer)),
    "processes by their rights": numbered(
        lambda pid: call(125, (ctypes.c_uint32 * 2)(0x20080522, pid), buffer)
    ),
    "processes by their locks": numbered(lambda pid: call(274, pid, buffer, buffer)),
    "processes by their clock": numbered(clock),
    "processes by a signal": numbered(lambda pid: os.kill(pid, 0)),
}
print(json.dumps({name: found for name, found in results.items() if found not in (None, [])}))
"""
X32 = "call(0x40000000 | 39)"
INT80 = """
page = libc_mmap(None, 4096, 7, 0x22, -1, 0)
ctypes.memmove(page, bytes.fromhex("b814000000cd80c3"), 8)  # getpid()
ctypes.CFUNCTYPE(ctypes.c_int)(page)()
"""
MMAP = """
libc_mmap = LIBC.mmap
libc_mmap.restype = ctypes.c_void_p
libc_mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t, *[ctypes.c_int] * 3, ctypes.c_long]
"""
user = pytest.mark.parametrize("user", USERS, ids=NAMES)


@user
def test_no_right_of_root_is_left(user: tuple[str, ...]) -> None:
    code = 'print(json.dumps(open("/proc/self/status").read()))'
    lines = dict(line.split(":\t") for line in told(code, user).splitlines())
    assert lines["NoNewPrivs"] == "1"
    left = {name: int(lines[f"Cap{name}"], 16) for name in ("Inh", "Prm", "Eff", "Bnd", "Amb")}
    bounded = left.pop("Bnd")
    assert left == dict.fromkeys(left, 0)
    assert bounded == 0 or user  # a user may not lower the bound, and has nothing that it bounds


@user
def test_only_harmless_controls_are_left(user: tuple[str, ...]) -> None:
    code = """
    open("file", "w").write("x")
    things = {"file": os.open("file", os.O_RDWR), "folder": os.open(".", os.O_RDONLY)}
    things["pipe"], writer = os.pipe()
    buffer = ctypes.create_string_buffer(256)
    LIBC.ioctl.argtypes = [ctypes.c_int, ctypes.c_ulong, ctypes.c_void_p]
    errors = {}
    for name, (command, thing) in FACTS["commands"].items():
        ctypes.set_errno(0)
        LIBC.ioctl(things[thing], command, buffer)
        errors[name] = ctypes.get_errno()
    os.write(writer, b"four")
    waiting = ctypes.c_int()
    assert LIBC.ioctl(things["pipe"], 0x541B, ctypes.byref(waiting)) == 0
    assert waiting.value == 4 and not os.isatty(writer)
    os.set_inheritable(writer, True)
    os.set_blocking(writer, False)
    print(json.dumps(errors))
    """
    errors = told(code, user, commands=IOCTLS)
    refused = 38  # ENOSYS: the filter, and not the device that does not know the command
    assert errors == dict.fromkeys(IOCTLS, refused)


@pytest.mark.skipif(os.uname().machine != "x86_64", reason="the calls of another processor")
@pytest.mark.parametrize("code", [X32, INT80], ids=["x32", "int80"])
def test_calls_of_another_architecture_end_the_process(code: str) -> None:
    """One thread ended, and whoever waited for the process waited for its other threads."""
    waits = "threading.Thread(target=time.sleep, args=(50,)).start()\n"
    done = caged(waits + MMAP + code)
    assert done.returncode == -signal.SIGSYS, done.stderr


@user
def test_of_the_machine_only_what_libraries_need_can_be_read(user: tuple[str, ...]) -> None:
    found = told(LOOKS, user, paths=OF_OTHERS)
    assert {name: text for name, text in found["results"].items() if text is not None} == {}
    assert all(found["needed"])


@user
def test_nothing_outside_can_be_counted(user: tuple[str, ...]) -> None:
    pids = (1, os.getppid(), os.getpid())
    assert told(COUNTS, user, pids=pids) == {}


@user
def test_nothing_outside_is_there(user: tuple[str, ...]) -> None:
    """Where the kernel lets the process have a view of its own: it did not ask what there is."""
    code = """
    outside = FACTS["place"] + "/outside"
    paths = [outside, outside + "/runs", outside + "/secret", "/etc/passwd", "/home", "/proc/1"]
    paths += [f"/proc/{os.getppid()}", "/var", "/boot", "/root/.ssh", "/tmp/.X11-unix"]
    asked = {}
    for path in paths:
        looks = (os.stat, os.lstat, os.readlink, lambda one: os.open(one, os.O_PATH), os.chdir)
        asked[path] = [tried(lambda: look(path)) for look in looks]
        asked[path].append(os.access(path, os.F_OK) or None)
    print(json.dumps({"detail": protection.guards[0].detail, "asked": asked}))
    """
    found = told(code, user)
    if "no other is there" not in found["detail"]:
        pytest.skip("users have no namespaces here")
    assert {path: set(seen) for path, seen in found["asked"].items()} == {
        path: {None} for path in found["asked"]
    }


@user
def test_its_own_folders_are_there(user: tuple[str, ...]) -> None:
    code = """
    open("written", "w").write("x")
    lent = os.listdir(FACTS["place"] + "/lent")
    here = os.getcwd() == FACTS["place"] + "/home"
    program = os.readlink("/proc/self/exe")
    print(json.dumps([here, os.path.basename(program)[:6], lent, open("/dev/null").read()]))
    """
    assert told(code, user) == [True, "python", ["model.pt"], ""]


@user
def test_the_cage_is_whole(user: tuple[str, ...]) -> None:
    guards = told("print(json.dumps(protection.to_json()))", user)
    assert guards["complete"], guards
    assert "no rights of root" in guards["guards"][2]["detail"]
