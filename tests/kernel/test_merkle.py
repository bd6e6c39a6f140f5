"""The tree against the published definition, written here the slow way, and proofs that must not be forgeable."""

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maillon.kernel import merkle

LEAVES = st.lists(st.binary(max_size=8).map(merkle.leaf_hash), max_size=70)


def defined(leaves: list[bytes]) -> bytes:
    """RFC 9162, 2.1.1, word for word."""
    if not leaves:
        return sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return sha256(b"\x01" + defined(leaves[:split]) + defined(leaves[split:])).digest()


@given(LEAVES)
def test_the_root_is_the_published_one(leaves):
    assert merkle.root(leaves) == defined(leaves)


def test_known_roots():
    # Test vectors of the Certificate Transparency reference implementation: the empty tree, and the leaf of no byte.
    assert merkle.root([]).hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert merkle.leaf_hash(b"").hex() == "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"


@given(LEAVES.filter(bool), st.data())
def test_every_leaf_is_proved(leaves, data):
    index = data.draw(st.integers(0, len(leaves) - 1))
    path = merkle.path(leaves, index)
    assert merkle.root_by_path(leaves[index], index, len(leaves), path) == defined(leaves)


@pytest.mark.parametrize("size", range(1, 34))
def test_a_proof_proves_one_leaf_at_one_place(size):
    leaves = [merkle.leaf_hash(bytes([number])) for number in range(size)]
    root = defined(leaves)
    for index in range(size):
        path = merkle.path(leaves, index)
        proved = [i for i in range(size) if merkle.root_by_path(leaves[index], i, size, path) == root]
        assert proved == [index]
        assert merkle.root_by_path(merkle.leaf_hash(b"other"), index, size, path) != root
        assert merkle.root_by_path(leaves[index], index, size, [*path, root]) is None
        if path:
            assert merkle.root_by_path(leaves[index], index, size, path[:-1]) is None


def test_blocks_of_equal_sizes_give_the_same_root():
    leaves = [merkle.leaf_hash(bytes([number])) for number in range(21)]
    for size in (1, 2, 4, 8, 16, 32):
        blocks = [merkle.root(leaves[start : start + size]) for start in range(0, 21, size)]
        assert merkle.root(blocks) == defined(leaves)


def test_no_leaf_outside_the_tree():
    with pytest.raises(IndexError):
        merkle.path([], 0)
    assert merkle.root_by_path(b"", 3, 3, []) is None
    assert merkle.root_by_path(b"", -1, 3, []) is None
