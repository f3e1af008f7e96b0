"""`hinomi upgrade`: an older home brought to this release, after a backup of it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from cli.keeping.verify import verified
from cli.language import CommandError, say

if TYPE_CHECKING:
    from cli.context import Context
    from upkeep.upgrade import UpgradePlan

_FOLDER: Final = click.Path(path_type=Path, file_okay=False)


@click.command()
@click.option("--backup", "folder", type=_FOLDER, help="Where the backup goes that is taken first, with the archive.")
@click.option("--with-key", "key_file", type=click.Path(path_type=Path, dir_okay=False), help="And where the keys go.")
@click.option("--no-backup", is_flag=True, help="Take none: there is one already.")
@click.option("--dry-run", is_flag=True, help="Only say what would be done.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object on stdout.")
@click.pass_obj
def upgrade(
    ctx: Context, folder: Path | None, key_file: Path | None, *, no_backup: bool, dry_run: bool, as_json: bool
) -> None:
    """Bring a home of an older release to this one: index, database, triggers, the record; then verify it.

    A run that was cut off is simply run again. Stop the service first.
    """
    from upkeep.upgrade import plan_upgrade

    settings = ctx.settings
    plan = plan_upgrade(settings.home)
    _tell(ctx, plan)
    if not dry_run:
        if plan.steps and not no_backup:
            _back_up(ctx, plan, folder, key_file)
        _carry_out(ctx, plan)
    damages = [] if dry_run else verified(ctx)
    if as_json:
        ctx.emit({
            "home": str(plan.home), "steps": list(plan.steps), "schema": plan.schema, "wanted": plan.wanted,
            "index_format": plan.index_format, "aside": str(plan.aside) if "index" in plan.steps else None,
            "enrol_again": [{"extract": one.extract, "rows": one.rows, "sha256": one.sha256}
                            for one in plan.enrol_again],
            "done": not dry_run, "damages": damages,
        })  # fmt: skip
    for damage in damages:
        ctx.talk.print(damage, markup=False, soft_wrap=True)
    if damages:
        raise click.exceptions.Exit(1)
    if not dry_run:
        ctx.talk.print(say("upgrade.done"), style="green")


def _tell(ctx: Context, plan: UpgradePlan) -> None:
    lines = [say("upgrade.nothing")] if not plan.steps else []
    if "index" in plan.steps:
        lines.append(say("upgrade.index", version=plan.index_format, aside=plan.aside))
    if "database" in plan.steps:
        lines.append(say("upgrade.database", schema=plan.schema or "-", wanted=plan.wanted))
    if plan.steps:
        lines.append(say("upgrade.record"))
    lines += [
        say("upgrade.enrol", extract=one.extract, rows=one.rows, sha256=one.sha256[:16]) for one in plan.enrol_again
    ]
    for line in lines:
        ctx.talk.print(line, markup=False, soft_wrap=True)


def _back_up(ctx: Context, plan: UpgradePlan, folder: Path | None, key_file: Path | None) -> None:
    from archive.objects import ObjectPath, open_place
    from upkeep.backup import Wishes, take_backup
    from upkeep.manifest import MANIFEST_FILE, find_differences, read_backup_manifest

    if folder is None:
        raise CommandError("wants_backup")
    if (folder / MANIFEST_FILE).is_file():  # of a run that was cut off later
        manifest = read_backup_manifest(folder)
        if manifest.schema == plan.schema and not list(find_differences(folder, manifest)):
            ctx.talk.print(say("upgrade.backed_up", folder=folder, home=plan.home), markup=False, soft_wrap=True)
            return
    in_folder = not isinstance(open_place(ctx.settings), ObjectPath)  # nothing in a bucket is changed
    take_backup(ctx, folder, Wishes(with_archive=in_folder, key_file=key_file))
    ctx.talk.print(say("upgrade.backed_up", folder=folder, home=plan.home), markup=False, soft_wrap=True)


def _carry_out(ctx: Context, plan: UpgradePlan) -> None:
    from cli.keeping.init import make_home
    from upkeep.upgrade import carry_out

    carry_out(plan, make_home, lambda step: ctx.talk.print(say(f"upgrade.begin_{step}")))
