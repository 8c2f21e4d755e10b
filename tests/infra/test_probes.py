"""An internal service: what asks it stands in its VPC, and the test listener admits that alone."""

import json
from typing import Any

import pytest

from tests.assemblies import INTERNAL, Assemblies
from tests.infra.template import Assembly
from tests.infra.test_rights import HERE
from viridian_cdk.functions_table import READ_TEST_SECRETS, STATE_FUNCTIONS
from viridian_cdk.probes import PROBES

NAMES = {f"Functions{name}Function" for name in PROBES}
GROUP = "<ProbesGroup.GroupId>"
INTERFACES = f"arn:<AWS::Partition>:ec2:{HERE}:*/*"


@pytest.fixture(scope="module")
def internal(assemblies: Assemblies) -> Assembly:
    """The example for its VPC alone."""
    return Assembly(assemblies.at(INTERNAL))


def placed(assembly: Assembly) -> dict[str, Any]:
    """Where each function stands that is in a VPC."""
    functions = assembly.viridian.properties("Lambda::Function")
    return {name: f["VpcConfig"] for name, f in functions.items() if "VpcConfig" in f}


def test_what_asks_the_service_stands_in_the_vpc_and_nothing_else(internal: Assembly) -> None:
    found = placed(internal)

    assert found.keys() == NAMES
    for place in found.values():
        assert [internal.spell(group) for group in place["SecurityGroupIds"]] == [GROUP]
        assert [internal.spell(subnet) for subnet in place["SubnetIds"]] == [
            "<NetworkPublicSubnet1Subnet>",
            "<NetworkPublicSubnet2Subnet>",
        ]


def test_nothing_stands_in_a_vpc_unless_it_is_asked_for(assembly: Assembly) -> None:
    assert placed(assembly) == {}
    assert not assembly.viridian.of_type("EC2::SecurityGroup")


def test_what_has_no_way_to_aws_needs_one_for_secrets_alone() -> None:
    found = [row.may for row in STATE_FUNCTIONS if row.name in PROBES]

    assert found == [(READ_TEST_SECRETS,)] * 3
    assert not [r for r in STATE_FUNCTIONS if READ_TEST_SECRETS in r.may and r.name not in PROBES]


def test_their_roles_may_connect_them_and_nothing_more(
    assembly: Assembly, internal: Assembly
) -> None:
    before, after = assembly.rights(), internal.rights()
    more = {role: rights - before[role] for role, rights in after.items() if role in before}

    assert {role: rights for role, rights in more.items() if rights} == {
        role: {
            ("ec2:DescribeNetworkInterfaces", "*"),
            ("ec2:DescribeSubnets", "*"),
            ("ec2:CreateNetworkInterface", INTERFACES),
            ("ec2:DeleteNetworkInterface", INTERFACES),
            ("ec2:AssignPrivateIpAddresses", INTERFACES),
            ("ec2:UnassignPrivateIpAddresses", INTERFACES),
        }
        for role in (*(f"Functions{name}Role" for name in PROBES), "LoadTestRole")
    }
    roles = internal.properties("IAM::Role").values()
    assert not [role for role in roles if "ManagedPolicyArns" in role]


def test_nobody_comes_in_to_them(internal: Assembly) -> None:
    [group] = internal.viridian.properties("EC2::SecurityGroup").values()

    assert "SecurityGroupIngress" not in group
    assert not internal.properties("EC2::SecurityGroupIngress")


def test_the_test_listener_admits_them_alone_and_the_other_the_vpc(internal: Assembly) -> None:
    front = internal.shop.properties("EC2::SecurityGroup")["FrontWallsLoadBalancerGroup"]
    admitted = {
        internal.spell(door["FromPort"]): (door.get("CidrIp"), door.get("SourceSecurityGroupId"))
        for door in front["SecurityGroupIngress"]
    }

    assert {port: [internal.spell(of) for of in who if of] for port, who in admitted.items()} == {
        "<ProductionPort>": ["<Network.CidrBlock>"],
        "<TestPort>": [GROUP],
    }


def test_the_load_balancer_is_internal(assembly: Assembly, internal: Assembly) -> None:
    kind = "ElasticLoadBalancingV2::LoadBalancer"
    schemes = [a.shop.properties(kind)["FrontLoadBalancer"]["Scheme"] for a in (assembly, internal)]

    assert schemes == ["internet-facing", "internal"]


def test_cdk_nag_finds_nothing(internal: Assembly) -> None:
    report = json.loads((internal.folder / "validation-report.json").read_text())

    assert report["pluginReports"] == []
