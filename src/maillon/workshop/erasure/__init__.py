"""Disks, the proofs that they were erased, their certificates."""
