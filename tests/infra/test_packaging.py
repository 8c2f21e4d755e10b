"""The Lambda asset: all that the functions import, and nothing that does not run there."""

import subprocess
import sys
from importlib.metadata import requires, version
from pathlib import Path

import pytest

from tests.infra.template import Assembly
from viridian_cdk.packaging import PackageUnfit, assemble, pinned

PINNED = f"jmespath=={version('jmespath')}"

IMPORT_EVERYTHING = """
import os, sys
sys.path = [p for p in sys.path if "site-packages" not in p]
sys.path.insert(0, ".")
import aws_lambda_powertools, jmespath, typing_extensions
import viridian.core.deployment, viridian.core.service.registration, viridian.report.page
assert "uPlot" in viridian.report.page.page({})
assert all(m.__file__.startswith(os.getcwd()) for m in (aws_lambda_powertools, jmespath, viridian))
"""


@pytest.fixture(scope="module")
def asset(assembly: Assembly) -> Path:
    [asset] = [at for at in assembly.folder.glob("asset.*") if (at / "viridian").exists()]
    return asset


def test_nothing_in_it_was_made_for_this_machine(asset: Path) -> None:
    files = [path for path in asset.rglob("*") if path.is_file()]

    assert not {path.suffix for path in files} & {".pyc", ".so", ".pyd", ".dylib"}
    assert not [*asset.rglob("__pycache__"), *asset.glob("*.dist-info"), *asset.glob("bin")]


def test_it_imports_with_nothing_else_installed(asset: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-S", "-B", "-c", IMPORT_EVERYTHING],
        cwd=asset,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr


def test_byte_code_stays_behind(tmp_path: Path) -> None:
    for name in ("ours/plan.py", "ours/__pycache__/plan.pyc"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    assemble(tmp_path / "asset", tmp_path / "ours", [PINNED])

    assert [p for p in contents(tmp_path / "asset") if p.startswith("ours")] == ["ours/plan.py"]


def test_a_packages_commands_are_not_written_beside_the_asset(tmp_path: Path) -> None:
    """jmespath brings `../../../bin/jp.py`."""
    (tmp_path / "ours").mkdir()
    asset = tmp_path / "some" / "where" / "deep" / "asset"
    assemble(asset, tmp_path / "ours", [PINNED])

    assert [path.name for path in (tmp_path / "some").iterdir()] == ["where"]
    assert {path.name for path in asset.iterdir()} == {"ours", "jmespath"}


def test_what_an_extra_requires_is_not_for_the_functions() -> None:
    required = [PINNED, "ministack==1.5.33; extra == 'rehearsal'"]

    assert [name for name, _ in pinned(required)] == ["jmespath"]


def test_what_is_pinned_is_complete() -> None:
    listed = {normal(name) for name, _ in pinned(requires("viridian"))}
    needed = {
        normal(requirement)
        for name in listed
        for requirement in requires(name) or []
        if "extra ==" not in requirement
    }

    assert needed <= listed


@pytest.mark.parametrize(
    ("required", "complaint"),
    [
        (["jmespath==0.1"], r"jmespath: wanted 0\.1, found \d"),
        ([f"cryptography=={version('cryptography')}"], "cryptography: has compiled parts"),
        (["jmespath>=1"], "viridian: is installed without what it requires"),
        ([], "viridian: is installed without what it requires"),
    ],
)
def test_packages_unlike_those_that_were_tested_are_refused(
    tmp_path: Path, required: list[str], complaint: str
) -> None:
    with pytest.raises(PackageUnfit, match=complaint):
        assemble(tmp_path / "asset", required=required)


def contents(folder: Path) -> dict[str, bytes]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


def normal(requirement: str) -> str:
    name = requirement.partition(";")[0]
    for end in "<>=!~ ([":
        name = name.partition(end)[0]
    return name.lower().replace("_", "-")
