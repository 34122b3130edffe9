"""`--tls self`: a certificate that a phone which trusts our authority accepts for this machine."""

from __future__ import annotations

import ssl
from pathlib import Path

from cryptography import x509

from app.kernel.tls import authority_file, self_signed


def test_the_server_presents_a_chain_that_its_own_authority_signed(tmp_path: Path) -> None:
    chain, key = self_signed(tmp_path)
    server, authority = x509.load_pem_x509_certificates(chain.read_bytes())
    server.verify_directly_issued_by(authority)
    names = server.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert "localhost" in names.get_values_for_type(x509.DNSName)
    assert "127.0.0.1" in [str(address) for address in names.get_values_for_type(x509.IPAddress)]
    assert key.stat().st_mode & 0o777 == 0o600
    ssl.create_default_context(ssl.Purpose.CLIENT_AUTH).load_cert_chain(chain, key)


def test_starting_again_keeps_what_the_phones_already_trust(tmp_path: Path) -> None:
    first = self_signed(tmp_path)[0].read_bytes()
    authority = authority_file(tmp_path)
    assert authority is not None
    trusted = authority.read_bytes()
    assert self_signed(tmp_path)[0].read_bytes() == first
    (tmp_path / "tls" / "server.crt").unlink()
    self_signed(tmp_path)
    assert authority.read_bytes() == trusted
