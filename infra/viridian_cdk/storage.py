"""What must outlive every deployment of the code: the artifact bucket and the table.

Kept apart from the stateless constructs, retained when the stack goes, and under logical ids that
a test holds: a changed id would make CloudFormation create an empty one beside it.
"""

from aws_cdk import Duration, RemovalPolicy
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_s3 as s3
from constructs import Construct

from viridian.core.document import PREFIX
from viridian_cdk.acknowledgements import acknowledge
from viridian_cdk.rights import Own, Place

# A task that restarts fetches its bundle by version id, also when a newer upload of the same key
# has made that version noncurrent. A year is far beyond the age of any running release.
NONCURRENT_DAYS = 365
ACCESS_LOG_DAYS = 90


class Storage(Construct):
    """The artifact bucket (with the log of who accessed it) and the deployments' table."""

    def __init__(self, scope: Construct, id: str) -> None:
        super().__init__(scope, id)
        self.artifact_bucket = self._artifact_bucket(self._access_logs())
        self.table = dynamodb.Table(
            self,
            "Table",
            partition_key=dynamodb.Attribute(name="pk", type=dynamodb.AttributeType.STRING),
            sort_key=dynamodb.Attribute(name="sk", type=dynamodb.AttributeType.STRING),
            billing_mode=dynamodb.BillingMode.PAY_PER_REQUEST,
            encryption=dynamodb.TableEncryption.AWS_MANAGED,
            point_in_time_recovery_specification=dynamodb.PointInTimeRecoverySpecification(
                point_in_time_recovery_enabled=True
            ),
            time_to_live_attribute="expires_at",
            stream=dynamodb.StreamViewType.NEW_AND_OLD_IMAGES,
            deletion_protection=True,
            removal_policy=RemovalPolicy.RETAIN,
        )

    @property
    def places(self) -> dict[Own, Place]:
        """Where both are, for those who may use them."""
        bucket, table = self.artifact_bucket, self.table
        named = ("VIRIDIAN_ARTIFACT_BUCKET", bucket.bucket_name)
        return {
            Own.TABLE: Place(table.table_arn, "VIRIDIAN_TABLE", table.table_name),
            Own.STREAM: Place(str(table.table_stream_arn)),
            Own.BUCKET: Place(bucket.bucket_arn, *named),
            Own.RELEASES: Place(bucket.arn_for_objects("*"), *named),
            Own.DOCUMENTS: Place(bucket.arn_for_objects(f"{PREFIX}/*"), *named),
        }

    def _artifact_bucket(self, access_logs: s3.Bucket) -> s3.Bucket:
        bucket = s3.Bucket(
            self,
            "ArtifactBucket",
            versioned=True,
            encryption=s3.BucketEncryption.S3_MANAGED,
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            enforce_ssl=True,
            removal_policy=RemovalPolicy.RETAIN,
            server_access_logs_bucket=access_logs,
            lifecycle_rules=[
                s3.LifecycleRule(
                    noncurrent_version_expiration=Duration.days(NONCURRENT_DAYS),
                    abort_incomplete_multipart_upload_after=Duration.days(7),
                )
            ],
        )
        send_events(bucket)
        return bucket

    def _access_logs(self) -> s3.Bucket:
        bucket = s3.Bucket(
            self,
            "AccessLogs",
            encryption=s3.BucketEncryption.S3_MANAGED,
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            enforce_ssl=True,
            removal_policy=RemovalPolicy.RETAIN,
            lifecycle_rules=[s3.LifecycleRule(expiration=Duration.days(ACCESS_LOG_DAYS))],
        )
        acknowledge(bucket, {"AwsSolutions-S1": "A log of the log bucket would log itself."})
        return bucket


def send_events(bucket: s3.Bucket) -> None:
    """Turn on EventBridge by the plain property; CDK's own switch adds a custom resource."""
    resource = bucket.node.default_child
    assert isinstance(resource, s3.CfnBucket)
    resource.notification_configuration = s3.CfnBucket.NotificationConfigurationProperty(
        event_bridge_configuration=s3.CfnBucket.EventBridgeConfigurationProperty(
            event_bridge_enabled=True
        )
    )
