"""The cut: who wins a tie, what the limits do, and what is refused."""

import numpy as np
import pytest

from latentbin.scg import Markers
from latentbin.tree.dendrogram import linkage_of_tree
from latentbin.tree.select import Reward, best_cut, labels_of_cut, node_genes, node_rewards

# ((0 1):0.1 (2 3):0.2):0.5 -> nodes 4, 5, 6
TREE = linkage_of_tree(
    4, np.array([0, 2, 1]), np.array([1, 3, 2]), np.array([0.1, 0.2, 0.5], np.float32)
)
NO_REWARD = np.zeros(7)


def markers_of(*genes_of_contig, n_genes=40):
    contig = [row for row, genes in enumerate(genes_of_contig) for _ in genes]
    gene = [gene for genes in genes_of_contig for gene in genes]
    names = tuple(f"COG{i}" for i in range(n_genes))
    return Markers(names, np.array(contig, int), np.array(gene, int), len(genes_of_contig))


def test_the_linkage_is_scipys_form():
    np.testing.assert_allclose(TREE, [[0, 1, 0.1, 2], [2, 3, 0.2, 2], [4, 5, 0.5, 4]], rtol=1e-6)


def test_trees_apart_are_joined_last_at_infinity():
    linkage = linkage_of_tree(5, np.array([3]), np.array([1]), np.array([0.25]))
    expected = [[1, 3, 0.25, 2], [0, 2, np.inf, 2], [4, 6, np.inf, 3], [5, 7, np.inf, 5]]
    np.testing.assert_array_equal(linkage, expected)


@pytest.mark.parametrize("n", [0, 1])
def test_a_tree_of_one_leaf(n):
    nothing = np.empty(0, np.int64)
    assert linkage_of_tree(n, nothing, nothing, np.empty(0)).shape == (0, 4)
    linkage = np.empty((0, 4))
    assert best_cut(linkage, np.zeros(1)).tolist() == [0]
    assert labels_of_cut(linkage, np.array([0])).tolist() == [0]


def test_two_halves_of_a_genome_are_joined_and_two_genomes_are_not():
    first, second, whole = range(20), range(20, 40), range(40)
    markers = markers_of(first, second, whole, [])
    rewards = node_rewards(TREE, markers, Reward())
    cut = best_cut(TREE, rewards)
    assert cut.tolist() == [4, 5]
    assert labels_of_cut(TREE, cut).tolist() == [0, 0, 1, 1]
    assert rewards[cut].tolist() == [1.0, 1.0]


def test_purity_at_the_limit_counts():
    reward = Reward(min_purity=0.85)
    at, below = reward(np.array([34, 33]), np.array([40, 40]), 40)
    assert at == pytest.approx((68 / (68 + 6 + 6)) ** 4)
    assert below == 0


def test_nothing_without_a_reward_is_joined_above_the_height():
    assert best_cut(TREE, NO_REWARD).tolist() == [6]
    assert best_cut(TREE, NO_REWARD, max_height=0.3).tolist() == [4, 5]
    assert best_cut(TREE, NO_REWARD, max_height=0.15).tolist() == [2, 3, 4]
    assert best_cut(TREE, NO_REWARD, max_height=0.0).tolist() == [0, 1, 2, 3]


def test_a_parent_that_is_no_better_is_taken_up_to_the_height_of_ties():
    rewards = node_rewards(TREE, markers_of(range(40), [], [], []), Reward())
    assert best_cut(TREE, rewards).tolist() == [6]
    assert best_cut(TREE, rewards, max_height=0.3).tolist() == [6]
    assert best_cut(TREE, rewards, max_height=0.3, max_tie_height=0.3).tolist() == [4, 5]
    assert best_cut(TREE, rewards, max_height=0.3, max_tie_height=0.0).tolist() == [0, 1, 5]


def test_leaves_below_no_node_have_no_label():
    assert labels_of_cut(TREE, np.array([5])).tolist() == [-1, -1, 0, 0]


def test_overlapping_nodes_are_refused():
    with pytest.raises(ValueError, match="lies below another"):
        labels_of_cut(TREE, np.array([1, 4]))
    with pytest.raises(ValueError, match="lies below another"):
        labels_of_cut(TREE, np.array([0, 6]))


def test_a_wrong_number_of_rewards_or_contigs_is_refused():
    with pytest.raises(ValueError, match="needs 7 rewards"):
        best_cut(TREE, np.zeros(4))
    with pytest.raises(ValueError, match="4 leaves, the markers 1 contigs"):
        node_genes(TREE, markers_of([1]))


@pytest.mark.parametrize("u", [-1, 4])
def test_an_edge_to_nowhere_is_refused(u):
    with pytest.raises(ValueError, match="outside the 4 leaves"):
        linkage_of_tree(4, np.array([u]), np.array([0]), np.array([1.0]))


def test_an_edge_without_a_length_is_refused():
    with pytest.raises(ValueError, match="is NaN"):
        linkage_of_tree(4, np.array([0]), np.array([1]), np.array([np.nan]))
