#!/usr/bin/env python3
"""Packs the built program for people without a toolchain, into a folder: a bundle for Claude Desktop, and packages for
npm. (The wheel is made by maturin, which builds the program itself: see `python/pyproject.toml`.)

What the packages say of the program they ask the program: its version and its tools. The same program gives the same
bytes, whenever it is packed."""

import argparse
import json
import pathlib
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
# What Node and the manifest of a bundle call the platforms that a program can be built for.
PLATFORMS = {
    "x86_64-unknown-linux-gnu": ("linux", "x64"),
    "aarch64-unknown-linux-gnu": ("linux", "arm64"),
    "x86_64-apple-darwin": ("darwin", "x64"),
    "aarch64-apple-darwin": ("darwin", "arm64"),
    "x86_64-pc-windows-msvc": ("win32", "x64"),
    "x86_64-pc-windows-gnu": ("win32", "x64"),
}
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


def without_times(archive):
    """Gives everything in an archive the same time: the packer gives it that of packing."""
    with zipfile.ZipFile(archive) as packed:
        members = [(member, packed.read(member)) for member in packed.infolist()]
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as settled:
        for member, content in members:
            same = zipfile.ZipInfo(member.filename, EPOCH)
            same.create_system, same.external_attr = 3, member.external_attr
            same.compress_type = zipfile.ZIP_DEFLATED
            settled.writestr(same, content, compresslevel=9)


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
        "is connected yet, a page opens in the browser that does it; then switch the extension off and on.",
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


def npm_pack(folder, out):
    packed = output("npm", "pack", "--json", "--pack-destination", str(out), str(folder))
    return out / json.loads(packed)[0]["filename"]


def npm(program, platform, architecture, out):
    """The package of this platform, and the one that people name: it has those of all platforms as options."""
    version = version_of(program)
    common = {"version": version, "description": DESCRIPTION, "license": "Apache-2.0"}
    with tempfile.TemporaryDirectory() as work:
        own = pathlib.Path(work) / "platform"
        write_json(own / "package.json", {
            "name": f"salesforce-plugin-{platform}-{architecture}",
            **common,
            "os": [platform],
            "cpu": [architecture],
            "files": ["bin", "LICENSE"],
        })
        place(program, own / "bin" / file_name(platform), 0o755)
        place(LICENSE, own / "LICENSE")
        picking = pathlib.Path(work) / "picking"
        all_platforms = sorted({f"salesforce-plugin-{system}-{machine}" for system, machine in PLATFORMS.values()})
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
    platform, architecture = PLATFORMS[arguments.target]
    out = arguments.out.resolve()
    out.mkdir(parents=True, exist_ok=True)
    program = str(arguments.program.resolve())
    for package in [bundle(program, platform, architecture, out), *npm(program, platform, architecture, out)]:
        print(f"{package.name}: {package.stat().st_size} bytes")


main()
