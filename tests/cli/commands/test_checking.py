"""Files are judged by the core's own rules, each as what it is."""

import json
from pathlib import Path

import pytest

from tests.assemblies import PROJECT
from tests.cli.conftest import Told

SERVICE_FILE = PROJECT / "examples" / "shop" / "service.yaml"
REQUEST = PROJECT / "statemachines" / "deploy.input.json"
RELEASE = PROJECT / "examples" / "shop" / "releases" / "1.1.0" / "release.json"
READ_AS = {SERVICE_FILE: "service file", REQUEST: "request", RELEASE: "release file"}


def test_the_examples_are_valid_each_as_what_it_is() -> None:
    told = Told("validate", *map(str, READ_AS), "--json")

    assert told.code == 0
    assert [each["read_as"] for each in told.document] == [*READ_AS.values()]
    assert [each["complaints"] for each in told.document] == [[], [], []]


@pytest.mark.parametrize(
    ("name", "content", "read_as", "complaints"),
    [
        ("a.yaml", "service: Shop\nfoo: 1\n", "service file", ["a.yaml.service", "a.yaml.foo"]),
        ("a.yml", "service: a\nservice: b\n", "service file", ["a.yml: not YAML"]),
        ("request.json", '{"service": "Shop", "versio": 1}', "request", ["request.json.service"]),
        ("release.json", "{}", "release file", ["release.json.service: is missing"]),
        (
            "release.json",
            '{"service": "shop"}',
            "release file",
            ["release.json.version: is missing"],
        ),
        (
            "v2.json",
            '{"service": "shop", "version": "1", "cpu": 256}',
            "release file",
            ["v2.json.cpu: give both"],
        ),
        ("a.json", "{", "file", ["a.json: not JSON"]),
        ("a.json", "[]", "request", ["a.json: must be an object"]),
        ("release.json", "[]", "release file", ["release.json.service"]),
    ],
)
def test_all_that_is_wrong_is_told_with_its_path(
    tmp_path: Path, name: str, content: str, read_as: str, complaints: list[str]
) -> None:
    path = tmp_path / name
    path.write_text(content)

    told = Told("validate", str(path), "--json")
    [found] = told.document

    assert (told.code, found["read_as"]) == (1, read_as)
    for wanted in complaints:
        assert any(line.startswith(wanted) for line in found["complaints"])


def test_one_wrong_file_among_good_ones_is_enough(tmp_path: Path) -> None:
    told = Told("validate", str(REQUEST), str(tmp_path / "none.json"))

    assert told.code == 1
    assert f"{REQUEST}: a valid request" in told.out
    assert "No such file" in told.out


def test_a_release_with_an_image_needs_no_bundle(tmp_path: Path) -> None:
    image = "registry.example/shop@sha256:" + "0f" * 32
    path = tmp_path / "release.json"
    path.write_text(json.dumps({"service": "shop", "version": "1", "image": image}))

    assert Told("validate", str(path)).code == 0
