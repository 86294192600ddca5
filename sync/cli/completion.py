"""`raincheck completion`: a script that lets the shell complete commands and options."""

import click
from click.shell_completion import get_completion_class


@click.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def completion(context: click.Context, shell: str) -> None:
    """Print a script that lets your shell complete what you type.

    For bash: put `eval "$(raincheck completion bash)"` into ~/.bashrc. For zsh the same into
    ~/.zshrc. For fish: raincheck completion fish > ~/.config/fish/completions/raincheck.fish
    """
    found = get_completion_class(shell)
    assert found is not None, shell
    root = context.find_root().command
    click.echo(found(root, {}, "raincheck", "_RAINCHECK_COMPLETE").source())
