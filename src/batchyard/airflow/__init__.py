"""batchyard for Airflow: operators, sensors, triggers and hooks that hold no slot while they wait.

The modules have the names of those of Airflow's Amazon provider, so that a DAG moves over by its
imports: ``batchyard.airflow.operators.batch`` is ``airflow.providers.amazon.aws.operators.batch``.
What waits is the client's watcher, one for each connection in a process; what submits is the
client.
"""
