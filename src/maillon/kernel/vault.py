"""What the database must not be able to tell by itself: names and contacts, encrypted; their marks, keyed.

All keys come from the vault key, which the database and its backups do not hold (see `kernel.ledger.keys`). Each use
has its own: what one part of the platform seals, another can not open by mistake.
"""

import hashlib
import hmac

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from maillon.kernel.ledger import keys


class Unreadable(ValueError):
    """Sealed with a vault key that is not here, or altered. The operator adds the former key to vault-key.old."""


def seal(text: str, use: str) -> str:
    """Encrypted with the vault key in use (Fernet: AES-128-CBC, HMAC-SHA-256). use: such as "identity"."""
    return _cipher(use).encrypt(text.encode()).decode()


def unseal(sealed: str, use: str) -> str:
    """Raises Unreadable."""
    try:
        return _cipher(use).decrypt(sealed.encode()).decode()
    except InvalidToken:
        raise Unreadable(f"Sealed {use} cannot be opened with the vault keys known here.") from None


def marks(text: str, use: str) -> list[str]:
    """Keyed digests of a text, one for each vault key, the one in use first: 32 hexadecimal digits each.

    Equal texts have equal marks, and nobody without the vault key can tell which text a mark is of, nor try names.
    """
    said = text.encode("utf-8", "surrogatepass")  # half a character is a text like another here
    return [hmac.new(key, said, hashlib.sha256).hexdigest()[:32] for key in keys.cipher_keys(f"marks of {use}")]


def _cipher(use: str) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in keys.cipher_keys(use)])
