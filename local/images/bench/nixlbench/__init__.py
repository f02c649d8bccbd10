"""Stand-in for NVIDIA's nixlbench: its command line, etcd rendezvous, table and failures, with real NIXL transfers."""

BANNER = "nixlbench stand-in (not NVIDIA's nixlbench): real NIXL 1.5.0 transfers, DRAM in place of VRAM"
