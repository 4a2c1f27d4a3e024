"""Files are complete or absent, and the same content gives the same bytes.

Every output is written beside its destination under a temporary name and moved into place
when it is whole; gzip carries no time stamp; text is UTF-8 with ``\\n``.
"""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import io
import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, Any

from latentbin.errors import UserError

GZIP_MAGIC = b"\x1f\x8b"


@contextlib.contextmanager
def readable(path: str | os.PathLike[str], what: str = "file") -> Iterator[None]:
    """Turn the errors of opening and reading ``path`` into one message that names it."""
    try:
        yield
    except FileNotFoundError as error:
        raise UserError(f"{path}: no such {what}. Check the path.") from error
    except IsADirectoryError as error:
        raise UserError(f"{path}: is a directory, expected a {what}.") from error
    except PermissionError as error:
        raise UserError(f"{path}: no permission to read it. Check its owner and mode.") from error
    except UnicodeDecodeError as error:
        raise UserError(f"{path}: byte {error.start} is not text. Expected a {what}.") from error


@contextlib.contextmanager
def writable(path: str | os.PathLike[str]) -> Iterator[None]:
    """Turn the errors of writing ``path`` into one message that names it."""
    try:
        yield
    except PermissionError as error:
        raise UserError(
            f"{path}: no permission to write here. Choose another output or change the mode."
        ) from error
    except (FileNotFoundError, NotADirectoryError) as error:
        raise UserError(f"{path}: its folder does not exist. Make it first.") from error
    except IsADirectoryError as error:
        raise UserError(f"{path}: is a directory, expected a file name.") from error
    except FileExistsError as error:
        raise UserError(f"{path}: exists already. Remove it or choose another output.") from error
    except OSError as error:
        # full disk, quota, read-only file system, name too long, ...
        raise UserError(
            f"{path}: could not be written ({error.strerror}). Nothing was left behind; "
            "free some space or choose another output."
        ) from error


@contextlib.contextmanager
def atomic_output(path: str | os.PathLike[str]) -> Iterator[Path]:
    """A temporary path beside ``path`` that replaces it if, and only if, the block succeeds."""
    target = Path(path)
    if target.is_dir():
        raise UserError(f"{target}: is a directory, expected a file name.")
    with writable(target):
        handle, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
        os.close(handle)
        temporary = Path(name)
        try:
            yield temporary
            os.chmod(temporary, 0o666 & ~_umask())
            os.replace(temporary, target)
        finally:
            temporary.unlink(missing_ok=True)


@contextlib.contextmanager
def atomic_directory(path: str | os.PathLike[str]) -> Iterator[Path]:
    """A temporary folder beside ``path`` that becomes it if, and only if, the block succeeds.

    An existing empty folder is replaced; anything else that stands there is refused, so that
    results of two runs are never mixed.
    """
    target = Path(path)
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise UserError(f"{target}: exists and is not an empty folder. Choose another output.")
    with writable(target):
        temporary = Path(tempfile.mkdtemp(prefix=f".{target.name}.", dir=target.parent))
        try:
            yield temporary
            os.chmod(temporary, 0o777 & ~_umask())
            if target.exists():
                target.rmdir()
            os.replace(temporary, target)
        finally:
            shutil.rmtree(temporary, ignore_errors=True)


def check_output_folder(path: str | os.PathLike[str]) -> None:
    """Refuse an output that cannot be written, before hours of work and not after."""
    target = Path(path)
    folder = target.parent
    if not folder.is_dir():
        raise UserError(f"{target}: its folder does not exist. Make it first.")
    if target.is_dir():
        raise UserError(f"{target}: is a directory, expected a file name.")
    with writable(target):
        handle, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=folder)
        os.close(handle)
        os.unlink(name)


def report_beside(output: Path, given: Path | None = None) -> Path:
    """The JSON file that tells how an output was made, beside it unless given; both can be written.

    Raises
    ------
    UserError : the output itself has that name, or a folder is missing or cannot be written to
    """
    report = given or output.with_suffix(".json")
    if report == output:
        raise UserError(f"{output}: its report would stand there. Let --output end in .tsv.")
    for path in (output, report):
        check_output_folder(path)
    return report


def _umask() -> int:
    value = os.umask(0)
    os.umask(value)
    return value


@contextlib.contextmanager
def open_binary_reader(path: str | os.PathLike[str], what: str = "file") -> Iterator[IO[bytes]]:
    """Open plain or gzip'd bytes for reading; a truncated or corrupt gzip is named."""
    from isal import igzip, isal_zlib

    with readable(path, what), open(path, "rb") as raw:
        if raw.read(2) != GZIP_MAGIC:
            raw.seek(0)
            yield raw
            return
        raw.seek(0)
        try:
            with igzip.open(raw, "rb") as unzipped:
                yield unzipped
        except EOFError as error:
            raise UserError(
                f"{path}: the gzip stream ends too early; the file is truncated. "
                "Copy or download it again."
            ) from error
        except (gzip.BadGzipFile, isal_zlib.error) as error:  # type: ignore[misc, unused-ignore]
            raise UserError(
                f"{path}: corrupt gzip ({error}). Copy or download it again."
            ) from error


@contextlib.contextmanager
def open_text_reader(path: str | os.PathLike[str], what: str = "file") -> Iterator[IO[str]]:
    """Open plain or gzip'd UTF-8 text; line endings of any system read as ``\\n``."""
    with open_binary_reader(path, what) as raw, readable(path, what):
        yield io.TextIOWrapper(raw, encoding="utf-8")


@contextlib.contextmanager
def open_gzip_writer(path: str | os.PathLike[str], level: int = 6) -> Iterator[IO[bytes]]:
    """Write gzip without a time stamp or file name: same content, same bytes."""
    with open(path, "wb") as raw, gzip.GzipFile("", "wb", level, raw, mtime=0) as zipped:
        yield zipped  # type: ignore[misc]


def write_table(
    path: str | os.PathLike[str], header: Sequence[str], rows: Iterator[Sequence[Any]] | Any
) -> None:
    """Write a TSV with a header; ``.gz`` in the name compresses. Complete or absent.

    Cells are written with ``str``: format numbers before, so that every table says its precision.
    """
    text = (("\t".join(map(str, row)) + "\n").encode() for row in (header, *rows))
    with atomic_output(path) as temporary:
        opener = open_gzip_writer(temporary) if str(path).endswith(".gz") else open(temporary, "wb")
        with opener as handle:
            handle.writelines(text)


def write_json(path: str | os.PathLike[str], content: Any) -> None:
    """Write a report, complete or not at all."""
    with atomic_output(path) as temporary:
        temporary.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")


def file_digest(path: str | os.PathLike[str]) -> str:
    """SHA-256 of a file's bytes, as hexadecimal digits: what a report says of its inputs."""
    with readable(path), open(path, "rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()
