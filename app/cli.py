"""The `ngayso` command. Each command's module is imported when it is called, so that `ngayso --help` is quick."""

from __future__ import annotations

import importlib
import os

import click

# Where each command lives. Rooms bring their own.
COMMANDS = {
    "demo": "app.demo:demo",
    "serve": "app.serving:serve",
    "init": "app.serving:init",
    "migrate": "app.upkeep:migrate",
    "doctor": "app.doctor:doctor",
    "import": "app.events.exchange.commands:import_group",
    "export": "app.events.exchange.commands:export_group",
    "backup": "app.backup:backup",
    "restore": "app.backup:restore",
    "audit": "app.upkeep:audit",
    "user": "app.accounts.commands:user",
}


class _Lazy(click.Group):
    """A group whose commands are imported on demand."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, attribute = COMMANDS[cmd_name].split(":")
        if cmd_name == "user":
            importlib.import_module("app.main")  # a role may be about a thing of any room: let them all say what they keep
        command = getattr(importlib.import_module(module), attribute)
        assert isinstance(command, click.Command)
        return command


@click.group(cls=_Lazy)
@click.version_option(package_name="ngayso", prog_name="ngayso")
def main() -> None:
    """Ngày Số: máy chủ cho Ngày Chuyển đổi số và Tuần lễ quanh đó. / An event server for the Digital Transformation Day."""
    # Databases, keys and backups hold personal data: what we write is for the account that runs us alone.
    os.umask(0o077)


if __name__ == "__main__":
    main()
