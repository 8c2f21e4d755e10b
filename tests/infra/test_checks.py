"""The checks that run at synthesis and over the templates are on, and find nothing."""

import json
import re
import subprocess
import sys
from pathlib import Path

from tests.assemblies import CARELESS, PROJECT, Assemblies
from tests.infra.template import Assembly
from viridian.core.owned import Kind


def test_neither_cdk_nag_nor_a_construct_finds_anything(assembly: Assembly) -> None:
    report = json.loads((assembly.folder / "validation-report.json").read_text())

    assert report["pluginReports"] == []


def test_cdk_nag_would_stop_a_careless_bucket(assemblies: Assemblies) -> None:
    assert "AwsSolutions-S1" in assemblies.refusal(CARELESS)


def test_cfn_lint_finds_nothing_in_the_machines(assembly: Assembly, tmp_path: Path) -> None:
    """Its schema takes numbers only for TimeoutSeconds, where AWS takes JSONata too."""
    template = json.loads((assembly.folder / "Viridian.template.json").read_text())
    machines = [r for r in template["Resources"].values() if "StateMachine" in r["Type"]]
    timeout = re.compile('"TimeoutSeconds": "{% [$.a-z_]+ %}"')
    replaced = []
    for machine in machines:
        definition = machine["Properties"]["DefinitionString"]
        plain, count = timeout.subn('"TimeoutSeconds": 60', definition)
        machine["Properties"]["DefinitionString"] = plain
        del machine["Metadata"]
        replaced.append(count)

    assert sorted(replaced) == [1, 1, 3]
    copy = tmp_path / "Viridian.template.json"
    copy.write_text(json.dumps(template))
    lint = [Path(sys.executable).with_name("cfn-lint"), copy]
    done = subprocess.run(lint, cwd=PROJECT, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout + done.stderr


def test_custom_resources_are_our_own_alone(assembly: Assembly) -> None:
    """A custom resource is a function with rights of its own: no other than the reviewed one."""
    kinds = {r["Type"] for t in assembly.templates for r in t.resources.values()}

    assert {k for k in kinds if k.startswith(("Custom::", "AWS::CloudFormation::Custom"))} == {
        f"Custom::Viridian{kind}" for kind in Kind
    }


def test_the_automation_knows_no_service(assembly: Assembly) -> None:
    text = json.dumps(assembly.viridian.body)

    assert "Shop" not in text
    assert "Fn::ImportValue" not in text
