#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Fetches the pinned CUDA compiler into DEPS_DIR/cuda: bin/nvcc and what it needs.

usage: fetch_cuda.py DEPS_DIR

As fetch_libtorch.py, whose means it uses: complete or absent, hashes checked, fetched again when a pin changes.
"""
import fcntl
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import fetch_libtorch as wheel

REQUIREMENTS = Path(__file__).with_name("cuda-requirements.txt")


def unpack(archive_path, part):
    """Everything below nvidia/cu13 goes to the top; programs keep their right to run."""
    with zipfile.ZipFile(archive_path) as archive:
        for entry in archive.infolist():
            name = entry.filename.removeprefix("nvidia/cu13/")
            if entry.is_dir() or name == entry.filename or ".." in name.split("/"):
                continue
            target = part / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(archive.read(entry))
            if name.split("/")[0] == "bin" or name.startswith("nvvm/bin/"):
                target.chmod(0o755)


def fetch(deps, pins):
    wheels, part, final = deps / "cuda.wheels", deps / "cuda.part", deps / "cuda"
    wheels.mkdir(parents=True, exist_ok=True)
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir()
    for pin in pins:
        file = wheel.finished_wheel(wheels, pin[2])
        if file is None:
            wheel.download(pin, wheels)
            file = wheel.finished_wheel(wheels, pin[2])
        if file is None:
            wheel.fail(f"the downloaded file of {pin[0]} {pin[1]} does not have the pinned hash {pin[2]}")
        unpack(file, part)
    (part / "lib64").symlink_to("lib")  # where nvcc looks for its libraries
    version = subprocess.run([part / "bin/nvcc", "--version"], capture_output=True, text=True)
    if version.returncode != 0:
        wheel.fail(f"the fetched nvcc does not run here: {version.stderr.strip()}")
    (part / wheel.STAMP).write_text(wheel.stamp_text(pins))
    shutil.rmtree(final, ignore_errors=True)
    part.rename(final)
    shutil.rmtree(wheels)


def main(arguments):
    if len(arguments) != 1:
        wheel.fail("usage: fetch_cuda.py DEPS_DIR")
    deps, pins = Path(arguments[0]), wheel.requirements(REQUIREMENTS)
    deps.mkdir(parents=True, exist_ok=True)
    with open(deps / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        stamp = deps / "cuda" / wheel.STAMP
        if not (stamp.is_file() and stamp.read_text() == wheel.stamp_text(pins) and
                os.access(deps / "cuda/bin/nvcc", os.X_OK)):
            fetch(deps, pins)
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except OSError as error:
        wheel.fail(f"{error.filename}: {error.strerror}. Check the free space and the rights of the folder.")
    except KeyboardInterrupt:
        wheel.fail("stopped; run the same command again to go on")
