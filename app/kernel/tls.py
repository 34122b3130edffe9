"""A certificate authority of one's own, for a hall without the internet: `ngayso serve --tls self`.

Cameras, service workers and wake locks need HTTPS. The authority's key stays in the data folder; its certificate is
offered on `/tls` for installation on the gates' phones. The server's certificate names every address of this machine
and is made anew when they change or it runs out.
"""

from __future__ import annotations

import contextlib
import datetime
import ipaddress
import os
import socket
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

AUTHORITY = "ngayso-ca.crt"
_AUTHORITY_DAYS = 5 * 365
_SERVER_DAYS = 397  # what phones accept at the most
_RENEW_DAYS = 30


def self_signed(data_dir: Path) -> tuple[Path, Path]:
    """The server's certificate chain and key under `data_dir/tls`, made or renewed as needed."""
    folder = data_dir / "tls"
    folder.mkdir(parents=True, exist_ok=True)
    # Certificates are for phones, whose clocks are real: the demo's clock has no say here.
    today = datetime.datetime.now(datetime.UTC)
    authority_key, authority = _authority(folder, today)
    chain, key_file = folder / "server.crt", folder / "server.key"
    names = _names_of_this_machine()
    if not (chain.exists() and key_file.exists() and _still_good(chain, names, today)):
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = (
            x509.CertificateBuilder()
            .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Ngày Số")]))
            .issuer_name(authority.subject)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(today - datetime.timedelta(hours=1))
            .not_valid_after(today + datetime.timedelta(days=_SERVER_DAYS))
            .add_extension(x509.SubjectAlternativeName(names), critical=False)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
            .sign(authority_key, hashes.SHA256())
        )
        _write(key_file, _key_bytes(key), secret=True)
        _write(chain, certificate.public_bytes(serialization.Encoding.PEM) + authority.public_bytes(serialization.Encoding.PEM))
    return chain, key_file


def authority_file(data_dir: Path) -> Path | None:
    """The authority's certificate, when this installation has one."""
    path = data_dir / "tls" / AUTHORITY
    return path if path.exists() else None


def _authority(folder: Path, today: datetime.datetime) -> tuple[ec.EllipticCurvePrivateKey, x509.Certificate]:
    key_file, certificate_file = folder / "ngayso-ca.key", folder / AUTHORITY
    if key_file.exists() and certificate_file.exists():
        key = serialization.load_pem_private_key(key_file.read_bytes(), None)
        certificate = x509.load_pem_x509_certificate(certificate_file.read_bytes())
        if isinstance(key, ec.EllipticCurvePrivateKey) and certificate.not_valid_after_utc > today:
            return key, certificate
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"Ngày Số ({socket.gethostname()})")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(today - datetime.timedelta(hours=1))
        .not_valid_after(today + datetime.timedelta(days=_AUTHORITY_DAYS))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(
            x509.KeyUsage(
                digital_signature=False, content_commitment=False, key_encipherment=False, data_encipherment=False, key_agreement=False,
                key_cert_sign=True, crl_sign=True, encipher_only=False, decipher_only=False,
            ),
            critical=True,
        )
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    _write(key_file, _key_bytes(key), secret=True)
    _write(certificate_file, certificate.public_bytes(serialization.Encoding.PEM))
    return key, certificate


def _names_of_this_machine() -> list[x509.GeneralName]:
    host = socket.gethostname()
    names = {"localhost", host, f"{host.split('.')[0]}.local"}
    addresses = {"127.0.0.1", "::1"}
    # A host without a name in any directory still has its loopback and its default route.
    with contextlib.suppress(OSError):
        addresses |= {str(found[4][0]).split("%")[0] for found in socket.getaddrinfo(host, None)}
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # a documentation address: choosing a route sends nothing
            addresses.add(probe.getsockname()[0])
        except OSError:
            pass  # no route at all
    return [x509.DNSName(name) for name in sorted(names)] + [x509.IPAddress(ipaddress.ip_address(a)) for a in sorted(addresses)]


def _still_good(chain: Path, names: list[x509.GeneralName], today: datetime.datetime) -> bool:
    certificate = x509.load_pem_x509_certificate(chain.read_bytes())
    known = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return set(names) <= set(known) and certificate.not_valid_after_utc > today + datetime.timedelta(days=_RENEW_DAYS)


def _key_bytes(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())


def _write(path: Path, content: bytes, *, secret: bool = False) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600 if secret else 0o644)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
