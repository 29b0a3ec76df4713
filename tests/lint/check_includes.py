#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Checks the layering: which folder may include what, directly and through our own headers.

usage: check_includes.py [ROOT]     prints one line per breach, exit status 1 if there is any
"""
import re
import sys
from pathlib import Path

# Outside libraries, told by the path in #include <...>. What matches none of these (std, POSIX, OpenMP) is free.
LIBRARIES = {
    "torch": r"(torch|ATen|c10|caffe2)/",
    "qt": r"Q[A-Za-z]",
    "qcustomplot": r"qcustomplot",
    "libav": r"lib(av\w+|swscale|swresample)/",
    "cuda": r"(cuda|cub|thrust|cooperative_groups|nv)",
    "json": r"nlohmann/",
    "sentencepiece": r"sentencepiece",
    "cli11": r"CLI/",
    "cairo": r"cairo",
}
# Folder: (own folders or headers that it may include beside itself, libraries that its files may include).
# The longest matching folder counts. 'json' is for .cpp files wherever torch is not allowed; app, which nobody includes,
# may hand it around.
RULES = {
    "core/base": ([], ["json"]),
    "cache/plan": (["core/base"], ["json"]),
    "core/api": (["core/base", "cache/plan"], ["json"]),
    "kernels": ([], ["cuda"]),
    "cache/exec": (["core/base", "cache/plan", "kernels"], ["torch"]),
    "core/checkpoint": (["core/base"], ["torch", "json"]),
    "core/schedulers": (["core/base", "cache/plan"], ["torch", "json"]),
    "core/models": (["core/base", "core/api/frame.h", "core/checkpoint", "cache/plan", "cache/exec"], ["torch", "json", "sentencepiece"]),
    "core/library": (["core/base", "core/api", "cache/plan"], ["json"]),
    "core/world": (["core/base", "core/api/frame.h"], ["cairo"]),
    "core/media": (["core/base", "core/api"], ["libav", "json", "cairo"]),
    "core/engine": (["core/base", "core/api", "core/checkpoint", "core/models", "core/schedulers", "core/media",
                     "cache/plan", "cache/exec"], ["torch", "json"]),
    "core/training": (["core/base", "core/api", "core/checkpoint", "core/models", "core/schedulers", "core/engine",
                       "core/media", "core/world", "cache/plan", "cache/exec"], ["torch", "json"]),
    "core/verify": (["core/base", "core/api", "core/checkpoint", "core/models", "core/schedulers", "core/engine",
                     "cache/plan", "cache/exec"], ["torch", "json"]),
    "ui": (["core/base", "core/api", "core/library", "core/world", "cache/plan"], ["qt"]),
    "app": (["ui", "core/base", "core/api", "cache/plan", "core/engine", "core/verify", "core/media",
             "core/library", "core/training/convert_model.h", "core/training/request.h",
             "core/training/train.h", "core/checkpoint", "core/world"],
            ["qt", "cli11", "json"]),
}
# Never, not even through a header of another folder.
NEVER_REACHED = {
    "core/base": ["torch", "qt", "libav", "json"], "cache/plan": ["torch", "qt", "libav"],
    "core/api": ["torch", "qt", "libav"], "kernels": ["torch", "qt", "libav"], "core/media": ["torch", "qt"],
    "core/library": ["torch", "qt", "libav"], "core/world": ["torch", "qt", "libav"],
    "cache/exec": ["qt", "libav"], "core/models": ["qt", "libav"], "core/engine": ["qt"], "core/verify": ["qt"],
    "ui": ["torch", "libav", "cairo"], "app": ["torch", "libav"],
}
# Own headers that stay closed to a folder whose rule would open them.
CLOSED = {"core/models": ["cache/exec/policies/", "cache/plan/policies/"]}  # models know interfaces, no concrete policy
ONLY_FILE = {"qcustomplot": "ui/qcustomplot.h"}  # the wrapper that brings Qt's old keywords back around it
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.MULTILINE)


def folder_of(path):
    return max((folder for folder in RULES if path.startswith(folder + "/")), key=len, default=None)


def library_of(include):
    return next((name for name, pattern in LIBRARIES.items() if re.match(pattern, include)), None)


class Tree:
    def __init__(self, root):
        self.includes = {}
        for top in sorted({folder.split("/")[0] for folder in RULES}):
            for path in sorted((root / top).rglob("*")):
                if path.suffix in (".h", ".cpp", ".cu", ".cuh"):
                    found = INCLUDE.findall(path.read_text(encoding="utf-8", errors="replace"))
                    self.includes[path.relative_to(root).as_posix()] = [include for _, include in found]

    def libraries_reached(self, path):
        """{library: chain of files that leads to it} for a file and all own headers below it."""
        reached, seen, todo = {}, {path}, [(path, [path])]
        while todo:
            file, chain = todo.pop()
            for include in self.includes[file]:
                if include in self.includes:
                    if include not in seen:
                        seen.add(include)
                        todo.append((include, chain + [include]))
                elif library := library_of(include):
                    reached.setdefault(library, chain + [include])
        return reached


def breaches(root):
    tree = Tree(root)
    for path, includes in tree.includes.items():
        folder = folder_of(path)
        if folder is None:
            yield f"{path}: lies in no folder of the architecture (known: {', '.join(sorted(RULES))})"
            continue
        own, libraries = RULES[folder]
        for include in includes:
            if include.endswith(".moc") or include.startswith("generated/"):
                continue
            library, target = library_of(include), folder_of(include)
            if library in ONLY_FILE:
                if path != ONLY_FILE[library]:
                    yield f"{path}: includes {include}; only {ONLY_FILE[library]} may"
            elif library and library not in libraries:
                yield f"{path}: includes {include}; {folder} never sees {library}"
            elif library == "json" and "torch" not in libraries and path.endswith(".h") and folder != "app":
                yield f"{path}: includes {include}; in {folder} JSON stays in .cpp files"
            elif include in tree.includes and target != folder and target not in own and include not in own:
                yield f"{path}: includes {include}; {folder} may include {', '.join(own) or 'nothing else of ours'}"
            elif any(include.startswith(closed) for closed in CLOSED.get(folder, [])):
                yield f"{path}: includes {include}, which is closed to {folder}"
        reached = tree.libraries_reached(path)
        for library in NEVER_REACHED.get(folder, []):
            if library in reached and len(reached[library]) > 2:
                yield f"{path}: reaches {library} by {' -> '.join(reached[library][1:])}"


def main():
    root = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parents[2]
    found = list(breaches(root))
    print("\n".join(found) or "check_includes: the layering holds")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
