#!/usr/bin/env python3
"""Pushes image layouts to a registry of containers, and pulls them: `registry.py push LAYOUT HOST:PORT/NAME:TAG` and
`registry.py pull HOST:PORT/NAME:TAG LAYOUT`. Over HTTPS, and to this machine over HTTP, as other clients of registries
do. Each prints the digest of the manifest.

https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md"""

import hashlib
import json
import pathlib
import sys
import urllib.error
import urllib.parse
import urllib.request

MANIFEST = "application/vnd.oci.image.manifest.v1+json"
INDEX = "application/vnd.oci.image.index.v1+json"
LAYOUT = {"imageLayoutVersion": "1.0.0"}


class Registry:
    def __init__(self, reference):
        host, _, path = reference.partition("/")
        self.name, _, self.tag = path.rpartition(":")
        if not host or not self.name or not self.tag:
            sys.exit(f"{reference} is not HOST:PORT/NAME:TAG")
        scheme = "http" if host.split(":")[0] in ("127.0.0.1", "localhost") else "https"
        self.base = f"{scheme}://{host}/v2/{self.name}"

    def ask(self, method, url, body=None, headers=None):
        request = urllib.request.Request(
            urllib.parse.urljoin(f"{self.base}/", url), method=method, data=body, headers=headers or {}
        )
        return urllib.request.urlopen(request, timeout=60)

    def has(self, digest):
        try:
            self.ask("HEAD", f"{self.base}/blobs/{digest}").close()
        except urllib.error.HTTPError as error:
            if error.code != 404:
                raise
            return False
        return True

    def push(self, digest, content):
        if self.has(digest):
            return
        with self.ask("POST", f"{self.base}/blobs/uploads/", b"") as begun:
            place = begun.headers["location"]
        place += ("&" if "?" in place else "?") + urllib.parse.urlencode({"digest": digest})
        self.ask("PUT", place, content, {"content-type": "application/octet-stream"}).close()


def digest_of(content):
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def checked(digest, content):
    """Content that is what its digest says."""
    if digest_of(content) != digest:
        sys.exit(f"{digest} is something else: {digest_of(content)}")
    return content


def blob(layout, described):
    digest = described["digest"]
    return checked(digest, (layout / "blobs" / digest.replace(":", "/")).read_bytes())


def push(layout, reference):
    layout, registry = pathlib.Path(layout), Registry(reference)
    [described] = json.loads((layout / "index.json").read_bytes())["manifests"]
    manifest = blob(layout, described)
    parts = json.loads(manifest)
    for part in [parts["config"], *parts["layers"]]:
        registry.push(part["digest"], blob(layout, part))
    registry.ask("PUT", f"{registry.base}/manifests/{registry.tag}", manifest, {"content-type": MANIFEST}).close()
    print(described["digest"])


def pull(reference, layout):
    layout, registry = pathlib.Path(layout), Registry(reference)
    with registry.ask("GET", f"{registry.base}/manifests/{registry.tag}", headers={"accept": MANIFEST}) as answer:
        manifest = checked(answer.headers["docker-content-digest"], answer.read())
    digest = digest_of(manifest)
    (layout / "blobs" / "sha256").mkdir(parents=True)
    (layout / "blobs" / digest.replace(":", "/")).write_bytes(manifest)
    parts = json.loads(manifest)
    for part in [parts["config"], *parts["layers"]]:
        with registry.ask("GET", f"{registry.base}/blobs/{part['digest']}") as answer:
            content = checked(part["digest"], answer.read())
        (layout / "blobs" / part["digest"].replace(":", "/")).write_bytes(content)
    described = {"mediaType": MANIFEST, "digest": digest, "size": len(manifest)}
    described["annotations"] = {"org.opencontainers.image.ref.name": registry.tag}
    index = {"schemaVersion": 2, "mediaType": INDEX, "manifests": [described]}
    for name, content in [("index.json", index), ("oci-layout", LAYOUT)]:
        (layout / name).write_text(json.dumps(content, separators=(",", ":")))
    print(digest)


if __name__ == "__main__":
    commands = {"push": push, "pull": pull}
    if len(sys.argv) != 4 or sys.argv[1] not in commands:
        sys.exit(__doc__)
    commands[sys.argv[1]](*sys.argv[2:])
