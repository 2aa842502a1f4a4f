"""Objects removed from an SSH remote: a server on this machine's own loopback address, with its own keys."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from governance.erasure.bytes import scan_bytes
from governance.erasure.folders import push_objects
from governance.erasure.objects import NotAllRemoved, remove_objects
from governance.erasure.stores import open_stores
from governance.erasure.where import Where
from tests.governance.erasure.conftest import PERSON
from tests.governance.erasure.test_objects import first_version

pytest.importorskip("asyncssh")
pytest.importorskip("dvc_ssh")
pytestmark = pytest.mark.slow  # a second each, and more where the machine is busy

# Shows one folder over SFTP; removes nothing while a file `refuse` lies in it, and lists no run cache while a
# file `deaf` does. Ends with its standard input.
_SERVER = """
import asyncio, pathlib, sys
import asyncssh

home, keyfile = map(pathlib.Path, sys.argv[1:])
key = asyncssh.generate_private_key("ssh-ed25519")
keyfile.write_bytes(key.export_private_key())
keyfile.chmod(0o600)

class Files(asyncssh.SFTPServer):
    def __init__(self, channel):
        super().__init__(channel, chroot=str(home).encode())

    def remove(self, path):
        if (home / "refuse").exists():
            raise asyncssh.SFTPPermissionDenied("Permission denied")
        return super().remove(path)

    def scandir(self, path):
        if (home / "deaf").exists() and b"runs" in path:
            raise asyncssh.SFTPPermissionDenied("Permission denied")
        return super().scandir(path)

async def main():
    server = await asyncssh.listen(
        "127.0.0.1", 0, server_host_keys=[asyncssh.generate_private_key("ssh-ed25519")],
        authorized_client_keys=asyncssh.import_authorized_keys(key.export_public_key().decode()),
        sftp_factory=Files,
    )
    print(server.get_port(), flush=True)
    await asyncio.to_thread(sys.stdin.read)

asyncio.run(main())
"""


@pytest.fixture
def served(pushed: Path, tmp_path: Path) -> Iterator[Path]:
    """The folder that a server shows, the SSH remote beside the folder remote of `pushed`; the person is in
    it.
    """
    home, keyfile = tmp_path / "home", tmp_path / "key"
    (home / "data").mkdir(parents=True)
    command = [sys.executable, "-c", _SERVER, str(home), str(keyfile)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdin and server.stdout
        port = int(server.stdout.readline())
        config = pushed / ".dvc" / "config"
        named = f"url = ssh://ann@127.0.0.1:{port}/data\n    keyfile = {keyfile}\n"
        config.write_text(config.read_text() + f"['remote \"far\"']\n    {named}")
        push_objects(pushed, first_version(pushed), ["far"])
        with open_stores(pushed) as stores:
            stores.repo.stage_cache.push("far")
        yield home
        server.stdin.close()
        server.terminate()


def test_objects_and_runs_are_removed_over_ssh(served: Path, pushed: Path) -> None:
    folder, file = first_version(pushed)
    assert "remote far" in {hit.place for hit in scan_bytes(pushed, [PERSON])}
    done = remove_objects(pushed, [folder, file])
    assert done.unreachable == ()
    assert {Where("remote far", folder), Where("remote far", file)} <= set(done.removed)
    assert sum(where.place == "run cache of remote far" for where in done.removed) == 1
    left = [path for path in served.rglob("*") if path.is_file()]
    assert left and not [path for path in left if path.name in (folder[2:], file[2:])]
    assert "remote far" not in {hit.place for hit in scan_bytes(pushed, [PERSON])}
    assert remove_objects(pushed, [folder, file]).removed == ()


def test_a_server_that_removes_nothing_is_an_error(served: Path, pushed: Path) -> None:
    (served / "refuse").write_text("")
    with pytest.raises(NotAllRemoved, match="remote far failed"):
        remove_objects(pushed, first_version(pushed))
    (served / "refuse").unlink()
    assert {where.place for where in remove_objects(pushed, first_version(pushed)).removed} == {
        "remote far",
        "run cache of remote far",
    }


def test_a_folder_that_cannot_be_listed_is_not_taken_for_empty(served: Path, pushed: Path) -> None:
    (served / "deaf").write_text("")
    with pytest.raises(NotAllRemoved, match="remote far failed"):
        remove_objects(pushed, first_version(pushed))
    assert "remote far" in dict(scan_bytes(pushed, [PERSON]).unreachable)


def test_a_server_that_is_off_is_out_of_reach(served: Path, pushed: Path) -> None:
    config = pushed / ".dvc" / "config"
    lines = [line for line in config.read_text().splitlines() if "ssh://" not in line]
    config.write_text("\n".join(lines) + "\n    url = ssh://ann@127.0.0.1:9/data\n")
    ((place, _),) = remove_objects(pushed, first_version(pushed)).unreachable
    assert place == "remote far"
