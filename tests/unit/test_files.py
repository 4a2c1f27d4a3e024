from __future__ import annotations

import errno
import gzip
import hashlib
import os
import random
import stat

import pytest

from latentbin import files
from latentbin.errors import UserError
from latentbin.files import (
    atomic_directory,
    atomic_output,
    check_output_folder,
    file_digest,
    open_binary_reader,
    open_gzip_writer,
    open_text_reader,
    write_table,
)

as_user = pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")


def read(path):
    with open_binary_reader(path) as handle:
        return handle.read()


def test_output_appears_whole_with_the_usual_mode(tmp_path):
    target = tmp_path / "x"
    with atomic_output(target) as temporary:
        temporary.write_text("new")
        assert not target.exists()
    assert target.read_text() == "new"
    (tmp_path / "plain").write_text("")
    assert stat.S_IMODE(target.stat().st_mode) == stat.S_IMODE((tmp_path / "plain").stat().st_mode)
    assert len(list(tmp_path.iterdir())) == 2


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt, SystemExit])
def test_failure_leaves_the_old_file_and_nothing_else(tmp_path, error):
    target = tmp_path / "x"
    target.write_text("old")

    def work():
        with atomic_output(target) as temporary:
            temporary.write_text("half")
            raise error

    with pytest.raises(error):
        work()
    assert target.read_text() == "old"
    assert list(tmp_path.iterdir()) == [target]


def test_output_that_is_a_folder_is_refused(tmp_path):
    with (
        pytest.raises(UserError, match="is a directory, expected a file name"),
        atomic_output(tmp_path),
    ):
        pass
    with pytest.raises(UserError, match="is a directory, expected a file name"):
        check_output_folder(tmp_path)


def test_output_in_no_folder_is_refused(tmp_path):
    target = tmp_path / "no" / "x"
    with (
        pytest.raises(UserError, match=r"x: its folder does not exist\. Make it first"),
        atomic_output(target),
    ):
        pass
    with pytest.raises(UserError, match=r"x: its folder does not exist\. Make it first"):
        check_output_folder(target)
    with (
        pytest.raises(UserError, match=r"x: its folder does not exist"),
        atomic_directory(target),
    ):
        pass
    (tmp_path / "file").write_text("")
    with (
        pytest.raises(UserError, match=r"x: its folder does not exist"),
        atomic_output(tmp_path / "file" / "x"),
    ):
        pass


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (PermissionError(errno.EACCES, "Permission denied"), "no permission to write here"),
        (OSError(errno.ENOSPC, "No space left on device"), "No space left on device"),
        (OSError(errno.EROFS, "Read-only file system"), "Read-only file system"),
        (FileExistsError(errno.EEXIST, "File exists"), "exists already. Remove it"),
        (IsADirectoryError(errno.EISDIR, "Is a directory"), "expected a file name"),
    ],
)
def test_what_the_system_refuses_is_said_and_cleared_away(tmp_path, error, said):
    for output in (atomic_output, atomic_directory):
        with pytest.raises(UserError) as caught, output(tmp_path / "x"):
            raise error
        assert str(caught.value).startswith(str(tmp_path / "x"))
        assert said in str(caught.value)
    assert list(tmp_path.iterdir()) == []


def test_folder_without_permission_is_found_before_the_work(tmp_path, monkeypatch):
    def refuse(*_, **__):
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(files.tempfile, "mkstemp", refuse)
    with pytest.raises(UserError, match="no permission to write here"):
        check_output_folder(tmp_path / "x")


@as_user
def test_folder_without_permission_for_real(tmp_path):
    tmp_path.chmod(0o500)
    with pytest.raises(UserError, match="no permission to write here"):
        check_output_folder(tmp_path / "x")


def test_checking_the_output_folder_leaves_no_trace(tmp_path):
    check_output_folder(tmp_path / "x")
    assert list(tmp_path.iterdir()) == []


def test_directory_appears_whole_and_replaces_only_an_empty_one(tmp_path):
    target = tmp_path / "d"
    target.mkdir()
    with atomic_directory(target) as temporary:
        (temporary / "a").write_text("1")
        assert not any(target.iterdir())
    assert (target / "a").read_text() == "1"
    with (
        pytest.raises(UserError, match="exists and is not an empty folder"),
        atomic_directory(target),
    ):
        pass
    (tmp_path / "file").write_text("")
    with (
        pytest.raises(UserError, match="exists and is not an empty folder"),
        atomic_directory(tmp_path / "file"),
    ):
        pass


def test_failed_directory_is_cleared_away(tmp_path):
    def work():
        with atomic_directory(tmp_path / "d") as temporary:
            (temporary / "a").write_text("1")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        work()
    assert list(tmp_path.iterdir()) == []


def test_missing_input_and_folder_as_input_are_named(tmp_path):
    with pytest.raises(UserError, match=r"absent: no such file\. Check the path"):
        read(tmp_path / "absent")
    with pytest.raises(UserError, match="is a directory, expected a file"):
        read(tmp_path)
    with pytest.raises(UserError, match=r"absent: no such file"):
        file_digest(tmp_path / "absent")


def test_unreadable_input_is_named(tmp_path, monkeypatch):
    def refuse(*_, **__):
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(files, "open", refuse, raising=False)
    with pytest.raises(UserError, match="no permission to read it"):
        read(tmp_path / "x")


def test_truncated_gzip_is_named(tmp_path):
    path = tmp_path / "x.gz"
    content = bytes(random.Random(1).randbytes(5000))
    path.write_bytes(gzip.compress(content)[:-1000])
    with pytest.raises(UserError, match=r"x\.gz: the gzip stream ends too early"):
        read(path)


def test_corrupt_gzip_is_named(tmp_path):
    path = tmp_path / "x.gz"
    data = bytearray(gzip.compress(bytes(random.Random(1).randbytes(5000))))
    data[-6] ^= 255  # the checksum
    path.write_bytes(data)
    with pytest.raises(UserError, match=r"x\.gz: corrupt gzip"):
        read(path)


def test_binary_where_text_is_wanted_is_named(tmp_path):
    path = tmp_path / "x"
    path.write_bytes(b"ab\xff")
    with (
        pytest.raises(UserError, match=r"x: byte 2 is not text\. Expected a table"),
        open_text_reader(path, "table") as handle,
    ):
        handle.read()


def test_text_reads_the_line_ends_of_any_system(tmp_path):
    path = tmp_path / "x"
    path.write_bytes(b"a\r\nb\nc\r")
    with open_text_reader(path) as handle:
        assert handle.read() == "a\nb\nc\n"


def test_gzip_has_no_time_and_no_name(tmp_path):
    for name in ("a.gz", "b.gz"):
        with open_gzip_writer(tmp_path / name) as handle:
            handle.write(b"content")
    assert (tmp_path / "a.gz").read_bytes() == (tmp_path / "b.gz").read_bytes()
    assert (tmp_path / "a.gz").read_bytes()[3:8] == b"\0" * 5
    assert read(tmp_path / "a.gz") == b"content"


def test_table_plain_and_compressed(tmp_path):
    for name in ("t.tsv", "t.tsv.gz"):
        write_table(tmp_path / name, ("a", "b"), [(1, "x"), (2, "y")])
        assert read(tmp_path / name) == b"a\tb\n1\tx\n2\ty\n"
    assert gzip.decompress((tmp_path / "t.tsv.gz").read_bytes())


def test_table_that_fails_midway_is_not_there(tmp_path):
    def rows():
        yield ("1",)
        raise RuntimeError

    with pytest.raises(RuntimeError):
        write_table(tmp_path / "t.tsv", ("a",), rows())
    assert list(tmp_path.iterdir()) == []


def test_digest_is_sha256(tmp_path):
    (tmp_path / "x").write_bytes(b"abc")
    assert file_digest(tmp_path / "x") == hashlib.sha256(b"abc").hexdigest()
