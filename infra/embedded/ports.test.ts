import { once } from 'node:events';
import { createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { freePort } from '../testing/free-port.ts';
import { choosePorts, isPortFree, type PortRequest } from './ports.ts';

function choose(requests: PortRequest[], kept: Record<string, number> = {}, busy: number[] = []) {
  return choosePorts(requests, kept, { isFree: async (port) => !busy.includes(port), random: () => 0 });
}

describe('choosePorts', () => {
  it('takes the default where it is free', async () => {
    expect(await choose([{ name: 'edge', preferred: 8080 }])).toEqual({ ports: { edge: 8080 }, moved: [] });
  });

  it('moves a busy default to a free neighbour and says so', async () => {
    const { ports, moved } = await choose([{ name: 'edge', preferred: 8080 }], {}, [8080, 8081]);
    expect(ports).toEqual({ edge: 8082 });
    expect(moved).toEqual([{ name: 'edge', from: 8080, to: 8082 }]);
  });

  it('stays with the choice it kept, also when the default is free again', async () => {
    expect(await choose([{ name: 'edge', preferred: 8080 }], { edge: 8082 })).toEqual({
      ports: { edge: 8082 },
      moved: [],
    });
  });

  it('takes an asked port whatever was kept, and refuses a busy one by its name', async () => {
    const asked = { variable: 'RUSHES_PORT', port: 9000 };
    expect((await choose([{ name: 'edge', preferred: 8080, asked }], { edge: 8082 })).ports).toEqual({ edge: 9000 });
    await expect(choose([{ name: 'edge', preferred: 8080, asked }], {}, [9000])).rejects.toThrow(
      /9000 \(RUSHES_PORT\)/,
    );
  });

  it('leaves an asked port to whom it belongs, and gives none twice', async () => {
    const asked = { variable: 'RUSHES_S3_PORT', port: 8080 };
    const { ports } = await choose([
      { name: 'edge', preferred: 8080 },
      { name: 's3', preferred: 8333, asked },
      { name: 'a' },
    ]);
    expect(ports).toEqual({ edge: 8081, s3: 8080, a: 20_000 });
    const twice = { variable: 'RUSHES_PORT', port: 8080 };
    await expect(
      choose([
        { name: 's3', asked },
        { name: 'edge', asked: twice },
      ]),
    ).rejects.toThrow(/8080/);
  });

  it('gives internal ports quietly, below what systems hand out', async () => {
    const { ports, moved } = await choose([{ name: 'filer' }], { filer: 20_500 }, [20_500]);
    expect(ports.filer).toBe(20_501);
    expect(moved).toEqual([]);
    expect((await choose([{ name: 'filer' }])).ports.filer).toBeLessThan(32_768);
  });
});

describe('isPortFree', () => {
  it('sees who listens', async () => {
    const port = await freePort();
    expect(await isPortFree(port)).toBe(true);
    const server = createServer().listen(port, '127.0.0.1');
    await once(server, 'listening');
    expect(await isPortFree(port)).toBe(false);
    server.close();
    await once(server, 'close');
    expect(await isPortFree(port)).toBe(true);
  });
});
