"""A certificate authority of the tests' own."""

import ssl
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Authority:
    """Signs certificates; `folder` is where a server's are put, since TLS reads them from files."""

    folder: Path
    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate

    @classmethod
    def new(cls, folder: Path) -> "Authority":
        """One that nobody trusts yet."""
        key = ec.generate_private_key(ec.SECP256R1())
        name = _name("The tests' authority")
        certificate = _unsigned(name, name, key, datetime.now(UTC) + DAY)
        can_sign = x509.BasicConstraints(ca=True, path_length=0)
        return cls(
            folder, key, certificate.add_extension(can_sign, critical=True).sign(key, SHA256())
        )

    @property
    def pem(self) -> str:
        """Its own certificate."""
        return self.certificate.public_bytes(Encoding.PEM).decode()

    def trusted(self) -> ssl.SSLContext:
        """What a client that trusts it goes by, and by nobody else."""
        return ssl.create_default_context(cadata=self.pem)

    def server(self, name: str, *, until: timedelta = DAY) -> ssl.SSLContext:
        """A server under this name; its certificate ends so long from now."""
        key = ec.generate_private_key(ec.SECP256R1())
        end = datetime.now(UTC) + until
        certificate = (
            _unsigned(_name(name), self.certificate.subject, key, end)
            .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
            .sign(self.key, SHA256())
        )
        file = self.folder / f"{certificate.serial_number}.pem"
        private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        file.write_bytes(private + certificate.public_bytes(Encoding.PEM))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(file)
        return context


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, text)])


def _unsigned(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, end: datetime
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(end - 3 * DAY)
        .not_valid_after(end)
    )
