// The test machine: commands in it, and its bridge, which listens on a loopback of its own, brought to this host.

import { execFile, spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { promisify } from 'node:util';

const enter = new URL('../../machine/exec', import.meta.url).pathname;

/** Runs a command in the machine. @returns {Promise<string>} what it printed */
export async function run(...command) {
    const { stdout } = await promisify(execFile)(enter, command, { timeout: 120_000, maxBuffer: 1 << 24 });
    return stdout;
}

/** Runs a bash script in the machine. Its arguments are $1, $2, … */
export const shell = (script, ...words) => run('bash', '-euc', script, '-', ...words);

/** Writes a file in the machine. */
export const write = (path, text) => shell('printf %s "$2" >"$1"', path, text);

/**
 * Makes a port of the machine's loopback one of this host: a connection is a process in the machine that passes bytes on.
 * @returns {Promise<{url: string, close: () => void}>}
 */
export async function forward(port) {
    const pass = 'import os,socket,sys,threading\ns=socket.create_connection(("127.0.0.1",int(sys.argv[1])))\n' +
        'def up():\n while (d:=os.read(0,65536)): s.sendall(d)\n s.shutdown(socket.SHUT_WR)\n' +
        'threading.Thread(target=up,daemon=True).start()\nwhile (d:=s.recv(65536)): os.write(1,d)\n';
    const passing = new Set();
    const server = createServer({ allowHalfOpen: true }, (socket) => {
        const child = spawn(enter, ['/usr/bin/python3', '-c', pass, String(port)], { stdio: ['pipe', 'pipe', 'ignore'] });
        passing.add(child);
        const end = () => {
            passing.delete(child);
            child.kill();
            socket.destroy();
        };
        socket.on('error', end).on('close', end);
        child.stdin.on('error', end);
        child.on('exit', end);
        socket.pipe(child.stdin);
        child.stdout.pipe(socket);
    });
    await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
    return { url: `http://localhost:${server.address().port}`, close() {
        server.close();
        passing.forEach((child) => child.kill());
    } };
}
