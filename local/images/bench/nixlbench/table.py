"""Formats the configuration banner and the table, column for column as nixlbench prints them."""

from .schemes import is_pairwise

SEPARATOR_WIDTH = 160
LABEL_WIDTH = 60
WIDTHS = (20,) + (15,) * 9
COLUMNS = (
    "Block Size (B)",
    "Batch Size",
    "B/W (GB/Sec)",
    "Avg Lat. (us)",
    "Avg Prep (us)",
    "P99 Prep (us)",
    "Avg Post (us)",
    "P99 Post (us)",
    "Avg Tx (us)",
    "P99 Tx (us)",
)
BYTES_PER_GB = 1e9
US_PER_S = 1e6


def separator(character):
    return character * SEPARATOR_WIDTH


def banner_lines(options, version):
    yield separator("*")
    yield "NIXLBench Configuration"
    yield separator("*")
    for label, value in _settings(options, version):
        shown = int(value) if isinstance(value, bool) else value
        yield f"{label:<{LABEL_WIDTH}}: {shown}"
    yield separator("-")
    yield ""


def _settings(options, version):
    yield version.runtime_label, options.runtime_type
    yield "ETCD Endpoint ", options.etcd_endpoints
    yield "Worker type (--worker_type=[nixl,nvshmem])", options.worker_type
    yield version.backend_label, options.backend
    yield "Enable pt (--enable_pt=[0,1])", options.enable_pt
    yield "Progress threads (--progress_threads=N)", options.progress_threads
    yield "Device list (--device_list=dev1,dev2,...)", options.device_list
    yield "Enable VMM (--enable_vmm=[0,1])", options.enable_vmm
    if version.has_transfer_options:
        yield "Recreate xfer each iteration (--recreate_xfer=[0,1])", options.recreate_xfer
        yield "Re-register memory each iteration (--reregister_mem=[0,1])", options.reregister_mem
        yield "Prepared xfer (prep+make) (--prepared_xfer=[0,1])", options.prepared_xfer
        yield "Pipeline depth (--pipeline_depth=N)", options.pipeline_depth
        yield "Use hugepages (--use_hugepages=[0,1])", options.use_hugepages
    yield "Initiator seg type (--initiator_seg_type=[DRAM,VRAM])", options.initiator_seg_type
    yield "Target seg type (--target_seg_type=[DRAM,VRAM])", options.target_seg_type
    yield "Scheme (--scheme=[pairwise,manytoone,onetomany,tp])", options.scheme
    yield "Mode (--mode=[SG,MG])", options.mode
    yield "Op type (--op_type=[READ,WRITE])", options.op_type
    yield "Check consistency (--check_consistency=[0,1])", options.check_consistency
    yield "Total buffer size (--total_buffer_size=N)", options.total_buffer_size
    yield "Num initiator dev (--num_initiator_dev=N)", options.num_initiator_dev
    yield "Num target dev (--num_target_dev=N)", options.num_target_dev
    yield "Start block size (--start_block_size=N)", options.start_block_size
    yield "Max block size (--max_block_size=N)", options.max_block_size
    yield "Start batch size (--start_batch_size=N)", options.start_batch_size
    yield "Max batch size (--max_batch_size=N)", options.max_batch_size
    yield "Num iter (--num_iter=N)", options.num_iter
    yield "Warmup iter (--warmup_iter=N)", options.warmup_iter
    yield "Large block iter factor (--large_blk_iter_ftr=N)", options.large_blk_iter_ftr
    yield "Num threads (--num_threads=N)", options.num_threads


def header_lines():
    yield _cells(COLUMNS)
    yield separator("-")


def row_line(options, block_size, batch_size, timed_iterations, timings):
    """Formats one row. GB is 1e9 bytes. The latency is per block, so it is divided by the batch size.

    Counts the devices of the initiator only for pairwise MG, as `printStats` in src/utils/utils.cpp does: for the other
    schemes, the bandwidth is that of one device's batch, although all of them cross the wire.
    """
    total_us = timings.total_us
    counted = options.num_initiator_dev if is_pairwise(options, "MG") else 1
    moved = block_size * batch_size * timed_iterations * counted
    bandwidth = moved / BYTES_PER_GB / (total_us / US_PER_S) if total_us else 0.0
    latency_us = total_us / (timed_iterations * batch_size * counted) if timed_iterations else 0.0
    times = [latency_us]
    for durations in (timings.prepare, timings.post, timings.transfer):
        times += [durations.average(), durations.p99()]
    return _cells([block_size, batch_size, f"{bandwidth:.6f}", *(f"{time:.1f}" for time in times)])


def _cells(cells):
    return "".join(f"{cell!s:<{width}}" for cell, width in zip(cells, WIDTHS))
