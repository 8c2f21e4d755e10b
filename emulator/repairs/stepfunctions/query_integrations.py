"""`aws-sdk:elasticloadbalancingv2:*`, which ministack does not have, and `aws-sdk:sns:*`.

Parameters and results are those of the API with PascalCase names. An error is named by the SDK's
exception, such as `ElasticLoadBalancingV2.RuleNotFoundException`; one that the API does not model,
throttling for example, is `ElasticLoadBalancingV2.ElasticLoadBalancingV2Exception`. ministack knows
no error of SNS by its name: all are `Sns.ServiceException`.
"""

from functools import cached_property
from typing import Any
from urllib.parse import urlencode

import botocore.session
from botocore.exceptions import ParamValidationError
from botocore.model import ServiceModel
from botocore.parsers import create_parser
from botocore.serialize import create_serializer
from botocore.validate import validate_parameters
from ministack import app
from ministack.services import stepfunctions

invoke_as_shipped = stepfunctions._invoke_aws_sdk_integration


def apply() -> None:
    stepfunctions._invoke_aws_sdk_integration = invoke


def invoke(resource: str, arguments: dict[str, Any]) -> Any:
    service, action = resource.rsplit(":", 2)[1:]
    if service not in SERVICES:
        return invoke_as_shipped(resource, arguments)
    return SERVICES[service].call(action[0].upper() + action[1:], arguments)


class QueryService:
    """A service as botocore models it, called through ministack's own front door."""

    def __init__(self, *, model: str, handler: str, prefix: str) -> None:
        self._model_name, self._handler, self._prefix = model, handler, prefix

    @cached_property
    def _model(self) -> ServiceModel:
        loader = botocore.session.get_session().get_component("data_loader")
        return ServiceModel(loader.load_service_model(self._model_name, "service-2"))

    def call(self, action: str, arguments: dict[str, Any]) -> Any:
        operation = self._model.operation_model(action)
        _validate(arguments, operation.input_shape)
        request = create_serializer("query").serialize_to_request(arguments, operation)
        body = urlencode(request["body"]).encode()
        handler = app.SERVICE_HANDLERS[self._handler]
        headers = {"content-type": "application/x-www-form-urlencoded"}
        status, answer_headers, content = app.call_service_handler_sync(
            handler, "POST", "/", headers, body, {}
        )
        answer = {"status_code": status, "headers": answer_headers, "body": content}
        output_shape: Any = operation.output_shape
        parsed = create_parser("query").parse(answer, output_shape)
        parsed.pop("ResponseMetadata", None)
        if "Error" in parsed:
            raise self._failure(parsed["Error"])
        return stepfunctions._convert_keys_to_sfn_convention(parsed)

    def _failure(self, error: dict[str, str]) -> Exception:
        shapes: list[Any] = list(self._model.error_shapes)
        modelled = {shape.error_code: shape.name for shape in shapes}
        name = modelled.get(error["Code"], f"{self._prefix}Exception")
        failure: Exception = stepfunctions._ExecutionError(
            f"{self._prefix}.{name}", error["Message"]
        )
        return failure


def _validate(arguments: dict[str, Any], shape: Any) -> None:
    try:
        validate_parameters(arguments, shape)
    except ParamValidationError as problem:
        raise stepfunctions._ExecutionError("States.Runtime", str(problem)) from problem


SERVICES = {
    "elasticloadbalancingv2": QueryService(
        model="elbv2", handler="elasticloadbalancing", prefix="ElasticLoadBalancingV2"
    ),
    "sns": QueryService(model="sns", handler="sns", prefix="Sns"),
}
