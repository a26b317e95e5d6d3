"""The names that a pickle would import, and which of them are harmless or plainly dangerous."""

from __future__ import annotations

import sys
from importlib.machinery import ExtensionFileLoader, PathFinder
from typing import NamedTuple


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Modules that run commands, open files or connections, or build code out of data.
# fmt: off
DANGEROUS_MODULES = _words("""
_frozen_importlib _imp _io _pickle _posixsubprocess _socket _thread _winapi asyncio bdb builtins
cProfile cffi cloudpickle code codeop concurrent ctypes dill dis distutils doctest
ensurepip fcntl fileinput ftplib gc glob http idlelib imaplib imp importlib inspect io joblib
linecache marshal mmap msvcrt multiprocessing nt nturl2path opcode operator os pdb pickle pip
pkgutil platform poplib posix posixpath profile pty py_compile pydoc requests rlcompleter runpy
select setuptools shelve shutil signal site smtplib socket socketserver sqlite3 ssl subprocess sys
sysconfig tarfile telnetlib tempfile threading timeit trace types urllib urllib3
venv webbrowser winreg xmlrpc zipfile zipimport
""")
DANGEROUS_PREFIXES = (
    "numpy.ctypeslib", "numpy.f2py", "numpy.load", "numpy.loadtxt", "numpy.memmap",
    "numpy.fromfile", "numpy.distutils", "numpy.testing", "pandas.eval", "pandas.read_",
    "torch.classes", "torch.compile", "torch.hub", "torch.jit", "torch.load", "torch.ops",
    "torch.package", "torch.save", "torch.serialization.load", "torch.serialization.save",
    "torch.testing", "torch.utils.cpp_extension", "torch.utils.collect_env", "torch._inductor",
    "torch.utils.model_zoo", "torch.multiprocessing",
)
# `getattr` is how a bound method is pickled: it needs trust, but models do it.
HARMLESS_BUILTINS = _words("""
bool bytearray bytes complex dict float frozenset getattr int list object range set slice str
tuple
""")

HARMLESS = _words("io.BytesIO types.SimpleNamespace")

# What rebuilds tensors and plain containers: torch's own loader allows it under weights_only.
REBUILDING = _words("""
_codecs.encode builtins.bytearray builtins.complex builtins.set collections.Counter
collections.OrderedDict torch.Size torch.Tensor torch._tensor._rebuild_from_type_v2
torch._utils._rebuild_device_tensor_from_cpu_tensor torch._utils._rebuild_device_tensor_from_numpy
torch._utils._rebuild_meta_tensor_no_storage torch._utils._rebuild_nested_tensor
torch._utils._rebuild_parameter torch._utils._rebuild_parameter_with_state
torch._utils._rebuild_qtensor torch._utils._rebuild_sparse_tensor torch._utils._rebuild_tensor
torch._utils._rebuild_tensor_v2 torch._utils._rebuild_tensor_v3
torch._utils._rebuild_wrapper_subclass torch.device torch.nn.parameter.Parameter
torch.serialization._get_layout torch.storage.TypedStorage torch.storage.UntypedStorage
torch.bool torch.bfloat16 torch.float16 torch.float32 torch.float64 torch.complex32
torch.complex64 torch.complex128 torch.int8 torch.int16 torch.int32 torch.int64 torch.uint8
torch.uint16 torch.uint32 torch.uint64 torch.qint8 torch.qint32 torch.quint8 torch.quint4x2
torch.quint2x4 torch.per_tensor_affine torch.per_tensor_symmetric torch.per_channel_affine
torch.per_channel_symmetric torch.per_channel_affine_float_qparams
""")
# fmt: on
STORAGE_BYTES = {
    "BFloat16Storage": 2,
    "BoolStorage": 1,
    "ByteStorage": 1,
    "CharStorage": 1,
    "ComplexDoubleStorage": 16,
    "ComplexFloatStorage": 8,
    "DoubleStorage": 8,
    "FloatStorage": 4,
    "HalfStorage": 2,
    "IntStorage": 4,
    "LongStorage": 8,
    "QInt32Storage": 4,
    "QInt8Storage": 1,
    "QUInt2x4Storage": 1,
    "QUInt4x2Storage": 1,
    "QUInt8Storage": 1,
    "ShortStorage": 2,
    "UntypedStorage": 1,
}


class Global(NamedTuple):
    """One name that a pickle would import: `module` and what it takes from it."""

    module: str
    name: str

    @property
    def path(self) -> str:
        """Dotted, `acme.net.Net`."""
        return f"{self.module}.{self.name}"

    @property
    def rebuilds(self) -> bool:
        """Rebuilds a tensor or a plain container."""
        if self.module in ("torch", "torch.cuda") and self.name in STORAGE_BYTES:
            return True
        return self.path in REBUILDING

    @property
    def dangerous(self) -> bool:
        """Is plainly meant to run something or to reach out of the process."""
        if self.path in HARMLESS:
            return False
        first, _, _ = self.module.partition(".")
        if first in ("builtins", "__builtin__"):
            return self.name not in HARMLESS_BUILTINS
        # A name with dots reaches through a module: `torch.serialization` + `os.system`.
        through = set(self.name.split(".")[:-1])
        if first in DANGEROUS_MODULES or through & DANGEROUS_MODULES:
            return True
        return self.path.startswith(DANGEROUS_PREFIXES)

    @property
    def installed(self) -> bool:
        """Its module is here. Looks at files only: nothing is imported."""
        if self.module == "__main__":
            return False
        if self.module in sys.builtin_module_names:
            return True
        search: list[str] | None = None
        parts = self.module.split(".")
        for depth in range(1, len(parts) + 1):
            try:
                spec = PathFinder.find_spec(".".join(parts[:depth]), search)
            except (ImportError, ValueError, AttributeError):
                return False
            if spec is None:
                return False
            if isinstance(spec.loader, ExtensionFileLoader):
                return True  # `torch._C._nn` is made inside the library, not found on disk
            search = list(spec.submodule_search_locations or [])
        return True
