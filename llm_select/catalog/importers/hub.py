"""Repositories of the Hugging Face hub: the only part of the importers that reaches the network.

Needs the extra `hub`. Only the configuration, the README and the headers of the weights are fetched.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from llm_select.catalog.importers.front_matter import MAX_README, front_matter
from llm_select.catalog.importers.reading import MAX_JSON, SourceError, json_object, read_file
from llm_select.catalog.importers.safetensors_header import tensor
from llm_select.catalog.importers.source import Bundle
from llm_select.messages import Message

PREFIX = "hf:"
_REPOSITORY = re.compile(r"\A[A-Za-z0-9][A-Za-z0-9._-]{0,95}/[A-Za-z0-9][A-Za-z0-9._-]{0,95}\Z")
_REVISION = re.compile(r"\A[A-Za-z0-9][A-Za-z0-9._/-]{0,127}\Z")


def split(source: str) -> tuple[str, str | None]:
    """Repository and revision of `hf:OWNER/NAME[@REVISION]`. Raises SourceError."""
    repository, _, revision = source.removeprefix(PREFIX).partition("@")
    if not _REPOSITORY.match(repository) or (revision and not _REVISION.match(revision)):
        raise SourceError(
            Message("no repository"),
            where=source,
            remedy=Message("write hf:OWNER/NAME or hf:OWNER/NAME@REVISION"),
        )
    return repository, revision or None


def hub_bundle(source: str) -> Bundle:
    """The bundle of a repository at one commit. Raises SourceError, also when the extra is not installed."""
    repository, revision = split(source)
    try:
        import huggingface_hub as hub
    except ImportError:
        raise SourceError(
            Message("reading from the hub needs the package huggingface-hub"),
            where=source,
            remedy=Message(
                "install it with: pip install 'llm-select[hub]'; or download the files and give "
                "their directory"
            ),
        ) from None
    try:
        return _fetch(hub, source, repository, revision)
    except SourceError:
        raise
    except Exception as error:  # the package raises what requests, httpx or it itself raise
        said = " ".join(str(error).split())[:200]
        raise SourceError(
            Message(
                "the hub did not answer with it: {kind}: {said}",
                kind=type(error).__name__,
                said=said,
            ),
            where=source,
            remedy=Message(
                "check the name and your access to it, or give a directory with its files"
            ),
        ) from None


def _fetch(hub: Any, source: str, repository: str, revision: str | None) -> Bundle:
    info = hub.HfApi().model_info(repository, revision=revision, files_metadata=True)
    commit = str(info.sha)
    sizes = {one.rfilename: one.size for one in info.siblings or ()}
    found = Bundle(source, repository=repository, revision=commit)
    found = found._replace(
        config=_object(hub, found, sizes, "config.json"),
        quant_config=_object(hub, found, sizes, "hf_quant_config.json"),
    )
    if "README.md" in sizes:
        data = _file(hub, found, sizes, "README.md", MAX_README)
        if data.removeprefix(b"\xef\xbb\xbf").startswith(b"---"):
            found = found._replace(front=front_matter(data, f"{source}: README.md"))
    if not sizes.keys().isdisjoint(("model.safetensors", "model.safetensors.index.json")):
        headers = hub.HfApi().get_safetensors_metadata(repository, revision=commit)
        tensors = tuple(
            tensor(name, str(one.dtype), list(one.shape), source)
            for file in headers.files_metadata.values()
            for name, one in file.tensors.items()
        )
        known = [sizes[name] for name in headers.files_metadata if sizes.get(name)]
        found = found._replace(tensors=tensors, size=sum(known) or None)
    if found.config is None and found.tensors is None:
        raise SourceError(Message("has no config.json and no safetensors"), where=source)
    return found


def _object(
    hub: Any, bundle: Bundle, sizes: dict[str, int | None], name: str
) -> dict[str, Any] | None:
    if name not in sizes:
        return None
    return json_object(_file(hub, bundle, sizes, name, MAX_JSON), f"{bundle.where}: {name}")


def _file(hub: Any, bundle: Bundle, sizes: dict[str, int | None], name: str, most: int) -> bytes:
    if (sizes[name] or 0) > most:
        raise SourceError(
            Message("{name} is larger than {limit} MiB", name=name, limit=most // 2**20),
            where=bundle.where,
        )
    path = hub.hf_hub_download(bundle.repository, name, revision=bundle.revision)
    return read_file(Path(path), most)
