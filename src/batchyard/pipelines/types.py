"""The types of objects, and what their fields hold.

The table is the developer guide's object reference, shortened: a letter after the colon is the
slot's type, and what several types have in common is written once. Fields that only the older API
knew, but which AWS's own samples use, are in it too.

Source: https://docs.aws.amazon.com/datapipeline/latest/DeveloperGuide/dp-pipeline-objects.html
"""

from __future__ import annotations

from functools import cache
from typing import Final, Literal

from batchyard.pipelines.model import Value

Kind = Literal[
    "activity",
    "node",
    "resource",
    "precondition",
    "action",
    "schedule",
    "database",
    "format",
    "part",
]
"""What an object is for; a part only says more about another object."""

SLOTS: Final = {
    "S": "String",
    "R": "Reference",
    "P": "Period",
    "D": "DateTime",
    "I": "Integer",
    "F": "Double",
    "B": "Boolean",
    "E": "Enumeration",
}
RUNNABLE: Final = frozenset({"activity", "node", "resource", "precondition"})
"""Kinds that have instances."""

_RUNS = (
    "attemptStatus:S attemptTimeout:P failureAndRerunMode:E lateAfterTimeout:P maximumRetries:I "
    "onFail:R onLateAction:R onSuccess:R reportProgressTimeout:P retryDelay:P"
)
_SCHEDULED = "maxActiveInstances:I pipelineLogUri:S schedule:R scheduleType:E"
_PLACED = f"{_RUNS} {_SCHEDULED} dependsOn:R precondition:R runsOn:R workerGroup:S"
_ACTIVITY = f"{_PLACED} input:R output:R"
_TASKS = "preActivityTaskConfig:R postActivityTaskConfig:R hadoopQueue:S"
_RESIZES = "resizeClusterBeforeRunning:B resizeClusterMaxInstances:I"
_VARIED = "generatedScriptsPath:S scriptUri:S scriptVariable:S stage:B"
_SQL_NODE = (
    "createTableSql:S database:R insertQuery:S schemaName:S selectQuery:S table:S "
    "username:S *password:S connectionString:S"
)
_DATABASE = "*password:S databaseName:S jdbcDriverJarUri:S jdbcProperties:S username:S region:S"
_RECORDS = "column:S columnSeparator:S recordSeparator:S escapeChar:S"
_SCRIPT = "command:S scriptUri:S scriptArgument:S stdout:S stderr:S"
_MACHINE = (
    "actionOnResourceFailure:S actionOnTaskFailure:S availabilityZone:S httpProxy:R initTimeout:P "
    "keyPair:S logUri:S region:E resourceRole:S role:S subnetId:S terminateAfter:P "
    "useOnDemandOnLastAttempt:B"
)
_EMR = (
    "EbsBlockDeviceConfig:R VolumeSpecification:R additionalMasterSecurityGroupIds:S emrLogUri:S "
    "additionalSlaveSecurityGroupIds:S amiVersion:S applications:S bootstrapAction:S "
    "configuration:R coreEbsConfiguration:R coreGroupConfiguration:R coreInstanceBidPrice:S "
    "coreInstanceCount:I coreInstanceType:S emrManagedMasterSecurityGroupId:S "
    "emrManagedSlaveSecurityGroupId:S enableDebugging:S hadoopSchedulerType:E "
    "masterEbsConfiguration:R masterGroupConfiguration:R masterInstanceBidPrice:S "
    "masterInstanceType:S releaseLabel:S serviceAccessSecurityGroupId:S supportedProducts:S "
    "taskEbsConfiguration:R taskGroupConfiguration:R taskInstanceBidPrice:S taskInstanceCount:I "
    "taskInstanceType:S hadoopVersion:S hiveVersion:S installHive:S installPig:S pigVersion:S "
    "instanceType:S"
)

_TYPES: Final[dict[str, tuple[Kind, str]]] = {
    "ShellCommandActivity": ("activity", f"{_ACTIVITY} {_SCRIPT} stage:B"),
    "CopyActivity": ("activity", _ACTIVITY),
    "EmrActivity": (
        "activity",
        f"{_ACTIVITY} {_RESIZES} postStepCommand:S preStepCommand:S step:S",
    ),
    "HadoopActivity": ("activity", f"{_ACTIVITY} {_TASKS} argument:S jarUri:S mainClass:S"),
    "HiveActivity": (
        "activity",
        f"{_ACTIVITY} {_TASKS} {_RESIZES} {_VARIED} hiveScript:S",
    ),
    "HiveCopyActivity": ("activity", f"{_ACTIVITY} {_TASKS} {_RESIZES} filterSql:S"),
    "PigActivity": (
        "activity",
        f"{_ACTIVITY} {_TASKS} {_RESIZES} {_VARIED} script:S",
    ),
    "RedshiftCopyActivity": (
        "activity",
        f"{_ACTIVITY} commandOptions:S insertMode:E queue:S transformSql:S",
    ),
    "SqlActivity": (
        "activity",
        f"{_ACTIVITY} database:R queue:S script:S scriptArgument:S scriptUri:S",
    ),
    "DynamoDBDataNode": (
        "node",
        (
            f"{_PLACED} dataFormat:R readThroughputPercent:F region:E tableName:S "
            "writeThroughputPercent:F"
        ),
    ),
    "MySqlDataNode": ("node", f"{_PLACED} {_SQL_NODE}"),
    "RedshiftDataNode": (
        "node",
        f"{_PLACED} createTableSql:S database:R primaryKeys:S schemaName:S tableName:S",
    ),
    "S3DataNode": (
        "node",
        (
            f"{_PLACED} compression:E dataFormat:R directoryPath:S filePath:S manifestFilePath:S "
            "s3EncryptionType:E"
        ),
    ),
    "SqlDataNode": ("node", f"{_PLACED} {_SQL_NODE}"),
    "Ec2Resource": (
        "resource",
        (
            f"{_RUNS} {_SCHEDULED} {_MACHINE} associatePublicIpAddress:B imageId:S "
            "instanceCount:I instanceType:S minInstanceCount:I runAsUser:S securityGroupIds:S "
            "securityGroups:S spotBidPrice:S"
        ),
    ),
    "EmrCluster": ("resource", f"{_RUNS} {_SCHEDULED} {_MACHINE} {_EMR}"),
    "DynamoDBDataExists": ("precondition", f"{_RUNS} preconditionTimeout:P role:S tableName:S"),
    "DynamoDBTableExists": ("precondition", f"{_RUNS} preconditionTimeout:P role:S tableName:S"),
    "Exists": ("precondition", f"{_RUNS} preconditionTimeout:P"),
    "S3KeyExists": ("precondition", f"{_RUNS} preconditionTimeout:P role:S s3Key:S"),
    "S3PrefixNotEmpty": ("precondition", f"{_RUNS} preconditionTimeout:P role:S s3Prefix:S"),
    "ShellCommandPrecondition": ("precondition", f"{_RUNS} preconditionTimeout:P {_SCRIPT}"),
    "SnsAlarm": ("action", "message:S role:S subject:S topicArn:S"),
    "Terminate": ("action", ""),
    "Schedule": (
        "schedule",
        "endDateTime:D maxActiveInstances:I occurrences:I period:P startAt:E startDateTime:D",
    ),
    "JdbcDatabase": ("database", f"{_DATABASE} connectionString:S jdbcDriverClass:S"),
    "RdsDatabase": ("database", f"{_DATABASE} rdsInstanceId:S"),
    "RedshiftDatabase": ("database", f"{_DATABASE} clusterId:S connectionString:S"),
    "CSV": ("format", _RECORDS),
    "Custom": ("format", _RECORDS),
    "DynamoDBDataFormat": ("format", "column:S"),
    "DynamoDBExportDataFormat": ("format", "column:S"),
    "RegEx": ("format", "column:S inputRegEx:S outputFormat:S"),
    "TSV": ("format", _RECORDS),
    "EmrConfiguration": ("part", "classification:S configuration:R property:R"),
    "EbsConfiguration": ("part", "ebsBlockDeviceConfig:R ebsOptimized:B"),
    "EbsBlockDeviceConfig": ("part", "volumeSpecification:R volumesPerInstance:I"),
    "VolumeSpecification": ("part", "iops:I sizeInGB:I volumeType:S"),
    "HttpProxy": (
        "part",
        "*password:S hostname:S port:S s3NoProxy:B username:S windowsDomain:S windowsWorkgroup:S",
    ),
    "Property": ("part", "key:S value:S"),
    "ShellScriptConfig": ("part", "scriptArgument:S scriptUri:S"),
}

_REQUIRED: Final[dict[str, str]] = {
    "ShellCommandActivity": "command|scriptUri",
    "HadoopActivity": "jarUri",
    "HiveActivity": "hiveScript|scriptUri",
    "PigActivity": "script|scriptUri",
    "RedshiftCopyActivity": "insertMode",
    "SqlActivity": "database script|scriptUri",
    "DynamoDBDataNode": "tableName",
    "MySqlDataNode": "table",
    "RedshiftDataNode": "database tableName",
    "SqlDataNode": "table",
    "DynamoDBDataExists": "role tableName",
    "DynamoDBTableExists": "role tableName",
    "S3KeyExists": "role s3Key",
    "S3PrefixNotEmpty": "role s3Prefix",
    "ShellCommandPrecondition": "command|scriptUri",
    "SnsAlarm": "message role subject topicArn",
    "Schedule": "period startAt|startDateTime",
    "JdbcDatabase": "*password connectionString jdbcDriverClass username",
    "RdsDatabase": "*password rdsInstanceId username",
    "RedshiftDatabase": "*password clusterId|connectionString username",
    "Custom": "columnSeparator",
    "EmrConfiguration": "classification",
    "HttpProxy": "hostname port",
    "Property": "key value",
}
"""Fields without which an object is none, in groups of which one is enough."""

EXCLUSIVE: Final = (
    ("command", "scriptUri"),
    ("script", "scriptUri"),
    ("hiveScript", "scriptUri"),
    ("startAt", "startDateTime"),
    ("endDateTime", "occurrences"),
)
"""Pairs of which an object may have one only."""

ENUMERATIONS: Final = {
    "failureAndRerunMode": ("none", "cascade"),
    "scheduleType": ("cron", "timeseries", "ondemand"),
    "startAt": ("FIRST_ACTIVATION_DATE_TIME", "ONDEMAND_ACTIVATION_TIME"),
    "insertMode": ("KEEP_EXISTING", "OVERWRITE_EXISTING", "TRUNCATE", "APPEND"),
    "compression": ("none", "gzip"),
    "s3EncryptionType": ("SERVER_SIDE_ENCRYPTION", "NONE"),
    "hadoopSchedulerType": (
        "PARALLEL_FAIR_SCHEDULING",
        "PARALLEL_CAPACITY_SCHEDULING",
        "DEFAULT_SCHEDULER",
    ),
}
"""What an enumeration may say, in any case; others (regions) may say anything."""

TARGETS: Final[dict[str, frozenset[Kind]]] = {
    "schedule": frozenset({"schedule"}),
    "runsOn": frozenset({"resource"}),
    "input": frozenset({"node"}),
    "output": frozenset({"node"}),
    "dependsOn": frozenset({"activity", "node", "resource"}),
    "precondition": frozenset({"precondition"}),
    "onFail": frozenset({"action"}),
    "onSuccess": frozenset({"action"}),
    "onLateAction": frozenset({"action"}),
    "database": frozenset({"database"}),
    "dataFormat": frozenset({"format"}),
}
"""What a reference may refer to; others may refer to anything."""

SYSTEM_MANAGED: Final = frozenset(
    {"DynamoDBDataExists", "DynamoDBTableExists", "S3KeyExists", "S3PrefixNotEmpty"}
)
"""Preconditions that AWS checks itself; the others run where their activity runs."""

GIVEN_AT_RUN_TIME: Final = frozenset(
    {
        *("cancellationReason", "currentRetryCount", "emrStepLog", "errorId", "errorMessage"),
        *(
            "errorStackTrace",
            "hadoopJobLog",
            "hostname",
            "lastRetryTime",
            "node",
            "reportProgressTime",
        ),
    }
)
"""Fields that AWS sets, beside those that begin with @."""


class ObjectType(Value, frozen=True):
    """A type of objects.

    Attributes:
        kind: what its objects are for.
        slots: the letter of each field's slot (`SLOTS`), by the field's name.
        required: groups of fields of which one must be there.
    """

    kind: Kind
    slots: dict[str, str]
    required: tuple[tuple[str, ...], ...]


@cache
def known() -> dict[str, ObjectType]:
    """Give every type by its name."""
    return {name: _type(name, kind, fields) for name, (kind, fields) in _TYPES.items()}


def _type(name: str, kind: Kind, fields: str) -> ObjectType:
    slots = dict(field.split(":") for field in f"type:S parent:R {fields}".split())
    groups = _REQUIRED.get(name, "").split() + (
        ["runsOn|workerGroup"] if kind == "activity" else []
    )
    return ObjectType(kind, slots, tuple(tuple(group.split("|")) for group in groups))


@cache
def slots() -> dict[str, str]:
    """Give the letter of every field that any type knows, for objects without a type."""
    return {key: slot for found in known().values() for key, slot in found.slots.items()}


def kind(name: str | None) -> Kind | None:
    """Tell what objects of a type are for; None when there is no such type."""
    found = known().get(name or "")
    return None if found is None else found.kind
