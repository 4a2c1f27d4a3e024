"""What is done before and around Comet: runs, databases, parameters, and a program that fails."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest
from tests.planted_spectra import write_fasta, write_mzml

from latentbin.errors import UserError
from latentbin.proteome.cli import main
from latentbin.proteome.spectra import comet, runs
from latentbin.proteome.spectra.database import Database, copy_database
from latentbin.proteome.spectra.options import SearchOptions

DEFAULTS = """\
# comet_version 2019.01 rev. 5
decoy_search = 0                       # 0=no (default), 1=concatenated search
num_threads = 0                        # 0=poll CPU
peptide_mass_tolerance = 3.00
peptide_mass_units = 0                 # 0=amu, 1=mmu, 2=ppm
search_enzyme_number = 1               # choose from list
sample_enzyme_number = 1
allowed_missed_cleavage = 2
variable_mod01 = 15.9949 M 0 3 -1 0 0 0.0
fragment_bin_tol = 1.0005              # binning
fragment_bin_offset = 0.4
theoretical_fragment_ions = 1
output_txtfile = 0
output_pepxmlfile = 1                  # 0=no, 1=yes  write pep.xml file
output_percolatorfile = 0
num_output_lines = 5
max_duplicate_proteins = 20
decoy_prefix = DECOY_
output_suffix =                        # add a suffix
add_C_cysteine = 57.021464             # added to C
[COMET_ENZYME_INFO]
0.  No_enzyme              0      -           -
1.  Trypsin                1      KR          P
3.  Lys_C                  1      K           P
"""


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("run") / "S1.mzML"
    write_mzml(path, {0: 1e6}, with_ms1=False)
    return path


def values_of(text: str) -> dict[str, str]:
    lines = (line.split("#")[0].split(" =", 1) for line in text.splitlines() if " =" in line)
    return {name: value.strip() for name, value in lines}


def parameters(defaults: str = DEFAULTS, prefix: str | None = "rev_", **options: object) -> str:
    values = comet.overrides(SearchOptions(**options), defaults, decoy_prefix=prefix, threads=2)
    return comet.replace(defaults, values)


def test_parameters_are_comets_with_ours() -> None:
    text = parameters()
    assert text.endswith(DEFAULTS[DEFAULTS.index("[COMET") :])
    assert set(values_of(text)) == set(values_of(DEFAULTS))
    changed = {
        name: value for name, value in values_of(text).items() if value != values_of(DEFAULTS)[name]
    }
    assert changed == {
        "num_threads": "2",
        "peptide_mass_tolerance": "20",
        "peptide_mass_units": "2",
        "output_pepxmlfile": "0",
        "output_percolatorfile": "1",
        "num_output_lines": "1",
        "max_duplicate_proteins": "-1",
        "decoy_prefix": "rev_",
    }


def test_each_option_reaches_comet() -> None:
    found = values_of(
        parameters(
            prefix=None,
            precursor_tolerance=4.5,
            fragments="high",
            enzyme="Lys_C",
            missed_cleavages=1,
            oxidation=False,
            carbamidomethyl=False,
        )
    )
    assert found["peptide_mass_tolerance"] == "4.5"
    assert found["fragment_bin_tol"] == "0.02"
    assert found["fragment_bin_offset"] == "0.0"
    assert found["theoretical_fragment_ions"] == "0"
    assert found["search_enzyme_number"] == found["sample_enzyme_number"] == "3"
    assert found["allowed_missed_cleavage"] == "1"
    assert found["variable_mod01"].startswith("0.0 M")
    assert found["add_C_cysteine"] == "0.0"
    # no decoys in the FASTA: Comet makes them
    assert (found["decoy_search"], found["decoy_prefix"]) == ("1", "DECOY_")


def test_a_newer_comet_has_two_tolerances() -> None:
    newer = DEFAULTS.replace(
        "peptide_mass_tolerance = 3.00",
        "peptide_mass_tolerance_upper = 20.0\npeptide_mass_tolerance_lower = -20.0",
    )
    found = values_of(parameters(newer, precursor_tolerance=7))
    assert found["peptide_mass_tolerance_upper"] == "7"
    assert found["peptide_mass_tolerance_lower"] == "-7"


def test_unknown_enzyme_and_parameter() -> None:
    with pytest.raises(UserError, match=r"--enzyme Papain: .* It knows No_enzyme, Trypsin, Lys_C"):
        parameters(enzyme="Papain")
    with pytest.raises(UserError, match=r"Comet 2019.01 rev. 5 has no parameter 'colour'"):
        comet.replace(DEFAULTS, {"colour": "red"})


@pytest.mark.parametrize(
    ("prefix", "given", "expected"),
    [
        (None, None, Database(3, 0, None)),
        ("rev_", None, Database(3, 3, "rev_")),
        ("REV__", None, Database(3, 3, "REV__")),
        ("odd|", "odd|", Database(3, 3, "odd|")),
        ("odd|", None, Database(6, 0, None)),
        ("rev_", "none", Database(6, 0, None)),
    ],
)
def test_decoys_of_a_fasta(
    tmp_path: Path, prefix: str | None, given: str | None, expected: Database
) -> None:
    path, zipped, plain = (tmp_path / name for name in ("a.fasta", "a.fasta.gz", "plain.fasta"))
    write_fasta(path, 3, prefix)
    zipped.write_bytes(gzip.compress(path.read_bytes()))
    for source in (path, zipped):
        assert copy_database(source, plain, given) == expected
        assert plain.read_bytes() == path.read_bytes()


@pytest.mark.parametrize(
    ("text", "prefix", "message"),
    [
        ("", None, "a.fasta: has no proteins"),
        ("ACDEFG\n", None, "a.fasta: line 1: expected '>' and a name"),
        (">P\nACD\n", "rev_", "no name begins with 'rev_'"),
        (">P\nAC\n>Q\nAC\n>rev_P\nCA\n", None, r"2 proteins and 1 decoys \('rev_'\)"),
    ],
)
def test_bad_fasta(tmp_path: Path, text: str, prefix: str | None, message: str) -> None:
    path = tmp_path / "a.fasta"
    path.write_text(text)
    with pytest.raises(UserError, match=message):
        copy_database(path, tmp_path / "plain.fasta", prefix)


def test_samples_are_named_after_files() -> None:
    names = ("a/S1.mzML", "S1.mzML.gz", "S1.mzml", "S.1", ".mzML")
    assert [runs.sample_of(name) for name in names] == ["S1", "S1", "S1", "S.1", ".mzML"]


def test_spectra_are_found_by_scan_number(run: Path) -> None:
    experiment = runs.load(run)
    assert runs.contents(experiment) == runs.Contents(0, 4)
    assert sorted(runs.by_scan(experiment)) == [1, 2, 3, 4]
    for number, spectrum in enumerate(experiment):
        spectrum.setNativeID(f"scan={number + 7}")
        experiment[number] = spectrum
    assert sorted(runs.by_scan(experiment)) == [7, 8, 9, 10]
    # without numbers: their places
    for number, spectrum in enumerate(experiment):
        spectrum.setNativeID(f"index={number}")
        experiment[number] = spectrum
    assert sorted(runs.by_scan(experiment)) == [1, 2, 3, 4]


def test_bad_mzml(tmp_path: Path, run: Path) -> None:
    content = run.read_bytes()
    half = content[: len(content) // 2]
    zipped = gzip.compress(content)
    bad = {
        "text.mzML": (b"PK\x03\x04 a spreadsheet", "is not an mzML file"),
        "empty.mzML": (b"", "is not an mzML file"),
        "half.mzML": (half, "is not a whole mzML file"),
        "half.mzML.gz": (gzip.compress(half), "is not a whole mzML file"),
        "cut.mzML.gz": (zipped[: len(zipped) // 2], "cut.mzML.gz: .*truncated"),
        "profile.mzML": (content.replace(b"MS:1000127", b"MS:1000128"), "has profile spectra"),
        "ms3.mzML": (
            content.replace(b'name="ms level" value="2"', b'name="ms level" value="1"'),
            "has no MS2 spectra",
        ),
    }
    for name, (text, message) in bad.items():
        path = tmp_path / name
        path.write_bytes(text)
        with pytest.raises(UserError, match=message):
            runs.load(path)
    with pytest.raises(UserError, match="no such mzML file"):
        runs.load(tmp_path / "none.mzML")


def fake(path: Path, script: str) -> Path:
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return path


def attempt(folder: Path, run: Path, *more: str) -> int:
    write_fasta(folder / "a.fasta", 3)
    words = ["--mzml", str(run), "--fasta", str(folder / "a.fasta")]
    outputs = ["--output", str(folder / "S1.pin"), "--json", str(folder / "S1.json")]
    return main(["search", *words, *outputs, "--threads", "1", *more])


def test_without_comet_it_says_so(
    tmp_path: Path,
    run: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert attempt(tmp_path, run) == 1
    assert (
        "Comet (comet-ms, comet, comet.exe) is not on PATH. Install it" in capsys.readouterr().err
    )
    assert attempt(tmp_path, run, "--comet", "kometa") == 1
    assert "kometa: no such program" in capsys.readouterr().err


def test_a_program_that_is_not_comet_or_fails(
    tmp_path: Path, run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = fake(tmp_path / "other", "echo I sing")
    assert attempt(tmp_path, run, "--comet", str(other)) == 1
    assert "so it is not Comet. It said: I sing" in capsys.readouterr().err
    defaults = tmp_path / "defaults"
    defaults.write_text(DEFAULTS)
    broken = fake(
        tmp_path / "broken",
        f"[ $1 = -p ] && cp {defaults} comet.params.new && exit; echo Error - no room; exit 1",
    )
    assert attempt(tmp_path, run, "--comet", str(broken)) == 1
    assert "Comet failed. It said: Error - no room" in capsys.readouterr().err
    assert attempt(tmp_path, run, "--comet", str(broken), "--set", "colour=red") == 1
    assert "has no parameter 'colour'" in capsys.readouterr().err
    assert {path.name for path in tmp_path.iterdir()} == {"other", "broken", "defaults", "a.fasta"}


def test_matches_get_the_samples_name_and_what_was_done_is_told(tmp_path: Path, run: Path) -> None:
    defaults, matches = tmp_path / "defaults", tmp_path / "matches"
    defaults.write_text(DEFAULTS)
    header = "SpecId\tLabel\tScanNr\tExpMass\tCalcMass\tPeptide\tProteins\n"
    row = "spectra_3_2_1\t1\t3\t900.1\t900.2\tK.PEPTIDE.R\tP1\tP2\n"
    matches.write_text(header + row)
    program = fake(
        tmp_path / "comet",
        f"[ $1 = -p ] && cp {defaults} comet.params.new && exit\n"
        "[ -s database.fasta ] && [ -s spectra.mzML ] && [ $1 = -Ddatabase.fasta ] &&"
        f" grep -q 'isotope_error = 1' comet.params && cp {matches} spectra.pin",
    )
    defaults.write_text("isotope_error = 3   # offsets\n" + DEFAULTS)
    more = ("--comet", str(program), "--sample", "my_run 1", "--set", "isotope_error=1")
    assert attempt(tmp_path, run, *more) == 0
    assert (tmp_path / "S1.pin").read_text() == header + row.replace("spectra_3", "my_run 1_3")
    report = json.loads((tmp_path / "S1.json").read_text())
    assert report["sample"] == "my_run 1"
    assert report["spectra"] == {"ms1": 0, "ms2": 4, "matched": 1}
    assert report["database"] == {"proteins": 3, "decoys": 0}
    assert report["decoy_prefix"] == "DECOY_"
    assert report["comet"]["version"] == "2019.01 rev. 5"
    assert report["comet"]["parameters"]["isotope_error"] == "1"


def test_usage_errors(tmp_path: Path, run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for more, message in (
        (("--set", "colour"), "expected NAME=VALUE, got 'colour'"),
        (("--missed-cleavages", "9"), "must be at most 5"),
    ):
        with pytest.raises(SystemExit) as exit:
            attempt(tmp_path, run, *more)
        assert exit.value.code == 2
        assert message in capsys.readouterr().err
    assert attempt(tmp_path, run, "--sample", "a\tb") == 1
    assert "must be text without tabs" in capsys.readouterr().err
