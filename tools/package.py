"""Builds the zips of the Lambda functions and says how large they are; `make package` runs it.

arm64, since it costs a fifth less; where its Rust target cannot be had, x86-64, and says so. With `--host` the
zips are for this machine, whatever it is, and lie in `lambda-host`: what the tests run. The functions
are the packages of the workspace below functions/.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PROFILE = "function"
ARM64 = "aarch64-unknown-linux-gnu"
# What a zip may weigh: a larger one takes longer to fetch at a cold start.
LIMIT_MB = 6
MEGABYTE = 1_000_000
# e_machine of the ELF header.
MACHINES = {0x3E: "x86_64", 0xB7: "arm64"}


def main():
    parser = argparse.ArgumentParser(description="Builds the zips of the Lambda functions.")
    parser.add_argument("--host", action="store_true", help="for this machine, in lambda-host")
    parser.add_argument("--architecture", metavar="DIRECTORY", help="only say what the zips there are for")
    arguments = parser.parse_args()
    if arguments.architecture:
        say(architecture_of(Path(arguments.architecture)))
        return
    workspace = metadata()
    functions = functions_of(workspace)
    target = Path(workspace["target_directory"])
    zips = package_for_host(functions, target) if arguments.host else package(functions, target)
    sys.exit(report(zips))


def package(functions, target):
    """What Lambda runs, linked by zig for the C library of Amazon Linux 2023."""
    architecture = "arm64" if can_build_arm64() else "x86_64"
    if architecture == "x86_64":
        say(
            f"The Rust target {ARM64} cannot be had here (see the lines above), so these are x86-64 zips.\n"
            '`make deploy` sees that; elsewhere tell Terraform: architecture = "x86_64".\n'
        )
    flag = "--arm64" if architecture == "arm64" else "--x86-64"
    # The profile says what cargo-lambda would otherwise set, panics that unwind for one.
    build("lambda", "build", flag, "--disable-optimizations", "--output-format", "zip", functions=functions)
    return [(name, target / "lambda" / name / "bootstrap.zip") for name in functions]


def package_for_host(functions, target):
    """The same programs by this machine's own compiler, so that tests need not build them twice."""
    build("build", functions=functions)
    zips = []
    for name in functions:
        path = target / "lambda-host" / name / "bootstrap.zip"
        path.parent.mkdir(parents=True, exist_ok=True)
        write_zip(path, target / PROFILE / name)
        zips.append((name, path))
    return zips


def write_zip(path, program):
    # Without the time, so that the same program is the same zip.
    entry = zipfile.ZipInfo("bootstrap")
    entry.external_attr = 0o755 << 16
    entry.compress_type = zipfile.ZIP_DEFLATED
    # In one step: somebody may be reading the old one.
    new = path.with_suffix(f".{os.getpid()}")
    with zipfile.ZipFile(new, "w") as archive:
        archive.writestr(entry, program.read_bytes())
    new.replace(path)


def metadata():
    command = ["cargo", "metadata", "--no-deps", "--format-version", "1"]
    return json.loads(subprocess.check_output(command, cwd=ROOT))


def functions_of(workspace):
    below = ROOT / "functions"
    packages = workspace["packages"]
    return sorted(p["name"] for p in packages if below in Path(p["manifest_path"]).parents)


def can_build_arm64():
    """Whether the standard library of the target is there, or rustup can fetch it."""
    sysroot = Path(subprocess.check_output(["rustc", "--print", "sysroot"], cwd=ROOT, text=True).strip())
    if (sysroot / "lib/rustlib" / ARM64).is_dir():
        return True
    if not shutil.which("rustup"):
        say("There is no rustup on the PATH to add it with.")
        return False
    return subprocess.run(["rustup", "target", "add", ARM64], cwd=ROOT).returncode == 0


def build(*arguments, functions):
    command = ["cargo", *arguments, "--locked", "--profile", PROFILE]
    for name in functions:
        command += ["--package", name]
    tools = ROOT / ".venv" / "bin"
    environment = {**os.environ, "PATH": f"{tools}{os.pathsep}{os.environ['PATH']}"}
    built = subprocess.run(command, cwd=ROOT, env=environment)
    if built.returncode != 0:
        sys.exit(f"error: {' '.join(command)} failed")


def report(zips):
    """The table; the exit status says whether every zip is small enough."""
    say(f"{'function':<14} {'architecture':<12} {'zip MB':>7} {'binary MB':>10}  file")
    too_large = []
    for name, path in zips:
        size = path.stat().st_size
        architecture, binary = look_into(path)
        say(f"{name:<14} {architecture:<12} {size / MEGABYTE:>7.2f} {binary / MEGABYTE:>10.2f}  {path}")
        if size > LIMIT_MB * MEGABYTE:
            too_large.append(f"{name} ({size / MEGABYTE:.2f} MB)")
    if too_large:
        say(f"error: larger than the {LIMIT_MB} MB that a zip may have: {', '.join(too_large)}", sys.stderr)
    return 1 if too_large else 0


def architecture_of(directory):
    """The one architecture, as Lambda calls it, that every zip in the directory is for."""
    zips = sorted(directory.glob("*/bootstrap.zip"))
    found = sorted({look_into(path)[0] for path in zips})
    if len(found) != 1 or found[0] not in MACHINES.values():
        what = f"are for {', '.join(found)}" if zips else "are missing"
        sys.exit(f"error: the packages in {directory} {what}, not all for arm64 or all for x86_64: run `make package`")
    return found[0]


def look_into(path):
    """The architecture and the size of the one program in the zip."""
    with zipfile.ZipFile(path) as archive:
        entry = archive.getinfo("bootstrap")
        with archive.open(entry) as binary:
            header = binary.read(20)
    machine = int.from_bytes(header[18:20], "little")
    return MACHINES.get(machine, f"{machine:#x}"), entry.file_size


def say(text, stream=sys.stdout):
    print(text, file=stream, flush=True)


if __name__ == "__main__":
    main()
