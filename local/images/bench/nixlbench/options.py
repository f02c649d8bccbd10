"""Parses the network flags of nixlbench as gflags does.

Omits the storage flags on purpose: this stand-in has no storage back end, and "unknown flag" reports this early.
"""

from dataclasses import dataclass
from types import SimpleNamespace

INT32_MAX = 2**31 - 1
UINT64_MAX = 2**64 - 1
TRUE_WORDS = {"1", "t", "true", "y", "yes"}
FALSE_WORDS = {"0", "f", "false", "n", "no"}
HELP_FLAGS = {"help", "helpfull", "helpshort"}
VERSION_FLAG = "version"


@dataclass(frozen=True)
class Flag:
    name: str
    kind: str
    default: object
    about: str


FLAGS = {
    flag.name: flag
    for flag in (
        Flag("benchmark_group", "string", "default", "Name of the run; namespace of its keys in etcd"),
        Flag("runtime_type", "string", "ETCD", "Runtime used to find the other process [ETCD]"),
        Flag("worker_type", "string", "nixl", "Worker [nixl]"),
        Flag("backend", "string", "UCX", "NIXL back end [UCX, LIBFABRIC]"),
        Flag("initiator_seg_type", "string", "DRAM", "Initiator's memory [DRAM, VRAM]; VRAM is replaced by DRAM here"),
        Flag("target_seg_type", "string", "DRAM", "Target's memory [DRAM, VRAM]; VRAM is replaced by DRAM here"),
        Flag("scheme", "string", "pairwise", "Scheme [pairwise, manytoone, onetomany, tp]"),
        Flag("mode", "string", "SG", "SG (one GPU per process) or MG (several)"),
        Flag("op_type", "string", "WRITE", "Operation [READ, WRITE]"),
        Flag("check_consistency", "bool", False, "Verify every byte that was received"),
        Flag("total_buffer_size", "uint64", 8 << 30, "Buffer per process, bytes; only its used part is allocated here"),
        Flag("start_block_size", "uint64", 4 << 10, "First block size, bytes"),
        Flag("max_block_size", "uint64", 64 << 20, "Last block size, bytes; sizes double"),
        Flag("start_batch_size", "uint64", 1, "First batch size"),
        Flag("max_batch_size", "uint64", 1, "Last batch size; sizes double"),
        Flag("num_iter", "int32", 1000, "Timed iterations"),
        Flag("warmup_iter", "int32", 100, "Iterations before the timed ones"),
        Flag("large_blk_iter_ftr", "int32", 16, "Divides the iterations of blocks above 1 MiB"),
        Flag("num_threads", "int32", 1, "Threads"),
        Flag("num_initiator_dev", "int32", 1, "Devices of the initiator side; above 1 only in mode MG here"),
        Flag("num_target_dev", "int32", 1, "Devices of the target side; above 1 only in mode MG here"),
        Flag("enable_pt", "bool", False, "Progress thread; as 0.7.1 always on here, see versions.py"),
        Flag("progress_threads", "uint64", 0, "Extra progress threads of the UCX back end"),
        Flag("enable_vmm", "bool", False, "VMM allocations; has no effect here"),
        Flag("device_list", "string", "all", "Comma-separated devices, or all"),
        Flag("etcd_endpoints", "string", "", "etcd, http://host:port"),
    )
}
# Known since 1.2 (prepared_xfer: 1.3, recreate_xfer: 1.0).
TRANSFER_FLAGS = {
    flag.name: flag
    for flag in (
        Flag("recreate_xfer", "bool", False, "Creates the request for each iteration; has no effect here"),
        Flag("reregister_mem", "bool", False, "Registers the memory for each iteration; has no effect here"),
        Flag("prepared_xfer", "bool", False, "Uses prepared descriptor lists; has no effect here"),
        Flag("pipeline_depth", "int32", 1, "Requests in flight; has no effect here"),
        Flag("use_hugepages", "bool", False, "Allocates huge pages; has no effect here"),
    )
}


class FlagErrors(Exception):
    """All errors in a command line, one per line, with the words of gflags."""

    def __init__(self, lines):
        super().__init__("; ".join(lines))
        self.lines = lines


class HelpWanted(Exception):
    """--help was given. gflags then prints the flags and exits with code 1."""


class VersionWanted(Exception):
    """--version was given. gflags then prints the program's name, as nixlbench sets no version, and exits with code 0."""


def flags_of(version):
    """Returns the flags that a release knows, by name."""
    return {**FLAGS, **TRANSFER_FLAGS} if version.has_transfer_options else FLAGS


def parse(arguments, version):
    """Returns the flags as attributes. Accepts `--f=v`, `--f v`, one dash or two, `-` for `_`; for booleans also `--f` and
    `--nof`."""
    flags = flags_of(version)
    values = {flag.name: flag.default for flag in flags.values()}
    errors = []
    wanted = None
    rest = list(arguments)
    while rest:
        argument = rest.pop(0)
        if argument == "--":
            break
        if not argument.startswith("-") or argument == "-":
            continue
        name, equals, value = argument.lstrip("-").partition("=")
        key = name.replace("-", "_")
        flag = flags.get(key)
        if key in HELP_FLAGS:
            wanted = HelpWanted()
        elif key == VERSION_FLAG:
            wanted = wanted or VersionWanted()
        elif flag is None and key.startswith("no") and _is_bool(flags, key[2:]):
            values[key[2:]] = False
        elif flag is None:
            errors.append(f"ERROR: unknown command line flag '{name}'")
        elif flag.kind == "bool" and not equals:
            values[key] = True
        elif not equals and not rest:
            errors.append(f"ERROR: flag '{name}' is missing its argument; flag description: {flag.about}")
        else:
            _set(values, errors, flag, value if equals else rest.pop(0))
    if wanted:
        raise wanted
    if errors:
        raise FlagErrors(errors)
    return SimpleNamespace(**values)


def _is_bool(flags, name):
    return name in flags and flags[name].kind == "bool"


def _set(values, errors, flag, text):
    try:
        values[flag.name] = _convert(flag.kind, text)
    except ValueError:
        errors.append(f"ERROR: illegal value '{text}' specified for {flag.kind} flag '{flag.name}'")


def _convert(kind, text):
    if kind == "string":
        return text
    if kind == "bool":
        if text.lower() in TRUE_WORDS:
            return True
        if text.lower() in FALSE_WORDS:
            return False
        raise ValueError(text)
    number = int(text, 16 if text.lower().startswith("0x") else 10)
    low, high = (0, UINT64_MAX) if kind == "uint64" else (-INT32_MAX - 1, INT32_MAX)
    if not low <= number <= high:
        raise ValueError(text)
    return number


def help_lines(version):
    for flag in sorted(flags_of(version).values(), key=lambda flag: flag.name):
        default = f'"{flag.default}"' if flag.kind == "string" else str(flag.default).lower()
        yield f"    -{flag.name} ({flag.about}) type: {flag.kind} default: {default}"
