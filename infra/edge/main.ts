import { createLogger, httpVariables, parseConfig, s3Variables } from '@rushes/shared/service';
import { z } from 'zod';
import { createEdge } from './edge.ts';

const config = parseConfig(
  {
    ...httpVariables,
    MEDIA_BUCKET: s3Variables.MEDIA_BUCKET,
    S3_ENDPOINT: z.url(),
    UPLOAD_API_URL: z.url(),
    CATALOG_URL: z.url(),
    S3_EVENT_INGEST_URL: z.url(),
    S3_PUBLIC_ENDPOINT: z.url(),
    CDN_BASE_URL: z.url(),
    /** The address people type. */
    ORIGIN: z.url(),
    WEB_ROOT: z.string().min(1),
  },
  process.env,
);
const log = createLogger('edge', config.LOG_LEVEL);
const edge = await createEdge({
  services: {
    'upload-api': config.UPLOAD_API_URL,
    catalog: config.CATALOG_URL,
    's3-event-ingest': config.S3_EVENT_INGEST_URL,
  },
  mediaBucketUrl: `${config.S3_ENDPOINT.replace(/\/$/, '')}/${config.MEDIA_BUCKET}`,
  web: {
    root: config.WEB_ROOT,
    origin: config.ORIGIN,
    // The page PUTs to the one and plays from the other.
    otherOrigins: [config.S3_PUBLIC_ENDPOINT, config.CDN_BASE_URL].map((url) => new URL(url).origin),
  },
  log,
});
for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.once(signal, () => void edge.close().then(() => process.exit(0)));
}
const address = await edge.listen({ host: config.HOST, port: config.PORT });
log.info({ address }, 'started');
