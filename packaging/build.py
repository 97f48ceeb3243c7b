#!/usr/bin/env python3
"""Packs the built program for people without a toolchain, into a folder: a wheel, a bundle for Claude Desktop, and
packages for npm.

All of them carry the same program, byte for byte. What they say of it they ask it: its version and its tools. The same
program gives the same bytes, whenever it is packed."""

import argparse
import base64
import hashlib
import json
import pathlib
import re
import shutil
import stat
import subprocess
import tempfile
import zipfile

HERE = pathlib.Path(__file__).resolve().parent
LICENSE = HERE.parent / "LICENSE"
ICON = HERE / "icon.png"
# The official packer of bundles.
PACKER = "@anthropic-ai/mcpb@2.1.2"
# What Node and the manifest of a bundle call the platforms that a program can be built for, and what wheels call them:
# <https://packaging.python.org/en/latest/specifications/platform-compatibility-tags/>. Of macOS they name the oldest
# version that Rust builds for; of Linux, the C library that the program needs, which is looked up in it.
PLATFORMS = {
    "x86_64-unknown-linux-gnu": ("linux", "x64", "manylinux_{glibc}_x86_64"),
    "aarch64-unknown-linux-gnu": ("linux", "arm64", "manylinux_{glibc}_aarch64"),
    "x86_64-apple-darwin": ("darwin", "x64", "macosx_10_12_x86_64"),
    "aarch64-apple-darwin": ("darwin", "arm64", "macosx_11_0_arm64"),
    "x86_64-pc-windows-msvc": ("win32", "x64", "win_amd64"),
    "x86_64-pc-windows-gnu": ("win32", "x64", "win_amd64"),
}
# Whose packages npm is to install beside the one that people name.
NPM_SCOPE = "@salesforce-plugin"
DESCRIPTION = "Lets an AI agent work in Salesforce as its user: reads and writes records, logs activities, counts"
# The time of everything in a bundle, so that its bytes say nothing of when it was packed: the first that archives know.
EPOCH = (1980, 1, 1, 0, 0, 0)


def output(program, *arguments):
    return subprocess.run([program, *arguments], check=True, capture_output=True, text=True).stdout


def version_of(program):
    return output(program, "--version").split()[-1]


def first_sentence(text):
    return text.split(". ")[0].rstrip(".") + "."


def place(source, target, mode=0o644):
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)
    target.chmod(mode)


def write_json(path, value):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value, indent=2, ensure_ascii=False) + "\n")
    path.chmod(0o644)


def put(archive, name, content, attributes):
    member = zipfile.ZipInfo(name, EPOCH)
    # Unix: only there the attributes say which file is a program.
    member.create_system, member.external_attr = 3, attributes
    member.compress_type = zipfile.ZIP_DEFLATED
    archive.writestr(member, content, compresslevel=9)


def without_times(archive):
    """Gives everything in an archive the same time: the packer gives it that of packing."""
    with zipfile.ZipFile(archive) as packed:
        members = [(member, packed.read(member)) for member in packed.infolist()]
    with zipfile.ZipFile(archive, "w") as settled:
        for member, content in members:
            put(settled, member.filename, content, member.external_attr)


def file_name(platform):
    return "salesforce-plugin.exe" if platform == "win32" else "salesforce-plugin"


def manifest(program, platform):
    """The manifest of the bundle: with no connection yet, `mcp` opens the page that makes one."""
    tools = json.loads(output(program, "tools", "--json"))
    file = file_name(platform)
    return {
        "manifest_version": "0.4",
        "name": "salesforce-plugin",
        "display_name": "Salesforce",
        "version": version_of(program),
        "description": DESCRIPTION + ".",
        "long_description": "Works with exactly the rights of the user who signs in, on the user's own org. Where nothing "
        "is connected yet, a page opens in the browser that does it, and the tools work from then on.",
        "author": {"name": "The maintainers of the Salesforce plugin"},
        "license": "Apache-2.0",
        "icon": "icon.png",
        "keywords": ["salesforce", "crm", "sales", "service"],
        "server": {
            "type": "binary",
            "entry_point": f"server/{file}",
            "mcp_config": {
                "command": "${__dirname}/server/" + file,
                "args": ["mcp"],
                "env": {"SALESFORCE_CONSUMER_KEY": "${user_config.consumer_key}"},
            },
        },
        "tools": [{"name": tool["name"], "description": first_sentence(tool["description"])} for tool in tools],
        # An org, and its settings, decide which there are.
        "tools_generated": True,
        "compatibility": {"platforms": [platform]},
        "user_config": {
            "consumer_key": {
                "type": "string",
                "title": "Consumer key",
                "description": "Of the app that your admin has set up for this plugin. The page asks for it too, so it "
                "may stay empty.",
                "required": False,
                "default": "",
            }
        },
    }


def bundle(program, platform, architecture, out):
    with tempfile.TemporaryDirectory() as work:
        folder = pathlib.Path(work) / "bundle"
        write_json(folder / "manifest.json", manifest(program, platform))
        place(ICON, folder / "icon.png")
        place(LICENSE, folder / "LICENSE")
        place(program, folder / "server" / file_name(platform), 0o755)
        packer = ["npx", "--yes", PACKER]
        subprocess.run([*packer, "validate", str(folder / "manifest.json")], check=True)
        target = out / f"salesforce-plugin-{version_of(program)}-{platform}-{architecture}.mcpb"
        subprocess.run([*packer, "pack", str(folder), str(target)], check=True)
        without_times(target)
        return target


def glibc(content):
    """The newest version of the C library whose symbols a program wants, as wheels write it."""
    versions = [int(minor) for minor in re.findall(rb"\0GLIBC_2\.(\d+)(?:\.\d+)?(?=\0)", content)]
    if not versions:
        raise SystemExit("the program says of no version of the C library that it needs it")
    return f"2_{max(versions)}"


def wheel(program, target, out):
    """A wheel with the program as its script, after
    <https://packaging.python.org/en/latest/specifications/binary-distribution-format/>."""
    version = version_of(program)
    if not re.fullmatch(r"\d+(\.\d+)*", version):
        raise SystemExit(f"{version}: a version that is no release is written otherwise in Python")
    content = pathlib.Path(program).read_bytes()
    platform, _, tag = PLATFORMS[target]
    tag = f"py3-none-{tag.format(glibc=glibc(content)) if platform == 'linux' else tag}"
    stem = f"salesforce_plugin-{version}"
    info = f"{stem}.dist-info"
    metadata = "\n".join([
        "Metadata-Version: 2.4",
        "Name: salesforce-plugin",
        f"Version: {version}",
        f"Summary: {DESCRIPTION}",
        "License-Expression: Apache-2.0",
        "License-File: LICENSE",
        "Keywords: salesforce,mcp,agents,crm",
        "Requires-Python: >=3.8",
        "",
    ])
    about = "\n".join([
        "Wheel-Version: 1.0",
        "Generator: salesforce-plugin",
        "Root-Is-Purelib: false",
        f"Tag: {tag}",
        "",
    ])
    files = [
        (f"{stem}.data/scripts/{file_name(platform)}", content, 0o755),
        (f"{info}/licenses/LICENSE", LICENSE.read_bytes(), 0o644),
        (f"{info}/METADATA", metadata.encode(), 0o644),
        (f"{info}/WHEEL", about.encode(), 0o644),
    ]
    record = ""
    for name, content, _ in files:
        digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
        record += f"{name},sha256={digest},{len(content)}\n"
    # The record has no hash of itself.
    files.append((f"{info}/RECORD", (record + f"{info}/RECORD,,\n").encode(), 0o644))
    path = out / f"{stem}-{tag}.whl"
    with zipfile.ZipFile(path, "w") as archive:
        for name, content, mode in files:
            put(archive, name, content, (stat.S_IFREG | mode) << 16)
    return path


def npm_pack(folder, out):
    packed = output("npm", "pack", "--json", "--pack-destination", str(out), str(folder))
    return out / json.loads(packed)[0]["filename"]


def npm(program, platform, architecture, out):
    """The package of this platform, and the one that people name: it has those of all platforms as options, of which npm
    installs the one that is for the machine."""
    version = version_of(program)
    common = {"version": version, "description": DESCRIPTION, "license": "Apache-2.0"}

    def of(system, machine):
        return f"{NPM_SCOPE}/{system}-{machine}"

    with tempfile.TemporaryDirectory() as work:
        own = pathlib.Path(work) / "platform"
        write_json(own / "package.json", {
            "name": of(platform, architecture),
            **common,
            "os": [platform],
            "cpu": [architecture],
            "files": ["bin", "LICENSE"],
            # Of a scope, npm publishes to everybody only what says so.
            "publishConfig": {"access": "public"},
        })
        place(program, own / "bin" / file_name(platform), 0o755)
        place(LICENSE, own / "LICENSE")
        picking = pathlib.Path(work) / "picking"
        all_platforms = sorted({of(system, machine) for system, machine, _ in PLATFORMS.values()})
        write_json(picking / "package.json", {
            "name": "salesforce-plugin",
            **common,
            "bin": {"salesforce-plugin": "launch.js"},
            "files": ["launch.js", "LICENSE"],
            "engines": {"node": ">=18"},
            "optionalDependencies": {name: version for name in all_platforms},
        })
        place(HERE / "npm" / "launch.js", picking / "launch.js", 0o755)
        place(LICENSE, picking / "LICENSE")
        return npm_pack(own, out), npm_pack(picking, out)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("program", type=pathlib.Path, help="the built program")
    parser.add_argument("--target", choices=sorted(PLATFORMS), required=True, help="what it was built for")
    parser.add_argument("--out", type=pathlib.Path, default=pathlib.Path("dist"), help="where the packages go")
    arguments = parser.parse_args()
    if not arguments.program.stat().st_mode & stat.S_IXUSR:
        parser.error(f"{arguments.program} is no program")
    platform, architecture, _ = PLATFORMS[arguments.target]
    out = arguments.out.resolve()
    out.mkdir(parents=True, exist_ok=True)
    program = str(arguments.program.resolve())
    packages = [
        wheel(program, arguments.target, out),
        bundle(program, platform, architecture, out),
        *npm(program, platform, architecture, out),
    ]
    for package in packages:
        print(f"{package.name}: {package.stat().st_size} bytes")


main()
