"""The public lottery: a rank for each request, from a seed whose hash was published beforehand."""

import hashlib

import numpy as np
from numpy.typing import NDArray

Int64 = NDArray[np.int64]

_GOLDEN, _MIX_1, _MIX_2 = 0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB


def ranks(seed: str, count: int) -> Int64:
    """Rank, from 1 (luckiest), of requests numbered 0 … count-1 in the order of their ids.

    splitmix64 gives each its number; ids, hence positions, decide between equal numbers.
    """
    key = int.from_bytes(hashlib.sha256(seed.encode()).digest()[:8], "big")
    x = np.arange(count, dtype=np.uint64) * np.uint64(_GOLDEN) + np.uint64(key)  # modulo 2^64
    x ^= x >> np.uint64(30)
    x *= np.uint64(_MIX_1)
    x ^= x >> np.uint64(27)
    x *= np.uint64(_MIX_2)
    x ^= x >> np.uint64(31)
    rank = np.empty(count, np.int64)
    rank[np.argsort(x, kind="stable")] = np.arange(1, count + 1)
    return rank
