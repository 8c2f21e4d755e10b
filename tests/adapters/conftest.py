"""AWS as moto answers it: each test has an empty account of its own."""

from collections.abc import Iterator

import boto3
import pytest
from moto import mock_aws
from moto.core.config import DefaultConfig

KEEP_SESSION: DefaultConfig = {"core": {"reset_boto3_session": False}}
"""A session reads the service models once; moto would begin a new one in each test."""


@pytest.fixture(scope="session")
def session() -> None:
    """The default session, made after moto was imported: only such a one is intercepted."""
    boto3.setup_default_session()


@pytest.fixture
def aws(session: None) -> Iterator[None]:
    """An empty account."""
    with mock_aws(config=KEEP_SESSION):
        yield
