"""The environment that ministack and everything it starts read, set before its first import."""

import os
from pathlib import Path

REGION = "us-east-1"
ACCOUNT = "000000000000"

ADMINISTRATOR = {
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
    "AWS_DEFAULT_REGION": REGION,
    "AWS_REGION": REGION,
}


def prepare(directory: Path, port: int) -> str:
    """Bind everything to loopback, keep every file below `directory`; return the endpoint."""
    endpoint = f"http://127.0.0.1:{port}"
    temporary = directory / "tmp"
    temporary.mkdir(parents=True, exist_ok=True)
    for name in [name for name in os.environ if name.startswith(("AWS_", "MINISTACK_"))]:
        del os.environ[name]
    os.environ.update(
        ADMINISTRATOR,
        AWS_CONFIG_FILE=os.devnull,
        AWS_SHARED_CREDENTIALS_FILE=os.devnull,
        AWS_EC2_METADATA_DISABLED="true",
        AWS_ENDPOINT_URL=endpoint,
        BIND_HOST="127.0.0.1",
        GATEWAY_PORT=str(port),
        MINISTACK_ACCOUNT_ID=ACCOUNT,
        MINISTACK_REGION=REGION,
        NO_PROXY="127.0.0.1,localhost",
        TMPDIR=str(temporary),
        IOT_MTLS_ENABLED="0",
        SFTP_ENABLED="0",
        AUTH="false",
        LOG_LEVEL="WARNING",
    )
    return endpoint
