"""The one Lambda asset: our functions beside the pure-Python packages they import.

All is copied from the installed environment, a wheel's as well as a checkout's, by its own
metadata: the packages are those that Viridian requires in one version alone. So synthesis needs no
network, no Docker and no pip, and AWS runs the very files the tests ran. Every file is Python
source or data, so the machine that synthesises need not be the arm64 Linux that executes. boto3 is
left out: it comes with the runtime. The asset's hash is the hash of these files, nothing else.
"""

import shutil
from collections.abc import Iterable
from importlib.metadata import PackagePath, distribution, requires
from pathlib import Path
from typing import Any

import jsii
from aws_cdk import AssetHashType, BundlingOptions, DockerImage, ILocalBundling
from aws_cdk import aws_lambda as lambda_

import viridian

PACKAGE = Path(viridian.__file__).parent
NOT_SHIPPED = ("__pycache__", "*.pyc")


class PackageUnfit(Exception):
    """An installed package is not the one the functions are to be shipped with."""


def functions_code() -> lambda_.Code:
    """The code that every function shares; each names its own handler in it."""
    return lambda_.Code.from_asset(
        str(PACKAGE),
        asset_hash_type=AssetHashType.OUTPUT,
        bundling=BundlingOptions(
            image=DockerImage.from_registry("never-pulled"),
            local=FunctionsBundling(),
        ),
    )


@jsii.implements(ILocalBundling)
class FunctionsBundling:
    """Fills the asset's folder; CDK calls it once for each synthesis."""

    def try_bundle(self, output_dir: str, *_options: Any, **_named: Any) -> bool:
        """Copy everything; True tells CDK that no container is needed."""
        assemble(Path(output_dir))
        return True


def assemble(folder: Path, package: Path = PACKAGE, required: Iterable[str] | None = None) -> None:
    """Copy our package, and those that are required as `name==version`, into the folder."""
    ignore = shutil.ignore_patterns(*NOT_SHIPPED)
    shutil.copytree(package, folder / package.name, ignore=ignore)
    for name, version in pinned(requires("viridian") if required is None else required):
        copy_package(name, version, folder)


def pinned(required: Iterable[str] | None) -> list[tuple[str, str]]:
    """Name and version of each requirement of one version; raises PackageUnfit without any.

    What an extra requires has a marker, and is not for the functions.
    """
    plain = (requirement for requirement in required or () if ";" not in requirement)
    pairs = (requirement.split("==") for requirement in plain if "==" in requirement)
    found = [(name, version) for name, version in pairs]
    if not found:
        raise PackageUnfit("viridian: is installed without what it requires; install it again")
    return found


def copy_package(name: str, version: str, folder: Path) -> None:
    """Copy one installed package; raises PackageUnfit when it is another version or not pure."""
    package = distribution(name)
    if package.version != version:
        raise PackageUnfit(f"{name}: wanted {version}, found {package.version} installed")
    if "Root-Is-Purelib: true" not in (package.read_text("WHEEL") or ""):
        raise PackageUnfit(f"{name}: has compiled parts, which would not run on Lambda's arm64")

    for file in package.files or []:
        if _is_source(file):
            target = folder / file
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(str(file.locate()), target)


def _is_source(file: PackagePath) -> bool:
    """Whether the file is the package's own: no script, no byte code, no installer's record."""
    top = file.parts[0]
    return top != ".." and not top.endswith(".dist-info") and "__pycache__" not in file.parts
