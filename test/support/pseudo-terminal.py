"""Runs a command in a pseudo-terminal of its own: pseudo-terminal.py COLUMNS ROWS COMMAND...
What the terminal would show comes out as it is; a line on standard input is a key text as JSON ("\u0003") or a new size
([40, 20]). Ends as the command ended: its exit code, or 128 + its signal."""
import fcntl
import json
import os
import pty
import select
import struct
import sys
import termios


def set_size(terminal, columns, rows):
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))


def obey(line, terminal):
    order = json.loads(line)
    if isinstance(order, str):
        os.write(terminal, order.encode())
    else:
        set_size(terminal, *order)


def main():
    columns, rows, command = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3:]
    child, terminal = pty.fork()
    if child == 0:
        set_size(0, columns, rows)
        os.execvp(command[0], command)
    orders = b""
    listening = [terminal, 0]
    while True:
        ready, _, _ = select.select(listening, [], [])
        if terminal in ready:
            try:
                text = os.read(terminal, 65536)
            except OSError:
                text = b""
            if not text:
                break
            os.write(1, text)
        elif 0 in ready:
            read = os.read(0, 65536)
            if not read:
                listening.remove(0)
            *lines, orders = (orders + read).split(b"\n")
            for line in lines:
                obey(line, terminal)
    _, status = os.waitpid(child, 0)
    sys.exit(os.WEXITSTATUS(status) if os.WIFEXITED(status) else 128 + os.WTERMSIG(status))


main()
