from __future__ import annotations

import logging
import os
import re
import signal
import subprocess
import sys

import pytest

from latentbin import __version__
from latentbin.command import (
    add_seed,
    add_threads,
    available_threads,
    new_parser,
    positive_int,
    run,
    stage,
)
from latentbin.errors import ContractError, UserError
from latentbin.options import OptionError


def attempt(work, *arguments):
    parser = new_parser("latentbin-x", "does x")
    add_threads(parser)
    add_seed(parser)
    return run(parser, arguments, work)


def fail(error):
    def work(_):
        raise error

    return work


def test_success_logs_version_arguments_and_time_on_stderr(capsys):
    assert attempt(lambda args: None, "--seed", "7") == 0
    out, err = capsys.readouterr()
    assert out == ""
    assert f"latentbin-x {__version__}" in err
    assert "latentbin-x --seed 7" in err
    assert re.search(r"done in \d+\.\d s", err)


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (UserError("c.fna: empty. Give contigs."), 1, "error: c.fna: empty. Give contigs."),
        (ContractError("differ", expected=1, actual=2), 1, "error: differ"),
        (MemoryError(), 137, "out of memory. Ask for more, or give less input"),
        (KeyboardInterrupt(), 130, "interrupted; no output was written"),
    ],
)
def test_failures_have_one_message_and_their_code(capsys, error, code, said):
    assert attempt(fail(error)) == code
    err = capsys.readouterr().err
    assert f"latentbin-x: {said}" in err.replace("error: out", "out")
    assert "Traceback" not in err


def test_option_out_of_bounds_is_a_usage_error(capsys):
    with pytest.raises(SystemExit) as error:
        attempt(fail(OptionError("--size must be at least 1, got 0")))
    assert error.value.code == 2
    assert "--size must be at least 1, got 0" in capsys.readouterr().err


def test_mistake_of_ours_keeps_its_traceback():
    with pytest.raises(ZeroDivisionError):
        attempt(fail(ZeroDivisionError()))


@pytest.mark.parametrize("words", [("--threads", "0"), ("--seed", "-1"), ("--threads", "x")])
def test_threads_and_seed_are_checked(words, capsys):
    with pytest.raises(SystemExit) as error:
        attempt(lambda args: None, *words)
    assert error.value.code == 2
    assert words[0] in capsys.readouterr().err


def test_defaults_of_threads_and_seed():
    seen = []
    attempt(lambda args: seen.append((args.threads, args.seed)))
    assert seen == [(available_threads(), 1)]
    assert 1 <= available_threads() <= (os.cpu_count() or 1)
    assert positive_int("3") == 3


def test_stage_logs_what_was_done(capsys):
    def work(_):
        with stage("counted"):
            pass

    attempt(work)
    assert re.search(r"counted \(\d+\.\d s\)", capsys.readouterr().err)
    assert not logging.getLogger("latentbin").propagate


def test_version_goes_to_stdout(capsys):
    with pytest.raises(SystemExit) as error:
        attempt(lambda args: None, "--version")
    assert error.value.code == 0
    assert capsys.readouterr().out == f"latentbin-x {__version__}\n"


def child(body):
    script = (
        "import os, signal, sys\n"
        "from latentbin.command import new_parser, run\n"
        "from latentbin.files import atomic_output\n"
        f"def work(args):\n{body}\n"
        "sys.exit(run(new_parser('x', 'x'), [], work))\n"
    )
    return [sys.executable, "-c", script]


def test_terminated_run_leaves_no_temporary_file(tmp_path):
    body = (
        f"    with atomic_output({str(tmp_path / 'out')!r}) as path:\n"
        "        path.write_text('half')\n"
        f"        os.kill(os.getpid(), {int(signal.SIGTERM)})\n"
    )
    done = subprocess.run(child(body), capture_output=True, check=False)
    assert done.returncode == 143
    assert list(tmp_path.iterdir()) == []


def test_reader_that_goes_away_is_not_an_error_of_ours():
    body = "    for _ in range(100000): print('x' * 100)\n    sys.stdout.flush()\n"
    with subprocess.Popen(child(body), stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.stdout.close()
        assert process.stderr is not None
        err = process.stderr.read()
        assert process.wait() in (1, 120)
    assert b"Traceback" not in err
