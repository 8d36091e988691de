import { createHttpServer } from '@rushes/shared/http';
import { parseProfiles } from '@rushes/shared/profiles';
import { createLogger } from '@rushes/shared/service';
import { createMemoryLog } from '@rushes/shared/testing';
import type { Deps } from './ports.ts';
import { addRoutes } from './routes.ts';

const NOW = new Date('2026-01-01T00:00:00.000Z');
export const BODY = { title: 'Harbour', filename: 'harbour.mov', contentType: 'video/quicktime', size: 1_000 };
export const NEW_ID = (n: number) => `0198f2c4-7d1e-7b52-9d0e-00000000000${n}`;

/** The whole HTTP side of the service on a log in memory. */
export async function serve(change: Partial<Deps> = {}) {
  const log = createMemoryLog('upload-api', () => NOW);
  const reserved = new Map<string, { videoId: string; body: string }>();
  let ids = 0;
  const deps: Deps = {
    eventLog: log,
    storage: { head: async (_bucket, key) => ({ key, size: 1_000, etag: 'e', lastModified: NOW, contentType: '' }) },
    signer: {
      put: async ({ key, contentType }) => ({
        url: `https://s3.example/${key}?put`,
        headers: { 'content-type': contentType, 'if-none-match': '*' },
      }),
      get: async ({ key, filename }) => `https://s3.example/${key}?get=${filename}`,
    },
    reservations: {
      async reserve(key, body, videoId) {
        const holding = reserved.get(key) ?? { videoId, body: JSON.stringify(body) };
        reserved.set(key, holding);
        return { videoId: holding.videoId, sameBody: holding.body === JSON.stringify(body) };
      },
    },
    bucket: 'rushes-uploads',
    cdnBaseUrl: 'https://cdn.example',
    uploadTtlMs: 86_400_000,
    urlTtlMs: 3_600_000,
    maxUploadBytes: 50 * 1024 ** 3,
    profiles: parseProfiles(),
    now: () => NOW,
    newId: () => NEW_ID(++ids),
    ...change,
  };
  const http = createHttpServer(createLogger('test', 'silent'));
  await addRoutes(http, deps, ['https://studio.example']);
  const call = async (method: 'GET' | 'POST' | 'PATCH' | 'DELETE', path: string, more: CallOptions = {}) => {
    const payload = more.body === undefined ? {} : { payload: more.body };
    const answer = await http.inject({ method, url: `/v1/videos${path}`, headers: more.headers ?? {}, ...payload });
    return { status: answer.statusCode, headers: answer.headers, body: answer.body === '' ? null : answer.json() };
  };
  return { log, reserved, call };
}

export interface CallOptions {
  body?: object;
  headers?: Record<string, string>;
}
