"""What is counted of a yard, a task runner and waits, and how it leaves a process.

`catalogue` names every metric, `board` holds their values, `standing` keeps how many jobs and tasks
stand where. What is shown leaves through an exporter (`seam`): `prometheus` and `statsd`, whose
libraries are in the extra ``metrics``; `pushing` sends by the clock.
"""
