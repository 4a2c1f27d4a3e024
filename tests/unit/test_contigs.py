from __future__ import annotations

import gzip

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from latentbin import contigs as module
from latentbin.contigs import (
    Contigs,
    Record,
    format_record,
    names_digest,
    read_contigs,
    read_fasta,
    sample_of_each,
)
from latentbin.errors import UserError


def fasta(tmp_path, text):
    path = tmp_path / "c.fna"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_name_ends_at_white_space_and_lines_are_joined(tmp_path):
    path = fasta(tmp_path, ">a one two\nACG\nTnr\n>b\tx\nGG\n")
    assert list(read_fasta(path)) == [Record("a", b"ACGTnr"), Record("b", b"GG")]


@pytest.mark.parametrize(
    "text",
    [
        ">a\nACGT\n>b\nGG",
        ">a\r\nAC\r\nGT\r\n>b\r\nGG\r\n",
        "\n\n>a\nACGT\n\n>b\nGG\n\n",
        ">a x>y\nACGT\n>b >z\nGG\n",
    ],
)
def test_line_ends_and_empty_lines_do_not_matter(tmp_path, text):
    assert list(read_fasta(fasta(tmp_path, text))) == [Record("a", b"ACGT"), Record("b", b"GG")]


def test_gzip_reads_like_plain(tmp_path):
    path = tmp_path / "c.fna.gz"
    path.write_bytes(gzip.compress(b">a\nACGT\n") + gzip.compress(b">b\nGG\n"))
    assert [record.name for record in read_fasta(path)] == ["a", "b"]


@given(
    st.lists(st.text("ACGTNacgtn", min_size=1, max_size=40), min_size=1, max_size=6),
    st.integers(1, 60),
    st.integers(1, 30),
)
def test_written_records_read_back_whatever_the_chunk(tmp_path_factory, sequences, width, chunk):
    path = tmp_path_factory.getbasetemp() / "roundtrip.fna"
    records = [Record(f"c{i}", s.encode()) for i, s in enumerate(sequences)]
    path.write_bytes(b"".join(format_record(record, width) for record in records))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "_CHUNK_BYTES", chunk)
        assert list(read_fasta(path)) == records


def test_format_breaks_lines_at_the_width():
    assert format_record(Record("a", b"ACGTA"), 2) == b">a\nAC\nGT\nA\n"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "holds no sequence"),
        ("\n \n", "holds no sequence"),
        ("ACGT\n", "not a FASTA file: it starts with 'ACGT', expected '>'"),
        ("@r1\nACGT\n+\nIIII\n", "it starts with '@r1'"),
        (">\nACGT\n", "record 1 has no name after '>'"),
        (">a\nAC\n> b\nGG\n", "record 2 has no name after '>'"),
        (">a\nAC\n>b\nGG\n>a x\nTT\n", "line 5: contig name 'a' stands twice"),
        (">a\nAC\n>b\n>c\nGG\n", "line 3: contig 'b' has no sequence. Remove it."),
        (">a\nAC\n>b\n\n", "line 3: contig 'b' has no sequence. Remove it."),
        (">a\nAC\n>b\nMKELV\n", "line 3: contig 'b' has the character 'E', an amino acid"),
        (">a\nAC\n>b\nACG-T\n", "line 3: contig 'b' has the character '-'. Expected nucleotides"),
        (b">a\nAC\xff\n", "line 1: contig 'a' has the character 'ÿ'. Expected nucleotides"),
        (">a\nAC GT\n", "has the character ' '"),
    ],
)
def test_what_is_not_nucleotide_fasta_is_refused(tmp_path, text, said):
    path = fasta(tmp_path, text)
    with pytest.raises(UserError) as error:
        list(read_fasta(path))
    assert str(error.value).startswith(str(path))
    assert said in str(error.value)


def test_protein_is_called_protein(tmp_path):
    with pytest.raises(UserError, match=r"this is protein\. Expected nucleotides"):
        list(read_fasta(fasta(tmp_path, ">p\nMSTFKELLQ\n")))


def test_take_and_index():
    contigs = Contigs(("a", "b", "c"), np.array([1, 2, 3]))
    assert contigs.index == {"a": 0, "b": 1, "c": 2}
    assert contigs.take(np.array([2, 0])).names == ("c", "a")
    assert contigs.take(np.array([False, True, False])).lengths.tolist() == [2]
    assert len(contigs) == 3


def test_lengths_count_bases(tmp_path):
    contigs = read_contigs(fasta(tmp_path, ">a\nACG\nT\n>b\nGG\n"))
    assert contigs.names == ("a", "b")
    assert contigs.lengths.tolist() == [4, 2]
    assert contigs.lengths.dtype == np.int64


@given(
    st.lists(st.text("ab", max_size=3), max_size=4), st.lists(st.text("ab", max_size=3), max_size=4)
)
def test_digests_are_equal_only_for_equal_names(one, other):
    assert (names_digest(one) == names_digest(other)) == (one == other)


def test_sample_is_what_stands_before_the_first_separator():
    samples, codes = sample_of_each(["S2~a", "S1~b~c", "S2~c"], "~", "x")
    assert samples == ("S2", "S1")
    assert codes.tolist() == [0, 1, 0]


@pytest.mark.parametrize("name", ["contig1", "~a", "S1~"])
def test_name_without_the_separator_inside_is_refused(name):
    with pytest.raises(UserError, match=f"x: contig '{name}' does not have the separator '~'"):
        sample_of_each(["S1~a", name], "~", "x")


def test_empty_separator_is_refused():
    with pytest.raises(UserError, match="the separator is empty"):
        sample_of_each(["S1~a"], "", "x")
