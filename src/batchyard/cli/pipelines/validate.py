"""``batchyard pipeline validate``: what is wrong with a definition."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from batchyard.cli.pipelines.given import defined

if TYPE_CHECKING:
    from pathlib import Path


@click.command(name="validate")
@defined
def command(*, file: Path, parameters: tuple[str, ...], values_file: Path | None) -> int:
    """Say what is wrong with a definition, object by object; exit 0 only if it can be activated.

    Nothing is sent anywhere.

    \b
    Examples:
      batchyard pipeline validate nightly.json
      batchyard pipeline validate nightly.json --values prod.json
    """
    from batchyard.cli.pipelines import given
    from batchyard.pipelines.parameters import unset

    given.need_server()
    definition = given.definition_of(file, parameters, values_file)
    findings = given.findings_of(definition)
    lines = given.told(findings)
    lines += [f"error    {name}: The parameter has no value." for name in unset(definition)]
    for line in lines:
        click.echo(line)
    errors = sum(line.startswith("error") for line in lines)
    count = len(definition.pipeline_objects)
    wrong = f"{errors} errors" if errors != 1 else "1 error"
    said = wrong if errors else "valid"
    click.echo(f"{file}: {said}, {count} {'object' if count == 1 else 'objects'}", err=True)
    return 1 if errors else 0
