import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findTools, freePort, startPlatform, type TestPlatform } from '@rushes/infra/testing';
import { makeClip } from '@rushes/shared/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { process as processClip, until } from '../setup/client.ts';

interface Span {
  service: string;
  name: string;
  traceId: string;
  spanId: string;
  parentSpanId: string;
  video: string | undefined;
}

/** What an OTLP/HTTP exporter sends as JSON, as far as it is looked at here. */
interface Export {
  resourceSpans: {
    resource: { attributes: Attribute[] };
    scopeSpans: { spans: (Omit<Span, 'service' | 'video'> & { attributes: Attribute[] })[] }[];
  }[];
}
interface Attribute {
  key: string;
  value: { stringValue?: string };
}

const spans: Span[] = [];
let home: string;
let collector: Server;
let platform: TestPlatform;

const attribute = (attributes: Attribute[], key: string) =>
  attributes.find((one) => one.key === key)?.value.stringValue;

function collect(document: Export): void {
  for (const { resource, scopeSpans } of document.resourceSpans) {
    const service = attribute(resource.attributes, 'service.name') ?? '';
    for (const span of scopeSpans.flatMap((scope) => scope.spans)) {
      const { name, traceId, spanId, parentSpanId = '' } = span;
      spans.push({ service, name, traceId, spanId, parentSpanId, video: attribute(span.attributes, 'rushes.video') });
    }
  }
}

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'rushes-trace-'));
  const port = await freePort();
  collector = createServer(async (request, response) => {
    const pieces: Buffer[] = [];
    for await (const piece of request) pieces.push(piece);
    if (request.url === '/v1/traces') collect(JSON.parse(Buffer.concat(pieces).toString()));
    response.setHeader('content-type', 'application/json').end('{}');
  });
  await new Promise<void>((resolve) => collector.listen(port, '127.0.0.1', resolve));
  platform = await startPlatform({
    home,
    env: {
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
      OTEL_BSP_SCHEDULE_DELAY: '200',
    },
  });
});

afterAll(async () => {
  await platform?.stop();
  collector?.close();
  await rm(home, { recursive: true, force: true });
});

describe('one upload', () => {
  it('is one connected trace from the request to packaged, over all services', async () => {
    const { ffmpeg } = findTools(process.env);
    const clip = await makeClip(ffmpeg, home, {
      name: 'clip.mp4',
      seconds: 1,
      width: 320,
      height: 180,
      rate: '30',
      audio: true,
    });
    const video = await processClip({ origin: platform.endpoints.origin }, clip);
    const services = ['upload-api', 's3-event-ingest', 'transcoder', 'thumbnailer', 'packager', 'catalog'].map(
      (name) => `rushes-${name}`,
    );
    const traceOf = async () => {
      const traceId = spans.find((span) => span.video === video.id)?.traceId;
      return spans.filter((span) => span.traceId === traceId);
    };
    const trace = await until(
      'spans of all services and the last projection',
      traceOf,
      (found) =>
        services.every((name) => found.some(({ service }) => service === name)) &&
        found.some(({ name }) => name === 'project packaged'),
    );
    const ids = new Set(trace.map(({ spanId }) => spanId));
    const roots = trace.filter(({ parentSpanId }) => !ids.has(parentSpanId));
    expect(roots.map(({ service }) => service)).toEqual(['rushes-upload-api']);
    const elsewhere = spans.filter(({ video: of, traceId }) => of === video.id && traceId !== trace[0]?.traceId);
    expect(elsewhere).toEqual([]);
  });
});
