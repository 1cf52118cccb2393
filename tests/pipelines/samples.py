"""Whole definitions in the shapes of AWS's own, each with the address of what it is modelled on.

They are written for these tests; the guide and the sample collection (archived at
github.com/amazon-archives/data-pipeline-samples) hold the originals.
"""

from typing import Any, Final

GUIDE: Final = "https://docs.aws.amazon.com/datapipeline/latest/DeveloperGuide/"
SAMPLES: Final = "https://github.com/amazon-archives/data-pipeline-samples/tree/master/samples/"

Document = dict[str, Any]


def ref(name: str) -> dict[str, str]:
    return {"ref": name}


def default(**more: object) -> Document:
    fields = {"scheduleType": "cron", "failureAndRerunMode": "CASCADE", "schedule": ref("Daily")}
    return {"id": "Default", "role": "R", "resourceRole": "RR", "pipelineLogUri": "s3://l/"} | (
        fields | more
    )


ONCE: Final = {
    "id": "Daily",
    "type": "Schedule",
    "period": "1 Day",
    "startAt": "FIRST_ACTIVATION_DATE_TIME",
    "occurrences": "1",
}
MACHINE: Final = {"id": "Machine", "type": "Ec2Resource", "terminateAfter": "1 Hour"}


def document(*objects: Document, **more: object) -> Document:
    return {"objects": list(objects), **more}


VALID: Final[dict[str, Document]] = {
    SAMPLES + "helloworld": document(
        default(myComment="used by all", pipelineLogUri="#{myLogs}/hello"),
        ONCE,
        MACHINE,
        {
            "id": "Hello",
            "type": "ShellCommandActivity",
            "runsOn": ref("Machine"),
            "command": "echo 'Hello World!'",
        },
        parameters=[{"id": "myLogs", "type": "AWS::S3::ObjectKey", "description": "S3 path"}],
    ),
    SAMPLES + "python-template": document(
        default(),
        ONCE,
        MACHINE,
        {
            "id": "Python",
            "type": "ShellCommandActivity",
            "runsOn": ref("Machine"),
            "scriptUri": "s3://b/run.sh",
            "scriptArgument": "#{myScripts}",
        },
        parameters=[{"id": "myScripts", "type": "AWS::S3::ObjectKey"}],
    ),
    SAMPLES + "EFSBackup": document(
        default(),
        ONCE,
        {**MACHINE, "securityGroupIds": ["#{myA}", "#{myB}"], "associatePublicIpAddress": "true"},
        {
            "id": "Begin",
            "type": "ShellCommandActivity",
            "runsOn": ref("Machine"),
            "command": "./init.sh $1 $2",
            "scriptArgument": ["#{myA}", "1"],
            "stage": "true",
        },
        *(
            {
                "id": f"Part{n}",
                "type": "ShellCommandActivity",
                "runsOn": ref("Machine"),
                "command": "./part.sh $1",
                "scriptArgument": f"{n}",
                "dependsOn": ref("Begin"),
            }
            for n in (1, 2)
        ),
        {
            "id": "Finish",
            "type": "ShellCommandActivity",
            "runsOn": ref("Machine"),
            "command": "./end.sh",
            "dependsOn": [ref("Part1"), ref("Part2")],
        },
        parameters=[
            {"id": "myA", "type": "String", "default": "a", "allowedValues": ["a", "b"]},
            {"id": "myB", "type": "String", "default": "b"},
        ],
    ),
    SAMPLES + "billing": document(
        default(),
        ONCE,
        MACHINE,
        {"id": "In", "type": "S3DataNode", "directoryPath": "#{myIn}"},
        {
            "id": "Staged",
            "type": "S3DataNode",
            "directoryPath": "#{myIn}#{format(@scheduledStartTime, 'YYYY-MM-dd-HH-mm-ss')}",
        },
        {
            "id": "Unzip",
            "type": "ShellCommandActivity",
            "command": "for f in ${INPUT1_STAGING_DIR}/*#{format(@scheduledStartTime,'YYYY-MM')}*",
            "input": ref("In"),
            "output": ref("Staged"),
            "runsOn": ref("Machine"),
            "stage": "true",
        },
        {
            "id": "Cluster",
            "type": "RedshiftDatabase",
            "connectionString": "jdbc:postgresql://h/d",
            "username": "u",
            "*password": "#{*myPassword}",
        },
        {
            "id": "Table",
            "type": "RedshiftDataNode",
            "database": ref("Cluster"),
            "tableName": "t",
            "createTableSql": "CREATE TABLE IF NOT EXISTS #{tableName} (id int)",
            "primaryKeys": ["a", "b"],
        },
        {
            "id": "Load",
            "type": "RedshiftCopyActivity",
            "input": ref("Staged"),
            "output": ref("Table"),
            "insertMode": "OVERWRITE_EXISTING",
            "commandOptions": ["GZIP", "CSV"],
            "runsOn": ref("Machine"),
        },
        {
            "id": "Clean",
            "type": "ShellCommandActivity",
            "command": "aws s3 rm #{input.directoryPath} --recursive",
            "input": ref("Staged"),
            "dependsOn": ref("Load"),
            "runsOn": ref("Machine"),
        },
        parameters=[
            {"id": "myIn", "type": "AWS::S3::ObjectKey"},
            {"id": "*myPassword", "type": "String"},
        ],
        metadata={"templateName": "ignored, as the AWS CLI ignores it"},
    ),
    SAMPLES + "SQLActivityWithTimeout": document(
        default(),
        ONCE,
        MACHINE,
        {
            "id": "Database",
            "type": "RdsDatabase",
            "rdsInstanceId": "#{myId}",
            "username": "u",
            "*password": "#{myPassword}",
        },
        {
            "id": "Query",
            "type": "SqlActivity",
            "database": ref("Database"),
            "scriptUri": "s3://b/script.sql",
            "reportProgressTimeout": "1 Hour",
            "attemptTimeout": "1 Hour",
            "runsOn": ref("Machine"),
        },
        values={"myId": "db", "myPassword": "secret"},
    ),
    GUIDE + "emrcluster-example-ebs.html": document(
        default(scheduleType="ONDEMAND") | {"schedule": []},
        {
            "id": "Cluster",
            "type": "EmrCluster",
            "releaseLabel": "emr-4.7.0",
            "region": "#{myRegion}",
            "coreInstanceCount": "1",
            "coreEbsConfiguration": ref("Ebs"),
            "terminateAfter": "12 hours",
        },
        {"id": "Ebs", "type": "EbsConfiguration", "ebsBlockDeviceConfig": [ref("Device")]},
        {"id": "Device", "type": "EbsBlockDeviceConfig", "volumeSpecification": ref("Volume")},
        {"id": "Volume", "type": "VolumeSpecification", "sizeInGB": "500", "iops": "1000"},
        {
            "id": "Source",
            "type": "DynamoDBDataNode",
            "tableName": "t",
            "readThroughputPercent": "#{myRatio}",
        },
        {"id": "Backup", "type": "S3DataNode", "directoryPath": "s3://b/#{@scheduledStartTime}"},
        {
            "id": "Export",
            "type": "EmrActivity",
            "input": ref("Source"),
            "output": ref("Backup"),
            "runsOn": ref("Cluster"),
            "maximumRetries": "2",
            "step": "s3://x.jar,#{output.directoryPath},#{input.tableName},"
            "#{input.readThroughputPercent}",
        },
        parameters=[{"id": "myRatio", "type": "Double", "default": "0.25"}],
        values={"myRegion": "us-east-1"},
    ),
    GUIDE + "dp-pipeline-expressions.html": document(
        default(scheduleType="timeseries", workerGroup="g", maximumRetries="3"),
        {
            "id": "Daily",
            "type": "Schedule",
            "period": "1 hours",
            "startDateTime": "2012-09-01T00:00:00",
            "endDateTime": "2012-10-01T00:00:00",
        },
        {
            "id": "ShellOut",
            "type": "ShellCommandActivity",
            "input": ref("HourlyData"),
            "command": "/home/u/xxx.sh #{@scheduledStartTime} #{@scheduledEndTime}",
            "stderr": "/tmp/stderr:#{@scheduledStartTime}",
            "onFail": ref("Alarm"),
            "lateAfterTimeout": "1 Hours",
            "onLateAction": ref("Stop"),
        },
        {
            "id": "HourlyData",
            "type": "S3DataNode",
            "filePath": "s3://b/#{parent.@id}-#{@scheduledStartTime.format('YYYY-MM-dd-hh:mm')}",
            "precondition": ref("Ready"),
            "myCustomField": "custom",
            "my_customFieldReference": ref("Ready"),
        },
        {"id": "Ready", "type": "Exists", "preconditionTimeout": "30 minutes"},
        {
            "id": "Alarm",
            "type": "SnsAlarm",
            "subject": "Failed",
            "message": "#{node.@scheduledStartTime}..#{node.output.directoryPath}",
            "topicArn": "arn:aws:sns:us-east-1:123456789012:T",
        },
        {"id": "Stop", "type": "Terminate"},
    ),
    GUIDE + "dp-object-schedule.html": document(
        {"id": "Default", "scheduleType": "ondemand", "workerGroup": "g"},
        {
            "id": "DefaultSchedule",
            "type": "Schedule",
            "period": "ONDEMAND_PERIOD",
            "startAt": "ONDEMAND_ACTIVATION_TIME",
        },
        {
            "id": "Run",
            "type": "ShellCommandActivity",
            "command": "true",
            "schedule": ref("DefaultSchedule"),
        },
    ),
}
"""What AWS takes without an error."""
