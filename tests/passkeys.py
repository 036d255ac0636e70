"""A passkey as an account keeps it, where no browser is there to make one."""

from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from fido2.cose import ES256
from fido2.utils import websafe_encode
from fido2.webauthn import AttestationObject, AttestedCredentialData, AuthenticatorData, CollectedClientData


def credential() -> dict[str, Any]:
    """What a browser answers when it has made one."""
    key = ES256.from_cryptography_key(ec.generate_private_key(ec.SECP256R1()).public_key())
    kept = AttestedCredentialData.create(b"\0" * 16, b"a passkey", key)
    flags = AuthenticatorData.FLAG.UP | AuthenticatorData.FLAG.UV | AuthenticatorData.FLAG.AT
    said = AuthenticatorData.create(b"\0" * 32, flags, 0, kept)
    asked = CollectedClientData.create("webauthn.create", b"x" * 16, "https://example.org")
    name = websafe_encode(b"a passkey")
    response = {
        "clientDataJSON": websafe_encode(asked),
        "attestationObject": websafe_encode(AttestationObject.create("none", said, {})),
    }
    return {"id": name, "rawId": name, "type": "public-key", "clientExtensionResults": {}, "response": response}
