"""Runs a command in a terminal that disappears after the words it waits for: lost-terminal.py HOW WORDS COMMAND...
HOW is `hangup` (the command leads the session, so it gets SIGHUP) or `silence` (another process leads it, so the command
only sees that nothing can be written). Ends as the command ended: its exit code, or 128 + its signal."""
import os
import pty
import sys


def command_in(terminal, command):
    for standard in (0, 1, 2):
        os.dup2(terminal, standard)
    os.execvp(command[0], command)


def hung_up(command):
    child, terminal = pty.fork()
    if child == 0:
        os.execvp(command[0], command)
    return child, terminal


def silent(command):
    terminal, slave = pty.openpty()
    child = os.fork()
    if child == 0:
        os.setsid()
        os.close(terminal)
        command_in(slave, command)
    os.close(slave)
    return child, terminal


def main():
    how, words, command = sys.argv[1], sys.argv[2].encode(), sys.argv[3:]
    child, terminal = hung_up(command) if how == "hangup" else silent(command)
    seen = b""
    while words not in seen:
        seen += os.read(terminal, 65536)
    os.close(terminal)
    _, status = os.waitpid(child, 0)
    sys.exit(os.WEXITSTATUS(status) if os.WIFEXITED(status) else 128 + os.WTERMSIG(status))


main()
