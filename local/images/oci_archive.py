"""oci_archive.py OUT NAME CONFIG_JSON LAYER.tar...: packs layers into an OCI archive that containerd imports by name."""

import hashlib
import io
import json
import sys
import tarfile
from pathlib import Path

CHUNK_BYTES = 1 << 20
PLATFORM = {"architecture": "amd64", "os": "linux"}
MANIFEST_TYPE = "application/vnd.oci.image.manifest.v1+json"
CONFIG_TYPE = "application/vnd.oci.image.config.v1+json"
LAYER_TYPE = "application/vnd.oci.image.layer.v1.tar"


def file_digest(path):
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK_BYTES):
            digest.update(chunk)
    return f"sha256:{digest.hexdigest()}"


def document(value):
    data = json.dumps(value, sort_keys=True, separators=(",", ":")).encode()
    return data, f"sha256:{hashlib.sha256(data).hexdigest()}"


def blob_path(digest):
    return "blobs/" + digest.replace(":", "/")


def add_data(archive, name, data):
    entry = tarfile.TarInfo(name)
    entry.size = len(data)
    archive.addfile(entry, io.BytesIO(data))


def add_file(archive, name, path):
    entry = tarfile.TarInfo(name)
    entry.size = path.stat().st_size
    with path.open("rb") as file:
        archive.addfile(entry, file)


def write(out, name, config, layers):
    digests = [file_digest(layer) for layer in layers]
    # Does not compress layers: the archive never leaves the machine, and the start of a node waits for unpacking.
    image, image_digest = document({**PLATFORM, "config": config, "rootfs": {"type": "layers", "diff_ids": digests}})
    manifest, manifest_digest = document(
        {
            "schemaVersion": 2,
            "mediaType": MANIFEST_TYPE,
            "config": {"mediaType": CONFIG_TYPE, "digest": image_digest, "size": len(image)},
            "layers": [
                {"mediaType": LAYER_TYPE, "digest": digest, "size": layer.stat().st_size}
                for digest, layer in zip(digests, layers)
            ],
        }
    )
    index, _ = document(
        {
            "schemaVersion": 2,
            "manifests": [
                {
                    "mediaType": MANIFEST_TYPE,
                    "digest": manifest_digest,
                    "size": len(manifest),
                    "platform": PLATFORM,
                    # containerd reads the image's name from the first annotation, other tools from the second.
                    "annotations": {"io.containerd.image.name": name, "org.opencontainers.image.ref.name": name},
                }
            ],
        }
    )
    with tarfile.open(out, "w") as archive:
        add_data(archive, "oci-layout", b'{"imageLayoutVersion":"1.0.0"}')
        add_data(archive, "index.json", index)
        add_data(archive, blob_path(manifest_digest), manifest)
        add_data(archive, blob_path(image_digest), image)
        for digest, layer in zip(digests, layers):
            add_file(archive, blob_path(digest), layer)


def main():
    out, name, config, *layers = sys.argv[1:]
    write(out, name, json.loads(config), [Path(layer) for layer in layers])


main()
