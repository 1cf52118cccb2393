"""The task runner: takes tasks of a worker group from AWS Data Pipeline and runs them here.

`runner` polls and minds what it is told; `course` takes one task from its acknowledgement to its
status; `activities/` has a file for each type that can be run. `tasks` reads what is handed out,
`service` speaks to the endpoint, `processes` and `streams` run commands and keep what they print.

Source: https://docs.aws.amazon.com/datapipeline/latest/DeveloperGuide/dp-using-task-runner.html
"""
