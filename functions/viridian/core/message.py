"""What people are told, as the machines write it: JSONata that `${message...}` puts into them.

A message is one SNS publication in two forms (`MessageStructure` json). Mail, telephones and queues
get a text: what, where, since when, why, what to do, where to look. An https subscription gets the
custom notification of Amazon Q Developer in chat applications (once AWS Chatbot), which shows it in
Slack and Teams. One fact is one message, and what needs nobody is none: the events tell of it.
"""

import json

from viridian.core.document import PREFIX
from viridian.core.ending import ENDINGS

NOBODY_S = [name for name, ending in ENDINGS.items() if ending.who_acts.startswith("nobody")]
NEEDS_NOBODY = f"$ending in {json.dumps(NOBODY_S)} or $failure.Error = 'DeploymentSuperseded'"
"""Whether an ending does; who was superseded has a newer one in its place."""

LONGEST = 1_000
CAUSE = r"""$join([$failure.Error, (
$said := $match($failure.Cause & '', /"errorMessage": ?("(?:[^"\x5c\x00-\x1f]|\x5c["\x5c\/bfnrt]|\x5cu[0-9a-fA-F]{4})*")/, 1).groups[0];
$exists($said) ? $parse($said) : $failure.Cause)], ': ')"""  # noqa: E501
"""The cause in words, the one place for it: the message of a function's error, which comes as JSON,
or the text as it came. The pattern takes whole JSON strings alone, so $parse cannot fail."""

ENDING = f"""$its := $lookup({json.dumps({n: vars(e) for n, e in ENDINGS.items()})}, $ending);
$title := $deployment.service & ' ' & $deployment.version & ': ' & $ending;
$text := 'Production: ' & $its.production & '. Why: ' & $substring({CAUSE}, 0, {LONGEST});
$next := $its.who_acts & '; docs/runbook.md, ' & $ending;"""
"""What is told of an ending."""
CONSOLE = """$region := $split($states.context.Execution.Id, ':')[3];
$console := 'https://console.aws.amazon.com/';"""
REPORT = f"""{CONSOLE}
$link := $console & 's3/object/${{ArtifactBucketName}}?region=' & $region & '&prefix={PREFIX}/'
& $deployment.service & '/' & $deployment.id & '/report.html';"""
"""Where the report of an ended deployment is, some seconds after its end."""
EXECUTION = f"""{CONSOLE}
$link := $console & 'states/home?region=' & $region & '#/v2/executions/details/'
& $states.context.Execution.Id;"""
"""Where what runs can be looked at."""
FORM = r"""$since := 'Since ' & $states.context.State.EnteredTime
& ', deployment ' & $deployment.id & '.';
$string({
'default': $join([$title, $text, $since, 'What to do: ' & $next & '.', $link], '\n\n'),
'https': $string({'version': '1.0', 'source': 'custom',
'content': {'textType': 'client-markdown', 'title': $title,
'description': $join([$text, $since, '[Look](' & $link & ')'], '\n'),
'nextSteps': [$next], 'keywords': [$deployment.service]},
'metadata': {'threadId': $deployment.id, 'summary': $title, 'eventType': $event,
'relatedResources': [$states.context.Execution.Id]}})})"""
"""The message of what `$title`, `$text`, `$next`, `$link` and `$event` say."""
