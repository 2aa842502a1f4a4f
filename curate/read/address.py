"""Files at an address (`s3://bucket/folder`, and whatever else fsspec knows): listed, and fetched one by one.

Only a person names an address, on the command line or in `params.yaml`; nothing else asks the network.
Credentials, region and endpoint come from the environment and the service's own files (`AWS_PROFILE`,
`AWS_ENDPOINT_URL`, ...), never from the project. A file is copied into a temporary folder that only its
owner may open, read there with the readers for plain files, and removed before the next one is fetched: one
file's room on the disk, whatever the folder holds. DVC's remotes are reached by DVC
(`governance/erasure/stores.py`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import Any

from curate.errors import AssayError
from curate.text import plain

# `Path` folds `s3://` into `s3:/`; a drive of Windows has one letter.
_ADDRESS = re.compile(r"(?P<scheme>[a-zA-Z][a-zA-Z0-9+.-]+):/{1,3}(?P<rest>[^/].*)", re.DOTALL)
# Names of fsspec that open files of this machine, or another address within: `curate.outside` does not see
# through them.
_LOCAL = frozenset(
    {
        "async_wrapper", "asynclocal", "asyncwrapper", "blockcache", "cached", "data", "dir", "dvc", "file",
        "filecache", "generic", "git", "libarchive", "local", "reference", "simplecache", "tar", "zip",
    }
)  # fmt: skip
_MAGIC = re.compile(r"[*?\[]")
_CREDENTIALS = {
    "s3": "AWS_PROFILE or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, and AWS_ENDPOINT_URL for a server of "
    "your own",
    "gs": "GOOGLE_APPLICATION_CREDENTIALS",
    "abfs": "AZURE_STORAGE_CONNECTION_STRING",
    "az": "AZURE_STORAGE_CONNECTION_STRING",
}
_PACKAGES = {"s3": "s3fs", "s3a": "s3fs", "gs": "gcsfs", "gcs": "gcsfs", "abfs": "adlfs", "az": "adlfs"}


def is_address(path: Path | str) -> bool:
    """Whether `path` is an address rather than a file here or a name on the hub (`hf://`)."""
    match = _ADDRESS.fullmatch(str(path))
    return match is not None and match["scheme"].lower() != "hf"


def is_remote(path: Path | str) -> bool:
    """Whether reading `path` needs the network: an address, or a name on the hub."""
    return is_address(path) or str(path).startswith("hf:/")


@dataclass(frozen=True)
class Store:
    """Where an address leads.

    Parameters
    ----------
    address
        As a person wrote it, slashes restored.
    files
        fsspec's file system.
    path
        The rest of the address, as `files` has it.
    """

    address: str
    files: Any
    path: str

    def listed(self) -> dict[str, int]:
        """Every file that the address means, with its size: itself, those below it, or those that match.

        Raises
        ------
        AssayError
            If it cannot be asked, or there is none.
        """
        with _asking(self.address):
            self.files.invalidate_cache()
            if _MAGIC.search(self.path):
                found = self.files.glob(self.path, detail=True)
            elif self.files.isfile(self.path):
                found = {self.path: self.files.info(self.path)}
            else:
                found = self.files.find(self.path, detail=True)
        there = {
            str(name): int(about.get("size") or 0)
            for name, about in found.items()
            if about.get("type") == "file" and not str(name).endswith("/")
        }
        if not there:
            raise AssayError(
                f"{plain(self.address, 300)} does not exist, or holds no file",
                fix="correct the address; only what the credentials of the environment may see is found",
            )
        return there

    @contextmanager
    def fetched(self, name: str, shown: str) -> Iterator[Path]:
        """A copy of one file for the time of the block; errors of its readers call it `shown`."""
        with TemporaryDirectory(prefix="assay-") as folder:
            copy = Path(folder) / (PurePosixPath(name).name or "file")
            with _asking(shown):
                self.files.get_file(name, str(copy))
            with _called(copy, shown):
                yield copy

    @contextmanager
    def fetched_folder(self, names: dict[str, str], shown: str) -> Iterator[Path]:
        """Copies of several files, relative name -> name in the store, as one folder."""
        with TemporaryDirectory(prefix="assay-") as folder:
            for relative, name in names.items():
                copy = Path(folder) / relative
                copy.parent.mkdir(parents=True, exist_ok=True)
                with _asking(shown):
                    self.files.get_file(name, str(copy))
            with _called(Path(folder), shown):
                yield Path(folder)


def store(address: Path | str) -> Store:
    """The store that an address names.

    Raises
    ------
    AssayError
        If the scheme is unknown or means a file of this machine, or its package is not installed.
    """
    match = _ADDRESS.fullmatch(str(address))
    assert match is not None, "is_address first"
    scheme, rest = match["scheme"].lower(), match["rest"]
    said = f"{scheme}://{rest}"
    if scheme in _LOCAL or "::" in said:
        raise AssayError(
            f"{plain(said, 300)} is an address within this machine",
            fix="name the file or folder by its path",
        )
    try:
        import fsspec
    except ImportError as error:
        raise AssayError(
            f"{plain(said, 300)}: reading from an address needs the package fsspec, which is not installed",
            fix="pip install 'assay[remote]'",
        ) from error
    if scheme not in fsspec.available_protocols():
        raise AssayError(
            f"{plain(said, 300)}: fsspec knows no {scheme}://", fix="name one such as s3://bucket/folder"
        )
    try:
        fsspec.get_filesystem_class(scheme)
    except ImportError as error:
        package = _PACKAGES.get(scheme, f"of fsspec for {scheme}://")
        raise AssayError(
            f"{plain(said, 300)} needs the package {package}, which is not installed",
            fix="pip install 'assay[remote]'" if package == "s3fs" else f"pip install {package.split()[0]}",
        ) from error
    with _asking(said):
        files, path = fsspec.core.url_to_fs(said)
    return Store(said, files, str(path))


@contextmanager
def _asking(address: str) -> Iterator[None]:
    """Turn what a store's client raises into an error that names the address and no credential."""
    try:
        yield
    except (AssayError, KeyboardInterrupt, SystemExit, GeneratorExit, MemoryError):
        raise
    except FileNotFoundError:
        raise AssayError(f"{plain(address, 300)} does not exist", fix="correct the address") from None
    except Exception as error:  # each client raises its own types, from botocore's to asyncssh's
        scheme = address.partition(":")[0]
        where = _CREDENTIALS.get(scheme.removesuffix("a"), "as its fsspec client documents")
        raise AssayError(
            f"{plain(address, 300)} cannot be read: {type(error).__name__}",
            fix=f"check the address, the network and the credentials of the environment ({where})",
        ) from None


@contextmanager
def _called(copy: Path, shown: str) -> Iterator[None]:
    """Have errors of a reader name the address and not the temporary copy."""
    try:
        yield
    except AssayError as error:
        raise AssayError(
            error.problem.replace(str(copy), plain(shown, 300)), fix=error.fix.replace(str(copy), shown)
        ) from error
