"""Promise 9: no infrastructure deployment moves live traffic, whatever a person edits."""

import json

import pytest

from tests.assemblies import EDITED, Assemblies
from tests.infra.template import Assembly
from viridian.core.owned import FOR_LIFE, Kind

CERTIFICATE = "arn:aws:acm:us-east-1:123456789012:certificate/1"
KINDS = ("ListenerRule", "Fleet", "TargetGroup")


@pytest.fixture(scope="module")
def edited(assemblies: Assemblies) -> Assembly:
    """Synthesised with every setting of the service file changed, and with HTTPS."""
    return Assembly(assemblies.at(EDITED))


@pytest.mark.parametrize("kind", KINDS)
def test_what_serves_is_made_by_viridian_and_no_setting_asks_for_what_it_would_refuse(
    assembly: Assembly, edited: Assembly, kind: str
) -> None:
    before, after = assembly.owned(kind), edited.owned(kind)

    assert before.keys() == after.keys() != set()
    for name, wanted in after.items():
        for_life = FOR_LIFE[Kind(kind)]
        assert [wanted[n] for n in for_life] == [before[name][n] for n in for_life]
    for template in (assembly.shop, edited.shop):
        assert not template.of_type("ElasticLoadBalancingV2::TargetGroup")


def test_with_a_name_the_load_balancer_is_asked_under_it_at_its_own_address(
    edited: Assembly,
) -> None:
    [parameter] = edited.shop.properties("SSM::Parameter").values()
    value = edited.spell(parameter["Value"])

    assert '"production_url":"https://shop.example:<ProductionPort>"' in value
    assert '"test_url":"https://shop.example:<TestPort>"' in value
    assert '"connect_to":"<FrontLoadBalancer.DNSName>"' in value


def test_a_check_that_wants_null_still_does_where_the_functions_look(edited: Assembly) -> None:
    [parameter] = edited.shop.properties("SSM::Parameter").values()

    assert '"json":{"/error":null}' in edited.spell(parameter["Value"])


def test_settings_reach_the_alarms(edited: Assembly) -> None:
    alarms = edited.shop.properties("CloudWatch::Alarm")

    assert ">= 50," in alarms["ServiceGreenAlarmsErrorRate"]["Metrics"][0]["Expression"]
    assert alarms["ServiceGreenAlarmsErrorRate"]["Threshold"] == 1
    assert ">= 50," in alarms["ServiceGreenAlarmsLatency"]["Metrics"][0]["Expression"]
    assert alarms["ServiceGreenAlarmsLatency"]["Threshold"] == 0.5
    assert alarms["ServiceElb5xx"]["Threshold"] == 0
    assert alarms["ServiceElb5xx"]["Period"] == 30


def test_alarms_that_have_no_data_on_aws_are_warned_of(edited: Assembly) -> None:
    report = json.loads((edited.folder / "validation-report.json").read_text())
    [found] = [v for plugin in report["pluginReports"] for v in plugin["violations"]]

    assert found["severity"] == "warning"
    assert found["description"].startswith("alarms.period_seconds: 30 suits the rehearsal alone")


def test_an_alarm_of_the_services_own_is_heard_and_registered(edited: Assembly) -> None:
    rule = edited.shop.properties("Events::Rule")["ServiceEventsAlarmChanged"]
    [registration] = edited.shop.properties("SSM::Parameter").values()

    assert "Orders/Failing" in rule["EventPattern"]["detail"]["alarmName"]
    assert '"shared_alarms":["<ServiceElb5xx>","Orders/Failing"]' in edited.spell(
        registration["Value"]
    )


def test_with_a_certificate_both_listeners_speak_https(edited: Assembly) -> None:
    listeners = edited.shop.properties("ElasticLoadBalancingV2::Listener").values()
    outputs = edited.shop.body["Outputs"]

    assert {listener["Protocol"] for listener in listeners} == {"HTTPS"}
    assert all(li["Certificates"] == [{"CertificateArn": CERTIFICATE}] for li in listeners)
    assert edited.spell(outputs["ProductionUrl"]["Value"]) == (
        "https://shop.example:<ProductionPort>"
    )
