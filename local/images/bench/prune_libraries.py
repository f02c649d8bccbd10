"""prune_libraries.py SITE_PACKAGES: removes unused libraries from NIXL's wheel.

Keeps those that the UCX and LIBFABRIC back ends and the Prometheus exporter load. The wheel contains the libraries of ten back ends (AWS, Azure,
GUSLI, ...). The script follows the NEEDED entries of the wanted modules, because the names of the libraries contain a
hash and cannot be listed.
"""

import re
import shutil
import subprocess
import sys
from pathlib import Path

WANTED = (
    "nixl_cu12/_bindings*.so",
    "nixl_cu12/_utils*.so",
    ".nixl_cu12.mesonpy.libs/plugins/libplugin_UCX.so",
    ".nixl_cu12.mesonpy.libs/plugins/libplugin_LIBFABRIC.so",
    ".nixl_cu12.mesonpy.libs/plugins/libtelemetry_exporter_prometheus.so",
    # UCX opens its transports by name. Those for CUDA are omitted, because they need a driver.
    "nixl_cu12.libs/ucx/libuct_cma.so*",
    "nixl_cu12.libs/ucx/libuct_ib.so*",
    "nixl_cu12.libs/ucx/libuct_ib_mlx5.so*",
)
LIBRARY_FOLDERS = (".nixl_cu12.mesonpy.libs", "nixl_cu12.libs")
# A second copy of the plug-ins, in a folder that NIXL does not search, and another product in the same wheel.
UNUSED_FOLDERS = ("nixl_cu12.libs/nixl", "nixl_ep_cu12", "nixl_cu12.scripts")


def needed_by(file):
    headers = subprocess.run(["objdump", "-p", file], check=True, capture_output=True, text=True).stdout
    return re.findall(r"^\s+NEEDED\s+(\S+)", headers, re.MULTILINE)


def closure(site):
    pending = [file for pattern in WANTED for file in site.glob(pattern)]
    kept = set()
    while pending:
        file = pending.pop()
        if file in kept:
            continue
        kept.add(file)
        for name in needed_by(file):
            pending += [site / folder / name for folder in LIBRARY_FOLDERS if (site / folder / name).exists()]
    return kept


def main():
    site = Path(sys.argv[1])
    for folder in UNUSED_FOLDERS:
        shutil.rmtree(site / folder, ignore_errors=True)
    kept = closure(site)
    for folder in LIBRARY_FOLDERS:
        for file in (site / folder).rglob("*"):
            if file.is_file() and file not in kept:
                file.unlink()


main()
