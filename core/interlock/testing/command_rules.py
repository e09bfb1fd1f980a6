"""What a verb of the command line must keep to."""

import json
import os
from collections.abc import Mapping, Sequence
from contextlib import chdir
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, ClassVar, Final

from interlock.errors import PluginError
from interlock.plugins.verbs import command_of, program_of
from interlock.protocols import CommandOffer
from interlock.testing.rules import Conformance, expect, fail, not_applicable
from interlock.types.commands import COMMANDS

if TYPE_CHECKING:
    from typer.testing import Result

_LONGEST: Final = 70  # what a list of verbs has room for
_WRONG: Final = 2
_UNKNOWN: Final = "--no-such-option-of-any-verb"
# They stand before the verb or behind it, and are the program's.
_OURS: Final = frozenset({"-v", "--verbose", "--version", "-h", "--help"})


class CommandConformance(Conformance):
    """The rules for verbs. A subclass sets `command`, to the offer.

    Attributes:
        command: what is tested.
        runs: the arguments of harmless runs, each of which ends well; one with `--json` prints JSON.
        configuration: the text of the interlock.yaml that these runs find.
    """

    command: CommandOffer
    runs: ClassVar[Sequence[Sequence[str]]] = ()
    configuration: str = ""

    def test_is_a_command(self) -> None:
        """A CommandOffer whose name is no verb of Interlock's own."""
        command = self.command
        expect(isinstance(command, CommandOffer), f"{command!r} is no CommandOffer")
        owner = COMMANDS.get(command.name)
        expect(owner != "interlock", f"{command.name!r} is a verb of Interlock's own")

    def test_is_told_in_a_line(self) -> None:
        """Its `help` fits into a line of the list of verbs."""
        line = self.command.help
        expect(len(line) <= _LONGEST, f"its line has {len(line)} characters; {_LONGEST} fit into the list")

    def test_loads(self) -> None:
        """`load` gives a function with Typer's annotations, or a `typer.Typer`."""
        self._loaded()

    def test_leaves_options_of_the_program_alone(self) -> None:
        """None of its options is the program's own."""
        taken = _OURS & {name for each in self._loaded().params for name in each.opts}
        expect(not taken, f"{', '.join(sorted(taken))}: these options are the program's")

    def test_shows_help(self) -> None:
        """`--help` ends with 0 and prints the usage to standard output."""
        shown = self._run("--help")
        expect(shown.exit_code == 0, f"--help ends with {shown.exit_code}, not with 0")
        expect("Usage:" in shown.stdout, "--help shows no usage on standard output")

    def test_refuses_what_it_does_not_know(self) -> None:
        """An unknown option ends with 2, and is complained of on standard error alone."""
        refused = self._run(_UNKNOWN)
        expect(refused.exit_code == _WRONG, f"an unknown option ends with {refused.exit_code}, not with 2")
        expect(not refused.stdout, "a refusal belongs to standard error")

    def test_runs(self) -> None:
        """Each of `runs` ends with 0 and raises nothing."""
        if not self.runs:
            not_applicable("`runs` names no harmless run")
        for arguments in self.runs:
            done = self._run(*arguments)
            what = f"{self.command.name} {' '.join(arguments)}"
            if done.exception is not None and not isinstance(done.exception, SystemExit):
                told = f"{type(done.exception).__name__}: {done.exception}"
                fail(f"{what} raised {told}", done.exception)
            expect(done.exit_code == 0, f"{what} ends with {done.exit_code}: {done.stderr.strip()}")

    def test_prints_json_alone(self) -> None:
        """Each of `runs` that has `--json` prints one JSON document to standard output."""
        asked = [arguments for arguments in self.runs if "--json" in arguments]
        if not asked:
            not_applicable("`runs` names no run with --json")
        for arguments in asked:
            printed = self._run(*arguments).stdout
            try:
                json.loads(printed)
            except ValueError as error:
                fail(f"with --json, standard output is not JSON: {printed[:200]!r}", error)

    def _loaded(self) -> Any:
        try:
            return command_of(self.command, "the plugin")
        except PluginError as error:
            fail(str(error), error)

    def _run(self, *arguments: str) -> "Result":
        """Run it as a program of its own, in a folder with the configuration alone."""
        from typer.testing import CliRunner  # noqa: PLC0415 - whoever tests no verb need not wait for it

        program = program_of(self.command)
        environ: Mapping[str, str | None] = {
            name: None for name in os.environ if name.startswith("INTERLOCK_")
        }
        with TemporaryDirectory() as folder:
            Path(folder, "interlock.yaml").write_text(self.configuration, encoding="utf-8")
            with chdir(folder):
                return CliRunner().invoke(program, [self.command.name, *arguments], env=environ)
