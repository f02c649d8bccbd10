"""Checks the command line as nixlbench does, rounds the iterations, and lists the rows of the table."""

from .output import Stop, complain, say

LARGE_BLOCK_BYTES = 1 << 20
DEFAULT_ENDPOINT = "http://localhost:2379"
BACKENDS = ("UCX", "LIBFABRIC")
SCHEMES = ("pairwise", "manytoone", "onetomany", "tp")


def settle(options):
    """Checks the options and sets those that nixlbench derives. Prints its changes.

    Raises Stop(1) for an invalid option.
    """
    if not options.etcd_endpoints:
        options.etcd_endpoints = DEFAULT_ENDPOINT
        say(f"Using default ETCD endpoint for non-storage backend: {DEFAULT_ENDPOINT}")
    for name in ("num_threads", "num_initiator_dev", "num_target_dev"):
        if getattr(options, name) <= 0:
            _refuse(f"{name} must be greater than 0")
    _check_buffer(options)
    if options.large_blk_iter_ftr <= 0:
        _refuse("iter_factor must be greater than 0")
    _round_iterations(options)
    _check_shares(options)
    _check_supported(options)


def _refuse(*lines):
    for line in lines:
        complain(line)
    raise Stop(1)


def _check_buffer(options):
    needed = options.max_block_size * options.max_batch_size
    limit = "(max_block_size * max_batch_size) is > (total_buffer_size / num_initiator_dev)"
    if needed > options.total_buffer_size // options.num_initiator_dev:
        _refuse(f"Incorrect buffer size configuration for Initiator{limit}")
    if needed > options.total_buffer_size // options.num_target_dev:
        _refuse(f"Incorrect buffer size configuration for Target{limit}")
    share = options.total_buffer_size // options.num_threads
    if needed > share:
        _refuse(
            f"Incorrect buffer size configuration (max_block_size * max_batch_size) ({needed})"
            f" is > (total_buffer_size / num_threads) ({share})"
        )


def _round_iterations(options):
    multiple = options.num_threads * options.large_blk_iter_ftr
    for name in ("num_iter", "warmup_iter"):
        given = getattr(options, name)
        rounded = round_up(given, multiple)
        if rounded != given:
            setattr(options, name, rounded)
            say(f"WARNING: Adjusting {name} to {rounded} to allow equal distribution to {options.num_threads} threads")


def _check_shares(options):
    for name in ("num_initiator_dev", "num_target_dev"):
        shares = getattr(options, name) * options.num_threads
        fitting = round_up(options.total_buffer_size, shares)
        if fitting != options.total_buffer_size:
            _refuse(
                f"Total_buffer_size must be divisible by the product of num_threads and {name}"
                f", next such value is {fitting}"
            )


def _check_supported(options):
    if options.worker_type == "nvshmem":
        _refuse("NVSHMEM worker requested but NVSHMEM or CUDA is not available")
    if options.worker_type != "nixl":
        _refuse(f"Unsupported worker type: {options.worker_type}")
    if options.runtime_type != "ETCD":
        _refuse(f"Invalid runtime: {options.runtime_type}")
    if options.mode not in ("SG", "MG"):
        _refuse(f"nixlbench stand-in: mode must be SG or MG (got {options.mode})")
    if options.scheme not in SCHEMES:
        _refuse(f"nixlbench stand-in: scheme must be one of {', '.join(SCHEMES)} (got {options.scheme})")
    # Mode SG has a rank for each device, and the stand-in has two.
    for name in ("num_initiator_dev", "num_target_dev"):
        if options.mode == "SG" and getattr(options, name) != 1:
            count = getattr(options, name)
            _refuse(f"nixlbench stand-in: {name} above 1 needs mode MG, because there are two ranks (got {count})")
    if options.op_type not in ("READ", "WRITE"):
        _refuse(f"nixlbench stand-in: op_type must be READ or WRITE (got {options.op_type})")
    for name in ("initiator_seg_type", "target_seg_type"):
        if getattr(options, name) not in ("DRAM", "VRAM"):
            _refuse(f"Invalid segment type: {getattr(options, name)}")
    _check_device_list(options)


def _check_device_list(options):
    if options.device_list == "all" or options.scheme != "pairwise":
        return
    count = len(options.device_list.split(","))
    if not count == options.num_initiator_dev == options.num_target_dev:
        _refuse(
            f"Incorrect device list {options.device_list} provided for pairwise scheme {count}# devices",
            "Failed to parse device list",
        )


def round_up(number, multiple):
    return -(-number // multiple) * multiple


def rows(options):
    """Yields (block size, batch size) of every row of the table, in order."""
    block = options.start_block_size
    while 0 < block <= options.max_block_size:
        batch = options.start_batch_size
        while 0 < batch <= options.max_batch_size:
            yield block, batch
            batch *= 2
        block *= 2


def iterations(options, block_size):
    """Returns the (warm-up, timed) iterations of one row, of all threads. Both are divided for blocks above 1 MiB."""
    divisor = options.large_blk_iter_ftr if block_size > LARGE_BLOCK_BYTES else 1
    return options.warmup_iter // divisor, options.num_iter // divisor
