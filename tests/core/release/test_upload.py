"""What events tell."""

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.shop import changed
from tests.core.strategies import service_names, versions
from viridian.core.errors import EventInvalid, RequestInvalid
from viridian.core.release.request import VERSION_ID, Request
from viridian.core.release.upload import Upload

NOON = "2026-11-01T12:00:00Z"
JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=9),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(["time", "detail"]), inner),
)
VERSION_IDS = st.from_regex(VERSION_ID.pattern, fullmatch=True)


def upload(key: str, version_id: str = "v1", bucket: str = "artifacts") -> Upload:
    detail = {"bucket": {"name": bucket}, "object": {"key": key, "version-id": version_id}}
    return Upload.from_event({"time": NOON, "detail": detail})


@given(service_names, versions, VERSION_IDS)
def test_an_upload_becomes_a_request_that_pins_the_version_uploaded(
    service: str, version: str, version_id: str
) -> None:
    found = upload(f"{service}/{version}/release.json", version_id)

    assert Request.from_dict(found.request) == Request(service, version, version_id, NOON)


@given(service_names, versions, VERSION_IDS)
def test_a_deployment_id_is_a_valid_execution_name(
    service: str, version: str, version_id: str
) -> None:
    found = upload(f"{service}/{version}/release.json", version_id).deployment_id

    assert re.fullmatch(r"[A-Za-z0-9._-]{1,80}", found)
    assert found.startswith(f"{service}-{version}-")


@given(service_names, versions, st.lists(VERSION_IDS, min_size=2, unique=True))
def test_each_version_uploaded_has_an_id_of_its_own(
    service: str, version: str, version_ids: list[str]
) -> None:
    key = f"{service}/{version}/release.json"

    assert len({upload(key, v).deployment_id for v in version_ids}) == len(version_ids)


def test_services_whose_names_run_together_have_ids_of_their_own() -> None:
    ids = {upload(f"{key}/release.json").deployment_id for key in ("shop/a-b", "shop-a/b")}

    assert len(ids) == 2


@pytest.mark.parametrize(
    "key",
    [
        "release.json",
        "shop/release.json",
        "shop/1.1.0/extra/release.json",
        "shop/1.1.0/release.json.bak",
        "shop/1.1.0/bundle.zip",
        "Shop/1.1.0/release.json",
        "../1.1.0/release.json",
        "shop/../release.json",
        "shop/1.1.0/release.json\n",
    ],
)
def test_a_key_out_of_place_is_refused_and_named(key: str) -> None:
    with pytest.raises(RequestInvalid, match=f"^{re.escape(key)}: out of place"):
        upload(key)


@given(JSON)
def test_an_event_that_does_not_tell_what_it_must_is_refused_by_its_path(event: Any) -> None:
    with pytest.raises(EventInvalid, match=r"^event\.detail\.bucket\.name: (is missing|must be)"):
        Upload.from_event(event)


@pytest.mark.parametrize("wrong", ["detail.object.key", "detail.object.version-id", "time"])
def test_each_part_of_an_event_is_asked_for(wrong: str) -> None:
    uploaded = {"key": "shop/1/release.json", "version-id": "v1"}
    event = {"time": NOON, "detail": {"bucket": {"name": "artifacts"}, "object": uploaded}}

    with pytest.raises(EventInvalid, match=f"^event.{wrong}: must be a .*, found a number"):
        Upload.from_event(changed(event, wrong, 7))
