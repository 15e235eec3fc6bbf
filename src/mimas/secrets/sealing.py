"""Sealing: AES-256 in Galois/Counter Mode (NIST SP 800-38D), by the library `cryptography` alone.

The name of a secret is authenticated with it: what was sealed under one name opens under no other. What is to be read
by everybody and altered by nobody is signed: HMAC with SHA-256 (RFC 2104), under a key derived by HKDF (RFC 5869).
"""

import os
from base64 import b64decode, b64encode
from binascii import Error
from collections.abc import Sequence
from hmac import compare_digest

from mimas.secrets.errors import SecretError

KEY_BYTES = 32
_NONCE_BYTES = 12
"""A nonce is drawn by chance for each sealing: safe for 2**32 of them under one key (SP 800-38D, 8.3)."""


class Keys:
    """Some keys, of 32 bytes each, and where they stand. The first one seals; each of them opens."""

    __slots__ = ("_keys", "place")

    def __init__(self, keys: Sequence[bytes], place: str) -> None:
        self._keys = tuple(keys)
        self.place = place

    def __len__(self) -> int:
        return len(self._keys)

    def seal(self, name: str, value: str) -> str:
        """The value sealed under its name, as base64."""
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        nonce = os.urandom(_NONCE_BYTES)
        return b64encode(nonce + AESGCM(self._keys[0]).encrypt(nonce, value.encode(), _bound(name))).decode()

    def open(self, name: str, sealed: str) -> str:
        """What was sealed under this name. Raises `SecretError` when none of the keys opens it."""
        for key in self._keys:
            if (value := _opened(key, name, sealed)) is not None:
                return value.decode()
        raise SecretError(
            f"it was sealed with another key than {self.place} holds, or altered since.",
            f"Add the key that sealed it to {self.place}, or set it anew: `mimas secrets set {name}`.",
        )

    def sign(self, data: bytes) -> str:
        """The signature of some data, in hexadecimal."""
        return _signature(self._keys[0], data)

    def has_signed(self, data: bytes, signature: str) -> bool:
        """Whether one of the keys has signed just this."""
        return any(compare_digest(one, signature) for one in self.signatures(data))

    def signatures(self, data: bytes) -> list[str]:
        """What each of the keys would sign it with, for whoever keeps a part of a signature only."""
        return [_signature(key, data) for key in self._keys]

    def is_newest(self, name: str, sealed: str) -> bool:
        """Whether the first key has sealed it."""
        return _opened(self._keys[0], name, sealed) is not None


def _signature(key: bytes, data: bytes) -> str:
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.hmac import HMAC
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    # A key for each purpose: what is signed says nothing about what is sealed.
    derived = HKDF(SHA256(), KEY_BYTES, salt=None, info=b"mimas signature 1").derive(key)
    mac = HMAC(derived, SHA256())
    mac.update(data)
    return mac.finalize().hex()


def _opened(key: bytes, name: str, sealed: str) -> bytes | None:
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    try:
        data = b64decode(sealed, validate=True)
        return AESGCM(key).decrypt(data[:_NONCE_BYTES], data[_NONCE_BYTES:], _bound(name))
    except (InvalidTag, Error, ValueError):
        return None


def _bound(name: str) -> bytes:
    """What is authenticated beside the value. The number is that of this form of sealing."""
    return f"mimas secret 1 {name}".encode()
