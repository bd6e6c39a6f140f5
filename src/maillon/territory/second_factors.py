"""The secrets of second factors, encrypted at rest: who reads the database or a backup can make nobody's codes."""

import logging
from base64 import b32encode
from secrets import token_bytes

from allauth.mfa.adapter import DefaultMFAAdapter

from maillon.kernel import vault

ENCRYPTED = "f1:"
USE = "second factors"
log = logging.getLogger("maillon.second_factors")


class SecondFactors(DefaultMFAAdapter):  # type: ignore[misc]
    def encrypt(self, text: str) -> str:
        return ENCRYPTED + vault.seal(text, USE)

    def decrypt(self, encrypted_text: str) -> str:
        """What was kept before secrets were encrypted is read as it is. When the vault key is lost no code is right:
        signing in says so instead of failing.
        """
        if not encrypted_text.startswith(ENCRYPTED):
            return encrypted_text
        try:
            return vault.unseal(encrypted_text.removeprefix(ENCRYPTED), USE)
        except vault.Unreadable:
            log.error("A second factor was encrypted with a vault key that is not here: add it to vault-key.old.")
            return b32encode(token_bytes(20)).decode()  # never a constant: recovery codes follow from it
