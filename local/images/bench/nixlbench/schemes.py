"""Which blocks each side lists for a row: `createTransferDescLists` and `getStrideScheme` in nixlbench's src/main.cpp.

The listed blocks decide how many bytes cross the wire: the initiator transfers its whole list in each iteration.
"""


def devices(options, initiates):
    return options.num_initiator_dev if initiates else options.num_target_dev


def repeats(options, initiates):
    """Returns how often each device lists a batch: once for each device of the other side that the scheme pairs with it."""
    initiators, targets = options.num_initiator_dev, options.num_target_dev
    if options.scheme == "onetomany" and initiates:
        return targets
    if options.scheme == "manytoone" and not initiates:
        return initiators
    if options.scheme == "tp":
        mine, other = (initiators, targets) if initiates else (targets, initiators)
        return max(1, other // mine)
    return 1


def is_pairwise(options, mode):
    return options.scheme == "pairwise" and options.mode == mode


class Layout:
    """Places of the blocks in the memory of one side. Every device of every thread has its own part.

    The parts are as large as the largest row needs. Those of nixlbench share out --total_buffer_size; only addresses differ.
    """

    def __init__(self, options, initiates):
        self._threads = options.num_threads
        self._devices = devices(options, initiates)
        self._repeats = repeats(options, initiates)
        self._batch_bytes = options.max_block_size * options.max_batch_size
        self.part_bytes = self._batch_bytes * self._repeats
        self.size = self.part_bytes * self._devices * self._threads

    def parts(self):
        """Yields (offset, device) of every part, thread by thread."""
        for index in range(self._threads * self._devices):
            yield index * self.part_bytes, index % self._devices

    def lists(self, block_size, batch_size):
        """Returns a list for each thread: (offset, length, device) of every block of a row."""
        by_thread = [[] for _ in range(self._threads)]
        for index, (start, device) in enumerate(self.parts()):
            for repeat in range(self._repeats):
                first = start + repeat * self._batch_bytes
                blocks = [(first + block * block_size, block_size, device) for block in range(batch_size)]
                by_thread[index // self._devices] += blocks
        return by_thread
