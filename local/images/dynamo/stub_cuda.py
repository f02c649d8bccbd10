"""stub_cuda.py SITE_PACKAGES SYSTEM: replaces the CUDA libraries of PyTorch's wheel by stubs, so that it runs on a CPU.

No registry has PyTorch of this version without CUDA. Its CUDA build imports and computes on a CPU without a driver, but
its other libraries link to those for CUDA, which take gigabytes. The stubs define exactly the symbols that the rest of
SITE_PACKAGES (torch, torchvision and vllm) links to. A function of a stub that is called prints its name and aborts.

SYSTEM is the root folder of the image's system. Needs gcc and nm.
"""

import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple, Optional

# The libraries of the wheel that are removed.
REPLACED = ("libtorch_cuda.so", "libtorch_cuda_linalg.so", "libtorch_nvshmem.so", "libcaffe2_nvrtc.so")
# Symbols without a version go into this stub, because the loader looks for them in all libraries.
UNVERSIONED = "libtorch_cuda.so"
# NVIDIA's libraries name the version of their symbols as they name themselves. Those without such symbols are empty.
VERSIONED = ("libcudnn.so.9", "libcufile.so.0", "libcupti.so.13", "libnccl.so.2")
LINKED_FROM_ELSEWHERE = "nvidia/cu13/lib/libcudart.so.13"
SYSTEM_LIBRARIES = ("libc.so.6", "libm.so.6", "libstdc++.so.6", "libgcc_s.so.1")

# Functions that are called while PyTorch loads, so that they must work.
WORKING = {
    "_ZN4c10d15get_gil_checkerEv": """
        static char gil_checker[256];
        __attribute__((visibility("default"))) void *gil_checker_slot(void) __asm__("_ZN4c10d15get_gil_checkerEv");
        void *gil_checker_slot(void) { return gil_checker; }
    """,
    "_ZN4c10d16ProcessGroupNCCL7OptionsC1Eb": """
        extern void *vtable[] __asm__("_ZTVN4c10d16ProcessGroupNCCL7OptionsE");
        __attribute__((visibility("default"))) void construct(void **object, int high_priority)
            __asm__("_ZN4c10d16ProcessGroupNCCL7OptionsC1Eb");
        void construct(void **object, int high_priority) {
          (void)high_priority;
          memset(object, 0, 0x100);
          object[0] = vtable + 2;
        }
    """,
}
NOT_HERE = """
    #include <stdio.h>
    #include <stdlib.h>
    #include <string.h>
    __attribute__((noreturn, visibility("hidden"))) void not_here(const char *name) {
      fprintf(stderr, "%s was called, but this image has no CUDA\\n", name);
      abort();
    }
"""
# The size of data whose definition is not known.
DEFAULT_SIZE = 256

LINE = re.compile(r"(?:(?P<value>[0-9a-f]+) )?(?:(?P<size>[0-9a-f]+) )? *(?P<kind>\S) (?P<name>[^\s@]+)(?:@@?(?P<version>\S+))?")


class Symbol(NamedTuple):
    name: str
    version: Optional[str] = None
    # The letter of nm: U is undefined, T, W and i are functions, other letters are data.
    kind: str = "T"
    size: int = 0

    @property
    def is_defined(self):
        return self.kind not in "Uvw"

    @property
    def is_function(self):
        return self.kind in "TWi"


def parse(line):
    """Reads one line of `nm -D -S`."""
    match = LINE.fullmatch(line)
    if not match:
        raise ValueError(f"nm printed a line that is no symbol: {line!r}")
    return Symbol(match["name"], match["version"], match["kind"], int(match["size"] or "0", 16))


def symbols_of(file):
    listing = subprocess.run(["nm", "-D", "-S", file], check=True, capture_output=True, text=True).stdout
    return [parse(line) for line in listing.splitlines()]


def missing_symbols(linked, defined, replaced):
    """Returns the symbols that stubs must define, sorted.

    linked: the symbols of all libraries that stay. defined: the names that these and the system define. replaced: the
    symbols of the removed libraries, which know the kind and size of each.
    """
    known = {symbol.name: symbol for symbol in replaced if symbol.is_defined}
    found = {}
    for symbol in linked:
        wanted = symbol.version in VERSIONED if symbol.version else not re.match("_?Py", symbol.name)
        if symbol.kind == "U" and wanted and symbol.name not in defined:
            origin = known.get(symbol.name, Symbol(symbol.name))
            found[symbol.name] = Symbol(symbol.name, symbol.version, origin.kind, origin.size)
    return sorted(found.values())


def assembly(symbols):
    """Returns assembly that defines symbols."""
    lines = []
    for number, symbol in enumerate(symbols):
        name = symbol.name
        kind = "function" if symbol.is_function else "object"
        lines += [f".globl {name}", f".type {name}, @{kind}"]
        if symbol.is_function:
            lines += [".text", f"{name}:", "endbr64", "sub $8, %rsp", f"lea .Lname{number}(%rip), %rdi", "call not_here"]
            lines += [".section .rodata", f'.Lname{number}: .asciz "{name}"']
        elif name.startswith("_ZTI"):
            # Programs read the name of the type when they load, so this has to be a true std::type_info.
            lines += [".section .data.rel, \"aw\"", ".balign 8", f"{name}:"]
            lines += [f".quad _ZTVN10__cxxabiv117__class_type_infoE+16, .Lname{number}"]
            lines += [".section .rodata", f'.Lname{number}: .asciz "{name[4:]}"']
        else:
            size = symbol.size or DEFAULT_SIZE
            lines += [".bss", ".balign 32", f".size {name}, {size}", f"{name}: .zero {size}"]
    return "\n".join([*lines, '.section .note.GNU-stack, "", @progbits', ""])


def compile_stub(target, symbols, cxx_library):
    """Compiles a library that defines symbols, with their versions, and is named as its file."""
    functions = "\n".join(text for name, text in WORKING.items() if any(symbol.name == name for symbol in symbols))
    listed = [symbol for symbol in symbols if symbol.name not in WORKING]
    arguments = ["-shared", "-fPIC", "-O1", "-s", f"-Wl,-soname={target.name}"]
    with tempfile.TemporaryDirectory() as folder:
        sources = [Path(folder, "functions.c"), Path(folder, "symbols.s")]
        sources[0].write_text(NOT_HERE + functions)
        sources[1].write_text(assembly(listed))
        if any(symbol.version for symbol in symbols):
            script = Path(folder, "versions")
            script.write_text(f"{target.name} {{ global: *; }};\n")
            arguments.append(f"-Wl,--version-script={script}")
        subprocess.run(["gcc", *arguments, "-o", target, *sources, cxx_library], check=True)


def main():
    site, system = Path(sys.argv[1]), Path(sys.argv[2])
    library = site / "torch/lib"
    replaced = [symbol for name in REPLACED for symbol in symbols_of(library / name)]
    for name in REPLACED:
        (library / name).unlink()
    files = [*site.glob("torch/**/*.so*"), *site.glob("torchvision/*.so"), *site.glob("vllm/*.so")]
    files.append(site / "torch/bin/torch_shm_manager")
    linked = [symbol for file in files for symbol in symbols_of(file)]
    system_folder = next(system.glob("usr/lib/*-linux-gnu"))
    others = [site / LINKED_FROM_ELSEWHERE, *(system_folder / name for name in SYSTEM_LIBRARIES)]
    defined = {symbol.name for symbol in linked if symbol.is_defined}
    defined |= {symbol.name for file in others for symbol in symbols_of(file) if symbol.is_defined}
    missing = missing_symbols(linked, defined, replaced)
    for name in (UNVERSIONED, *VERSIONED):
        version = None if name == UNVERSIONED else name
        compile_stub(library / name, [symbol for symbol in missing if symbol.version == version], system_folder / "libstdc++.so.6")
    print(f"{len(missing)} symbols replaced")


if __name__ == "__main__":
    main()
