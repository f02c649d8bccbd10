"""Stand-in for NVIDIA's nixlbench 0.7.1: its command line, etcd rendezvous and table, real NIXL transfers."""

BANNER = "nixlbench stand-in (not NVIDIA's nixlbench): real NIXL 1.5.0 transfers, DRAM in place of VRAM"
