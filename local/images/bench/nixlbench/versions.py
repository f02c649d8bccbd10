"""Differences between the releases of nixlbench that the stand-in imitates. LOCAL_NIXLBENCH selects one.

Source: benchmark/nixlbench/src of ai-dynamo/nixl, and logs of the real programs: 0.7.1, and 1.4.0 with NIXL 1.4.1.
"""

import signal
from dataclasses import dataclass

VARIABLE = "LOCAL_NIXLBENCH"
DEFAULT = "1.4"


class UnknownVersion(Exception):
    """LOCAL_NIXLBENCH has an unknown value. The text says which values it may have."""


@dataclass(frozen=True)
class PluginLog:
    """Places in NIXL's source that report a missing plug-in, as FILE:LINE."""

    directory: str
    file: str
    parameters: str
    create: str


@dataclass(frozen=True)
class Version:
    name: str
    # Pause between two looks into etcd, and after an acknowledgement, in seconds.
    poll_s: float
    settle_s: float
    # Signals that end the run in an orderly way; any other ends the process at once.
    handled_signals: frozenset
    # Whether a signal also ends a transfer and the wait for notifications.
    interrupts_transfers: bool
    # Whether a rank's key has a lease, and whether a target that waits for notifications looks for the other ranks' keys.
    leases_ranks: bool
    # Whether a failed barrier removes the keys of all ranks.
    forgets_after_failed_barrier: bool
    # Whether a failed createBackend ends the run. Otherwise the first use of the back end is a segmentation fault.
    checks_backend: bool
    # Whether the progress thread is always on. The stand-in's LIBFABRIC plug-in (NIXL 1.5.0) hangs without it; that of
    # 1.4 hangs as well, but that of 0.7.1 does not.
    forces_progress_thread: bool
    # Whether the initiator copies as many remote blocks as it has local ones without a check of the size.
    copies_remote_blocks_unchecked: bool
    # Reports a failed transfer; the argument is NIXL's status.
    transfer_failed: str
    transfer_failed_on_stderr: bool
    register_failed: str
    # Ends of lines that start alike.
    init_ends: dict
    start_wait_end: str
    runtime_label: str
    backend_label: str
    has_transfer_options: bool
    plugin_log: PluginLog


VERSIONS = {
    version.name: version
    for version in (
        Version(
            name="1.4",
            poll_s=3,
            settle_s=1,
            handled_signals=frozenset({signal.SIGINT, signal.SIGTERM}),
            interrupts_transfers=True,
            leases_ranks=True,
            forgets_after_failed_barrier=True,
            checks_backend=True,
            forces_progress_thread=False,
            copies_remote_blocks_unchecked=True,
            transfer_failed="Transfer failed on slot 0: {}",
            transfer_failed_on_stderr=True,
            register_failed="NIXL: registerMem failed ({})",
            init_ends={"LIBFABRIC": ", nc_count -1, post threads 0"},
            start_wait_end=")",
            runtime_label="Runtime (--runtime_type=[ETCD,ASIO])",
            backend_label="Backend (--backend=[UCX,GDS,GDS_MT,POSIX,Mooncake,HF3FS,OBJ,AZURE_BLOB])",
            has_transfer_options=True,
            plugin_log=PluginLog(
                directory="nixl_plugin_manager.cpp:647",
                file="nixl_plugin_manager.cpp:512",
                parameters="nixl_agent.cpp:318",
                create="nixl_agent.cpp:396",
            ),
        ),
        Version(
            name="0.7.1",
            poll_s=1,
            settle_s=0.1,
            handled_signals=frozenset({signal.SIGINT}),
            interrupts_transfers=False,
            leases_ranks=False,
            forgets_after_failed_barrier=False,
            checks_backend=False,
            forces_progress_thread=True,
            copies_remote_blocks_unchecked=False,
            transfer_failed="NIXL Xfer failed with status: {}",
            transfer_failed_on_stderr=False,
            register_failed="NIXL: registerMem failed (Error code: {})",
            init_ends={},
            start_wait_end="",
            runtime_label="Runtime (--runtime_type=[etcd])",
            backend_label="Backend (--backend=[UCX,UCX_MO,GDS,GDS_MT,POSIX,Mooncake,HF3FS,OBJ])",
            has_transfer_options=False,
            plugin_log=PluginLog(
                directory="nixl_plugin_manager.cpp:297",
                file="nixl_plugin_manager.cpp:276",
                parameters="nixl_agent.cpp:259",
                create="nixl_agent.cpp:327",
            ),
        ),
    )
}


def version_of(environment):
    """Returns the release that LOCAL_NIXLBENCH names; 1.4 if it is unset or empty. Raises UnknownVersion."""
    name = environment.get(VARIABLE) or DEFAULT
    if name not in VERSIONS:
        raise UnknownVersion(f"{VARIABLE}={name}: expected {' or '.join(VERSIONS)}")
    return VERSIONS[name]
