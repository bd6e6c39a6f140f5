"""The ledger's keys. All come from the vault key (settings.VAULT_KEY), which the database never holds.

To change the vault key: add a line with the old one to the file `vault-key.old` of the data folder, then put the new
one in place. What was sealed and signed with the old key stays verifiable.
"""

import hashlib
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from functools import lru_cache

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key
from django.conf import settings

from maillon.kernel.ledger.hashing import SealKey


def _derived(vault_key: str, use: str) -> bytes:
    """32 bytes for one use (HKDF, RFC 5869)."""
    return HKDF(SHA256(), 32, salt=None, info=f"maillon ledger {use} 1".encode()).derive(vault_key.encode())


@lru_cache(maxsize=16)
def _seal_key(vault_key: str) -> SealKey:
    secret = _derived(vault_key, "seal")
    return SealKey(hashlib.sha256(b"id\0" + secret).hexdigest()[:8], secret)


@lru_cache(maxsize=16)
def _signing_key(vault_key: str) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(_derived(vault_key, "signature"))


def vault_keys() -> list[str]:
    """The vault key in use, then the former ones."""
    former = settings.DATA / "vault-key.old"
    lines = former.read_text(encoding="ascii").split() if former.exists() else []
    return [settings.VAULT_KEY, *lines]


def seal_key() -> SealKey:
    return _seal_key(settings.VAULT_KEY)


def seal_keys() -> dict[str, SealKey]:
    """Every key known here, by its id."""
    return {key.id: key for key in map(_seal_key, vault_keys())}


@dataclass(frozen=True)
class PublicKey:
    """An Ed25519 public key. raw: 32 bytes; id: the first 16 hexadecimal digits of their SHA-256."""

    raw: bytes

    @property
    def id(self) -> str:
        return hashlib.sha256(self.raw).hexdigest()[:16]

    @staticmethod
    def from_pem(text: str) -> "PublicKey":
        """Raises ValueError: not an Ed25519 public key in PEM."""
        key = load_pem_public_key(text.encode())
        if not isinstance(key, Ed25519PublicKey):
            raise ValueError("not an Ed25519 public key")
        return PublicKey(key.public_bytes(Encoding.Raw, PublicFormat.Raw))

    def pem(self) -> str:
        key = Ed25519PublicKey.from_public_bytes(self.raw)
        return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()

    def signed(self, signature: bytes, message: bytes) -> bool:
        try:
            Ed25519PublicKey.from_public_bytes(self.raw).verify(signature, message)
        except InvalidSignature:
            return False
        return True


def public_key(vault_key: str | None = None) -> PublicKey:
    private = _signing_key(settings.VAULT_KEY if vault_key is None else vault_key)
    return PublicKey(private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw))


def public_keys() -> dict[str, PublicKey]:
    """Every key whose signature is trusted here, by its id."""
    keys = map(public_key, vault_keys())
    return {key.id: key for key in keys}


def cipher_keys(use: str) -> list[bytes]:
    """Keys to encrypt with (the first) and to decrypt with, one for each vault key: 32 bytes in base64 for URLs."""
    return [urlsafe_b64encode(_derived(vault_key, f"cipher, {use}")) for vault_key in vault_keys()]


def sign(message: bytes) -> bytes:
    return _signing_key(settings.VAULT_KEY).sign(message)
