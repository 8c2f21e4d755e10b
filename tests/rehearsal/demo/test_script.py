"""What a demo plays."""

import json

import pytest
import yaml

from rehearsal.demo import own_script, shop_script
from rehearsal.demo.summary import PROMOTED, REVERTED
from rehearsal.release import ReleaseUnusable
from rehearsal.session import FIRST_RELEASE, SERVICE_FILE


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "release"
    folder.mkdir()
    manifest = {"service": "orders", "version": "7.0.0", "command": ["./run"]}
    (folder / "release.json").write_text(json.dumps(manifest))
    return folder


def test_the_shop_has_a_good_and_a_bad_release():
    script = shop_script()
    assert (script.service_file, script.first_release) == (SERVICE_FILE, FIRST_RELEASE)
    assert [(c.title, c.ending) for c in script.chapters] == [
        ("shop 1.1.0", PROMOTED),
        ("shop 1.2.0", REVERTED),
    ]


def test_ones_own_release_is_deployed_on_top_of_the_shop_under_its_own_name(folder, tmp_path):
    script = own_script(folder, tmp_path / "demo")
    settings = yaml.safe_load(script.service_file.read_text())
    shop = yaml.safe_load(SERVICE_FILE.read_text())
    assert settings == {**shop, "service": "orders"}
    assert script.first_release == FIRST_RELEASE
    assert [(c.title, c.ending) for c in script.chapters] == [("orders 7.0.0", PROMOTED)]


def test_with_ones_own_service_file_the_folder_itself_is_live_first(folder, tmp_path):
    (folder / "rehearsal.yaml").write_text("service: orders\n")
    script = own_script(folder, tmp_path / "demo")
    assert (script.service_file, script.first_release) == (folder / "rehearsal.yaml", folder)


def test_a_service_file_for_another_service_is_refused(folder, tmp_path):
    (folder / "rehearsal.yaml").write_text("service: shop\n")
    with pytest.raises(ReleaseUnusable, match=r"wanted orders as in .* found shop"):
        own_script(folder, tmp_path / "demo")
