"""Runs in the machine: passes connections on to a loopback port, slowly, so that a pull can be watched.
usage: slow_proxy.py ADDRESS PORT TARGET-PORT BYTES-PER-SECOND   (of each connection)"""

import asyncio
import sys

ADDRESS = sys.argv[1]
PORT, TARGET, RATE = map(int, sys.argv[2:])
STEP = 0.02


async def copy(reader, writer, rate=None):
    try:
        while data := await reader.read(int(rate * STEP) if rate else 65536):
            writer.write(data)
            await writer.drain()
            if rate:
                await asyncio.sleep(len(data) / rate)
    except OSError:
        pass
    finally:
        writer.close()


async def serve(reader, writer):
    target_reader, target_writer = await asyncio.open_connection("127.0.0.1", TARGET)
    await asyncio.gather(copy(reader, target_writer), copy(target_reader, writer, RATE))


async def main():
    async with await asyncio.start_server(serve, ADDRESS, PORT) as server:
        await server.serve_forever()


asyncio.run(main())
