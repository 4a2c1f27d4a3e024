"""Sets of profiles: the built-in one, the user's own, and what is refused."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

import pytest

from latentbin.errors import UserError
from latentbin.markers.profiles import read_profiles, universal_profiles

DATA = Path(str(resources.files("fetchmgs") / "data"))


def text_of(name: str, *lines: str) -> str:
    """A profile as text, with lines such as ``TC 90 80;`` where HMMER expects them."""
    text = (DATA / f"{name}.hmm").read_text()
    added = "".join(f"{line.split()[0]:5} {' '.join(line.split()[1:])}\n" for line in lines)
    at = text.index("STATS LOCAL MSV")
    return text[:at] + added + text[at:]


def test_the_forty_genes_with_their_calibrated_cutoffs():
    found = universal_profiles()
    assert len(found.names) == 40
    assert found.names == tuple(sorted(found.names))
    assert "COG0086" not in found.names
    assert [hmm.name for hmm in found.hmms] == list(found.names)
    cutoffs = dict(zip(found.names, found.cutoffs, strict=True))
    assert (cutoffs["COG0012"], cutoffs["COG0085"], cutoffs["COG0552"]) == (210, 1020, 220)


def test_file_of_many_profiles_with_own_cutoffs(tmp_path):
    path = tmp_path / "set.hmm"
    path.write_text(
        text_of("COG0048", "GA 50 40;", "TC 90 80;", "NC 30 30;")
        + text_of("COG0049", "GA 51 41;", "NC 31 31;")
        + text_of("COG0052", "NC 32 32;")
    )
    found = read_profiles(path, None)
    assert found.names == ("COG0048", "COG0049", "COG0052")
    assert found.cutoffs == (90, 51, 32)


def test_folder_is_read_in_order_of_names_and_a_table_goes_before_own_cutoffs(tmp_path):
    (tmp_path / "b.hmm").write_text(text_of("COG0048", "TC 90 80;"))
    (tmp_path / "a.hmm").write_text(text_of("COG0049"))
    (tmp_path / "note.txt").write_text("not a profile")
    table = tmp_path / "cutoffs.tsv"
    table.write_text("# name\tscore\nCOG0048\t10.5\textra\n\nCOG0049\t20\nOTHER\t1\n")
    found = read_profiles(tmp_path, table)
    assert found.names == ("COG0049", "COG0048")
    assert found.cutoffs == (20, 10.5)


def refused(match, path, table=None):
    with pytest.raises(UserError, match=match) as error:
        read_profiles(path, table)
    return str(error.value)


def test_profiles_without_cutoffs_are_named(tmp_path):
    path = tmp_path / "set.hmm"
    path.write_text(text_of("COG0048", "TC 90 80;") + text_of("COG0049") + text_of("COG0052"))
    message = refused("2 of 3 profiles have no TC, GA or NC line: COG0049, COG0052. Give", path)
    assert "--cutoffs" in message
    table = tmp_path / "cutoffs.tsv"
    table.write_text("COG0048\t90\nCOG0052\t90\n")
    refused(r"no score for 1 of the 3 profiles of .*set.hmm: COG0049. Add a line", path, table)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("COG0048 90\n", r"line 1: expected a profile's name, a tab and its least score in bits"),
        ("COG0048\thigh\n", r"line 1: expected a profile's name.* got 'COG0048\\thigh'"),
        ("COG0048\tnan\n", r"line 1: the score of 'COG0048' is not a number"),
        ("COG0048\t1\nCOG0048\t1\n", r"line 2: 'COG0048' stands twice"),
    ],
)
def test_damaged_table_of_cutoffs(tmp_path, text, message):
    table = tmp_path / "cutoffs.tsv"
    table.write_text(text)
    refused(message, DATA / "COG0048.hmm", table)


def test_what_is_no_set_of_protein_profiles(tmp_path):
    refused("absent.hmm: no such file of profiles", tmp_path / "absent.hmm")
    refused(r"holds no file named \*.hmm", tmp_path)
    path = tmp_path / "set.hmm"
    path.write_text(">a\nMKV\n")
    refused("not profiles in HMMER's format", path)
    path.write_text("")
    refused("set.hmm: (holds no profile|not profiles)", path)
    whole = text_of("COG0048", "TC 90 80;")
    path.write_text(whole[: len(whole) // 2])
    refused("not profiles in HMMER's format", path)
    path.write_text(whole + whole)
    refused("profile 'COG0048' stands twice", path)


def test_profile_of_nucleotides_is_refused(tmp_path):
    from pyhmmer.easel import Alphabet, TextSequence
    from pyhmmer.plan7 import Background, Builder

    alphabet = Alphabet.dna()
    sequence = TextSequence(name="site", sequence="ACGTACGTTGACCATGACA").digitize(alphabet)
    hmm, _, _ = Builder(alphabet).build(sequence, Background(alphabet))
    with open(tmp_path / "site.hmm", "wb") as handle:
        hmm.write(handle)
    refused("profile 'site' is one of nucleotides. Expected proteins", tmp_path / "site.hmm")
