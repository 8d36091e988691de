import { DeleteObjectsCommand, type S3Client } from '@aws-sdk/client-s3';
import { describe, expect, it } from 'vitest';
import { deleteKeys, putFile } from './write.ts';

/** A client that notes which keys it was asked to delete, request by request. */
function clientThat(answer: object) {
  const requests: string[][] = [];
  const send = async (command: unknown) => {
    if (command instanceof DeleteObjectsCommand) {
      requests.push((command.input.Delete?.Objects ?? []).map(({ Key }) => Key ?? ''));
    }
    return answer;
  };
  return { client: { send } as unknown as S3Client, requests };
}
const keys = (count: number) => Array.from({ length: count }, (_, index) => `videos/${index}`);

describe('deleteKeys', () => {
  it('asks for a thousand at a time, as many as S3 takes', async () => {
    const { client, requests } = clientThat({});
    expect(await deleteKeys(client, 'media', keys(2_001))).toBe(2_001);
    expect(requests.map(({ length }) => length)).toEqual([1_000, 1_000, 1]);
    expect(requests.flat()).toEqual(keys(2_001));
  });

  it('asks for nothing where there is nothing', async () => {
    const { client, requests } = clientThat({});
    expect(await deleteKeys(client, 'media', [])).toBe(0);
    expect(requests).toEqual([]);
  });

  it('fails where a single object could not be deleted', async () => {
    const { client } = clientThat({ Errors: [{ Key: 'videos/1', Code: 'AccessDenied', Message: 'no' }] });
    await expect(deleteKeys(client, 'media', keys(2))).rejects.toMatchObject({
      detail: expect.stringContaining('videos/1: AccessDenied'),
    });
  });
});

describe('putFile', () => {
  it('uploads nothing for work that was stopped before', async () => {
    const { client } = clientThat({});
    const options = { contentType: 'image/jpeg', signal: AbortSignal.abort(new Error('the generation is closed')) };
    await expect(putFile(client, 'media', 'key', '/nowhere', options)).rejects.toThrow('the generation is closed');
  });
});
