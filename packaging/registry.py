#!/usr/bin/env python3
"""A registry of npm on this machine, with the packages of a folder, so that npm can choose among them as it will when they
are published.

Optional packages that are not in the folder, since they are built elsewhere, are listed like those that are, with what
they run on, and have nothing to download. Prints its address, then each path that is downloaded, a line each.

The form of the answers: <https://github.com/npm/registry/blob/main/docs/responses/package-metadata.md>"""

import base64
import hashlib
import http.server
import json
import pathlib
import sys
import tarfile
import urllib.parse


def packed(folder):
    """The packages of a folder: their manifests and their bytes."""
    for archive in sorted(folder.glob("*.tgz")):
        with tarfile.open(archive) as package:
            yield json.load(package.extractfile("package/package.json")), archive.read_bytes()


def listing(manifest, content, origin):
    """What a registry answers about a package of one version."""
    tarball = f"{origin}/{manifest['name']}/-/{manifest['version']}.tgz"
    digest = base64.b64encode(hashlib.sha512(content).digest()).decode()
    version = {**manifest, "dist": {"tarball": tarball, "integrity": f"sha512-{digest}"}}
    return {
        "name": manifest["name"],
        "dist-tags": {"latest": manifest["version"]},
        "versions": {manifest["version"]: version},
    }


class Registry(http.server.BaseHTTPRequestHandler):
    manifests, contents = {}, {}

    def do_GET(self):
        path = urllib.parse.unquote(urllib.parse.urlsplit(self.path).path).lstrip("/")
        name, _, file = path.partition("/-/")
        manifest, content = self.manifests.get(name), self.contents.get(name)
        if file:
            print(path, flush=True)
        if manifest is None or (file and content is None):
            self.send_error(404)
            return
        origin = f"http://127.0.0.1:{self.server.server_address[1]}"
        body = content if file else json.dumps(listing(manifest, content or b"", origin)).encode()
        self.send_response(200)
        self.send_header("content-type", "application/octet-stream" if file else "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def main():
    for manifest, content in packed(pathlib.Path(sys.argv[1])):
        Registry.manifests[manifest["name"]], Registry.contents[manifest["name"]] = manifest, content
    for manifest in list(Registry.manifests.values()):
        for name, version in manifest.get("optionalDependencies", {}).items():
            system, machine = name.partition("/")[2].split("-")
            elsewhere = {"name": name, "version": version, "os": [system], "cpu": [machine]}
            Registry.manifests.setdefault(name, elsewhere)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Registry)
    print(f"http://127.0.0.1:{server.server_address[1]}", flush=True)
    server.serve_forever()


main()
