"""Compiled catalogs between runs, in the user's cache directory.

Two levels. A *stamp* file per directory holds what `stat` says of every catalog file and of the
code that compiles them, with the content hash that belonged to it; when it still holds, no file is
read. Compiled catalogs are named by the content hash. Any problem with the cache only means that
the catalog is compiled.
"""

# Plain paths: pathlib costs milliseconds at every start.
# ruff: noqa: PTH100, PTH103, PTH105, PTH107, PTH111, PTH116, PTH117, PTH118, PTH119, PTH120, PTH123, PTH208

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterable, Mapping
from zlib import crc32

KEEP = {"catalog": 8, "links": 64}
"""Files of each kind that stay; older ones are removed when one is written."""
_SETTLED_S = 2.0
"""A file changed more recently may change again without its time stamp telling."""
_CODE = ("schema", "catalog", "evidence")


def cache_directory() -> str | None:
    """`LLM_SELECT_CACHE_DIR`, else the platform's; None when there is none."""
    chosen = os.environ.get("LLM_SELECT_CACHE_DIR")
    if chosen:
        return chosen
    if sys.platform == "win32":
        from platformdirs import user_cache_dir  # asks the shell; slow to import

        return user_cache_dir("llm-select", appauthor=False)
    if sys.platform == "darwin":
        base = os.path.expanduser("~/Library/Caches")
    else:
        base = os.environ.get("XDG_CACHE_HOME", "")
        if not os.path.isabs(base):  # the XDG specification ignores relative paths
            base = os.path.expanduser("~/.cache")
    return os.path.join(base, "llm-select") if os.path.isabs(base) else None


def stamp(directory: str, paths: Iterable[str]) -> str | None:
    """What `stat` says of the files and of the compiling code; None while a file is too fresh to
    trust."""
    lines = [os.path.abspath(directory)]
    newest = 0.0
    for path in (*code_files(), *paths):
        try:
            status = os.stat(path)
        except OSError:
            return None
        newest = max(newest, status.st_mtime, status.st_ctime)
        lines.append(
            f"{path} {status.st_size} {status.st_mtime_ns} {status.st_ctime_ns} {status.st_ino}"
        )
    return "\n".join(lines) if abs(time.time() - newest) > _SETTLED_S else None


def content_hash(directory: str, contents: Mapping[str, bytes]) -> str:
    """32 hexadecimal digits over every file's place and bytes; the same wherever the directory
    lies."""
    from hashlib import blake2b

    digest = blake2b(digest_size=16)
    for path in sorted(contents, key=lambda path: _relative(path, directory)):
        data = contents[path]
        digest.update(f"{_relative(path, directory)}\0{len(data)}\0".encode())
        digest.update(data)
    return digest.hexdigest()


def code_hash() -> str:
    """16 hexadecimal digits over the schema and the code that compiles."""
    from hashlib import blake2b

    digest = blake2b(digest_size=8)
    for path in code_files():
        try:
            with open(path, "rb") as file:
                digest.update(file.read())
        except OSError:
            digest.update(b"?")
    return digest.hexdigest()


def code_files() -> tuple[str, ...]:
    """Sources of the schema and of this package: a compiled catalog depends on them too."""
    package = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    found: list[str] = []
    for name in _CODE:
        folder = os.path.join(package, name)
        try:
            found += sorted(
                os.path.join(folder, file) for file in os.listdir(folder) if file.endswith(".py")
            )
        except OSError:
            continue
    return tuple(found)


def recall(directory: str, current: str | None) -> bytes | None:
    """The compiled catalog, if the directory is as its stamp file says."""
    cache = cache_directory()
    if cache is None or current is None:
        return None
    try:
        with open(os.path.join(cache, _stamp_name(directory)), encoding="utf-8") as file:
            name, _, known = file.read().partition("\n")
    except (OSError, UnicodeDecodeError):
        return None
    if known != current or os.path.basename(name) != name:
        return None
    return read(name)


def read(name: str) -> bytes | None:
    """A compiled catalog's bytes, unless the cache does not have it."""
    cache = cache_directory()
    if cache is None:
        return None
    try:
        with open(os.path.join(cache, name), "rb") as file:
            return file.read()
    except OSError:
        return None


def compiled_name(content: str) -> str:
    """File name of a compiled catalog."""
    return f"catalog-{content}-{code_hash()}.json"


def links_name(content: str, task: str) -> str:
    """File name of the links of a task's boards."""
    return f"links-{content}-{code_hash()}-{crc32(task.encode()):08x}.json"


def store(name: str, data: bytes) -> None:
    """Keeps a compiled catalog or a task's links, and removes the oldest ones of their kind."""
    if _write(name, data):
        _prune(name.partition("-")[0])


def remember(directory: str, current: str | None, name: str) -> None:
    """Notes that a directory with this stamp has that compiled catalog."""
    if current is not None:
        _write(_stamp_name(directory), f"{name}\n{current}".encode("utf-8", "surrogateescape"))


def _write(name: str, data: bytes) -> bool:
    """Writes a cache file in one step, so that a reader never sees half of one. False when it
    cannot."""
    from tempfile import mkstemp

    cache = cache_directory()
    if cache is None:
        return False
    temporary = ""
    try:
        os.makedirs(cache, mode=0o700, exist_ok=True)
        handle, temporary = mkstemp(prefix=".new-", dir=cache)
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        os.replace(temporary, os.path.join(cache, name))
    except OSError:
        if temporary:
            _remove(temporary)
        return False
    return True


def _prune(kind: str) -> None:
    cache = cache_directory()
    if cache is None:
        return
    try:
        with os.scandir(cache) as scan:
            ages = sorted(
                (
                    (entry.stat().st_mtime, entry.path)
                    for entry in scan
                    if entry.name.startswith(f"{kind}-")
                ),
                reverse=True,
            )
    except OSError:
        return
    for _, path in ages[KEEP[kind] :]:
        _remove(path)


def _remove(path: str) -> None:
    try:
        os.remove(path)
    except OSError:
        return


def _stamp_name(directory: str) -> str:
    return f"stamp-{crc32(os.fsencode(os.path.abspath(directory))):08x}"


def _relative(path: str, directory: str) -> str:
    return os.path.relpath(path, directory).replace(os.sep, "/")
