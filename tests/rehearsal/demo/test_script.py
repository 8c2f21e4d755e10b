"""What a demo plays."""

import json
from pathlib import Path
from typing import NoReturn

import pytest
import yaml
from aws_cdk import App

from examples.shop.cdk_app import build
from rehearsal.demo import own_script, play, shop_script
from rehearsal.demo.summary import PROMOTED, REJECTED, REVERTED
from rehearsal.session import FIRST_RELEASE, SERVICE_FILE
from viridian_cli.progress import PlainProgress
from viridian_cli.release import ReleaseUnusable


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "release"
    folder.mkdir()
    manifest = {"service": "orders", "version": "7.0.0", "command": ["./run"]}
    (folder / "release.json").write_text(json.dumps(manifest))
    return folder


@pytest.fixture
def own_file(folder: Path) -> Path:
    return folder / "rehearsal.yaml"


def test_the_shop_has_a_release_for_each_ending() -> None:
    script = shop_script()
    assert (script.service_file, script.first_release) == (SERVICE_FILE, FIRST_RELEASE)
    assert [(c.title, c.ending) for c in script.chapters] == [
        ("shop 1.1.0", PROMOTED),
        ("shop 1.2.0", REVERTED),
        ("shop 1.3.0", REJECTED),
    ]


def test_ones_own_release_is_deployed_on_top_of_the_shop_under_its_own_name(folder: Path) -> None:
    script = own_script(folder, folder.with_name("demo"))
    settings = yaml.safe_load(script.service_file.read_text())
    shop = yaml.safe_load(SERVICE_FILE.read_text())
    assert shop["hooks"]
    assert settings == {**shop, "service": "orders", "hooks": []}
    assert script.first_release == FIRST_RELEASE
    assert [(c.title, c.ending) for c in script.chapters] == [("orders 7.0.0", PROMOTED)]


def test_the_shop_s_stack_is_built_without_the_load_test_that_nothing_calls(folder: Path) -> None:
    script = own_script(folder, folder.with_name("demo"))
    app = build(App(context={"serviceFile": str(script.service_file)}))
    shop = app.node.find_child("Shop")
    assert shop.node.find_child("Service")
    assert shop.node.try_find_child("LoadTest") is None


def test_with_ones_own_service_file_the_folder_itself_is_live_first(
    folder: Path, own_file: Path
) -> None:
    own_file.write_text(SERVICE_FILE.read_text().replace("service: shop", "service: orders"))
    script = own_script(folder, folder.with_name("demo"))
    assert (script.service_file, script.first_release) == (own_file, folder)


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (SERVICE_FILE.read_text(), r"wanted orders as in .* found shop"),
        ("service: orders\n", r"rehearsal\.yaml\.smoke_tests: is missing"),
        ("", r"rehearsal\.yaml: must be an object"),
        ("steps: [", r"not YAML \(while parsing"),
    ],
)
def test_a_wrong_service_file_is_refused_with_its_path(
    folder: Path, own_file: Path, content: str, complaint: str
) -> None:
    own_file.write_text(content)
    with pytest.raises(ReleaseUnusable, match=complaint) as refused:
        own_script(folder, folder.with_name("demo"))
    assert str(refused.value).startswith(str(own_file))


@pytest.mark.parametrize(
    ("manifest", "complaint"),
    [
        ({"version": "1.0.0", "command": ["./run"]}, "version: 1.0.0 is what is live first"),
        ({"version": "7.0.0"}, "command: is missing; give what to run"),
    ],
)
def test_a_release_that_cannot_be_played_is_refused(
    folder: Path, manifest: dict[str, object], complaint: str
) -> None:
    (folder / "release.json").write_text(json.dumps({"service": "orders", **manifest}))
    with pytest.raises(ReleaseUnusable, match=f"release.json.{complaint}"):
        own_script(folder, folder.with_name("demo"))


class Interrupted(PlainProgress):
    def __enter__(self) -> NoReturn:
        raise KeyboardInterrupt


def test_the_summary_of_an_earlier_demo_does_not_outlive_the_start_of_the_next(
    tmp_path: Path,
) -> None:
    (tmp_path / "summary.json").write_text("{}")
    with pytest.raises(KeyboardInterrupt):
        play(shop_script(), tmp_path, Interrupted(print))
    assert not (tmp_path / "summary.json").exists()
