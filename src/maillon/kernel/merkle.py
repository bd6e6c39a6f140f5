"""Merkle trees as Certificate Transparency builds them (RFC 9162, 2.1, the same tree as RFC 6962).

Leaves and inner nodes are hashed with different first bytes, so that none can pass for the other. A tree is built
leaf by leaf and keeps one hash a level: a million leaves take no memory.
"""

import hashlib
from collections.abc import Iterable, Sequence

EMPTY = hashlib.sha256(b"").digest()


def leaf_hash(data: bytes) -> bytes:
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


class Tree:
    """Grows by `add`; `root` may be asked at any moment."""

    def __init__(self) -> None:
        self.size = 0
        self._complete: list[bytes] = []  # roots of complete subtrees, largest first: the ones in binary of `size`

    def add(self, leaf: bytes) -> None:
        """leaf: 32 bytes, already hashed by `leaf_hash` (or the root of a complete subtree of equal sizes)."""
        self.size += 1
        size = self.size
        while size % 2 == 0:
            leaf = node_hash(self._complete.pop(), leaf)
            size //= 2
        self._complete.append(leaf)

    def root(self) -> bytes:
        if not self._complete:
            return EMPTY
        root = self._complete[-1]
        for left in reversed(self._complete[:-1]):
            root = node_hash(left, root)
        return root


def root(leaves: Iterable[bytes]) -> bytes:
    tree = Tree()
    for leaf in leaves:
        tree.add(leaf)
    return tree.root()


def path(leaves: Sequence[bytes], index: int) -> list[bytes]:
    """The hashes that lead from leaf `index` to the root, nearest first (RFC 9162, 2.1.3.1). Raises IndexError."""
    if not 0 <= index < len(leaves):
        raise IndexError(f"Leaf {index} of {len(leaves)}.")
    if len(leaves) == 1:
        return []
    split = 1 << (len(leaves) - 1).bit_length() - 1  # the largest power of two below the size
    if index < split:
        return [*path(leaves[:split], index), root(leaves[split:])]
    return [*path(leaves[split:], index - split), root(leaves[:split])]


def root_by_path(leaf: bytes, index: int, size: int, path: Sequence[bytes]) -> bytes | None:
    """The root that this path gives, or None when it has not the length of a path there (RFC 9162, 2.1.3.2)."""
    if not 0 <= index < size:
        return None
    place, last, node = index, size - 1, leaf
    for step in path:
        if last == 0:
            return None
        if place & 1 or place == last:
            node = node_hash(step, node)
            while not place & 1 and place:
                place >>= 1
                last >>= 1
        else:
            node = node_hash(node, step)
        place >>= 1
        last >>= 1
    return node if last == 0 else None
