import { Readable } from 'node:stream';
import { GetObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { describe, expect, it } from 'vitest';
import { read } from './read.ts';

/** A client whose answers break off so often before one is whole. */
function clientThat(breaks: number) {
  let asked = 0;
  const send = async (command: unknown) => {
    if (!(command instanceof GetObjectCommand)) throw new Error('only reads are answered');
    asked += 1;
    const isWhole = asked > breaks;
    const transformToByteArray = async () => {
      if (!isWhole) throw new Error('aborted');
      return new TextEncoder().encode('{}');
    };
    return { ETag: '"e"', Body: Object.assign(Readable.from([]), { transformToByteArray }) };
  };
  return { client: { send } as unknown as S3Client, asked: () => asked };
}

describe('read', () => {
  it('asks again for an answer that breaks off', async () => {
    const { client } = clientThat(2);
    expect(await read(client, 'media', 'track.json')).toEqual({ body: Buffer.from('{}'), etag: 'e' });
  });

  it('takes a store for unavailable whose answers break off again and again', async () => {
    const { client, asked } = clientThat(9);
    await expect(read(client, 'media', 'track.json')).rejects.toMatchObject({ code: 'storage_unavailable' });
    expect(asked()).toBe(3);
  });
});
